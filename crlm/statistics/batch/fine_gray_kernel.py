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
SMALLEST = 1e-140  # as for the numpy reference


@compiled
def column_ranges(X: FloatArray, total: FloatArray, lowest: FloatArray, highest: FloatArray) -> None:
    """Sum, least and largest value of each column of X (n, p), n > 0; the sum shows what is not finite."""
    n, p = X.shape
    for j in range(p):
        total[j], lowest[j], highest[j] = 0.0, X[0, j], X[0, j]
    for i in range(n):
        for j in range(p):
            total[j] += X[i, j]
            lowest[j] = min(lowest[j], X[i, j])
            highest[j] = max(highest[j], X[i, j])


@compiled
def sort_rows(
    keys: IntArray,
    cells: int,
    cause: IntArray,
    of: int,
    X: FloatArray,
    mean: FloatArray,
    x: FloatArray,
    state: IntArray,
    first: IntArray,
) -> int:
    """Sort rows by key (below `cells`) into x (p, n), less the mean, and state (n,). Returns the distinct times T.

    first: room for min(n, cells) + 1; in the end the first row of each distinct time, and n.
    """
    n, p = X.shape
    place, order = np.zeros(cells + 1, np.int64), np.empty(n, np.int64)
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
            x[j, row] = X[order[row], j] - mean[j]
    return times


@compiled
def event_blocks(
    state: IntArray,
    first: IntArray,
    x: FloatArray,
    censored: FloatArray,
    begin: IntArray,
    d: FloatArray,
    uncensored: FloatArray,
    kept: IntArray,
    share: FloatArray,
    kept_begin: IntArray,
    events_x: FloatArray,
) -> tuple[int, int]:
    """The K times with an event, and the m rows that had another cause; returns both numbers.

    censored: (T,) at each time. begin: first row of each event time, in the end n. d: events there. uncensored: G just
    before. kept: the rows with another cause; share: 1 / G just before their own time; kept_begin: how many of them
    lie before each event time, in the end m. events_x: (p,) sum of x over the events.
    """
    n, K, m, G = len(state), 0, 0, 1.0
    for t in range(len(first) - 1):
        events, leaving = 0, 0
        kept_before = m
        for row in range(first[t], first[t + 1]):
            if state[row] == EVENT:
                events += 1
                for j in range(len(events_x)):
                    events_x[j] += x[j, row]
            elif state[row] == COMPETING:
                kept[m], share[m] = row, 1.0 / G
                m += 1
            else:
                leaving += 1
        if events > 0:
            begin[K], d[K], uncensored[K], kept_begin[K] = first[t], events, G, kept_before
            K += 1
        censored[t] = leaving
        G *= 1.0 - leaving / (n - first[t])
    begin[K], kept_begin[K] = n, m
    return K, m


