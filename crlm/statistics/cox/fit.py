"""Cox's proportional hazards model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.estimability import Dependence, dependence
from crlm.statistics.cox.firth import penalised_at, solve_penalised
from crlm.statistics.cox.likelihood import Moments, moments
from crlm.statistics.cox.model import CoxData, CoxFit, Method, Ties
from crlm.statistics.cox.newton import AnyMoments, moments_at_zero
from crlm.statistics.cox.reasons import reason_for_separation, reason_left_without, reasons_for_dropped
from crlm.statistics.cox.risk_sets import RiskSets, build_risk_sets
from crlm.statistics.cox.solve import Solution, expected_size, solve
from crlm.statistics.cox.validation import validate_data, validate_names
from crlm.statistics.regression import Term
from crlm.statistics.results import TestResult, chi_square_p, interval_multiplier
from crlm.statistics.times import FloatArray

NOT_CONVERGED = (
    "no estimate: the likelihood still rises where the risks of patients differ more than numbers can hold; "
    "the covariates of the model separate the events, or nearly so"
)
NO_SCORE_TEST = "not defined for a penalised likelihood"
TRY_FIRTH = "Firth's method (method='firth') has finite estimates where covariates separate the events"
AT_THE_LIMIT = (
    "taken at the limit of the coefficients without a finite estimate, which keep their degrees of freedom; "
    "the likelihood-ratio test is safer"
)


def cox(
    time: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    names: Sequence[str],
    *,
    ties: Ties = "efron",
    method: Method = "maximum likelihood",
    terms: Sequence[Term] | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    patient: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Fit Cox's model by maximum partial likelihood.

    time: (n,) follow-up, any unit, >= 0. event: (n,) 1 or 0. X: (n, p) covariates, factors already coded in
    columns. names: p different names. ties: "efron", "breslow", or "exact" (the discrete likelihood, for times that
    are tied because time itself is counted in steps; coefficients are then log odds ratios). method: "maximum
    likelihood" or "firth" (penalised by Jeffreys' prior: finite under separation, less biased when events are few;
    its tests are penalised likelihood-ratio tests, its intervals of choice `profile_coefficients`).
    terms: which columns form one factor; by default each column is a
    term of its own. strata: (n,) any labels; patients are compared within a stratum only. weights: (n,)
    case weights > 0 (frequencies: the standard errors are those of a likelihood with each patient counted
    so often). entry: (n,) delayed entry; a patient is at risk at t when entry < t <= time. offset: (n,) log
    hazard ratios that are known, part of every model including the one without covariates. Missing values
    are refused, not dropped: choose the rows before. Raises `ValueError` for input of the wrong shape or
    content.

    Covariates that change with time: one row per patient and stretch of time in which they stay, with its entry,
    time and event (`split_at` makes them). patient: (n,) labels, which rows are of the same patient; that they do
    not overlap is checked, and patients are counted. Their rows are never at risk together, so the standard
    errors hold; only patients with more than one event need `with_robust_variance`.

    Times that differ by floating-point noise are tied (`tie_times`). A column that is constant, or that
    earlier columns determine, is left out and has a reason, as in R. A column with no finite estimate (its
    likelihood rises for ever: no events at one level, separation) stays in the model at its limit: it has a
    reason instead of a number, and the other coefficients, the log-likelihood and the tests are those of
    the limit, to which R's output tends as its iterations go on.

    Checked against: R survival 3.5 `coxph` (tests/golden/cox.json), the definition in plain Python
    (tests/oracles/partial_likelihood.py) and by hand (docs/validation/cox.md). References: Cox 1972 (J R
    Stat Soc B 34:187); Efron 1977 (J Am Stat Assoc 72:557); Breslow 1974 (Biometrics 30:89); Heinze & Schemper 2001
    (Biometrics 57:114).
    """
    if ties not in ("efron", "breslow", "exact"):
        raise ValueError(f"ties was {ties!r}; it is 'efron', 'breslow' or 'exact'")
    if method not in ("maximum likelihood", "firth"):
        raise ValueError(f"method was {method!r}; it is 'maximum likelihood' or 'firth'")
    if ties == "exact" and (method == "firth" or weights is not None):
        raise ValueError("exact ties are there for maximum likelihood without weights; choose 'efron'")
    interval_multiplier(level)  # refuses a level that is none
    data = validate_data(
        time, event, X, strata=strata, weights=weights, entry=entry, offset=offset, patient=patient
    )
    columns, grouped = validate_names(names, terms, data.X.shape[1])
    return fit_data(data, columns, grouped, ties, level, method)


