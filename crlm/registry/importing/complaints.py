"""What is wrong with a cell of a registry, in words: one issue per distinct cell of a column, with all its rows."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import counted
from crlm.problems import nearest
from crlm.registry.cells import Cells
from crlm.registry.complaints import COMMA, DATE, LIMIT, NAMED_MONTH, NOT_FINITE, NUMBER_AND_WORDS, THOUSANDS
from crlm.registry.importing.issues import Issue
from crlm.registry.reading.table import NO_STORED_VALUE, WORKBOOK_ERRORS

MOST_DIFFERENT = 20
"""So many different bad cells of one column are named; the rest is counted."""

LONGEST = 60
"""Characters of a cell that a message shows."""


@dataclass(frozen=True)
class Words:
    """What is wrong with a cell: the rule, what was found, what is allowed, what to do."""

    rule: str
    given: str
    allowed: str | None
    fix: str | None


def cell_issues(
    table: str, variable: Variable, header: str, cells: Cells, wrong: pl.DataFrame
) -> list[Issue]:
    """Issues for cells that are neither missing nor a value.

    `wrong` has the columns row, value (as read) and number of these cells.
    """
    shown = wrong.select(pl.col("row"), _shown(cells.kind), "number")
    grouped = shown.group_by("shown", maintain_order=True).agg("row", pl.col("number").first())
    issues = []
    for shown_as, rows, number in grouped.head(MOST_DIFFERENT).iter_rows():
        words = _words(table, variable, shown_as, number, cells)
        issues.append(_issue(words, table, variable, header, pl.Series("row", rows, dtype=pl.Int64)))
    rest = grouped.slice(MOST_DIFFERENT)["row"].explode()
    if grouped.height > MOST_DIFFERENT:
        sentence = f"{counted(rest.len(), 'more cell')} of this column without a value of it."
        issues.append(_issue(Words("cells-more", sentence, None, None), table, variable, header, rest))
    return issues


def _issue(words: Words, table: str, variable: Variable, header: str, rows: pl.Series) -> Issue:
    return Issue(
        words.rule,
        "error",
        words.given,
        table,
        variable.name,
        header,
        rows,
        allowed=words.allowed,
        fix=words.fix,
    )


def _shown(kind: str) -> pl.Expr:
    """A cell as a message shows it."""
    value = pl.col("value")
    if kind == "other":
        return pl.lit("(a list or duration)").alias("shown")
    if kind == "number":
        whole = (value == value.floor()) & (value.abs() < 1e15)
        text = (
            pl.when(whole)
            .then(value.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(value.cast(pl.String))
        )
        return text.alias("shown")
    text = value.cast(pl.String)
    long = text.str.len_chars() > LONGEST
    return pl.when(long).then(text.str.slice(0, LONGEST) + " ...").otherwise(text).alias("shown")


def _words(table: str, variable: Variable, given: str, number: float | None, cells: Cells) -> Words:
    if given in WORKBOOK_ERRORS:
        return Words(
            "cell-workbook-error",
            f"the cell holds Excel's error {given} instead of a value.",
            "a value, an empty cell, or a missing code.",
            "mend the formula or empty the cell.",
        )
    if given == NO_STORED_VALUE:
        return Words(
            "cell-formula-without-value",
            "the cell holds a formula whose result was never stored.",
            "a formula with its result, or a value.",
            "open the workbook in Excel or LibreOffice and save it, so that it is calculated.",
        )
    if variable.is_categorical or variable.type == "several":
        return _no_level(table, variable, given)
    if variable.type == "date" and re.match(r"^(0\d|1[0-8])\d\d(-\d\d-\d\d)?$", given):
        return Words(
            "cell-not-a-date", f'"{given}" lies before 1900.', "dates from 1900 on.", "correct the cell."
        )
    if variable.type == "date":
        return Words(
            "cell-not-a-date",
            f'"{given}" is not a date that reads one way only.',
            "year-month-day (2024-12-31), a month (2024-12), a year (2024), or a date of the file's own.",
            f'give the form in the mapping: {variable.name} = {{ column = ..., date_format = "%d-%m-%Y" }}.',
        )
    if variable.type == "text":
        return Words(
            "cell-not-text",
            "the column holds lists, durations or other values that are no text.",
            "text, numbers or dates.",
            "export the column as text.",
        )
    return _no_number(variable, given, number, cells)


def _no_level(table: str, variable: Variable, given: str) -> Words:
    listed = ", ".join(level.name for level in variable.levels[:12])
    if len(variable.levels) > 12:
        listed += f" and {len(variable.levels) - 12} more"
    if variable.type == "several":
        listed = f"one or more of {listed}, separated by ;"
    words = [word for level in variable.levels for word in (level.name, level.label) if word]
    close = nearest(given, words)
    mapped = f'say in the mapping what it means: {variable.name} = {{ column = ..., values = {{ "{given}" = ... }} }}.'
    return Words(
        "cell-level-undeclared",
        f'"{given}" is not a level of {table}.{variable.name}.',
        f"{listed}; empty, unknown, not_done, not_applicable or refused where there is none.",
        f'did you mean "{close}"? Else {mapped}' if close is not None else mapped,
    )


def _no_number(variable: Variable, given: str, number: float | None, cells: Cells) -> Words:
    sign = "a decimal point" if cells.decimal == "." else "a decimal comma"
    kind = "a whole number" if variable.type == "integer" else "a number"
    unit = f" of {variable.unit}" if variable.unit else ""
    allowed = f"{kind}{unit} with {sign}, an empty cell, or a missing code."
    code, what, fix = _number_fault(variable, given, number, cells)
    return Words(code, f'"{given}" {what}', allowed, fix)


def _number_fault(variable: Variable, given: str, number: float | None, cells: Cells) -> tuple[str, str, str]:
    as_missing = (
        f'if it means missing, say so in the mapping: missing = [{{ code = "{given}", reason = "..." }}].'
    )
    if cells.kind == "date" or DATE.match(given) or NAMED_MONTH.match(given):
        return (
            "cell-is-a-date",
            "is a date or a time, not a number.",
            "format the column as numbers and enter it again.",
        )
    if cells.kind == "boolean":
        return "cell-not-a-number", "is true or false, not a number.", "export numbers."
    if NOT_FINITE.match(given) or (number is not None and not math.isfinite(number)):
        return "cell-not-finite", "is not a finite number.", f"correct the cell, or {as_missing}"
    if number is not None:
        return "cell-not-whole", "is not a whole number.", "correct the cell."
    return _misspelt(given, cells) or (
        "cell-not-a-number",
        "is not a number.",
        f"correct the cell; {as_missing}",
    )


def _misspelt(given: str, cells: Cells) -> tuple[str, str, str] | None:
    """The same, for a number that is written in a way that is not accepted."""
    if COMMA.match(given) and cells.decimal == ".":
        fix = 'if the comma is the decimal sign of the whole file, set [data] decimal = "," in the mapping.'
        return "cell-decimal-sign", "has a comma, but the decimal sign is a point.", fix
    if THOUSANDS.match(given):
        return (
            "cell-not-a-number",
            "has separators between thousands, or another decimal sign.",
            "correct the cell.",
        )
    if LIMIT.match(given):
        fix = "decide with the laboratory which number stands for it."
        return "cell-not-a-number", "is a limit, not a number.", fix
    words = NUMBER_AND_WORDS.match(given)
    if words:
        fix = f"write {words.group(1)}; another unit belongs in the mapping: unit = ..."
        return "cell-not-a-number", "is a number with words after it.", fix
    return None


def range_issues(
    table: str, variable: Variable, header: str, values: pl.Series, rows: pl.Series
) -> tuple[list[Issue], pl.Series | None]:
    """Issues for values that are impossible (errors) or implausible (warnings), and which are impossible."""
    issues: list[Issue] = []
    impossible = _outside(values, variable.range)
    if impossible is not None:
        grouped = _by_value(values, rows, impossible)
        for value, where in grouped[:MOST_DIFFERENT]:
            words = Words(
                "value-out-of-range",
                f"{value:.15g} is impossible for {variable.label}.",
                f"{_bounds(variable, variable.range)}.",
                "correct the cell; another unit or a missing code belongs in the mapping.",
            )
            issues.append(_issue(words, table, variable, header, where))
        more = [row for _, where in grouped[MOST_DIFFERENT:] for row in where]
        if more:
            words = Words(
                "values-more", f"{counted(len(more), 'more value')} of this column out of range.", None, None
            )
            issues.append(_issue(words, table, variable, header, pl.Series("row", more, dtype=pl.Int64)))
    odd = _outside(values, variable.plausible)
    if odd is not None:
        odd = odd & ~impossible if impossible is not None else odd
        few = ", ".join(f"{value:.6g}" for value in values.filter(odd).head(5)) + (
            " ..." if odd.sum() > 5 else ""
        )
        if odd.any():
            sentence = (
                f"{variable.label} outside the plausible {_bounds(variable, variable.plausible)}: {few}."
            )
            where = rows.filter(odd)
            issues.append(
                Issue("value-implausible", "warning", sentence, table, variable.name, header, where)
            )
    return issues, impossible


def _by_value(values: pl.Series, rows: pl.Series, mask: pl.Series) -> list[tuple[Any, pl.Series]]:
    frame = pl.DataFrame({"value": values.filter(mask), "row": rows.filter(mask)})
    grouped = frame.group_by("value", maintain_order=True).agg("row")
    return [(value, pl.Series("row", where, dtype=pl.Int64)) for value, where in grouped.iter_rows()]


def _outside(values: pl.Series, bounds: tuple[float, float] | None) -> pl.Series | None:
    """Which values are outside; None when no value is."""
    if bounds is None or values.null_count() == values.len():
        return None
    lowest, highest = values.min(), values.max()
    if lowest >= bounds[0] and highest <= bounds[1]:  # type: ignore[operator]
        return None
    return ((values < bounds[0]) | (values > bounds[1])).fill_null(False)


def _bounds(variable: Variable, bounds: tuple[float, float] | None) -> str:
    low, high = bounds or (0.0, 0.0)
    return f"{low:.15g} to {high:.15g}{f' {variable.unit}' if variable.unit else ''}"


def unknown_header_words(header: str, absent: Mapping[str, str]) -> str:
    """What a column that is no variable may have been meant as."""
    close = nearest(header, absent)
    return f' Did you mean "{close}"?' if close is not None else ""
