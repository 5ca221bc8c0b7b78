"""The distinct follow-up times and everybody's row among them: the first step of every count over time.

Sorting a million times takes longer than everything that is counted afterwards. Most follow-up stands on a coarse
grid, whole days or months with a decimal; there counting does what sorting would.
"""

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.times import FloatArray, tie_tolerance

Rows = NDArray[np.intp]

# Whole units, one and two decimals, and days divided by the days of a mean month or year.
_STEPS_PER_UNIT = (1.0, 10.0, 100.0, 30.4375, 365.25)
# Fewer times than this are sorted in less than a millisecond.
_MANY = 10_000


def distinct_times(times: FloatArray) -> tuple[FloatArray, Rows]:
    """The distinct times in order, floating-point noise tied, and for each of `times` its row among them.

    `times`: shape (n,), finite and >= 0. The same as `np.unique(tie_times(times), return_inverse=True)`, which it is
    checked against, but in one sort, or in none when all times are exactly multiples of a coarse step.
    """
    counted = _on_a_grid(times) if len(times) >= _MANY else None
    if counted is not None:
        return counted
    distinct, row = np.unique(times, return_inverse=True)
    tied = np.diff(distinct) <= tie_tolerance(distinct)
    if not tied.any():
        return distinct, row
    first = np.concatenate(([True], ~tied))
    return distinct[first], (np.cumsum(first) - 1)[row]


def _on_a_grid(times: FloatArray) -> tuple[FloatArray, Rows] | None:
    some, largest = times[:1_000], float(times.max())
    for per_unit in _STEPS_PER_UNIT:
        if largest * per_unit > len(times) or not _whole(some, per_unit):
            continue
        scaled = times * per_unit
        np.rint(scaled, out=scaled)
        steps = scaled.astype(np.intp)
        scaled /= per_unit
        if not np.array_equal(scaled, times):
            continue
        present = np.flatnonzero(np.bincount(steps))
        distinct = present / per_unit
        if np.min(np.diff(distinct), initial=np.inf) <= tie_tolerance(distinct):
            return None
        if len(present) == present[-1] + 1:
            return distinct, steps
        row = np.zeros(present[-1] + 1, dtype=np.intp)
        row[present] = np.arange(len(present))
        return distinct, row[steps]
    return None


def _whole(times: FloatArray, per_unit: float) -> bool:
    return bool(np.array_equal(np.rint(times * per_unit) / per_unit, times))
