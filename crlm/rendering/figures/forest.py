"""Forest plots: a table with a column of drawn hazard ratios and their intervals on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crlm.rendering import numbers
from crlm.rendering.figures import svg
from crlm.rendering.figures.axis import Axis, ratio_axis
from crlm.rendering.figures.svg import Drawing
from crlm.rendering.numbers import Interval
from crlm.rendering.typeface import text_width, wrap

_GAP = 10.0
_LINE = 10.0
_PLOT = 140.0
_LABEL_AT_MOST = 178.0
_ROWS_PER_PAGE = 42
_COLOR = svg.SERIES[0][0]
_SPAN = svg.SERIES[1][0]
_SQUARE = 5.6
_LARGEST = 16.0
"""The side of a square in points: without weights, and of a study that has all the weight."""


@dataclass(frozen=True)
class ForestRow:
    """A row: words, counts, and the ratio as text and as numbers; a row without an interval is a heading.

    `remark` stands under the label, muted; `whole` is drawn as a diamond: the estimate in everyone. `weight`, in per
    cent, makes the area of the square; `span` is drawn as a bar without a point: where a new study would lie.
    """

    label: str
    remark: str = ""
    indent: int = 0
    columns: tuple[str, ...] = ()
    ratio: str = ""
    interval: Interval | None = None
    p: str = ""
    whole: bool = False
    weight: float | None = None
    span: bool = False


def pages_of(rows: Sequence[ForestRow]) -> list[list[ForestRow]]:
    """The rows in parts that fit a page each; a heading stays with its indented rows."""
    blocks: list[list[ForestRow]] = []
    for row in rows:
        if row.indent and blocks:
            blocks[-1].append(row)
        else:
            blocks.append([row])
    pages: list[list[ForestRow]] = []
    for block in blocks:
        if not pages or len(pages[-1]) + len(block) > _ROWS_PER_PAGE:
            pages.append([])
        pages[-1].extend(block)
    return pages


@dataclass(frozen=True)
class _Layout:
    """Where the columns stand: the label's width, the right ends of the counts, the axis, the right ends behind it."""

    label: float
    counts: tuple[float, ...]
    axis: Axis
    ticks: tuple[float, ...]
    ratio: float
    p: float


def forest_figure(
    rows: Sequence[ForestRow],
    *,
    everything: Sequence[ForestRow],
    identifier: str,
    title: str,
    alt: str,
    heads: tuple[str, str, str, str, str],
    favours: tuple[str, str],
    banner: str | None,
    axis: str = "Hazard ratio",
) -> Drawing:
    """A forest plot of some rows; `everything` are the rows of all its parts, which share one axis."""
    parts, y = svg.banner_line(banner, svg.PAGE_WIDTH)
    layout = _layout(everything, heads)
    y += 12
    parts += _heads(heads, layout, y)
    y += 5
    top = y
    drawn = [svg.line(0, y, svg.PAGE_WIDTH, y, stroke=svg.RULE, width=0.8)]
    for k, row in enumerate(rows):
        room = layout.label - 4 - 10 * row.indent
        lines = wrap(row.label, room, svg.NORMAL, bold=_heading(row))
        remarks = wrap(row.remark, room, svg.SMALL) if row.remark else ()
        height = _LINE * (len(lines) + len(remarks)) + 4
        if k % 2 == 0:
            parts.append(svg.rectangle(0, y, svg.PAGE_WIDTH, height, fill=svg.STRIPE))
        drawn += _row(row, lines, remarks, y, height, layout)
        y += height
    one = layout.axis(1.0)
    parts.append(svg.line(one, top, one, y, stroke=svg.RULE, width=0.8, dash="2.5 2"))
    below, y = _axis(layout, y, favours, axis)
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, y, [*parts, *drawn, *below])


def _heading(row: ForestRow) -> bool:
    return row.interval is None


def _layout(rows: Sequence[ForestRow], heads: tuple[str, ...]) -> _Layout:
    def widest(head: str, texts: list[str]) -> float:
        return max(
            text_width(head, svg.NORMAL, bold=True), *(text_width(one, svg.NORMAL) for one in texts), 0.0
        )

    counts = [widest(heads[1 + k], [row.columns[k] for row in rows if row.columns]) for k in range(2)]
    ratio = widest(heads[3], [row.ratio for row in rows])
    p = widest(heads[4], [row.p for row in rows])
    label = max(text_width(row.label, svg.NORMAL, bold=_heading(row)) + 10 * row.indent for row in rows)
    fixed = sum(counts) + ratio + p + 5 * _GAP
    label = max(60.0, min(label + 6, _LABEL_AT_MOST, svg.PAGE_WIDTH - fixed - _PLOT))
    ends, x = [], label
    for width in counts:
        x += _GAP + width
        ends.append(x)
    axis, ticks = ratio_axis(
        (row.interval for row in rows if row.interval is not None),
        x + 1.6 * _GAP,
        svg.PAGE_WIDTH - p - ratio - 2.4 * _GAP,
    )
    return _Layout(label, tuple(ends), axis, ticks, svg.PAGE_WIDTH - p - _GAP, svg.PAGE_WIDTH)


