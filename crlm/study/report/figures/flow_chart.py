"""The flow chart: boxes from the rows read to the patients in the study, with what left at each step beside them.

Everything is drawn from the counts that the population expressions gave: also the criteria by which nobody left, and
the patients for whom a criterion is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from crlm.study.report import numbers
from crlm.study.report.figures import svg
from crlm.study.report.figures.svg import Drawing
from crlm.study.report.typeface import wrap
from crlm.study.results import Flow, FlowStep, Group

_MAIN = 190.0
_SIDE_LEFT = 214.0
_SIDE = svg.PAGE_WIDTH - _SIDE_LEFT - 1
_LINE = 10.5
_PADDING = 6.0
_GAP = 12.0
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
    mains = [_main("Rows read", flow.read), _main("Usable records", flow.first)]
    mains += [_main("Remaining", step.after) for step in flow.steps[:-1]]
    mains.append(_main("Patients in the study", flow.final))
    sides: list[_Box | None] = [_unusable(flow)]
    sides += [_side(step) for step in flow.steps] if flow.steps else [None]
    for main, side in zip(mains, sides, strict=False):
        parts += _draw(main, 0.5, y, _MAIN, centred=True)
        y += main.height
        drawn, y = _passage(side, y)
        parts += drawn
    parts += _draw(mains[-1], 0.5, y, _MAIN, centred=True)
    y += mains[-1].height
    if flow.groups:
        drawn, y = _groups(flow.groups, y)
        parts += drawn
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, y + 1, parts)


def _main(words: str, n: int) -> _Box:
    return _Box(((words, True), (f"n = {numbers.count(n)}", False)))


def _wrapped(words: str, width: float, *, bold: bool = False) -> list[tuple[str, bool]]:
    return [(line, bold) for line in wrap(words, width - 2 * _PADDING, svg.NORMAL, bold=bold)]


def _unusable(flow: Flow) -> _Box:
    total = sum(removed.n for removed in flow.unusable)
    lines = _wrapped(f"Rows that could not be used, n = {numbers.count(total)}", _SIDE, bold=True)
    for removed in flow.unusable:
        lines += _wrapped(f"{removed.label}: {numbers.count(removed.n)}", _SIDE)
    return _Box(tuple(lines))


def _side(step: FlowStep) -> _Box:
    """What left at a step: the criterion in its words, how many, and what happened to those for whom it is unknown."""
    lines = _wrapped(f"Left out, n = {numbers.count(step.removed)}", _SIDE, bold=True)
    if step.kind == "include":
        lines += _wrapped(f"Required: {step.label}", _SIDE)
        lines += _wrapped(f"does not hold: {numbers.count(step.not_met)}; {_unknown(step)}", _SIDE)
    else:
        lines += _wrapped(f"Excluded: {step.label}", _SIDE)
        lines += _wrapped(f"holds: {numbers.count(step.met)}; {_unknown(step)}", _SIDE)
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


def _passage(side: _Box | None, y: float) -> tuple[list[str], float]:
    """The arrow from one box to the next, with the side box it passes."""
    x = 0.5 + _MAIN / 2
    height = (side.height if side is not None else 0.0) + 2 * _GAP
    parts = [svg.line(x, y, x, y + height - 4, stroke=svg.MUTED), _arrow_down(x, y + height)]
    if side is not None:
        middle = y + height / 2
        parts += [
            svg.line(x, middle, _SIDE_LEFT - 4, middle, stroke=svg.MUTED),
            _arrow_right(_SIDE_LEFT, middle),
        ]
        parts += _draw(side, _SIDE_LEFT, y + _GAP, _SIDE, centred=False, fill=svg.STRIPE)
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
