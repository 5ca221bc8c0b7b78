"""SPSS files (.sav, .zsav): values as stored, with value labels and user-missing values."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from crlm.registry.reading.statistical import damaged, labelled_reason, stored_table
from crlm.registry.reading.table import RawColumn, RawTable, ReadOptions


def read_spss(data: bytes, name: str, form: str, sha256: str, options: ReadOptions) -> RawTable:
    """The table in an SPSS file's bytes.

    System-missing is null. A user-missing value stays as it is and gets its reason: its value label, or else
    the code itself. Dates and times come through as such; all numbers are Float64, as SPSS stores them.
    """
    import pyreadstat

    try:
        values, about = pyreadstat.read_sav(io.BytesIO(data), user_missing=True, output_format="dict")
    except pyreadstat.ReadstatError as error:
        raise damaged(name, "SPSS", error) from None
    columns, notes = [], []
    for header in about.column_names:
        labels: Mapping[Any, str] = about.variable_value_labels.get(header, {})
        cells = pl.Series(header, list(values[header]), strict=False)
        declared = about.missing_ranges.get(header, [])
        reasons = user_missing_reasons(cells, declared, labels)
        if reasons is not None:
            notes.append(f"{header}: user-missing in SPSS are {_in_words(declared)}.")
        columns.append(RawColumn(header.strip(), header, cells, None, reasons, labels))
    return stored_table(columns, name, form, sha256, notes)


def user_missing_reasons(
    cells: pl.Series, declared: Sequence[Any], labels: Mapping[float | str, str]
) -> pl.Series | None:
    """Reasons (String, null where known) for values in a declared range; None when no value is in one."""
    missing = pl.Series([False] * cells.len(), dtype=pl.Boolean)
    for limits in declared:
        low, high = limits["lo"], limits["hi"]
        if isinstance(low, str) != (cells.dtype == pl.String) or not (
            cells.dtype.is_numeric() or isinstance(low, str)
        ):
            continue  # a range of numbers does not concern dates or text
        missing = missing | ((cells >= low) & (cells <= high)).fill_null(False)
    if not missing.any():
        return None
    words = {
        value: labelled_reason(value, labels, "user-missing") for value in cells.filter(missing).unique()
    }
    return pl.Series(
        [words[value] if hit else None for value, hit in zip(cells, missing, strict=True)], dtype=pl.String
    )


def _in_words(declared: Sequence[Any]) -> str:
    return ", ".join(
        _plain(one["lo"]) if one["lo"] == one["hi"] else f"{_plain(one['lo'])} to {_plain(one['hi'])}"
        for one in declared
    )


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"
