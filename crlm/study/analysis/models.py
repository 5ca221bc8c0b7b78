"""Cox models: univariable for each candidate, multivariable by the declared rule, every decision recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crlm.cohort.groups import Groups
from crlm.dictionary.variables import Variable
from crlm.statistics import selection
from crlm.statistics.concordance import model_concordance
from crlm.statistics.cox import CoxFit, cox, term_likelihood_ratio_test, term_wald_test
from crlm.statistics.proportional_hazards import ProportionalHazards, proportional_hazards_test
from crlm.statistics.results import TestResult
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.covariates import Covariate, complete_cases, covariate, design, why_no_contrast
from crlm.study.analysis.endpoints import AnalysedEndpoint
from crlm.study.protocol.model import Model
from crlm.study.protocol.phrases import dropping_rule, entering_rule

FEW_EVENTS_PER_PARAMETER = 10


@dataclass(frozen=True)
class Fitted:
    """A model on the complete cases of its covariates, with its test of proportional hazards."""

    fit: CoxFit
    covariates: tuple[Covariate, ...]
    rows: np.ndarray
    hazards: ProportionalHazards

    def effect(self, one: Covariate, level: str | None = None) -> document.Effect:
        """The hazard ratio, coefficient and Wald test of a number, or of a level against the reference."""
        place = self.fit.names.index(one.variable.name if level is None else f"{one.variable.name}={level}")
        reason = None if level is None else self._why_no_contrast(one, level)
        if reason is not None:
            return document.Effect(
                hazard_ratio=wording.no_interval(reason, self.fit.level),
                coefficient=None,
                standard_error=None,
                p=wording.no_test("wald", self.fit.n, reason),
            )
        coefficient = self.fit.coefficients[place]
        return document.Effect(
            hazard_ratio=wording.interval(self.fit.hazard_ratios[place]),
            coefficient=wording.finite(coefficient.value),
            standard_error=wording.finite(coefficient.standard_error),
            p=wording.test(self.fit.wald_tests[place]),
        )

    def _why_no_contrast(self, one: Covariate, level: str) -> str | None:
        if self.fit.reason is not None:  # no model at all, and the fit says why
            return None
        time, event = self.fit.data.time, self.fit.data.event
        return why_no_contrast(one, level, one.index[self.rows], time >= time[event].min())


@dataclass(frozen=True)
class Analysis:
    """What every model of one declaration shares: the endpoint's arrays, and how to fit."""

    analysed: AnalysedEndpoint
    model: Model
    level: float

    def fit(self, covariates: Sequence[Covariate], rows: np.ndarray | None = None) -> Fitted:
        """Fit the covariates on their complete cases, or on given records (places in the endpoint's arrays)."""
        data = self.analysed.data
        if rows is None:
            rows = np.flatnonzero(complete_cases(covariates, data.time.size))
        X, names, terms = design(covariates, rows)
        fit = cox(
            data.time[rows], data.event[rows], X, names, terms=terms, ties=self.model.ties, level=self.level
        )
        hazards = proportional_hazards_test(fit, transform=self.model.proportional_hazards)
        return Fitted(fit, tuple(covariates), rows, hazards)

    def overall(self, fitted: Fitted, name: str) -> TestResult:
        """The overall test of a covariate in a model, of the declared kind."""
        test = term_likelihood_ratio_test if self.model.p == "likelihood-ratio" else term_wald_test
        return test(fitted.fit, name)


