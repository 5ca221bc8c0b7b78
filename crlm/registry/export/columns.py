"""A table as it leaves the house: its columns with values, reasons and precisions, as they stood in the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from crlm.dictionary.records import ROW, Records
from crlm.dictionary.registry import MISSING_CODES, RecordedVariable, Table
from crlm.dictionary.registry.frames import precision_column, reason_column
from crlm.registry.cells import EMPTY
from crlm.registry.importing.tables import ABSENT
from crlm.registry.typed import SYNTHETIC_COLUMN
from crlm.registry.values import LARGEST_EXACT

CODES = {one.reason: str(one.code) for one in MISSING_CODES}
"""The text that stands for a missing value of each reason, in every column of a registry."""


@dataclass(frozen=True)
class Column:
    """One variable of a table: `values` as typed, `reasons` (String, null where the value is known), `precision`."""

    variable: RecordedVariable
    values: pl.Series
    reasons: pl.Series
    precision: pl.Series | None = None
    """day, month or year, null where there is no date; None where every date is known to the day."""

    @property
    def name(self) -> str:
        """The name of the variable."""
        return self.variable.name

    def other_reasons(self, said: Sequence[str] = tuple(CODES)) -> pl.Series | None:
        """The reasons that are neither an empty cell nor one of those `said` in the cells; None without any."""
        left = self.reasons.set(self.reasons.is_in([EMPTY, *said]).fill_null(False), None)
        return left if left.null_count() < left.len() else None


def columns_of(table: Table, records: Records) -> list[Column]:
    """The columns of a table that its source had, in the dictionary's order; a null without a reason is empty.

    A variable whose every value is missing because the source lacks it has no column: read again, it is lacking again.
    """
    frame, reasons = records.frame, records.reasons
    found = []
    for variable in table.variables:
        values = frame[variable.name]
        given = reasons[variable.name] if variable.name in reasons.columns else None
        why = pl.Series(variable.name, [None], dtype=pl.String).new_from_index(0, values.len())
        why = (given if given is not None else why).fill_null(EMPTY).set(values.is_not_null(), None)
        if variable.name not in table.key and values.len() and bool((why == ABSENT).fill_null(False).all()):
            continue
        beside = precision_column(variable.name)
        found.append(Column(variable, values, why, frame[beside] if beside in frame.columns else None))
    return found


def text_of(column: Column) -> pl.Series:
    """The cells of a column as import reads them from text: values in their shortest exact form, codes for reasons.

    Categories are written by code, several levels joined by ";" (none of them: ";" alone), dates as 2019-05-31, a
    missing value as `unknown`, `not_done`, `not_applicable`, `refused`, or nothing.
    """
    values, variable = column.values, column.variable
    match variable.type:
        case "number":
            text = _number(values)
        case "category":
            text = values.replace({one.name: str(one.code) for one in variable.levels})
        case "several":
            codes = {one.name: str(one.code) for one in variable.levels}
            joined = values.list.eval(pl.element().replace(codes)).list.join(";")
            text = joined.set(joined == "", ";")
        case "yes_no":
            yes, no = str(variable.level("yes").code), str(variable.level("no").code)
            text = values.cast(pl.String).replace({"true": yes, "false": no})
        case _:
            text = values.cast(pl.String)
    said = column.reasons.replace_strict(CODES, default=None, return_dtype=pl.String)
    return text.fill_null(said).alias(column.name)


def _number(values: pl.Series) -> pl.Series:
    """12 for 12.0; all else in the fewest digits that give the same number again."""
    whole = (values == values.floor()) & (values.abs() < LARGEST_EXACT)
    integers = values.set(~whole.fill_null(False), None).cast(pl.Int64).cast(pl.String)
    return integers.fill_null(values.cast(pl.String))


def text_table(table: Table, records: Records) -> pl.DataFrame:
    """A table as text cells: each variable, after it its precision and other reasons where there are any, then a mark.

    The last column, `synthetic`, is 1 for synthetic records and 0 for real ones.
    """
    series = []
    for column in columns_of(table, records):
        series += [text_of(column), *beside(column)]
    mark = "1" if records.source.synthetic else "0"
    series.append(
        pl.Series(SYNTHETIC_COLUMN, [mark], dtype=pl.String).new_from_index(0, records.frame.height)
    )
    return pl.DataFrame(series)


def beside(column: Column, said: Sequence[str] = tuple(CODES)) -> list[pl.Series]:
    """The columns that stand beside a variable's: the precision of its dates, and reasons that no code says."""
    found = []
    if column.precision is not None:
        found.append(column.precision.alias(precision_column(column.name)))
    other = column.other_reasons(said)
    if other is not None:
        found.append(other.alias(reason_column(column.name)))
    return found


def rows_of(records: Records) -> pl.Series:
    """The row of each record in its file, for messages."""
    return records.frame[ROW]
