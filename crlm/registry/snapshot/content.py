"""What a table says, as one hash: the same for the same records, whatever file or library they were kept in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from crlm.dictionary.records import ROW
from crlm.dictionary.registry import Table

Bytes = Iterable[bytes | memoryview]


def uniformly_missing(frame: pl.DataFrame, reasons: pl.DataFrame) -> dict[str, str]:
    """The columns without any value whose reason is the same in every row, with that reason."""
    found = {}
    for name in reasons.columns:
        if name == ROW or frame[name].null_count() < frame.height:
            continue
        reason = reasons[name]
        if not reason.null_count() and reason[0] is not None and (reason == reason[0]).all():
            found[name] = str(reason[0])
    return found


def table_content(
    table: Table, frame: pl.DataFrame, reasons: pl.DataFrame, missing: Mapping[str, str]
) -> str:
    """The SHA-256 of a table's records, sorted by key: rows' numbers in a file have no part in it.

    Each column adds its name, and then either the one reason why it has no value (`missing`), or which values are
    known, the values (numbers as 8 bytes, dates as days since 1970, texts as their lengths and UTF-8) and the reasons
    of the others in the same form. Columns come in the dictionary's order, then precisions of dates by name.
    """
    digest = hashlib.sha256()
    digest.update(json.dumps([table.name, frame.height]).encode())
    known = [variable.name for variable in table.variables]
    beside = sorted(name for name in frame.columns if name not in known and name != ROW)
    if not frame.height:
        return digest.hexdigest()
    for name in (*known, *beside):
        digest.update(f"\n{name} {frame.schema[name]}\n".encode())
        if name in missing:
            digest.update(f"missing: {missing[name]}".encode())
            continue
        for part in _bytes(frame[name]):
            digest.update(part)
        if name in reasons.columns:
            digest.update(b"\nreasons\n")
            for part in _bytes(reasons[name]):
                digest.update(part)
    return digest.hexdigest()


def _bytes(series: pl.Series) -> Bytes:
    if series.null_count():
        yield b"known"
        yield np.packbits(series.is_not_null().to_numpy()).tobytes()
        series = series.drop_nulls()
    match series.dtype:
        case pl.String:
            yield _little(series.str.len_bytes(), "<u4")
            yield str(series.str.join("").item() if series.len() else "").encode()
        case pl.List():
            yield _little(series.list.len(), "<u4")
            yield from _bytes(series.explode().drop_nulls().cast(pl.String))
        case pl.Date:
            yield _little(series.to_physical(), "<i4")
        case pl.Boolean:
            yield _little(series.cast(pl.UInt8), "u1")
        case pl.Float64:
            yield _little(series + 0.0, "<f8")  # minus zero is zero
        case _:
            yield _little(series, "<i8")


def _little(series: pl.Series, form: str) -> bytes:
    return np.ascontiguousarray(series.to_numpy(), dtype=form).tobytes()


def snapshot_id(dictionary_version: str, synthetic: bool, contents: Mapping[str, str]) -> str:
    """The id of a snapshot: the SHA-256 of what its tables say, under which dictionary, and whether it is synthetic."""
    stated = {
        "dictionary": dictionary_version,
        "synthetic": synthetic,
        "tables": dict(sorted(contents.items())),
    }
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()
