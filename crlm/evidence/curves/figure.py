"""The picture of a reconstruction: what was read over the curve that came back, with the numbers at risk."""

from __future__ import annotations

import math

from crlm.evidence.curves.recovery import ArmRecovery, Recovery
from crlm.rendering import numbers
from crlm.rendering.figures import svg
from crlm.rendering.figures.axis import Axis
from crlm.rendering.figures.svg import Drawing
from crlm.rendering.typeface import text_width
from crlm.statistics.survival_curve import kaplan_meier

_HEIGHT = 190.0
_LEFT = 58.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_STEPS = (1, 2, 3, 6, 12, 24, 30, 60, 90, 120, 365, 730, 1826, 3652)
_ROW = 11.0
_LABEL_AT_MOST = 110.0
_MOST_POINTS = 150
"""Of more points only some are drawn, evenly, so that they do not hide the curve."""


def recovery_figure(recovery: Recovery, *, identifier: str) -> Drawing:
    """Curves as lines, points as crosses, and under them those at risk: printed, and in brackets reconstructed."""
    end = max(float(one.curve.time[-1]) for one in recovery.data)
    widest = max(text_width(_short(one), svg.SMALL) for one in recovery.arms)
    left = max(_LEFT, widest + 12)
    words, top = svg.banner_line("RECONSTRUCTED, NOT PATIENTS", svg.PAGE_WIDTH)
    top += 8
    time = Axis(0.0, end, left, svg.PAGE_WIDTH - 14)
    survival = Axis(0.0, 1.0, top + _HEIGHT, top)
    parts = [*words, *_frame(recovery, time, survival)]
    for k in range(len(recovery.arms)):
        parts += _curve(recovery, k, time, survival)
    parts += _legend(recovery, time, survival)
    below, height = _at_risk(recovery, time, survival.start + 44)
    title = f"Reconstructed curves: {recovery.title}"
    alt = "; ".join(
        f"{one.label}: the reconstructed curve is at most {numbers.probability(one.largest_distance)} "
        "percentage points from the points that were read"
        for one in recovery.arms
    )
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, height, [*parts, *below])


def _frame(recovery: Recovery, time: Axis, survival: Axis) -> list[str]:
    parts = []
    for value in _TICKS:
        y = survival(value)
        if value:
            parts.append(svg.line(time.start, y, time.end, y, stroke=svg.GRID, width=0.6))
        parts.append(svg.text(time.start - 5, y + 3, f"{value:.0%}", anchor="end"))
    parts.append(svg.line(time.start, survival.end, time.start, survival.start))
    parts.append(svg.line(time.start, survival.start, time.end, survival.start))
    for at in _times(time.high):
        parts.append(svg.line(time(at), survival.start, time(at), survival.start + 3))
        parts.append(svg.text(time(at), survival.start + 13, numbers.number(at), anchor="middle"))
    unit = f"Time, {recovery.time_unit}" if recovery.time_unit else "Time"
    parts.append(svg.text((time.start + time.end) / 2, survival.start + 26, unit, anchor="middle", bold=True))
    middle = (survival.start + survival.end) / 2
    parts.append(
        svg.text(time.start - 32, middle, "Free of the event", anchor="middle", bold=True, turned=True)
    )
    return parts


def _times(end: float) -> list[float]:
    step = next((one for one in _STEPS if end / one <= 8), 10 ** math.ceil(math.log10(end / 8)))
    return [float(step * k) for k in range(int(end / step + 1e-9) + 1)]


def _curve(recovery: Recovery, k: int, time: Axis, survival: Axis) -> list[str]:
    arm = recovery.data[k]
    color, dash = svg.series(k)
    fitted = kaplan_meier(arm.time, arm.event)
    steps = [f"M{svg.number(time(0.0))} {svg.number(survival(1.0))}"]
    for at, level, died in zip(fitted.time, fitted.survival, fitted.events, strict=True):
        if died:
            steps.append(f"H{svg.number(time(float(at)))} V{svg.number(survival(float(level)))}")
    steps.append(f"H{svg.number(time(float(fitted.time[-1])))}")
    parts = [svg.path(" ".join(steps), stroke=color, width=1.4, dash=dash)]
    read = recovery.read[k]
    some = max(1, len(read.time) // _MOST_POINTS)
    crosses = []
    for at, level in zip(read.time[::some], read.survival[::some], strict=True):
        x, y = time(at), survival(level)
        crosses.append(
            f"M{svg.number(x - 2)} {svg.number(y - 2)} l4 4 M{svg.number(x - 2)} {svg.number(y + 2)} l4 -4"
        )
    parts.append(svg.path(" ".join(crosses), stroke=svg.INK, width=0.5))
    return parts


def _legend(recovery: Recovery, time: Axis, survival: Axis) -> list[str]:
    """Top right where curves have fallen, else bottom left: whichever corner the last levels leave free."""
    rows = [one.label for one in recovery.arms]
    points = "printed in the text" if recovery.coarse else "points read off the figure"
    width = max(text_width(one, svg.NORMAL) for one in [*rows, points]) + 34
    highest = max(float(one.curve.at([time.high * 0.55])[0]) for one in recovery.data)
    x = time.end - width
    y = survival.end + 12 if highest < 0.72 else survival.start - 10 - 12 * len(rows)
    if highest >= 0.72:
        x = time.start + 10
    parts = [svg.rectangle(x - 4, y - 10, width + 4, 12 * (len(rows) + 1) + 4, fill="#ffffff")]
    for k, label in enumerate(rows):
        color, dash = svg.series(k)
        parts.append(svg.line(x, y - 3, x + 24, y - 3, stroke=color, width=1.4, dash=dash))
        parts.append(svg.text(x + 30, y, label))
        y += 12
    parts.append(
        svg.path(f"M{svg.number(x + 10)} {svg.number(y - 5)} l4 4 m-4 0 l4 -4", stroke=svg.INK, width=0.5)
    )
    parts.append(svg.text(x + 30, y, points))
    return parts


def _short(arm: ArmRecovery) -> str:
    """The name beside the numbers at risk: the label, or the arm's id where that is too long."""
    return arm.label if text_width(arm.label, svg.SMALL) <= _LABEL_AT_MOST else arm.arm


def _at_risk(recovery: Recovery, time: Axis, y: float) -> tuple[list[str], float]:
    parts = [svg.text(4, y, "At risk: printed (reconstructed)", size=svg.SMALL, bold=True)]
    for arm in recovery.arms:
        y += _ROW
        parts.append(svg.text(4, y, _short(arm), size=svg.SMALL))
        for one in arm.at_risk:
            words = f"{numbers.count(one.given)} ({numbers.count(one.recovered)})"
            anchor = "start" if one.time == 0 else "middle"
            parts.append(svg.text(time(one.time), y, words, anchor=anchor, size=svg.SMALL))
    return parts, y + 6
