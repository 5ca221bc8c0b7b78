"""Derived variables: computed from recorded ones by expressions, kept apart, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from crlm.dictionary.expressions import evaluate
from crlm.dictionary.records import ROW, Records
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import counted
from crlm.problems import DataError, Place, Problem, did_you_mean

STORED_AS: dict[str, type[pl.DataType] | pl.DataType] = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "category": pl.String,
    "several": pl.List(pl.String),
    "yes_no": pl.Boolean,
    "text": pl.String,
    "date": pl.Date,
}


@dataclass(frozen=True)
class DerivedVariable:
    """A variable and the expression that computes it."""

    variable: Variable
    expression: str


def add_derived(records: Records, derived: Sequence[DerivedVariable]) -> Records:
    """The records with each derived variable added, in order (a later one may use an earlier one).

    Unknown inputs give an unknown result. A result that the variable does not allow (a level that is not declared, a
    fraction in an integer) is a DataError that names the first rows.
    """
    for one in derived:
        values = evaluate(records.frame, one.expression, records.variables)
        _refuse_what_is_not_allowed(records, one, values)
        column = values.cast(STORED_AS[one.variable.type]).alias(one.variable.name)
        records = records.with_columns(records.frame.with_columns(column), {one.variable.name: one.variable})
    return records


def _refuse_what_is_not_allowed(records: Records, one: DerivedVariable, values: pl.Series) -> None:
    variable = one.variable
    if variable.type == "category":
        wrong = values.is_not_null() & ~values.is_in(list(variable.level_names))
        allowed = ", ".join(variable.level_names)
    elif variable.type == "integer":
        wrong = values.is_not_null() & (values != values.round(0))
        allowed = "whole numbers"
    else:
        return
    if wrong.any():
        rows = records.frame.filter(wrong)[ROW].head(3).to_list()
        found = str(values.filter(wrong)[0])
        raise DataError(
            Problem(
                code="derived-value-not-allowed",
                given=f'the derived variable "{variable.name}" is {found!r} for {counted(int(wrong.sum()), "record")} '
                f"(first rows: {', '.join(map(str, rows))}).",
                allowed=f"{allowed}.",
                fix=did_you_mean(found, variable.level_names)
                if variable.levels
                else "declare it as a number.",
                place=Place(file=records.source.name, row=rows[0], column=variable.name),
            )
        )
