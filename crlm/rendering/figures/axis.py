"""Where values fall on the page: a linear axis for time and survival, a logarithmic one for hazard ratios."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crlm.rendering.numbers import Interval

_DECADES = tuple(factor * 10.0**power for power in range(-3, 4) for factor in (1.0, 2.0, 5.0))
_NARROW = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.0)
_COARSE_TO_FINE = (
    (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0),
    (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
    (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.6, 1.8, 2.0),
)
_WIDEST = (0.01, 100.0)
"""A forest plot shows no more than this; what lies outside is an arrow, and the table has the number."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From values to points: `low` falls on `start`, `high` on `end`; `start` may be below `end` on the page."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value."""
        low, high, at = (
            (math.log(one) for one in (self.low, self.high, value))
            if self.logarithmic
            else (self.low, self.high, value)
        )
        return self.start + (at - low) / (high - low) * (self.end - self.start)


def every(times: Sequence[float], axis: Axis, widest: float) -> int:
    """Label every first, second, third ... tick, so that labels of at most `widest` points do not touch."""
    if len(times) < 2:
        return 1
    spacing = axis(times[1]) - axis(times[0])
    return max(1, math.ceil((widest + 4.0) / spacing)) if spacing > 0 else 1


def ratio_axis(intervals: Iterable[Interval], start: float, end: float) -> tuple[Axis, tuple[float, ...]]:
    """A logarithmic axis around 1 that shows every estimate, with its ticks.

    Interval ends are shown up to five times the extreme estimates; longer ones are drawn with an arrow.
    """
    known = [one for one in intervals if one.value is not None]
    values = [one.value for one in known if one.value is not None]
    smallest, largest = min([1.0, *values]), max([1.0, *values])
    low = min([smallest, *(one.lower for one in known if one.lower is not None)])
    high = max([largest, *(one.upper for one in known if one.upper is not None)])
    low = max(low, smallest / 5, _WIDEST[0])
    high = min(high, largest * 5, _WIDEST[1])
    ticks = _NARROW if low >= _NARROW[0] and high <= _NARROW[-1] else _DECADES
    first = max((tick for tick in ticks if tick <= min(low, 1.0) * 1.0001), default=ticks[0])
    last = min((tick for tick in ticks if tick >= max(high, 1.0) * 0.9999), default=ticks[-1])
    if first == last:
        first, last = 0.9, 1.1
    shown = tuple(tick for tick in ticks if first <= tick <= last)
    if len(shown) > 8:
        shown = tuple(tick for tick in shown if math.isclose(math.log10(tick) % 1, 0, abs_tol=1e-9))
    return Axis(first, last, start, end, logarithmic=True), shown


def ratio_ticks(axis: Axis) -> tuple[float, ...]:
    """Round ratios on a logarithmic axis: the coarsest choice with three of them, else the finest."""
    shown: tuple[float, ...] = ()
    for choice in _COARSE_TO_FINE:
        shown = tuple(one for one in choice if axis.low * 0.999 <= one <= axis.high * 1.001)
        if len(shown) >= 3:
            break
    return shown
