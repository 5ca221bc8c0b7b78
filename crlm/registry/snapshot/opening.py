"""From a source to a snapshot, and one door for studies: a snapshot, or a source read on the fly."""

from __future__ import annotations

from pathlib import Path

from crlm.dictionary.records import Registry
from crlm.registry.importing import Checked, read_registry
from crlm.registry.importing.read import silent
from crlm.registry.importing.sources import Progress
from crlm.registry.snapshot.manifest import Source, UsedMapping, is_snapshot
from crlm.registry.snapshot.reading import Only, read_snapshot
from crlm.registry.snapshot.writing import write_snapshot


def open_registry(
    path: Path | str,
    mapping: Path | str | None = None,
    *,
    progress: Progress = silent,
    only: Only | None = None,
) -> Registry:
    """The registry at a path: a snapshot, verified, or else a folder, workbook or database read as import does.

    `only` says what of a snapshot is wanted; other sources are read whole, because they have to be checked. Raises
    what `read_snapshot` and `read_registry` raise.
    """
    if is_snapshot(Path(path)):
        return read_snapshot(path, only=only)
    return read_registry(path, mapping, progress=progress)


def keep_checked(checked: Checked, folder: Path | str, *, progress: Progress = silent) -> str:
    """Write a checked registry as a snapshot that names its sources and its mapping; the snapshot's id.

    Whoever calls has refused what must not be accepted: see `refuse_errors`.
    """
    return write_snapshot(
        checked.registry,
        folder,
        sources=[
            Source(
                name=one.name,
                format=one.format,
                sha256=one.sha256,
                rows=one.rows,
                table=one.table,
                sheet=one.sheet,
            )
            for one in checked.files
        ],
        mapping=UsedMapping(name=checked.mapping[0], sha256=checked.mapping[1]) if checked.mapping else None,
        accepted_errors=bool(checked.errors),
        progress=progress,
    )