def _heads(heads: tuple[str, ...], layout: _Layout, y: float) -> list[str]:
    places = (*layout.counts, layout.ratio, layout.p)
    parts = [svg.text(4, y, heads[0], bold=True)]
    parts += [
        svg.text(x - (4 if x == layout.p else 0), y, words, bold=True, anchor="end")
        for x, words in zip(places, heads[1:], strict=True)
    ]
    return parts


def _row(
    row: ForestRow, lines: tuple[str, ...], remarks: tuple[str, ...], y: float, height: float, layout: _Layout
) -> list[str]:
    base = y + 2 + _LINE * 0.8
    middle = y + height / 2 + 3
    parts = svg.lines_of_text(4 + 10 * row.indent, base, lines, _LINE, bold=_heading(row))
    parts += svg.lines_of_text(
        4 + 10 * row.indent, base + _LINE * len(lines), remarks, _LINE, size=svg.SMALL, fill=svg.MUTED
    )
    for x, words in zip(layout.counts, row.columns, strict=False):
        parts.append(svg.text(x, middle, words, anchor="end"))
    if row.ratio:
        parts.append(svg.text(layout.ratio, middle, row.ratio, anchor="end"))
    if row.p:
        parts.append(svg.text(layout.p - 4, middle, row.p, anchor="end"))
    if row.interval is not None:
        parts += _estimate(row, row.interval, y + height / 2, layout.axis)
    return parts


def _estimate(row: ForestRow, interval: Interval, y: float, axis: Axis) -> list[str]:
    """The interval as a line, with an arrow where it goes on beyond the axis; the estimate as a square or a diamond."""
    if interval.value is None:
        return []
    low, high = axis.low, axis.high
    parts = []
    lower, upper = interval.lower, interval.upper
    left = (
        axis(min(max(lower, low), high)) if lower is not None else axis(min(max(interval.value, low), high))
    )
    right = (
        axis(max(min(upper, high), low)) if upper is not None else axis(min(max(interval.value, low), high))
    )
    inside = low <= interval.value <= high
    if row.whole and inside:
        x = axis(interval.value)
        return [svg.polygon(((left, y), (x, y - 4), (right, y), (x, y + 4)), fill=_COLOR)]
    if row.span and right > left:
        parts.append(svg.line(left, y, right, y, stroke=_SPAN, width=3.2))
    elif right > left:
        parts.append(svg.line(left, y, right, y, stroke=_COLOR, width=1.1))
    if lower is not None and lower < low:
        parts.append(
            svg.polygon(((axis.start - 3, y), (axis.start + 3, y - 3), (axis.start + 3, y + 3)), fill=_COLOR)
        )
    if upper is not None and upper > high:
        parts.append(
            svg.polygon(((axis.end + 3, y), (axis.end - 3, y - 3), (axis.end - 3, y + 3)), fill=_COLOR)
        )
    if inside and not row.span:
        side = _SQUARE if row.weight is None else max(2.0, _LARGEST * math.sqrt(row.weight / 100.0))
        parts.append(svg.rectangle(axis(interval.value) - side / 2, y - side / 2, side, side, fill=_COLOR))
    return parts


def _axis(layout: _Layout, y: float, favours: tuple[str, str], words: str) -> tuple[list[str], float]:
    axis = layout.axis
    parts = [svg.line(axis.start, y, axis.end, y)]
    for tick in layout.ticks:
        parts.append(svg.line(axis(tick), y, axis(tick), y + 3))
        parts.append(svg.text(axis(tick), y + 12, numbers.number(tick), anchor="middle", size=svg.SMALL))
    parts.append(
        svg.text((axis.start + axis.end) / 2, y + 23, words, anchor="middle", size=svg.SMALL, bold=True)
    )
    one = axis(1.0)
    left = wrap(f"\u2190 {favours[0]}", one - 24, svg.SMALL)
    right = wrap(f"{favours[1]} \u2192", svg.PAGE_WIDTH - one - 24, svg.SMALL)
    parts += svg.lines_of_text(one - 6, y + 34, left, 9, size=svg.SMALL, anchor="end", fill=svg.MUTED)
    parts += svg.lines_of_text(one + 6, y + 34, right, 9, size=svg.SMALL, fill=svg.MUTED)
    return parts, y + 34 + 9 * (max(len(left), len(right)) - 1) + 5
