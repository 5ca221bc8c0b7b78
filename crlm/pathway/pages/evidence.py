"""The numbers behind the rules of a topic: by series beside each rule, the long lists once at the end of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from crlm.evidence import paper
from crlm.evidence.cards import SeriesCard, series_cards
from crlm.evidence.cards.model import SeriesNumber
from crlm.pathway.description import Described
from crlm.pathway.model import Correction
from crlm.pathway.pages.markdown import escape, table
from crlm.pathway.ruleset import RuleSet
from crlm.pathway.summary.audited import findings_about

DECK = "deck-2024"
AUDIT = "../evidence/audits/deck-2024.md"
FEW = 8
"""A series with more numbers than this under one rule stands at the end of the page."""


class TopicEvidence:
    """The deck's statements behind the rules of one page.

    Ages are not printed: a page is not written again every year.
    """

    def __init__(self, rules: RuleSet, found: tuple[Described, ...]) -> None:
        self.rules = rules
        self.errors = {row: one for one in rules.corrections for row in one.evidence}
        self.of_rule = {one.id: _cards(one.evidence) for one in found}
        long = {_key(card) for cards in self.of_rule.values() for card in cards if len(card.numbers) > FEW}
        every = _cards({row for one in found for row in one.evidence})
        self.long = [card for card in every if _key(card) in long]
        headings = [_heading(card) for card in self.long]
        self.headings = {
            _key(card): heading if headings.count(heading) == 1 else f"{heading}, {number}"
            for number, (card, heading) in enumerate(zip(self.long, headings, strict=True), 1)
        }

    def of(self, one: Described) -> Iterator[str]:
        """The table of a rule's evidence, one row a series; nothing when it has none."""
        cards = self.of_rule[one.id]
        if not cards:
            return
        yield from ("**The numbers, as the slides quote them:**", "")
        yield from table(("series", "design", "n", "quoted"), (self._row(card) for card in cards))
        yield ""
        found = dict.fromkeys(
            line for card in cards if _key(card) not in self.headings for line in _audited(card)
        )
        yield from (*found, "") if found else ()

    def _row(self, card: SeriesCard) -> tuple[str, str, str, str]:
        if _key(card) in self.headings:
            heading = self.headings[_key(card)]
            numbers = f"{len(card.numbers)} numbers, [at the end](#{anchor(heading)})"
        else:
            numbers = "<br>".join(self._group(who, list(same)) for who, same in groupby(card.numbers, _who))
        return escape(card.label), escape(card.design), escape(", ".join(card.n)) or "not given", numbers

    def _group(self, who: str, numbers: list[SeriesNumber]) -> str:
        """The numbers of one group of patients, with the place of a correction beside what it is about."""
        said = []
        for one in numbers:
            what = ", ".join(part for part in (one.outcome, one.timepoint) if part)
            p = f", p {one.p}" if one.p else ""
            error = self.errors.get(one.row)
            note = f"; see {_error_link(error)}" if error else (f"; {escape(one.note)}" if one.note else "")
            said.append(f"{escape(what)} **{escape(one.printed)}**{escape(p)} ({one.row}{note})")
        return f"*{escape(who)}:* {'; '.join(said)}"

    def _note(self, one: SeriesNumber) -> str:
        error = self.errors.get(one.row)
        return f"{_error_link(error)}: {escape(error.note)}" if error else escape(one.note)

    def appendix(self) -> Iterator[str]:
        """The long lists, each series once."""
        if not self.long:
            return
        yield from ("## The numbers, by series", "")
        yield from (
            "As the slides quote them, each with its id in the library (`crlm evidence show deck-2024 --row ID`).",
            "",
        )
        for card in self.long:
            yield from (f"### {self.headings[_key(card)]}", "")
            places = list(dict.fromkeys(one.place for one in card.numbers))
            size = f"n {', '.join(card.n)}" if card.n else "size not given"
            yield from (f"{escape(size)}. Quoted on {escape('; '.join(places))}.", "")
            yield from table(
                ("of whom", "arm", "what", "when", "as quoted", "p", "note", "id"),
                (
                    (
                        *(escape(part) for part in (one.context, one.arm, one.outcome, one.timepoint)),
                        f"**{escape(one.printed)}**",
                        escape(one.p),
                        self._note(one),
                        one.row,
                    )
                    for one in card.numbers
                ),
            )
            found = list(_audited(card))
            yield from ("", *found) if found else ()
            yield ""


def _cards(rows: Iterable[str]) -> tuple[SeriesCard, ...]:
    return series_cards(paper(DECK), rows, 0)


def _audited(card: SeriesCard) -> Iterator[str]:
    """What the audit finds of a series' numbers, one item each."""
    for words in findings_about(DECK, [one.row for one in card.numbers], card.series):
        yield f"- *Printed numbers disagree,* [audit]({AUDIT})*:* {escape(words)}"


def _who(one: SeriesNumber) -> str:
    return ", ".join(part for part in (one.context, one.arm) if part) or "all"


def _error_link(error: Correction) -> str:
    return f"[{error.id}](errors-of-the-deck.md#{error.id.lower()})"


def _key(card: SeriesCard) -> tuple[str, str, str]:
    return card.series, card.year, card.design


def _heading(card: SeriesCard) -> str:
    return f"{card.label} ({card.design})" if card.design else card.label


def anchor(heading: str) -> str:
    """The anchor of a heading, as the usual renderers make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
