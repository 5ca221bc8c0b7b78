"""Compiled: backward elimination by Wald tests in resampled patients."""

from __future__ import annotations

from math import erfc
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.batch.cox_kernel import FITTED, UNDECIDED, maximise
from crlm.statistics.batch.resample_kernel import largest_number_of_events, resample, work_space
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]


@compiled
def bootstrap_elimination(
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
    threshold: float,
    inclusive: bool,
    always: IntArray,
    status: IntArray,
    selected: IntArray,
    coefficients: FloatArray,
) -> None:
    """As `cox_kernel.bootstrap`, and then drop the column with the largest p until all pass; selected: (R, p)."""
    p, m = X.shape
    most = largest_number_of_events(rows, counts, died)
    Z, vectors, places, blocks, events, running, small, matrices = work_space(p, m, len(death_ends), most)
    beta, size, column, observed = np.empty(p), np.empty(p), np.empty(p, np.int64), small[4]
    for r in range(len(counts)):
        n, K, D = resample(
            X, died, rows, counts[r], starts, death_ends, efron, Z, vectors, places, events, observed
        )
        status[r] = UNDECIDED
        if D == 0:
            continue
        for j in range(p):
            beta[j], size[j], column[j] = start[j], variance[j] * D, j
        q = p
        while q > 0:
            status[r] = maximise(
                Z, vectors, places, blocks, events, running, small, matrices, observed, q, n, K, D, beta, size,
                efron, tolerance, True,
            )  # fmt: skip
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
                observed[j] = observed[j + 1]
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
