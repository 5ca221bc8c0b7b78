"""Compiled: backward elimination by Wald tests in resampled patients."""

from __future__ import annotations

from math import erfc
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.batch.cox_kernel import FITTED, UNDECIDED, maximise, resample, work_space
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]


@compiled
def bootstrap_elimination(
    X: FloatArray,
    counts: IntArray,
    starts: IntArray,
    death_ends: IntArray,
    start: FloatArray,
    variance: FloatArray,
    efron: bool,
    tolerance: float,
    threshold: float,
    inclusive: bool,
    always: IntArray,
    status: IntArray,
    selected: IntArray,
    coefficients: FloatArray,
) -> None:
    """As `cox_kernel.bootstrap`, and then drop the column with the largest p until all pass; selected: (R, p)."""
    p, m = X.shape
    K = len(death_ends)
    Z, vectors, places, blocks, means, small, matrices = work_space(p, m, K)
    beta, size, column = np.empty(p), np.empty(p), np.empty(p, np.int64)
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
            beta[j], size[j], column[j] = start[j], variance[j] * events, j
        q = p
        while q > 0:
            status[r], _ = maximise(
                Z,
                vectors,
                places,
                blocks,
                means,
                small,
                matrices,
                q,
                n,
                n_blocks,
                beta,
                size,
                efron,
                tolerance,
            )
            if status[r] != FITTED:
                break
            worst = worst_column(beta, matrices[0], column, always, q)
            if worst < 0:
                break
            z2 = beta[worst] ** 2 / matrices[0][worst, worst]
            chance = erfc(np.sqrt(z2 / 2.0))
            if chance < threshold or (inclusive and chance == threshold):
                break
            # The estimates of the others once this one is 0, if the likelihood were a parabola.
            removed = beta[worst] / matrices[0][worst, worst]
            for j in range(q):
                beta[j] -= matrices[0][j, worst] * removed
            q -= 1
            for j in range(worst, q):
                beta[j], size[j], column[j] = beta[j + 1], size[j + 1], column[j + 1]
                for i in range(n):
                    Z[j, i] = Z[j + 1, i]
        if status[r] == UNDECIDED:
            continue
        for j in range(q):
            selected[r, column[j]] = 1
            coefficients[r, column[j]] = beta[j]


@compiled
def worst_column(beta: FloatArray, variance: FloatArray, column: IntArray, always: IntArray, q: int) -> int:
    """The free column with the smallest squared z, the last of equals; -1 when none is free."""
    worst, lowest = -1, np.inf
    for j in range(q):
        z2 = beta[j] * beta[j] / variance[j, j]
        if always[column[j]] == 0 and z2 <= lowest:
            worst, lowest = j, z2
    return worst
