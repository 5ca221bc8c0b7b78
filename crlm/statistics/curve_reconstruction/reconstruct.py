"""Guyot's algorithm: how many had the event and how many were censored between the points of a survival curve.

Two things are known of every stretch of the curve: by which fraction it falls, and (at some times) how many were left.
The numbers censored between two numbers at risk are those with which the curve's falls, in whole patients, lead from
the first to the second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from crlm.statistics.curve_readings import at_risk_at
from crlm.statistics.curve_reconstruction.points import SLIP, DigitisedCurve
from crlm.statistics.survival_curve import kaplan_meier
from crlm.statistics.times import BoolArray, FloatArray

Support = Literal[
    "numbers at risk and events",
    "numbers at risk",
    "number of patients and events",
    "number of patients",
]
"""What was known besides the curve, the strongest first."""

ASSUMPTIONS: dict[Support, tuple[str, ...]] = {
    "numbers at risk and events": (
        "patients are censored evenly in time between two numbers at risk",
        "after the last number at risk, so many are censored that the events add up to their total",
    ),
    "numbers at risk": (
        "patients are censored evenly in time between two numbers at risk",
        "after the last number at risk, patients are censored as fast as before it",
    ),
    "number of patients and events": (
        "without numbers at risk, patients are censored evenly over the whole follow-up, so many that the events "
        "add up to their total: where in time the numbers fall is not known",
    ),
    "number of patients": (
        "without numbers at risk and total events, nobody is censored before the end of the curve: events are "
        "overcounted late, and every interval is too narrow",
    ),
}


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Those at risk just before a time: as printed, and in the reconstructed data."""

    time: float
    given: int
    recovered: int


@dataclass(frozen=True, slots=True, eq=False)
class ReconstructedArm:
    """Pseudo-individual data that draw a published curve: `time` and `event`, shape (n,), sorted by time.

    They are no patients: nothing but the curve, the numbers at risk and the totals is in them. `events_given` is None
    when no total was printed; `events_recovered` need not equal it when curve and total contradict each other.
    """

    time: FloatArray
    event: BoolArray
    curve: DigitisedCurve
    support: Support
    assumptions: tuple[str, ...]
    at_risk: tuple[AtRisk, ...]
    events_given: int | None

    @property
    def n(self) -> int:
        """The number of patients."""
        return len(self.time)

    @property
    def events_recovered(self) -> int:
        """The number with the event in the reconstructed data."""
        return int(self.event.sum())


