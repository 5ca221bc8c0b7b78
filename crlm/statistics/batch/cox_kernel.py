"""Compiled: Cox models of resampled patients, each from counts, without sorting again.

The sums are those of `crlm.statistics.cox.likelihood`. Covariates are kept by column, (p, n), so that every inner
loop runs over patients. A patient drawn c times counts c times, also among tied deaths: the denominators of
Efron's method are those of the data with repeated rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled, compiled_in_order
from crlm.statistics.batch.exponential_kernel import exponentials
from crlm.statistics.batch.linear_kernel import covariance, factorise, solve_scaled
from crlm.statistics.batch.resample_kernel import largest_number_of_events, resample, work_space
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]

FITTED, UNDECIDED = 0, 1
MAX_ITERATIONS = 16
MAX_HALVINGS = 10
SMALLEST = 1e-140
TOGETHER = 16  # ratios multiplied before the logarithm of their product is taken
# A step of this squared length is followed by steps with the same information, which cost half, as long as each is
# much shorter than the one before (where the likelihood rises for ever, none is), until the next would be negligible.
NEAR, MAX_NEAR, CONTRACTION, NEGLIGIBLE = 1e-4, 4, 0.01, 1e-20


@compiled_in_order  # a sum with all its steps kept is slower where it may be reordered
def sum_back(risk: FloatArray, n: int, running: FloatArray) -> None:
    """running: (n + 1,) sums from one patient to the last."""
    total = 0.0
    running[n] = 0.0
    for i in range(n - 1, -1, -1):
        total += risk[i]
        running[i] = total


@compiled_in_order
def sum_four_back(
    risk: FloatArray, a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray, n: int, running: FloatArray
) -> None:
    """running: (n + 1, 4) such sums of the risk times each of four columns."""
    s, t, u, v = 0.0, 0.0, 0.0, 0.0
    running[n, 0], running[n, 1], running[n, 2], running[n, 3] = s, t, u, v
    for i in range(n - 1, -1, -1):
        r = risk[i]
        s += r * a[i]
        t += r * b[i]
        u += r * c[i]
        v += r * d[i]
        running[i, 0], running[i, 1], running[i, 2], running[i, 3] = s, t, u, v


@compiled
def likelihood(
    Z: FloatArray,
    vectors: FloatArray,
    places: IntArray,
    blocks: FloatArray,
    events: FloatArray,
    observed: FloatArray,
    q: int,
    n: int,
    K: int,
    D: int,
    beta: FloatArray,
    first: bool,
) -> float:
    """The log-likelihood at beta less that at the first beta (so called); -inf where it is no number or too far away.

    Left are the sums that `score_at` and `information_at` go on from.
    """
    w, risk, running = vectors[0], vectors[1], vectors[3]
    begin, deaths_end, block, exponents = places[0], places[1], places[6], places[7]
    S0, T0 = blocks[0], blocks[1]
    f, inverse, reference = events[0], events[1], events[2]
    for i in range(n):
        risk[i] = 0.0
    for j in range(q):
        b, column = beta[j], Z[j]
        for i in range(n):
            risk[i] += b * column[i]
    exponentials(risk, n, exponents, risk)
    for i in range(n):
        risk[i] *= w[i]
    sum_back(risk, n, running)
    for k in range(K):
        S0[k] = running[begin[k]]
        T0[k] = S0[k] - running[deaths_end[k]]
    least, most = np.inf, S0[0]
    for e in range(D):
        denominator = S0[block[e]] - f[e] * T0[block[e]]
        least = denominator if denominator < least else least
        inverse[e] = 1.0 / denominator
    if not (least > SMALLEST and most < 1.0 / SMALLEST):
        return -np.inf
    gained = 0.0
    for j in range(q):
        gained += beta[j] * observed[j]
    if first:
        for e in range(D):
            reference[e] = 1.0 / inverse[e]
        blocks[5, 0] = gained
        return 0.0
    gained -= blocks[5, 0]
    for some in range(0, D, TOGETHER):
        product = 1.0
        for e in range(some, min(some + TOGETHER, D)):
            product *= inverse[e] * reference[e]
        if not 1e-290 < product < 1e290:
            return -np.inf
        gained += np.log(product)
    return float(gained)


@compiled
def score_at(
    Z: FloatArray,
    vectors: FloatArray,
    places: IntArray,
    blocks: FloatArray,
    events: FloatArray,
    observed: FloatArray,
    q: int,
    n: int,
    K: int,
    efron: bool,
    score: FloatArray,
) -> int:
    """Score at the beta of the last call of `likelihood`, and what the information needs.

    Left are the expected events of each patient, and per block k the numbers with which the information is less the
    squares of root S - share T and of rest T (S, T: sums of risk times x over the risk set and the dying). The latter
    only of blocks with tied deaths, whose number is returned.
    """
    risk, expected = vectors[1], vectors[2]
    begin, deaths_end, d, tied = places[0], places[1], places[2], places[4]
    root, share, rest = blocks[2], blocks[3], blocks[4]
    f, inverses = events[0], events[1]
    hazard, ties, e = 0.0, 0, 0
    for k in range(K):
        removed = 0.0
        if d[k] == 1:
            inverse = inverses[e]
            root[k] = inverse
        else:
            inverse, square, f_square, ff_square = 0.0, 0.0, 0.0, 0.0
            for drawn in range(e, e + d[k]):
                one, its_f = inverses[drawn], f[drawn]
                inverse += one
                removed += its_f * one
                square += one * one
                f_square += its_f * one * one
                ff_square += its_f * its_f * one * one
            root[k] = np.sqrt(square)
            if efron:
                share[ties] = f_square / root[k]
                rest[ties] = np.sqrt(max(ff_square - f_square * f_square / square, 0.0))
                tied[ties] = k
                ties += 1
        hazard, e = hazard + inverse, e + d[k]
        for i in range(begin[k], deaths_end[k]):
            expected[i] = hazard - removed
        for i in range(deaths_end[k], begin[k + 1]):
            expected[i] = hazard
    for i in range(n):
        expected[i] *= risk[i]
    for j in range(q):
        column = Z[j]
        total = 0.0
        for i in range(n):
            total += expected[i] * column[i]
        score[j] = observed[j] - total
    return ties


@compiled
def information_at(
    Z: FloatArray,
    vectors: FloatArray,
    places: IntArray,
    blocks: FloatArray,
    running: FloatArray,
    q: int,
    n: int,
    K: int,
    ties: int,
    information: FloatArray,
) -> None:
    """Information after `score_at`.

    Behind the n patients of each column stand its K + ties means, so that an entry is one long sum of products, the
    means taken negative on one side.
    """
    risk, expected, one, two = vectors[1], vectors[2], vectors[4], vectors[5]
    begin, deaths_end, tied = places[0], places[1], places[4]
    root, share, rest = blocks[2], blocks[3], blocks[4]
    for j in range(0, q, 4):  # several at a time: each step of a running sum waits for the step before it
        a, b, c = min(j + 1, q - 1), min(j + 2, q - 1), min(j + 3, q - 1)
        sum_four_back(risk, Z[j], Z[a], Z[b], Z[c], n, running)
        Z_j, Z_a, Z_b, Z_c = Z[j, n:], Z[a, n:], Z[b, n:], Z[c, n:]
        for k in range(K):
            there, factor = running[begin[k]], root[k]
            Z_c[k], Z_b[k], Z_a[k], Z_j[k] = (
                there[3] * factor,
                there[2] * factor,
                there[1] * factor,
                there[0] * factor,
            )
        for tie in range(ties):
            k = tied[tie]
            there, behind = running[begin[k]], running[deaths_end[k]]
            less, more = share[tie], rest[tie]
            for t in range(min(4, q - j)):
                tied_sum = there[t] - behind[t]
                Z[j + t, n + k] -= tied_sum * less
                Z[j + t, n + K + tie] = tied_sum * more
    length = n + K + ties
    for j in range(0, q, 2):
        i = min(j + 1, q - 1)
        Z_j, Z_i = Z[j], Z[i]
        for t in range(n):
            one[t] = Z_j[t] * expected[t]
            two[t] = Z_i[t] * expected[t]
        for t in range(n, length):
            one[t] = -Z_j[t]
            two[t] = -Z_i[t]
        for k in range(0, j + 1, 2):
            h = min(k + 1, q - 1)
            Z_k, Z_h = Z[k], Z[h]
            jk, jh, ik, ih = 0.0, 0.0, 0.0, 0.0
            for t in range(length):
                jk += one[t] * Z_k[t]
                jh += one[t] * Z_h[t]
                ik += two[t] * Z_k[t]
                ih += two[t] * Z_h[t]
            information[j, k], information[k, j] = jk, jk
            information[j, h], information[h, j] = jh, jh
            information[i, k], information[k, i] = ik, ik
            information[i, h], information[h, i] = ih, ih


@compiled
def maximise(
    Z: FloatArray,
    vectors: FloatArray,
    places: IntArray,
    blocks: FloatArray,
    events: FloatArray,
    running: FloatArray,
    small: FloatArray,
    matrices: FloatArray,
    observed: FloatArray,
    q: int,
    n: int,
    K: int,
    D: int,
    beta: FloatArray,
    size: FloatArray,
    efron: bool,
    tolerance: float,
    with_covariance: bool,
) -> int:
    """Newton's method from beta, which becomes the maximum; its covariance is left in matrices[0] where asked for.

    size: (q,) a diagonal of the information below rounding of which says that a column does not vary. tolerance: of
    the squared length of the last step in standard errors. The arrays before are those of `work_space`. UNDECIDED
    where the maximum is not reached within a few steps or the information cannot be inverted: the numpy reference
    then says why.
    """
    score, step, trial, scale = small[0], small[1], small[2], small[3]
    information, inverse = matrices[0], matrices[1]
    here = likelihood(Z, vectors, places, blocks, events, observed, q, n, K, D, beta, True)
    if not np.isfinite(here):
        return UNDECIDED
    for _ in range(MAX_ITERATIONS):
        ties = score_at(Z, vectors, places, blocks, events, observed, q, n, K, efron, score)
        information_at(Z, vectors, places, blocks, running, q, n, K, ties, information)
        if not factorise(information, size, q, scale, inverse):
            return UNDECIDED
        length = solve_scaled(inverse, scale, score, q, step)
        if not np.isfinite(length):
            return UNDECIDED
        if length <= tolerance:
            for j in range(q):
                beta[j] += step[j]
            if with_covariance:
                covariance(inverse, scale, q, information)
            return FITTED
        far = length
        for halving in range(MAX_HALVINGS):
            for j in range(q):
                trial[j] = beta[j] + step[j]
            there = likelihood(Z, vectors, places, blocks, events, observed, q, n, K, D, trial, False)
            if there >= here - 1e-9 * D:
                break
            if halving == MAX_HALVINGS - 1:
                return UNDECIDED
            for j in range(q):
                step[j] /= 2.0
        for j in range(q):
            beta[j] = trial[j]
        here = there
        if with_covariance or far > NEAR:
            continue
        for _ in range(MAX_NEAR):
            score_at(Z, vectors, places, blocks, events, observed, q, n, K, efron, score)
            length = solve_scaled(inverse, scale, score, q, step)
            if not length < CONTRACTION * far:
                break
            for j in range(q):
                beta[j] += step[j]
            if length * length <= NEGLIGIBLE * far:  # the next step would be shorter in the same proportion
                return FITTED
            far = length
            here = likelihood(Z, vectors, places, blocks, events, observed, q, n, K, D, beta, False)
            if not np.isfinite(here):
                return UNDECIDED
    return UNDECIDED


@compiled
def bootstrap(
    X: FloatArray,
    died: FloatArray,
    rows: IntArray,
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
    """Fit each replicate; counts: (R, n) in the caller's order; status: (R,), coefficients: (R, p) are written."""
    p, m = X.shape
    most = largest_number_of_events(rows, counts, died)
    Z, vectors, places, blocks, events, running, small, matrices = work_space(p, m, len(death_ends), most)
    size, observed = np.empty(p), small[4]
    for r in range(len(counts)):
        n, K, D = resample(
            X, died, rows, counts[r], starts, death_ends, efron, Z, vectors, places, events, observed
        )
        status[r] = UNDECIDED
        if D == 0:
            continue
        beta = coefficients[r]
        for j in range(p):
            beta[j], size[j] = start[j], variance[j] * D
        status[r] = maximise(
            Z, vectors, places, blocks, events, running, small, matrices, observed, p, n, K, D, beta, size,
            efron, tolerance, False,
        )  # fmt: skip