def fit_data(
    data: CoxData,
    names: tuple[str, ...],
    terms: tuple[Term, ...],
    ties: Ties,
    level: float,
    method: Method = "maximum likelihood",
) -> CoxFit:
    """Fit the model to data that are already validated."""
    n, n_events = len(data.time), int(data.event.sum())
    if not n_events:
        return _refused(data, names, terms, ties, level, method)
    sets = risk_sets_of(data, ties)
    null = moments_at_zero(sets, exact=ties == "exact")
    information = null.information
    spread = typical_deviation(sets)
    found = dependence(information, expected_size(sets, spread))
    lowest = null.log_likelihood
    if method == "firth" and len(found.kept):
        solution, lowest = _solve_firth(sets, found, len(names))
    else:
        solution = solve(null, found, spread, efron=ties == "efron")

    df = len(found.kept)
    refusal = "no covariate can be estimated" if not df else None if solution.converged else NOT_CONVERGED
    quadratic = float(solution.beta @ solution.information @ solution.beta)
    no_score = NO_SCORE_TEST if method == "firth" else None
    nothing_finite = None if len(solution.kept) else "no coefficient has a finite estimate"
    limit_note = (AT_THE_LIMIT,) if len(solution.directions) else ()
    highest = solution.log_likelihood if solution.penalised is None else solution.penalised
    rise = 2.0 * (highest - lowest)
    return CoxFit(
        names=names,
        terms=terms,
        ties=ties,
        level=level,
        n=n,
        n_events=n_events,
        n_at_risk=len(sets.rows),
        reasons=_reasons(data, names, found, solution),
        log_likelihood=solution.log_likelihood if solution.converged else None,
        log_likelihood_null=null.log_likelihood,
        likelihood_ratio_test=_test(likelihood_ratio_id(method), rise, df, n, refusal),
        score_test=_test("score", _score_statistic(null, information, found), df, n, refusal or no_score),
        wald_test=_test("wald", quadratic, df, n, refusal or nothing_finite, *limit_note),
        iterations=solution.iterations,
        converged=solution.converged,
        data=data,
        aliased=found.null,
        solution=solution if solution.converged else None,
        method=method,
        penalised_log_likelihood=solution.penalised,
        notes=_notes(data, df, n_events, finite=not solution.lost.any() and solution.converged),
    )


def likelihood_ratio_id(method: Method) -> str:
    """The id of the likelihood-ratio test that goes with a method of fitting."""
    return "likelihood-ratio" if method == "maximum likelihood" else "penalised likelihood-ratio"


def _solve_firth(sets: RiskSets, found: Dependence, p: int) -> tuple[Solution, float]:
    """The penalised maximum, and the penalised likelihood with all coefficients 0."""
    lowest = penalised_at(sets.with_columns(found.kept), np.zeros(len(found.kept)))
    solution = solve_penalised(sets, found.kept, p)
    return solution, -np.inf if lowest is None else lowest.value


def risk_sets_of(data: CoxData, ties: Ties) -> RiskSets:
    """The risk sets of all columns, centred at their means; at least one event."""
    return build_risk_sets(
        data.time,
        data.event,
        _centred(data.X).T,
        stratum=data.stratum,
        entry=data.entry,
        weights=data.weights,
        offset=data.offset,
        efron=ties == "efron",
    )


