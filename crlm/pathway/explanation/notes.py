"""Further facts beside a result: computed values, what is asked of this patient, the earliest date."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal

from crlm.pathway.conditions.values import Value
from crlm.pathway.evaluate import Evaluation, RuleResult
from crlm.pathway.explanation.cells import Cell, joined
from crlm.pathway.explanation.prepared import Prepared
from crlm.pathway.explanation.words import (
    all_of,
    any_of,
    capital,
    date_words,
    named,
    plain,
    readable,
    value_words,
)
from crlm.pathway.explanation.worlds import Grid, Worlds
from crlm.pathway.model import Input


def notes_on(prepared: Prepared, evaluation: Evaluation, result: RuleResult) -> tuple[str, ...]:
    """The notes on one rule that applies, or may; none on others."""
    if result.applies == "no" or result.id not in prepared.noted:
        return ()
    return (
        *_computed(result),
        *_asked(prepared, evaluation, result.id),
        *_earliest(prepared, evaluation, result.id),
    )


def _computed(result: RuleResult) -> Iterator[str]:
    for name, value in result.computed.items():
        if value is not None:
            shown = plain(round(value, 2)) if isinstance(value, Decimal) else str(value)
            yield f"{capital(name.replace('_', ' '))}: {shown}"


def _asked(prepared: Prepared, evaluation: Evaluation, rule: str) -> Iterator[str]:
    """What a number has to be in this patient, where the rule has several thresholds for it.

    With one category unknown that decides between them, what it has to be with each level.
    """
    condition = prepared.rules.programs[rule].condition
    if condition is None:
        return
    inputs, values = prepared.rules.inputs, evaluation.case.values
    intro = "Met with" if prepared.rules.rules[rule].fires else "Asked for"
    for name in prepared.graded[rule]:
        one, cells, grid = inputs[name], prepared.grids.cells[name], prepared.alone[name]

        def asked(
            supposed: Mapping[str, Value],
            one: Input = one,
            cells: tuple[Cell, ...] = cells,
            grid: Grid = grid,
        ) -> str | None:
            true, false, _ = prepared.planner.masks(condition, Worlds(grid, {**values, **supposed}))
            return None if (true | false) != grid.everywhere else _regions(one, cells, true)

        with_this = asked({})
        if with_this is not None:
            yield f"{intro} in this patient: {one.called} {with_this}"
            continue
        unknown = [
            inputs[other]
            for other in inputs
            if other in prepared.rules.inputs_behind(condition)
            and other != name
            and values.get(other) is None
        ]
        if len(unknown) == 1 and unknown[0].levels:
            by_level = [(level, asked({unknown[0].name: level})) for level in unknown[0].levels]
            said = [
                f"{region} with {named(unknown[0])} {unknown[0].level_called(level)}"
                for level, region in by_level
                if region is not None
            ]
            if said:
                yield f"{intro}: {one.called} {all_of(said)}"


def _regions(one: Input, cells: tuple[Cell, ...], mask: int) -> str:
    """Where the bits of a mask are, in words."""
    runs: list[list[Cell]] = []
    before = False
    for n, cell in enumerate(cells):
        is_in = bool(mask >> n & 1)
        if is_in and before:
            runs[-1].append(cell)
        elif is_in:
            runs.append([cell])
        before = is_in
    return any_of([value_words(one, readable(joined(run))) for run in runs]) if runs else "no value will do"


def _earliest(prepared: Prepared, evaluation: Evaluation, rule: str) -> Iterator[str]:
    """The earliest date that a shortest interval allows, where its first day is recorded."""
    for one in prepared.intervals[rule]:
        first = evaluation.case.values.get(one.earlier.name)
        if isinstance(first, datetime.date):
            earliest = date_words(first + datetime.timedelta(days=one.days))
            yield (
                f"Earliest date for {one.later.called}: {earliest} "
                f"({one.earlier.called} {date_words(first)}, and {one.days} days)"
            )
