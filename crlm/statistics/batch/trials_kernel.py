"""Compiled: the log-rank test and Cox's model of two arms in each of many trials."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.batch.univariable_kernel import maximise
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]


@compiled
def trials(
    keys: IntArray, tolerance: float, efron: bool, status: IntArray, result: FloatArray, log_rank: FloatArray
) -> None:
    """Cox and log-rank of two arms in each trial.

    keys: (R, n) sorted along the rows: the bits of a time, the lowest two replaced by 2 event + arm. result: (R,
    3) as in `maximise`; log_rank: (R, 4) O - E and its variance, observed in arm 1 and in all.
    """
    R, n = keys.shape
    counts, all_at_zero, at_zero = np.zeros((2, n)), np.empty(n), np.empty(n)
    values, nothing, nobody = np.array([0.0, 1.0]), np.empty(0), np.empty(0, np.int64)
    no_table = np.empty((0, 0))
    for r in range(R):
        time = (keys[r] & ~3).view(np.float64)
        total, different = time[0], 1
        for i in range(1, n):
            if time[i] != time[i - 1]:
                total += time[i]
                different += 1
        noise = tolerance * max(1.0, total / different)
        here0, here1 = 0, 0
        D, i = 0, n - 1
        observed, expected, variance = 0.0, 0.0, 0.0
        while i >= 0:  # from the last time down, blocks of the same time
            d0, d1 = 0, 0
            while True:
                arm, event = keys[r, i] & 1, (keys[r, i] >> 1) & 1
                here1 += arm
                here0 += 1 - arm
                d1 += event * arm
                d0 += event * (1 - arm)
                i -= 1
                if i < 0 or time[i + 1] - time[i] > noise:
                    break
            d = d0 + d1
            if d > 0:
                everybody = here0 + here1
                share = here1 / everybody
                observed += d1
                expected += d * share
                if everybody > 1:
                    variance += d * share * (1.0 - share) * (everybody - d) / (everybody - 1.0)
                for drawn in range(d):
                    f = drawn / d if efron else 0.0
                    counts[1, D], all_at_zero[D] = here1 - f * d1, everybody - f * d
                    D += 1
        for e in range(D):
            at_zero[e] = 1.0 / all_at_zero[e]
        log_rank[r, 0], log_rank[r, 1] = observed - expected, variance
        log_rank[r, 2], log_rank[r, 3] = observed, D
        status[r] = maximise(
            nothing, 0, 1.0, values, 2, counts, nobody, nobody, nothing, all_at_zero, at_zero, D, observed, D * 0.25,
            nobody, nothing, no_table, no_table, result[r],
        )  # fmt: skip
