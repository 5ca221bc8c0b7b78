"""What is wrong with one table of a paper, cell by cell: the file, the row, the column, what is allowed, the fix."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crlm.evidence.columns import Column, TableColumns, table_columns
from crlm.evidence.loading import EMPTY
from crlm.evidence.reading import numbers, read_cell, sign
from crlm.problems import Place, Problem, did_you_mean

ENOUGH = 1e-9


@dataclass(frozen=True)
class TableRow:
    """A row as it was read: its number in the file (the header is 1) and its cells."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class ReadTable:
    """A table as it was read, and everything that is wrong with it."""

    name: str
    file: str
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    problems: tuple[Problem, ...]


def read_table(path: Path) -> ReadTable:
    """A table's file with every problem of its header and cells; never raises for what stands in it."""
    name, file = path.stem, f"{path.parent.name}/{path.name}"
    wanted = table_columns(name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problem = Problem(
            "evidence-table", "the file is not UTF-8", "UTF-8.", "save it as CSV UTF-8.", Place(file=file)
        )
        return ReadTable(name, file, (), (), (problem,))
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        problem = Problem("evidence-table", f"the file is not CSV: {error}", "CSV.", None, Place(file=file))
        return ReadTable(name, file, (), (), (problem,))
    header = tuple(lines[0]) if lines else ()
    found = list(_header_problems(wanted, file, header))
    if any(one.place.column is None for one in found):
        return ReadTable(name, file, header, (), tuple(found))
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            given = f"the row has {len(cells)} cells, the header has {len(header)}"
            fix = "put quotation marks around a cell that has a comma in it."
            found.append(
                Problem("evidence-table", given, f"{len(header)} cells.", fix, Place(file=file, row=number))
            )
            continue
        rows.append(TableRow(number, dict(zip(header, cells, strict=True))))
    for row in rows:
        found += _row_problems(wanted, file, row)
    return ReadTable(name, file, header, tuple(rows), tuple(found))


def _header_problems(wanted: TableColumns, file: str, header: tuple[str, ...]) -> Iterator[Problem]:
    known = [one.name for one in wanted.columns]
    place = Place(file=file, row=1)
    if not header:
        yield Problem(
            "evidence-table", "the file is empty", "a header and rows.", "fill it, or delete it.", place
        )
        return
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        yield Problem(
            "evidence-table",
            "the cells are not separated by commas",
            "commas.",
            "save it with commas.",
            place,
        )
        return
    for name in header:
        if name not in known:
            yield Problem(
                "evidence-column",
                f'the table has no column "{name}"',
                f"{', '.join(known)}.",
                did_you_mean(name, known),
                Place(file=file, row=1, column=name),
            )
        elif header.count(name) > 1:
            yield Problem(
                "evidence-column",
                "the column stands twice in the header",
                "once.",
                None,
                Place(file=file, row=1, column=name),
            )
    for column in wanted.columns:
        if column.needed and column.name not in header:
            yield Problem(
                "evidence-column",
                f'the column "{column.name}" is missing',
                column.words,
                f'add the column "{column.name}".',
                Place(file=file, row=1, column=column.name),
            )


def _row_problems(wanted: TableColumns, file: str, row: TableRow) -> Iterator[Problem]:
    for column in wanted.columns:
        if column.name not in row.cells:
            continue
        cell = row.cells[column.name]
        place = Place(file=file, row=row.number, column=column.name)
        problem = _cell_problem(column, cell, place)
        if problem is not None:
            yield problem
        elif column.read_from:
            yield from _unlike_printed(wanted.name, column, row, place)


def _cell_problem(column: Column, cell: str, place: Place) -> Problem | None:
    if cell != cell.strip():
        return Problem(
            "evidence-cell", "there are blanks around the cell", None, f'write "{cell.strip()}".', place
        )
    if not cell:
        return (
            Problem("evidence-cell", "the cell is empty", column.words, None, place)
            if column.needed
            else None
        )
    if column.allowed and cell not in column.allowed:
        return Problem(
            "evidence-cell",
            f'"{cell}" is not allowed',
            f"{', '.join(column.allowed)}.",
            did_you_mean(cell, column.allowed),
            place,
        )
    if column.kind == "yes/no" and cell not in ("0", "1"):
        return Problem("evidence-cell", f'"{cell}" is not allowed', "1 or 0.", None, place)
    if column.kind in ("number", "whole number") and cell not in EMPTY:
        return _number_problem(column, cell, place)
    return None


def _number_problem(column: Column, cell: str, place: Place) -> Problem | None:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        found = numbers(cell)
        fix = (
            f"write {found[0]:.15g}."
            if len(found) == 1
            else "leave it empty where the paper prints no number."
        )
        return Problem(
            "evidence-cell", f'"{cell}" is not a number', "a number with a decimal point.", fix, place
        )
    if column.kind == "whole number" and (not value.is_integer() or value < 0):
        return Problem("evidence-cell", f"{cell} is not a whole number", "0, 1, 2 and so on.", None, place)
    return None


def _unlike_printed(table: str, column: Column, row: TableRow, place: Place) -> Iterator[Problem]:
    """The cell says something else than the printed text that it is read from."""
    printed = row.cells.get(column.read_from, "")
    cell = row.cells[column.name]
    if column.name.endswith("_op"):
        said_in_words = column.name == "value_op" and sign(printed) == "="
        if cell in ("", "ns") or cell == sign(printed) or said_in_words:
            return
    elif cell in EMPTY or _agrees(float(cell), printed):
        has_sign = column.name in ("n", "pct") and sign(printed) not in ("", "=")
        if (
            cell in EMPTY
            and not has_sign
            and (read := read_cell(column.name, table, printed, row.cells.get("statistic", "")))
        ):
            yield Problem(
                "evidence-printed",
                f'the cell is empty, and "{printed}" is printed',
                None,
                f"write {read}.",
                place,
            )
        return
    read = read_cell(column.name, table, printed, row.cells.get("statistic", ""))
    given = (
        f'{cell} is not what is printed, "{printed}"'
        if printed
        else f"{cell} stands here, and nothing is printed"
    )
    fix = f"write {read}." if read else f'look at "{column.read_from}" again.'
    yield Problem("evidence-printed", given, f'what "{column.read_from}" prints.', fix, place)


def _agrees(value: float, printed: str) -> bool:
    return any(math.isclose(value, one, rel_tol=ENOUGH, abs_tol=ENOUGH) for one in numbers(printed))
