"""Residuals of a Cox model: where it does not fit, and which patients it rests on.

With denominators and means as in `likelihood`, r = exp(x'beta), and d_i = 1 for the event of patient i:

    martingale    M_i = d_i - r_i sum over blocks at risk, j of m / denominator_j
    score         U_i = d_i (x_i - mean) - r_i sum of (x_i - mean_j) m / denominator_j
    Schoenfeld    x_i - mean, for each event; mean is the average of mean_j over the tied deaths
    dfbeta        U_i V: about the change of the coefficients if patient i were left out

At a tie the dying have in denominator j the share 1 - f_j of their hazard, as they have in the likelihood (Efron).
With exact ties the martingale and deviance residuals are by Breslow's denominators at the exact coefficients, as in
R; the others would not be parts of the exact score, and there are none. References: Therneau, Grambsch & Fleming 1990
(Biometrika 77:147); Schoenfeld 1982 (Biometrika 69:239); Therneau & Grambsch 2000, Modeling Survival Data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.likelihood import Moments, moments
from crlm.statistics.cox.model import CoxFit
from crlm.statistics.cox.solve import Solution
from crlm.statistics.times import FloatArray

NOT_EXACT = (
    "with exact ties there are martingale and deviance residuals only; "
    "fit the model with Efron's ties for the others"
)


@dataclass(frozen=True, eq=False)
class EventResiduals:
    """One row per event, by stratum and time: values (events, q), the event's time (events,) and row in the data."""

    names: tuple[str, ...]
    time: FloatArray
    rows: IntArray
    values: FloatArray


def estimated_names(fit: CoxFit) -> tuple[str, ...]:
    """The columns with an estimate: those of the residuals below that have one value per covariate."""
    return tuple(name for name, reason in zip(fit.names, fit.reasons, strict=True) if reason is None)


def martingale_residuals(fit: CoxFit) -> FloatArray:
    """Observed minus expected events of each row of the data: shape (n,), not weighted.

    A row that is at risk at no event has the residual 0. Where coefficients have no finite estimate these are the
    residuals of the limit. `ValueError` when there is no model. Checked against: R `residuals(type = "martingale")`.
    """
    solution = _any_solution(fit)
    return fit.data.event - _in_order_of_the_data(
        fit, solution.sets.rows, solution_moments(solution).expected
    )


def deviance_residuals(fit: CoxFit) -> FloatArray:
    """Martingale residuals made about symmetric: sign(M) sqrt(-2 (M + d log(d - M))), shape (n,).

    `ValueError` when there is no model. Checked against: R `residuals(type = "deviance")`.
    """
    residual = martingale_residuals(fit)
    expected = fit.data.event - residual
    log_expected = np.log(np.where(fit.data.event, expected, 1.0))
    return np.asarray(np.sign(residual) * np.sqrt(np.maximum(-2.0 * (residual + log_expected), 0.0)))


def score_residuals(fit: CoxFit) -> FloatArray:
    """What each row adds to the score at the estimates, not weighted: (n, q), columns as `estimated_names`.

    `ValueError` when there is no model, and with exact ties. Checked against: R `residuals(type = "score")`.
    """
    solution = _solution(fit)
    scores = patient_scores(solution_moments(solution))
    return _in_order_of_the_data(fit, solution.sets.rows, scores.T)[:, _estimated(fit, solution)]


def dfbeta_residuals(fit: CoxFit, *, scaled: bool = False) -> FloatArray:
    """About how much each coefficient changes when a row is left out: (n, q), columns as `estimated_names`.

    scaled: in units of the coefficient's standard error (R's dfbetas). Case weights are part of it: a row of weight
    2 moves the coefficients twice as much (R's `weighted = TRUE`). `ValueError` when there is no model, and with
    exact ties. Checked against: R `residuals(type = "dfbeta" and "dfbetas")`.
    """
    solution = _solution(fit)
    values = _in_order_of_the_data(fit, solution.sets.rows, influence(solution))
    if scaled:
        values = values / np.sqrt(np.diagonal(solution.covariance))
    return values[:, _estimated(fit, solution)]


def schoenfeld_residuals(fit: CoxFit, *, scaled: bool = False) -> EventResiduals:
    """Covariates of the patient with the event minus their mean over the risk set, one row per event.

    scaled: as estimates of the coefficient at each event's time, beta + D V residual, with D events and V the
    covariance from the information (R's `scaledsch`; the weighted moving average of these is what is plotted against
    time). Not weighted. `ValueError` when there is no model, and with exact ties. Checked against: R
    `residuals(type = "schoenfeld" and "scaledsch")`.
    """
    solution = _solution(fit)
    sets, at = solution.sets, solution_moments(solution)
    values = (sets.X[:, sets.deaths] - at.block_means[:, sets.death_block]).T
    if scaled:
        values = solution.beta + values @ solution.model_covariance * len(sets.deaths)
    rows = sets.rows[sets.deaths]
    return EventResiduals(
        estimated_names(fit), fit.data.time[rows], rows, values[:, _estimated(fit, solution)]
    )


def patient_scores(at: Moments) -> FloatArray:
    """What each patient of the risk sets adds to the score, not weighted: shape (p, n)."""
    sets = at.sets
    risk = at.relative_risk / sets.weights
    drift = at.mean_hazard
    there = np.array([sets.sums_while_at_risk(row) for row in drift]).reshape(sets.X.shape)
    if (ties := at.ties) is not None:
        there[:, sets.deaths[ties.at.deaths]] -= at.tied_mean_hazard[:, ties.at.run]
    scores = risk * there - sets.X * at.expected
    scores[:, sets.deaths] += sets.X[:, sets.deaths] - at.block_means[:, sets.death_block]
    return np.asarray(scores)


def influence(solution: Solution) -> FloatArray:
    """Weighted dfbeta of each patient of the risk sets: shape (n, q)."""
    scores = patient_scores(solution_moments(solution)) * solution.sets.weights
    return np.asarray(scores.T @ solution.model_covariance)


def solution_moments(solution: Solution) -> Moments:
    """The sums over risk sets at the estimates."""
    return moments(solution.sets, solution.beta)


def _solution(fit: CoxFit) -> Solution:
    if fit.ties == "exact":
        raise ValueError(NOT_EXACT)
    return _any_solution(fit)


def _any_solution(fit: CoxFit) -> Solution:
    if fit.solution is None:
        reason = fit.reason or next((one for one in fit.reasons if one is not None), "no model")
        raise ValueError(f"no residuals: {reason}")
    return fit.solution


def _estimated(fit: CoxFit, solution: Solution) -> IntArray:
    return np.flatnonzero([fit.reasons[j] is None for j in solution.kept])


def _in_order_of_the_data(fit: CoxFit, rows: IntArray, values: FloatArray) -> FloatArray:
    result = np.zeros((fit.n, *values.shape[1:]))
    result[rows] = values
    return result
