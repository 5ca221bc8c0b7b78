"""Compiled: Fine-Gray's model as running sums over rows in order of time; see `competing_risks.fine_gray_likelihood`.

Rows are sorted by time, so that those under observation at an event are the rows from its first one on, and those kept
after another cause the rows before it which had one. No passes but these: one to sort, one per value of the
coefficients, one for the influences. Arrays called state hold CENSORED, EVENT or COMPETING for each row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.batch.exponential_kernel import exponentials
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]

CENSORED, EVENT, COMPETING = 0, 1, 2
PIECE = 256
SMALLEST = 1e-140  # as for the numpy reference


@compiled
def sort_rows(
    keys: IntArray,
    cells: int,
    cause: IntArray,
    of: int,
    X: FloatArray,
    x: FloatArray,
    state: IntArray,
    first: IntArray,
) -> int:
    """Sort rows by key (below `cells`) into x (p, n) and state (n,). Returns the distinct times T.

    first: room for min(n, cells) + 1; in the end the first row of each distinct time, and n.
    """
    n, p = X.shape
    place, order = np.zeros(cells + 1, np.int64), np.empty(n, np.int32)
    for i in range(n):
        place[keys[i] + 1] += 1
    times = 0
    for cell in range(cells):
        if place[cell + 1] > 0:
            first[times] = place[cell]
            times += 1
        place[cell + 1] += place[cell]
    first[times] = n
    for i in range(n):
        order[place[keys[i]]] = i
        place[keys[i]] += 1
    for row in range(n):
        code = cause[order[row]]
        state[row] = EVENT if code == of else CENSORED if code == 0 else COMPETING
    for j in range(p):
        for row in range(n):
            x[j, row] = X[order[row], j]
    return times


@compiled
def event_times(
    x: FloatArray,
    state: IntArray,
    first: IntArray,
    censored: FloatArray,
    d: FloatArray,
    uncensored: FloatArray,
    passed: IntArray,
    kept: IntArray,
    share: FloatArray,
    events_x: FloatArray,
) -> tuple[int, int]:
    """The K times with an event, and the m rows that had another cause before the last of them: returns K and m.

    censored: (T,) at each time. d: (K,) events at each event time; uncensored: (K,) G just before. passed: (n,) event
    times up to the row's own: it is under observation at event times k < passed. kept: the m rows, with room for all
    with another cause and one more; share: 1 / G just before their own time. events_x: (p,) sum of x over the events.
    """
    n, K, m, staying, G = len(state), 0, 0, 0, 1.0
    for t in range(len(first) - 1):
        events, leaving, before = 0, 0, m
        # Written and then counted or not: a branch that cannot be guessed takes longer than the arithmetic.
        for row in range(first[t], first[t + 1]):
            events += state[row] == EVENT
            leaving += state[row] == CENSORED
            kept[m], share[m] = row, 1.0 / G
            m += state[row] == COMPETING
        if events > 0:
            d[K], uncensored[K], staying = events, G, before
            K += 1
        passed[first[t] : first[t + 1]] = K
        censored[t] = leaving
        G *= 1.0 - leaving / (n - first[t])
    for j in range(len(events_x)):
        total = 0.0
        for row in range(n):
            total += x[j, row] * (state[row] == EVENT)
        events_x[j] = total
    return K, staying


@compiled
def moments(
    x: FloatArray,
    beta: FloatArray,
    d: FloatArray,
    uncensored: FloatArray,
    passed: IntArray,
    kept: IntArray,
    share: FloatArray,
    events_x: FloatArray,
    risk: FloatArray,
    kept_risk: FloatArray,
    expected: FloatArray,
    expected_later: FloatArray,
    means: FloatArray,
    kept_sums: FloatArray,
    hazard: FloatArray,
    score: FloatArray,
    information: FloatArray,
) -> float:
    """The log-likelihood at beta (p,), and all that the influences need; -inf where it is beyond numbers.

    risk: (n,), kept_risk: (m,) with the share. expected: (n,) events of each row in all, expected_later: (m,) those
    after another cause. means: (p + 2, K) first S0, then S1 / S0, and a row to spare; kept_sums: (p + 2, K) the
    part of S0 and S1 from those kept. hazard: (K,) d / S0. Risks are relative to the largest.
    """
    p, n = x.shape
    K, m = len(d), len(kept)
    expected[:] = 0.0
    for j in range(p):
        b, column = beta[j], x[j]
        for i in range(n):
            expected[i] += b * column[i]
    shift = -np.inf
    for i in range(n):
        shift = max(shift, expected[i])
    exponents = np.empty(PIECE, np.int64)
    for start in range(0, n, PIECE):
        size = min(PIECE, n - start)
        for i in range(start, start + size):
            expected[i] -= shift
        exponentials(expected[start:], size, exponents, risk[start:])
    for i in range(m):
        kept_risk[i] = share[i] * risk[kept[i]]
    expected[:] = 1.0  # for a while the column of ones
    for row in range(0, p + 1, 2):
        _add_up(expected if row == 0 else x[row - 1], x[min(row, p - 1)], risk, passed, kept, kept_risk,
                uncensored, means[row], means[row + 1], kept_sums[row], kept_sums[row + 1])  # fmt: skip
    log_likelihood, total = 0.0, 0.0
    for k in range(K):
        S0 = means[0, k]
        if not S0 > SMALLEST:
            return -np.inf
        log_likelihood -= d[k] * np.log(S0)
        total += d[k]
        hazard[k] = d[k] / S0
    log_likelihood -= total * shift
    for j in range(p):
        log_likelihood += beta[j] * events_x[j]
        score[j] = events_x[j]
        for k in range(K):
            means[j + 1, k] /= means[0, k]
        for k in range(K):
            score[j] -= d[k] * means[j + 1, k]
    until, later = np.zeros(K + 1), np.zeros(K + 1)
    for k in range(K):
        until[k + 1] = until[k] + hazard[k]
    for k in range(K - 1, -1, -1):
        later[k] = later[k + 1] + hazard[k] * uncensored[k]
    for i in range(n):
        expected[i] = risk[i] * until[passed[i]]
    for i in range(m):
        expected_later[i] = kept_risk[i] * later[passed[kept[i]]]
        expected[kept[i]] += expected_later[i]
    products(x, expected, information)
    of_means = np.empty((p, p))
    products(means[1 : p + 1], d, of_means)
    for j in range(p):
        for k in range(p):
            information[j, k] -= of_means[j, k]
    return log_likelihood


@compiled
def _add_up(
    one: FloatArray,
    two: FloatArray,
    risk: FloatArray,
    passed: IntArray,
    kept: IntArray,
    kept_risk: FloatArray,
    uncensored: FloatArray,
    sums: FloatArray,
    sums_two: FloatArray,
    kept_sums: FloatArray,
    kept_two: FloatArray,
) -> None:
    """Sum of risk times column at each event time, and the part of it from those kept after another cause.

    Two columns at once: neither sum then waits for the other.
    """
    running, second, i = 0.0, 0.0, len(risk) - 1
    while i >= 0 and passed[i] > 0:  # what is written last is the sum over all who are there
        running += risk[i] * one[i]
        second += risk[i] * two[i]
        sums[passed[i] - 1], sums_two[passed[i] - 1] = running, second
        i -= 1
    kept_sums[:], kept_two[:] = 0.0, 0.0
    for i in range(len(kept)):
        k, r = passed[kept[i]], kept_risk[i]
        kept_sums[k] += r * one[kept[i]]
        kept_two[k] += r * two[kept[i]]
    running, second = 0.0, 0.0
    for k in range(len(sums)):
        running += kept_sums[k]
        second += kept_two[k]
        kept_sums[k], kept_two[k] = uncensored[k] * running, uncensored[k] * second
        sums[k] += kept_sums[k]
        sums_two[k] += kept_two[k]


@compiled
def products(x: FloatArray, weight: FloatArray, result: FloatArray) -> None:
    """The symmetric products x diag(weight) x' of x (p, n): (p, p)."""
    p, n = x.shape
    weighted = np.empty(PIECE)
    result[:] = 0.0
    for start in range(0, n, PIECE):
        size = min(PIECE, n - start)
        for j in range(p):
            one = x[j, start:]
            for i in range(size):
                weighted[i] = weight[start + i] * one[i]
            for k in range(j + 1):
                other = x[k, start:]
                total = 0.0
                for i in range(size):
                    total += weighted[i] * other[i]
                result[j, k] += total
    for j in range(p):
        for k in range(j):
            result[k, j] = result[j, k]


