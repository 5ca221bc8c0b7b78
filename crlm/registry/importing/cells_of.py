"""Cells that only a registry has: several levels in one cell, and dates known to the month or the year only."""

from __future__ import annotations

from typing import Any

import polars as pl

from crlm.dictionary.variables import Variable
from crlm.registry.cells import Cells
from crlm.registry.values import FIRST_DATE, ISO_DATE, level_of

SEPARATORS = (";", "|")
"""What stands between the levels of one cell; a cell that holds nothing else is "none of them"."""

MONTH = r"^(\d{4})-(0[1-9]|1[0-2])$"
YEAR = r"^(\d{4})$"
PLAIN_DAY = r"^\d{4}-\d{2}-\d{2}$"
YEARS = (1900, 2100)
"""Four digits outside these are no year."""

PRECISIONS = ("day", "month", "year")


def levels_in(cell: object, variable: Variable) -> list[str] | None:
    """The names of the levels in one cell, in level order and each once; None when one of them is no level."""
    if isinstance(cell, str):
        for separator in SEPARATORS[1:]:
            cell = cell.replace(separator, SEPARATORS[0])
        parts: list[Any] = [part.strip() for part in cell.split(SEPARATORS[0]) if part.strip()]
    elif isinstance(cell, list | pl.Series):
        parts = list(cell)
    else:
        parts = [cell]
    names = {level_of(part, variable) for part in parts}
    return None if None in names else [name for name in variable.level_names if name in names]


def date_value(cells: Cells, *, partial: bool = True) -> tuple[pl.Expr, pl.Expr]:
    """The date of each cell and its precision (day, month or year), null where a cell is no date.

    A date of the file, or text as 2019-05-31, with or without a time after it, which is dropped. 2019-05 is known to
    the month and stands for its 15th, 2019 to the year and stands for its 1 July: the middle of the period. Whole
    numbers from 1900 to 2100 are years, as workbooks store them. `partial` is False where it is known that every cell
    is a date to the day, written 2019-05-31.
    """
    if not partial:
        value = cells.value.str.to_date("%Y-%m-%d", strict=False)
        value = pl.when(value >= FIRST_DATE).then(value)
        return value, pl.when(value.is_not_null()).then(pl.lit("day"))
    day, month, year = pl.lit(None, pl.Date), pl.lit(None, pl.Date), pl.lit(None, pl.Date)
    if cells.kind == "date":
        day = cells.value
    elif cells.kind == "text":
        day = cells.value.str.extract(ISO_DATE, 1).str.to_date("%Y-%m-%d", strict=False)
        month = pl.concat_str(cells.value.str.extract(f"({MONTH})", 1), pl.lit("-15"))
        month = month.str.to_date("%Y-%m-%d", strict=False)
        year = _middle_of(cells.value.str.extract(YEAR, 1).cast(pl.Int32, strict=False))
    elif cells.kind == "number":
        year = _middle_of(
            pl.when(cells.number == cells.number.floor()).then(cells.number).cast(pl.Int32, strict=False)
        )
    value = pl.coalesce(day, month, year)
    value = pl.when(value >= FIRST_DATE).then(value)
    precision = (
        pl.when(day.is_not_null())
        .then(pl.lit("day"))
        .when(month.is_not_null())
        .then(pl.lit("month"))
        .when(year.is_not_null())
        .then(pl.lit("year"))
    )
    return value, pl.when(value.is_not_null()).then(precision)


def _middle_of(year: pl.Expr) -> pl.Expr:
    return pl.when(year.is_between(*YEARS)).then(pl.date(year, 7, 1))
