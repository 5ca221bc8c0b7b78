"""A ratio with its interval and its p: which true estimate and standard error print all of them.

Estimate, limits and p are rounded. With x and y the logarithms of the true limits, a Wald interval has its estimate at
(x + y) / 2 and z = 1.96 (x + y) / (y - x). What each printed number allows is then a half-plane in x and y, so that all
of them together leave a convex polygon: empty when no true numbers print so. Nothing is searched and nothing assumed
about how a number was rounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import exp, inf, log

from crlm.evidence.audit.finding import Quoted
from crlm.evidence.audit.printed import Printed, printed
from crlm.evidence.numbers import PublishedEffect

RATIOS = ("HR", "OR", "RR", "SHR", "sHR", "IRR")
"""Measures whose interval is symmetrical about the estimate on the logarithmic scale."""

MULTIPLIER = 1.959963984540054
FARTHEST = 20.0
"""Logarithms are looked for between -20 and 20: ratios from 2e-9 to 5e8."""

_TOLERANCE = 1e-9
_DASH = re.compile(r"\s*(?:[-–—−]|\bto\b|;)\s*")

Interval = tuple[float, float]
Point = tuple[float, float]
Polygon = tuple[Point, ...]
EVERYTHING: Interval = (-FARTHEST, FARTHEST)


@dataclass(frozen=True)
class Ratio:
    """A printed ratio: its row and its four numbers, None where one is not printed as a number."""

    row: PublishedEffect
    estimate: Printed | None
    low: Printed | None
    high: Printed | None
    p: Printed | None

    @cached_property
    def logs(self) -> tuple[Interval, Interval, Interval]:
        """What estimate, lower and upper limit can be, as logarithms."""
        return logarithms(self.estimate), logarithms(self.low), logarithms(self.high)

    @cached_property
    def z(self) -> Interval | None:
        """What the absolute z of the printed p can be."""
        return None if self.p is None else z_of(*self.p.bounds(0.0, 1.0))

    @property
    def has_interval(self) -> bool:
        """Whether both limits are printed."""
        return self.low is not None and self.high is not None

    @cached_property
    def standard_error(self) -> Interval | None:
        """What the standard error of the logarithm can be, from the limits alone."""
        if not self.has_interval:
            return None
        (_, (low, low_end), (high, high_end)) = self.logs
        return max(0.0, (high - low_end) / (2 * MULTIPLIER)), (high_end - low) / (2 * MULTIPLIER)


def ratios(effects: Sequence[PublishedEffect]) -> tuple[Ratio, ...]:
    """The rows that print a ratio as a number, with what is printed beside it."""
    found = []
    for row in effects:
        estimate = printed(row.est_printed)
        if row.measure not in RATIOS or estimate is None:
            continue
        low, high = limits(row.ci_printed)
        p = _p(row) if row.p_kind in ("", "wald") else None
        found.append(Ratio(row, estimate, low, high, p))
    return tuple(found)


def limits(text: str) -> tuple[Printed | None, Printed | None]:
    """The two limits of a printed interval of a ratio; both None when the text is no interval."""
    parts = [part for part in _DASH.split(text.strip().strip("()[]")) if part]
    if len(parts) != 2:
        parts = [part for part in text.strip().strip("()[]").split(", ") if part]
    if len(parts) != 2:
        return None, None
    low, high = (printed(part) for part in parts)
    return (low, high) if low is not None and high is not None else (None, None)


def _p(row: PublishedEffect) -> Printed | None:
    text = row.p_printed.strip()
    return printed(f"{row.p_op}{text}" if row.p_op in ("<", ">") and text[:1] not in "<>≤≥" else text)


def logarithms(number: Printed | None) -> Interval:
    """What the logarithm of a printed ratio can be; everything where none is printed or 0 rounds to it."""
    if number is None:
        return EVERYTHING
    low, high = number.bounds(0.0)
    return (log(low) if low > 0 else -FARTHEST), (log(high) if 0 < high < inf else FARTHEST)


def z_of(p_low: float, p_high: float) -> Interval:
    """The absolute normal deviates whose two-sided p lies between two values."""
    return (0.0 if p_high >= 1 else _z(p_high)), (inf if p_low <= 0 else _z(p_low))


def _z(p: float) -> float:
    from crlm.statistics.results import normal_quantile

    return abs(normal_quantile(p / 2))


def p_of(z: Interval) -> Interval:
    """The two-sided p values of a range of absolute deviates."""
    from crlm.statistics.results import normal_p

    return (0.0 if z[1] == inf else normal_p(z[1])), normal_p(z[0])


def possible(
    estimate: Interval, low: Interval, high: Interval, z: Interval | None = None
) -> tuple[Polygon, ...]:
    """The true (log lower, log upper) limits that print as given: convex polygons, none when nothing does.

    Two polygons where the p leaves open on which side of 1 the estimate lies.
    """
    if not (low[0] <= low[1] and high[0] <= high[1]):
        return ()
    start: Polygon = ((low[0], high[0]), (low[1], high[0]), (low[1], high[1]), (low[0], high[1]))
    region = clip(start, (1.0, -1.0, 0.0))  # lower < upper
    region = clip(region, (-1.0, -1.0, -2 * estimate[0]))
    region = clip(region, (1.0, 1.0, 2 * estimate[1]))
    if z is None or not region:
        return (region,) if region else ()
    found = []
    for sign in (1.0, -1.0):
        # sign (x + y) >= least (y - x) and <= most (y - x)
        least, most = z[0] / MULTIPLIER, z[1] / MULTIPLIER
        side = clip(region, (-sign - least, -sign + least, 0.0))
        if most < inf:
            side = clip(side, (sign + most, sign - most, 0.0))
        if side:
            found.append(side)
    return tuple(found)


def clip(polygon: Polygon, half_plane: tuple[float, float, float]) -> Polygon:
    """The part of a convex polygon where a x + b y <= c."""
    a, b, c = half_plane
    kept: list[Point] = []
    tolerance = _TOLERANCE * max(1.0, abs(c), abs(a), abs(b))
    sides = [a * x + b * y - c for x, y in polygon]
    for index, (point, side) in enumerate(zip(polygon, sides, strict=True)):
        before, other = sides[index - 1], polygon[index - 1]
        if (side > tolerance and before < -tolerance) or (side < -tolerance and before > tolerance):
            share = before / (before - side)
            kept.append((other[0] + share * (point[0] - other[0]), other[1] + share * (point[1] - other[1])))
        if side <= tolerance:
            kept.append(point)
    return tuple(kept)


def z_range(regions: Sequence[Polygon]) -> Interval:
    """The absolute z that the limits in these polygons can have: the extremes of a fraction lie at corners."""
    values = [
        MULTIPLIER * (x + y) / (y - x) if y > x else inf * ((x + y) or 1.0)
        for region in regions
        for x, y in region
    ]
    least, most = min(values), max(values)
    crosses = any(min(x + y for x, y in region) <= 0 <= max(x + y for x, y in region) for region in regions)
    return (0.0 if crosses else min(abs(least), abs(most))), max(abs(least), abs(most))


def values_of(regions: Sequence[Polygon]) -> tuple[Interval, Interval, Interval]:
    """The ranges of the true estimate, lower and upper limit over these polygons (ratios, not logarithms)."""
    xs = [x for region in regions for x, _ in region]
    ys = [y for region in regions for _, y in region]
    middles = [(x + y) / 2 for region in regions for x, y in region]
    return (
        (exp(min(middles)), exp(max(middles))),
        (exp(min(xs)), exp(max(xs))),
        (exp(min(ys)), exp(max(ys))),
    )


def fits(ratio: Ratio, *, with_p: bool = True) -> bool:
    """Whether some true estimate and standard error print as this row does."""
    return bool(possible(*ratio.logs, ratio.z if with_p else None))


def place_of(row: PublishedEffect) -> str:
    """Which effect a row is, in words."""
    against = f" against {row.reference}" if row.reference and row.reference != row.level else ""
    within = f", {row.subgroup_variable} {row.subgroup_level}" if row.subgroup_variable else ""
    return f"{row.endpoint}, {row.model.replace('_', ' ')}{within}: {row.term} {row.level}{against}"


def quoted(row: PublishedEffect) -> Quoted:
    """A row of effects as a finding quotes it."""
    parts = [f"{row.measure} {row.est_printed}" if row.est_printed else ""]
    parts.append(f"(95% CI {row.ci_printed})" if row.ci_printed else "")
    sign = row.p_op if row.p_op in ("<", ">") and row.p_printed[:1] not in "<>" else ""
    shown = f"{sign or ('' if row.p_printed[:1] in '<>' else '=')}{row.p_printed}"
    parts.append(f"p{shown}" if row.p_printed else "")
    return Quoted(row.row_id, row.locator, place_of(row), " ".join(part for part in parts if part))


def same_cell(row: PublishedEffect) -> tuple[str, ...]:
    """What two rows share when they print the same numbers of the same effect in two places."""
    numbers = (row.est_printed, _DASH.sub("-", row.ci_printed), row.p_op, row.p_printed)
    return (row.endpoint, row.population, row.model, row.term, row.level, row.subgroup_variable, *numbers)


def cells(odd: Sequence[Ratio]) -> tuple[tuple[Ratio, ...], ...]:
    """Rows together that repeat one another in several places: one thing to look at."""
    found: dict[tuple[str, ...], list[Ratio]] = {}
    for one in odd:
        found.setdefault(same_cell(one.row), []).append(one)
    return tuple(tuple(members) for members in found.values())


def changed(ratio: Ratio, name: str, number: Printed | None) -> Ratio:
    """The same row with one of its numbers (estimate, low, high, p) replaced."""
    parts: dict[str, Printed | None] = {name: number}
    return replace(ratio, **parts)  # type: ignore[arg-type]
