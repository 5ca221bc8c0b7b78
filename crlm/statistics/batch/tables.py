"""Times as whole numbers: a table of times needs no sorting where they lie on a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.batch.engine import spread
from crlm.statistics.times import FloatArray, tie_times, tie_tolerance, validate_survival

MOST_CELLS = 1 << 20
_SCALES = (1.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True, eq=False, repr=False)
class Keys:
    """Each row's time as a number of `values`, which ascend; not every value need occur."""

    keys: NDArray[np.int32]
    values: FloatArray


def time_keys(time: ArrayLike, event: ArrayLike, threads: int) -> tuple[Keys, NDArray[np.int8]]:
    """Number the times, and check times and events; `ValueError` as `validate_survival`.

    Times that are whole numbers, tenths, hundredths or thousandths up to `MOST_CELLS` of them are numbered in one
    pass; others are sorted.
    """
    from crlm.statistics.batch.large_kernel import grid_keys

    times = np.ascontiguousarray(time, dtype=np.float64)
    codes = np.asarray(event)
    if times.ndim != 1 or codes.shape != times.shape or codes.dtype.kind not in "biu":
        times, checked = validate_survival(time, event)
        codes = checked
    events = codes.astype(np.int8, copy=False)
    if codes.dtype.kind in "iu" and codes.dtype.itemsize > 1 and np.any((codes < 0) | (codes > 1)):
        validate_survival(time, event)
    n = len(times)
    keys = np.empty(n, dtype=np.int32)
    largest = float(times.max(initial=0.0)) if n else 0.0
    for scale in _SCALES:
        if not largest * scale < MOST_CELLS:
            break
        if grid_keys(times[:1000], scale, MOST_CELLS, keys):
            continue
        answers: list[int] = []

        def part(begin: int, end: int, scale: float = scale, answers: list[int] = answers) -> None:
            answers.append(int(grid_keys(times[begin:end], scale, MOST_CELLS, keys[begin:end])))

        spread(part, n, threads, least=50_000)
        if 2 in answers:
            validate_survival(time, event)
        values = np.arange(int(largest * scale) + 2) / scale
        if not any(answers) and 1.0 / scale > 2.0 * tie_tolerance(values):
            return Keys(keys, values), events
    validate_survival(time, event)
    values, position = np.unique(tie_times(times), return_inverse=True)
    return Keys(position.astype(np.int32), values), events


def counts_by_time(
    table: Keys, event: NDArray[np.int8], group: NDArray[np.int32], k: int, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many leave, and how many of them with the event, by time and group: (values, k) each."""
    from crlm.statistics.batch.large_kernel import count_table

    size, n = len(table.values), len(event)
    # Whole numbers add up to the same whatever the order, so that each thread may have a table of its own.
    parts = max(1, min(threads, n // 50_000)) if size * k < MOST_CELLS else 1
    leaving, failing = np.zeros((parts, size, k), dtype=np.int64), np.zeros((parts, size, k), dtype=np.int64)
    wrong: list[Any] = []

    def work(begin: int, end: int) -> None:
        for part in range(begin, end):
            rows = slice(n * part // parts, n * (part + 1) // parts)
            if count_table(table.keys[rows], event[rows], group[rows], leaving[part], failing[part]):
                wrong.append(part)

    spread(work, parts, threads)
    if wrong:
        raise ValueError("event holds something other than 0 and 1; an event is coded 1 and censoring 0")
    return leaving.sum(axis=0), failing.sum(axis=0)
