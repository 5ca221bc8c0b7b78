"""Reading a snapshot back: every file is what it was when it was written, or nothing is read."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crlm.dictionary.records import ROW, DataSource, Records, Registry
from crlm.dictionary.registry import RegistryDictionary, Table, registry_dictionary
from crlm.dictionary.registry.frames import STORED_AS, precision_column
from crlm.problems import DataError, Place, Problem
from crlm.registry.snapshot.content import snapshot_id, table_content
from crlm.registry.snapshot.manifest import TABLES, Manifest, StoredTable, read_manifest, tampered


@dataclass(frozen=True)
class Only:
    """What of a snapshot is wanted: columns by table, and the tables whose reasons for missing values are."""

    columns: Mapping[str, Collection[str]]
    reasons: Collection[str]


def read_snapshot(folder: Path | str, *, thorough: bool = False, only: Only | None = None) -> Registry:
    """The registry in a snapshot's folder; a DataError when anything in it was changed, or is missing.

    The manifest's checksum, the id and the hash of every file are verified; `thorough` also hashes the records
    themselves again. ROW counts the snapshot's tables as a spreadsheet does, the first record being row 2. With `only`
    the frames have ROW and the columns that are wanted, which is no registry to check or export; every file is
    verified all the same.
    """
    if thorough and only is not None:
        raise ValueError("records can be hashed again only when all of them are read")
    folder = Path(folder)
    manifest = read_manifest(folder)
    dictionary = registry_dictionary()
    _same_dictionary(folder, manifest, dictionary)
    contents = {name: stored.content for name, stored in manifest.tables.items()}
    if snapshot_id(manifest.dictionary_version, manifest.synthetic, contents) != manifest.id:
        raise tampered("the id is not that of its tables.", Place(file=folder.name))
    source = DataSource(
        name=manifest.source,
        format="snapshot",
        sha256=manifest.id,
        rows=manifest.rows,
        columns=sum(len(table.variables) for table in dictionary.tables),
        synthetic=manifest.synthetic,
    )
    tables = {
        table.name: _records(folder, table, manifest.tables[table.name], source, thorough, only)
        for table in dictionary.tables
    }
    findings = tuple(one.finding() for one in manifest.findings)
    return Registry(tables, source, manifest.id, manifest.dictionary_version, findings)


def _same_dictionary(folder: Path, manifest: Manifest, dictionary: RegistryDictionary) -> None:
    if manifest.dictionary_version == dictionary.version and set(manifest.tables) == set(dictionary.by_name):
        return
    raise DataError(
        Problem(
            "snapshot-version",
            f"this snapshot was made under version {manifest.dictionary_version} of the data dictionary.",
            f"version {dictionary.version}.",
            "import the registry again with this version of crlm.",
            Place(file=folder.name),
        )
    )


def _records(
    folder: Path, table: Table, stored: StoredTable, source: DataSource, thorough: bool, only: Only | None
) -> Records:
    place = Place(file=f"{folder.name}/{TABLES}/{stored.file or table.name}")
    row = pl.Series(ROW, range(2, stored.rows + 2), dtype=pl.Int64)
    dates = [precision_column(one.name) for one in table.variables if one.type == "date"]
    names = [*table.by_name, *dates]
    if only is not None:
        asked = only.columns.get(table.name, ())
        names = [one.name for one in table.variables if one.name in asked]
        names += [precision_column(name) for name in names if table.by_name[name].type == "date"]
    with_reasons = only is None or table.name in only.reasons
    values = _parquet(folder, stored.file, stored.sha256, names)
    given = _parquet(folder, stored.reasons_file, stored.reasons_sha256, names if with_reasons else ())
    expected: dict[str, pl.DataType | type[pl.DataType]] = {
        one.name: STORED_AS[one.type] for one in table.variables
    }
    expected |= {name: pl.String for name in dates if name in values.kinds}
    absent = [name for name in table.by_name if name not in values.kinds]
    fits = (
        values.rows in (stored.rows, None)
        and given.rows in (stored.rows, None)
        and (stored.file is not None or not stored.rows)
        and {*values.kinds, *absent} == set(expected)
        and all(kind == expected[name] for name, kind in values.kinds.items())
        and (set(absent) == set(stored.missing) or not stored.rows)
    )
    if not fits:
        raise tampered("the table has other columns or rows than its manifest says.", place)
    wanted = [name for name in absent if name in names]
    frame = values.frame.with_columns(row) if values.frame.width else pl.DataFrame([row])
    frame = frame.with_columns(pl.lit(None, expected[name]).alias(name) for name in wanted)
    reasons = given.frame.with_columns(row) if given.frame.width else pl.DataFrame([row])
    if stored.rows and with_reasons:
        reasons = reasons.with_columns(
            pl.lit(stored.missing[name]).alias(name) for name in wanted if name in stored.missing
        )
    order = [name for name in names if name in frame.columns]
    frame = frame.select(ROW, *order)
    reasons = reasons.select(ROW, *[name for name in order if name in reasons.columns])
    if thorough and table_content(table, frame, reasons, stored.missing) != stored.content:
        raise tampered("the records are not those that were written.", place)
    own = DataSource(
        table.name, "snapshot", source.sha256, stored.rows, len(table.variables), source.synthetic
    )
    return Records(frame, table.by_name, reasons, own)


@dataclass(frozen=True)
class _Stored:
    """A file of a snapshot: the types of its columns, its height (None without a file), and the columns asked for."""

    kinds: Mapping[str, pl.DataType]
    rows: int | None
    frame: pl.DataFrame


def _parquet(folder: Path, name: str | None, sha256: str | None, columns: Collection[str]) -> _Stored:
    if name is None:
        return _Stored({}, None, pl.DataFrame())
    place = Place(file=f"{folder.name}/{TABLES}/{name}")
    if Path(name).name != name:
        raise tampered("the manifest names a file outside the snapshot.", place)
    try:
        data = (folder / TABLES / name).read_bytes()
    except OSError:
        raise tampered("the file is not there or cannot be read.", place) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise tampered("the file was changed after it was written.", place)
    try:
        kinds = pl.read_parquet_schema(io.BytesIO(data))
        chosen = [name for name in kinds if name in columns]
        frame = pl.read_parquet(io.BytesIO(data), columns=chosen) if chosen else pl.DataFrame()
        rows = frame.height if chosen else pl.scan_parquet(io.BytesIO(data)).select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        raise tampered("the file is not a table.", place) from None
    return _Stored(kinds, rows, frame)
