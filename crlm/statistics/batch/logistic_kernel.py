"""Compiled: logistic regressions of resampled patients, each from counts.

Newton's method on the log-likelihood, which is concave; covariates by column with the intercept first, (1 + p, n).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.batch.linear_kernel import factorise, solve_scaled
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]

FITTED, UNDECIDED = 0, 1
MAX_ITERATIONS = 16
MAX_HALVINGS = 10


@compiled
def likelihood(
    Z: FloatArray, w: FloatArray, y: FloatArray, q: int, n: int, theta: FloatArray, odds: FloatArray
) -> float:
    """The log-likelihood at theta; odds: exp(-|x'theta|) of each patient, negative where x'theta < 0, is written."""
    for i in range(n):
        odds[i] = 0.0
    for j in range(q):
        b, column = theta[j], Z[j]
        for i in range(n):
            odds[i] += b * column[i]
    total, product = 0.0, 1.0
    for i in range(n):
        eta = odds[i]
        e = np.exp(-abs(eta))
        total += w[i] * (y[i] * eta - max(eta, 0.0))
        for _ in range(int(w[i])):
            product *= 1.0 + e
        if product > 1e100:
            total -= np.log(product)
            product = 1.0
        odds[i] = -e if eta < 0.0 else e
    return float(total - np.log(product))


@compiled
def bootstrap(
    X: FloatArray,
    event: FloatArray,
    counts: IntArray,
    start: FloatArray,
    variance: FloatArray,
    tolerance: float,
    status: IntArray,
    coefficients: FloatArray,
) -> None:
    """Fit each replicate; counts: (R, n); status: (R,), coefficients: (R, 1 + p) are written."""
    q, size = X.shape
    Z, w, y, place = np.empty((q, size)), np.empty(size), np.empty(size), np.empty(size, np.int64)
    odds, left, v, weighted = np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    score, step, trial, scale = np.empty(q), np.empty(q), np.empty(q), np.empty(q)
    information, root, theta, least = np.empty((q, q)), np.empty((q, q)), np.empty(q), np.empty(q)
    for r in range(len(counts)):
        n, drawn, events = 0, 0.0, 0.0
        for i in range(size):
            if counts[r, i] > 0:
                place[n], w[n], y[n] = i, counts[r, i], event[i]
                drawn += w[n]
                events += w[n] * y[n]
                n += 1
        for j in range(q):
            theta[j] = start[j]
            for i in range(n):
                Z[j, i] = X[j, place[i]]
        status[r] = UNDECIDED
        if not 0.0 < events < drawn:
            continue
        for j in range(q):
            least[j] = variance[j] * events * (drawn - events) / drawn
        here = likelihood(Z, w, y, q, n, theta, odds)
        for _ in range(MAX_ITERATIONS):
            for i in range(n):
                e = abs(odds[i])
                chance = (1.0 if odds[i] > 0.0 else e) / (1.0 + e)
                v[i] = w[i] * e / ((1.0 + e) * (1.0 + e))
                left[i] = w[i] * (y[i] - chance)
            for j in range(q):
                column = Z[j]
                total = 0.0
                for i in range(n):
                    weighted[i] = v[i] * column[i]
                    total += left[i] * column[i]
                score[j] = total
                for other in range(j + 1):
                    against = Z[other]
                    product = 0.0
                    for i in range(n):
                        product += weighted[i] * against[i]
                    information[j, other] = product
                    information[other, j] = product
            if not factorise(information, least, q, scale, root):
                break
            length = solve_scaled(root, scale, score, q, step)
            if not np.isfinite(length):
                break
            if length <= tolerance:
                for j in range(q):
                    coefficients[r, j] = theta[j] + step[j]
                status[r] = FITTED
                break
            there = -np.inf
            for _ in range(MAX_HALVINGS):
                for j in range(q):
                    trial[j] = theta[j] + step[j]
                there = likelihood(Z, w, y, q, n, trial, odds)
                if there >= here - 1e-9 * abs(here):
                    break
                for j in range(q):
                    step[j] /= 2.0
            else:
                break
            for j in range(q):
                theta[j] = trial[j]
            here = there
