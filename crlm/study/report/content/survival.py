"""The outcomes: for each endpoint its curves with the numbers at risk, and its survival table."""

from __future__ import annotations

from crlm.rendering import numbers
from crlm.rendering.numbering import Footnotes, Numbering, lower_first, sentence_case
from crlm.rendering.tree import (
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
from crlm.study.report.content.incidence import incidence_figures, incidence_rows
from crlm.study.report.content.units import counted, many
from crlm.study.report.figures.curves import MOST_BANDS
from crlm.study.report.figures.kaplan_meier import kaplan_meier_figure, medians_drawn
from crlm.study.results import Curve, EndpointResult, Results


def section(results: Results, numbering: Numbering, banner: str | None) -> Section:
    """Every endpoint in a section of its own."""
    return numbering.section(
        "outcomes", "Outcomes", [_endpoint(one, results, numbering, banner) for one in results.endpoints]
    )


def _endpoint(
    endpoint: EndpointResult, results: Results, numbering: Numbering, banner: str | None
) -> Section:
    ratio = crude_ratio(endpoint, results)
    blocks: list[Block] = [
        Paragraph(inline(" ".join([*_definition(endpoint), _analysed(endpoint)]))),
        *([Paragraph(inline(endpoint.late_group), "attention")] if endpoint.late_group else []),
        _figure(endpoint, numbering, banner, None, by_group=False),
    ]
    if endpoint.groups:
        blocks.append(_figure(endpoint, numbering, banner, ratio, by_group=True))
    blocks += incidence_figures(endpoint, numbering, banner)
    blocks.append(table(endpoint, numbering))
    return Section(f"endpoint-{endpoint.id}", "", endpoint.label, tuple(blocks))


def crude_ratio(endpoint: EndpointResult, results: Results) -> str | None:
    """The hazard ratio of two groups in words, when a Cox model of this endpoint has it as univariable analysis.

    Nothing is computed here: the number is that of the model's table. A model of some of the records does not count.
    """
    if len(endpoint.groups) != 2 or results.comparison is None:
        return None
    shown = {curve.group for curve in endpoint.groups}
    for model in results.models:
        if model.endpoint != endpoint.id or model.ratio != "hazard ratio" or model.where is not None:
            continue
        for term in model.terms:
            others = [one for one in term.levels if not one.reference and one.level in shown]
            whole = {one.level for one in term.levels} == shown and term.n == endpoint.n
            if term.variable == results.comparison.variable and whole and len(others) == 1:
                effect = others[0].univariable
                if effect is not None and effect.ratio.value is not None:
                    return f"Hazard ratio {numbers.ratio_interval(effect.ratio)}"
    return None


def _definition(endpoint: EndpointResult) -> list[str]:
    """What counts as the event, and from when time counts."""
    sentences = [endpoint.definition] if endpoint.definition else ["The protocol gives no definition."]
    if endpoint.time_zero:
        sentences.append(f"Time counts from {lower_first(endpoint.time_zero)}, in {endpoint.time_unit}.")
    else:
        sentences.append(f"Time is in {endpoint.time_unit}; the protocol does not say from when it counts.")
    if endpoint.horizon is not None:
        sentences.append(f"Follow-up ends at {numbers.number(endpoint.horizon)} {endpoint.time_unit}.")
    return sentences


def _analysed(endpoint: EndpointResult) -> str:
    was = "was" if endpoint.n == 1 else "were"
    text = (
        f"{counted(endpoint.n, endpoint.unit)} {was} analysed: {numbers.count(endpoint.events)} with the event, "
        f"{numbers.count(endpoint.censored)} censored"
    )
    if endpoint.competing:
        text += f", {numbers.count(endpoint.competing)} with a competing event and censored there"
    text += "."
    for removed in endpoint.excluded:
        text += f" Left out: {lower_first(removed.label)} ({numbers.count(removed.n)})."
    return text


def _figure(
    endpoint: EndpointResult,
    numbering: Numbering,
    banner: str | None,
    ratio: str | None,
    *,
    by_group: bool,
) -> Figure:
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
    whom = many(endpoint.unit)
    caption = (
        f"Kaplan\u2013Meier curve{plural} of {subject}{' by group' if by_group else f', all {whom}'}{bands}. "
        f"Ticks: censored{medians}. Below: {whom} at risk, and those censored or with the event before that time."
    )
    alt = f"Kaplan\u2013Meier plot of {subject} over {endpoint.time_unit}. " + " ".join(
        _told(one, endpoint) for one in curves
    )
    if by_group and endpoint.log_rank is not None and endpoint.log_rank.p is not None:
        alt += f" Log-rank test: {numbers.p_words(endpoint.log_rank.p)}."
    if ratio is not None:
        alt += f" {ratio}."
        caption += " Hazard ratio: univariable Cox model."
    drawing = kaplan_meier_figure(
        endpoint,
        by_group=by_group,
        identifier=identifier,
        title=endpoint.label,
        alt=alt,
        banner=banner,
        ratio=ratio,
    )
    return Figure(identifier, numbering.figure(), caption, alt, drawing.svg, drawing.width, drawing.height)


def _told(curve: Curve, endpoint: EndpointResult) -> str:
    median = numbers.time_interval(curve.median)
    counts = f"{numbers.count(curve.events)} events in {counted(curve.n, endpoint.unit)}"
    return f"{curve.label}: {counts}, median {median} {endpoint.time_unit}."


def table(endpoint: EndpointResult, numbering: Numbering) -> Table:
    """Median, landmark survival and follow-up, a column per curve."""
    curves = (endpoint.overall, *endpoint.groups)
    notes = Footnotes()
    reverse = "reverse-kaplan-meier" in endpoint.follow_up
    follow_up = "; follow-up by the reverse Kaplan\u2013Meier method" if reverse else ""
    notes.note(
        f"CI: confidence interval, {endpoint.interval}; survival by the Kaplan\u2013Meier method, variance by "
        f"Greenwood's formula{follow_up}."
    )
    if endpoint.median_interval == "spss":
        notes.note("Interval of the median: the median plus and minus a multiple of its standard error.")
    for text in endpoint.notes:
        if text != endpoint.late_group:
            notes.note(text)
    level = numbers.level_words(endpoint.overall.median.level)
    unit = endpoint.time_unit
    body = [
        _row(many(endpoint.unit).capitalize(), [cell(numbers.count(one.n)) for one in curves]),
        _row("Events", [cell(numbers.count(one.events)) for one in curves]),
        _row(f"Median survival, {unit} ({level} CI)", [_median(one, notes) for one in curves]),
    ]
    if endpoint.overall.landmarks:
        body.append(_row(f"Survival, % ({level} CI); at risk", [cell("") for _ in curves]))
        for k, landmark in enumerate(endpoint.overall.landmarks):
            cells = [_landmark(one, k, notes) for one in curves]
            body.append(Row((cell(f"{numbers.number(landmark.time)} {unit}"), *cells), "level", 1))
    if reverse:
        body.append(
            _row(f"Median follow-up, {unit} ({level} CI)", [_follow_up(one, notes) for one in curves])
        )
    if "survivors" in endpoint.follow_up:
        cells = [_survivors(one, notes) for one in curves]
        body.append(_row(f"Follow-up of those without the event, {unit}; median (IQR)", cells))
        notes.note("Those without the event: censored, without a competing event. IQR: interquartile range.")
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
    body += incidence_rows(endpoint, notes)
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


def _survivors(curve: Curve, notes: Footnotes) -> Cell:
    one = curve.survivors
    if one is None or one.median is None or one.q1 is None or one.q3 is None:
        return cell(numbers.NONE, notes.mark(one.reason if one is not None else None))
    median, q1, q3 = (numbers.rounded(value, 1) for value in (one.median, one.q1, one.q3))
    return cell(f"{median} ({q1} to {q3})")


def _landmark(curve: Curve, k: int, notes: Footnotes) -> Cell:
    if k >= len(curve.landmarks):
        return cell(numbers.NONE)
    one = curve.landmarks[k]
    return cell(
        f"{numbers.survival_interval(one.survival)}; {numbers.count(one.at_risk)}",
        notes.mark(one.survival.reason),
    )
