"""The rows of a model's table: each covariate with its levels, its tests and why it entered or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crlm.statistics.results import TestResult
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.covariates import Covariate
from crlm.study.analysis.models.fitted import Analysis, Fitted

ENTERING = ("univariable", "elimination")
"""The stages that decide what is in the multivariable model."""


@dataclass(frozen=True)
class Alone:
    """What the table says of a covariate's univariable model: the model itself holds every record and is not kept.

    `effects` are by level, that of a number by None; the reference has none.
    """

    n: int
    events: int
    overall: TestResult
    hazards: document.Test | None
    effects: Mapping[str | None, document.Effect]
    notes: tuple[str, ...]


def alone(analysis: Analysis, one: Covariate, fitted: Fitted) -> Alone:
    """A covariate's univariable model in numbers."""
    name = one.variable.name
    levels: tuple[str | None, ...] = one.levels if one.variable.is_categorical else (None,)
    return Alone(
        n=fitted.n,
        events=fitted.events,
        overall=analysis.overall(fitted, name),
        hazards=_hazards_test(fitted, name),
        effects={level: fitted.effect(one, level) for level in levels},
        notes=fitted.fit.notes,
    )


def term(
    analysis: Analysis,
    one: Covariate,
    alone: Alone,
    fitted: Fitted | None,
    steps: tuple[document.SelectionStep, ...],
) -> document.Term:
    """A covariate alone, and in the multivariable model when it is in there."""
    name = one.variable.name
    decided = [step for step in steps if step.variable == name and step.stage in ENTERING]
    return document.Term(
        variable=name,
        label=one.variable.label,
        per=one.per,
        unit=one.variable.unit,
        n=alone.n,
        events=alone.events,
        missing=int((~one.known).sum()),
        levels=_levels(analysis, one, alone, fitted),
        univariable=wording.test(alone.overall),
        univariable_proportional_hazards=alone.hazards,
        multivariable=wording.test(analysis.overall(fitted, name)) if fitted else None,
        proportional_hazards=_hazards_test(fitted, name) if fitted else None,
        entered=fitted is not None,
        why=decided[-1].why if decided else "no multivariable model was declared",
        notes=alone.notes,
    )


def _levels(
    analysis: Analysis, one: Covariate, alone: Alone, fitted: Fitted | None
) -> tuple[document.TermLevel, ...]:
    event = analysis.outcome.event
    if not one.variable.is_categorical:
        return (
            document.TermLevel(
                level=None,
                label=per_in_words(one),
                reference=False,
                n=alone.n,
                events=alone.events,
                univariable=alone.effects[None],
                multivariable=fitted.effect(one) if fitted else None,
            ),
        )
    rows = []
    for position, level in enumerate(one.variable.levels):
        of_level = one.index == position
        reference = level.name not in one.levels
        rows.append(
            document.TermLevel(
                level=level.name,
                label=level.words,
                reference=reference,
                n=int(of_level.sum()),
                events=int((of_level & event).sum()),
                univariable=None if reference else alone.effects[level.name],
                multivariable=None if reference or fitted is None else fitted.effect(one, level.name),
            )
        )
    return tuple(rows)


def per_in_words(one: Covariate) -> str:
    """What the ratio of a number is per."""
    unit = one.variable.unit
    if one.per is None or one.per == 1:
        return f"per unit ({unit})" if unit else "per unit"
    return f"per {one.per:g} {unit or 'units'}"


def _hazards_test(fitted: Fitted, name: str) -> document.Test | None:
    return None if fitted.hazards is None else wording.test(fitted.hazards.terms[name])
