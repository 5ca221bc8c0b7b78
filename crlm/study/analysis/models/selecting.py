"""Which covariates enter the multivariable model, and which of them are confounders of the exposure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crlm.statistics import selection
from crlm.statistics.results import Estimate, TestResult
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.covariates import Covariate, complete_cases
from crlm.study.analysis.models.fitted import Analysis, Fitted
from crlm.study.analysis.models.rows import Alone
from crlm.study.protocol.model import Confounder
from crlm.study.results import Stage


@dataclass(frozen=True)
class Chosen:
    """The covariates of the multivariable model, the trail that led there, and the records it is fitted on.

    `rows` is None (complete cases of what is in the model) unless backward elimination fixed them first.
    """

    names: tuple[str, ...] = ()
    steps: tuple[document.SelectionStep, ...] = ()
    rows: np.ndarray | None = None


def choose(
    analysis: Analysis, candidates: Mapping[str, Covariate], univariable: Mapping[str, Alone]
) -> Chosen:
    """Apply the declared rule for the multivariable model."""
    keep, always = analysis.model.keep, analysis.model.forced
    if keep is None:
        return Chosen()
    if keep.univariable_p is None:
        named = {*keep.variables, *always}
        wanted = tuple(name for name in candidates if keep.all or name in named)
        steps = [_declared(name) for name in wanted]
    else:
        tests = {name: univariable[name].overall for name in candidates}
        screen = selection.univariable_screen(
            list(candidates), tests, keep.univariable_p, inclusive=not keep.strictly_below, always=always
        )
        wanted, steps = screen.chosen, [_step(one, "univariable") for one in screen.steps]
    if keep.backward_p is None or not wanted:
        return Chosen(wanted, tuple(steps))
    rows = np.flatnonzero(complete_cases([candidates[name] for name in wanted], analysis.outcome.n))

    def tests_of(names: tuple[str, ...]) -> dict[str, TestResult]:
        fitted = analysis.fit([candidates[name] for name in names], rows)
        return {name: analysis.overall(fitted, name) for name in names}

    eliminated = selection.backward_elimination(
        tests_of, wanted, keep.backward_p, inclusive=True, always=always
    )
    steps += [_step(one, "elimination") for one in eliminated.steps]
    return Chosen(eliminated.chosen, tuple(steps), rows)


def _declared(name: str) -> document.SelectionStep:
    return document.SelectionStep(
        stage="univariable", action="forced", variable=name, p=None, why="declared in the protocol"
    )


def _step(step: selection.Step, stage: Stage) -> document.SelectionStep:
    return document.SelectionStep(
        stage=stage,
        action=step.action,
        variable=step.variable,
        p=wording.finite(step.p),
        change=wording.finite(step.change),
        why=step.why,
    )


@dataclass(frozen=True)
class Confounding:
    """The confounders found, the models that showed it, and every step.

    `adjusted` is None when there is no potential confounder; `final` is then the crude model, as it is when the
    change is not large enough. `change` is the relative change of the effect, or None with a reason.
    """

    confounders: tuple[str, ...]
    steps: tuple[document.SelectionStep, ...]
    crude: Fitted
    adjusted: Fitted | None
    final: Fitted
    change: document.Number


def confounding(
    analysis: Analysis,
    rule: Confounder,
    exposure: str,
    candidates: Mapping[str, Covariate],
    crude: Fitted,
    full: Fitted,
) -> Confounding:
    """Apply the rule for confounders to the covariates of the multivariable model (`full`).

    Each model is fitted to its own complete cases, so the crude and the adjusted effect may be of different records:
    the document holds how many each was.
    """
    tests = {
        one.variable.name: analysis.overall(full, one.variable.name)
        for one in full.covariates
        if one.variable.name != exposure
    }
    screen = selection.univariable_screen(list(tests), tests, rule.p, inclusive=True)
    steps = [_potential(one, rule.p) for one in screen.steps]
    fits: dict[tuple[str, ...], Fitted] = {(): crude}

    def effect(names: tuple[str, ...]) -> Estimate:
        if names not in fits:
            fits[names] = analysis.fit([candidates[exposure], *(candidates[name] for name in names)])
        return coefficient(fits[names], candidates[exposure])

    judged = selection.change_in_estimate(
        effect,
        screen.chosen,
        rule.change_in_estimate,
        scale="log" if rule.scale == "coefficient" else "ratio",
        together=True,
    )
    steps += [_judged(one) for one in judged.steps]
    adjusted = fits[screen.chosen] if screen.chosen else None
    change = next((step.change for step in judged.steps if step.change is not None), None)
    reason = next(iter(judged.apart.values()), "no covariate of the multivariable model is significant")
    return Confounding(
        confounders=judged.chosen,
        steps=tuple(steps),
        crude=crude,
        adjusted=adjusted,
        final=fits[judged.chosen],
        change=document.Number(value=change, reason=None if change is not None else reason),
    )


def coefficient(fitted: Fitted, exposure: Covariate) -> Estimate:
    """The coefficient of an exposure that has one; the reason when there is no contrast to estimate."""
    level = exposure.levels[0] if exposure.levels else None
    found = fitted.fit.coefficients[fitted.column(exposure, level)]
    why = fitted.effect(exposure, level).coefficient is None and found.value is not None
    return Estimate(None, None, None, found.level, reason="no contrast") if why else found


def _potential(step: selection.Step, limit: float) -> document.SelectionStep:
    """What the multivariable model says of a covariate."""
    if step.action == "entered":
        return document.SelectionStep(
            stage="multivariable",
            action="kept",
            variable=step.variable,
            p=step.p,
            why=f"p ≤ {limit:g} in the multivariable model: a potential confounder",
        )
    why = f"not p ≤ {limit:g} in the multivariable model: no confounder"
    if step.p is None:
        why = step.why.replace("no univariable p", "no p in the multivariable model")
    return document.SelectionStep(
        stage="multivariable", action="dropped", variable=step.variable, p=wording.finite(step.p), why=why
    )


def _judged(step: selection.Step) -> document.SelectionStep:
    return document.SelectionStep(
        stage="change-in-estimate",
        action="kept" if step.action == "entered" else "dropped",
        variable=step.variable,
        p=None,
        change=wording.finite(step.change),
        why=step.why,
    )
