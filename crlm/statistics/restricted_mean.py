"""Restricted mean survival time: the area under the Kaplan-Meier curve up to a time, in one group and in two.

The mean of min(T, tau): how long, of the first tau months, patients live free of the event on average.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.results import Estimate, TestResult, interval_multiplier, normal_p
from crlm.statistics.survival_curve import SurvivalCurve, kaplan_meier
from crlm.statistics.times import (
    FloatArray,
    tie_tolerance,
    validate_entry,
    validate_survival,
    validate_weights,
)


@dataclass(frozen=True, slots=True)
class RestrictedMeanComparison:
    """Restricted means of a reference group and another, and how they differ.

    `means` and `lost` (tau minus the mean) follow `levels`, the reference first. `difference` is the other
    minus the reference; `ratio` and `ratio_lost` are the other over the reference, with intervals made on the
    log scale and the standard error of the logarithm. The tests ask whether the difference is 0 and the
    ratios are 1; `statistic` is a standard normal deviate.
    """

    levels: tuple[Hashable, Hashable]
    tau: float
    means: tuple[Estimate, Estimate]
    lost: tuple[Estimate, Estimate]
    difference: Estimate
    difference_test: TestResult
    ratio: Estimate
    ratio_test: TestResult
    ratio_lost: Estimate
    ratio_lost_test: TestResult


def restricted_mean(
    time: ArrayLike,
    event: ArrayLike,
    tau: float,
    *,
    level: float = 0.95,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Estimate:
    """Estimate the mean of min(T, tau), the area under the Kaplan-Meier curve from 0 to tau.

    `time`, `event`, `entry`, `weights`: as for `kaplan_meier`; `tau` > 0 in the unit of `time`. The variance is
    the sum over events of A(t)^2 d / (n (n - d)), A(t) the area from t to tau; it is the robust one
    (infinitesimal jackknife) for weights that are not whole numbers. The interval is symmetric, cut at 0
    and tau.

    No estimate when tau lies beyond the end of follow-up, unless the curve has fallen to 0 by then: what the
    curve would have done is not known. No interval when nobody had the event before tau. `ValueError` for what
    is not survival data. Source: Irwin 1949; Klein & Moeschberger 1997, section 4.5. Checked against: R
    survival (`survmean`: rmean and its standard error).
    """
    multiplier = interval_multiplier(level)
    tau = _valid_tau(tau)
    curve = kaplan_meier(time, event, level=level, entry=entry, weights=weights)
    refusal = _refusal(curve, float(np.max(np.asarray(time, dtype=np.float64), initial=0.0)), tau)
    if refusal is not None:
        return Estimate(None, None, None, level, None, refusal)
    mean, after = _areas(curve, tau)
    if curve.variance == "robust":
        error = _robust_error(curve, after, time, event, weights)
    else:
        error = math.sqrt(float(np.sum(after**2 * _greenwood_terms(curve))))
    if error == 0.0:
        return Estimate(mean, None, None, level, None, _without_spread(curve, tau))
    lower, upper = mean - multiplier * error, mean + multiplier * error
    return Estimate(mean, max(lower, 0.0), min(upper, tau), level, error)


def compare_restricted_means(
    time: ArrayLike,
    event: ArrayLike,
    group: Sequence[Hashable],
    tau: float,
    *,
    levels: tuple[Hashable, Hashable],
    level: float = 0.95,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> RestrictedMeanComparison:
    """Compare the restricted mean survival time of two groups: difference, ratio and ratio of the time lost.

    `group`: n labels, each one of the two `levels`, the reference first. The other arguments: see
    `restricted_mean`. Both groups must allow the same tau (`latest_tau` gives the last that does); where one
    does not, the comparison is `None` with that group's reason. Variances of the groups are added; log ratios
    have the delta method's. Source: Royston & Parmar 2013 (BMC Med Res Methodol 13:152); Uno et al. 2014 (J
    Clin Oncol 32:2380). Checked against: each group's R `survmean`, combined by these formulas in R.
    """
    if len(levels) != 2 or levels[0] == levels[1]:
        raise ValueError(f"levels were {levels!r}; name two different groups, the reference first")
    times, events = validate_survival(time, event)
    entries = None if entry is None else validate_entry(entry, times)
    row_weights = None if weights is None else validate_weights(weights, len(times))
    member = _members(group, levels, len(times))
    means = []
    for which in range(2):
        rows = member == which
        means.append(
            restricted_mean(
                times[rows],
                events[rows],
                tau,
                level=level,
                entry=None if entries is None else entries[rows],
                weights=None if row_weights is None else row_weights[rows],
            )
        )
    lost = [_lost(mean, tau) for mean in means]
    n = len(member)
    difference, difference_test = _difference(means[0], means[1], levels, n)
    ratio, ratio_test = _ratio(means[0], means[1], levels, n, "restricted-mean-ratio")
    ratio_lost, ratio_lost_test = _ratio(lost[0], lost[1], levels, n, "time-lost-ratio")
    return RestrictedMeanComparison(
        levels=(levels[0], levels[1]),
        tau=float(tau),
        means=(means[0], means[1]),
        lost=(lost[0], lost[1]),
        difference=difference,
        difference_test=difference_test,
        ratio=ratio,
        ratio_test=ratio_test,
        ratio_lost=ratio_lost,
        ratio_lost_test=ratio_lost_test,
    )


def latest_tau(time: ArrayLike, event: ArrayLike, group: Sequence[Hashable]) -> float | None:
    """The latest time up to which every group has a restricted mean; `None` without patients.

    It is the smallest of the groups' last follow-up times, where a group whose curve falls to 0 does not
    count: its curve is known ever after. When all fall to 0, it is the largest of them.
    """
    times, events = validate_survival(time, event)
    levels = tuple(dict.fromkeys(group))
    member = _members(group, levels, len(times))
    known: list[float] = []
    ended: list[float] = []
    for which in range(len(levels)):
        curve = kaplan_meier(times[member == which], events[member == which])
        (ended if curve.survival[-1] == 0.0 else known).append(float(curve.time[-1]))
    return min(known) if known else max(ended, default=None)


def _valid_tau(tau: float) -> float:
    if not (np.isfinite(tau) and tau > 0.0):
        raise ValueError(f"tau was {tau!r}; it is a finite time above 0")
    return float(tau)


def _refusal(curve: SurvivalCurve, end: float, tau: float) -> str | None:
    if not len(curve.time):
        return "there are no patients"
    if tau > end + tie_tolerance(curve.time) and curve.survival[-1] > 0.0:
        return f"follow-up ends at {end:g}, before {tau:g}; choose an earlier time"
    return None


def _areas(curve: SurvivalCurve, tau: float) -> tuple[float, FloatArray]:
    """The area under the curve from 0 to tau, and that from each row's time to tau: shape (rows,)."""
    starts = np.minimum(curve.time, tau)
    rectangles = np.diff(starts, append=tau) * curve.survival
    after = np.cumsum(rectangles[::-1])[::-1]
    return float(starts[0] + after[0]), after


