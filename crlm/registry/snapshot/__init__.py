"""Snapshots: immutable folders of typed Parquet with a manifest, whose id stands on every table and figure."""

from crlm.registry.snapshot.manifest import (
    MANIFEST,
    Manifest,
    Source,
    UsedMapping,
    is_snapshot,
    read_manifest,
)
from crlm.registry.snapshot.opening import keep_checked, open_registry
from crlm.registry.snapshot.reading import Only, read_snapshot
from crlm.registry.snapshot.writing import write_snapshot

__all__ = [
    "MANIFEST",
    "Manifest",
    "Only",
    "Source",
    "UsedMapping",
    "is_snapshot",
    "keep_checked",
    "open_registry",
    "read_manifest",
    "read_snapshot",
    "write_snapshot",
]
