"""How a table's values are stored: polars types, and the name of the column that holds a date's precision."""

from __future__ import annotations

import datetime
from typing import Literal

import polars as pl

from crlm.dictionary.records import ROW
from crlm.dictionary.registry.model import Table
from crlm.dictionary.variables import Variable

STORED_AS: dict[str, type[pl.DataType] | pl.DataType] = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "category": pl.String,
    "several": pl.List(pl.String),
    "yes_no": pl.Boolean,
    "text": pl.String,
    "date": pl.Date,
}
"""The polars type of each type of variable."""

Edge = Literal["first", "last"]


def schema_of(table: Table) -> dict[str, type[pl.DataType] | pl.DataType]:
    """The columns of a table's typed frame in order, ROW first."""
    return {ROW: pl.Int64, **{one.name: STORED_AS[one.type] for one in table.variables}}


def precision_column(name: str) -> str:
    """The column beside a date that says day, month or year; it is there only where some date is partial."""
    return f"{name}__precision"


def reason_column(name: str) -> str:
    """The column that says in words why values of a variable are missing, where no text code can say it."""
    return f"{name}__reason"


def partial_dates(frame: pl.DataFrame, variable: Variable | str) -> bool:
    """Whether some value of a date is known to the month or the year only."""
    name = precision_column(variable if isinstance(variable, str) else variable.name)
    return name in frame.columns and bool(frame[name].is_in(["month", "year"]).any())


def at_edge(frame: pl.DataFrame, name: str, edge: Edge) -> pl.DataFrame:
    """The frame with each partial date of a column at the first or the last day of its month or year."""
    date, precision = pl.col(name), pl.col(precision_column(name))
    if edge == "first":
        month, year = date.dt.truncate("1mo"), date.dt.truncate("1y")
    else:
        day = datetime.timedelta(days=1)
        month = date.dt.truncate("1mo").dt.offset_by("1mo") - day
        year = date.dt.truncate("1y").dt.offset_by("1y") - day
    return frame.with_columns(
        pl.when(precision == "month")
        .then(month)
        .when(precision == "year")
        .then(year)
        .otherwise(date)
        .alias(name)
    )