@compiled
def moments(
    x: FloatArray,
    beta: FloatArray,
    begin: IntArray,
    d: FloatArray,
    uncensored: FloatArray,
    kept: IntArray,
    share: FloatArray,
    kept_begin: IntArray,
    events_x: FloatArray,
    exponents: IntArray,
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
    after another cause. means: (1 + p, K) first S0, then S1 / S0. kept_sums: (1 + p, K) the part of the sums S0, S1
    from those kept. hazard: (K,) d / S0. Risks are relative to the largest.
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
    for i in range(n):
        expected[i] -= shift
    exponentials(expected, n, exponents, risk)
    for i in range(m):
        kept_risk[i] = share[i] * risk[kept[i]]
    ones = np.ones(n)
    for row in range(p + 1):
        _add_up(ones if row == 0 else x[row - 1], risk, begin, kept, kept_risk, kept_begin, uncensored,
                means[row], kept_sums[row])  # fmt: skip
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
    _expected(risk, begin, kept, kept_risk, kept_begin, uncensored, hazard, expected, expected_later)
    products(x, expected, information)
    means_information = np.empty((p, p))
    products(means[1:], d, means_information)
    for j in range(p):
        for k in range(p):
            information[j, k] -= means_information[j, k]
    return log_likelihood


@compiled
def _add_up(
    column: FloatArray,
    risk: FloatArray,
    begin: IntArray,
    kept: IntArray,
    kept_risk: FloatArray,
    kept_begin: IntArray,
    uncensored: FloatArray,
    sums: FloatArray,
    kept_sums: FloatArray,
) -> None:
    """Sum of risk times column at each event time, and the part of it from those kept after another cause."""
    running = 0.0
    for k in range(len(begin) - 2, -1, -1):
        for i in range(begin[k], begin[k + 1]):
            running += risk[i] * column[i]
        sums[k] = running
    running, done = 0.0, 0
    for k in range(len(begin) - 1):
        for i in range(done, kept_begin[k]):
            running += kept_risk[i] * column[kept[i]]
        done = kept_begin[k]
        kept_sums[k] = uncensored[k] * running
        sums[k] += kept_sums[k]


@compiled
def _expected(
    risk: FloatArray,
    begin: IntArray,
    kept: IntArray,
    kept_risk: FloatArray,
    kept_begin: IntArray,
    uncensored: FloatArray,
    hazard: FloatArray,
    expected: FloatArray,
    expected_later: FloatArray,
) -> None:
    """Expected events of each row: while under observation, and after another cause."""
    K, running = len(hazard), 0.0
    for i in range(begin[0]):
        expected[i] = 0.0
    for k in range(K):
        running += hazard[k]
        for i in range(begin[k], begin[k + 1]):
            expected[i] = risk[i] * running
    running = 0.0
    for k in range(K, -1, -1):  # between the event times k - 1 and k, with those from k on to come
        if k < K:
            running += hazard[k] * uncensored[k]
        for i in range(kept_begin[k - 1] if k > 0 else 0, kept_begin[k]):
            expected_later[i] = kept_risk[i] * running
            expected[kept[i]] += expected_later[i]


@compiled
def products(x: FloatArray, weight: FloatArray, result: FloatArray) -> None:
    """The symmetric products x diag(weight) x' of x (p, n): (p, p)."""
    p, n = x.shape
    weighted = np.empty(n)
    for j in range(p):
        one = x[j]
        for i in range(n):
            weighted[i] = weight[i] * one[i]
        for k in range(j + 1):
            other = x[k]
            total = 0.0
            for i in range(n):
                total += weighted[i] * other[i]
            result[j, k] = result[k, j] = total


@compiled
def squared_influence(
    x: FloatArray,
    state: IntArray,
    first: IntArray,
    censored: FloatArray,
    begin: IntArray,
    uncensored: FloatArray,
    risk: FloatArray,
    kept_risk: FloatArray,
    expected: FloatArray,
    expected_later: FloatArray,
    means: FloatArray,
    kept_sums: FloatArray,
    hazard: FloatArray,
    result: FloatArray,
) -> None:
    """The sum of the squared influences on the score, (p, p), censoring included; see `fine_gray_variance`."""
    p, n = x.shape
    K = len(hazard)
    influence, later = np.empty((p, n)), np.empty(K + 1)
    for j in range(p):
        column, mean, own = x[j], means[j + 1], influence[j]
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
            if begin[k] == first[t]:  # an event time, since begin ends with n
                here = mean[k]
                until += hazard[k] * here
                q -= (kept_sums[j + 1, k] - kept_sums[0, k] * here) * hazard[k]
                k += 1
            for row in range(first[t], first[t + 1]):
                found = running + risk[row] * until - column[row] * expected[row]
                if state[row] == EVENT:
                    found += column[row] - here
                elif state[row] == COMPETING:
                    moved = kept_risk[i] * later[k]
                    found += moved
                    q += column[row] * expected_later[i] - moved
                    i += 1
                else:
                    found += jump
                own[row] = found
    products(influence, np.ones(n), result)
