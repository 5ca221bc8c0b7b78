"""Where a profile likelihood falls to the height of its limits: the search that every model shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from crlm.statistics.results import Estimate

MAX_STEPS = 100
# In units of one over the standard deviation of the column: how far out a limit is looked for.
FARTHEST = 2.0**6
# A profile that rises by less than this, per standard deviation of the column, is level.
LEVEL = 1e-7
NOT_FOUND = "the search for a limit of the profile did not converge"


@dataclass(frozen=True)
class Point:
    """The profile at b: its height above the level of the limits, and its slope."""

    b: float
    height: float
    slope: float


class ProfileSearch(ABC):
    """The profile likelihood of one parameter; a model says what it is `at` a value.

    multiplier: standard errors of the interval. unit: one over the standard deviation of the column. exact: how
    near to 0 a height counts as 0. reason: why a limit was not found.
    """

    multiplier: float
    unit: float
    exact: float
    reason: str | None

    @abstractmethod
    def at(self, b: float) -> Point | None:
        """The profile where the parameter is held at b; None where it cannot be maximised."""

    def with_limits(self, one: Estimate) -> Estimate:
        """The estimate with the limits of its profile, or the one limit that exists without an estimate."""
        if one.value is None or one.standard_error is None:
            limits = [self.limit_from_afar(side) for side in (-1.0, 1.0)]
        else:
            reach = self.multiplier * one.standard_error
            limits = [self.limit(one.value + side * reach, side) for side in (-1.0, 1.0)]
        reason = one.reason or self.reason
        return Estimate(one.value, limits[0], limits[1], one.level, one.standard_error, reason)

    def limit(self, b: float, side: float) -> float | None:
        """The limit on this side of the estimate, from a value near it.

        On a concave profile Newton's method cannot fail: each step from inside ends outside, and each from
        outside stays there. The bracket is for Firth's profile, of which this is not known.
        """
        inside, outside = -np.inf * side, np.inf * side
        for _ in range(MAX_STEPS):
            here = self.at(b)
            if here is None or here.slope * side >= 0.0:
                break
            if here.height > 0.0:
                inside = b
            else:
                outside = b
            if abs(here.height) <= self.exact:
                return b - here.height / here.slope
            b = b - here.height / here.slope
            if not min(inside, outside) < b < max(inside, outside):
                b = (inside + outside) / 2.0
        self.reason = NOT_FOUND
        return None

    def limit_from_afar(self, side: float) -> float | None:
        """The limit on this side where there is no estimate: none when the profile never falls there."""
        distance = 0.0
        while distance <= FARTHEST:
            here = self.at(side * distance * self.unit)
            if here is None:
                self.reason = NOT_FOUND
                return None
            if here.slope * side * self.unit < -LEVEL:
                return self.limit(here.b, side)
            distance = max(1.0, 2.0 * distance)
        return None
