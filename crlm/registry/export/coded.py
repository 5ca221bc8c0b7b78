"""Numbers for statistical packages: levels as labelled codes, as SPSS and Stata store them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from crlm.dictionary.registry import RecordedVariable
from crlm.registry.export.columns import Column


def level_codes(variable: RecordedVariable) -> Mapping[str, int]:
    """The number of each level: no 0, yes 1; whole numbers where these are its codes anyway, else 1, 2, 3 in order."""
    if variable.type == "yes_no":
        return {"no": 0, "yes": 1}
    codes = [str(level.code) for level in variable.levels]
    if all(code.isascii() and code.isdigit() for code in codes):
        return {level.name: int(str(level.code)) for level in variable.levels}
    return {name: place for place, name in enumerate(variable.level_names, start=1)}


def level_labels(variable: RecordedVariable) -> dict[int | float, str]:
    """The words of each number."""
    return {code: variable.level(name).words for name, code in level_codes(variable).items()}


def as_numbers(column: Column) -> pl.Series:
    """The values of a number, integer, category or yes_no as numbers; null where missing."""
    variable, values = column.variable, column.values
    if variable.type == "yes_no":
        return values.cast(pl.Int64)
    if variable.type == "category":
        return values.replace_strict(level_codes(variable), default=None, return_dtype=pl.Int64)
    return values


def is_numeric(variable: RecordedVariable) -> bool:
    """Whether statistical packages hold the variable as numbers: all but text, dates, and several levels at once."""
    return variable.is_numeric or variable.is_categorical
