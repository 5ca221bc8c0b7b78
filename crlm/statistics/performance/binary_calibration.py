"""Predicted risks of a binary outcome: the area under the ROC curve, the Brier score, and calibration."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.logistic import logistic
from crlm.statistics.performance.product_limit import validate_numbers, validate_risk
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import BoolArray, FloatArray

INFINITE = "some predicted risks are exactly 0 or 1, and have no finite log odds or log hazard"
ONE_OUTCOME = "all patients have the same outcome"


@dataclass(frozen=True, slots=True)
class BinaryCalibration:
    """Agreement of predicted risks with outcomes.

    observed, expected: share with the event and mean predicted risk. ratio: observed / expected (1 is right).
    intercept: of logit P(event) = a + logit(risk), 0 is right, above 0 too low predictions. slope, and
    intercept_with_slope: of logit P(event) = a + b logit(risk), b below 1: predictions too extreme.
    """

    observed: float | None
    expected: float | None
    ratio: Estimate
    intercept: Estimate
    slope: Estimate
    intercept_with_slope: Estimate
    n: int
    n_events: int


def binary_calibration(event: ArrayLike, risk: ArrayLike, *, level: float = 0.95) -> BinaryCalibration:
    """Calibration in the large, O/E, intercept and slope of predicted risks.

    event: (n,) 1 or 0. risk: (n,) between 0 and 1; with risks of exactly 0 or 1 only O/E is defined. O/E has the
    interval exp(log(O/E) +/- z sqrt((1 - O) / (n O))), the expected number taken as known; the others Wald's.
    Raises `ValueError`. Sources: Cox 1958 (Biometrika 45:562); Debray 2017 (BMJ 356:i6460), O/E. Checked against:
    R `glm` (tests/golden/performance.json).
    """
    multiplier = interval_multiplier(level)
    outcome = validate_outcome(event)
    n = len(outcome)
    risks = validate_risk(risk, n)
    events = int(outcome.sum())

    def none(reason: str) -> Estimate:
        return Estimate(None, None, None, level, None, reason)

    if not n:
        nothing = none("there are no patients")
        return BinaryCalibration(None, None, nothing, nothing, nothing, nothing, 0, 0)
    observed, expected = events / n, float(risks.mean())
    error = math.sqrt((1.0 - observed) / events) if events else None
    ratio = ratio_estimate(observed, expected, error, multiplier, level)
    if np.any((risks <= 0.0) | (risks >= 1.0)) or events in (0, n):
        refused = none(ONE_OUTCOME if events in (0, n) else INFINITE)
        return BinaryCalibration(observed, expected, ratio, refused, refused, refused, n, events)
    x = log_odds(risks)
    large = logistic(outcome, np.empty((n, 0)), (), offset=x, level=level)
    fitted = logistic(outcome, x[:, None], ("log odds of the prediction",), level=level)
    return BinaryCalibration(
        observed,
        expected,
        ratio,
        large.intercepts[0],
        fitted.coefficients[0],
        fitted.intercepts[0],
        n,
        events,
    )


def binary_auc(event: ArrayLike, risk: ArrayLike, *, level: float = 0.95) -> Estimate:
    """The area under the ROC curve: how often a patient with the event has the higher risk (ties count a half).

    event: (n,) 1 or 0. risk: (n,) finite, higher = likelier. Interval AUC +/- z SE with DeLong's error, cut at 0
    and 1; with fewer than two on a side, or no error, there is none. Source: DeLong 1988 (Biometrics 44:837).
    Checked against: R pROC (tests/golden/performance.json). Time grows as n log n.
    """
    multiplier = interval_multiplier(level)
    outcome = validate_outcome(event)
    risks = validate_numbers(risk, len(outcome), "risk")
    m, k = int(outcome.sum()), int((~outcome).sum())
    if not m or not k:
        return Estimate(None, None, None, level, None, ONE_OUTCOME if m + k else "there are no patients")
    with_event, without = risks[outcome], risks[~outcome]
    of_events = _share_below(without, with_event)
    of_others = 1.0 - _share_below(with_event, without)
    value = float(of_events.mean())
    if min(m, k) < 2:
        reason = "no interval: it needs two patients with the event and two without"
        return Estimate(value, None, None, level, None, reason)
    error = math.sqrt(float(of_events.var(ddof=1)) / m + float(of_others.var(ddof=1)) / k)
    if error <= 1e-14:
        reason = "no interval: every pair says the same, so that no error can be estimated from them"
        return Estimate(value, None, None, level, None, reason)
    reach = multiplier * error
    return Estimate(value, max(value - reach, 0.0), min(value + reach, 1.0), level, error)


def binary_brier(event: ArrayLike, risk: ArrayLike, *, level: float = 0.95) -> Estimate:
    """The Brier score of a binary outcome: the mean of (event - risk)^2, with the standard error of a mean.

    The interval is +/- z SE, cut at 0; the variance of the squares is divided by n (n - 1). Source: Brier 1950.
    """
    multiplier = interval_multiplier(level)
    outcome = validate_outcome(event)
    squares = (outcome - validate_risk(risk, len(outcome))) ** 2
    if not len(squares):
        return Estimate(None, None, None, level, None, "there are no patients")
    value = float(squares.mean())
    error = math.sqrt(float(squares.var(ddof=1)) / len(squares)) if len(squares) > 1 else 0.0
    if error <= 1e-14:
        reason = "no interval: the error of every prediction is the same"
        return Estimate(value, None, None, level, None, reason)
    reach = multiplier * error
    return Estimate(value, max(value - reach, 0.0), value + reach, level, error)


def ratio_estimate(
    observed: float, expected: float, error: float | None, multiplier: float, level: float
) -> Estimate:
    """O/E from the standard error of log O; `standard_error` is that of the logarithm, None without an event."""
    if not expected > 0.0:
        return Estimate(
            None, None, None, level, None, "the expected share is 0: everybody's predicted risk is 0"
        )
    if observed > expected * 1e300:
        return Estimate(
            None,
            None,
            None,
            level,
            None,
            "too large to be written as a number: the expected share is all but 0",
        )
    ratio = observed / expected
    if error is None or not error > 0.0:
        reason = "no interval: nobody has the event" if observed == 0.0 else "no interval: all have the event"
        return Estimate(ratio, None, None, level, None, reason)
    reach = math.exp(multiplier * error)
    return Estimate(ratio, ratio / reach, ratio * reach, level, error)


def log_odds(risk: FloatArray) -> FloatArray:
    """log(p / (1 - p)) of risks strictly between 0 and 1."""
    return np.asarray(np.log(risk) - np.log1p(-risk))


def validate_outcome(event: ArrayLike) -> BoolArray:
    """A binary outcome (n,) as booleans; raises `ValueError` for what is not 1 or 0."""
    codes = np.asarray(event, dtype=np.float64)
    if codes.ndim != 1:
        raise ValueError(f"event has {codes.ndim} dimensions; it must be one column of numbers")
    wrong = np.flatnonzero((codes != 0.0) & (codes != 1.0))
    if wrong.size:
        raise ValueError(f"event[{wrong[0]}] is {codes[wrong[0]]:g}; it is coded 1 and its absence 0")
    return np.asarray(codes == 1.0)


def _share_below(others: FloatArray, values: FloatArray) -> FloatArray:
    """For each value, the share of the others that are lower, equal ones counting one half."""
    ordered = np.sort(others)
    left = np.searchsorted(ordered, values, side="left")
    right = np.searchsorted(ordered, values, side="right")
    return np.asarray((left + right) / (2.0 * len(others)))
