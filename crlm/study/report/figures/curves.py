"""Curves over time with the numbers at risk under them: what Kaplan-Meier and cumulative incidence figures share.

The ticks of the time axis and the columns of the number-at-risk table are placed by the same axis object from the
same times, so they cannot come apart. The table is grouped as KMunicate proposes (Morris TP, et al. BMJ Open
2019;9:e030215): per group those at risk, and those censored and with the event before each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from crlm.rendering import numbers
from crlm.rendering.figures import svg
from crlm.rendering.figures.axis import Axis
from crlm.rendering.figures.svg import Drawing
from crlm.rendering.typeface import text_width, wrap
from crlm.study.report.figures.risk_table import risk_table
from crlm.study.results import EndpointResult

_HEIGHT_ALL, _HEIGHT_GROUPS = 156.0, 184.0
_LEFT = 58.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_LABEL_WIDTH = 92.0
_SWATCH = 14.0
MOST_BANDS = 4
"""Confidence bands are drawn for so many curves at most; more would hide one another."""


@dataclass(frozen=True)
class Line:
    """A curve as it is drawn: from `start`, steps at `jumps`, ticks where `censored`, bounds where they exist."""

    label: str
    n: int
    events: int
    start: float
    time: tuple[float, ...]
    value: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    jumps: tuple[int, ...]
    censored: tuple[int, ...]
    last_time: float


@dataclass(frozen=True)
class _Label:
    """The direct label of a curve: its lines, and where the curve ends."""

    lines: tuple[str, ...]
    x: float
    y: float
    color: str
    dash: str


Words = Callable[[Axis, Axis], list[str]]
"""What is drawn over the frame, given the axes of time and probability."""


def curves_figure(
    lines: tuple[Line, ...],
    endpoint: EndpointResult,
    *,
    by_group: bool,
    axis: str,
    under: Words,
    over: Words,
    identifier: str,
    title: str,
    alt: str,
    banner: str | None,
) -> Drawing:
    """The curves to the end of the axis that the results declare; `axis` are the words beside the probability."""
    rows = endpoint.risk_table.groups if by_group else (endpoint.risk_table.overall,)
    parts, top = svg.banner_line(banner, svg.PAGE_WIDTH)
    labels = [_label_lines(one) for one in lines] if by_group else []
    widest = max((text_width(line, svg.SMALL, bold=True) for words in labels for line in words), default=0.0)
    right = svg.PAGE_WIDTH - (widest + _SWATCH + 16 if by_group else 12)
    top += 10
    time = Axis(0.0, endpoint.axis_until, _LEFT, right)
    probability = Axis(0.0, 1.0, top + (_HEIGHT_GROUPS if by_group else _HEIGHT_ALL), top)
    parts += _frame(axis, time, probability)
    parts += under(time, probability)
    ends = []
    for k, one in enumerate(lines):
        drawn, end = _curve(one, k, time, probability, band=len(lines) <= MOST_BANDS)
        parts += drawn
        ends.append(end)
    if by_group:
        given = [
            _Label(words, *end, *svg.series(k))
            for k, (words, end) in enumerate(zip(labels, ends, strict=True))
        ]
        parts += _labels(given, right, probability)
    parts += over(time, probability)
    drawn, height = risk_table(endpoint, rows, time, probability.start)
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, height, [*parts, *drawn])


def words_in_corner(lines: tuple[str, ...], corner: tuple[float, float]) -> list[str]:
    """Words on a white ground, their first line at a corner (left and base)."""
    left, base = corner
    width = words_width(lines)
    parts = [svg.rectangle(left - 3, base - 9, width + 6, 12 + 10 * (len(lines) - 1), fill="#ffffff")]
    parts += [svg.text(left, base + 10 * k, words) for k, words in enumerate(lines)]
    return parts


def words_width(lines: tuple[str, ...]) -> float:
    """The width of the widest line."""
    return max(text_width(words, svg.NORMAL) for words in lines)


def _frame(words: str, time: Axis, probability: Axis) -> list[str]:
    """Grid, axes, ticks and titles."""
    parts = []
    for value in _TICKS:
        y = probability(value)
        if value:
            parts.append(svg.line(time.start, y, time.end, y, stroke=svg.GRID, width=0.6))
        parts.append(svg.line(time.start - 3, y, time.start, y))
        parts.append(svg.text(time.start - 5, y + 3, f"{value:.0%}", anchor="end"))
    parts.append(svg.line(time.start, probability.end, time.start, probability.start))
    parts.append(svg.line(time.start, probability.start, time.end, probability.start))
    lines = _axis_title(words, probability.start - probability.end)
    for k, line in enumerate(lines):
        x = 16 + 4.5 * (len(lines) - 1) - 9 * (len(lines) - 1 - k)
        y = (probability.start + probability.end) / 2
        parts.append(svg.text(x, y, line, anchor="middle", bold=True, turned=True))
    return parts


def _axis_title(words: str, length: float) -> tuple[str, ...]:
    """At most two lines beside the axis; longer words end where they begin to say of whom or from when."""
    lines = wrap(words, length, svg.NORMAL, bold=True)
    if len(lines) > 2:
        shorter = re.split(r",| (?:of|from|after|in|with|at|by|for) ", words, maxsplit=1)[0]
        lines = wrap(shorter, length, svg.NORMAL, bold=True)
    return _shortened(lines, 2)


def _curve(
    curve: Line, index: int, time: Axis, probability: Axis, *, band: bool
) -> tuple[list[str], tuple[float, float]]:
    """Band, steps and censoring ticks of one curve, and where it ends on the page."""
    color, dash = svg.series(index)
    last = min(curve.last_time, time.high)
    shown = [k for k, at in enumerate(curve.time) if at <= last]
    x, y = time(0.0), probability(curve.start)
    steps = [f"M{svg.number(x)} {svg.number(y)}"]
    censored: list[str] = []
    marked = -1.0
    for k in shown:
        at, level = time(curve.time[k]), probability(curve.value[k])
        if curve.jumps[k] and (at - x >= 0.05 or abs(level - y) >= 0.05):
            steps.append(f"H{svg.number(at)} V{svg.number(level)}")
            x, y = at, level
        if curve.censored[k] and at - marked >= 0.3:
            censored.append(f"M{svg.number(at)} {svg.number(level - 2.6)} v5.2")
            marked = at
    steps.append(f"H{svg.number(time(last))}")
    areas = _bands(curve, shown, last, time, probability) if band else []
    parts = [svg.path(area, fill=color, opacity=0.13) for area in areas]
    parts.append(svg.path(" ".join(steps), stroke=color, width=1.4, dash=dash))
    if censored:
        parts.append(svg.path(" ".join(censored), stroke=color, width=0.7))
    return parts, (time(last), y)


def _bands(curve: Line, shown: list[int], last: float, time: Axis, probability: Axis) -> list[str]:
    """The areas between the bounds of the interval; where a bound does not exist there is none."""
    areas: list[str] = []
    run: list[tuple[float, float, float]] = []
    for k in [*shown, None]:
        lower, upper = (curve.lower[k], curve.upper[k]) if k is not None else (None, None)
        if k is not None and lower is not None and upper is not None:
            at = time(curve.time[k])
            if not run or abs(probability(lower) - run[-1][1]) + abs(probability(upper) - run[-1][2]) >= 0.05:
                run.append((at, probability(lower), probability(upper)))
            continue
        if run:
            end = time(curve.time[k] if k is not None else last)
            areas.append(_band(run, end))
            run = []
    return areas


def _band(run: list[tuple[float, float, float]], end: float) -> str:
    n = svg.number
    until = [*(at for at, _, _ in run[1:]), end]
    steps = [f"M{n(run[0][0])} {n(run[0][2])}"]
    for (_, _, upper), stop in zip(run, until, strict=True):
        steps.append(f"V{n(upper)} H{n(stop)}")
    for (start, lower, _), _stop in zip(reversed(run), reversed(until), strict=True):
        steps.append(f"V{n(lower)} H{n(start)}")
    return " ".join([*steps, "Z"])


def _label_lines(curve: Line) -> tuple[str, ...]:
    """The words beside a curve: its label in at most three lines, and its events."""
    lines = _shortened(wrap(curve.label, _LABEL_WIDTH, svg.SMALL, bold=True), 3)
    return (*lines, f"{numbers.count(curve.events)} events in {numbers.count(curve.n)}")


def _shortened(lines: tuple[str, ...], most: int) -> tuple[str, ...]:
    """At most so many lines; the words in full stand in the table under the axis and in the caption."""
    if len(lines) <= most:
        return lines
    return (*lines[: most - 1], f"{lines[most - 1].rpartition(' ')[0]} \u2026")


def _labels(labels: list[_Label], right: float, probability: Axis) -> list[str]:
    """The direct labels, moved apart so that they do not touch; a thin line leads to curves as long as the axis."""
    step = 9.0
    heights = [step * len(label.lines) + 3 for label in labels]
    order = sorted(range(len(labels)), key=lambda k: labels[k].y)
    tops = {k: labels[k].y - heights[k] / 2 for k in order}
    ceiling = probability.end - 8
    floor = max(
        probability.start + 8, ceiling + sum(heights)
    )  # many labels go on beside the table under the axis
    below = ceiling
    for k in order:
        tops[k] = max(tops[k], below)
        below = tops[k] + heights[k]
    above = floor
    for k in reversed(order):
        tops[k] = min(tops[k], above - heights[k])
        above = tops[k]
    parts = []
    for k, label in enumerate(labels):
        y = tops[k] + step * 0.5 + 1.5
        if label.x >= right - 1:
            parts.append(svg.line(label.x, label.y, right + 8, y, stroke=label.color, width=0.5))
        swatch = right + 10
        parts.append(svg.line(swatch, y, swatch + _SWATCH, y, stroke=label.color, width=1.6, dash=label.dash))
        for j, words in enumerate(label.lines):
            last = j == len(label.lines) - 1
            base = tops[k] + step * (j + 0.85) + 1.5
            fill = svg.MUTED if last else svg.INK
            parts.append(
                svg.text(swatch + _SWATCH + 3, base, words, size=svg.SMALL, bold=not last, fill=fill)
            )
    return parts
