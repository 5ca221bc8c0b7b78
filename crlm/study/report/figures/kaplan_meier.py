"""Kaplan-Meier curves with the numbers at risk under them.

The ticks of the time axis and the columns of the number-at-risk table are placed by the same axis object from the
same times, so they cannot come apart. The table is grouped as KMunicate proposes (Morris TP, et al. BMJ Open
2019;9:e030215): per group those at risk, and those censored and with the event before each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from crlm.study.report import numbers
from crlm.study.report.figures import svg
from crlm.study.report.figures.axis import Axis
from crlm.study.report.figures.risk_table import risk_table
from crlm.study.report.figures.svg import Drawing
from crlm.study.report.typeface import text_width, wrap
from crlm.study.results import Curve, EndpointResult

_HEIGHT_ALL, _HEIGHT_GROUPS = 156.0, 184.0
_LEFT = 58.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_LABEL_WIDTH = 92.0
_SWATCH = 14.0
MOST_BANDS = 4
"""Confidence bands are drawn for so many curves at most; more would hide one another."""
MOST_MEDIANS = 3
"""Medians are drawn for so many curves at most."""


@dataclass(frozen=True)
class _Label:
    """The direct label of a curve: its lines, and where the curve ends."""

    lines: tuple[str, ...]
    x: float
    y: float
    color: str
    dash: str


def kaplan_meier_figure(
    endpoint: EndpointResult, *, by_group: bool, identifier: str, title: str, alt: str, banner: str | None
) -> Drawing:
    """The curves of an endpoint, overall or by group, to the end of the axis that the results declare."""
    curves = endpoint.groups if by_group else (endpoint.overall,)
    rows = endpoint.risk_table.groups if by_group else (endpoint.risk_table.overall,)
    parts, top = svg.banner_line(banner, svg.PAGE_WIDTH)
    labels = [_label_lines(curve) for curve in curves] if by_group else []
    widest = max((text_width(line, svg.SMALL, bold=True) for lines in labels for line in lines), default=0.0)
    right = svg.PAGE_WIDTH - (widest + _SWATCH + 16 if by_group else 12)
    top += 10
    time = Axis(0.0, endpoint.axis_until, _LEFT, right)
    survival = Axis(0.0, 1.0, top + (_HEIGHT_GROUPS if by_group else _HEIGHT_ALL), top)
    parts += _frame(endpoint, time, survival)
    parts += _medians(curves, time, survival)
    ends = []
    for k, curve in enumerate(curves):
        drawn, end = _curve(curve, k, time, survival, band=len(curves) <= MOST_BANDS)
        parts += drawn
        ends.append(end)
    if by_group:
        given = [
            _Label(lines, *end, *svg.series(k))
            for k, (lines, end) in enumerate(zip(labels, ends, strict=True))
        ]
        parts += _labels(given, right, survival)
        if endpoint.log_rank is not None:
            p = numbers.p_words(endpoint.log_rank.p) if endpoint.log_rank.p is not None else "no p value"
            parts += _test(f"Log-rank {p}", curves, time, survival)
    drawn, height = risk_table(endpoint, rows, time, survival.start)
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, height, [*parts, *drawn])


def _frame(endpoint: EndpointResult, time: Axis, survival: Axis) -> list[str]:
    """Grid, axes, ticks and titles."""
    parts = []
    for value in _TICKS:
        y = survival(value)
        if value:
            parts.append(svg.line(time.start, y, time.end, y, stroke=svg.GRID, width=0.6))
        parts.append(svg.line(time.start - 3, y, time.start, y))
        parts.append(svg.text(time.start - 5, y + 3, f"{value:.0%}", anchor="end"))
    parts.append(svg.line(time.start, survival.end, time.start, survival.start))
    parts.append(svg.line(time.start, survival.start, time.end, survival.start))
    lines = _shortened(wrap(endpoint.label, survival.start - survival.end, svg.NORMAL, bold=True), 3)
    for k, words in enumerate(lines):
        x = 16 + 4.5 * (len(lines) - 1) - 9 * (len(lines) - 1 - k)
        parts.append(
            svg.text(x, (survival.start + survival.end) / 2, words, anchor="middle", bold=True, turned=True)
        )
    return parts


def medians_drawn(curves: tuple[Curve, ...], until: float) -> tuple[float, ...]:
    """The medians that the figure marks: those reached within the axis, unless there are too many curves."""
    reached = {
        curve.median.value
        for curve in curves
        if curve.median.value is not None and curve.median.value <= until
    }
    return tuple(sorted(reached)) if len(curves) <= MOST_MEDIANS else ()


def _medians(curves: tuple[Curve, ...], time: Axis, survival: Axis) -> list[str]:
    """Dotted lines from one half down to the medians."""
    reached = medians_drawn(curves, time.high)
    if not reached:
        return []
    half = survival(0.5)
    style = {"stroke": svg.RULE, "width": 0.7, "dash": "1.5 2"}
    return [
        svg.line(time.start, half, time(reached[-1]), half, **style),  # type: ignore[arg-type]
        *(svg.line(time(at), half, time(at), survival.start, **style) for at in reached),  # type: ignore[arg-type]
    ]


def _curve(
    curve: Curve, index: int, time: Axis, survival: Axis, *, band: bool
) -> tuple[list[str], tuple[float, float]]:
    """Band, steps and censoring ticks of one curve, and where it ends on the page."""
    color, dash = svg.series(index)
    last = min(curve.last_time, time.high)
    shown = [k for k, at in enumerate(curve.time) if at <= last]
    x, y = time(0.0), survival(1.0)
    steps = [f"M{svg.number(x)} {svg.number(y)}"]
    censored: list[str] = []
    marked = -1.0
    for k in shown:
        at, level = time(curve.time[k]), survival(curve.survival[k])
        if curve.events_at[k] and (at - x >= 0.05 or abs(level - y) >= 0.05):
            steps.append(f"H{svg.number(at)} V{svg.number(level)}")
            x, y = at, level
        if curve.censored_at[k] and at - marked >= 0.3:
            censored.append(f"M{svg.number(at)} {svg.number(level - 2.6)} v5.2")
            marked = at
    steps.append(f"H{svg.number(time(last))}")
    areas = _bands(curve, shown, last, time, survival) if band else []
    parts = [svg.path(area, fill=color, opacity=0.13) for area in areas]
    parts.append(svg.path(" ".join(steps), stroke=color, width=1.4, dash=dash))
    if censored:
        parts.append(svg.path(" ".join(censored), stroke=color, width=0.7))
    return parts, (time(last), y)


def _bands(curve: Curve, shown: list[int], last: float, time: Axis, survival: Axis) -> list[str]:
    """The areas between the bounds of the interval; where a bound does not exist there is none."""
    areas: list[str] = []
    run: list[tuple[float, float, float]] = []
    for k in [*shown, None]:
        lower, upper = (curve.lower[k], curve.upper[k]) if k is not None else (None, None)
        if k is not None and lower is not None and upper is not None:
            at = time(curve.time[k])
            if not run or abs(survival(lower) - run[-1][1]) + abs(survival(upper) - run[-1][2]) >= 0.05:
                run.append((at, survival(lower), survival(upper)))
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


def _label_lines(curve: Curve) -> tuple[str, ...]:
    """The words beside a curve: its label in at most three lines, and its events."""
    lines = _shortened(wrap(curve.label, _LABEL_WIDTH, svg.SMALL, bold=True), 3)
    return (*lines, f"{numbers.count(curve.events)} events in {numbers.count(curve.n)}")


def _shortened(lines: tuple[str, ...], most: int) -> tuple[str, ...]:
    """At most so many lines; the words in full stand in the table under the axis and in the caption."""
    if len(lines) <= most:
        return lines
    return (*lines[: most - 1], f"{lines[most - 1].rpartition(' ')[0]} \u2026")


def _labels(labels: list[_Label], right: float, survival: Axis) -> list[str]:
    """The direct labels, moved apart so that they do not touch; a thin line leads to curves as long as the axis."""
    step = 9.0
    heights = [step * len(label.lines) + 3 for label in labels]
    order = sorted(range(len(labels)), key=lambda k: labels[k].y)
    tops = {k: labels[k].y - heights[k] / 2 for k in order}
    ceiling = survival.end - 8
    floor = max(
        survival.start + 8, ceiling + sum(heights)
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


def _test(words: str, curves: tuple[Curve, ...], time: Axis, survival: Axis) -> list[str]:
    """The test, in whichever corner the curves leave free: bottom left, else top right; lines stop short of it."""
    width = text_width(words, svg.NORMAL) + 16
    until = time.low + width / (time.end - time.start) * (time.high - time.low)
    lowest = min((_at(curve, until) for curve in curves), default=1.0)
    if lowest > 0.14:
        left, base = time.start + 8, survival.start - 8
    else:
        left, base = time.end + 12 - width, survival.end + 12
    return [svg.rectangle(left - 3, base - 9, width - 10, 12, fill="#ffffff"), svg.text(left, base, words)]


def _at(curve: Curve, until: float) -> float:
    lowest = 1.0
    for at, value, bound in zip(curve.time, curve.survival, curve.lower, strict=True):
        if at > until:
            break
        lowest = min(lowest, value if bound is None else bound)
    return lowest
