"""Digitised points of a survival curve: what is refused, what is cleaned, and what the cleaning changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.times import FloatArray

SLIP = 0.02
"""How far a click may go the wrong way before it is no slip of the hand: a fraction of the axis."""


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What was done to the points: how many were given, moved, joined at one time, and the largest move.

    `largest_move` is of survival (0 to 1). `start_added`: the point (0, 1) was not among them.
    """

    given: int
    moved: int
    joined: int
    largest_move: float
    start_added: bool


@dataclass(frozen=True, slots=True, eq=False)
class DigitisedCurve:
    """A survival curve as points: `time` rises strictly from 0, `survival` falls or stays; no NaN.

    Between two points the curve keeps the level of the first; below 1 at time 0 when there are events at once. The
    arrays cannot be written to.
    """

    time: FloatArray
    survival: FloatArray
    cleaning: Cleaning

    def at(self, times: ArrayLike) -> FloatArray:
        """Survival just after each time; after the last point its level."""
        row = np.searchsorted(self.time, np.asarray(times, dtype=np.float64), side="right") - 1
        found: FloatArray = self.survival[np.maximum(row, 0)]
        return found


def clean_points(time: ArrayLike, survival: ArrayLike, *, slip: float = SLIP) -> DigitisedCurve:
    """Make a survival curve of clicked points: it starts at (0, 1) and never rises.

    `time`, `survival` (0 to 1): shape (n,), in the order of the curve from left to right, n >= 2. A slip of the hand
    (back in time, or upwards, by no more than `slip` of the axis) is cleaned: points that go the wrong way get the mean
    of their neighbours' values that makes the run monotone, which is the closest monotone curve in least squares (pool
    adjacent violators; a running minimum would pull every noisy curve down). Of points at one time, which stand on a
    vertical step, the lowest is kept: the curve's value at a time is the one after the step.

    Raises `ValueError` for fewer than two points, missing or infinite values, times below 0, survival outside 0 to 1,
    points out of order, a curve that rises by more than a slip, and one that never falls. Source: Guyot P, et al. BMC
    Med Res Methodol 2012;12:9, data preparation; Barlow et al. 1972 (isotonic regression).
    """
    times, levels = _columns(time, survival)
    length = float(times.max())
    if length <= 0.0:
        raise ValueError("all points are at time 0: the curve has no length")
    _refuse(times, levels, slip * length, slip)
    # The corner (0, 1) is known exactly; a first click near it is a point like any other.
    start_added = bool(times[0] != 0.0 or levels[0] != 1.0)
    if start_added:
        times, levels = np.concatenate(([0.0], times)), np.concatenate(([1.0], levels))
    monotone_times = _monotone(np.maximum(times, 0.0))
    monotone_levels = -_monotone(-np.clip(levels, 0.0, 1.0))
    moves = np.maximum(np.abs(monotone_levels - levels), 0.0)
    moved = (moves > 1e-12) | (np.abs(monotone_times - times) > 1e-12 * length)
    kept = np.append(np.diff(monotone_times) > 0.0, True)
    if monotone_levels[-1] >= 1.0:
        raise ValueError("the curve never falls: without an event there is nothing to reconstruct")
    cleaning = Cleaning(
        given=len(times) - start_added,
        moved=int(moved.sum()),
        joined=int((~kept).sum()),
        largest_move=float(moves.max()),
        start_added=start_added,
    )
    return DigitisedCurve(_fixed(monotone_times[kept]), _fixed(monotone_levels[kept]), cleaning)


def join_landmarks(curve: DigitisedCurve, *, steps: int = 24) -> DigitisedCurve:
    """Fill the curve between a few printed landmarks, so that events can be spread between them.

    `steps`: points put between two landmarks, evenly in time. The hazard is taken as constant between two landmarks
    (survival falls along an exponential curve; to a landmark of 0 along a straight line, because no constant hazard
    reaches it). That shape is an assumption: the print says nothing between its landmarks. Raises `ValueError` for
    fewer than one step.
    """
    if steps < 1:
        raise ValueError(f"steps was {steps}; at least one point is put between two landmarks")
    times, levels = [curve.time[:1]], [curve.survival[:1]]
    share = np.arange(1, steps + 2) / (steps + 1)
    for k in range(len(curve.time) - 1):
        first, second = curve.survival[k], curve.survival[k + 1]
        times.append(curve.time[k] + share * (curve.time[k + 1] - curve.time[k]))
        if second > 0.0:
            levels.append(first * (second / first) ** share)
        else:
            levels.append(first + share * (second - first))
        levels[-1][-1] = second
        times[-1][-1] = curve.time[k + 1]
    return DigitisedCurve(_fixed(np.concatenate(times)), _fixed(np.concatenate(levels)), curve.cleaning)


def _columns(time: ArrayLike, survival: ArrayLike) -> tuple[FloatArray, FloatArray]:
    times, levels = (np.asarray(one, dtype=np.float64) for one in (time, survival))
    if times.ndim != 1 or times.shape != levels.shape:
        raise ValueError(
            f"time has shape {times.shape} and survival {levels.shape}; each point needs one of each"
        )
    if len(times) < 2:
        raise ValueError(f"{len(times)} digitised points; a curve needs at least two")
    for name, values in (("time", times), ("survival", levels)):
        wrong = np.flatnonzero(~np.isfinite(values))
        if wrong.size:
            raise ValueError(f"{name}[{wrong[0]}] is {values[wrong[0]]}; every point has a finite number")
    return times, levels


def _refuse(times: FloatArray, levels: FloatArray, back: float, slip: float) -> None:
    early = np.flatnonzero(times < -back)
    if early.size:
        raise ValueError(f"time[{early[0]}] is {times[early[0]]:g}; the curve starts at 0")
    outside = np.flatnonzero((levels < -slip) | (levels > 1.0 + slip))
    if outside.size:
        raise ValueError(
            f"survival[{outside[0]}] is {levels[outside[0]]:g}; survival lies between 0 and 1 (percentages are divided "
            "by 100 first)"
        )
    backwards = _beyond(times, back, rising=True)
    if backwards is not None:
        raise ValueError(
            f"time[{backwards}] is {times[backwards]:g}, after {times[:backwards].max():g}; the points follow "
            "the curve from left to right"
        )
    upwards = _beyond(levels, slip, rising=False)
    if upwards is not None:
        raise ValueError(
            f"survival[{upwards}] is {levels[upwards]:g}, after {levels[:upwards].min():g}; a survival curve "
            "never rises (of a cumulative incidence give 1 minus it)"
        )


def _beyond(values: FloatArray, most: float, *, rising: bool) -> int | None:
    """The first place where the values go the wrong way, from their furthest so far, by more than `most`."""
    signed = values if rising else -values
    wrong = np.flatnonzero(np.maximum.accumulate(signed) - signed > most * (1.0 + 1e-9))
    return int(wrong[0]) if wrong.size else None


def _monotone(values: FloatArray) -> FloatArray:
    """The closest values, in least squares, that never fall: pool adjacent violators."""
    means: list[float] = []
    sizes: list[int] = []
    for value in values.tolist():
        means.append(value)
        sizes.append(1)
        while len(means) > 1 and means[-2] > means[-1]:
            size = sizes[-2] + sizes[-1]
            means[-2:] = [(means[-2] * sizes[-2] + means[-1] * sizes[-1]) / size]
            sizes[-2:] = [size]
    return np.repeat(np.array(means), sizes)


def _fixed(values: FloatArray) -> FloatArray:
    values = values.copy()
    values.flags.writeable = False
    return values
