"""Follow-up times: what a valid one is, and when two of them are the same."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))


def validate_survival(time: ArrayLike, event: ArrayLike) -> tuple[FloatArray, BoolArray]:
    """Return times as floats and events as booleans, or refuse what is not survival data.

    `time`: shape (n,), finite and >= 0. `event`: shape (n,), 1 or True for an event, 0 or False for censored.
    Nothing is dropped or filled in: a missing value is an error here, because whoever calls must have counted
    it. Raises `ValueError`. n = 0 is valid; each estimator says what it makes of it.
    """
    times = _one_column(time, "time")
    codes = _one_column(event, "event")
    if len(times) != len(codes):
        raise ValueError(
            f"time has {len(times)} values and event has {len(codes)}; each patient needs one of each"
        )
    if (negative := times < 0).any():
        at = int(negative.argmax())
        raise ValueError(f"time[{at}] is {times[at]:g}; a follow-up time is never below 0")
    events = codes == 1
    if (other := ~events & (codes != 0)).any():
        at = int(other.argmax())
        raise ValueError(f"event[{at}] is {codes[at]:g}; an event is coded 1 and censoring 0")
    return times, events


def validate_weights(weights: ArrayLike, n: int) -> FloatArray:
    """Return case weights as floats: shape (n,), finite, > 0; raises `ValueError`."""
    values = _one_column(weights, "weights")
    if len(values) != n:
        raise ValueError(f"weights has {len(values)} values and time has {n}; each patient needs one of each")
    wrong = np.flatnonzero(values <= 0)
    if wrong.size:
        raise ValueError(f"weights[{wrong[0]}] is {values[wrong[0]]:g}; leave out patients without weight")
    return values


def validate_entry(entry: ArrayLike, time: FloatArray) -> FloatArray:
    """Return entry times as floats: shape (n,), finite, each before the patient's own time; `ValueError`."""
    values = _one_column(entry, "entry")
    if len(values) != len(time):
        raise ValueError(
            f"entry has {len(values)} values and time has {len(time)}; each patient needs one of each"
        )
    late = np.flatnonzero(values >= time)
    if late.size:
        at = late[0]
        raise ValueError(
            f"entry[{at}] is {values[at]:g} and time[{at}] is {time[at]:g}; entry must come first"
        )
    return values


def tie_times(time: ArrayLike) -> FloatArray:
    """Give times that differ only by floating-point noise the same value, the smallest of them.

    Two neighbouring distinct times are one when they lie within 1.5e-8 (the square root of the machine
    epsilon), absolutely or relative to the mean absolute distinct time. This is how R's survival treats
    times computed by subtraction (its `timefix`), so that 0.1 + 0.2 and 0.3 are tied. Real ties are never
    broken. Entry times must be tied together with the exit times: pass them concatenated.

    `time`: any shape, finite; the same shape comes back. Checked against: R survival `aeqSurv`.
    """
    times = np.asarray(time, dtype=np.float64)
    ordered = np.sort(times, axis=None)
    if not ordered.size:
        return times
    gaps = ordered[1:] - ordered[:-1]
    # No tolerance is larger than that of the largest absolute value, and few data come near it.
    if not ((gaps > 0.0) & (gaps <= _TOLERANCE * max(1.0, -float(ordered[0]), float(ordered[-1])))).any():
        return times
    distinct = ordered[np.concatenate(([True], gaps > 0.0))]
    tied = np.diff(distinct) <= tie_tolerance(distinct)
    if not tied.any():
        return times
    kept = distinct[np.concatenate(([True], ~tied))]
    merged: FloatArray = kept[np.searchsorted(kept, times, side="right") - 1]
    return merged


def tie_tolerance(distinct: FloatArray) -> float:
    """The largest difference between two of these distinct times that counts as floating-point noise."""
    return _TOLERANCE * max(1.0, float(np.mean(np.abs(distinct)))) if distinct.size else 0.0


def _one_column(values: ArrayLike, name: str) -> FloatArray:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"{name} has {column.ndim} dimensions; it must be one column of numbers")
    if not (finite := np.isfinite(column)).all():
        at = int(finite.argmin())
        raise ValueError(f"{name}[{at}] is {column[at]}; every value must be a finite number")
    return column
