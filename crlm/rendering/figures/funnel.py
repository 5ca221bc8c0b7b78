"""Funnel plots: effects of studies against their standard errors, the precise ones at the top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crlm.rendering import numbers
from crlm.rendering.figures import svg
from crlm.rendering.figures.axis import Axis, ratio_ticks
from crlm.rendering.figures.svg import Drawing

_HEIGHT = 200.0
_LEFT = 52.0
_COLOR = svg.SERIES[0][0]
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class FunnelPoint:
    """A study: its ratio and the standard error of its logarithm; `filled` is one that trim and fill thinks missing."""

    ratio: float
    standard_error: float
    filled: bool = False


def funnel_figure(
    points: Sequence[FunnelPoint],
    *,
    centre: float,
    multiplier: float,
    identifier: str,
    title: str,
    alt: str,
    banner: str | None,
    axis: str,
    limits: str,
) -> Drawing:
    """A funnel plot around `centre` (a ratio), its sides `multiplier` standard errors away; `limits` names these."""
    parts, top = svg.banner_line(banner, svg.PAGE_WIDTH)
    top += 14.0
    step = next((one for one in _STEPS if max(p.standard_error for p in points) / one <= 5), _STEPS[-1])
    deepest = step * math.ceil(max(p.standard_error for p in points) / step - 1e-9)
    bottom = top + _HEIGHT
    down = Axis(0.0, deepest, top, bottom)
    across = _across(points, centre, multiplier * deepest)
    parts.append(svg.rectangle(_LEFT, top, across.end - _LEFT, _HEIGHT, fill=svg.STRIPE))
    reach = multiplier * deepest
    corners = [(across(centre), top)]
    for side in (-1.0, 1.0):
        edge = math.log(across.high if side > 0 else across.low)
        depth = min(deepest, (edge - math.log(centre)) * side / multiplier)
        x = across(math.exp(math.log(centre) + side * min(reach, multiplier * depth)))
        ends = [(x, down(depth)), (x, bottom)] if depth < deepest else [(x, bottom)]
        corners += ends if side < 0 else ends[::-1]
    parts.append(svg.polygon(corners, fill="#ffffff"))
    for k in range(round(deepest / step) + 1):
        y = down(k * step)
        parts.append(svg.line(_LEFT - 3, y, across.end, y, stroke=svg.GRID, width=0.6))
        parts.append(svg.text(_LEFT - 6, y + 2.6, f"{k * step:.4g}", anchor="end", size=svg.SMALL))
    parts.append(svg.line(across(1.0), top, across(1.0), bottom, stroke=svg.RULE, dash="2.5 2"))
    parts.append(svg.line(across(centre), top, across(centre), bottom, stroke=_COLOR))
    parts.append(svg.line(_LEFT, bottom, across.end, bottom))
    for tick in ratio_ticks(across):
        parts.append(svg.line(across(tick), bottom, across(tick), bottom + 3))
        words = numbers.number(tick)
        parts.append(svg.text(across(tick), bottom + 12, words, anchor="middle", size=svg.SMALL))
    middle = (_LEFT + across.end) / 2
    parts.append(svg.text(middle, bottom + 24, axis, anchor="middle", size=svg.SMALL, bold=True))
    words = "Standard error of the logarithm"
    parts.append(
        svg.text(12, (top + bottom) / 2, words, anchor="middle", size=svg.SMALL, bold=True, turned=True)
    )
    for point in points:
        parts.append(_mark(across(point.ratio), down(point.standard_error), hollow=point.filled))
    parts += _key(bottom + 38, limits, any(one.filled for one in points))
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, bottom + 44, parts)


def _across(points: Sequence[FunnelPoint], centre: float, reach: float) -> Axis:
    """Wide enough for every study, for 1 and for the funnel; a far wider funnel than its studies is cut."""
    values = [math.log(one.ratio) for one in points] + [0.0, math.log(centre)]
    low, high = min(values), max(values)
    room = max(high - low, 0.2)
    middle = math.log(centre)
    low, high = min(low, max(middle - reach, low - room)), max(high, min(middle + reach, high + room))
    pad = 0.06 * (high - low)
    return Axis(math.exp(low - pad), math.exp(high + pad), _LEFT, svg.PAGE_WIDTH - 8, logarithmic=True)


def _mark(x: float, y: float, *, hollow: bool) -> str:
    return svg.element(
        "circle",
        cx=x,
        cy=y,
        r=3.0,
        fill="#ffffff" if hollow else _COLOR,
        stroke=_COLOR,
        stroke_width=0.9,
    )


def _key(y: float, limits: str, filled: bool) -> list[str]:
    parts = [_mark(_LEFT + 6, y - 2.6, hollow=False), svg.text(_LEFT + 13, y, "study", size=svg.SMALL)]
    x = _LEFT + 46
    if filled:
        parts += [_mark(x + 6, y - 2.6, hollow=True), svg.text(x + 13, y, "filled in", size=svg.SMALL)]
        x += 56
    parts += [
        svg.line(x, y - 2.6, x + 14, y - 2.6, stroke=_COLOR),
        svg.text(x + 18, y, f"pooled; {limits}", size=svg.SMALL),
    ]
    return parts
