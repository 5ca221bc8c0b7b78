"""Harrell's C: how often the patient with the higher predicted risk has the event first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.cox.model import CoxFit
from crlm.statistics.cox.solve import Solution
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import (
    BoolArray,
    FloatArray,
    tie_times,
    validate_entry,
    validate_survival,
    validate_weights,
)

IntArray = NDArray[np.intp]
NO_PAIRS = "no two patients can be compared: of no pair is it known who had the event first"


@dataclass(frozen=True, slots=True)
class Concordance:
    """C with its interval, and the pairs it counts (weighted if there are weights).

    concordant, discordant: comparable pairs in which the higher risk has the event first, or second.
    tied_risk: comparable pairs with the same risk; each counts one half. tied_time: pairs with events at
    the same time, which are not compared.
    """

    estimate: Estimate
    concordant: float
    discordant: float
    tied_risk: float
    tied_time: float
    n: int


def concordance(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> Concordance:
    """Harrell's C for a predicted risk: (concordant + tied_risk / 2) / comparable pairs.

    time, event: (n,) as for every estimator. risk: (n,) finite, higher = sooner. A pair is comparable when the
    event of one is known to come first: an earlier event, or an event at the time at which the other is
    censored. entry: (n,) delayed entry; the other must have come under observation before the event, entry < t.
    strata: (n,) labels; pairs are compared within a stratum. weights: (n,) > 0; a pair weighs the product.
    cluster: (n,) labels of rows that belong together, such as those of one patient; without it each row stands
    for itself. The standard error is the infinitesimal jackknife's, over clusters, and the interval is C +/- z
    SE, cut off at 0 and 1. With no comparable pairs the value is None; when all pairs agree the jackknife sees
    no error, and there is no interval. Raises `ValueError` for wrong input. Time grows as n log n.

    Checked against: R survival 3.5 `concordance(..., reverse = TRUE)` and `coxph` (tests/golden/cox.json and
    cox_more.json), every pair in plain Python (tests/oracles/pairs.py). References: Harrell et al. 1982 (JAMA
    247:2543); Therneau & Atkinson, vignette "Concordance" of R's survival (delayed entry, variance).
    """
    times, events = validate_survival(time, event)
    n = len(times)
    risks = np.asarray(risk, dtype=np.float64)
    if risks.shape != (n,) or not np.all(np.isfinite(risks)):
        raise ValueError(f"risk must be {n} finite numbers, one per patient")
    entries = None if entry is None else validate_entry(entry, times)
    tied = tie_times(times if entries is None else np.concatenate((times, entries)))
    return _concordance(
        tied[:n],
        events,
        risks,
        _codes(strata, "strata", n),
        entry=None if entries is None else tied[n:],
        weights=None if weights is None else validate_weights(weights, n),
        cluster=None if cluster is None else _codes(cluster, "cluster", n),
        level=level,
    )


def _codes(labels: ArrayLike | None, name: str, n: int) -> IntArray:
    if labels is None:
        return np.zeros(n, dtype=np.intp)
    codes = np.unique(np.asarray(labels), return_inverse=True)[1]
    if codes.shape != (n,):
        raise ValueError(
            f"{name} has shape {codes.shape} and time has {n} values; each patient needs one of each"
        )
    return codes


def model_concordance(fit: CoxFit) -> Concordance:
    """Harrell's C of a fitted model on its own patients (apparent: not corrected for optimism).

    The predicted risk is the linear predictor with its offset. A coefficient without a finite estimate ranks
    before all others: its patients are ordered by it first and by the rest of the model within equals, as at
    the limit of ever larger coefficients. Rows are compared where both are at risk; the standard error
    counts clusters if the fit has a robust variance, or else patients if `cox` was told the `patient` of each row.
    Without any estimate the value is None. Checked against: R `coxph`, with and without `cluster`.
    """
    data, solution = fit.data, fit.solution
    if solution is None or not (len(solution.kept) or len(solution.directions)):
        return _refused(fit, next((reason for reason in fit.reasons if reason is not None), "no covariates"))
    groups = np.zeros(fit.n, dtype=np.intp) if data.stratum is None else data.stratum
    return _concordance(
        data.time,
        data.event,
        _predicted_rank(data.X, solution, data.offset),
        groups,
        entry=data.entry,
        weights=data.weights,
        cluster=data.patient if fit.cluster is None else fit.cluster,
        level=fit.level,
    )


def _refused(fit: CoxFit, reason: str) -> Concordance:
    return Concordance(Estimate(None, None, None, fit.level, reason=reason), 0.0, 0.0, 0.0, 0.0, fit.n)


def _predicted_rank(X: FloatArray, solution: Solution, offset: FloatArray | None) -> FloatArray:
    """Place of each patient's predicted risk among all, ties sharing a place: shape (n,)."""
    finite = np.zeros(X.shape[1])
    finite[solution.kept] = solution.beta
    place = np.zeros(len(X), dtype=np.intp)
    risks = [_linear(X, combination) for combination in [*solution.directions, finite]]
    if offset is not None:
        risks[-1] += offset
    for value in risks:
        _, within = np.unique(value, return_inverse=True)
        _, place = np.unique(place * (int(within.max()) + 1) + within, return_inverse=True)
    return place.astype(np.float64)