def reconstruct(
    curve: DigitisedCurve,
    at_risk_times: Sequence[float],
    at_risk: Sequence[int],
    *,
    events: int | None = None,
) -> ReconstructedArm:
    """Reconstruct one arm from its curve and its numbers at risk.

    `at_risk_times`, `at_risk`: the table under the figure, the first at time 0 (the number of patients); with only that
    one, the assumptions are weaker and said. Numbers are of those at risk just before the time. `events`: how many had
    the event in all, when printed.

    Between two numbers at risk, c patients are censored at even distances. At each point of the curve
    d = n (1 - S / S') patients, in whole numbers, have the event: n at risk there, S the level of the point, S' the
    Kaplan-Meier level of the reconstructed data just before it, so that roundings do not add up. c is the number from 0
    on that leads to the next number at risk, or closest to it; the numbers run on from those reconstructed, so a
    contradiction between curve and numbers stands in `at_risk` and is not hidden. After the last number at risk c is
    the one with which the events add up to `events`, and without it follows the rate of censoring before.

    Where this differs from the paper: c is found by bisection, not by repeated correction, which may go back and forth;
    and when the curve holds more events than the total, the curve is followed and the difference reported, where the
    paper makes the curve flat.

    Raises `ValueError` for numbers at risk that do not start at 0, rise, are no counts, or stand after the end of the
    curve, and for a total of events outside 1 to n. Source: Guyot P, Ades AE, Ouwens MJNM, Welton NJ. BMC Med Res
    Methodol 2012;12:9. Checked against: public survival data, drawn, digitised and reconstructed
    (docs/validation/curves.md), the arithmetic of the steps in plain Python (tests/statistics).
    """
    times, numbers = _valid_numbers(curve, at_risk_times, at_risk)
    n = numbers[0]
    if events is not None and not 1 <= events <= n:
        raise ValueError(f"{events} events among {n} patients; a curve that falls has from 1 to {n}")
    support = _support(len(times), events)
    points = _with_points_at(curve, times)
    start = _State(n, 1.0)
    rows: list[_Stretch] = []
    for k, (left, right) in enumerate(zip(times, [*times[1:], float(points.time[-1])], strict=True)):
        last = k == len(times) - 1
        inside = (points.time >= left) & ((points.time <= right) if last else (points.time < right))
        stretch = _Points(points.time[inside], points.survival[inside], left, right)
        if last:
            before = sum(len(one.censored) for one in rows)
            done = sum(int(one.events.sum()) for one in rows)
            censored = _censored_at_the_end(stretch, start, before, None if events is None else events - done)
        else:
            censored = _censored_between(stretch, start, numbers[k + 1])
        rows.append(_follow(stretch, start, censored))
        start = rows[-1].end
    time, event = _patients(rows, n, float(points.time[-1]))
    recovered = at_risk_at(kaplan_meier(time, event), times)
    table = zip(times, numbers, recovered, strict=True)
    return ReconstructedArm(
        time=time,
        event=event,
        curve=curve,
        support=support,
        assumptions=ASSUMPTIONS[support],
        at_risk=tuple(AtRisk(at, given, int(found)) for at, given, found in table),
        events_given=events,
    )


def distance_from_points(arm: ReconstructedArm) -> tuple[float, float]:
    """How far the reconstructed curve is from the cleaned points: root mean square and largest difference of S."""
    fitted = kaplan_meier(arm.time, arm.event)
    row = np.searchsorted(fitted.time, arm.curve.time, side="right") - 1
    level = np.where(row >= 0, fitted.survival[np.maximum(row, 0)], 1.0)
    away = level - arm.curve.survival
    return float(np.sqrt(np.mean(away**2))), float(np.abs(away).max())


class _State(NamedTuple):
    """Those at risk, and the Kaplan-Meier level of the reconstructed data, at the start of a stretch."""

    at_risk: int
    level: float


class _Points(NamedTuple):
    """The points of the curve from one number at risk up to the next, and the stretch's ends in time."""

    time: FloatArray
    survival: FloatArray
    left: float
    right: float


class _Stretch(NamedTuple):
    """What happens in a stretch: events at its points, the times of those censored, and what is left."""

    time: FloatArray
    events: FloatArray
    censored: FloatArray
    end: _State


def _follow(points: _Points, start: _State, censored: int) -> _Stretch:
    """Go along the points with so many censored evenly; who is no longer at risk cannot be censored."""
    steps = np.arange(1, censored + 1) / (censored + 1)
    planned = points.left + (points.right - points.left) * steps
    # Censored from one point on and before the next: at a tie the event comes first.
    place = np.searchsorted(points.time, planned, side="right") - 1
    after = np.bincount(place, minlength=len(points.time))
    at_risk, level = start
    events = np.zeros(len(points.time))
    kept: list[FloatArray] = []
    first = 0
    for k, survival in enumerate(points.survival.tolist()):
        if at_risk > 0 and level > 0.0:
            died = min(at_risk, max(0, round(at_risk * (1.0 - survival / level))))
            if died:
                events[k] = died
                level = 0.0 if died == at_risk else level * (1.0 - died / at_risk)
                at_risk -= died
        leaving = min(int(after[k]), at_risk)
        kept.append(planned[first : first + leaving])
        first += int(after[k])
        at_risk -= leaving
    times = np.concatenate(kept)
    return _Stretch(points.time, events, times, _State(at_risk, level))


def _censored_between(points: _Points, start: _State, wanted: int) -> int:
    """The number censored with which `wanted` are left at the end, or as nearly as whole numbers allow."""
    return _closest(lambda censored: _follow(points, start, censored).end.at_risk, wanted, start.at_risk)


