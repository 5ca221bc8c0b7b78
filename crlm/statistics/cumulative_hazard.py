"""The cumulative hazard: Nelson and Aalen's estimator, and Fleming and Harrington's for tied events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.survival_curve import SurvivalCurve, kaplan_meier
from crlm.statistics.times import BoolArray, FloatArray, tie_tolerance

Method = Literal["nelson-aalen", "fleming-harrington"]
HazardInterval = Literal["log", "plain"]


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeHazard:
    """The cumulative hazard after each distinct follow-up time, one row per time of `counts`.

    `counts` is the Kaplan-Meier curve of the same patients: its `time`, `at_risk`, `events` and `censored`
    belong to these rows. `standard_error` is of `hazard` itself. Before the first event the hazard is 0, no
    interval exists and `has_interval` is False; `lower` and `upper` only repeat the 0. There are no NaN.
    """

    counts: SurvivalCurve
    hazard: FloatArray
    standard_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    has_interval: BoolArray
    level: float
    interval: HazardInterval
    method: Method

    @property
    def time(self) -> FloatArray:
        """The distinct follow-up times: shape (rows,)."""
        return self.counts.time


def cumulative_hazard(
    time: ArrayLike,
    event: ArrayLike,
    *,
    method: Method = "nelson-aalen",
    level: float = 0.95,
    interval: HazardInterval = "log",
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> CumulativeHazard:
    """Estimate the cumulative hazard H(t) from right-censored follow-up.

    With d events among n at risk, "nelson-aalen" adds d / n with variance d / n^2; "fleming-harrington" takes
    tied events one after the other, 1/n + 1/(n - 1) + ... (d terms) with variance 1/n^2 + 1/(n - 1)^2 + ...;
    without ties they are the same. `time`, `event`, `entry`, `weights`: as for `kaplan_meier`. Weights that are
    not whole numbers have the robust variance (infinitesimal jackknife); Fleming and Harrington's estimator
    takes no weights. `interval`: on the scale log H, or of H itself, cut at 0.

    Raises `ValueError` for what is not survival data. Sources: Nelson 1972; Aalen 1978 (Ann Stat 6:701);
    Fleming & Harrington 1984. Checked against: R survival `survfit` (`ctype` 1 and 2, `std.chaz`).
    """
    if method not in ("nelson-aalen", "fleming-harrington"):
        raise ValueError(f'method was {method!r}; it is "nelson-aalen" or "fleming-harrington"')
    if interval not in ("log", "plain"):
        raise ValueError(f'interval was {interval!r}; it is "log" or "plain"')
    if method == "fleming-harrington" and weights is not None:
        raise ValueError("the Fleming-Harrington estimator takes no weights; use Nelson-Aalen")
    multiplier = interval_multiplier(level)
    counts = kaplan_meier(time, event, level=level, entry=entry, weights=weights)
    if method == "nelson-aalen":
        steps = counts.events / counts.at_risk
        if counts.variance == "robust":
            error = _robust_error(counts, time, event, weights)
        else:
            error = np.sqrt(np.cumsum(counts.events / counts.at_risk.astype(np.float64) ** 2))
    else:
        steps, spread = _one_after_the_other(counts)
        error = np.sqrt(np.cumsum(spread))
    hazard = np.cumsum(steps, dtype=np.float64)

    inside = hazard > 0.0
    lower, upper = hazard.copy(), hazard.copy()
    reach = multiplier * error[inside]
    if interval == "log":
        factor = np.exp(reach / hazard[inside])
        lower[inside], upper[inside] = hazard[inside] / factor, hazard[inside] * factor
    else:
        lower[inside], upper[inside] = np.maximum(hazard[inside] - reach, 0.0), hazard[inside] + reach
    for array in (hazard, error, lower, upper, inside):
        array.flags.writeable = False
    return CumulativeHazard(counts, hazard, error, lower, upper, inside, level, interval, method)


def hazard_at(curve: CumulativeHazard, times: Sequence[float]) -> tuple[Estimate, ...]:
    """The cumulative hazard at each time, with the curve's interval and standard error.

    After the end of follow-up there is no estimate, and before the first event none of the limits; `reason`
    says so. Raises `ValueError` for a time that is not a finite number >= 0.
    """
    wanted = np.asarray(times, dtype=np.float64)
    if wanted.ndim != 1 or not np.all(np.isfinite(wanted)) or np.any(wanted < 0.0):
        raise ValueError(f"times were {times!r}; they are finite numbers of 0 or more")
    return tuple(_hazard_at(curve, at) for at in wanted.tolist())


def _hazard_at(curve: CumulativeHazard, at: float) -> Estimate:
    if not len(curve.time):
        return Estimate(None, None, None, curve.level, None, "there are no patients")
    noise = tie_tolerance(curve.time)
    if at > curve.time[-1] + noise:
        return Estimate(None, None, None, curve.level, None, f"follow-up ends at {curve.time[-1]:g}")
    row = int(np.searchsorted(curve.time, at + noise, side="right")) - 1
    if row < 0 or not curve.has_interval[row]:
        return Estimate(0.0, None, None, curve.level, None, f"no interval: no event up to {at:g}")
    return Estimate(
        float(curve.hazard[row]),
        float(curve.lower[row]),
        float(curve.upper[row]),
        curve.level,
        float(curve.standard_error[row]),
    )


def nelson_aalen_of_each(time: ArrayLike, event: ArrayLike) -> FloatArray:
    """Each patient's Nelson-Aalen cumulative hazard at the own follow-up time: shape (n,).

    It carries the outcome into imputation models, beside the event indicator. Source: White & Royston 2009
    (Stat Med 28:1982). Checked against: the definition.
    """
    curve = cumulative_hazard(time, event)
    row = np.searchsorted(curve.time, np.asarray(time, dtype=np.float64), side="right") - 1
    return curve.hazard[row]


def _one_after_the_other(counts: SurvivalCurve) -> tuple[FloatArray, FloatArray]:
    """Per row, the sums of 1 / (n - j) and of its square over the tied events j = 0, ..., d - 1."""
    row = np.repeat(np.arange(len(counts.time)), counts.events)
    first = np.cumsum(counts.events) - counts.events
    left = (counts.at_risk[row] - (np.arange(len(row)) - first[row])).astype(np.float64)
    steps = np.bincount(row, 1.0 / left, minlength=len(counts.time))
    spread = np.bincount(row, left**-2.0, minlength=len(counts.time))
    return steps.astype(np.float64), spread.astype(np.float64)


def _robust_error(
    counts: SurvivalCurve, time: ArrayLike, event: ArrayLike, weights: ArrayLike | None
) -> FloatArray:
    """Square root of the summed squared influence of each patient on H(t): one pass over the patients.

    The derivative of H(t) by the weight of a patient who left at x is the own jump 1 / n at an event at
    x <= t, less the running sum of d / n^2 up to min(t, x).
    """
    w = np.asarray(weights, dtype=np.float64)
    row = np.searchsorted(counts.time, np.asarray(time, dtype=np.float64), side="right") - 1
    removed = np.cumsum(counts.events / counts.at_risk**2)
    own = np.asarray(event, dtype=np.float64) / counts.at_risk[row] - removed[row]
    gone = np.cumsum(np.bincount(row, (w * own) ** 2, minlength=len(removed)))
    squares = np.bincount(row, w**2, minlength=len(removed))
    staying = np.append(np.cumsum(squares[::-1])[::-1], 0.0)[1:]
    error: FloatArray = np.sqrt(gone + removed**2 * staying)
    return error
