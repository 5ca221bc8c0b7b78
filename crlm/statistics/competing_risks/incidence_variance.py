"""Variances of the cumulative incidence F_k(t): delta method, Aalen's, and the infinitesimal jackknife.

The increments d_j(s) / n(s) move F_k(t) by

    c_j(s, t) = S(s-) [ 1(j = k) - (F_k(t) - F_k(s)) / S(s) ]

because an event of another cause at s takes away from what k still could gain. All three variances are sums
over s <= t of squares of these. With S, F_k and the counts of time s they expand to V1 - 2 F_k(t) V2 + F_k(t)^2 V3,
V1 to V3 running sums. Where everybody at risk has the event, S(s) = 0 and nothing can be gained: the quotient is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.competing_risks.causes import CauseArray
from crlm.statistics.survival_curve import Counts, SurvivalCurve
from crlm.statistics.times import FloatArray


@dataclass(frozen=True, eq=False)
class Steps:
    """Counts per distinct follow-up time, and what the variances make of them.

    at_risk, all_events: (times,). events: (K, times). hazard_free: (times,) S(s-) / n(s). per_survivor: (times,)
    1 / S(s), 0 where S(s) = 0.
    """

    at_risk: Counts
    events: Counts
    all_events: Counts
    hazard_free: FloatArray
    per_survivor: FloatArray


@dataclass(frozen=True, eq=False)
class Patients:
    """What the infinitesimal jackknife needs of each row: its weight, stay and end; shapes (n,).

    first, last: the first and last column (distinct time) the row is at risk in. cause: its row among the
    causes, -1 when censored.
    """

    weight: FloatArray
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    cause: NDArray[np.intp]


def tabulate(
    event_free: SurvivalCurve,
    time: FloatArray,
    cause: CauseArray,
    causes: Sequence[int],
    weights: ArrayLike | None,
) -> Steps:
    """Count the events of each cause at the distinct times of the curve of all causes."""
    column = np.searchsorted(event_free.time, time, side="right") - 1
    row_weights = None if weights is None else np.asarray(weights, dtype=np.float64)
    size = len(event_free.time)
    events = np.zeros((len(causes), size), dtype=event_free.events.dtype)
    for k, code in enumerate(causes):
        of = cause == code
        events[k] = np.bincount(column[of], None if row_weights is None else row_weights[of], minlength=size)
    before = np.concatenate(([1.0], event_free.survival[:-1]))[:size]
    alive = event_free.survival > 0.0
    return Steps(
        at_risk=event_free.at_risk,
        events=events,
        all_events=event_free.events,
        hazard_free=before / event_free.at_risk,
        per_survivor=np.where(alive, 1.0 / np.where(alive, event_free.survival, 1.0), 0.0),
    )


def patients(
    event_free: SurvivalCurve,
    time: FloatArray,
    cause: CauseArray,
    causes: Sequence[int],
    entry: ArrayLike | None,
    weights: ArrayLike | None,
) -> Patients:
    """Place each row among the columns of the curve and its cause among the causes."""
    rows = np.full(len(time), -1, dtype=np.intp)
    for k, code in enumerate(causes):
        rows[cause == code] = k
    return Patients(
        weight=np.ones(len(time)) if weights is None else np.asarray(weights, dtype=np.float64),
        first=np.zeros(len(time), dtype=np.intp)
        if entry is None
        else np.searchsorted(event_free.time, np.asarray(entry, dtype=np.float64), side="right"),
        last=np.searchsorted(event_free.time, time, side="right") - 1,
        cause=rows,
    )


def delta_variance(steps: Steps, incidence: FloatArray) -> FloatArray:
    """The multinomial variance of the events of each time, carried over to F_k(t): shape (K, times)."""
    n, h, d = steps.at_risk, steps.hazard_free, steps.events
    own = h * h * d * (1.0 - d / n)
    cross = h * d / n
    left = np.where(steps.per_survivor > 0.0, n - steps.all_events, 1.0)
    every = np.where(steps.per_survivor > 0.0, steps.all_events / (n * left), 0.0)
    alive = steps.per_survivor > 0.0
    return _expanded(own, np.where(alive, cross, 0.0), every, incidence)


def aalen_variance(steps: Steps, incidence: FloatArray) -> FloatArray:
    """Aalen's variance, each cause drawn without replacement among those at risk: shape (K, times)."""
    n, h, per = steps.at_risk, steps.hazard_free, steps.per_survivor

    def drawn(d: Counts) -> FloatArray:
        # Of one patient at risk the single draw has no correction.
        return np.asarray(h * h * d * np.where(n > 1, (n - d) / np.maximum(n - 1, 1), 1.0))

    own, others = drawn(steps.events), drawn(steps.all_events - steps.events)
    return _expanded(own, own * per, (own + others) * per * per, incidence)


def robust_variance(steps: Steps, incidence: FloatArray, rows: Patients) -> FloatArray:
    """The infinitesimal jackknife: the summed squared influence of each row on F_k(t), shape (K, times).

    The influence is a_i(t) - F_k(t) b_i(t), where a_i and b_i no longer change once the row has left: those who
    have left by t are running sums, and those still at risk all have the same a and b but for their entry.
    """
    n, h, per, size = steps.at_risk, steps.hazard_free, steps.per_survivor, len(steps.at_risk)
    squared, ended = rows.weight**2, rows.cause >= 0
    b = np.concatenate(([0.0], np.cumsum(h / n * steps.all_events * per)))
    b_entry = b[rows.first]
    b_left = np.where(ended, (h * per)[rows.last], 0.0) - (b[rows.last + 1] - b_entry)

    def at_risk_after(values: FloatArray) -> FloatArray:
        entered = np.bincount(rows.first, values, minlength=size + 1)[:size]
        left = np.bincount(rows.last, values, minlength=size)
        return np.asarray(np.cumsum(entered - left))

    def gone(values: FloatArray) -> FloatArray:
        return np.asarray(np.cumsum(np.bincount(rows.last, values, minlength=size)))

    variance = np.empty_like(incidence)
    for k, F in enumerate(incidence):
        a = np.concatenate(([0.0], np.cumsum(h / n * (steps.events[k] + steps.all_events * F * per))))
        a_entry = a[rows.first]
        own = h[rows.last] * ((rows.cause == k) + (F * per)[rows.last])
        a_left = np.where(ended, own, 0.0) - (a[rows.last + 1] - a_entry)
        out = gone(squared * a_left**2) - 2 * F * gone(squared * a_left * b_left)
        out += F * F * gone(squared * b_left**2)
        here = a[1:] - F * b[1:]
        still = at_risk_after(squared * a_entry**2) - 2 * F * at_risk_after(squared * a_entry * b_entry)
        still += F * F * at_risk_after(squared * b_entry**2)
        still -= 2 * here * (at_risk_after(squared * a_entry) - F * at_risk_after(squared * b_entry))
        variance[k] = out + still + here**2 * at_risk_after(squared)
    return variance


def _expanded(own: FloatArray, cross: FloatArray, every: FloatArray, incidence: FloatArray) -> FloatArray:
    """Sum over s <= t of own - 2 (F(t) - F(s)) cross + (F(t) - F(s))^2 every, each of shape (K, times)."""
    first = np.cumsum(own + 2.0 * incidence * cross + incidence**2 * every, axis=1)
    second = np.cumsum(cross + incidence * every, axis=1)
    third = np.cumsum(np.broadcast_to(every, incidence.shape), axis=1)
    return np.asarray(first - 2.0 * incidence * second + incidence**2 * third)
