"""Two pictures: confounders strong enough by the E-value, and the tipping point of a confounder that is known."""

from __future__ import annotations

import math

from crlm.evidence.robustness.assessment import Robustness, nearer_limit, tipping_effect
from crlm.evidence.robustness.effect import Confounder, Effect
from crlm.rendering import numbers
from crlm.rendering.figures import svg
from crlm.rendering.figures.axis import Axis
from crlm.rendering.figures.svg import Drawing
from crlm.rendering.typeface import text_width
from crlm.statistics.unmeasured_confounding import bounding_factor

_LEFT, _HEIGHT = 62.0, 210.0
_STEPS = 200
_LIGHT, _DARK = "#e6e6e6", "#b5b5b5"
"""Tints that stay apart in greyscale; what they mean is written into them."""
_EFFECTS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)


def tipping_figure(found: Robustness, confounder: Confounder, *, identifier: str) -> Drawing:
    """Which prevalence among the exposed and which effect of the confounder would explain the effect away.

    Grey: the estimate, or only its interval, would reach 1. Lines across: what papers print of the confounder's effect.
    """
    effect = found.effect
    across = Axis(0.0, 1.0, _LEFT, svg.PAGE_WIDTH - 12)
    up = Axis(1.0, _EFFECTS[-1], 20.0 + _HEIGHT, 20.0, logarithmic=True)
    limit = nearer_limit(effect)
    light = _region(effect, confounder.prevalence, across, up, limit=True) if limit is not None else []
    dark = _region(effect, confounder.prevalence, across, up, limit=False)
    parts = [*light, *dark]
    parts += _frame(across, up, confounder)
    own = across(confounder.prevalence)
    parts.append(svg.line(own, up.start, own, up.end, stroke=svg.MUTED, dash="2 2"))
    words = f"among the others: {confounder.prevalence:.0%}"
    half = text_width(words, svg.SMALL) / 2
    at = min(max(own, across.start + half), across.end - half)
    parts.append(svg.text(at, up.end - 5, words, size=svg.SMALL, fill=svg.MUTED, anchor="middle"))
    parts += _known(confounder, across, up, right=effect.estimate < 1.0)
    legend, height = _legend(bool(dark), bool(light) if limit is not None else None, up.start + 44)
    alt = "; ".join(
        f"with a confounder effect of {numbers.rounded(one.known.value, 2)} "
        + (
            f"{one.estimate.value:.0%} of the exposed would have to have it"
            if one.estimate.value is not None
            else "no imbalance is enough"
        )
        for one in found.tipping
    )
    title = f"Tipping points: {confounder.name} and {effect.label}"
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, height, [*parts, *legend])


def e_value_figure(found: Robustness, *, identifier: str) -> Drawing:
    """The pairs of risk ratios of a confounder that are just enough: for the estimate, and for the nearer limit."""
    _, value = found.e_values[0]
    top = min(max(4.0, math.ceil(value.estimate * 1.8)), 40.0)
    across = Axis(1.0, top, _LEFT, svg.PAGE_WIDTH - 12)
    up = Axis(1.0, top, 14.0 + _HEIGHT, 14.0)
    parts = _e_axes(across, up, top)
    lines = [("estimate", value.estimate, "")]
    if value.limit is not None and value.limit > 1.0:
        lines.append(("limit of the interval", value.limit, "5 2.5"))
    for name, strength, dash in lines:
        needed = bounding_factor(strength, strength)
        steps: list[str] = []
        for k in range(_STEPS + 1):
            x = needed + (top - needed) * (k / _STEPS) ** 2
            # B = xy / (x + y - 1) solved for y; at x = B it has no end
            y = needed * (x - 1.0) / (x - needed) if x > needed else math.inf
            if y <= top:
                steps.append(f"{'M' if not steps else 'L'}{svg.number(across(x))} {svg.number(up(y))}")
        if steps:
            parts.append(svg.path(" ".join(steps), stroke=svg.INK, width=1.4, dash=dash))
        if strength > 1.0:
            x, y = across(strength), up(strength)
            parts.append(svg.rectangle(x - 2.6, y - 2.6, 5.2, 5.2, fill=svg.INK))
            words = f"E-value of the {name}: {numbers.rounded(strength, 2)}"
            parts.append(svg.rectangle(x + 6, y - 11, text_width(words, svg.NORMAL) + 4, 12, fill="#ffffff"))
            parts.append(svg.text(x + 8, y - 2, words))
    alt = ", ".join(f"the E-value of the {name} is {numbers.rounded(one, 2)}" for name, one, _ in lines)
    title = f"Confounders that would be strong enough: {found.effect.label}"
    return svg.drawing(identifier, title, alt, svg.PAGE_WIDTH, up.start + 34, parts)


