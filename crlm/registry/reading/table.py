"""What a file holds before anything is believed about it: headers, cells, and each record's row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from crlm.dictionary.wording import counted
from crlm.problems import DataError, Place, Problem

NO_STORED_VALUE = "(formula without a stored value)"
"""What stands in a workbook's cell whose formula was never calculated; no number, no level, no date."""

WORKBOOK_ERRORS = (
    "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA",
)  # fmt: skip
"""The errors that a workbook's cell can hold in place of a value."""

NO_VALUES = (*WORKBOOK_ERRORS, NO_STORED_VALUE)
"""Text that is no value of anything, whatever format it comes from."""

TOP_ROWS = 30
"""How many rows from the top are kept as they stand, to find headers that are lower than declared."""


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read; None is "look and say what was found".

    `header_row` counts rows as a spreadsheet does (the first is 1). `sheet` is for workbooks, `delimiter`,
    `decimal` and `encoding` ("utf-8", "utf-16", "windows-1252") for text files; the others ignore them.
    """

    sheet: str | None = None
    header_row: int = 1
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    decimal: Literal[".", ","] | None = None
    encoding: Literal["utf-8", "windows-1252", "utf-16"] | None = None


@dataclass(frozen=True)
class RawColumn:
    """One column of a file.

    `values` are String for text files and for workbook columns with any text or date in them, Boolean for
    workbook columns of nothing but true and false, and as stored (Float64, Int64, Boolean, Date, String ...)
    for SPSS, Stata and Parquet. Blanks around text are still there; a cell without content is null or an
    empty string.
    """

    header: str
    """The header without blanks around it."""
    written: str
    """The header as it stands in the file."""
    values: pl.Series
    numbers: pl.Series | None = None
    """For a workbook's String column: the exact Float64 of each cell that holds a number, null elsewhere."""
    reasons: pl.Series | None = None
    """String: why the file itself calls a value missing (SPSS user-missing, Stata .a to .z), else null."""
    labels: Mapping[float | str, str] = field(default_factory=dict)
    """The file's own labels of codes (SPSS, Stata)."""


@dataclass(frozen=True)
class RawTable:
    """A file's table: its columns in order and, in `rows` (Int64), each record's row as a spreadsheet counts.

    The header is `header_row` (1 unless declared otherwise); SPSS, Stata and Parquet count as if exported
    with the headers in row 1. Blank rows are not records; `blank_rows` says how many were passed over.
    """

    name: str
    format: str
    sha256: str
    columns: tuple[RawColumn, ...]
    rows: pl.Series
    header_row: int = 1
    blank_rows: int = 0
    sheet: str | None = None
    decimal: Literal[".", ","] | None = None
    """The declared decimal sign of a text file; None where it is to be found, or where numbers are typed."""
    notes: tuple[str, ...] = ()
    """Sentences on what was found by looking: encoding, delimiter, sheet, user-missing codes, hidden rows."""
    top: tuple[tuple[str, ...], ...] = ()
    """The first rows as they stand, from row 1; empty for formats that store headers apart."""
    merged_headers: tuple[str, ...] = ()
    """Ranges of merged cells that touch the header row, as a workbook writes them: A1:C1."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers in order, without blanks around them."""
        return tuple(column.header for column in self.columns)

    @property
    def height(self) -> int:
        """The number of records."""
        return self.rows.len()


def refuse(
    code: str,
    given: str,
    *,
    file: str,
    allowed: str | None = None,
    fix: str | None = None,
    line: int | None = None,
    sheet: str | None = None,
    row: int | None = None,
) -> DataError:
    """The DataError for one thing that makes a file unreadable as a table."""
    return DataError(Problem(code, given, allowed, fix, Place(file=file, line=line, sheet=sheet, row=row)))


def no_rows(name: str, sheet: str | None = None) -> DataError:
    """The error for a file or sheet without any content."""
    return refuse(
        "table-empty",
        "there is nothing in it.",
        file=name,
        sheet=sheet,
        allowed="a header row, then one row per patient.",
        fix="check that this is the right file and that its export was finished.",
    )


def no_records(name: str, header_row: int, sheet: str | None = None) -> DataError:
    """The error for a table with headers and nothing below them."""
    return refuse(
        "table-without-records",
        f"there is no record below the headers in row {header_row}.",
        file=name,
        sheet=sheet,
        row=header_row,
        allowed="at least one row with values.",
        fix="check that this is the right file and that its export was finished.",
    )


def header_row_beyond_end(name: str, header_row: int, height: int, sheet: str | None = None) -> DataError:
    """The error for a declared header row that the file does not reach."""
    return refuse(
        "header-row-beyond-end",
        f"the protocol says header_row = {header_row}, but there are only {counted(height, 'row')}.",
        file=name,
        sheet=sheet,
        allowed=f"a row from 1 to {height}.",
        fix="set [data] header_row to the row that holds the column names.",
    )


def raw_columns(
    headers: Sequence[str], values: Sequence[pl.Series], numbers: Sequence[pl.Series | None] | None = None
) -> tuple[RawColumn, ...]:
    """Columns from headers as written and their cells, position by position."""
    exact = numbers if numbers is not None else [None] * len(values)
    return tuple(
        RawColumn(written.strip(), written, cells, number)
        for written, cells, number in zip(headers, values, exact, strict=True)
    )
