"""Compiled: Cox models of resampled patients, each from counts, without sorting again.

The sums are those of `crlm.statistics.cox.likelihood`. Covariates are kept by column, (p, n), so that every inner
loop runs over patients. A patient drawn c times counts c times, also among tied deaths: the denominators of
Efron's method are those of the data with repeated rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.batch.linear_kernel import covariance, factorise, solve_scaled
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]

FITTED, UNDECIDED = 0, 1
MAX_ITERATIONS = 16
MAX_HALVINGS = 10
SMALLEST = 1e-140


@compiled
def resample(
    X: FloatArray,
    counts: IntArray,
    starts: IntArray,
    death_ends: IntArray,
    Z: FloatArray,
    w: FloatArray,
    dying: FloatArray,
    begin: IntArray,
    deaths_end: IntArray,
    d: IntArray,
    place: IntArray,
) -> tuple[int, int]:
    """Copy the patients that are drawn, and drop event times at which nobody drawn has an event.

    X: (p, m) sorted by last event block, deaths of a block first; starts: (K + 1,), death_ends: (K,). Returns the
    number of patients and of blocks written to Z, w, dying (w of those with the event, else 0), begin, deaths_end, d.
    """
    rows, blocks = 0, 0
    for k in range(len(death_ends)):
        total, first = 0, rows
        for i in range(starts[k], death_ends[k]):
            if counts[i] > 0:
                place[rows], w[rows], dying[rows] = i, counts[i], counts[i]
                total += counts[i]
                rows += 1
        if total > 0:
            begin[blocks], deaths_end[blocks], d[blocks] = first, rows, total
            blocks += 1
        if blocks > 0:  # before the first event nobody is at risk of one
            for i in range(death_ends[k], starts[k + 1]):
                if counts[i] > 0:
                    place[rows], w[rows], dying[rows] = i, counts[i], 0.0
                    rows += 1
    begin[blocks] = rows
    for j in range(len(X)):
        for i in range(rows):
            Z[j, i] = X[j, place[i]]
    return rows, blocks


@compiled
def likelihood(
    Z: FloatArray,
    w: FloatArray,
    dying: FloatArray,
    begin: IntArray,
    deaths_end: IntArray,
    d: IntArray,
    q: int,
    n: int,
    K: int,
    beta: FloatArray,
    efron: bool,
    risk: FloatArray,
    running: FloatArray,
    S0: FloatArray,
    T0: FloatArray,
) -> float:
    """The log-likelihood at beta, with the sums that its derivatives go on from; -inf where it is no number.

    running: (n + 1,) sums over the patients from one to the last.
    """
    for i in range(n):
        risk[i] = 0.0
    for j in range(q):
        b, column = beta[j], Z[j]
        for i in range(n):
            risk[i] += b * column[i]
    shift, gained, deaths = -np.inf, 0.0, 0.0
    for i in range(n):
        shift = max(shift, risk[i])
    for i in range(n):
        gained += dying[i] * risk[i]
        deaths += dying[i]
    gained -= deaths * shift
    for i in range(n):
        risk[i] = w[i] * np.exp(risk[i] - shift)
    running[n] = 0.0
    for i in range(n - 1, -1, -1):
        running[i] = running[i + 1] + risk[i]
    product = 1.0
    for k in range(K):
        S0[k], T0[k] = running[begin[k]], 0.0
        if efron and d[k] > 1:
            T0[k] = S0[k] - running[deaths_end[k]]
        part = T0[k] / d[k]
        for drawn in range(d[k]):
            denominator = S0[k] - part * drawn
            if not denominator > SMALLEST:
                return -np.inf
            product *= denominator
            if product > 1e100 or product < 1e-100:
                gained -= np.log(product)
                product = 1.0
    return float(gained - np.log(product))


@compiled
def derivatives(
    Z: FloatArray,
    dying: FloatArray,
    begin: IntArray,
    deaths_end: IntArray,
    d: IntArray,
    q: int,
    n: int,
    K: int,
    risk: FloatArray,
    running: FloatArray,
    second: FloatArray,
    S0: FloatArray,
    T0: FloatArray,
    expected: FloatArray,
    means: FloatArray,
    root: FloatArray,
    tied_share: FloatArray,
    tied_root: FloatArray,
    tied: IntArray,
    score: FloatArray,
    information: FloatArray,
) -> None:
    """Score and information at the beta of the last call of `likelihood`, into the last two arguments."""
    hazard, ties = 0.0, 0
    for k in range(K):
        inverse, square, f_inverse, f_square, ff_square = 0.0, 0.0, 0.0, 0.0, 0.0
        if T0[k] > 0.0:
            part = 1.0 / d[k]
            for drawn in range(d[k]):
                f = drawn * part
                one = 1.0 / (S0[k] - f * T0[k])
                inverse += one
                square += one * one
                f_inverse += f * one
                f_square += f * one * one
                ff_square += f * f * one * one
            root[k] = np.sqrt(square)
            tied_share[ties] = f_square / root[k]
            tied_root[ties] = np.sqrt(max(ff_square - f_square * f_square / square, 0.0))
            tied[ties] = k
            ties += 1
        else:
            one = 1.0 / S0[k]
            inverse, root[k] = d[k] * one, np.sqrt(float(d[k])) * one
        hazard += inverse
        last = deaths_end[k]
        while last < begin[k + 1]:
            expected[last] = risk[last] * hazard
            last += 1
        for i in range(begin[k], deaths_end[k]):
            expected[i] = risk[i] * (hazard - f_inverse)
    for j in range(q):
        column, its_means = Z[j], means[j]
        total = 0.0
        for i in range(n):
            total += (dying[i] - expected[i]) * column[i]
        score[j] = total
    # Two columns at a time: each step of a running sum waits for the step before it.
    for j in range(0, q, 2):
        twin = min(j + 1, q - 1)
        column, other_column, its_means, twin_means = Z[j], Z[twin], means[j], means[twin]
        total, other_total = 0.0, 0.0
        running[n], second[n] = 0.0, 0.0
        for i in range(n - 1, -1, -1):
            total += risk[i] * column[i]
            other_total += risk[i] * other_column[i]
            running[i], second[i] = total, other_total
        for k in range(K):
            its_means[k] = running[begin[k]] * root[k]
            twin_means[k] = second[begin[k]] * root[k]
        for tie in range(ties):
            k = tied[tie]
            tied_sum = running[begin[k]] - running[deaths_end[k]]
            its_means[k] -= tied_sum * tied_share[tie]
            its_means[K + tie] = tied_sum * tied_root[tie]
            if twin > j:
                tied_sum = second[begin[k]] - second[deaths_end[k]]
                twin_means[k] -= tied_sum * tied_share[tie]
                twin_means[K + tie] = tied_sum * tied_root[tie]
    weighted = risk  # the risks are needed no more
    for j in range(q):
        column, a_means = Z[j], means[j]
        for i in range(n):
            weighted[i] = column[i] * expected[i]
        for other in range(j + 1):
            b, b_means = Z[other], means[other]
            gram, spread = 0.0, 0.0
            for i in range(n):
                gram += weighted[i] * b[i]
            for k in range(K + ties):
                spread += a_means[k] * b_means[k]
            information[j, other] = gram - spread
            information[other, j] = information[j, other]


@compiled
def maximise(
    Z: FloatArray,
    vectors: FloatArray,
    places: IntArray,
    blocks: FloatArray,
    means: FloatArray,
    small: FloatArray,
    matrices: FloatArray,
    q: int,
    n: int,
    K: int,
    beta: FloatArray,
    size: FloatArray,
    efron: bool,
    tolerance: float,
) -> tuple[int, float]:
    """Newton's method from beta, which becomes the maximum; its covariance is left in matrices[0].

    size: (q,) a diagonal of the information below rounding of which says that a column does not vary. The arrays
    before are those of `work_space`. UNDECIDED where the maximum is not reached
    within a few steps or the information cannot be inverted: the numpy reference then says why.
    """
    w, dying, risk, expected = vectors[0], vectors[1], vectors[2], vectors[3]
    running, second = vectors[4], vectors[5]
    begin, deaths_end, d, tied_blocks = places[0], places[1], places[2], places[4]
    S0, T0, root, share, tied = blocks[0], blocks[1], blocks[2], blocks[3], blocks[4]
    score, step, trial, scale = small[0], small[1], small[2], small[3]
    information, inverse = matrices[0], matrices[1]
    here = likelihood(Z, w, dying, begin, deaths_end, d, q, n, K, beta, efron, risk, running, S0, T0)
    if not np.isfinite(here):
        return UNDECIDED, 0.0
    for _ in range(MAX_ITERATIONS):
        derivatives(
            Z,
            dying,
            begin,
            deaths_end,
            d,
            q,
            n,
            K,
            risk,
            running,
            second,
            S0,
            T0,
            expected,
            means,
            root,
            share,
            tied,
            tied_blocks,
            score,
            information,
        )
        if not factorise(information, size, q, scale, inverse):
            return UNDECIDED, 0.0
        length = solve_scaled(inverse, scale, score, q, step)
        if not np.isfinite(length):
            return UNDECIDED, 0.0
        if length <= tolerance:
            for j in range(q):
                beta[j] += step[j]
            covariance(inverse, scale, q, information)
            return FITTED, here
        lowest = here - 1e-9 * abs(here)
        for halving in range(MAX_HALVINGS):
            for j in range(q):
                trial[j] = beta[j] + step[j]
            there = likelihood(
                Z, w, dying, begin, deaths_end, d, q, n, K, trial, efron, risk, running, S0, T0
            )
            if there >= lowest:
                break
            if halving == MAX_HALVINGS - 1:
                return UNDECIDED, 0.0
            for j in range(q):
                step[j] /= 2.0
        for j in range(q):
            beta[j] = trial[j]
        here = there
    return UNDECIDED, 0.0


@compiled
def work_space(
    p: int, m: int, K: int
) -> tuple[FloatArray, FloatArray, IntArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Z; vectors by patient; begin, deaths_end, d, rows drawn, tied blocks; numbers by block; means; (p,); (p, p)."""
    return (
        np.empty((p, m)),
        np.empty((6, m + 1)),
        np.empty((5, max(m, K) + 1), np.int64),
        np.empty((5, K + 1)),
        np.empty((p, 2 * K)),
        np.empty((4, p)),
        np.empty((2, p, p)),
    )


