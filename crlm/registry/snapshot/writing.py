"""Writing a snapshot: an immutable folder of typed Parquet files that appears complete or not at all."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crlm.dictionary.records import ROW, Finding, Records, Registry
from crlm.dictionary.registry import Table, registry_dictionary
from crlm.output import staged_folder
from crlm.problems import OutputError, Place, Problem
from crlm.registry.snapshot.content import snapshot_id, table_content, uniformly_missing
from crlm.registry.snapshot.manifest import (
    MANIFEST,
    TABLES,
    Manifest,
    Source,
    StoredFinding,
    StoredTable,
    UsedMapping,
    checksum,
    is_snapshot,
    manifest_text,
    read_manifest,
)


def _silent(doing: str) -> None:
    pass


def write_snapshot(
    registry: Registry,
    folder: Path | str,
    *,
    sources: Sequence[Source] = (),
    mapping: UsedMapping | None = None,
    accepted_errors: bool = False,
    progress: Callable[[str], None] = _silent,
) -> str:
    """Write a registry as a snapshot and return its id.

    The id is the hash of what the records say: the same for the same records in any order of rows, columns and files.
    A folder that already holds the snapshot of this id is left as it is; one that holds another snapshot, or anything
    else, is refused with an OutputError, because snapshots are never changed.
    """
    folder = Path(folder)
    progress("Hashing records")
    tables = {
        table.name: _canonical(table, registry.tables[table.name]) for table in registry_dictionary().tables
    }
    contents = {name: one.content for name, one in tables.items()}
    identity = snapshot_id(registry.dictionary_version, registry.source.synthetic, contents)
    if is_snapshot(folder):
        earlier = read_manifest(folder).id
        if earlier == identity:
            return identity
        raise OutputError(_other_snapshot(folder, earlier))
    with staged_folder(folder, ours=()) as staged:
        (staged / TABLES).mkdir()
        stored = {}
        for name, one in tables.items():
            progress(f"Writing {name}")
            stored[name] = _write_table(name, one, staged / TABLES)
        manifest = Manifest(
            id=identity,
            dictionary_version=registry.dictionary_version,
            synthetic=registry.source.synthetic,
            rows=sum(one.rows for one in stored.values()),
            source=registry.source.name,
            sources=tuple(sources),
            mapping=mapping,
            accepted_errors=accepted_errors,
            tables=stored,
            findings=tuple(_stored_finding(finding, tables) for finding in registry.findings),
        )
        manifest = manifest.model_copy(update={"checksum": checksum(manifest)})
        _write_bytes(staged / MANIFEST, manifest_text(manifest).encode())
    return identity


@dataclass(frozen=True)
class _Canonical:
    """A table sorted by key, and the hash of what it says."""

    frame: pl.DataFrame
    reasons: pl.DataFrame
    missing: dict[str, str]
    content: str


def _canonical(table: Table, records: Records) -> _Canonical:
    frame, reasons = records.frame, records.reasons
    order = frame.select(pl.arg_sort_by(list(table.key))).to_series()
    if not order.is_sorted():
        frame, reasons = frame[order], reasons[order]
    missing = uniformly_missing(frame, reasons)
    return _Canonical(frame, reasons, missing, table_content(table, frame, reasons, missing))


def _write_table(name: str, one: _Canonical, folder: Path) -> StoredTable:
    """The table's files; a table without rows has none, and columns without any value are not in them."""
    if not one.frame.height:
        return StoredTable(rows=0, content=one.content)
    kept = [column for column in one.frame.columns if column != ROW and column not in one.missing]
    file = f"{name}.parquet"
    sha256 = _write_parquet(one.frame.select(kept), folder / file)
    given = [column for column in one.reasons.columns if column != ROW and column not in one.missing]
    beside = f"{name}.reasons.parquet" if given else None
    reasons_sha256 = _write_parquet(one.reasons.select(given), folder / beside) if beside else None
    return StoredTable(
        rows=one.frame.height,
        content=one.content,
        file=file,
        sha256=sha256,
        reasons_file=beside,
        reasons_sha256=reasons_sha256,
        missing=one.missing,
    )


def _write_parquet(frame: pl.DataFrame, path: Path) -> str:
    whole = io.BytesIO()
    frame.write_parquet(whole, compression="zstd", compression_level=1, statistics=False)
    _write_bytes(path, whole.getbuffer())
    return hashlib.sha256(whole.getbuffer()).hexdigest()


def _write_bytes(path: Path, data: bytes | memoryview) -> None:
    """To the disk, and then never to be written again."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o444)


def _stored_finding(finding: Finding, tables: Mapping[str, _Canonical]) -> StoredFinding:
    """The finding with the rows of the snapshot's table instead of those of the source's file."""
    rows = finding.rows
    if finding.table is not None and rows:
        frame = tables[finding.table].frame
        rows = tuple((frame[ROW].is_in(list(rows)).arg_true() + 2).to_list())
    return StoredFinding(
        rule=finding.rule,
        severity=finding.severity,
        sentence=finding.sentence,
        table=finding.table,
        column=finding.column,
        count=finding.count,
        rows=rows,
        unknown=finding.unknown,
    )


def _other_snapshot(folder: Path, earlier: str) -> Problem:
    return Problem(
        "snapshot-exists",
        f"{folder} holds another snapshot ({earlier[:12]}).",
        "a folder that does not exist yet: a snapshot is never changed.",
        "give another name to --out.",
        Place(file=str(folder)),
    )
