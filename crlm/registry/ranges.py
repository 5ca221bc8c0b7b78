"""Values that are possible but wrong: outside a range, or a code with two meanings."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from crlm.dictionary.records import Finding
from crlm.dictionary.variables import MissingCode, Variable
from crlm.dictionary.wording import counted
from crlm.problems import Place, Problem
from crlm.registry.cells import same_code
from crlm.registry.complaints import MOST_PER_COLUMN
from crlm.registry.reading import RawColumn, RawTable


def range_problems(raw: RawTable, column: RawColumn, variable: Variable, values: pl.Series) -> list[Problem]:
    """A problem for each of the first values outside the variable's range, and one with the count of the rest."""
    outside = _outside(values, variable.range)
    if outside is None:
        return []
    positions = outside.arg_true()
    listed = [
        Problem(
            code="value-out-of-range",
            given=f"{values[position]:.15g} is impossible for {variable.label}.",
            allowed=f"{_bounds(variable, variable.range)}.",
            fix="correct the cell, declare it as a missing code, or correct range in the protocol.",
            place=_place(raw, column, int(raw.rows[position])),
        )
        for position in positions.head(MOST_PER_COLUMN).to_list()
    ]
    rest = positions.len() - len(listed)
    if rest:
        given = f"{counted(rest, 'more value')} of this column out of range."
        listed.append(Problem("values-more", given, place=_place(raw, column)))
    return listed


def implausible_values(
    raw: RawTable, column: RawColumn, variable: Variable, values: pl.Series
) -> list[Finding]:
    """A warning when values lie outside what the protocol calls plausible."""
    outside = _outside(values, variable.plausible)
    if outside is None:
        return []
    rows = raw.rows.filter(outside)
    few = ", ".join(f"{value:.6g}" for value in values.filter(outside).head(5)) + (
        " ..." if rows.len() > 5 else ""
    )
    sentence = (
        f'"{variable.label}" is outside the plausible {_bounds(variable, variable.plausible)} in '
        f"{counted(rows.len(), 'record')}: {few}."
    )
    return [
        Finding("value-implausible", "warning", sentence, column.header, rows.len(), tuple(rows.head(10)))
    ]


def _outside(values: pl.Series, bounds: tuple[float, float] | None) -> pl.Series | None:
    """Boolean without nulls: which values are outside; None when no value is."""
    if bounds is None or values.null_count() == values.len():
        return None
    lowest, highest = values.min(), values.max()
    if lowest >= bounds[0] and highest <= bounds[1]:  # type: ignore[operator]
        return None
    return ((values < bounds[0]) | (values > bounds[1])).fill_null(False)


def _bounds(variable: Variable, bounds: tuple[float, float] | None) -> str:
    low, high = bounds or (0.0, 0.0)
    return f"{low:.15g} to {high:.15g}{f' {variable.unit}' if variable.unit else ''}"


def meaning_problems(
    raw: RawTable, column: RawColumn, variable: Variable, codes: Sequence[MissingCode]
) -> list[Problem]:
    """Codes declared both as a level and as missing, and labels in the file that belong to another level."""
    problems = []
    for level in variable.levels:
        both = next((one for one in codes if same_code(one.code, level.code)), None)
        if both is not None:
            problems.append(
                Problem(
                    code="code-is-level-and-missing",
                    given=f'{level.code} is declared as the level "{level.name}" and as missing ("{both.reason}").',
                    allowed="one meaning for a code.",
                    fix="remove it from missing or from levels.",
                    place=_place(raw, column),
                )
            )
        label = _label_of(column, level.code)
        own = (level.name.casefold(), level.words.casefold())
        others = [
            one.name
            for one in variable.levels
            if one is not level and label in (one.name.casefold(), one.words.casefold())
        ]
        if label and others and label not in own:
            problems.append(
                Problem(
                    code="label-contradicts-level",
                    given=f'the file labels code {level.code} "{label}", the protocol names it "{level.name}".',
                    allowed="the same meaning of a code in file and protocol.",
                    fix=f'exchange the codes of the levels "{level.name}" and "{others[0]}".',
                    place=_place(raw, column),
                )
            )
    return problems


def _label_of(column: RawColumn, code: object) -> str:
    """The file's own label of a code, folded for comparison; empty when it has none."""
    return next((label.strip().casefold() for value, label in column.labels.items() if value == code), "")


def _place(raw: RawTable, column: RawColumn, row: int | None = None) -> Place:
    return Place(file=raw.name, sheet=raw.sheet, row=row, column=column.header)