@compiled
def bootstrap(
    X: FloatArray,
    counts: IntArray,
    starts: IntArray,
    death_ends: IntArray,
    start: FloatArray,
    variance: FloatArray,
    efron: bool,
    tolerance: float,
    status: IntArray,
    coefficients: FloatArray,
) -> None:
    """Fit each replicate; counts: (R, m) in the order of X; status: (R,), coefficients: (R, p) are written."""
    p, m = X.shape
    K = len(death_ends)
    Z, vectors, places, blocks, means, small, matrices = work_space(p, m, K)
    beta, size = np.empty(p), np.empty(p)
    for r in range(len(counts)):
        n, n_blocks = resample(
            X,
            counts[r],
            starts,
            death_ends,
            Z,
            vectors[0],
            vectors[1],
            places[0],
            places[1],
            places[2],
            places[3],
        )
        status[r] = UNDECIDED
        if n_blocks == 0:
            continue
        events = 0
        for k in range(n_blocks):
            events += places[2, k]
        for j in range(p):
            beta[j], size[j] = start[j], variance[j] * events
        status[r], _ = maximise(
            Z, vectors, places, blocks, means, small, matrices, p, n, n_blocks, beta, size, efron, tolerance
        )
        for j in range(p):
            coefficients[r, j] = beta[j]
