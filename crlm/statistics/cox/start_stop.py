"""Rows for covariates that change with time: one per patient and stretch of time in which they stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.times import (
    BoolArray,
    FloatArray,
    tie_times,
    validate_entry,
    validate_survival,
)


@dataclass(frozen=True, eq=False)
class StartStop:
    """Rows (m,) in order of patient and time, for `cox(time, event, ..., entry=entry, patient=row)`.

    row: the patient's place in the arrays that were split, to look covariates up with. after: whether the change
    has happened.
    """

    row: IntArray
    entry: FloatArray
    time: FloatArray
    event: BoolArray
    after: BoolArray


def split_at(
    time: ArrayLike, event: ArrayLike, change: ArrayLike, *, entry: ArrayLike | None = None
) -> StartStop:
    """Split each patient's follow-up where something happens to the patient, such as a treatment that starts late.

    Counting the time before it to the treated is the immortal-time bias; the rows say what was known when. time,
    event: as for `cox`. change: (n,) when it happens, on the same clock, inf for never. The change counts *after*
    its time: who has the event on the very day has it unchanged, as in R's `tmerge`. entry: (n,); without it
    patients are at risk from the beginning, which is written as 0, or as -1 where there are times of 0. Times that
    differ by floating-point noise are the same. Raises `ValueError`, also for a missing change.

    Checked against: R `tmerge` with `tdc` (tests/golden/cox_more.json).
    """
    times, events = validate_survival(time, event)
    n = len(times)
    changes = np.asarray(change, dtype=np.float64)
    if changes.shape != (n,):
        raise ValueError(
            f"change has shape {changes.shape} and time has {n} values; each patient needs one of each"
        )
    wrong = np.flatnonzero(np.isnan(changes) | (changes == -np.inf))
    if wrong.size:
        raise ValueError(
            f"change[{wrong[0]}] is {changes[wrong[0]]}; give the time, or inf where it never happens"
        )
    if entry is None:
        begin = np.full(n, 0.0 if times.all() else -1.0)
    else:
        begin = validate_entry(entry, times)
    happens = np.isfinite(changes)
    tied = tie_times(np.concatenate((times, begin, changes[happens])))
    times, begin = tied[:n], tied[n : 2 * n]
    at = np.full(n, np.inf)
    at[happens] = tied[2 * n :]
    during = np.flatnonzero((at > begin) & (at < times))
    row = np.concatenate((np.arange(n), during))
    start, stop = np.concatenate((begin, at[during])), np.concatenate((times, times[during]))
    stop[during] = at[during]
    ends = np.concatenate((events, events[during]))
    ends[during] = False
    order = np.lexsort((start, row))
    row, start = row[order], start[order]
    return StartStop(row, start, stop[order], ends[order], start >= at[row])
