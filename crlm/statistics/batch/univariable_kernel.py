"""Compiled: Cox models with one covariate, for screens and simulated trials.

A covariate with few different values is summed through a table of event times by values, so that a pass costs one
exponential per value and not per patient. Sums as in `crlm.statistics.cox.likelihood`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]

FITTED, UNDECIDED = 0, 1
MAX_ITERATIONS = 20
MAX_HALVINGS = 10
SMALLEST = 1e-140
TOLERANCE = 1e-17  # squared length of the last step in standard errors
PIVOT_TOLERANCE = float(np.finfo(np.float64).eps ** 0.75)
MOST_VALUES = 16


@compiled
def likelihood(sums: FloatArray, d: IntArray, K: int, efron: bool, result: FloatArray) -> None:
    """From S0, S1, S2, T0, T1, T2 (rows of sums) to minus log denominators, expected x, information."""
    S0, S1, S2, T0, T1, T2 = sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]
    log, product, expected, information = 0.0, 1.0, 0.0, 0.0
    for k in range(K):
        if efron and d[k] > 1:
            share = 1.0 / d[k]
            for drawn in range(d[k]):
                f = drawn * share
                denominator = S0[k] - f * T0[k]
                if not denominator > SMALLEST:
                    result[0] = -np.inf
                    return
                inverse = 1.0 / denominator
                mean = (S1[k] - f * T1[k]) * inverse
                expected += mean
                information += (S2[k] - f * T2[k]) * inverse - mean * mean
                product *= denominator
                if product > 1e100 or product < 1e-100:
                    log += np.log(product)
                    product = 1.0
        elif d[k] > 0:
            if not S0[k] > SMALLEST:
                result[0] = -np.inf
                return
            inverse = 1.0 / S0[k]
            mean = S1[k] * inverse
            expected += d[k] * mean
            information += d[k] * (S2[k] * inverse - mean * mean)
            for _ in range(d[k]):
                product *= S0[k]
                if product > 1e100 or product < 1e-100:
                    log += np.log(product)
                    product = 1.0
    result[0], result[1], result[2] = -(log + np.log(product)), expected, information


@compiled
def sums_by_table(
    b: float, values: FloatArray, V: int, at_risk: FloatArray, dying: FloatArray, K: int, sums: FloatArray
) -> float:
    """Fill `sums` at beta = b from counts at risk and dying, (values, K); returns the shift of b x."""
    shift = -np.inf
    for v in range(V):
        shift = max(shift, b * values[v])
    for row in range(6):
        for k in range(K):
            sums[row, k] = 0.0
    for v in range(V):
        x = values[v]
        r = np.exp(b * x - shift)
        rx, rxx = r * x, r * x * x
        for k in range(K):
            n, m = at_risk[v, k], dying[v, k]
            sums[0, k] += n * r
            sums[1, k] += n * rx
            sums[2, k] += n * rxx
            sums[3, k] += m * r
            sums[4, k] += m * rx
            sums[5, k] += m * rxx
    return shift


@compiled
def sums_by_patient(
    b: float,
    x: FloatArray,
    n: int,
    starts: IntArray,
    death_ends: IntArray,
    K: int,
    risk: FloatArray,
    sums: FloatArray,
) -> float:
    """Fill `sums` at beta = b from the covariate of each patient, in the order of `Ordering`."""
    shift = -np.inf
    for i in range(n):
        shift = max(shift, b * x[i])
    for i in range(n):
        risk[i] = np.exp(b * x[i] - shift)
    s0, s1, s2 = 0.0, 0.0, 0.0
    k = K
    for i in range(n - 1, -1, -1):
        if k > 0 and i < starts[k]:
            k -= 1
        if i == death_ends[k] - 1:  # those who leave later are in the sums, the dying not yet
            sums[3, k], sums[4, k], sums[5, k] = s0, s1, s2
        r = risk[i]
        s0 += r
        s1 += r * x[i]
        s2 += r * x[i] * x[i]
        if i == starts[k]:
            sums[0, k], sums[1, k], sums[2, k] = s0, s1, s2
            sums[3, k], sums[4, k], sums[5, k] = s0 - sums[3, k], s1 - sums[4, k], s2 - sums[5, k]
    return shift


@compiled
def maximise(
    x: FloatArray,
    n: int,
    starts: IntArray,
    death_ends: IntArray,
    values: FloatArray,
    V: int,
    at_risk: FloatArray,
    dying: FloatArray,
    d: IntArray,
    K: int,
    observed: float,
    events: int,
    size: float,
    efron: bool,
    risk: FloatArray,
    sums: FloatArray,
    result: FloatArray,
) -> int:
    """Newton from 0. V > 0: by table, else by patient. result: coefficient, standard error, log-likelihoods at 0 and
    at the maximum. result[4] is the score statistic at 0. observed: sum of x over the events.
    """
    at = np.empty(3)
    b, here = 0.0, 0.0
    for iteration in range(MAX_ITERATIONS):
        if iteration == 0:
            shift = (
                sums_by_table(0.0, values, V, at_risk, dying, K, sums)
                if V > 0
                else sums_by_patient(0.0, x, n, starts, death_ends, K, risk, sums)
            )
            likelihood(sums, d, K, efron, at)
            here = at[0]
            result[2] = here
        score, information = observed - at[1], at[2]
        if not information > PIVOT_TOLERANCE * size:
            return UNDECIDED
        step = score / information
        length = score * step
        if iteration == 0:
            result[4] = length
        if length <= TOLERANCE:
            result[0], result[1], result[3] = b + step, 1.0 / np.sqrt(information), here
            return FITTED
        there = -np.inf
        for _ in range(MAX_HALVINGS):
            trial = b + step
            shift = (
                sums_by_table(trial, values, V, at_risk, dying, K, sums)
                if V > 0
                else sums_by_patient(trial, x, n, starts, death_ends, K, risk, sums)
            )
            likelihood(sums, d, K, efron, at)
            there = at[0] + trial * observed - events * shift
            if there >= here - 1e-9 * abs(here):
                break
            step /= 2.0
        else:
            return UNDECIDED
        b, here = trial, there
    return UNDECIDED


@compiled
def screen(
    X: FloatArray,
    rows: IntArray,
    starts: IntArray,
    death_ends: IntArray,
    efron: bool,
    status: IntArray,
    result: FloatArray,
) -> None:
    """Each row of X (p, n) alone; status: (p,), result: (p, 5) as in `maximise` are written."""
    p, m, K = len(X), len(rows), len(death_ends)
    x, risk, sums = np.empty(m), np.empty(m), np.empty((6, K))
    values, code = np.empty(MOST_VALUES), np.empty(m, np.int64)
    at_risk, dying = np.empty((MOST_VALUES, K)), np.empty((MOST_VALUES, K))
    d, events = death_ends - starts[:-1], 0
    for k in range(K):
        events += d[k]
    for j in range(p):
        mean, square, observed = 0.0, 0.0, 0.0
        for i in range(m):
            x[i] = X[j, rows[i]]
        for i in range(m):
            mean += x[i]
        mean /= m
        for i in range(m):
            x[i] -= mean
            square += x[i] * x[i]
        for k in range(K):
            for i in range(starts[k], death_ends[k]):
                observed += x[i]
        V = distinct(x, m, values, code)
        if m < V * 8:
            V = 0
        if V > 0:
            tabulate(code, V, starts, death_ends, at_risk, dying)
        status[j] = maximise(
            x,
            m,
            starts,
            death_ends,
            values,
            V,
            at_risk,
            dying,
            d,
            K,
            observed,
            events,
            square / m * events,
            efron,
            risk,
            sums,
            result[j],
        )


@compiled
def distinct(x: FloatArray, n: int, values: FloatArray, code: IntArray) -> int:
    """The different values of x and the code of each; 0 when there are more than fit."""
    V = 0
    for i in range(n):
        v = 0
        while v < V and values[v] != x[i]:
            v += 1
        if v == V:
            if len(values) == V:
                return 0
            values[v] = x[i]
            V += 1
        code[i] = v
    return V


@compiled
def tabulate(
    code: IntArray, V: int, starts: IntArray, death_ends: IntArray, at_risk: FloatArray, dying: FloatArray
) -> None:
    """Count those at risk and dying at each event time, by value."""
    K = len(death_ends)
    for v in range(V):
        for k in range(K):
            at_risk[v, k], dying[v, k] = 0.0, 0.0
    for k in range(K):
        for i in range(starts[k], starts[k + 1]):
            at_risk[code[i], k] += 1.0
            if i < death_ends[k]:
                dying[code[i], k] += 1.0
    for v in range(V):
        for k in range(K - 2, -1, -1):
            at_risk[v, k] += at_risk[v, k + 1]


@compiled
def trials(
    keys: IntArray, tolerance: float, efron: bool, status: IntArray, result: FloatArray, log_rank: FloatArray
) -> None:
    """Cox and log-rank of two arms in each trial.

    keys: (R, n) sorted along the rows: the bits of a time, the lowest two replaced by 2 event + arm. result: (R,
    5) as in `maximise`; log_rank: (R, 4) O - E and its variance, observed in arm 1 and in all.
    """
    R, n = keys.shape
    at_risk, dying, sums = np.empty((2, n)), np.empty((2, n)), np.empty((6, n))
    d, starts, values = np.empty(n, np.int64), np.empty(1, np.int64), np.array([0.0, 1.0])
    x, risk = np.empty(1), np.empty(1)
    for r in range(R):
        time = (keys[r] & ~3).view(np.float64)
        total, different = time[0], 1
        for i in range(1, n):
            if time[i] != time[i - 1]:
                total += time[i]
                different += 1
        noise = tolerance * max(1.0, total / different)
        arms = np.zeros(2)
        K, i = 0, n - 1
        while i >= 0:  # from the last time down, blocks of the same time
            d0, d1 = 0, 0
            while True:
                arm, event = keys[r, i] & 1, (keys[r, i] >> 1) & 1
                arms[arm] += 1.0
                d1 += event * arm
                d0 += event * (1 - arm)
                i -= 1
                if i < 0 or time[i + 1] - time[i] > noise:
                    break
            if d0 + d1 > 0:
                at_risk[0, K], at_risk[1, K] = arms[0], arms[1]
                dying[0, K], dying[1, K], d[K] = d0, d1, d0 + d1
                K += 1
        observed, events, expected, variance = 0.0, 0, 0.0, 0.0
        for k in range(K):
            everybody = at_risk[0, k] + at_risk[1, k]
            share = at_risk[1, k] / everybody
            observed += dying[1, k]
            events += d[k]
            expected += d[k] * share
            if everybody > 1.0:
                variance += d[k] * share * (1.0 - share) * (everybody - d[k]) / (everybody - 1.0)
        log_rank[r, 0], log_rank[r, 1], log_rank[r, 2], log_rank[r, 3] = (
            observed - expected,
            variance,
            observed,
            events,
        )
        status[r] = maximise(
            x,
            0,
            starts,
            starts,
            values,
            2,
            at_risk,
            dying,
            d,
            K,
            observed,
            events,
            events * 0.25,
            efron,
            risk,
            sums,
            result[r],
        )
