"""Compiled: passes over millions of rows in the order they come in, a part at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.batch.exponential_kernel import exponentials
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]

PIECE, FEW = 256, 64


@compiled
def grid_keys(time: FloatArray, scale: float, largest: float, keys: IntArray) -> int:
    """Write the whole number with key / scale == time of each row. 1: some are not on the grid; 2: some not valid."""
    for i in range(len(time)):
        if not (time[i] >= 0.0 and time[i] < np.inf):
            return 2
        key = np.rint(time[i] * scale)
        if key > largest or key / scale != time[i]:
            return 1
        keys[i] = np.int32(key)
    return 0


@compiled
def count_table(
    keys: IntArray, event: IntArray, group: IntArray, leaving: IntArray, failing: IntArray
) -> int:
    """Add the rows to (times, groups) tables; 1 when an event is neither 0 nor 1."""
    for i in range(len(keys)):
        if event[i] != 0 and event[i] != 1:
            return 1
        leaving[keys[i], group[i]] += 1
        failing[keys[i], group[i]] += event[i]
    return 0


@compiled
def column_moments(X: FloatArray, around: FloatArray, sums: FloatArray) -> None:
    """Add the rows' differences from `around` and their squares to sums (2, p)."""
    n, p = X.shape
    total, square = np.zeros(p), np.zeros(p)
    for i in range(n):
        for j in range(p):
            away = X[i, j] - around[j]
            total[j] += away
            square[j] += away * away
    for j in range(p):
        sums[0, j] += total[j]
        sums[1, j] += square[j]


@compiled
def risk_sums(
    X: FloatArray,
    mean: FloatArray,
    block: IntArray,
    event: IntArray,
    beta: FloatArray,
    shift: float,
    low: int,
    risk: FloatArray,
    others: FloatArray,
    dying: FloatArray,
    gained: FloatArray,
) -> None:
    """Risks of the rows, and their sums by block.

    dying, others: (blocks, p + 1) of those with the event and without, from block `low` on; the last column is the
    sum of risks, the ones before that of risk times x. block: -1 for a row at risk at no event. gained: (2,) sum of
    x'beta over the events, and the largest x'beta.
    """
    n, p = X.shape
    eta, exponents = np.empty(FEW), np.empty(FEW, np.int64)
    total, largest = 0.0, -np.inf
    for first in range(0, n, FEW):
        m = min(FEW, n - first)
        for t in range(m):
            i = first + t
            sum_x = 0.0
            for j in range(p):
                sum_x += beta[j] * (X[i, j] - mean[j])
            if block[i] >= 0:
                largest = max(largest, sum_x)
                total += sum_x * event[i]
            eta[t] = sum_x - shift
        exponentials(eta, m, exponents, eta)
        for t in range(m):
            i = first + t
            if block[i] < 0:
                risk[i] = 0.0
                continue
            k, r = block[i] - low, eta[t]
            risk[i] = r
            sums = dying[k] if event[i] == 1 else others[k]
            row = X[i]
            for j in range(p):
                sums[j] += r * (row[j] - mean[j])
            sums[p] += r
    gained[0], gained[1] = total, largest


@compiled
def weighted_products(
    X: FloatArray,
    mean: FloatArray,
    block: IntArray,
    event: IntArray,
    risk: FloatArray,
    hazard: FloatArray,
    removed: FloatArray,
    result: FloatArray,
    score: FloatArray,
) -> None:
    """X' diag(expected events) X of the rows, and X' (events - expected): (p, p) and (p,), centred at `mean`.

    hazard, removed: (K,) cumulative hazard of each block, and what Efron's method takes off for its events.
    """
    n, p = X.shape
    # Rows are turned into columns a piece at a time, so that the sums of products run along them.
    even = p + p % 2  # a column of zeros makes pairs of all
    x, one, two = np.zeros((even, PIECE)), np.empty(PIECE), np.empty(PIECE)
    products = np.zeros((even, even))
    v, left = np.empty(PIECE), np.empty(PIECE)
    for first in range(0, n, PIECE):
        m = min(PIECE, n - first)
        for t in range(m):
            i = first + t
            v[t], left[t] = 0.0, 0.0
            if block[i] >= 0:
                v[t] = risk[i] * (hazard[block[i]] - (removed[block[i]] if event[i] == 1 else 0.0))
                left[t] = event[i] - v[t]
        for t in range(m):
            for j in range(p):
                x[j, t] = X[first + t, j] - mean[j]
        for j in range(p):
            column = x[j]
            total = 0.0
            for t in range(m):
                total += left[t] * column[t]
            score[j] += total
        # Two columns by two columns, so that each number read is used twice.
        for j in range(0, p, 2):
            x_j, x_i = x[j], x[j + 1]
            for t in range(m):
                one[t] = v[t] * x_j[t]
                two[t] = v[t] * x_i[t]
            for k in range(0, j + 1, 2):
                x_k, x_h = x[k], x[k + 1]
                jk, jh, ik, ih = 0.0, 0.0, 0.0, 0.0
                for t in range(m):
                    jk += one[t] * x_k[t]
                    jh += one[t] * x_h[t]
                    ik += two[t] * x_k[t]
                    ih += two[t] * x_h[t]
                products[j, k] += jk
                products[j, k + 1] += jh
                products[j + 1, k] += ik
                products[j + 1, k + 1] += ih
    for j in range(p):
        for k in range(j + 1):
            result[j, k] += products[j, k]
            result[k, j] = result[j, k]


@compiled
def denominators(
    everybody: FloatArray,
    dying: FloatArray,
    d: IntArray,
    efron: bool,
    hazard: FloatArray,
    removed: FloatArray,
    spread: FloatArray,
) -> float:
    """Minus the sum of the log denominators, hazards by block, and M M' (p, p); -inf where there is none.

    everybody (K, p + 1): sums over the risk sets; dying: over the deaths.
    """
    K, p = len(d), everybody.shape[1] - 1
    log, product, running = 0.0, 1.0, 0.0
    mean, tied = np.empty(p), np.empty(p)
    for k in range(K):
        S0, T0 = everybody[k, p], dying[k, p] if efron and d[k] > 1 else 0.0
        inverse, square, f_inverse, f_square, ff_square = 0.0, 0.0, 0.0, 0.0, 0.0
        for drawn in range(d[k]):
            f = drawn / d[k]
            denominator = S0 - f * T0
            if not denominator > 1e-140:
                return -np.inf
            one = 1.0 / denominator
            inverse += one
            square += one * one
            f_inverse += f * one
            f_square += f * one * one
            ff_square += f * f * one * one
            product *= denominator
            if product > 1e100 or product < 1e-100:
                log += np.log(product)
                product = 1.0
        running += inverse
        root = np.sqrt(square)
        hazard[k], removed[k] = running, f_inverse if T0 > 0.0 else 0.0
        for j in range(p):
            mean[j] = everybody[k, j] * root
        if T0 > 0.0:
            share, rest = f_square / root, np.sqrt(max(ff_square - f_square * f_square / square, 0.0))
            for j in range(p):
                mean[j] -= dying[k, j] * share
                tied[j] = dying[k, j] * rest
            for j in range(p):
                for other in range(p):
                    spread[j, other] += tied[j] * tied[other]
        for j in range(p):
            for other in range(p):
                spread[j, other] += mean[j] * mean[other]
    return float(-(log + np.log(product)))
