"""The event in the presence of competing events: figures, and rows of the survival table."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.rendering import numbers
from crlm.rendering.numbering import Footnotes, Numbering, lower_first, sentence_case
from crlm.rendering.tree import Cell, Figure, Row, cell
from crlm.study.report.content.units import many
from crlm.study.report.figures.cumulative_incidence import cumulative_incidence_figure
from crlm.study.report.figures.curves import MOST_BANDS
from crlm.study.results import CumulativeIncidence, EndpointResult, IncidenceCurve


def incidence_figures(endpoint: EndpointResult, numbering: Numbering, banner: str | None) -> Iterator[Figure]:
    """One figure: by group when there are groups, of everyone otherwise."""
    incidence = endpoint.incidence
    if incidence is None:
        return
    by_group = bool(incidence.groups)
    curves = incidence.groups if by_group else (incidence.overall,)
    identifier = f"incidence-{endpoint.id}"
    plural = "s" if by_group else ""
    level = numbers.level_words(endpoint.overall.median.level)
    bands = f", with {level} confidence interval{plural}" if len(curves) <= MOST_BANDS else ""
    whom = "by group" if by_group else f"all {many(endpoint.unit)}"
    caption = (
        f"Cumulative incidence of the event of {lower_first(endpoint.label)} in the presence of competing events, "
        f"{whom}{bands} (Aalen\u2013Johansen). Ticks: censored. Below: {many(endpoint.unit)} at risk; those with a "
        "competing event are among the censored there."
    )
    alt = f"Cumulative incidence over {endpoint.time_unit}. " + " ".join(
        f"{one.label}: {numbers.count(one.events)} events and {numbers.count(one.competing)} competing events in "
        f"{numbers.count(one.n)}."
        for one in curves
    )
    drawing = cumulative_incidence_figure(
        endpoint,
        incidence,
        by_group=by_group,
        identifier=identifier,
        title=f"{endpoint.label}: cumulative incidence",
        alt=alt,
        banner=banner,
    )
    yield Figure(identifier, numbering.figure(), caption, alt, drawing.svg, drawing.width, drawing.height)


def incidence_rows(endpoint: EndpointResult, notes: Footnotes) -> Iterator[Row]:
    """Competing events, incidence at the landmarks, and Gray's test."""
    incidence = endpoint.incidence
    if incidence is None:
        return
    curves = {one.group: one for one in (incidence.overall, *incidence.groups)}
    shown = [curves[one.group] for one in (endpoint.overall, *endpoint.groups)]
    notes.note(
        "Cumulative incidence by the Aalen\u2013Johansen method: the probability of having had the event while "
        "competing events act too."
    )
    level = numbers.level_words(endpoint.overall.median.level)
    yield Row((cell("Competing events"), *(cell(numbers.count(one.competing)) for one in shown)), "variable")
    if incidence.overall.landmarks:
        empty = [cell("") for _ in shown]
        yield Row((cell(f"Cumulative incidence, % ({level} CI); at risk"), *empty), "variable")
        for k, landmark in enumerate(incidence.overall.landmarks):
            label = cell(f"{numbers.number(landmark.time)} {endpoint.time_unit}")
            yield Row((label, *(_at(one, k, notes) for one in shown)), "level", 1)
    if incidence.gray is not None:
        yield Row((cell("p, Gray's test"), *_gray(incidence, notes)), "variable")


def _at(curve: IncidenceCurve, k: int, notes: Footnotes) -> Cell:
    one = curve.landmarks[k]
    text = f"{numbers.survival_interval(one.incidence)}; {numbers.count(one.at_risk)}"
    return cell(text, notes.mark(one.incidence.reason))


def _gray(incidence: CumulativeIncidence, notes: Footnotes) -> tuple[Cell, Cell]:
    test = incidence.gray
    assert test is not None
    if test.p is None or test.statistic is None or test.df is None:
        shown = cell("no p value", notes.mark(test.reason), columns=len(incidence.groups))
        return cell(numbers.NONE), shown
    statistic = f"chi-square {numbers.rounded(test.statistic, 2)} on {numbers.number(test.df)} df"
    marks = [notes.mark(f"{sentence_case(test.words).rstrip('.')}: {statistic}")]
    marks += [notes.mark(one) for one in test.notes]
    return cell(numbers.NONE), cell(numbers.p_value(test.p), *marks, columns=len(incidence.groups))
