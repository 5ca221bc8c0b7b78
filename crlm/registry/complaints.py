"""What is wrong with a cell, in words: one problem per cell, with the smallest change that mends it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import polars as pl

from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import counted
from crlm.problems import Place, Problem, nearest
from crlm.registry.cells import Cells, Kind
from crlm.registry.decimal_sign import DecimalSign
from crlm.registry.reading import RawColumn, RawTable
from crlm.registry.reading.table import NO_STORED_VALUE, WORKBOOK_ERRORS

MOST_PER_COLUMN = 20
"""So many bad cells of one column are listed; the rest is counted."""

MONTH = "jan|feb|mar|mrt|apr|may|mei|jun|jul|aug|sep|oct|okt|nov|dec"
NAMED_MONTH = re.compile(rf"^(\d{{1,4}}[-/. ]?({MONTH})|({MONTH})[a-z]*[-/. ]\d)", re.IGNORECASE)
DATE = re.compile(
    r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$|^\d{1,2}:\d{2}(:\d{2})?$"
)
NOT_FINITE = re.compile(r"^[+-]?(inf|infinity|nan|∞)$", re.IGNORECASE)
NUMBER_AND_WORDS = re.compile(r"^([+-]?\d+(?:[.,]\d+)?)\s*(?![eExX]\d)([^\W\d_].*|[%°].*)$")
COMMA = re.compile(r"^[+-]?\d+,\d+$")
POINT = re.compile(r"^[+-]?\d+\.\d+$")
THOUSANDS = re.compile(r"^[+-]?\d{1,3}([., ]\d{3})+([.,]\d+)?$")
LIMIT = re.compile(r"^[<>≤≥]=?\s*\d")
UNKNOWN_WORDS = (
    "na", "n/a", "n.a.", "nd", "null", "none", "missing", "unknown", "unk", "onbekend", "nvt", "?", ".", "-", "x",
)  # fmt: skip


@dataclass(frozen=True)
class _Cell:
    shown: str
    number: float | None
    kind: Kind
    decimal: DecimalSign


def cell_problems(
    raw: RawTable,
    column: RawColumn,
    variable: Variable,
    cells: Cells,
    present: pl.DataFrame,
    wrong: pl.Series,
) -> list[Problem]:
    """A problem for each of the first cells that are neither missing nor a value, and one with the count of the rest.

    `present` holds the cells' value and number in that order; `wrong` says which are meant.
    """
    positions = wrong.arg_true().head(MOST_PER_COLUMN).to_list()
    listed = [
        _complaint(
            _Cell(_shown(value), number, cells.kind, cells.decimal), variable, _place(raw, column, position)
        )
        for position in positions
        for value, number in (present.row(position),)
    ]
    rest = int(wrong.sum()) - len(listed)
    if rest:
        given = f"{counted(rest, 'more cell')} of this column that are not values of it."
        listed.append(Problem("cells-more", given, place=_place(raw, column)))
    return listed


def _shown(value: object) -> str:
    """A cell as a message shows it."""
    if isinstance(value, float):
        return f"{value:.15g}"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = text.removesuffix(" 00:00:00")
    return text if len(text) <= 60 else f"{text[:57]}..."


def _place(raw: RawTable, column: RawColumn, position: int | None = None) -> Place:
    row = None if position is None else int(raw.rows[position])
    return Place(file=raw.name, sheet=raw.sheet, row=row, column=column.header)


def _complaint(cell: _Cell, variable: Variable, place: Place) -> Problem:
    given = cell.shown
    general = _general_complaint(given, place)
    if general is not None:
        return general
    if variable.is_categorical:
        return _undeclared_level(given, variable, place)
    if variable.type == "date":
        return Problem(
            code="cell-not-a-date",
            given=f'"{given}" is not a date that reads one way only.',
            allowed="a date of the file's own, or year-month-day: 2024-12-31.",
            fix="export dates as year-month-day, or declare the code as missing.",
            place=place,
        )
    if variable.type == "text":
        return Problem(
            code="cell-not-text",
            given="the column holds lists, durations or other values that are no text.",
            allowed="text, numbers or dates.",
            fix="export the column as text.",
            place=place,
        )
    if variable.type == "integer" and cell.number is not None and math.isfinite(cell.number):
        return Problem(
            code="cell-not-whole",
            given=f'"{given}" is not a whole number.',
            allowed=f'whole numbers: "{variable.name}" is an integer.',
            fix='correct the cell, or declare type = "number".',
            place=place,
        )
    return _not_a_number(cell, place)


def _general_complaint(given: str, place: Place) -> Problem | None:
    """What is wrong in a column of any type."""
    if given in WORKBOOK_ERRORS:
        return Problem(
            code="cell-workbook-error",
            given=f"the cell holds Excel's error {given} instead of a value.",
            allowed="a value, an empty cell, or a declared missing code.",
            fix="mend the formula or empty the cell.",
            place=place,
        )
    if given == NO_STORED_VALUE:
        return Problem(
            code="cell-formula-without-value",
            given="the cell holds a formula whose result was never stored.",
            allowed="a formula with its result, or a value.",
            fix="open the workbook in Excel or LibreOffice and save it, so that it is calculated.",
            place=place,
        )
    return None


def _undeclared_level(given: str, variable: Variable, place: Place) -> Problem:
    listed = ", ".join(f"{_toml(str(level.code))} ({level.name})" for level in variable.levels[:12])
    if len(variable.levels) > 12:
        listed += f" and {len(variable.levels) - 12} more"
    words = [word for level in variable.levels for word in (level.name, level.label) if word]
    close = nearest(given, [*words, *(str(level.code) for level in variable.levels)])
    code = _toml(given)
    declare = f"declare it: a level with code = {code}, or missing = [{{ code = {code}, reason = ... }}]."
    return Problem(
        code="cell-level-undeclared",
        given=f'"{given}" is not a declared level of "{variable.name}".',
        allowed=f"{listed}.",
        fix=f'did you mean "{close}"? Else {declare}' if close is not None else declare,
        place=place,
    )


def _not_a_number(cell: _Cell, place: Place) -> Problem:
    code, what, fix = _number_fault(cell)
    sign = "a decimal point" if cell.decimal == "." else "a decimal comma"
    allowed = f"a finite number with {sign}, an empty cell, or a declared missing code."
    return Problem(code=code, given=f'"{cell.shown}" {what}', allowed=allowed, fix=fix, place=place)


def _number_fault(cell: _Cell) -> tuple[str, str, str]:
    """Code, what is wrong and what to do, for a cell that should be a number."""
    given = cell.shown
    as_missing = f'missing = [{{ code = {_toml(given)}, reason = "..." }}]'
    if cell.kind == "date" or DATE.match(given) or NAMED_MONTH.match(given):
        fix = "format the column as numbers in Excel and enter the value again, or declare the column's type as date."
        return "cell-is-a-date", "is a date or a time, not a number.", fix
    if cell.kind == "boolean":
        return (
            "cell-not-a-number",
            "is true or false, not a number.",
            'declare type = "yes_no", or export numbers.',
        )
    if NOT_FINITE.match(given) or (cell.number is not None and not math.isfinite(cell.number)):
        return "cell-not-finite", "is not a finite number.", f"correct the cell, or declare it: {as_missing}."
    if given.lower() in UNKNOWN_WORDS:
        return "cell-not-a-number", "is not a number.", f"if it means missing, declare it: {as_missing}."
    return _misspelt_number(given, cell.decimal) or (
        "cell-not-a-number",
        "is not a number.",
        f"correct the cell, or declare it as missing: {as_missing}.",
    )


def _misspelt_number(given: str, decimal: DecimalSign) -> tuple[str, str, str] | None:
    """The same, for a number that is written in a way that is not accepted."""
    if decimal == "." and COMMA.match(given):
        fix = 'if the comma is the decimal sign of the whole file, set [data] decimal = ","; else correct the cell.'
        return "cell-decimal-sign", "has a comma, but the decimal sign is a point.", fix
    if decimal == "," and POINT.match(given):
        fix = "correct the cell: one decimal sign in the whole file."
        return "cell-decimal-sign", "has a point, but the decimal sign is a comma.", fix
    if THOUSANDS.match(given):
        return "cell-not-a-number", "has separators between thousands.", "write the number without them."
    if LIMIT.match(given):
        fix = "decide with the laboratory which number stands for it, and say so in the column's definition."
        return "cell-not-a-number", "is a limit, not a number.", fix
    words = NUMBER_AND_WORDS.match(given)
    if words:
        fix = f'write {words.group(1)} and declare the unit in the protocol: unit = "{words.group(2)}".'
        return "cell-not-a-number", "is a number with words after it.", fix
    return None


def _toml(given: str) -> str:
    """A code as the protocol would write it."""
    return (
        given if re.fullmatch(r"[+-]?(0|[1-9]\d*)(\.\d+)?", given) else '"' + given.replace('"', '\\"') + '"'
    )
