"""Flexible calibration: the observed risk as a smooth function of the predicted one, and how far they are apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cox import cox
from crlm.statistics.logistic import logistic
from crlm.statistics.performance.binary_calibration import INFINITE, log_odds, validate_outcome
from crlm.statistics.performance.discrimination import refusal_at
from crlm.statistics.performance.product_limit import (
    FollowUp,
    IntArray,
    validate_follow_up,
    validate_horizon,
    validate_risk,
)
from crlm.statistics.performance.resampling import FailedReplicate, bootstrap_intervals
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.splines import restricted_cubic_spline
from crlm.statistics.times import BoolArray, FloatArray

# Quantiles at which the knots of a restricted cubic spline lie: Harrell 2015, table 2.3.
KNOTS = {3: (0.1, 0.5, 0.9), 4: (0.05, 0.35, 0.65, 0.95), 5: (0.05, 0.275, 0.5, 0.725, 0.95)}


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationCurve:
    """Observed against predicted risk: arrays of one length, with pointwise limits; empty with a `reason`.

    ici, e50, e90: mean, median and 90th percentile of the absolute distance between observed (smoothed) and
    predicted risk over the patients. Their intervals are bootstrap percentiles; failed: replicates without value.
    """

    risk: FloatArray
    observed: FloatArray
    lower: FloatArray
    upper: FloatArray
    ici: Estimate
    e50: Estimate
    e90: Estimate
    level: float
    failed: tuple[FailedReplicate, ...] = ()
    reason: str | None = None


class NoCurveError(ValueError):
    """A calibration curve that these data do not determine."""


def binary_calibration_curve(
    event: ArrayLike,
    risk: ArrayLike,
    *,
    at: ArrayLike | None = None,
    knots: int = 3,
    replicates: int = 0,
    seed: int | None = None,
    level: float = 0.95,
) -> CalibrationCurve:
    """The observed risk by a logistic regression on a restricted cubic spline of the log odds of the prediction.

    event: (n,) 1 or 0. risk: (n,) strictly between 0 and 1. at: predicted risks at which to draw the curve; by
    default 100 from the lowest to the highest. knots: 3, 4 or 5, at Harrell's quantiles of the log odds. The band
    is Wald's on the log odds. replicates, seed: bootstrap of patients for the intervals of ici, e50, e90, with
    the curve (and knots) fitted anew. Sources: Harrell 2015; Austin & Steyerberg 2019 (Stat Med 38:4051).
    Checked against: R `glm` on Hmisc `rcspline.eval` (tests/golden/performance.json).
    """
    from scipy import special

    outcome = validate_outcome(event)
    risks = validate_risk(risk, len(outcome))
    multiplier = interval_multiplier(level)

    def fit(rows: IntArray, predicted: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        basis = _Basis(log_odds(risks[rows]), knots)
        X = basis(log_odds(risks[rows]))
        # The columns are centred so that the intercept and its error are those of the average patient.
        centre = X.mean(axis=0)
        found = logistic(outcome[rows], X - centre, _names(X))
        numbers = [*found.intercepts, *found.coefficients]
        beta = _known([one.value for one in numbers], [one.reason for one in numbers])
        # The covariance of intercept and slopes, from the information at the estimates.
        ones = np.hstack((np.ones((len(X), 1)), X - centre))
        p = special.expit(ones @ beta)
        covariance = np.linalg.inv(ones.T @ (ones * (p * (1.0 - p))[:, None]))
        Z = np.hstack((np.ones((len(predicted), 1)), basis(log_odds(predicted)) - centre))
        eta, error = Z @ beta, np.sqrt(np.einsum("ij,jk,ik->i", Z, covariance, Z))
        return (
            special.expit(eta),
            special.expit(eta - multiplier * error),
            special.expit(eta + multiplier * error),
        )

    refusal = INFINITE if np.any((risks <= 0.0) | (risks >= 1.0)) else None
    if not outcome.any() or outcome.all():
        refusal = "there are no patients with the event, or none without it"
    return _curve(fit, risks, at, knots, replicates, seed, level, refusal)


def survival_calibration_curve(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: float,
    *,
    at: ArrayLike | None = None,
    knots: int = 3,
    replicates: int = 0,
    seed: int | None = None,
    level: float = 0.95,
) -> CalibrationCurve:
    """The observed risk at a horizon by a Cox model on a restricted cubic spline of cloglog(prediction).

    time, event: (n,). risk: (n,) predicted risk of the event by the horizon, strictly between 0 and 1; cloglog(p)
    = log(-log(1 - p)). Follow-up is cut at the horizon, ties are Breslow's, and the observed risk is
    1 - exp(-H(horizon | spline)), with H Breslow's; its band is on the log hazard (Tsiatis' variance). The other
    arguments are those of `binary_calibration_curve`. Censoring may depend on the prediction, not on more.

    Source: Austin, Harrell & van Klaveren 2020 (Stat Med 39:2714), who do not cut at the horizon. Checked
    against: R `coxph` on Hmisc `rcspline.eval` and `survfit` (tests/golden/performance.json).
    """
    data = validate_follow_up(time, event)
    horizon = validate_horizon(horizon)
    risks = validate_risk(risk, len(data.time))
    multiplier = interval_multiplier(level)
    until = data.rows_until(horizon)
    cut_time = np.minimum(data.time, horizon)
    cut_event = data.event & (data.row < until)

    def fit(rows: IntArray, predicted: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        if not cut_event[rows].any():
            raise NoCurveError(f"no event up to {horizon:g}")
        basis = _Basis(complementary_log_log(risks[rows]), knots)
        X = basis(complementary_log_log(risks[rows]))
        centre = X.mean(axis=0)
        found = cox(cut_time[rows], cut_event[rows], X - centre, _names(X), ties="breslow")
        beta = _known([one.value for one in found.coefficients], list(found.reasons))
        Z = basis(complementary_log_log(predicted)) - centre
        log_hazard, error = _breslow(cut_time[rows], cut_event[rows], X - centre, beta, found.covariance, Z)
        return (
            -np.expm1(-np.exp(log_hazard)),
            -np.expm1(-np.exp(log_hazard - multiplier * error)),
            -np.expm1(-np.exp(log_hazard + multiplier * error)),
        )

    refusal = _refusal(data, horizon, until, risks)
    return _curve(fit, risks, at, knots, replicates, seed, level, refusal)


def complementary_log_log(risk: FloatArray) -> FloatArray:
    """log(-log(1 - p)): the logarithm of the cumulative hazard that gives this risk."""
    return np.asarray(np.log(-np.log1p(-risk)))


def _refusal(data: FollowUp, horizon: float, until: int, risks: FloatArray) -> str | None:
    refusal = refusal_at(data, horizon, until)
    if refusal is None and np.any((risks <= 0.0) | (risks >= 1.0)):
        return INFINITE
    return refusal


def _curve(
    fit: Callable[[IntArray, FloatArray], tuple[FloatArray, FloatArray, FloatArray]],
    risks: FloatArray,
    at: ArrayLike | None,
    knots: int,
    replicates: int,
    seed: int | None,
    level: float,
    refusal: str | None,
) -> CalibrationCurve:
    if knots not in KNOTS:
        raise ValueError(f"knots was {knots!r}; a restricted cubic spline has 3, 4 or 5 here")
    n = len(risks)
    try:
        if refusal is not None:
            raise NoCurveError(refusal)
        grid = np.linspace(risks.min(), risks.max(), 100) if at is None else np.asarray(at, np.float64)
        if grid.ndim != 1 or not np.all((grid > 0.0) & (grid < 1.0)):
            raise ValueError("at must be one column of risks between 0 and 1")
        observed, lower, upper = fit(np.arange(n), grid)

        def distances(rows: IntArray) -> tuple[float, ...]:
            apart = np.abs(fit(rows, risks[rows])[0] - risks[rows])
            return float(apart.mean()), float(np.median(apart)), float(np.quantile(apart, 0.9))

        (ici, e50, e90), failed = bootstrap_intervals(
            distances, n, replicates=replicates, seed=seed, level=level
        )
    except NoCurveError as error:
        empty, reason = np.empty(0), str(error)
        none = Estimate(None, None, None, level, None, reason)
        return CalibrationCurve(empty, empty, empty, empty, none, none, none, level, reason=reason)
    return CalibrationCurve(grid, observed, lower, upper, ici, e50, e90, level, failed)


class _Basis:
    """A restricted cubic spline with its knots at quantiles of x, also where there are few patients."""

    def __init__(self, x: FloatArray, knots: int) -> None:
        self.at = np.quantile(x, KNOTS[knots])
        if np.any(np.diff(self.at) <= 0.0):
            raise NoCurveError(f"the predictions take too few different values for {knots} different knots")

    def __call__(self, x: FloatArray) -> FloatArray:
        return restricted_cubic_spline(x, "x", self.at).columns


def _names(X: FloatArray) -> list[str]:
    return ["linear", *(f"cubic {j}" for j in range(1, X.shape[1]))]


def _known(values: list[float | None], reasons: list[str | None]) -> FloatArray:
    if any(one is None for one in values):
        raise NoCurveError(
            next((reason for reason in reasons if reason is not None), "the curve has no estimate")
        )
    return np.array(values, dtype=np.float64)


def _breslow(
    time: FloatArray, event: BoolArray, X: FloatArray, beta: FloatArray, covariance: FloatArray, Z: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The log of H at the end of follow-up for rows Z (k, p), and its standard error.

    H(z) = exp(z'b) sum of d / S0 over event times, with S0 the sum of exp(x'b) at risk; the variance of log H is
    [sum of d / S0^2 + q' V q] / (sum of d / S0)^2, q = sum of (z - mean at risk) d / S0.
    """
    order = np.argsort(-time, kind="stable")
    relative = np.exp(X[order] @ beta)
    t = time[order]
    end = np.searchsorted(-t, -t[event[order]], side="right") - 1  # the last of the risk set
    at_risk = np.cumsum(relative)[end]
    means = np.cumsum(relative[:, None] * X[order], axis=0)[end] / at_risk[:, None]
    hazard = float(np.sum(1.0 / at_risk))
    q = Z - (np.sum(means / at_risk[:, None], axis=0) / hazard)
    variance = np.sum(at_risk**-2.0) / hazard**2 + np.einsum("ij,jk,ik->i", q, covariance, q)
    return np.log(hazard) + Z @ beta, np.sqrt(variance)