def model_result(analysed: AnalysedEndpoint, model: Model, *, level: float) -> document.ModelResult:
    """A declared model, its univariable analyses and its multivariable one side by side.

    The comparison's reference is that variable's reference here too, unless its column declares one of its own.
    """
    analysis = Analysis(analysed, model, level)
    records, groups = analysed.records, analysed.groups
    frame = (
        records.frame[analysed.data.rows.tolist()]
        if analysed.data.rows.size != records.frame.height
        else records.frame
    )
    candidates = {
        one.variable: covariate(frame, variable, one.per, _group_reference(groups, variable))
        for one in model.candidates
        for variable in (records.variables[one.variable],)
    }
    univariable = {name: analysis.fit([one]) for name, one in candidates.items()}
    chosen, steps, screened = _choose(analysis, candidates, univariable)
    fitted = analysis.fit([candidates[name] for name in chosen], screened) if chosen else None
    return document.ModelResult(
        id=model.id,
        endpoint=model.endpoint,
        title=model.title
        or f"Factors associated with {analysed.protocol.label[0].lower()}{analysed.protocol.label[1:]}",
        type=model.type,
        ties=model.ties,
        rule=rule_in_words(model, records.variables),
        terms=tuple(
            _term(analysis, one, univariable[name], fitted if name in chosen else None, steps)
            for name, one in candidates.items()
        ),
        multivariable=_whole_fit(fitted, analysed) if fitted else None,
        multivariable_reason=None if fitted else _why_none(model, steps, screened),
        selection=steps,
        notes=_notes(fitted),
    )


def _group_reference(groups: Groups | None, variable: Variable) -> str | None:
    if groups is None or groups.variable.name != variable.name or variable.reference is not None:
        return None
    return groups.reference


def rule_in_words(model: Model, variables: Mapping[str, Variable]) -> str:
    """The rule for the multivariable model as a sentence, in the words of the methods paragraph."""
    if model.keep is None:
        return "Univariable analyses only; no multivariable model was declared."
    rule = entering_rule(model, model.keep, variables, past=True)
    leaving = dropping_rule(model, model.keep, variables, past=True)
    if leaving:
        rule += f"; {leaving}, on the patients of the first model"
    return f"{rule[0].upper()}{rule[1:]}."


def _choose(
    analysis: Analysis, candidates: dict[str, Covariate], univariable: dict[str, Fitted]
) -> tuple[list[str], tuple[document.SelectionStep, ...], np.ndarray | None]:
    """The covariates of the multivariable model, the trail that led there, and the records it is fitted on.

    The records are None (complete cases of what is in the model) unless backward elimination fixed them first.
    """
    keep, always = analysis.model.keep, analysis.model.always
    if keep is None:
        return [], (), None
    if keep.univariable_p is None:
        wanted = (
            list(candidates)
            if keep.all
            else [name for name in candidates if name in {*keep.variables, *always}]
        )
        steps = [
            document.SelectionStep(action="forced", variable=name, p=None, why="declared in the protocol")
            for name in wanted
        ]
    else:
        tests = {name: analysis.overall(univariable[name], name) for name in candidates}
        screen = selection.univariable_screen(
            list(candidates),
            tests,
            keep.univariable_p,
            inclusive=not keep.strictly_below,
            always=always,
        )
        wanted, steps = list(screen.chosen), [_step(step) for step in screen.steps]
    if keep.backward_p is None or not wanted:
        return wanted, tuple(steps), None
    rows = np.flatnonzero(
        complete_cases([candidates[name] for name in wanted], analysis.analysed.data.time.size)
    )

    def tests_of(names: tuple[str, ...]) -> dict[str, TestResult]:
        fitted = analysis.fit([candidates[name] for name in names], rows)
        return {name: analysis.overall(fitted, name) for name in names}

    eliminated = selection.backward_elimination(
        tests_of, wanted, keep.backward_p, inclusive=True, always=always
    )
    steps.extend(_step(step) for step in eliminated.steps)
    return list(eliminated.chosen), tuple(steps), rows


def _step(step: selection.Step) -> document.SelectionStep:
    return document.SelectionStep(
        action=step.action, variable=step.variable, p=wording.finite(step.p), why=step.why
    )


