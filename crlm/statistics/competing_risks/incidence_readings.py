"""What is read off cumulative incidence curves: the incidence at a time, and the time lost to a cause."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.competing_risks.causes import validate_cause, validate_causes, validate_competing
from crlm.statistics.competing_risks.incidence import CumulativeIncidence
from crlm.statistics.competing_risks.incidence_variance import Patients, Steps, patients, tabulate
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.survival_curve import kaplan_meier
from crlm.statistics.times import FloatArray, tie_tolerance


def incidence_at(curves: CumulativeIncidence, cause: int, times: Sequence[float]) -> tuple[Estimate, ...]:
    """The incidence of a cause at each time, with the curve's interval and standard error.

    After the end of follow-up there is no estimate unless nobody is left free of all causes. Where the
    incidence is 0 or 1 the value stands without an interval, and `reason` says so. `curve_readings.at_risk_at`
    of `curves.event_free` gives the numbers at risk. Raises `ValueError` for a cause that is none of the
    curves' or a time that is not a finite number >= 0. Checked against: R survival `summary.survfit`.
    """
    row = curves.row(cause)
    wanted = np.asarray(times, dtype=np.float64)
    if wanted.ndim != 1 or not np.all(np.isfinite(wanted)) or np.any(wanted < 0.0):
        raise ValueError(f"times were {times!r}; they are finite numbers of 0 or more")
    return tuple(_incidence_at(curves, row, at) for at in wanted.tolist())


def _incidence_at(curves: CumulativeIncidence, row: int, at: float) -> Estimate:
    def without(value: float | None, reason: str) -> Estimate:
        return Estimate(value, None, None, curves.level, None, reason)

    if not len(curves.time):
        return without(None, "there are no patients")
    noise = tie_tolerance(curves.time)
    if at > curves.time[-1] + noise and curves.event_free.survival[-1] > 0.0:
        return without(None, f"follow-up ends at {curves.time[-1]:g}")
    column = int(np.searchsorted(curves.time, at + noise, side="right")) - 1
    if column < 0 or curves.incidence[row, column] == 0.0:
        return without(0.0, f"no interval: no event of this cause up to {at:g}")
    if not curves.has_interval[row, column]:
        return without(1.0, "no interval: everybody has had an event of this cause")
    return Estimate(
        float(curves.incidence[row, column]),
        float(curves.lower[row, column]),
        float(curves.upper[row, column]),
        curves.level,
        float(curves.standard_error[row, column]),
    )


def restricted_time_lost(
    time: ArrayLike,
    cause: ArrayLike,
    of: int,
    tau: float,
    *,
    level: float = 0.95,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Estimate:
    """Estimate the mean time lost to a cause before tau: the area under its cumulative incidence, 0 to tau.

    The times lost to all causes and the restricted mean survival time free of all add up to tau. `time`,
    `cause`, `entry`, `weights`: as for `cumulative_incidence`; `of`: the code of the cause. The variance is the
    delta method's, and the infinitesimal jackknife for weights that are not whole numbers; the interval is
    symmetric, cut at 0 and tau. No estimate when tau lies beyond the end of follow-up, unless nobody is left
    free of all causes by then. `ValueError` for what is not competing-risks data.

    Source: Andersen 2013 (Stat Med 32:5278). Checked against: R survival (`survfit` with influence, its mean
    time in state).
    """
    multiplier = interval_multiplier(level)
    if not (np.isfinite(tau) and tau > 0.0):
        raise ValueError(f"tau was {tau!r}; it is a finite time above 0")
    times, codes = validate_competing(time, cause)
    cause_of_interest = validate_cause(of)
    causes = validate_causes(None, codes)
    if cause_of_interest not in causes:
        causes = (*causes, cause_of_interest)
    k = causes.index(cause_of_interest)
    event_free = kaplan_meier(times, codes != 0, level=level, entry=entry, weights=weights)
    refusal = None
    if not len(times):
        refusal = "there are no patients"
    elif tau > times.max() + tie_tolerance(event_free.time) and event_free.survival[-1] > 0.0:
        refusal = f"follow-up ends at {times.max():g}, before {tau:g}; choose an earlier time"
    if refusal is not None:
        return Estimate(None, None, None, level, None, refusal)

    steps = tabulate(event_free, times, codes, causes, weights)
    starts = np.minimum(event_free.time, tau)
    incidence = np.cumsum(steps.hazard_free * steps.events[k], dtype=np.float64)
    after = np.cumsum((np.diff(starts, append=tau) * incidence)[::-1])[::-1]
    lost, left = float(after[0]), tau - starts
    # What events of other causes at each time still can take away, per patient free of all after it.
    gain = (after - left * incidence) * steps.per_survivor
    if event_free.variance == "robust":
        rows = patients(event_free, times, codes, causes, entry, weights)
        variance = _robust(steps, rows, k, left, gain)
    else:
        variance = _delta(steps, k, left, gain)
    if not variance > 0.0:
        before = np.any(steps.events[k][event_free.time < tau])
        why = "everybody at risk had it at once" if before else f"no event of this cause before {tau:g}"
        return Estimate(lost, None, None, level, None, f"no interval: {why}")
    error = math.sqrt(variance)
    reach = multiplier * error
    return Estimate(lost, max(lost - reach, 0.0), min(lost + reach, float(tau)), level, error)


def _delta(steps: Steps, k: int, left: FloatArray, gain: FloatArray) -> float:
    n, h = steps.at_risk, steps.hazard_free
    own, every = steps.events[k] / n, steps.all_events / n
    squares = own * (left - gain) ** 2 + (every - own) * gain**2
    return float(np.sum(n * h * h * (squares - (own * left - every * gain) ** 2)))


def _robust(steps: Steps, rows: Patients, k: int, left: FloatArray, gain: FloatArray) -> float:
    h, n = steps.hazard_free, steps.at_risk
    own = h[rows.last] * (np.where(rows.cause == k, left[rows.last], 0.0) - gain[rows.last])
    removed = np.concatenate(([0.0], np.cumsum(h / n * (steps.events[k] * left - steps.all_events * gain))))
    influence = np.where(rows.cause >= 0, own, 0.0) - (removed[rows.last + 1] - removed[rows.first])
    return float(np.sum((rows.weight * influence) ** 2))
