"""Cumulative incidence curves, overall or by group, with Gray's test."""

from __future__ import annotations

from crlm.rendering import numbers
from crlm.rendering.figures.axis import Axis
from crlm.rendering.figures.svg import Drawing
from crlm.study.report.figures.curves import Line, curves_figure, words_in_corner
from crlm.study.results import CumulativeIncidence, EndpointResult, IncidenceCurve


def cumulative_incidence_figure(
    endpoint: EndpointResult,
    incidence: CumulativeIncidence,
    *,
    by_group: bool,
    identifier: str,
    title: str,
    alt: str,
    banner: str | None,
) -> Drawing:
    """The curves of an endpoint's event while competing events act too; they leave the top left corner free."""
    curves = incidence.groups if by_group else (incidence.overall,)

    def test(time: Axis, probability: Axis) -> list[str]:
        if not by_group or incidence.gray is None:
            return []
        p = numbers.p_words(incidence.gray.p) if incidence.gray.p is not None else "no p value"
        return words_in_corner((f"Gray's test {p}",), (time.start + 8, probability.end + 12))

    return curves_figure(
        tuple(_line(curve) for curve in curves),
        endpoint,
        by_group=by_group,
        axis="Cumulative incidence of the event",
        under=lambda time, probability: [],
        over=test,
        identifier=identifier,
        title=title,
        alt=alt,
        banner=banner,
    )


def _line(curve: IncidenceCurve) -> Line:
    return Line(
        label=curve.label,
        n=curve.n,
        events=curve.events,
        start=0.0,
        time=curve.time,
        value=curve.incidence,
        lower=curve.lower,
        upper=curve.upper,
        jumps=curve.events_at,
        censored=curve.censored_at,
        last_time=curve.last_time,
    )
