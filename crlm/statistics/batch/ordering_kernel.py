"""Compiled: patients sorted by the last event they are still at risk at, from patients sorted by time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]


@compiled
def order_sorted(
    time: FloatArray,
    event: NDArray[np.bool_],
    by_time: IntArray,
    tolerance: float,
    rows: IntArray,
    starts: IntArray,
    death_ends: IntArray,
) -> int:
    """Write the arrays of `ordering.Ordering`, each with room for n + 1; returns K, the number of event times.

    by_time: (n,) rows by time. Times closer than `tolerance` of the mean different time are tied, as in `tie_times`.
    """
    n = len(by_time)
    starts[0] = 0
    if n == 0:
        return 0
    total, different = time[by_time[0]], 1
    for i in range(1, n):
        if time[by_time[i]] != time[by_time[i - 1]]:
            total += time[by_time[i]]
            different += 1
    noise = tolerance * max(1.0, total / different)
    K, m, begin = 0, 0, 0
    while begin < n:
        end, d = begin, 0
        while True:
            d += event[by_time[end]]
            end += 1
            if end == n or time[by_time[end]] - time[by_time[end - 1]] > noise:
                break
        if d > 0:
            starts[K] = m
            for i in range(begin, end):
                if event[by_time[i]]:
                    rows[m] = by_time[i]
                    m += 1
            death_ends[K] = m
            K += 1
        if K > 0:  # before the first event nobody is at risk of one
            for i in range(begin, end):
                if not event[by_time[i]]:
                    rows[m] = by_time[i]
                    m += 1
        begin = end
    starts[K] = m
    return K