@compiled
def squared_influence(
    x: FloatArray,
    state: IntArray,
    first: IntArray,
    censored: FloatArray,
    uncensored: FloatArray,
    passed: IntArray,
    kept: IntArray,
    risk: FloatArray,
    kept_risk: FloatArray,
    expected: FloatArray,
    expected_later: FloatArray,
    means: FloatArray,
    kept_sums: FloatArray,
    hazard: FloatArray,
    result: FloatArray,
) -> None:
    """The sum of the squared influences on the score, (p, p), censoring included; see `fine_gray_variance`.

    The influences take the place of x, and ones that of expected: new memory takes longer than the sums.
    """
    p, n = x.shape
    K, m = len(hazard), len(kept)
    later, term = np.empty(K + 1), np.empty(3)
    for row in range(n):
        expected[row] = (state[row] == EVENT) - expected[row]
    for j in range(p):
        column, mean = x[j], means[j + 1]
        later[K] = 0.0
        for k in range(K - 1, -1, -1):
            later[k] = later[k + 1] + hazard[k] * uncensored[k] * mean[k]
        # q: what is expected after another cause from now on. until: sum of the mean times the hazard.
        q, running, until, k, i = 0.0, 0.0, 0.0, 0, 0
        for t in range(len(first) - 1):
            at_risk = n - first[t]
            jump = q / at_risk
            running -= jump * censored[t] / at_risk
            here = 0.0
            if passed[first[t]] > k:  # an event time
                here = mean[k]
                until += hazard[k] * here
                q -= (kept_sums[j + 1, k] - kept_sums[0, k] * here) * hazard[k]
                k += 1
            came = i
            while i < m and kept[i] < first[t + 1]:
                q += column[kept[i]] * expected_later[i] - kept_risk[i] * later[k]
                i += 1
            # Looked up and not chosen: a branch that cannot be guessed takes longer than the arithmetic.
            term[CENSORED], term[EVENT], term[COMPETING] = running + jump, running - here, running
            for row in range(first[t], first[t + 1]):
                column[row] = term[state[row]] + risk[row] * until + column[row] * expected[row]
            for row in range(came, i):
                column[kept[row]] += kept_risk[row] * later[k]
    expected[:] = 1.0
    products(x, expected, result)
