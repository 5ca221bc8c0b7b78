"""The front of a report: summary, background, methods; and what the authors add at its end."""

from __future__ import annotations

from crlm.rendering import numbers
from crlm.rendering.numbering import Numbering, listed
from crlm.rendering.tree import Block, BulletList, Inline, KeyValues, Paragraph, Run, Section, inline
from crlm.study.report.content.units import counted, many
from crlm.study.results import Curve, EndpointResult, Landmark, Results

BANNER = "SYNTHETIC DATA: not real patients. Nothing here may be used for care or published as a result."


def banner(results: Results) -> str | None:
    """The words that stand on every page when the data are synthetic."""
    return BANNER if results.provenance.data.synthetic else None


def data_words(results: Results) -> str:
    """The data set in a few words: its name and the first twelve digits of its hash, which is a snapshot's id."""
    data = results.provenance.data
    hashed = f"snapshot {data.snapshot[:12]}" if data.snapshot else f"SHA-256 {data.sha256[:12]}"
    return f"{'SYNTHETIC ' if data.synthetic else ''}{data.name}, {hashed}"


def summary(results: Results, numbering: Numbering) -> Section:
    """What was asked, of whom, and how they fared."""
    study, flow, data = results.study, results.flow, results.provenance.data
    items: list[tuple[str, Inline]] = []
    if study.question:
        items.append(("Question", inline(study.question)))
    if study.design:
        items.append(("Design", inline(study.design)))
    if study.source:
        items.append(("Source", inline(study.source)))
    items.append(
        (
            "Data",
            inline(
                f"{data.name}: {numbers.count(data.rows)} rows, {numbers.count(data.columns)} columns; SHA-256 ",
                Run(data.sha256[:12], code=True),
                " (in full in ",
                Run("Provenance", target="provenance"),
                ")",
            ),
        )
    )
    items.append(
        (
            many(flow.unit).capitalize(),
            inline(
                f"{numbers.count(flow.final)} of {numbers.count(flow.read)} rows read (",
                Run("flow chart", target="population"),
                ")",
            ),
        )
    )
    if results.comparison is not None:
        groups = [f"{group.label} (n = {numbers.count(group.n)})" for group in results.comparison.groups]
        items.append(("Comparison", inline(f"{results.comparison.label}: {'; '.join(groups)}")))
    bullets = tuple(inline(Run(f"{one.label}. ", bold=True), outcome_words(one)) for one in results.endpoints)
    return numbering.section("summary", "Study summary", [KeyValues(tuple(items)), BulletList(bullets)])


def outcome_words(endpoint: EndpointResult) -> str:
    """An endpoint's main numbers in sentences."""
    overall = endpoint.overall
    level = numbers.level_words(overall.median.level)
    text = f"{_events(endpoint.events)} in {counted(endpoint.n, endpoint.unit)}; {_median(overall, endpoint, level)}"
    if overall.landmarks:
        each = [_landmark(one, endpoint, first=k == 0) for k, one in enumerate(overall.landmarks)]
        text += f"; event-free {listed(each)}"
    text += "."
    if endpoint.log_rank is not None:
        p = (
            numbers.p_words(endpoint.log_rank.p)
            if endpoint.log_rank.p is not None
            else f"no p ({endpoint.log_rank.reason})"
        )
        text += f" Comparison of {len(endpoint.groups)} groups, log-rank test: {p}."
    return text


def _events(n: int) -> str:
    return f"{numbers.count(n)} event{'' if n == 1 else 's'}"


def _landmark(one: Landmark, endpoint: EndpointResult, *, first: bool) -> str:
    at = f"{numbers.number(one.time)} {endpoint.time_unit}" if first else numbers.number(one.time)
    if one.survival.value is None:
        return f"at {at} not estimable"
    bounds = numbers.survival_interval(one.survival).partition(" ")[2]
    return f"at {at} {numbers.probability(one.survival.value)}% {bounds}"


def _median(curve: Curve, endpoint: EndpointResult, level: str) -> str:
    if curve.median.value is None:
        return "median not reached"
    lower, upper = (
        "not reached" if bound is None else numbers.rounded(bound, 1)
        for bound in (curve.median.lower, curve.median.upper)
    )
    return f"median {numbers.rounded(curve.median.value, 1)} {endpoint.time_unit} ({level} CI {lower} to {upper})"


def background(results: Results, numbering: Numbering) -> Section | None:
    """The authors' background, when the protocol gives one."""
    if not results.reporting.background:
        return None
    return numbering.section("background", "Background", [Paragraph(inline(results.reporting.background))])


def methods(results: Results, numbering: Numbering) -> Section:
    """The methods paragraph, and what only the authors know about the setting."""
    told = results.reporting
    setting = _told(
        ("Setting", told.setting),
        ("Participants", told.participants),
        ("Data sources and measurement", told.data_sources),
        ("Bias", told.bias),
        ("Study size", told.study_size),
        ("Ethics", told.ethics),
    )
    blocks: list[Block] = [KeyValues(setting)] if setting else []
    blocks.extend(
        Paragraph(inline(Run(f"{one.title}. ", bold=True), " ".join(one.sentences)))
        for one in results.methods
    )
    return numbering.section("methods", "Methods", blocks)


def discussion(results: Results, numbering: Numbering) -> Section | None:
    """The authors' limitations and interpretation, when the protocol gives them."""
    told = results.reporting
    items = _told(
        ("Limitations", told.limitations),
        ("Interpretation", told.interpretation),
        ("Generalisability", told.generalisability),
    )
    return numbering.section("discussion", "Discussion", [KeyValues(items)]) if items else None


def other_information(results: Results, numbering: Numbering) -> Section | None:
    """Funding, when the protocol gives it."""
    items = _told(("Funding", results.reporting.funding))
    return numbering.section("other-information", "Other information", [KeyValues(items)]) if items else None


def _told(*items: tuple[str, str | None]) -> tuple[tuple[str, Inline], ...]:
    return tuple((term, inline(text)) for term, text in items if text)
