"""Bubble plots: effects of studies against a number that they differ in, with the line of a meta-regression."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crlm.rendering import numbers
from crlm.rendering.figures import svg
from crlm.rendering.figures.axis import Axis, ratio_ticks
from crlm.rendering.figures.svg import Drawing

_HEIGHT = 210.0
_LEFT = 46.0
_COLOR = svg.SERIES[0][0]
_LARGEST = 11.0
"""Radius of the study with the largest weight."""


@dataclass(frozen=True)
class Bubble:
    """A study: the number, its ratio, and its weight in per cent."""

    at: float
    ratio: float
    weight: float


def bubble_figure(
    bubbles: Sequence[Bubble],
    *,
    line: Callable[[float], float],
    identifier: str,
    title: str,
    alt: str,
    banner: str | None,
    axes: tuple[str, str],
) -> Drawing:
    """Areas go with weights; `line` gives the ratio that is expected at a number; `axes` names them, across and up."""
    parts, top = svg.banner_line(banner, svg.PAGE_WIDTH)
    top += 10.0
    bottom = top + _HEIGHT
    first, last = min(one.at for one in bubbles), max(one.at for one in bubbles)
    room = 0.08 * (last - first) or 1.0
    across = Axis(first - room, last + room, _LEFT, svg.PAGE_WIDTH - 8)
    logs = [math.log(one.ratio) for one in bubbles] + [0.0, math.log(line(first)), math.log(line(last))]
    pad = 0.08 * (max(logs) - min(logs)) or 0.1
    up = Axis(math.exp(min(logs) - pad), math.exp(max(logs) + pad), bottom, top, logarithmic=True)
    for tick in ratio_ticks(up):
        parts.append(svg.line(_LEFT - 3, up(tick), across.end, up(tick), stroke=svg.GRID, width=0.6))
        parts.append(svg.text(_LEFT - 6, up(tick) + 2.6, numbers.number(tick), anchor="end", size=svg.SMALL))
    parts.append(svg.line(_LEFT, up(1.0), across.end, up(1.0), stroke=svg.RULE, dash="2.5 2"))
    for tick in _steps(across.low, across.high):
        parts.append(svg.line(across(tick), bottom, across(tick), bottom + 3))
        parts.append(svg.text(across(tick), bottom + 12, f"{tick:g}", anchor="middle", size=svg.SMALL))
    parts.append(svg.line(_LEFT, bottom, across.end, bottom))
    largest = max(one.weight for one in bubbles)
    for one in sorted(bubbles, key=lambda each: -each.weight):
        radius = max(1.5, _LARGEST * math.sqrt(one.weight / largest))
        parts.append(
            svg.element(
                "circle",
                cx=across(one.at),
                cy=up(one.ratio),
                r=radius,
                fill=_COLOR,
                fill_opacity=0.3,
                stroke=_COLOR,
                stroke_width=0.9,
            )
        )
    parts.append(
        svg.line(across(first), up(line(first)), across(last), up(line(last)), stroke=_COLOR, width=1.2)
    )
    middle = (_LEFT + across.end) / 2
    parts.append(svg.text(middle, bottom + 24, axes[0], anchor="middle", size=svg.SMALL, bold=True))
    parts.append(
        svg.text(12, (top + bottom) / 2, axes[1], anchor="middle", size=svg.SMALL, bold=True, turned=True)
    )
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, bottom + 30, parts)


def _steps(low: float, high: float) -> list[float]:
    """Round numbers between two, some five of them."""
    size = 10.0 ** math.floor(math.log10((high - low) / 5))
    step = next(size * one for one in (1.0, 2.0, 5.0, 10.0) if (high - low) / (size * one) <= 6)
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
