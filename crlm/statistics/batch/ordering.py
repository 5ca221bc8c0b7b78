"""Patients sorted once by the last event they are still at risk at, for any number of fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.times import BoolArray, FloatArray

IntArray = NDArray[np.int64]
TIE_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))  # of `tie_times`


@dataclass(frozen=True, eq=False, repr=False)
class Ordering:
    """The m patients at risk at one or more of K event times.

    rows: (m,) their places in the caller's arrays, by last event time survived to, those with the event there first.
    starts: (K + 1,) the first patient of each time; death_ends: (K,) the first who leaves without the event.
    """

    rows: IntArray
    starts: IntArray
    death_ends: IntArray


def order_by_event(time: FloatArray, event: BoolArray) -> Ordering:
    """Sort patients; ties must be exact (`tie_times`). Without events all arrays are empty but `starts`: [0]."""
    event_time = np.unique(time[event])
    last = np.searchsorted(event_time, time, side="right") - 1
    key = 2 * last + ~event
    ever = np.flatnonzero(last >= 0)
    short = key[ever].astype(np.int16) if 2 * len(event_time) < 2**15 else key[ever]  # sorted by counting
    rows = ever[np.argsort(short, kind="stable")]
    size = np.bincount(last[ever], minlength=len(event_time))
    starts = np.concatenate(([0], np.cumsum(size)))
    deaths = np.bincount(last[event], minlength=len(event_time))
    return Ordering(rows, starts, starts[:-1] + deaths)


def order_by_event_compiled(time: FloatArray, event: BoolArray) -> Ordering:
    """The same from times as given, whose ties it makes exact itself; needs numba."""
    from crlm.statistics.batch.ordering_kernel import order_sorted

    n = len(time)
    rows, starts, death_ends = (np.empty(n + 1, dtype=np.int64) for _ in range(3))
    K = order_sorted(time, event, np.argsort(time), TIE_TOLERANCE, rows, starts, death_ends)
    return Ordering(rows[: starts[K]], starts[: K + 1], death_ends[:K])
