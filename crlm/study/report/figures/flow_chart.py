"""The flow chart: boxes from the rows read to those who are studied, with what left at each step beside them.

Everything is drawn from the counts that the population expressions gave: also the criteria by which nobody left, and
those for whom a criterion is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from crlm.rendering import numbers
from crlm.rendering.figures import svg
from crlm.rendering.figures.svg import Drawing
from crlm.rendering.typeface import wrap
from crlm.study.results import Flow, FlowStep, Group

_MAIN = 190.0
_LINE = 10.5
_PADDING = 6.0
_GAP = 12.0
_MANY = 6
"""Steps: a chart with more of them is drawn closer, so that it still fits a page."""


@dataclass(frozen=True)
class _Manner:
    """Where the boxes at the side begin, how much room is around them, and whether counts stand beside the line."""

    side: float
    gap: float
    close: bool

    @property
    def width(self) -> float:
        return svg.PAGE_WIDTH - self.side - 1


_ROOMY = _Manner(214.0, _GAP, close=False)
_CLOSE = _Manner(124.0, _GAP / 3, close=True)
_KEPT = {"include": "kept", "exclude": "left out", None: "none"}


@dataclass(frozen=True)
class _Box:
    """Words in a box, a line each, and whether the line is bold."""

    lines: tuple[tuple[str, bool], ...]

    @property
    def height(self) -> float:
        return _LINE * len(self.lines) + 2 * _PADDING - 2


def flow_chart(flow: Flow, *, identifier: str, title: str, alt: str, banner: str | None) -> Drawing:
    """The chart of a flow; its height follows from its words."""
    parts, y = svg.banner_line(banner, svg.PAGE_WIDTH)
    y += 1
    manner = _CLOSE if len(flow.steps) > _MANY else _ROOMY
    between = [_remaining(step, manner) for step in flow.steps[:-1]]
    mains = [_main("Rows read", flow.read), _main("Usable records", flow.first), *between]
    sides: list[_Box | None] = [_unusable(flow, manner)]
    sides += [_side(step, manner) for step in flow.steps] if flow.steps else [None]
    for main, side in zip(mains, sides, strict=True):
        drawn, y = _station(main, y)
        parts += drawn
        drawn, y = _passage(side, y, manner)
        parts += drawn
    final = _main(f"{flow.unit.capitalize()}s in the study", flow.final)
    drawn, y = _station(final, y)
    parts += drawn
    if flow.groups:
        drawn, y = _groups(flow.groups, y)
        parts += drawn
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, y + 1, parts)


def _remaining(step: FlowStep, manner: _Manner) -> _Box | str:
    """Those who are left after a step: a box, or words beside the line when there are many steps."""
    return f"n = {numbers.count(step.after)}" if manner.close else _main("Remaining", step.after)


def _station(main: _Box | str, y: float) -> tuple[list[str], float]:
    x = 0.5 + _MAIN / 2
    if isinstance(main, _Box):
        return _draw(main, 0.5, y, _MAIN, centred=True), y + main.height
    return [svg.text(x - 6, y + 3, main, anchor="end")], y


def _main(words: str, n: int) -> _Box:
    return _Box(((words, True), (f"n = {numbers.count(n)}", False)))


def _wrapped(words: str, width: float, *, bold: bool = False) -> list[tuple[str, bool]]:
    return [(line, bold) for line in wrap(words, width - 2 * _PADDING, svg.NORMAL, bold=bold)]


def _unusable(flow: Flow, manner: _Manner) -> _Box:
    total = sum(removed.n for removed in flow.unusable)
    lines = _wrapped(f"Rows that could not be used, n = {numbers.count(total)}", manner.width, bold=True)
    for removed in flow.unusable:
        lines += _wrapped(f"{removed.label}: {numbers.count(removed.n)}", manner.width)
    return _Box(tuple(lines))


def _side(step: FlowStep, manner: _Manner) -> _Box:
    """What left at a step: the criterion in its words, how many, and what happened to those for whom it is unknown."""
    words, holds, n = {
        "include": ("Required", "does not hold", step.not_met),
        "exclude": ("Excluded", "holds", step.met),
        "first": ("First of each patient", "later", step.not_met),
    }[step.kind]
    counts = f"{holds}: {numbers.count(n)}; {_unknown(step)}"
    lines = _wrapped(f"Left out, n = {numbers.count(step.removed)}", manner.width, bold=True)
    if manner.close:
        lines += _wrapped(f"{words}: {step.label} ({counts})", manner.width)
    else:
        lines += [*_wrapped(f"{words}: {step.label}", manner.width), *_wrapped(counts, manner.width)]
    return _Box(tuple(lines))


def _unknown(step: FlowStep) -> str:
    text = f"unknown: {numbers.count(step.unknown)}"
    return f"{text}, {_KEPT[step.unknown_policy]}" if step.unknown else text


def _draw(box: _Box, x: float, y: float, width: float, *, centred: bool, fill: str = "#ffffff") -> list[str]:
    parts = [svg.rectangle(x, y, width, box.height, fill=fill, stroke=svg.MUTED, radius=2)]
    at, anchor = (x + width / 2, "middle") if centred else (x + _PADDING, "start")
    for k, (words, bold) in enumerate(box.lines):
        parts.append(svg.text(at, y + _PADDING + _LINE * (k + 0.72), words, bold=bold, anchor=anchor))
    return parts


def _passage(side: _Box | None, y: float, manner: _Manner) -> tuple[list[str], float]:
    """The arrow from one box to the next, with the side box it passes."""
    x = 0.5 + _MAIN / 2
    height = (side.height if side is not None else 0.0) + 2 * manner.gap
    parts = [svg.line(x, y, x, y + height - 4, stroke=svg.MUTED), _arrow_down(x, y + height)]
    if side is not None:
        middle = y + height / 2
        parts += [
            svg.line(x, middle, manner.side - 4, middle, stroke=svg.MUTED),
            _arrow_right(manner.side, middle),
        ]
        parts += _draw(side, manner.side, y + manner.gap, manner.width, centred=False, fill=svg.STRIPE)
    return parts, y + height


def _groups(groups: tuple[Group, ...], y: float) -> tuple[list[str], float]:
    """The groups under the last box, beside one another."""
    gap = 10.0
    width = (svg.PAGE_WIDTH - 1 - gap * (len(groups) - 1)) / len(groups)
    boxes = [
        _Box((*_wrapped(group.label, width, bold=True), (f"n = {numbers.count(group.n)}", False)))
        for group in groups
    ]
    centres = [0.5 + k * (width + gap) + width / 2 for k in range(len(groups))]
    start = 0.5 + _MAIN / 2
    rail = y + _GAP
    parts = [
        svg.line(start, y, start, rail, stroke=svg.MUTED),
        svg.line(min(start, centres[0]), rail, max(start, centres[-1]), rail, stroke=svg.MUTED),
    ]
    top = rail + _GAP
    for box, centre in zip(boxes, centres, strict=True):
        parts += [svg.line(centre, rail, centre, top - 4, stroke=svg.MUTED), _arrow_down(centre, top)]
        parts += _draw(box, centre - width / 2, top, width, centred=True)
    return parts, top + max(box.height for box in boxes)


def _arrow_down(x: float, y: float) -> str:
    return svg.polygon(((x, y), (x - 2.8, y - 5), (x + 2.8, y - 5)), fill=svg.MUTED)


def _arrow_right(x: float, y: float) -> str:
    return svg.polygon(((x, y), (x - 5, y - 2.8), (x - 5, y + 2.8)), fill=svg.MUTED)
