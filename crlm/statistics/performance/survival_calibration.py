"""Calibration of risks predicted for a horizon, from censored follow-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cox import cox
from crlm.statistics.curve_readings import survival_at
from crlm.statistics.performance.binary_calibration import INFINITE, ratio_estimate
from crlm.statistics.performance.calibration_curve import complementary_log_log
from crlm.statistics.performance.product_limit import (
    FollowUp,
    survival_limit,
    validate_follow_up,
    validate_horizon,
    validate_risk,
)
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.survival_curve import kaplan_meier
from crlm.statistics.times import FloatArray


@dataclass(frozen=True, slots=True)
class SurvivalCalibration:
    """Agreement of the predicted with the observed risk at a horizon t.

    observed: 1 - S(t) by Kaplan and Meier, log-log interval. expected: the mean predicted risk. ratio: O/E.
    intercept: a in cloglog P(event by t) = a + cloglog(risk): 0 is right, above 0 too low predictions.
    slope: b of a Cox model h(u) = h0(u) exp(b cloglog(risk)), u <= t: below 1, predictions too extreme.
    pseudo_intercept, pseudo_slope: a and b in cloglog P(event by t) = a + b cloglog(risk).
    """

    horizon: float
    observed: Estimate
    expected: float | None
    ratio: Estimate
    intercept: Estimate
    slope: Estimate
    pseudo_intercept: Estimate
    pseudo_slope: Estimate
    n: int
    n_events: int


def survival_calibration(
    time: ArrayLike, event: ArrayLike, risk: ArrayLike, horizon: float, *, level: float = 0.95
) -> SurvivalCalibration:
    """Calibration of risks predicted for a horizon: O/E, intercept and slope with intervals.

    time, event: (n,). risk: (n,) predicted probability of the event by the horizon; with risks of exactly 0 or 1
    only O/E is defined. O/E has the interval exp(log(O/E) +/- z SE(O) / O), SE(O) Greenwood's, the mean risk taken
    as known. The Cox slope uses the follow-up up to the horizon (Efron's ties). Intercept and pseudo-slope solve
    sum of D_i x_i (y_i - mu_i) = 0 for the pseudo-observations y of the risk, mu = 1 - exp(-exp(eta)),
    D = d mu / d eta, with the sandwich variance (independent patients); they ask that censoring be independent of
    the prediction, the Cox slope does not. What is undefined says why. Raises `ValueError`.

    Checked against: R `survfit`, `coxph`, geepack `geese` (tests/golden/performance.json). Sources: Crowson 2016
    (Stat Methods Med Res 25:1692); McLernon 2023 (Ann Intern Med 176:105); Andersen & Perme 2010.
    """
    multiplier = interval_multiplier(level)
    data = validate_follow_up(time, event)
    horizon = validate_horizon(horizon)
    n = len(data.time)
    risks = validate_risk(risk, n)
    until = data.rows_until(horizon)
    early = data.event & (data.row < until)
    survival = survival_at(kaplan_meier(data.time, data.event, level=level), [horizon])[0]

    def none(reason: str) -> Estimate:
        return Estimate(None, None, None, level, None, reason)

    if survival.value is None:
        no = none(survival.reason or "no estimate")
        mean = float(risks.mean()) if n else None
        return SurvivalCalibration(horizon, no, mean, no, no, no, no, no, n, int(early.sum()))
    observed = Estimate(
        1.0 - survival.value,
        None if survival.upper is None else 1.0 - survival.upper,
        None if survival.lower is None else 1.0 - survival.lower,
        level,
        survival.standard_error,
        survival.reason,
    )
    share, expected = 1.0 - survival.value, float(risks.mean())
    error = survival.standard_error / share if survival.standard_error and share > 0.0 else None
    ratio = ratio_estimate(share, expected, error, multiplier, level)
    refusal = None
    if not early.any():
        refusal = f"no event up to {horizon:g}"
    elif np.any((risks <= 0.0) | (risks >= 1.0)):
        refusal = INFINITE
    if refusal is not None:
        no = none(refusal)
        return SurvivalCalibration(horizon, observed, expected, ratio, no, no, no, no, n, int(early.sum()))
    x = complementary_log_log(risks)
    name = "log cumulative hazard of the prediction"
    slope = cox(np.minimum(data.time, horizon), early, x[:, None], (name,), level=level).coefficients[0]
    pseudo = _pseudo(data, until)
    ones = np.ones((n, 1))
    intercept = _solve(pseudo, ones, x, multiplier, level)[0]
    both = _solve(pseudo, np.column_stack((ones, x)), np.zeros(n), multiplier, level)
    return SurvivalCalibration(
        horizon, observed, expected, ratio, intercept, slope, both[0], both[1], n, int(early.sum())
    )


def pseudo_observations(time: ArrayLike, event: ArrayLike, horizon: float) -> FloatArray:
    """Pseudo-observations of the risk of the event by a horizon: n F - (n - 1) F without the patient, shape (n,).

    F = 1 - S(horizon) by Kaplan and Meier; after the last time the curve is held, so that the horizon must lie
    within the follow-up: `ValueError` when it ends before, unless all had the event. Without censoring they are 1
    for an event by the horizon, else 0. Source: Andersen, Klein & Rosthøj 2003 (Biometrika 90:15). Checked
    against: the definition.
    """
    data = validate_follow_up(time, event)
    horizon = validate_horizon(horizon)
    reading = survival_at(kaplan_meier(data.time, data.event), [horizon])[0]
    if reading.value is None:
        raise ValueError(f"no pseudo-observations at {horizon:g}: {reading.reason}")
    return _pseudo(data, data.rows_until(horizon))


def _pseudo(data: FollowUp, until: int) -> FloatArray:
    """All curves without one patient at once: before the own time one less at risk, after it the same factors."""
    n, m = len(data.time), len(data.distinct)
    leaving = np.bincount(data.row, minlength=m)
    at_risk = np.cumsum(leaving[::-1])[::-1].astype(np.float64)
    events = np.bincount(data.row[data.event], minlength=m).astype(np.float64)
    full = survival_limit(data)
    whole = float(full.up_to(until))

    def product(factors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Running sums of log factors, and of how many are 0."""
        zero = factors <= 0.0
        logs = np.log(np.where(zero, 1.0, factors))
        return np.append(0.0, np.cumsum(logs)), np.append(0, np.cumsum(zero))

    others = np.maximum(at_risk - 1.0, 1.0)
    less = np.where(at_risk > 1.0, (at_risk - 1.0 - events) / others, 1.0)  # an event of one of the others
    less_logs, less_zeros = product(np.maximum(less, 0.0))
    logs, zeros = product(full.factor)
    own = np.where(at_risk > 1.0, (at_risk - events) / others, 1.0)  # the patient's own event left out
    before = np.minimum(data.row, until)
    at_own = np.where(data.event, own[data.row], np.maximum(less, 0.0)[data.row])
    at_own = np.where(data.row < until, at_own, 1.0)
    after = np.minimum(data.row + 1, until)
    log_rest = less_logs[before] + logs[until] - logs[after]
    zero_rest = less_zeros[before] + zeros[until] - zeros[after]
    without = np.where(zero_rest > 0, 0.0, np.exp(log_rest) * at_own)
    return np.asarray(n * (1.0 - whole) - (n - 1) * (1.0 - without))


def _solve(
    y: FloatArray, X: FloatArray, offset: FloatArray, multiplier: float, level: float
) -> tuple[Estimate, ...]:
    """Estimating equations of a complementary log-log model, with the sandwich variance."""
    p = X.shape[1]
    as_predicted = np.append(0.0, np.ones(p - 1))
    level_of_data = np.zeros(p)
    typical = np.clip(y.mean(), 0.01, 0.99)
    level_of_data[0] = complementary_log_log(typical) - np.median(offset)
    for start in (as_predicted, level_of_data):
        found = _gauss_newton(y, X, offset, start)
        if found is not None:
            break
    else:
        reason = "no estimate: no solution of the equations for the pseudo-observations was found"
        return tuple(Estimate(None, None, None, level, None, reason) for _ in range(p))
    beta, left, slopes = found
    bread = np.linalg.inv(slopes.T @ slopes)
    each = slopes * left[:, None]
    errors = np.sqrt(np.diagonal(bread @ (each.T @ each) @ bread)).tolist()
    return tuple(_wald(b, error, multiplier, level) for b, error in zip(beta.tolist(), errors, strict=True))


def _gauss_newton(
    y: FloatArray, X: FloatArray, offset: FloatArray, beta: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """The solution with what is left of y (n,) and the derivatives of the means (n, p), or None."""

    def at(b: FloatArray) -> tuple[FloatArray, FloatArray]:
        hazard = np.exp(np.clip(X @ b + offset, -700.0, 700.0))
        return y + np.expm1(-hazard), X * (hazard * np.exp(-hazard))[:, None]

    left, slopes = at(beta)
    for _ in range(200):
        information = slopes.T @ slopes
        if not np.all(np.isfinite(information)) or not np.linalg.cond(information) < 1e13:
            return None
        step = np.linalg.solve(information, slopes.T @ left)
        if float(np.max(np.abs(step))) < 1e-13 * (1.0 + float(np.max(np.abs(beta)))):
            return beta, left, slopes
        size = 1.0
        tried = at(beta + step)
        while float(tried[0] @ tried[0]) > float(left @ left) * (1.0 + 1e-14):
            size /= 2.0
            if size < 1e-6:
                return None
            tried = at(beta + size * step)
        beta, (left, slopes) = beta + size * step, tried
    return None


def _wald(value: float, error: float, multiplier: float, level: float) -> Estimate:
    if not error > 1e-14:
        return Estimate(value, None, None, level, None, "no interval: the predictions fit exactly")
    return Estimate(value, value - multiplier * error, value + multiplier * error, level, error)
