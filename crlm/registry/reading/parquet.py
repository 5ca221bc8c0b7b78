"""Parquet files: values as stored."""

from __future__ import annotations

import io

import polars as pl

from crlm.registry.reading.statistical import damaged, stored_table
from crlm.registry.reading.table import RawTable, ReadOptions, raw_columns


def read_parquet(data: bytes, name: str, form: str, sha256: str, options: ReadOptions) -> RawTable:
    """The table in a Parquet file's bytes; categories become text and exact decimals Float64."""
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise damaged(name, "Parquet", _first_line(error)) from None
    columns = [_plain(series) for series in frame.get_columns()]
    return stored_table(raw_columns(frame.columns, columns), name, form, sha256)


def _plain(series: pl.Series) -> pl.Series:
    if series.dtype in (pl.Categorical, pl.Enum):
        return series.cast(pl.String)
    if series.dtype == pl.Decimal:
        return series.cast(pl.Float64)
    return series


def _first_line(error: Exception) -> Exception:
    return ValueError(str(error).strip().split("\n", 1)[0])
