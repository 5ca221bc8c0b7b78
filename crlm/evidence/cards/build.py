"""Evidence cards from the library: what is known of a clinical question, audited, pooled where that is sensible."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from crlm.evidence.abbreviations import endpoint_words, is_survival
from crlm.evidence.asked import Side, sides_of
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
from crlm.rendering.numbering import listed

TIMED = {"HR", "SHR"}
"""Measures of how soon events come."""
USUAL = ("immortal-time", "confounding-by-indication", "missing-ras")
"""The biases that a card speaks of first, and of which it says when nothing is noted."""
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
    leading = max(asked, key=lambda one: bool(one[1].effects))
    sides = sides_of(*leading)
    ends = endpoint_words(endpoint, leading[0].words)
    return EvidenceCard(
        id="/".join(one for one in (comparison, endpoint, population) if one),
        title=capitalised(f"{_against(sides) if sides else words(comparison)}: {ends}"),
        comparison=comparison,
        endpoint=endpoint,
        populations=tuple(dict.fromkeys(question.population for _, question in asked)),
        direction=_direction(sides, ends, studies) if sides else "",
        studies=tuple(studies),
        series=tuple(
            one
            for paper, question in asked
            if question.statements
            for one in series_cards(paper, question.statements, as_of.year)
        ),
        pooled=_pooled(found.estimates, studies, comparison, endpoint, population, papers),
        related=_related(papers, comparison, endpoint, [paper for paper, _ in asked]),
        overlaps=tuple(dict.fromkeys(one.sentence for one in overlaps(_one_each(papers, comparison)))),
        as_of=as_of.isoformat(),
    )


def _against(sides: tuple[Side, Side]) -> str:
    return f"{sides[0].words} against {sides[1].words}"


def _direction(sides: tuple[Side, Side], ends: str, studies: Sequence[CardStudy]) -> str:
    """What a ratio below 1 means; which of more and less is good is for the reader to say."""
    first, second = (one.words for one in sides)
    measures = {one.measure for study in studies for one in study.effects}
    if not measures:
        return ""
    if measures <= TIMED:
        below = "fewer events in the same time with the first"
        below += f", so longer {ends}" if is_survival(ends) else ""
    else:
        below = f"{ends} is less frequent with the first"
    return f"ratio of {first} to {second}; below 1: {below}"


def _related(
    papers: Iterable[Paper], comparison: str, endpoint: str, asked: Sequence[Paper]
) -> tuple[str, ...]:
    """Who has the same comparison with another endpoint: effects of its own, or numbers of others that it quotes."""
    found = []
    for paper in papers:
        others = [
            one
            for one in paper.questions
            if one.comparison == comparison and one.endpoint != endpoint and paper not in asked
        ]
        for how, some in (
            ("has the same comparison with", [one for one in others if one.effects]),
            ("quotes series of the same comparison with", [one for one in others if not one.effects]),
        ):
            ends = list(dict.fromkeys(endpoint_words(one.endpoint, paper.words) for one in some))
            if ends:
                found.append(f"{short(paper.about)} {how} {listed(ends)}")
    return tuple(found)


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
    groups = [one.group for one in sides_of(paper, question) or () if one.group is not None]
    cautions = [one for one in paper.cautions if one.is_about(question.comparison, question.endpoint)]
    cautions.sort(key=lambda one: USUAL.index(one.kind) if one.kind in USUAL else len(USUAL))
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
        groups=tuple(f"{one.label or one.id}: {one.n} {one.unit}s" for one in groups if one.n is not None),
        events=tuple(
            f"{one.n}{'' if one.of is None else f' of {one.of}'}"
            + ("" if one.group == "all" else f" ({in_words(one.group, paper.words)})")
            for one in paper.events
            if one.endpoint == question.endpoint
        ),
        effects=_effects(rows, sides_of(paper, question), paper.words),
        cautions=tuple(
            CardCaution(kind=one.kind, sentence=one.sentence, place=one.place, origin=one.origin)
            for one in cautions
        ),
        not_noted=tuple(
            one for one in USUAL if about.kind != "trial" and one not in {each.kind for each in cautions}
        ),
        audit=CardAudit(
            tested=sum(one.tested for one in audited.results),
            findings=len(audited.findings),
            doubts=tuple(doubts),
        ),
        note=question.note,
    )


def _effects(
    rows: Sequence[PublishedEffect], sides: tuple[Side, Side] | None, words: Mapping[str, str]
) -> tuple[CardEffect, ...]:
    """Each printed effect once; one that is printed in several places has all of them."""
    several = len({row.population for row in rows}) > 1
    found: dict[tuple[str, bool, str, bool], CardEffect] = {}
    for row in rows:
        turned = sides is not None and (row.level, row.reference) == (sides[1].level, sides[0].level)
        one = _effect(row, words, several=several, turned=turned)
        key = (one.printed, one.adjusted, one.population, one.turned)
        first = found.get(key)
        if first is None:
            found[key] = one
        else:
            place = f"{first.place}; {one.place}"
            found[key] = first.model_copy(update={"rows": (*first.rows, row.row_id), "place": place})
    return tuple(found.values())


def _effect(row: PublishedEffect, words: Mapping[str, str], *, several: bool, turned: bool) -> CardEffect:
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
        turned=turned,
        ratio=_turned(row.est) if turned else row.est,
        ratio_lower=_turned(row.ci_high) if turned else row.ci_low,
        ratio_upper=_turned(row.ci_low) if turned else row.ci_high,
        level=row.level,
        reference=row.reference,
        adjusted=row.model in ADJUSTED,
        model=row.model,
        population=in_words(row.population, words) if several else "",
    )


def _turned(ratio: float | None) -> float | None:
    return 1 / ratio if ratio else None


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
    # Why patients may be shared stands below, under `overlaps`.
    refusals = [
        one.sentence.partition(":")[0] if "overlap" in one.kind else one.sentence for one in answer.refusals
    ]
    if not studies:
        refusals = ["no paper of the library prints an effect of its own that answers this"]
    refusals += [f"{one.label}, {one.reason}" for one in answer.left_out]
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
