"""The population: criteria applied in order, every record that leaves counted, the unknown counted apart.

The flow chart is not drawn beside the selection: it *is* the selection. `select` is the only place where records
leave a study, and each `Step` holds the counts of exactly the mask that was applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from crlm.dictionary.expressions import evaluate
from crlm.dictionary.records import ROW, Records
from crlm.problems import DataError, Place, Problem

PATIENT = "patient_id"
"""The column of a registry's views that says whose record it is."""


@dataclass(frozen=True)
class Criterion:
    """One step of a selection: who stays (include) or who leaves (exclude), and what becomes of the unknown.

    With `first`, of several records of a patient the one with the smallest value of the variable `expression` stays.
    """

    label: str
    kind: Literal["include", "exclude", "first"]
    expression: str
    unknown: Literal["include", "exclude"] | None = None


@dataclass(frozen=True)
class Step:
    """What one criterion did: met + not_met + unknown = before; before - removed = after."""

    criterion: Criterion
    before: int
    met: int
    not_met: int
    unknown: int
    removed: int
    after: int


@dataclass(frozen=True)
class Population:
    """The records that are left, and the steps that led there."""

    records: Records
    first: int
    steps: tuple[Step, ...]

    @property
    def n(self) -> int:
        """Records in the study."""
        return self.records.frame.height


def select(records: Records, criteria: Sequence[Criterion]) -> Population:
    """Apply the criteria in order.

    A criterion whose expression is unknown for some record must say what happens to it (`unknown`); when it does
    not, that is a DataError naming the first rows. An empty population is a DataError that shows where everyone left.
    """
    first = records.frame.height
    steps: list[Step] = []
    for criterion in criteria:
        records, step = _apply(records, criterion)
        steps.append(step)
    if records.frame.height == 0:
        raise DataError(_nobody_left(records, first, steps))
    return Population(records, first, tuple(steps))


def _apply(records: Records, criterion: Criterion) -> tuple[Records, Step]:
    frame = records.frame
    if criterion.kind == "first":
        met = _first_of_patient(frame, criterion.expression)
    else:
        met = evaluate(frame, criterion.expression, records.variables)
    unknown = met.is_null()
    if unknown.any() and criterion.unknown is None:
        raise DataError(_unknown_not_declared(records, criterion, unknown))
    stays = ~met if criterion.kind == "exclude" else met
    stays = stays.fill_null(criterion.unknown == "include")
    kept = frame.filter(stays)
    step = Step(
        criterion=criterion,
        before=frame.height,
        met=int(met.fill_null(False).sum()),
        not_met=int((~met).fill_null(False).sum()),
        unknown=int(unknown.sum()),
        removed=frame.height - kept.height,
        after=kept.height,
    )
    return replace(records, frame=kept, reasons=records.reasons.filter(stays)), step


def _first_of_patient(frame: pl.DataFrame, by: str) -> pl.Series:
    """Whether a record has its patient's smallest value; unknown without a value. Of equals the first in the table."""
    ranked = frame.select(
        pl.when(pl.col(by).is_not_null()).then(
            pl.col(by).rank("ordinal").over(PATIENT) == pl.col(by).rank("ordinal").min().over(PATIENT)
        )
    )
    return ranked.to_series()


def _unknown_not_declared(records: Records, criterion: Criterion, unknown: pl.Series) -> Problem:
    rows = records.frame.filter(unknown)[ROW].head(5).to_list()
    return Problem(
        code="criterion-unknown",
        given=f'the criterion "{criterion.label}" ({criterion.expression}) is unknown for {int(unknown.sum())} of '
        f"{records.frame.height} records (first rows: {', '.join(map(str, rows))}).",
        allowed="a criterion that is unknown for a record says what happens to it.",
        fix='add unknown = "exclude" or unknown = "include" to the criterion.',
        place=Place(file=records.source.name, row=rows[0], key="population.criteria"),
    )


def _nobody_left(records: Records, first: int, steps: Sequence[Step]) -> Problem:
    if not steps:
        given = "the table has no records."
    else:
        trail = "; ".join(f'"{step.criterion.label}" left {step.after} of {step.before}' for step in steps)
        given = f"no record is left after selection. Of {first} records, {trail}."
    return Problem(
        code="population-empty",
        given=given,
        allowed="at least one record.",
        fix="look at the first criterion that leaves 0, or at the data it reads.",
        place=Place(file=records.source.name, key="population"),
    )