def _greenwood_terms(curve: SurvivalCurve) -> FloatArray:
    """The terms d / (n (n - d)) of Greenwood's sum; 0 where the curve is at 0 and no area is left."""
    left = np.where(curve.survival > 0.0, curve.at_risk - curve.events, 1.0)
    return np.asarray(np.where(curve.survival > 0.0, curve.events / (curve.at_risk * left), 0.0))


def _robust_error(
    curve: SurvivalCurve, after: FloatArray, time: ArrayLike, event: ArrayLike, weights: ArrayLike | None
) -> float:
    """Square root of the summed squared influence of each patient.

    The derivative of the area by a patient's weight is the sum of A(t) d / (n (n - d)) over the event times
    up to the own time x, less A(x) / (n - d) at an event.
    """
    w = np.asarray(weights, dtype=np.float64)
    row = np.searchsorted(curve.time, np.asarray(time, dtype=np.float64), side="right") - 1
    alive = curve.survival > 0.0
    jump = np.where(alive, after / np.where(alive, curve.at_risk - curve.events, 1.0), 0.0)
    gained = np.cumsum(after * _greenwood_terms(curve))
    influence = gained[row] - np.asarray(event, dtype=np.float64) * jump[row]
    return math.sqrt(float(np.sum((w * influence) ** 2)))


def _without_spread(curve: SurvivalCurve, tau: float) -> str:
    if not np.any(curve.events[curve.time < tau]):
        return f"no interval: no event before {tau:g}"
    return "no interval: everybody at risk had the event at the first event time"


def _members(group: Sequence[Hashable], levels: Sequence[Hashable], n: int) -> NDArray[np.intp]:
    if len(group) != n:
        raise ValueError(
            f"group has {len(group)} labels and time has {n} values; each patient needs one of each"
        )
    unknown = next((label for label in group if label not in levels), None)
    if unknown is not None:
        raise ValueError(f"group has {unknown!r}, which is not one of the levels {tuple(levels)!r}")
    return np.array([levels.index(label) for label in group], dtype=np.intp)


def _lost(mean: Estimate, tau: float) -> Estimate:
    if mean.value is None:
        return mean
    lower = None if mean.upper is None else tau - mean.upper
    upper = None if mean.lower is None else tau - mean.lower
    return Estimate(tau - mean.value, lower, upper, mean.level, mean.standard_error, mean.reason)


def _reason(a: Estimate, b: Estimate, levels: Sequence[Hashable]) -> str | None:
    reasons = [f"{label}: {one.reason}" for label, one in zip(levels, (a, b), strict=True) if one.reason]
    return "; ".join(reasons) or None


def _difference(a: Estimate, b: Estimate, levels: Sequence[Hashable], n: int) -> tuple[Estimate, TestResult]:
    method, reason = "restricted-mean-difference", _reason(a, b, levels)
    value = None if a.value is None or b.value is None else b.value - a.value
    if value is None or a.standard_error is None or b.standard_error is None:
        return Estimate(value, None, None, a.level, None, reason), TestResult(
            method, None, None, None, n, reason
        )
    error = math.hypot(a.standard_error, b.standard_error)
    reach = interval_multiplier(a.level) * error
    z = value / error
    return Estimate(value, value - reach, value + reach, a.level, error), TestResult(
        method, z, None, normal_p(z), n
    )


def _ratio(
    a: Estimate, b: Estimate, levels: Sequence[Hashable], n: int, method: str
) -> tuple[Estimate, TestResult]:
    reason = _reason(a, b, levels)
    empty = [label for label, one in zip(levels, (a, b), strict=True) if one.value == 0.0]
    if empty and reason is None:
        reason = f"{empty[0]}: no time is left to compare"
    value = None if a.value is None or b.value is None or a.value == 0.0 else b.value / a.value
    if not value or not a.value or not b.value or a.standard_error is None or b.standard_error is None:
        return Estimate(value, None, None, a.level, None, reason), TestResult(
            method, None, None, None, n, reason
        )
    error = math.hypot(a.standard_error / a.value, b.standard_error / b.value)
    z, factor = math.log(value) / error, math.exp(interval_multiplier(a.level) * error)
    return Estimate(value, value / factor, value * factor, a.level, error), TestResult(
        method, z, None, normal_p(z), n
    )
