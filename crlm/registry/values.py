"""From cells to typed values: numbers, whole numbers, categories, yes and no, text, dates."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import polars as pl

from crlm.dictionary.variables import Code, Variable
from crlm.registry.cells import Cells, number_in
from crlm.registry.decimal_sign import DecimalSign
from crlm.registry.reading.table import NO_VALUES

LARGEST_EXACT = 2.0**53
"""Beyond this a Float64 cannot tell one whole number from the next."""

ISO_DATE = r"^(\d{4}-\d{2}-\d{2})([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
FIRST_DATE = datetime.date(1900, 1, 1)
"""Workbooks write a time without a date as one in December 1899; no patient's date is that early."""


def typed_value(cells: Cells, variable: Variable, distinct: Iterable[object] = ()) -> pl.Expr:
    """The values as the variable's type stores them, null where a cell is not a value of it.

    number: any finite number. integer: a whole number (65 and 65.0, not 65.5). category: a level's code (numbers
    compare as numbers, text exactly) or, where the file holds text, exactly a level's name or label. yes_no: the
    same, and true or false where the file itself has such a type. text: as it stands; numbers in their shortest
    form. date: a date of the file, or text as 2024-12-31, with or without a time after it, which is dropped.

    `distinct` are the values that occur in a category's or yes_no's cells.
    """
    if variable.type == "number":
        return _finite(cells)
    if variable.type == "integer":
        return _whole(cells)
    if variable.type == "category":
        return _level_name(cells, variable, distinct)
    if variable.type == "yes_no":
        return _level_name(cells, variable, distinct) == "yes"
    return as_text(cells) if variable.type == "text" else _date(cells)


def _finite(cells: Cells) -> pl.Expr:
    return pl.when(cells.number.is_finite()).then(cells.number)


def _whole(cells: Cells) -> pl.Expr:
    if cells.dtype.is_integer():
        return cells.value.cast(pl.Int64, strict=False)
    return pl.when(_is_whole(cells.number)).then(cells.number).cast(pl.Int64, strict=False)


def _is_whole(number: pl.Expr) -> pl.Expr:
    return (number == number.floor()) & (number.abs() <= LARGEST_EXACT)


def _level_name(cells: Cells, variable: Variable, distinct: Iterable[object]) -> pl.Expr:
    if cells.kind == "other":  # a list or the like is no level, and cannot be looked up
        return pl.lit(None, pl.String)
    names = {value: level_of(value, variable, cells.decimal) for value in distinct}
    known = {value: name for value, name in names.items() if name is not None}
    if not known:
        return pl.lit(None, pl.String)
    old = pl.Series(list(known), dtype=cells.dtype)
    return cells.value.replace_strict(old, list(known.values()), default=None, return_dtype=pl.String)


def level_of(value: object, variable: Variable, decimal: DecimalSign = ".") -> str | None:
    """The name of the level that a cell means, or None; a code goes before a name or label."""
    for level in variable.levels:
        if _is_code(value, level.code, decimal):
            return level.name
    if isinstance(value, bool):
        return ("yes" if value else "no") if variable.type == "yes_no" else None
    if isinstance(value, str):
        meant = [level for level in variable.levels if value in (level.name, level.label)]
        return meant[0].name if len(meant) == 1 else None
    return None


def _is_code(value: object, code: Code, decimal: DecimalSign) -> bool:
    if isinstance(value, bool):
        return code is value
    if isinstance(value, str):
        if isinstance(code, bool):
            return value.lower() == str(code).lower()
        return value == code.strip() if isinstance(code, str) else number_in(value, decimal) == code
    if isinstance(code, bool):
        return False
    return (number_in(code.strip(), ".") if isinstance(code, str) else code) == value


def as_text(cells: Cells) -> pl.Expr:
    """The cells as text, numbers in their shortest form: 12 for 12.0; null for what is no text, or Excel's error."""
    if cells.kind == "other":
        return pl.lit(None, pl.String)
    if cells.kind == "text":
        return pl.when(~cells.value.is_in(NO_VALUES)).then(cells.value)
    if cells.kind != "number" or cells.dtype.is_integer():
        return cells.value.cast(pl.String)
    whole = pl.when(_is_whole(cells.number)).then(cells.number).cast(pl.Int64, strict=False)
    return pl.coalesce(whole.cast(pl.String), cells.number.cast(pl.String))


def _date(cells: Cells) -> pl.Expr:
    if cells.kind == "date":
        date = cells.value
    elif cells.kind == "text":
        date = cells.value.str.extract(ISO_DATE, 1).str.to_date("%Y-%m-%d", strict=False)
    else:
        return pl.lit(None, pl.Date)
    return pl.when(date >= FIRST_DATE).then(date)