def _censored_at_the_end(points: _Points, start: _State, before: int, events: int | None) -> int:
    if events is not None:
        return _closest(
            lambda censored: int(_follow(points, start, censored).events.sum()), events, start.at_risk
        )
    if points.left <= 0.0:
        return 0
    rate = before / points.left
    return min(round(rate * (points.right - points.left)), start.at_risk)


def _closest(result: Callable[[int], int], wanted: int, most: int) -> int:
    """The smallest number from 0 to `most` whose result is closest to what is wanted; the result falls as it grows.

    Falls up to rounding: a few neighbours of the place that bisection finds are looked at as well.
    """
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if result(middle) > wanted:
            low = middle + 1
        else:
            high = middle
    near = range(max(low - 3, 0), min(low + 3, most) + 1)
    return min(near, key=lambda one: (abs(result(one) - wanted), one))


def _patients(rows: Sequence[_Stretch], n: int, end: float) -> tuple[FloatArray, BoolArray]:
    """One row for each patient; who has neither the event nor a time of censoring is followed to the end."""
    died = np.concatenate([np.repeat(one.time, one.events.astype(np.int64)) for one in rows])
    censored = np.concatenate([one.censored for one in rows])
    staying = np.full(n - len(died) - len(censored), end)
    time = np.concatenate((died, censored, staying))
    event = np.arange(n) < len(died)
    order = np.lexsort((~event, time))
    time, event = time[order], event[order]
    time.flags.writeable = event.flags.writeable = False
    return time, event


def _with_points_at(curve: DigitisedCurve, times: Sequence[float]) -> DigitisedCurve:
    """The curve with a point at each number at risk, on the level that it has there, or had at its end."""
    missing = np.setdiff1d(times, curve.time)
    together = np.concatenate((curve.time, missing))
    levels = np.concatenate((curve.survival, curve.at(missing)))
    order = np.argsort(together, kind="stable")
    return DigitisedCurve(together[order], levels[order], curve.cleaning)


def _valid_numbers(
    curve: DigitisedCurve, at_risk_times: Sequence[float], at_risk: Sequence[int]
) -> tuple[list[float], list[int]]:
    times = [float(one) for one in at_risk_times]
    if len(times) != len(at_risk) or not times:
        raise ValueError(
            f"{len(times)} times and {len(at_risk)} numbers at risk; each time has one, and time 0 has the number of "
            "patients"
        )
    if any(one != int(one) or one < 0 for one in at_risk):
        raise ValueError(f"the numbers at risk were {list(at_risk)}; they are whole numbers of 0 or more")
    numbers = [int(one) for one in at_risk]
    if times[0] != 0.0:
        raise ValueError(
            f"the numbers at risk start at {times[0]:g}; the number at time 0, of all patients, is needed"
        )
    if any(second <= first for first, second in pairwise(times)):
        raise ValueError(f"the times of the numbers at risk were {times}; they rise strictly")
    rising = [k for k, (first, second) in enumerate(pairwise(numbers)) if second > first]
    if rising:
        k = rising[0]
        raise ValueError(
            f"{numbers[k + 1]} are at risk at {times[k + 1]:g} after {numbers[k]} at {times[k]:g}; without late entry "
            "numbers at risk never rise"
        )
    if numbers[0] < 1:
        raise ValueError("nobody is at risk at time 0")
    end = float(curve.time[-1])
    reached = [k for k, at in enumerate(times) if at <= end * (1.0 + SLIP)]
    late = [k for k in range(len(reached), len(times)) if numbers[k]]
    if late:
        k = late[0]
        raise ValueError(
            f"the points end at {end:g} and {numbers[k]} are still at risk at {times[k]:g}; follow the curve to its end"
        )
    return times[: len(reached)], numbers[: len(reached)]


def _support(numbers: int, events: int | None) -> Support:
    if numbers > 1:
        return "numbers at risk" if events is None else "numbers at risk and events"
    return "number of patients" if events is None else "number of patients and events"
