"""Stata files (.dta): values as stored, with value labels and the extended missing values .a to .z."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import polars as pl

from crlm.registry.reading.statistical import damaged, labelled_reason, stored_table
from crlm.registry.reading.table import RawColumn, RawTable, ReadOptions


def read_stata(data: bytes, name: str, form: str, sha256: str, options: ReadOptions) -> RawTable:
    """The table in a Stata file's bytes.

    The plain missing value is null without a reason; an extended one is null and its reason is its value
    label, or else its letter. Note that Stata's float has seven digits: 0.1 stored so reads as
    0.10000000149011612.
    """
    import pyreadstat

    try:
        values, about = pyreadstat.read_dta(io.BytesIO(data), user_missing=True, output_format="dict")
    except pyreadstat.ReadstatError as error:
        raise damaged(name, "Stata", error) from None
    columns, notes = [], []
    for header in about.column_names:
        labels: Mapping[Any, str] = about.variable_value_labels.get(header, {})
        cells = list(values[header])
        letters = {str(letter) for letter in about.missing_user_values.get(header, ())}
        reasons = None
        if letters:
            words = {letter: labelled_reason(letter, labels, "missing value .") for letter in letters}
            reasons = pl.Series(
                [words.get(cell) if isinstance(cell, str) else None for cell in cells], dtype=pl.String
            )
            cells = [None if isinstance(cell, str) else cell for cell in cells]
            notes.append(
                f"{header}: missing values of Stata are {', '.join(f'.{one}' for one in sorted(letters))}."
            )
        columns.append(
            RawColumn(header.strip(), header, pl.Series(header, cells, strict=False), None, reasons, labels)
        )
    return stored_table(columns, name, form, sha256, notes)
