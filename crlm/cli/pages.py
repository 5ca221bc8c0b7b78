"""Documents on the command line: which formats were asked for, and their files, all or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crlm.problems import ArgumentError, Problem, did_you_mean

if TYPE_CHECKING:
    from crlm.rendering.tree import Document

FORMATS = ("html", "docx", "pdf", "json")


def entries(name: str) -> tuple[str, ...]:
    """What a folder of such a document may hold."""
    return (*(f"{name}.{one}" for one in FORMATS), "figures")


def chosen_formats(
    given: str | None, out: Path | None, formats: tuple[str, ...] = FORMATS
) -> tuple[str, ...]:
    """The formats of `--format`, all of them when it is absent; an ArgumentError for others, or without a folder."""
    if given is None:
        return formats
    wanted = tuple(one.strip() for one in given.split(","))
    unknown = [one for one in wanted if one not in formats]
    if unknown:
        said, fix = f'--format names "{unknown[0]}".', did_you_mean(unknown[0], formats)
        raise ArgumentError(Problem("arguments", said, f"{', '.join(formats)}.", fix))
    if out is None:
        said = "--format is for files, and no folder is given."
        raise ArgumentError(Problem("arguments", said, "--format with --out.", "add --out FOLDER."))
    return wanted


def now() -> str:
    """The present moment, ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def write_pages(
    out: Path, name: str, formats: tuple[str, ...], data: dict[str, Any], page: Callable[[], Document]
) -> None:
    """NAME.json, NAME.html, NAME.docx, NAME.pdf and the figures, whichever were asked for, in one piece."""
    from crlm.output import staged_folder
    from crlm.rendering.files import FORMATS as RENDERED
    from crlm.rendering.files import write_document

    with staged_folder(out, ours=entries(name)) as folder:
        if "json" in formats:
            text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
        pages = [one for one in RENDERED if one in formats or one == "figures"]
        if len(pages) > 1:
            write_document(page(), folder, formats=pages, name=name)
