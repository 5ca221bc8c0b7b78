"""The cells of a table's columns, whatever format they come from, and which of them are missing and why.

Everything here is a polars expression over one frame of cells, so that a table takes a handful of passes, not a
handful per column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from crlm.dictionary.variables import Code, MissingCode
from crlm.registry.decimal_sign import DecimalSign
from crlm.registry.reading import RawColumn

Kind = Literal["text", "number", "boolean", "date", "other"]

PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

EMPTY = "empty"
"""The reason of a cell that holds nothing at all."""


@dataclass(frozen=True)
class Cells:
    """One column of a frame of cells.

    `value`: String without blanks around it (text), a number, Boolean, Date, or something that no variable can hold
    (other); null is empty. `number`: the Float64 of each cell that is a number, null elsewhere; infinite and "nan"
    come through as such, for others to refuse. `stated`: the file's own reason of a missing value.
    """

    kind: Kind
    dtype: pl.DataType
    value: pl.Expr
    number: pl.Expr
    stated: pl.Expr
    decimal: DecimalSign = "."


def cell_frame(
    columns: Sequence[RawColumn], decimal: DecimalSign, numbers: Sequence[bool] | None = None
) -> tuple[pl.DataFrame, list[Cells]]:
    """One frame with the cells of some columns, and where in it each column's are.

    `numbers` says of which text columns the numbers are wanted (None: of all); reading text as numbers takes time.
    """
    wanted = [True] * len(columns) if numbers is None else numbers
    kinds = [_kind(column.values.dtype) for column in columns]
    stored: list[pl.Series] = []
    for position, column in enumerate(columns):
        stored.append(column.values.alias(f"value {position}"))
        if column.numbers is not None:
            stored.append(column.numbers.alias(f"exact {position}"))
        if column.reasons is not None:
            stored.append(column.reasons.alias(f"stated {position}"))
    frame = pl.DataFrame(stored)
    frame = frame.with_columns(_tidy(f"value {position}", kind) for position, kind in enumerate(kinds))
    frame = frame.with_columns(
        (_number(f"value {position}", kind, f"exact {position}" if column.numbers is not None else None, decimal)
         if number or kind != "text" else pl.lit(None, pl.Float64))
        .alias(f"number {position}")
        for position, (column, kind, number) in enumerate(zip(columns, kinds, wanted, strict=True))
    )  # fmt: skip
    schema = frame.schema
    return frame, [
        Cells(
            kind=kind,
            dtype=schema[f"value {position}"],
            value=pl.col(f"value {position}"),
            number=pl.col(f"number {position}"),
            stated=pl.col(f"stated {position}") if column.reasons is not None else pl.lit(None, pl.String),
            decimal=decimal,
        )
        for position, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    ]


def _kind(dtype: pl.DataType) -> Kind:
    if dtype in (pl.String, pl.Null):
        return "text"
    if dtype.is_numeric():
        return "number"
    if dtype == pl.Boolean:
        return "boolean"
    return "date" if dtype in (pl.Date, pl.Datetime) else "other"


def _tidy(name: str, kind: Kind) -> pl.Expr:
    if kind == "text":
        text = pl.col(name).cast(pl.String).str.strip_chars()
        return pl.when(text != "").then(text).alias(name)
    return pl.col(name).cast(pl.Date) if kind == "date" else pl.col(name)


def _number(name: str, kind: Kind, exact: str | None, decimal: DecimalSign) -> pl.Expr:
    """Float64; text is taken in plain or exponent notation, and correctly rounded to the last bit."""
    if kind == "number":
        return pl.col(name).cast(pl.Float64)
    if kind != "text":
        return pl.lit(None, pl.Float64)
    text = pl.col(name)
    if decimal == ",":
        pointless = ~text.str.contains(".", literal=True)
        text = pl.when(pointless).then(text.str.replace(",", ".", literal=True))
    number = text.cast(pl.Float64, strict=False)
    return pl.coalesce(pl.col(exact), number) if exact is not None else number


def number_in(text: str, decimal: DecimalSign) -> float | None:
    """The same for one text, finite numbers only."""
    if decimal == ",":
        text = text.replace(".", "?").replace(",", ".")
    return float(text) if PLAIN_NUMBER.fullmatch(text) else None


def missing_reason(cells: Cells, codes: Iterable[MissingCode]) -> pl.Expr:
    """String: why a value is missing, null where it is not.

    Declared codes come first, in the order given (-999 is also -999.0; "NA" is exactly that; "" is an empty cell),
    then what the file itself states, then "empty".
    """
    declared = [pl.when(_has_code(cells, one.code)).then(pl.lit(one.reason)) for one in codes]
    return pl.coalesce(*declared, cells.stated, pl.when(cells.value.is_null()).then(pl.lit(EMPTY)))


def _has_code(cells: Cells, code: Code) -> pl.Expr:
    """Which cells hold the code; null counts as no."""
    if isinstance(code, bool):
        if cells.kind == "boolean":
            return cells.value == code
        return cells.value.str.to_lowercase() == str(code).lower() if cells.kind == "text" else pl.lit(False)
    if isinstance(code, int | float):
        return cells.number == float(code)
    if code.strip() == "":
        return cells.value.is_null()
    if cells.kind in ("text", "date"):
        return cells.value.cast(pl.String) == code.strip()
    if cells.kind == "number" and code.strip().lower() == "nan":
        return cells.number.is_nan()
    number = number_in(code.strip(), ".")
    return cells.number == number if number is not None else pl.lit(False)


def same_code(one: Code, other: Code) -> bool:
    """Whether two codes stand for the same cell: 9 and 9.0, or the same text; true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return str(one).strip() == str(other).strip()
    return one == other
