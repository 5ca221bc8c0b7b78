"""The outcomes: for each endpoint its curves with the numbers at risk, and its survival table."""

from __future__ import annotations

from crlm.study.report import numbers
from crlm.study.report.content.numbering import Footnotes, Numbering, lower_first, sentence_case
from crlm.study.report.figures.kaplan_meier import MOST_BANDS, kaplan_meier_figure, medians_drawn
from crlm.study.report.tree import (
    Align,
    Block,
    Cell,
    Column,
    Figure,
    HeaderCell,
    Paragraph,
    Row,
    Section,
    Table,
    cell,
    inline,
)
from crlm.study.results import Curve, EndpointResult, Results


def section(results: Results, numbering: Numbering, banner: str | None) -> Section:
    """Every endpoint in a section of its own."""
    return numbering.section(
        "outcomes", "Outcomes", [_endpoint(one, numbering, banner) for one in results.endpoints]
    )


def _endpoint(endpoint: EndpointResult, numbering: Numbering, banner: str | None) -> Section:
    blocks: list[Block] = [
        Paragraph(inline(_analysed(endpoint))),
        _figure(endpoint, numbering, banner, by_group=False),
    ]
    if endpoint.groups:
        blocks.append(_figure(endpoint, numbering, banner, by_group=True))
    blocks.append(table(endpoint, numbering))
    return Section(f"endpoint-{endpoint.id}", "", endpoint.label, tuple(blocks))


def _analysed(endpoint: EndpointResult) -> str:
    text = (
        f"{numbers.count(endpoint.n)} patients were analysed: {numbers.count(endpoint.events)} with the event, "
        f"{numbers.count(endpoint.censored)} censored"
    )
    if endpoint.competing:
        text += f", {numbers.count(endpoint.competing)} with a competing event and censored there"
    text += "."
    for removed in endpoint.excluded:
        text += f" Left out: {lower_first(removed.label)} ({numbers.count(removed.n)})."
    return text


def _figure(endpoint: EndpointResult, numbering: Numbering, banner: str | None, *, by_group: bool) -> Figure:
    curves = endpoint.groups if by_group else (endpoint.overall,)
    identifier = f"km-{'groups' if by_group else 'all'}-{endpoint.id}"
    label = numbers.level_words(endpoint.overall.median.level)
    subject = lower_first(endpoint.label)
    plural = "s" if by_group else ""
    bands = (
        f", with {label} confidence interval{plural} ({endpoint.interval})"
        if len(curves) <= MOST_BANDS
        else ""
    )
    medians = "; dotted: median" if medians_drawn(curves, endpoint.axis_until) else ""
    caption = (
        f"Kaplan\u2013Meier curve{plural} of {subject}{' by group' if by_group else ', all patients'}{bands}. "
        f"Ticks: censored{medians}. Below: patients at risk, and those censored or with the event before that time."
    )
    alt = f"Kaplan\u2013Meier plot of {subject} over {endpoint.time_unit}. " + " ".join(
        _told(one, endpoint) for one in curves
    )
    if by_group and endpoint.log_rank is not None and endpoint.log_rank.p is not None:
        alt += f" Log-rank test: {numbers.p_words(endpoint.log_rank.p)}."
    drawing = kaplan_meier_figure(
        endpoint, by_group=by_group, identifier=identifier, title=f"{endpoint.label}", alt=alt, banner=banner
    )
    return Figure(identifier, numbering.figure(), caption, alt, drawing.svg, drawing.width, drawing.height)


def _told(curve: Curve, endpoint: EndpointResult) -> str:
    median = numbers.time_interval(curve.median)
    counts = f"{numbers.count(curve.events)} events in {numbers.count(curve.n)} patients"
    return f"{curve.label}: {counts}, median {median} {endpoint.time_unit}."


def table(endpoint: EndpointResult, numbering: Numbering) -> Table:
    """Median, landmark survival and follow-up, a column per curve."""
    curves = (endpoint.overall, *endpoint.groups)
    notes = Footnotes()
    notes.note(
        f"CI: confidence interval, {endpoint.interval}; survival by the Kaplan\u2013Meier method, variance by "
        "Greenwood's formula; follow-up by the reverse Kaplan\u2013Meier method."
    )
    for text in endpoint.notes:
        notes.note(text)
    level = numbers.level_words(endpoint.overall.median.level)
    unit = endpoint.time_unit
    body = [
        _row("Patients", [cell(numbers.count(one.n)) for one in curves]),
        _row("Events", [cell(numbers.count(one.events)) for one in curves]),
        _row(f"Median survival, {unit} ({level} CI)", [_median(one, notes) for one in curves]),
    ]
    if endpoint.overall.landmarks:
        body.append(_row(f"Survival, % ({level} CI); at risk", [cell("") for _ in curves]))
        for k, landmark in enumerate(endpoint.overall.landmarks):
            cells = [_landmark(one, k, notes) for one in curves]
            body.append(Row((cell(f"{numbers.number(landmark.time)} {unit}"), *cells), "level", 1))
    body.append(_row(f"Median follow-up, {unit} ({level} CI)", [_follow_up(one, notes) for one in curves]))
    if endpoint.observed_expected:
        expected = {one.group: numbers.rounded(one.expected, 1) for one in endpoint.observed_expected}
        cells = [cell(expected.get(one.group or "", numbers.NONE)) for one in curves]
        body.append(_row("Events expected if the groups did not differ", cells))
    if endpoint.log_rank is not None:
        test = endpoint.log_rank
        text = numbers.p_value(test.p) if test.p is not None else "no p value"
        mark = notes.mark(test.reason) if test.p is None else notes.mark(_statistic(endpoint))
        marks = [mark, *(notes.mark(one) for one in test.notes)]
        body.append(
            _row("p, log-rank test", [cell(numbers.NONE), cell(text, *marks, columns=len(endpoint.groups))])
        )
    right: Align = "right"
    return Table(
        id=f"survival-{endpoint.id}",
        number=numbering.table(),
        caption=f"{endpoint.label}: median, landmark survival and follow-up",
        columns=(Column("measure"), *(Column(one.group or "all", right) for one in curves)),
        header=((HeaderCell("Measure"), *(HeaderCell(one.label) for one in curves)),),
        body=tuple(body),
        footnotes=notes.all(),
    )


def _row(label: str, cells: list[Cell]) -> Row:
    return Row((cell(label), *cells), "variable")


def _statistic(endpoint: EndpointResult) -> str:
    test = endpoint.log_rank
    if test is None or test.statistic is None or test.df is None:
        return ""
    statistic = f"chi-square {numbers.rounded(test.statistic, 2)} on {numbers.number(test.df)} df"
    return f"{sentence_case(test.words).rstrip('.')}: {statistic}"


def _median(curve: Curve, notes: Footnotes) -> Cell:
    return cell(numbers.time_interval(curve.median), notes.mark(curve.median.reason))


def _follow_up(curve: Curve, notes: Footnotes) -> Cell:
    return cell(numbers.time_interval(curve.follow_up), notes.mark(curve.follow_up.reason))


def _landmark(curve: Curve, k: int, notes: Footnotes) -> Cell:
    if k >= len(curve.landmarks):
        return cell(numbers.NONE)
    one = curve.landmarks[k]
    return cell(
        f"{numbers.survival_interval(one.survival)}; {numbers.count(one.at_risk)}",
        notes.mark(one.survival.reason),
    )
