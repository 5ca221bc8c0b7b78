"""Well-formed text cut at once: where cells and records end is found on the bytes, a million rows in seconds.

Only text without any doubt is cut here: every quotation mark begins or ends a whole cell or is doubled inside one, and
every record has as many cells as the header. For all else `cut_rectangular` answers None, and Python's csv reader,
which is much slower, cuts the text or says on which line it cannot.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import polars as pl

CHUNK_BYTES = 200_000
QUOTE, LINE_END = ord('"'), ord("\n")
STAND_IN = 0
"""Stands for a line end inside a cell while polars cuts the text; text with NUL characters was refused before."""
LONGEST_CELL = 131_072
"""What Python's csv reader takes for a mark that is never closed, in characters."""
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""What `str.strip` removes, for polars: the two differ on control characters."""


@dataclass(frozen=True)
class Rectangle:
    """Records below the header: their cells by column, their rows as a spreadsheet counts, blank rows passed over."""

    header: list[str]
    columns: list[pl.Series]
    rows: pl.Series
    blank_rows: int


@dataclass(frozen=True)
class _Ends:
    """For each record of a text: the position after its last byte (int64), and the cells it has (int64)."""

    records: np.ndarray
    cells: np.ndarray
    inner_line_ends: np.ndarray


def cut_rectangular(text: str, delimiter: str, header_row: int) -> Rectangle | None:
    """The records below row `header_row` (from 1) of a text with line feeds as line ends, or None where there is doubt.

    Cells are String, as Python's csv reader gives them in strict mode; an empty cell is an empty string. Checked
    against that reader by property tests.
    """
    data = text.encode()
    bytes_ = np.frombuffer(data, np.uint8)
    ends = _ends(bytes_, ord(delimiter), quoted='"' in text)
    if ends is None or header_row >= len(ends.records):
        return None
    header_begins = int(ends.records[header_row - 2]) + 1 if header_row > 1 else 0
    body_begins = int(ends.records[header_row - 1]) + 1
    written = data[header_begins : body_begins - 1].decode()
    header = next(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter, strict=True), [])
    body_ends, cells = ends.records[header_row:], ends.cells[header_row:]
    begins = np.concatenate(([body_begins], body_ends[:-1] + 1))
    empty = begins == body_ends
    if len(header) < 2 or empty.all() or (cells[~empty] != len(header)).any():
        return None
    if _may_hold_too_long_a_cell(begins, body_ends):
        return None
    body = _one_line_each(data, bytes_, body_begins, ends.inner_line_ends, begins[empty])
    frame = _cells(body, delimiter, len(header))
    rows = header_row + 1 + np.flatnonzero(~empty)
    if frame is None or frame.height != len(rows):
        return None
    columns = frame.get_columns()
    if len(ends.inner_line_ends):
        columns = [one.str.replace_all(chr(STAND_IN), "\n", literal=True) for one in columns]
    blank = _blank_rows(columns)
    if len(blank) == len(rows):
        return None
    if len(blank):
        kept = pl.Series(np.delete(np.arange(len(rows)), blank))
        columns, rows = [one.gather(kept) for one in columns], np.delete(rows, blank)
    return Rectangle(header, columns, pl.Series("row", rows, dtype=pl.Int64), int(empty.sum()) + len(blank))


def _ends(data: np.ndarray, delimiter: int, *, quoted: bool) -> _Ends | None:
    """Where records end and how many cells they have, or None where a quotation mark is not where it should be.

    A byte is inside a quoted cell when the marks up to it are odd in number: a doubled mark leaves and enters again. A
    mark that opens has to stand after a border, and one that closes before one: a delimiter, a line end, another mark,
    or an end of the text.
    """
    records, cells, inner = [], [], []
    inside_before, carried = False, 0
    for start in range(0, len(data), CHUNK_BYTES):
        part = data[start : start + CHUNK_BYTES]
        line_end, cell_end = part == LINE_END, part == delimiter
        if quoted:
            mark = part == QUOTE
            inside = np.logical_xor.accumulate(mark)
            if inside_before:
                np.logical_not(inside, out=inside)
            before = start == 0 or int(data[start - 1]) in (delimiter, LINE_END, QUOTE)
            end = start + len(part)
            after = end == len(data) or int(data[end]) in (delimiter, LINE_END, QUOTE)
            border = np.empty(len(part) + 2, bool)
            border[0], border[1:-1], border[-1] = before, line_end | cell_end | mark, after
            if (mark & ((inside & ~border[:-2]) | ~(inside | border[2:]))).any():
                return None
            inner.append(start + np.flatnonzero(line_end & inside))
            line_end &= ~inside
            cell_end &= ~inside
            inside_before = bool(inside[-1])
        found = np.flatnonzero(line_end)
        counts = np.add.reduceat(cell_end.view(np.uint8), np.concatenate(([0], found)), dtype=np.int64)
        counts[0] += carried
        carried = int(counts[-1])
        records.append(start + found)
        cells.append(counts[:-1] + 1)
    if inside_before:
        return None
    return _Ends(
        np.concatenate((*records, [len(data)])),
        np.concatenate((*cells, [carried + 1])),
        np.concatenate(inner) if inner else np.empty(0, np.int64),
    )


def _may_hold_too_long_a_cell(begins: np.ndarray, ends: np.ndarray) -> bool:
    """A cell is at least as long in bytes as in characters, and no longer than its record."""
    return bool((ends - begins).max() >= LONGEST_CELL)


def _one_line_each(
    data: bytes, bytes_: np.ndarray, begins: int, inner_line_ends: np.ndarray, empty: np.ndarray
) -> bytes:
    """The body with a stand-in for line ends inside cells and without empty lines."""
    inner = inner_line_ends[inner_line_ends >= begins]
    if not len(inner) and not len(empty):
        return data[begins:]
    body = bytes_[begins:].copy()
    body[inner - begins] = STAND_IN
    return np.delete(body, np.minimum(empty - begins, len(body) - 1)).tobytes()


def _cells(body: bytes, delimiter: str, width: int) -> pl.DataFrame | None:
    """The cells as polars cuts them, or None where polars would take the first characters for a byte order mark."""
    if body.startswith(b"\xef\xbb\xbf"):
        return None
    schema = {str(position): pl.String for position in range(width)}
    return pl.read_csv(body, has_header=False, schema=schema, separator=delimiter).fill_null("")


def _blank_rows(columns: list[pl.Series]) -> np.ndarray:
    """The positions of records in which no cell holds anything but blanks."""
    rows = np.arange(columns[0].len())
    for column in columns:
        cells = column if len(rows) == column.len() else column.gather(pl.Series(rows))
        rows = rows[(cells.str.strip_chars(BLANKS) == "").to_numpy()]
        if not len(rows):
            break
    return rows
