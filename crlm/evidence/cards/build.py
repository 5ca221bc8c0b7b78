"""Evidence cards from the library: what is known of a clinical question, audited, pooled where that is sensible."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from crlm.evidence.audit import Audit, audit
from crlm.evidence.cards.model import (
    CardAudit,
    CardCaution,
    CardDoubt,
    CardEffect,
    CardPooled,
    CardStudy,
    EvidenceCard,
    capitalised,
    words,
)
from crlm.evidence.cards.series import series_cards
from crlm.evidence.citations import short
from crlm.evidence.description import Question
from crlm.evidence.numbers import PublishedEffect
from crlm.evidence.paper import Paper
from crlm.evidence.pooling import Estimate, by_question, overlaps, pool_estimates
from crlm.evidence.pooling.document import ratio
from crlm.evidence.pooling.estimate import ADJUSTED
from crlm.evidence.wording import in_words

METHOD = "random effects, REML, Hartung-Knapp"

Auditor = Callable[[Paper], Audit]


def questions(papers: Iterable[Paper]) -> tuple[tuple[str, str], ...]:
    """Every comparison with an endpoint that some paper answers, in the order of the library."""
    found = ((one.comparison, one.endpoint) for paper in papers for one in paper.questions)
    return tuple(dict.fromkeys(found))


def evidence_cards(
    papers: Sequence[Paper],
    *,
    comparison: str | None = None,
    endpoint: str | None = None,
    population: str | None = None,
    as_of: datetime.date,
    auditor: Auditor | None = None,
) -> tuple[EvidenceCard, ...]:
    """The cards of the questions that fit; with nothing named, of all of them.

    `as_of` is the day to which the age of evidence is counted. `auditor` audits a paper (default: every check, once a
    paper). An effect is shown as printed and in the direction in which it is printed. Nothing is left out because of
    what it says.
    """
    check = auditor or cache(audit)
    found = []
    for one, ends in questions(papers):
        if comparison not in (None, one) or endpoint not in (None, ends):
            continue
        asked = [
            (paper, question)
            for paper in papers
            for question in paper.questions
            if (question.comparison, question.endpoint) == (one, ends)
            and population in (None, question.population)
        ]
        if asked:
            found.append(_card(papers, one, ends, population, asked, as_of, check))
    return tuple(found)


def _card(
    papers: Sequence[Paper],
    comparison: str,
    endpoint: str,
    population: str | None,
    asked: list[tuple[Paper, Question]],
    as_of: datetime.date,
    check: Auditor,
) -> EvidenceCard:
    studies = [_study(paper, question, as_of, check) for paper, question in asked if question.effects]
    studies.sort(key=lambda one: -(one.n or 0))
    found = by_question(papers, comparison, endpoint, population)
    shown = [paper for paper, question in asked if question.effects]
    sides = _sides(*max(asked, key=lambda one: bool(one[1].effects)))
    return EvidenceCard(
        id="/".join(one for one in (comparison, endpoint, population) if one),
        title=capitalised(f"{f'{sides[0]} against {sides[1]}' if sides else words(comparison)}: {endpoint}"),
        comparison=comparison,
        endpoint=endpoint,
        populations=tuple(dict.fromkeys(question.population for _, question in asked)),
        direction=f"ratio of {sides[0]} to {sides[1]}; below 1: less of the endpoint with the first"
        if sides
        else "",
        studies=tuple(studies),
        series=tuple(
            one
            for paper, question in asked
            if question.statements
            for one in series_cards(paper, question.statements, as_of.year)
        ),
        pooled=_pooled(found.estimates, studies, comparison, endpoint, population, papers),
        related=tuple(
            f"{short(paper.about)} has the same comparison with {question.endpoint}"
            for paper in papers
            for question in paper.questions
            if question.comparison == comparison and question.endpoint != endpoint and paper not in shown
        ),
        overlaps=tuple(dict.fromkeys(one.sentence for one in overlaps(_one_each(papers, comparison)))),
        as_of=as_of.isoformat(),
    )


def _sides(paper: Paper, question: Question) -> tuple[str, str] | None:
    """The two sides of a question in words; which of more and less is good is for the reader to say."""
    levels = _levels(paper, question)
    if levels is None:
        return None
    unit = _unit(paper, question)
    named = {one.level: one.label or one.id for one in paper.groups if one.level and one.unit == unit}
    return named.get(levels[0], levels[0]), named.get(levels[1], levels[1])


def _levels(paper: Paper, question: Question) -> tuple[str, str] | None:
    """The two levels as the tables print them: those of the question, else those of its first row."""
    if question.treatment:
        return question.treatment, question.control
    row = _first_row(paper, question)
    return (row.level, row.reference) if row is not None and row.reference else None


def _unit(paper: Paper, question: Question) -> str:
    """What one record of the question's first row is: a patient, a tumour."""
    row = _first_row(paper, question)
    return "patient" if row is None or not row.unit_of_analysis else row.unit_of_analysis


def _first_row(paper: Paper, question: Question) -> PublishedEffect | None:
    row = paper.row(question.effects[0]) if question.effects else None
    return row if isinstance(row, PublishedEffect) else None


def _one_each(papers: Iterable[Paper], comparison: str) -> list[Estimate]:
    """One estimate for each paper with this comparison, whatever its endpoint: to see who shares patients."""
    found: dict[str, Estimate] = {}
    for one in by_question(papers, comparison).estimates:
        found.setdefault(one.id, one)
    return list(found.values())