def _linear(X: FloatArray, combination: FloatArray) -> FloatArray:
    # Column by column: a matrix product may round equal rows differently, and equal rows must tie.
    total = np.zeros(len(X))
    for j in np.flatnonzero(combination):
        total += X[:, j] * combination[j]
    return total


def _concordance(
    time: FloatArray,
    event: BoolArray,
    risk: FloatArray,
    group: IntArray,
    *,
    entry: FloatArray | None,
    weights: FloatArray | None,
    cluster: IntArray | None,
    level: float,
) -> Concordance:
    n = len(time)
    w = np.ones(n) if weights is None else weights  # sums of whole numbers are exact up to 2^53
    if group.any():
        time, entry = _one_after_the_other(time, entry, group)
    tied_time = _tied_times(time, event, w)
    pairs = _pairs_of_each(time, event, risk, w, entry)
    if pairs is None:
        nothing = Estimate(None, None, None, level, reason=NO_PAIRS)
        return Concordance(nothing, 0.0, 0.0, 0.0, tied_time, n)
    return _summary(pairs, w=w, cluster=cluster, tied_time=tied_time, level=level)


def _one_after_the_other(
    time: FloatArray, entry: FloatArray | None, group: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Times and entries in which each stratum begins when the one before has ended: nobody meets another stratum."""
    n = len(time)
    distinct, place = np.unique(time if entry is None else np.concatenate((time, entry)), return_inverse=True)
    begin = (group * (len(distinct) + 1)).astype(np.float64)
    return begin + place[:n] + 1.0, begin if entry is None else begin + place[n:] + 1.0


@dataclass(frozen=True, eq=False, repr=False)
class _Pairs:
    """Per patient the weight of the others with whom the pair is concordant, discordant, or tied in risk: (n,)."""

    agree: FloatArray
    differ: FloatArray
    tie: FloatArray


def _summary(
    pairs: _Pairs, *, w: FloatArray, cluster: IntArray | None, tied_time: float, level: float
) -> Concordance:
    """From the weight of the pairs each patient is in, to C. Every pair is seen from both sides, hence the halves."""
    agree, differ, tie = pairs.agree, pairs.differ, pairs.tie
    concordant, discordant, tied = (float(w @ part) / 2.0 for part in (agree, differ, tie))
    comparable = concordant + discordant + tied
    c = (concordant + tied / 2.0) / comparable
    # The derivative of C in the weight of each patient, times the weight.
    influence: FloatArray = w * (agree + tie / 2.0 - c * (agree + differ + tie)) / comparable
    if cluster is not None:
        influence = np.asarray(np.bincount(cluster, influence), dtype=np.float64)
    error = float(np.sqrt(np.sum(influence**2)))
    half = interval_multiplier(level) * error
    # What rounding may leave of an error of 0; sums of whole numbers leave hardly any.
    rounding = 1e-14 if np.array_equal(w, np.round(w)) else 1e-14 * len(w)
    if error > rounding:
        estimate = Estimate(c, max(c - half, 0.0), min(c + half, 1.0), level, error)
    else:
        reason = (
            "no interval: every comparable pair says the same, so that no error can be estimated from them"
        )
        estimate = Estimate(c, None, None, level, None, reason)
    return Concordance(estimate, concordant, discordant, tied, tied_time, len(w))


def _pairs_of_each(
    time: FloatArray, event: BoolArray, risk: FloatArray, w: FloatArray, entry: FloatArray | None
) -> _Pairs | None:
    """The pairs of each patient, or None when there is no pair at all."""
    n = len(time)
    # Earliest first, and at the same time events before censorings: an event is then comparable with
    # everybody after the events of its time, and everybody with the events before the own time (censored:
    # at it, too).
    order = np.lexsort((~event, time))
    t, e = time[order], event[order]
    new = np.ones(n, dtype=bool)
    new[1:] = (t[1:] != t[:-1]) | (e[1:] != e[:-1])
    begins = np.flatnonzero(new)
    run = np.cumsum(new) - 1
    begin, end = begins[run], np.append(begins[1:], n)[run]
    rank = np.unique(risk[order], return_inverse=True)[1]
    weight = w[order]
    event_weight = np.where(e, weight, 0.0)

    before = _of_the_first(begin, rank, event_weight)
    of_rank = np.bincount(rank, weight)
    lower = np.cumsum(of_rank) - of_rank
    everybody = np.stack((np.full(n, weight.sum()), lower[rank], of_rank[rank]))
    after = everybody - _of_the_first(end, rank, weight)
    others = n - end
    if entry is not None:
        late = entry[order]
        # Events at or before the own entry are not compared with.
        before -= _of_the_first(np.searchsorted(t, late, side="right"), rank, event_weight)
        # Who enters at the time of the event or later is among those after it, and was not at risk.
        by_entry = np.argsort(-late, kind="stable")
        absent = np.searchsorted(-late[by_entry], -t[by_entry], side="right")
        after[:, by_entry] -= _of_the_first(absent, rank[by_entry], weight[by_entry])
        others[by_entry] -= absent

    # Sums of weights may leave rounding where there is no pair; numbers of patients do not.
    if not np.any(others[e] > 0):
        return None
    after[:, ~e] = 0.0
    (all_before, lower_before, equal_before), (all_after, lower_after, equal_after) = before, after
    agree = all_before - lower_before - equal_before + lower_after
    differ = lower_before + all_after - lower_after - equal_after
    tie = equal_before + equal_after
    back = np.empty(n, dtype=np.intp)
    back[order] = np.arange(n)
    return _Pairs(agree[back], differ[back], tie[back])


def _of_the_first(end: IntArray, rank: IntArray, weight: FloatArray) -> FloatArray:
    """For each i the weight of the first end[i] places: all of it, of a lower rank, of the same rank. (3, n)."""
    total = np.append(0.0, np.cumsum(weight))[end]
    return np.stack((total, *prefix_counts(rank, weight, end)))


def prefix_counts(rank: IntArray, weight: FloatArray, end: IntArray) -> tuple[FloatArray, FloatArray]:
    """For each i: the weight among the first end[i] places with a rank below rank[i], and with the same rank.

    rank: (n,) whole numbers from 0. A wavelet matrix: ranks are split by one binary digit at a time,
    highest first, zeros before ones, and each query follows its own digits down; log n passes over the
    arrays.
    """
    lower = np.zeros(len(rank))
    places, weights = rank, weight
    first, last = np.zeros(len(rank), dtype=np.intp), np.asarray(end, dtype=np.intp)
    for digit in range(int(rank.max(initial=0)).bit_length() - 1, -1, -1):
        one = (places >> digit) & 1 == 1
        zeros_before = np.append(0, np.cumsum(~one))
        zero_weight = np.append(0.0, np.cumsum(np.where(one, 0, weights)))
        first_zero, last_zero = zeros_before[first], zeros_before[last]
        goes_right = (rank >> digit) & 1 == 1
        lower += np.where(goes_right, zero_weight[last] - zero_weight[first], 0)
        n_zeros = zeros_before[-1]
        first = np.where(goes_right, n_zeros + first - first_zero, first_zero)
        last = np.where(goes_right, n_zeros + last - last_zero, last_zero)
        sorting = np.concatenate((np.flatnonzero(~one), np.flatnonzero(one)))
        places, weights = places[sorting], weights[sorting]
    total = np.append(0.0, np.cumsum(weights))
    return lower, total[last] - total[first]


def _tied_times(time: FloatArray, event: BoolArray, w: FloatArray) -> float:
    """Weight of the pairs of events at the same time."""
    _, place = np.unique(time[event], return_inverse=True)
    sums, squares = np.bincount(place, w[event]), np.bincount(place, w[event] ** 2)
    return float(np.sum(sums**2 - squares) / 2.0)
