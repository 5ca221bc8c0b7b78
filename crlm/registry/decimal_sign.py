"""Decimal point or decimal comma: declared, or found where only one reading is possible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from crlm.problems import DataError, Place, Problem
from crlm.registry.reading import RawColumn, RawTable

DecimalSign = Literal[".", ","]

WITH_POINT = r"^\s*[+-]?\d*\.\d+\s*$"
WITH_COMMA = r"^\s*[+-]?\d+,\d+\s*$"
ONLY_A_DECIMAL_COMMA = r"^\s*[+-]?(\d+,(\d{1,2}|\d{4,})|0\d*,\d+|\d{4,},\d+)\s*$"
"""Not three digits after the comma, or a leading zero, or more than three digits before it: no thousands."""


def decimal_sign(raw: RawTable, numeric: Iterable[RawColumn]) -> tuple[DecimalSign, str | None]:
    """The decimal sign of a table's text numbers, and a sentence when it was concluded to be a comma.

    Declared, it is that. Otherwise the columns declared as numbers decide together: no comma means a point;
    commas that can only be decimal commas (12,5), and no point anywhere, mean a comma. Both signs, or only
    numbers such as 1,234, which may be a thousand or one and a bit, are a DataError that asks for `[data]
    decimal`.
    """
    if raw.decimal is not None:
        return raw.decimal, None
    text = [column for column in numeric if column.values.dtype == pl.String]
    commas = _first(raw, text, WITH_COMMA)
    if commas is None:
        return ".", None
    certain = _first(raw, text, ONLY_A_DECIMAL_COMMA)
    point = _first(raw, text, WITH_POINT)
    if point is not None:
        raise DataError(
            Problem(
                code="decimal-sign-mixed",
                given=f'numbers have a comma (row {commas[1]}, column "{commas[0]}": "{commas[2]}") and a point '
                f'(row {point[1]}, column "{point[0]}": "{point[2]}").',
                allowed="one decimal sign in the whole file, and nothing between thousands.",
                fix='correct the file, or set [data] decimal = "." or "," to have every other cell listed.',
                place=Place(file=raw.name, sheet=raw.sheet, row=commas[1], column=commas[0]),
            )
        )
    if certain is None:
        raise DataError(
            Problem(
                code="decimal-sign-ambiguous",
                given=f'"{commas[2]}" may be a decimal comma or a thousand, and no other number says which.',
                allowed="a declared decimal sign.",
                fix='set [data] decimal = "," if the comma is the decimal sign; else remove it from the numbers.',
                place=Place(file=raw.name, sheet=raw.sheet, row=commas[1], column=commas[0]),
            )
        )
    header, row, given = certain
    return (
        ",",
        f'Decimal sign: comma (found: "{given}" in row {row}, column "{header}", and no point anywhere).',
    )


def _first(raw: RawTable, columns: Iterable[RawColumn], pattern: str) -> tuple[str, int, str] | None:
    """Header, row and text of the first cell that fits, number cells of a workbook left out."""
    sign = "." if pattern == WITH_POINT else ","
    for column in columns:
        values = column.values
        if not values.str.contains(sign, literal=True).any():
            continue
        fits = values.str.contains(pattern).fill_null(False)
        if column.numbers is not None:
            fits = fits & (column.numbers.is_null() if sign == "." else True)
        where = fits.arg_max() if fits.any() else None
        if where is not None:
            return column.header, int(raw.rows[where]), str(values[where]).strip()
    return None