def _term(
    analysis: Analysis,
    one: Covariate,
    alone: Fitted,
    fitted: Fitted | None,
    steps: tuple[document.SelectionStep, ...],
) -> document.Term:
    name = one.variable.name
    decided = [step for step in steps if step.variable == name]
    return document.Term(
        variable=name,
        label=one.variable.label,
        per=one.per,
        unit=one.variable.unit,
        n=int(alone.rows.size),
        events=alone.fit.n_events,
        missing=int((~one.known).sum()),
        levels=_levels(analysis, one, alone, fitted),
        univariable=wording.test(analysis.overall(alone, name)),
        univariable_proportional_hazards=_hazards_test(alone, name),
        multivariable=wording.test(analysis.overall(fitted, name)) if fitted else None,
        proportional_hazards=_hazards_test(fitted, name) if fitted else None,
        entered=fitted is not None,
        why=decided[-1].why if decided else "no multivariable model was declared",
        notes=alone.fit.notes,
    )


def _levels(
    analysis: Analysis, one: Covariate, alone: Fitted, fitted: Fitted | None
) -> tuple[document.TermLevel, ...]:
    event = analysis.analysed.data.event
    if not one.variable.is_categorical:
        return (
            document.TermLevel(
                level=None,
                label=_per_in_words(one),
                reference=False,
                n=int(alone.rows.size),
                events=alone.fit.n_events,
                univariable=alone.effect(one),
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
                univariable=None if reference else alone.effect(one, level.name),
                multivariable=None if reference or fitted is None else fitted.effect(one, level.name),
            )
        )
    return tuple(rows)


def _per_in_words(one: Covariate) -> str:
    unit = one.variable.unit
    if one.per is None or one.per == 1:
        return f"per unit ({unit})" if unit else "per unit"
    return f"per {one.per:g} {unit or 'units'}"


def _hazards_test(fitted: Fitted, name: str) -> document.Test:
    return wording.test(fitted.hazards.terms[name])


def _whole_fit(fitted: Fitted, analysed: AnalysedEndpoint) -> document.Fit:
    fit = fitted.fit
    parameters = sum(fit.estimable)
    n = int(fitted.rows.size)
    return document.Fit(
        n=n,
        events=fit.n_events,
        dropped_missing=int(analysed.data.time.size - n),
        parameters=parameters,
        events_per_parameter=document.Number(
            value=fit.n_events / parameters if parameters else None,
            reason=None if parameters else "no coefficient could be estimated",
        ),
        log_likelihood=wording.finite(fit.log_likelihood),
        log_likelihood_null=wording.finite(fit.log_likelihood_null),
        likelihood_ratio=wording.test(fit.likelihood_ratio_test),
        wald=wording.test(fit.wald_test),
        score=wording.test(fit.score_test),
        concordance=wording.interval(model_concordance(fit).estimate),
        proportional_hazards=wording.test(fitted.hazards.overall),
    )


def _why_none(model: Model, steps: tuple[document.SelectionStep, ...], rows: np.ndarray | None) -> str:
    if model.keep is None:
        return "No multivariable model was declared."
    if rows is not None and not rows.size:
        return "No patient has a known value of every covariate that entered, so there is no multivariable model."
    if steps:
        return "No candidate met the rule, so there is no multivariable model."
    return "There was no candidate."


def _notes(fitted: Fitted | None) -> tuple[str, ...]:
    """What belongs under a multivariable model whether or not anyone asks."""
    if fitted is None:
        return ()
    notes = list(fitted.fit.notes)
    if fitted.fit.reason:
        notes.append(f"The multivariable model could not be fitted: {fitted.fit.reason}.")
        return tuple(notes)
    parameters = sum(fitted.fit.estimable)
    if parameters and fitted.fit.n_events / parameters < FEW_EVENTS_PER_PARAMETER:
        notes.append(
            f"{fitted.fit.n_events} events for {parameters} coefficients ({fitted.fit.n_events / parameters:.1f} per "
            f"coefficient, fewer than {FEW_EVENTS_PER_PARAMETER}): estimates may be too extreme, intervals too narrow."
        )
    doubtful = []
    for one in fitted.covariates:
        test = fitted.hazards.terms[one.variable.name]
        if test.p is not None and test.p < 0.05:
            doubtful.append(one.variable.label)
    if doubtful:
        notes.append(
            f"The hazards of {'; '.join(doubtful)} may not be proportional (p < 0.05): a single hazard ratio averages "
            "an effect that changes over time."
        )
    return tuple(notes)
