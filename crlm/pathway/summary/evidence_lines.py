"""The line of evidence under an option: study, design, n, numbers as printed, and how old it is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from crlm.evidence import paper as library_paper
from crlm.evidence.cards.model import SeriesCard, SeriesNumber
from crlm.evidence.cards.series import series_cards
from crlm.evidence.citations import short
from crlm.evidence.numbers import PublishedEffect
from crlm.evidence.paper import Paper
from crlm.evidence.pooling.estimate import ADJUSTED
from crlm.pathway.ruleset import RuleSet
from crlm.pathway.summary.content import EvidenceChoice
from crlm.pathway.summary.model import EvidenceLine

DECK = "deck-2024"
"""The paper of the library that holds the deck's statements."""


def evidence_lines(rules: RuleSet, choices: Iterable[EvidenceChoice], year: int) -> tuple[EvidenceLine, ...]:
    """The lines of some choices; one per series, or per paper. `year` is the one that ages are counted to."""
    found: list[EvidenceLine] = []
    for choice in choices:
        if choice.paper is not None:
            found.append(_of_paper(choice, _paper(choice.paper), year))
        else:
            series = series_cards(_paper(DECK), choice.statements, year)
            found += [_of_series(rules, choice.rule, one) for one in series]
    return tuple(found)


@cache
def _paper(name: str) -> Paper:
    return library_paper(name)


def _of_series(rules: RuleSet, rule: str, series: SeriesCard) -> EvidenceLine:
    rows = tuple(one.row for one in series.numbers)
    return EvidenceLine(
        rule=rule,
        study=series.series or "series not named",
        design=series.design,
        n=", ".join(dict.fromkeys(series.n)),
        numbers="; ".join(_numbers(series)),
        age=_age(series.year, series.age_years),
        rows=rows,
        place=f"deck, {series.numbers[0].place.split(',')[0]}",
        corrections=tuple(one.id for one in rules.corrections if set(rows) & set(one.evidence)),
    )


def _numbers(series: SeriesCard) -> Iterable[str]:
    """The numbers of each outcome together: "resection rate 92 % (ALPPS), 57 % (TSH), p <0.0001"."""
    grouped: dict[tuple[str, str], list[SeriesNumber]] = {}
    for one in series.numbers:
        grouped.setdefault((one.outcome, one.timepoint), []).append(one)
    several = len({one.arm for one in series.numbers}) > 1
    for (outcome, timepoint), numbers in grouped.items():
        values = ", ".join(
            f"{one.printed} ({one.arm})" if several and one.arm else one.printed for one in numbers
        )
        p = next((one.p for one in numbers if one.p), "")
        sign = "" if p.startswith(("<", ">")) else "= "
        yield " ".join(part for part in (outcome, timepoint, values) if part) + (
            f", p {sign}{p}" if p else ""
        )


def _of_paper(choice: EvidenceChoice, paper: Paper, year: int) -> EvidenceLine:
    rows = [row for id_ in choice.effects if isinstance(row := paper.row(id_), PublishedEffect)]
    about = paper.about
    numbers = [
        f"{row.measure} {row.est_printed} ({row.ci_printed}) for {row.endpoint}, {row.level} against "
        f"{row.reference}, {'adjusted' if row.model in ADJUSTED else 'crude'}"
        for row in rows
    ]
    return EvidenceLine(
        rule=choice.rule,
        study=short(about),
        design=about.design,
        n="" if about.n is None else str(about.n),
        numbers="; ".join(numbers),
        age=_age(str(about.year or ""), None if about.year is None else year - about.year),
        rows=tuple(row.row_id for row in rows),
        place="; ".join(dict.fromkeys(row.locator for row in rows)),
        corrections=(),
    )


def _age(printed: str, years: int | None) -> str:
    if years is None:
        return f"{printed}, age not known" if printed else "year not given"
    return f"{printed}, {years} {'year' if years == 1 else 'years'} old"
