"""Kaplan-Meier curves, overall or by group, with medians and the comparison of the groups."""

from __future__ import annotations

from crlm.rendering import numbers
from crlm.rendering.figures import svg
from crlm.rendering.figures.axis import Axis
from crlm.rendering.figures.svg import Drawing
from crlm.study.report.figures.curves import Line, curves_figure, words_in_corner, words_width
from crlm.study.results import Curve, EndpointResult

MOST_MEDIANS = 3
"""Medians are drawn for so many curves at most."""


def kaplan_meier_figure(
    endpoint: EndpointResult,
    *,
    by_group: bool,
    identifier: str,
    title: str,
    alt: str,
    banner: str | None,
    ratio: str | None = None,
) -> Drawing:
    """The curves of an endpoint, overall or by group; `ratio`: the hazard ratio of two groups, in words."""
    curves = endpoint.groups if by_group else (endpoint.overall,)

    def test(time: Axis, survival: Axis) -> list[str]:
        if not by_group or endpoint.log_rank is None:
            return []
        p = numbers.p_words(endpoint.log_rank.p) if endpoint.log_rank.p is not None else "no p value"
        words = (f"Log-rank {p}",) if ratio is None else (ratio, f"Log-rank {p}")
        return _test(words, curves, time, survival)

    return curves_figure(
        tuple(_line(curve) for curve in curves),
        endpoint,
        by_group=by_group,
        axis=endpoint.label,
        under=lambda time, survival: _medians(curves, time, survival),
        over=test,
        identifier=identifier,
        title=title,
        alt=alt,
        banner=banner,
    )


def _line(curve: Curve) -> Line:
    return Line(
        label=curve.label,
        n=curve.n,
        events=curve.events,
        start=1.0,
        time=curve.time,
        value=curve.survival,
        lower=curve.lower,
        upper=curve.upper,
        jumps=curve.events_at,
        censored=curve.censored_at,
        last_time=curve.last_time,
    )


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


def _test(words: tuple[str, ...], curves: tuple[Curve, ...], time: Axis, survival: Axis) -> list[str]:
    """The test, in whichever corner the curves leave free: bottom left, else top right; lines stop short of it."""
    width = words_width(words) + 16
    until = time.low + width / (time.end - time.start) * (time.high - time.low)
    lowest = min((_at(curve, until) for curve in curves), default=1.0)
    if lowest > 0.08 + 0.06 * len(words):
        corner = (time.start + 8, survival.start - 8 - 10 * (len(words) - 1))
    else:
        corner = (time.end + 12 - width, survival.end + 12)
    return words_in_corner(words, corner)


def _at(curve: Curve, until: float) -> float:
    lowest = 1.0
    for at, value, bound in zip(curve.time, curve.survival, curve.lower, strict=True):
        if at > until:
            break
        lowest = min(lowest, value if bound is None else bound)
    return lowest
