"""The files of a study's report."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from crlm.rendering.files import FORMATS, Format, write_document
from crlm.study.report.content import build_document
from crlm.study.results import Results


def write_report(
    results: Results,
    directory: Path,
    *,
    formats: Collection[Format] = FORMATS,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Path, ...]:
    """Write the report of a study into a directory and return the files; see `crlm.rendering.write_document`.

    The same results give the same bytes. Raises OSError when a file cannot be written.
    """
    return write_document(build_document(results), directory, formats=formats, tell=tell)
