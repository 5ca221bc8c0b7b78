"""What every exported file says of itself: what it holds, from which snapshot, and whether it is synthetic."""

from __future__ import annotations

from textwrap import wrap

from crlm.dictionary.records import Registry
from crlm.dictionary.registry import Table

SYNTHETIC = "SYNTHETIC DATA: these are not patients."
SPSS_LINE = 75
SYNTHETIC_LABEL = "Whether the record is SYNTHETIC"


def origin(registry: Registry) -> str:
    """Which records these are: the snapshot's id, or the name of a source that can still change."""
    if registry.snapshot is not None:
        return f"snapshot {registry.snapshot}"
    return f"{registry.source.name}, which is no snapshot and can still change"


def file_label(table: Table, registry: Registry) -> str:
    """A few words for a file's own title."""
    mark = "SYNTHETIC " if registry.source.synthetic else ""
    identity = f" ({registry.snapshot[:12]})" if registry.snapshot is not None else ""
    return f"{mark}{table.label}{identity}"


def notes(table: Table, registry: Registry) -> list[str]:
    """Sentences for a file's own notes, in lines that SPSS takes."""
    sentences = [
        *([SYNTHETIC] if registry.source.synthetic else []),
        f"{table.label}: {table.row}.",
        f"Exported from {origin(registry)}.",
        f"Data dictionary version {registry.dictionary_version}.",
    ]
    return [line for sentence in sentences for line in wrap(sentence, SPSS_LINE)]
