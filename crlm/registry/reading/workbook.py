"""Excel workbooks (.xlsx, .xlsm): one sheet becomes a table, to the last digit.

The cells come from fastexcel. It shows neither error cells (#N/A) nor formulas that were never calculated,
and its text form rounds numbers to nine decimals; `workbook_marks` finds the former, a second reading as
numbers mends the latter. The older .xls, .xlsb and .ods are refused, because there an error cell could pass
for an empty one.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.parsers import expat

import polars as pl

from crlm.problems import DataError, did_you_mean
from crlm.registry.reading.table import (
    TOP_ROWS,
    RawColumn,
    RawTable,
    ReadOptions,
    header_row_beyond_end,
    no_records,
    no_rows,
    refuse,
)
from crlm.registry.reading.workbook_marks import SheetMarks, sheet_marks

if TYPE_CHECKING:
    import fastexcel

MALFORMED = (zipfile.BadZipFile, KeyError, StopIteration, ElementTree.ParseError, expat.ExpatError)
"""What reading the parts of a damaged workbook raises."""

UNPACKED_LIMIT = 2_000_000_000
"""The most bytes that a workbook may unpack to."""

OLD_CONTAINER = b"\xd0\xcf\x11\xe0"
"""How a file begins that is an old .xls, or a new workbook locked with a password."""


def read_workbook(data: bytes, name: str, form: str, sha256: str, options: ReadOptions) -> RawTable:
    """The table in one sheet of a workbook's bytes.

    Hidden rows and columns are read like all others and noted. With several sheets the protocol must name
    one, unless all others are empty. Raises DataError for a locked or damaged workbook, an unknown or empty
    sheet.
    """
    _refuse_foreign(data, name, size_limit=UNPACKED_LIMIT)
    import fastexcel

    try:
        reader = fastexcel.read_excel(data)
        sheet, note = _chosen_sheet(reader, options.sheet, name)
        text, positions = _as_text(reader, sheet)
        numbers = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="float").to_polars()
        marks = sheet_marks(data, sheet)
    except (fastexcel.FastExcelError, *MALFORMED) as error:
        raise _damaged(name, error) from None
    if text.is_empty() or not text.columns:
        raise no_rows(name, sheet)
    text, numbers = _with_marks(text, numbers, positions, marks)
    if options.header_row > text.height:
        raise header_row_beyond_end(name, options.header_row, text.height, sheet)
    header = [cell or "" for cell in text.row(options.header_row - 1)]
    body, exact = text.slice(options.header_row), numbers.slice(options.header_row)
    filled = ~_blank(body)
    rows = pl.Series("row", range(options.header_row + 1, text.height + 1), dtype=pl.Int64).filter(filled)
    if rows.is_empty():
        raise no_records(name, options.header_row, sheet)
    body, exact = body.filter(filled), exact.filter(filled)
    columns = [
        _column(written, body[:, position], exact[:, position]) for position, written in enumerate(header)
    ]
    notes = [*note, *marks.hidden_notes()]
    return RawTable(
        name=name,
        format=form,
        sha256=sha256,
        columns=tuple(columns),
        rows=rows,
        header_row=options.header_row,
        blank_rows=int((~filled).sum()),
        sheet=sheet,
        decimal=options.decimal,
        notes=tuple(notes),
        top=tuple(tuple(cell or "" for cell in row) for row in text.head(TOP_ROWS).rows()),
        merged_headers=marks.merged_touching(options.header_row),
    )


def _refuse_foreign(data: bytes, name: str, size_limit: int) -> None:
    """Locked, old, foreign, incomplete and swollen files are told apart before anything is unpacked."""
    if data.startswith(OLD_CONTAINER) and "EncryptedPackage".encode("utf-16-le") in data:
        raise refuse(
            "workbook-locked",
            "the workbook is protected with a password.",
            file=name,
            allowed="a workbook without a password.",
            fix="open it, remove the password (File > Info > Protect Workbook), and save it again.",
        )
    if not data.startswith(b"PK"):
        old = data.startswith(OLD_CONTAINER)
        raise refuse(
            "file-is-something-else",
            "this is an old Excel workbook (.xls) under another extension."
            if old
            else "this is not an Excel workbook, whatever its extension says.",
            file=name,
            allowed="a .xlsx workbook.",
            fix='open it and save it as "Excel Workbook (.xlsx)"; if it is text, give it the extension .csv.',
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _damaged(name, error) from None
    if unpacked > size_limit:
        raise refuse(
            "file-too-large",
            f"the workbook unpacks to {unpacked / 1e9:.1f} GB; it was not read.",
            file=name,
            allowed=f"up to {size_limit / 1e9:.1f} GB.",
            fix="export only the columns that the protocol names, or save the table as CSV or Parquet.",
        )


def _damaged(name: str, error: Exception) -> DataError:
    reason = (str(error).split("\n", 1)[0] or type(error).__name__).removeprefix("calamine error: ")
    return refuse(
        "workbook-damaged",
        f"the workbook cannot be opened ({reason}).",
        file=name,
        allowed="a complete .xlsx workbook.",
        fix="copy the file again, or open it in Excel and save it anew.",
    )


def _chosen_sheet(reader: fastexcel.ExcelReader, wanted: str | None, name: str) -> tuple[str, list[str]]:
    names = reader.sheet_names
    if wanted is not None:
        if wanted in names:
            return wanted, []
        trimmed = [one for one in names if one.strip() == wanted.strip()]
        if len(trimmed) == 1:
            return trimmed[0], []
        raise refuse(
            "sheet-not-found",
            f'there is no sheet "{wanted}".',
            file=name,
            allowed=_listed(names),
            fix=did_you_mean(wanted, names),
        )
    if len(names) == 1:
        return names[0], []
    filled = [one for one in names if _as_text(reader, one)[0].height]
    if len(filled) == 1:
        return filled[0], [f'Sheet: "{filled[0]}", the only one of {len(names)} that is not empty.']
    if not filled:
        raise no_rows(name)
    raise refuse(
        "sheet-not-named",
        f"the workbook has {len(filled)} sheets with cells in them.",
        file=name,
        allowed=_listed(filled),
        fix=f'say which: [data] sheet = "{filled[0]}".',
    )


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{one}"' for one in names) + "."


def _as_text(reader: fastexcel.ExcelReader, sheet: str) -> tuple[pl.DataFrame, list[int]]:
    """Every cell from row 1 as text, and the position in the sheet (A is 0) of each column."""
    loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
    return loaded.to_polars(), [column.absolute_index for column in loaded.available_columns()]


def _with_marks(
    text: pl.DataFrame, numbers: pl.DataFrame, positions: list[int], marks: SheetMarks
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Error cells and formulas without a value written into the text, where fastexcel has an empty cell."""
    height = max([text.height, *(row for row, _ in marks.cells)])
    if height > text.height:  # rows at the end that hold nothing but such cells
        missing = height - text.height
        text = pl.concat([text, text.clear(missing)])
        numbers = pl.concat([numbers, numbers.clear(missing)])
    by_column: dict[int, dict[int, str]] = {}
    for (row, position), words in marks.cells.items():
        if position in positions:
            by_column.setdefault(positions.index(position), {})[row - 1] = words
    for column, cells in by_column.items():
        changed = text[:, column].scatter(list(cells), list(cells.values()))
        text = text.with_columns(changed)
    return text, numbers


def _blank(body: pl.DataFrame) -> pl.Series:
    empty = [pl.col(name).fill_null("").str.strip_chars() == "" for name in body.columns]
    return body.select(pl.all_horizontal(empty)).to_series()


def _column(written: str, text: pl.Series, numbers: pl.Series) -> RawColumn:
    """One column: Boolean when every cell is true or false, else text with the exact numbers beside it.

    A cell that says 'true' and counts as the number 1 is a Boolean cell; a text cell that says so is no
    number.
    """
    truth = text.is_in(["true", "false"]) & numbers.is_not_null()
    if (truth | text.is_null()).all() and truth.any():
        return RawColumn(written.strip(), written, text == "true")
    exact = numbers.set(truth, None)
    return RawColumn(written.strip(), written, _exact_text(text, exact), exact)


def _exact_text(text: pl.Series, numbers: pl.Series) -> pl.Series:
    """The text of each cell, with numbers to their last digit where the text was rounded."""
    rounded = numbers.is_finite() & text.cast(pl.Float64, strict=False).ne_missing(numbers)
    exact = pl.Series([repr(value) for value in numbers.filter(rounded)], dtype=pl.String)
    where = rounded.fill_null(False).arg_true()
    return text.scatter(where, exact) if where.len() else text
