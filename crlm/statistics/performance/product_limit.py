"""Product-limit curves with what each patient contributes to them, and the weights that make up for censoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.times import BoolArray, FloatArray, tie_times, validate_survival

IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class FollowUp:
    """Time and event (n,), noise in the times tied; distinct: (m,) sorted times; row: (n,) place in `distinct`."""

    time: FloatArray
    event: BoolArray
    distinct: FloatArray
    row: IntArray

    def rows_until(self, at: float) -> int:
        """How many distinct times are at or before this one; a difference by floating-point noise is none."""
        tied = tie_times(np.append(self.distinct, at))
        return int(np.searchsorted(tied[:-1], tied[-1], side="right"))


@dataclass(frozen=True, slots=True, eq=False)
class ProductLimit:
    """A Kaplan-Meier curve as its factors, one per distinct time, and the derivatives of its logarithm.

    factor: (m,) 1 - d / Y, with Y at risk and d who leave by the outcome. The derivative of log S by the weight
    of patient k is the sum of `gain` = d / (Y (Y - d)) over the rows up to `last`[k], at which k is at risk,
    less `loss` = 1 / (Y - d) at the own time when the outcome is k's own (`own`).
    """

    factor: FloatArray
    gain: FloatArray
    loss: FloatArray
    row: IntArray
    last: IntArray
    own: BoolArray

    def up_to(self, rows: IntArray | int) -> FloatArray:
        """The curve after so many distinct times: 0 gives 1."""
        heights = np.append(1.0, np.cumprod(self.factor))
        return np.asarray(heights[rows], dtype=np.float64)

    def influence(self, gradient: FloatArray, rows: IntArray) -> FloatArray:
        """The derivative, by the weight of each patient, of a statistic that depends on heights of the curve.

        gradient: (q,) its derivatives by log S after the first `rows` (q,) distinct times. Shape (n,).
        """
        at_row = np.bincount(rows, gradient, minlength=len(self.factor) + 1)
        later = np.cumsum(at_row[::-1])[::-1][1:]  # of all heights that contain a row's factor
        gained = np.append(0.0, np.cumsum(later * self.gain))[self.last + 1]
        return gained - np.where(self.own, (later * self.loss)[self.row], 0.0)


def validate_follow_up(time: ArrayLike, event: ArrayLike) -> FollowUp:
    """Time and event as every estimator takes them; raises `ValueError`."""
    times, events = validate_survival(time, event)
    times = tie_times(times)
    distinct, row = np.unique(times, return_inverse=True)
    return FollowUp(times, events, distinct, row.astype(np.intp))


def validate_numbers(values: ArrayLike, n: int, name: str) -> FloatArray:
    """One finite number per patient: shape (n,); raises `ValueError`."""
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (n,) or not np.all(np.isfinite(numbers)):
        raise ValueError(f"{name} must be {n} finite numbers, one per patient")
    return numbers


def validate_risk(risk: ArrayLike, n: int) -> FloatArray:
    """One predicted probability of the event per patient: shape (n,); raises `ValueError`."""
    risks = validate_numbers(risk, n, "risk")
    wrong = np.flatnonzero((risks < 0.0) | (risks > 1.0))
    if wrong.size:
        raise ValueError(f"risk[{wrong[0]}] is {risks[wrong[0]]:g}; a predicted risk lies between 0 and 1")
    return risks


def validate_horizon(horizon: float) -> float:
    """A time above 0; raises `ValueError`."""
    if not np.isfinite(horizon) or horizon <= 0.0:
        raise ValueError(f"horizon was {horizon!r}; it is a time above 0")
    return float(horizon)


def survival_limit(data: FollowUp) -> ProductLimit:
    """The curve of the event: who is censored at a time is still at risk of the events of that time."""
    m = len(data.distinct)
    leaving = np.bincount(data.row, minlength=m)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    events = np.bincount(data.row[data.event], minlength=m)
    return _limit(at_risk, events, data.row, data.row, data.event)


def censoring_limit(data: FollowUp) -> ProductLimit:
    """The curve of staying uncensored, G: events come first, so they are not at risk of the time's censorings.

    With this, S(t) G(t) is exactly the share of patients still followed after t.
    """
    m = len(data.distinct)
    leaving = np.bincount(data.row, minlength=m)
    events = np.bincount(data.row[data.event], minlength=m)
    at_risk = np.cumsum(leaving[::-1])[::-1] - events
    return _limit(at_risk, leaving - events, data.row, data.row - data.event, ~data.event)


def _limit(at_risk: IntArray, left: IntArray, row: IntArray, last: IntArray, own: BoolArray) -> ProductLimit:
    # Where everybody leaves the curve is 0 from there on, and no weight changes that.
    staying = np.maximum(at_risk - left, 1).astype(np.float64)
    emptied = at_risk == left
    y = np.maximum(at_risk, 1).astype(np.float64)
    gone = emptied & (left > 0)
    factor = np.where(gone, 0.0, 1.0 - left / y)
    gain = np.where(gone, 0.0, left / (y * staying))
    loss = np.where(gone, 0.0, 1.0 / staying)
    return ProductLimit(factor, gain, loss, row, np.asarray(last, dtype=np.intp), own)
