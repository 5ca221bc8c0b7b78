"""Where a function of one number is zero: a bracket that shrinks, and ends at the last digit."""

from __future__ import annotations

import math
from collections.abc import Callable

_STEPS = 200


def root(at: Callable[[float], float], low: float, high: float) -> float:
    """The zero of a continuous function between `low` and `high`, where its signs differ.

    Regula falsi after Anderson & Bjoerck (1973), with a bisection whenever the bracket has not halved in three steps.
    """
    f_low, f_high = at(low), at(high)
    if f_low == 0.0:
        return low
    if f_high == 0.0:
        return high
    if f_low * f_high > 0.0:
        raise ValueError("the function has the same sign at both ends")
    width = high - low
    for step in range(_STEPS):
        middle = high - f_high * (high - low) / (f_high - f_low)
        if step % 3 == 2:
            if abs(high - low) > width / 2.0:
                middle = (low + high) / 2.0
            width = abs(high - low)
        if not min(low, high) < middle < max(low, high):
            middle = (low + high) / 2.0
        if middle in (low, high):  # neighbours
            break
        f_middle = at(middle)
        if f_middle == 0.0:
            return middle
        if f_middle * f_high < 0.0:
            low, f_low = high, f_high
        else:
            shrink = 1.0 - f_middle / f_high
            f_low *= shrink if shrink > 0.0 else 0.5
        high, f_high = middle, f_middle
        if abs(high - low) <= 2.0**-52 * abs(high):
            break
    return high


def beyond(at: Callable[[float], float], start: float) -> float | None:
    """The first of start, 2 start, 4 start, ... where the function is negative; None when it stays positive."""
    reach = start
    while math.isfinite(reach):
        if at(reach) < 0.0:
            return reach
        reach *= 2.0
    return None