def _region(effect: Effect, unexposed: float, across: Axis, up: Axis, *, limit: bool) -> list[str]:
    """The area above the tipping line, column by column: each prevalence has one least effect, or none."""
    areas: list[str] = []
    line: list[tuple[float, float]] = []
    for k in range(_STEPS + 1):
        exposed = k / _STEPS
        needed = tipping_effect(effect, exposed, unexposed, limit=limit)
        inside = needed.value is not None and 1.0 <= needed.value <= up.high
        if inside and needed.value is not None:
            line.append((across(exposed), up(needed.value)))
        if line and (not inside or k == _STEPS):
            areas += _area(line, up, fill=_LIGHT if limit else _DARK, dash="5 2.5" if limit else "")
            line = []
    return areas


def _area(line: list[tuple[float, float]], up: Axis, *, fill: str, dash: str) -> list[str]:
    edge = " L".join(f"{svg.number(x)} {svg.number(y)}" for x, y in line)
    first, last = svg.number(line[0][0]), svg.number(line[-1][0])
    top = svg.number(up.end)
    return [
        svg.path(f"M{edge} L{last} {top} L{first} {top} Z", fill=fill),
        svg.path(f"M{edge}", stroke=svg.INK, width=1.2, dash=dash),
    ]


def _frame(across: Axis, up: Axis, confounder: Confounder) -> list[str]:
    parts = [
        svg.line(across.start, up.start, across.end, up.start),
        svg.line(across.start, up.start, across.start, up.end),
    ]
    for k in range(11):
        x = across(k / 10)
        parts.append(svg.line(x, up.start, x, up.start + 3))
        parts.append(svg.text(x, up.start + 13, f"{k * 10}%", anchor="middle"))
    for value in _EFFECTS:
        y = up(value)
        parts.append(svg.line(across.start - 3, y, across.start, y))
        parts.append(svg.text(across.start - 5, y + 3, numbers.number(value), anchor="end"))
    words = f"{confounder.name} among the exposed"
    parts.append(svg.text((across.start + across.end) / 2, up.start + 27, words, anchor="middle", bold=True))
    middle = (up.start + up.end) / 2
    parts.append(
        svg.text(
            22, middle, f"Ratio of {confounder.name} and outcome", anchor="middle", bold=True, turned=True
        )
    )
    return parts


def _known(confounder: Confounder, across: Axis, up: Axis, *, right: bool) -> list[str]:
    """Printed effects as lines across; the lowest has its words under it, the others over theirs, moved apart."""
    parts: list[str] = []
    shown = sorted({one.value: one for one in confounder.effects}.values(), key=lambda known: known.value)
    highest = math.inf
    for k, one in enumerate(one for one in shown if 1.0 <= one.value <= up.high):
        y = up(one.value)
        parts.append(svg.line(across.start, y, across.end, y, stroke=svg.INK, width=0.7, dash="1.5 1.5"))
        words = f"{numbers.rounded(one.value, 2)}: {one.place}"
        under = k == 0 and len(shown) > 1 and y + 10 < up.start
        at = y + 8.5 if under else min(y - 2.5, highest - 9.5)
        if not under:
            highest = at
        width = text_width(words, svg.SMALL)
        x = across.end - width - 6 if right else across.start + 6
        parts.append(svg.rectangle(x - 2, at - 6.5, width + 4, 8.2, fill="#ffffff"))
        parts.append(svg.text(x, at, words, size=svg.SMALL))
    return parts


def _legend(dark: bool, light: bool | None, y: float) -> tuple[list[str], float]:
    """What the tints mean; `light` is None when the interval includes 1 anyway."""
    rows = [(_DARK, "", "the estimate would be 1 or on its other side", dark)]
    if light is not None:
        rows.append((_LIGHT, "5 2.5", "the interval would include 1", light))
    parts = []
    for fill, dash, words, drawn in rows:
        parts.append(svg.rectangle(_LEFT, y - 8, 20, 9, fill=fill))
        parts.append(svg.line(_LEFT, y + 1, _LEFT + 20, y + 1, stroke=svg.INK, width=1.2, dash=dash))
        parts.append(svg.text(_LEFT + 26, y, words if drawn else f"{words}: nowhere in this figure"))
        y += 13
    return parts, y


def _e_axes(across: Axis, up: Axis, top: float) -> list[str]:
    parts = [
        svg.line(across.start, up.start, across.end, up.start),
        svg.line(across.start, up.start, across.start, up.end),
    ]
    step = max(1, round((top - 1) / 8))
    for value in range(1, int(top) + 1, step):
        x, y = across(value), up(value)
        parts.append(svg.line(x, up.start, x, up.start + 3))
        parts.append(svg.text(x, up.start + 13, str(value), anchor="middle"))
        parts.append(svg.line(across.start - 3, y, across.start, y))
        parts.append(svg.text(across.start - 5, y + 3, str(value), anchor="end"))
    middle = (across.start + across.end) / 2
    parts.append(
        svg.text(middle, up.start + 27, "Risk ratio of exposure and confounder", anchor="middle", bold=True)
    )
    middle = (up.start + up.end) / 2
    words = "Risk ratio of confounder and outcome"
    parts.append(svg.text(22, middle, words, anchor="middle", bold=True, turned=True))
    return parts
