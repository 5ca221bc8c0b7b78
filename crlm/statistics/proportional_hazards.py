"""Is the hazard ratio the same all along? The score test of coefficients that change with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crlm.statistics.cox.likelihood import Moments, moments
from crlm.statistics.cox.model import CoxData, CoxFit
from crlm.statistics.cox.solve import Solution
from crlm.statistics.results import TestResult, chi_square_p
from crlm.statistics.times import FloatArray

Transform = Literal["km", "rank", "identity", "log"]

METHOD = "scaled-schoenfeld"


@dataclass(frozen=True, slots=True)
class ProportionalHazards:
    """The tests of one model: one per term, by name, and all terms at once."""

    transform: Transform
    terms: dict[str, TestResult]
    overall: TestResult


def proportional_hazards_test(fit: CoxFit, transform: Transform = "km") -> ProportionalHazards:
    """Test that no coefficient changes with time: Grambsch and Therneau's test in its exact form.

    Each coefficient is let vary as b + c g(t), g being `transform` of time: "km" (1 minus the Kaplan-Meier
    estimate just before t, of all patients together), "rank", "identity" or "log". The statistic is the
    score test of c = 0, with the full information of b and c: chi-square with one df per estimated column
    of the term. "log" has no value when a patient has time 0. A column without an estimate is not tested,
    takes its df with it, and is named with the reason.

    Checked against: R survival 3.5 `cox.zph` (tests/golden/cox.json). Reference: Grambsch & Therneau 1994
    (Biometrika 81:515), whose approximation of the information R used before version 3.0 and this does not.
    """
    if fit.ties == "exact" or fit.method != "maximum likelihood":
        return _refused(fit, transform, "not defined for exact ties or a penalised likelihood")
    solution = fit.solution
    if solution is None or not len(solution.kept):
        reasons = [reason for reason in fit.reasons if reason is not None] or ["no covariates"]
        return _refused(fit, transform, reasons[0])
    scale = _time_scale(fit.data, transform)
    if isinstance(scale, str):
        return _refused(fit, transform, scale)
    here = moments(solution.sets, solution.beta)
    g = _of_blocks(fit.data, solution, scale)
    score = here.score_by_block() @ g
    information = _information_of_both(here, g)
    tests = {}
    for term in fit.terms:
        columns = [fit.names.index(name) for name in term.columns]
        chosen = solution.places_of(columns)
        reasons = [reason for j in columns if (reason := fit.reasons[j]) is not None]
        if chosen.size:
            tests[term.name] = _score_test(fit, information, score, chosen, reasons)
        else:
            tests[term.name] = TestResult(METHOD, None, None, None, fit.n, reasons[0])
    overall = _score_test(
        fit,
        information,
        score,
        np.arange(len(score)),
        [reason for reason in fit.reasons if reason is not None],
    )
    return ProportionalHazards(transform, tests, overall)


def _time_scale(data: CoxData, transform: Transform) -> FloatArray | str:
    """The transformed time of each patient, or why it does not exist."""
    if transform == "identity":
        return data.time
    if transform == "rank":
        distinct, place, counts = np.unique(data.time, return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - (counts - 1) / 2.0
        return np.asarray(middle[place] if len(distinct) else data.time)
    if transform == "log":
        return np.log(data.time) if data.time.min() > 0.0 else "a patient has time 0, which has no logarithm"
    if transform == "km":
        return _failed_before(data)
    raise ValueError(f"transform was {transform!r}; it is 'km', 'rank', 'identity' or 'log'")


def _failed_before(data: CoxData) -> FloatArray:
    """1 minus the Kaplan-Meier estimate just before each patient's time; unweighted, over all strata, as in R."""
    distinct = np.unique(data.time)
    died = np.bincount(np.searchsorted(distinct, data.time[data.event]), minlength=len(distinct))
    at_risk = len(data.time) - np.searchsorted(np.sort(data.time), distinct, side="left")
    if data.entry is not None:
        at_risk = at_risk - (len(data.time) - np.searchsorted(np.sort(data.entry), distinct, side="left"))
    survival = np.cumprod(np.concatenate(([1.0], 1.0 - died / np.maximum(at_risk, 1))))
    return np.asarray(1.0 - survival[np.searchsorted(distinct, data.time)])


def _of_blocks(data: CoxData, solution: Solution, scale: FloatArray) -> FloatArray:
    """The transformed time of each event block, minus its mean over the events."""
    sets = solution.sets
    first_deaths = sets.rows[sets.deaths[sets.death_starts]]
    return np.asarray(scale[first_deaths] - scale[data.event].mean())


def _information_of_both(here: Moments, g: FloatArray) -> FloatArray:
    """Information of (b, c): sums over the event blocks of V, g V and g^2 V."""
    cross = here.information_times(g)
    return np.block([[here.information, cross], [cross, here.information_times(g * g)]])


def _score_test(
    fit: CoxFit, information: FloatArray, score: FloatArray, chosen: np.ndarray, reasons: list[str]
) -> TestResult:
    q = len(score)
    left_out = tuple(f"not tested: {reason}" for reason in reasons)
    within = np.concatenate((np.arange(q), q + chosen))
    u = np.concatenate((np.zeros(q), score[chosen]))
    matrix = information[np.ix_(within, within)]
    root = np.sqrt(np.maximum(np.diagonal(matrix), 0.0))
    if not root.min() > 0.0 or np.linalg.matrix_rank(matrix / np.outer(root, root), tol=1e-10) < len(within):
        reason = "the events are too few, or at too few different times, to see a change with time"
        return TestResult(METHOD, None, None, None, fit.n, reason, left_out)
    statistic = float(u @ np.linalg.solve(matrix, u))
    return TestResult(
        METHOD, statistic, len(chosen), chi_square_p(statistic, len(chosen)), fit.n, notes=left_out
    )


def _refused(fit: CoxFit, transform: Transform, reason: str) -> ProportionalHazards:
    def no_test(why: str | None) -> TestResult:
        return TestResult(METHOD, None, None, None, fit.n, why)

    columns = {name: fit.reasons[j] for j, name in enumerate(fit.names)}
    terms = {term.name: no_test(columns[term.columns[0]] or reason) for term in fit.terms}
    return ProportionalHazards(transform, terms, no_test(reason))