def _study(paper: Paper, question: Question, as_of: datetime.date, check: Auditor) -> CardStudy:
    about, audited = paper.about, check(paper)
    rows = [row for id_ in question.effects if isinstance(row := paper.row(id_), PublishedEffect)]
    shown = {row.row_id for row in rows}
    doubts = [
        CardDoubt(severity=one.severity, title=in_words(one.title, paper.words), rows=one.rows)
        for one in audited.findings
        if shown & {*one.rows, *one.affects}
    ]
    levels, unit = _levels(paper, question) or (), _unit(paper, question)
    periods = (" to ".join(day[:4] for day in (one.start, one.end) if day) for one in paper.cohorts)
    return CardStudy(
        paper=paper.id,
        label=short(about),
        title=about.title,
        kind=about.kind,
        design=about.design,
        setting=about.setting,
        population=question.population,
        year=about.year,
        age_years=None if about.year is None else as_of.year - about.year,
        inclusion="; ".join(dict.fromkeys(one for one in periods if one)),
        n=about.n,
        groups=tuple(
            f"{one.label or one.id}: {one.n} {one.unit}s"
            for one in paper.groups
            if one.n is not None and one.level in levels and one.level and one.unit == unit
        ),
        events=tuple(
            f"{one.n}{'' if one.of is None else f' of {one.of}'}"
            + ("" if one.group == "all" else f" ({in_words(one.group, paper.words)})")
            for one in paper.events
            if one.endpoint == question.endpoint
        ),
        effects=_effects(rows),
        cautions=tuple(
            CardCaution(kind=one.kind, sentence=one.sentence, place=one.place, origin=one.origin)
            for one in paper.cautions
        ),
        audit=CardAudit(
            tested=sum(one.tested for one in audited.results),
            findings=len(audited.findings),
            doubts=tuple(doubts),
        ),
        note=question.note,
    )


def _effects(rows: Sequence[PublishedEffect]) -> tuple[CardEffect, ...]:
    """Each printed effect once; one that is printed in several places has all of them."""
    found: dict[tuple[str, bool], CardEffect] = {}
    for row in rows:
        one = _effect(row)
        key = (one.printed, one.adjusted)
        first = found.get(key)
        if first is None:
            found[key] = one
        else:
            place = f"{first.place}; {one.place}"
            found[key] = first.model_copy(update={"rows": (*first.rows, row.row_id), "place": place})
    return tuple(found.values())


def _effect(row: PublishedEffect) -> CardEffect:
    sign = "" if row.p_printed.startswith(("<", ">", "=")) else "= "
    parts = [row.est_printed, f"({row.ci_printed})" if row.ci_printed else ""]
    p = f", p {sign}{row.p_printed}" if row.p_printed else ""
    return CardEffect(
        rows=(row.row_id,),
        place=row.locator,
        endpoint=row.endpoint,
        measure=row.measure,
        printed=" ".join(one for one in parts if one) + p,
        estimate=row.est,
        lower=row.ci_low,
        upper=row.ci_high,
        level=row.level,
        reference=row.reference,
        adjusted=row.model in ADJUSTED,
        model=row.model,
    )


def _pooled(
    estimates: tuple[Estimate, ...],
    studies: list[CardStudy],
    comparison: str,
    endpoint: str,
    population: str | None,
    papers: Sequence[Paper],
) -> CardPooled:
    """The pooled effect; a card refuses more than `crlm evidence pool` does, which a statistician reads."""
    found = by_question(papers, comparison, endpoint, population)
    answer = pool_estimates(found, question=comparison, method="REML", interval="knapp-hartung")
    refusals = [one.sentence for one in answer.refusals]
    refusals += [one.reason for one in answer.left_out if not estimates]
    if len(estimates) > 1:
        refusals += _not_alike(estimates, studies)
    number = answer.pooled
    if refusals or number is None:
        return CardPooled(
            measure=None, method=None, estimate=None, lower=None, upper=None, prediction=None, i2=None,
            studies=(), refusals=tuple(dict.fromkeys(refusals)), warnings=(),
        )  # fmt: skip
    effect, other = ratio(number.estimate), ratio(number.prediction)
    return CardPooled(
        measure=answer.measure,
        method=METHOD,
        estimate=effect.value,
        lower=effect.lower,
        upper=effect.upper,
        prediction=None if other.lower is None or other.upper is None else (other.lower, other.upper),
        i2=number.heterogeneity.i2.value,
        studies=tuple(one.id for one in answer.estimates),
        refusals=(),
        warnings=answer.warnings,
    )


def _not_alike(estimates: tuple[Estimate, ...], studies: list[CardStudy]) -> list[str]:
    """Why studies that could be pooled are too different for one number on a card."""
    reasons = []
    populations = list(dict.fromkeys(one.population for one in estimates))
    if len(populations) > 1:
        reasons.append(f"the studies are of different populations: {', '.join(populations)}")
    if len({one.adjusted for one in estimates}) > 1:
        reasons.append("adjusted and unadjusted effects stand side by side")
    kinds = {one.kind == "trial" for one in studies}
    if len(kinds) > 1:
        reasons.append("a randomised trial and cohorts answer different questions")
    wrong = [
        f"{one.label}: {doubt.title}"
        for one in studies
        for doubt in one.audit.doubts
        if doubt.severity == "impossible"
    ]
    reasons += [f"a number that would be pooled is impossible as printed ({one})" for one in wrong]
    return reasons
