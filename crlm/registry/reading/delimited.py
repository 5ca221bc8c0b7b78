"""Delimited text: CSV, TSV and TXT. Cells stay text; nothing is dropped, joined or shifted."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

import polars as pl

from crlm.problems import DataError
from crlm.registry.reading.delimiter import DELIMITERS, Delimiter, find_delimiter
from crlm.registry.reading.encoding import decode, refuse_null_characters
from crlm.registry.reading.rectangular import Rectangle, cut_rectangular
from crlm.registry.reading.table import (
    TOP_ROWS,
    RawTable,
    ReadOptions,
    header_row_beyond_end,
    no_records,
    no_rows,
    raw_columns,
    refuse,
)

CHUNK_RECORDS = 50_000
SEPARATOR_LINE = re.compile(r"^sep=([,;\t|])$", re.IGNORECASE)


def read_delimited(data: bytes, name: str, form: str, sha256: str, options: ReadOptions) -> RawTable:
    """The table in a text file's bytes.

    Rows are counted as a spreadsheet counts records (a quoted cell may hold line ends), blank ones included.
    A first line `sep=;`, as Excel writes it, is obeyed and not counted, as Excel does not show it. A row with
    another number of cells than the header is a DataError, never filled up or cut.
    """
    text, encoding_note = decode(data, options.encoding, name)
    refuse_null_characters(text, name)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    notes = [encoding_note] if encoding_note else []
    text, announced = _separator_line(text)
    text = text.rstrip("\n")
    if not text.strip():
        raise no_rows(name)
    delimiter = options.delimiter or announced or find_delimiter(text, options.header_row, name)
    if announced and not options.delimiter:
        notes.append(f"Delimiter: {DELIMITERS[delimiter]}, by the file's first line.")
    elif not options.delimiter:
        notes.append(f"Delimiter: {DELIMITERS[delimiter]} (found: it cuts every row alike).")
    parts = cut_rectangular(text, delimiter, options.header_row)
    parts = parts or _cut_record_by_record(text, delimiter, options.header_row, name)
    return RawTable(
        name=name,
        format=form,
        sha256=sha256,
        columns=raw_columns(parts.header, parts.columns),
        rows=parts.rows,
        header_row=options.header_row,
        blank_rows=parts.blank_rows,
        decimal=options.decimal,
        notes=tuple(notes),
        top=_top(text, delimiter),
    )


def _separator_line(text: str) -> tuple[str, Delimiter | None]:
    first, _, rest = text.partition("\n")
    found = SEPARATOR_LINE.match(first.strip('"\ufeff '))
    if found is None:
        return text, None
    return rest, next(one for one in DELIMITERS if one == found.group(1))


def _cut_record_by_record(text: str, delimiter: Delimiter, header_row: int, name: str) -> Rectangle:
    """Any text: Python's csv reader in strict mode decides where cells and records end, and what is wrong."""
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    header: list[str] | None = None
    rows: list[int] = []
    cells: list[int] = []
    chunk: list[list[str]] = []
    chunks: list[pl.DataFrame] = []
    blank_rows = 0
    ragged = False
    begins = 1
    try:
        for record in records:
            row += 1
            begins = records.line_num + 1
            if row < header_row:
                continue
            if header is None:
                header = record
                continue
            if not any(cell.strip() for cell in record):
                blank_rows += 1
                continue
            rows.append(row)
            cells.append(len(record))
            ragged = ragged or len(record) != len(header)
            if not ragged:
                chunk.append(record)
                if len(chunk) == CHUNK_RECORDS:
                    chunks.append(_transposed(chunk))
                    chunk = []
    except csv.Error as error:
        raise _bad_quoting(error, begins, records.line_num, name) from None
    if header is None:
        raise header_row_beyond_end(name, header_row, row)
    if not rows:
        raise no_records(name, header_row)
    numbered = pl.Series("row", rows, dtype=pl.Int64)
    _refuse_ragged(pl.Series(cells, dtype=pl.Int64), numbered, (header_row, len(header)), delimiter, name)
    if chunk:
        chunks.append(_transposed(chunk))
    return Rectangle(header, pl.concat(chunks).get_columns(), numbered, blank_rows)


def _transposed(records: list[list[str]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            pl.Series(str(position), cells, dtype=pl.String)
            for position, cells in enumerate(zip(*records, strict=True))
        ]
    )


def _top(text: str, delimiter: str) -> tuple[tuple[str, ...], ...]:
    """The first records as they stand; the reading proper has already refused bad quoting."""
    records = csv.reader(io.StringIO(text[:1_000_000], newline=""), delimiter=delimiter)
    return tuple(tuple(record) for record in islice(records, TOP_ROWS))


def _bad_quoting(error: csv.Error, begins: int, ends: int, name: str) -> DataError:
    """The error for a record that begins on one line and cannot be cut on another."""
    line = begins
    if "field larger" in str(error):
        given = (
            "a cell of more than 131072 characters, which usually is a quotation mark that is never closed."
        )
    elif "end of data" in str(error):
        given = "a quotation mark is opened and never closed."
    else:
        given, line = "a quotation mark stands inside a quoted cell.", ends
    return refuse(
        "text-bad-quoting",
        given,
        file=name,
        line=line,
        allowed='cells in quotation marks as a whole; a mark inside them is doubled: "5"" tube".',
        fix="correct the line, or export the table again.",
    )


def _refuse_ragged(
    cells: pl.Series, rows: pl.Series, header: tuple[int, int], delimiter: Delimiter, name: str
) -> None:
    """Every record has as many cells as the header (given as its row and its width), or rows are named."""
    header_row, width = header
    wrong = cells != width
    if not wrong.any():
        return
    first = rows.filter(wrong).head(5).to_list()
    count = int(wrong.sum())
    found = int(cells.filter(wrong)[0])
    usual = int(cells.mode().min())  # type: ignore[arg-type]
    listed = ", ".join(map(str, first)) + (" ..." if count > len(first) else "")
    given = f"row {first[0]} has {found} cells, the header in row {header_row} has {width}"
    given += f" ({count} rows differ: {listed})." if count > 1 else "."
    if usual == width + 1 and count == cells.len():
        fix = "every row has one cell more than the header: give the first column a header too (row names?)."
    elif usual != width:
        first_usual = int(rows.filter(cells == usual)[0])
        fix = f"set [data] header_row = {first_usual}, if that row, the first with {usual} cells, has the headers."
    elif found > width and delimiter == ",":
        fix = "put cells that contain a comma (text, or 12,5) in quotation marks, or export with semicolons."
    else:
        fix = "look for a delimiter or a line end inside a cell of that row, and put that cell in quotes."
    raise refuse(
        "table-ragged",
        given,
        file=name,
        row=first[0],
        allowed=f"{width} cells in every row.",
        fix=fix,
    )