def null_moments(fit: CoxFit) -> tuple[Moments, IntArray]:
    """The sums over risk sets at beta = 0, of all columns, and which of them are not determined by others."""
    null = moments(risk_sets_of(fit.data, fit.ties), np.zeros(len(fit.names)))
    return null, dependence(null.information, expected_size(null.sets, typical_deviation(null.sets))).kept


def typical_deviation(sets: RiskSets) -> FloatArray:
    """Of each column: shape (p,)."""
    if not sets.weighted:
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", sets.X, sets.X) / len(sets.weights)))
    return np.asarray(np.sqrt(np.einsum("ij,ij,j->i", sets.X, sets.X, sets.weights) / sets.weights.sum()))


def _notes(data: CoxData, df: int, n_events: int, *, finite: bool) -> tuple[str, ...]:
    notes = [] if finite else [TRY_FIRTH]
    if df >= n_events:
        notes.append(f"{df} coefficients for {n_events} events: the model is overfitted")
    if data.patient is not None and (several := int((np.bincount(data.patient[data.event]) > 1).sum())):
        notes.append(
            f"{several} patients have more than one event: the standard errors take these for independent; "
            "use a robust variance"
        )
    return tuple(notes)


def _centred(X: FloatArray) -> FloatArray:
    """Columns minus their mean: nothing changes but the rounding. Constant columns become exactly 0."""
    mean = np.full(len(X), 1.0 / len(X)) @ X
    centred = X - mean
    # The mean square of a column that varies is far above the rounding of its mean; only the others are looked at.
    steady = np.einsum("ij,ij->j", centred, centred) <= 1e-18 * len(X) * mean**2
    if steady.any():
        centred[:, np.ptp(X, axis=0) <= 1e-12 * np.abs(X).max(axis=0)] = 0.0
    return np.asarray(centred)


def _reasons(
    data: CoxData, names: tuple[str, ...], found: Dependence, solution: Solution
) -> tuple[str | None, ...]:
    reasons: dict[int, str] = reasons_for_dropped(found, data.X, names, stratified=data.stratum is not None)
    if not solution.converged:
        reasons |= dict.fromkeys(found.kept.tolist(), NOT_CONVERGED)
    elif len(solution.directions):
        separating = [names[j] for j in np.flatnonzero(np.any(solution.directions != 0.0, axis=0))]
        for j in np.flatnonzero(solution.lost).tolist():
            along = [one for one in solution.directions if one[j] != 0.0]
            reasons[j] = (
                reason_for_separation(along[0], j, data.X, data.event, names)
                if along
                else reason_left_without(separating)
            )
    return tuple(reasons.get(j) for j in range(len(names)))


def _score_statistic(null: AnyMoments, information: FloatArray, found: Dependence) -> float:
    score, kept = null.score[found.kept], found.kept
    within = information if len(kept) == len(information) else information[np.ix_(kept, kept)]
    return float(score @ np.linalg.solve(within, score))


def _test(method: str, statistic: float, df: int, n: int, refusal: str | None, *notes: str) -> TestResult:
    if refusal is not None:
        return TestResult(method, None, None, None, n, refusal)
    statistic = max(float(statistic), 0.0)
    return TestResult(method, statistic, df, chi_square_p(statistic, df), n, notes=notes)


def _refused(
    data: CoxData,
    names: tuple[str, ...],
    terms: tuple[Term, ...],
    ties: Ties,
    level: float,
    method: Method,
) -> CoxFit:
    n = len(data.time)
    reason = "no events" if n else "no patients"
    return CoxFit(
        names=names,
        terms=terms,
        ties=ties,
        level=level,
        n=n,
        n_events=0,
        n_at_risk=0,
        reasons=(reason,) * len(names),
        log_likelihood=None,
        log_likelihood_null=None,
        likelihood_ratio_test=_test(likelihood_ratio_id(method), 0.0, 0, n, reason),
        score_test=_test("score", 0.0, 0, n, reason),
        wald_test=_test("wald", 0.0, 0, n, reason),
        iterations=0,
        converged=False,
        data=data,
        aliased=np.zeros((0, len(names))),
        solution=None,
        method=method,
        reason=reason,
    )
