"""One door for studies: a snapshot, or a source read on the fly with the same checks."""

from __future__ import annotations

from pathlib import Path

from crlm.dictionary.records import Registry
from crlm.registry.importing import read_registry
from crlm.registry.importing.read import silent
from crlm.registry.importing.sources import Progress
from crlm.registry.snapshot.manifest import is_snapshot
from crlm.registry.snapshot.reading import read_snapshot


def open_registry(
    path: Path | str, mapping: Path | str | None = None, *, progress: Progress = silent
) -> Registry:
    """The registry at a path: a snapshot, verified, or else a folder, workbook or database read as import does.

    Raises what `read_snapshot` and `read_registry` raise.
    """
    return read_snapshot(path) if is_snapshot(Path(path)) else read_registry(path, mapping, progress=progress)
