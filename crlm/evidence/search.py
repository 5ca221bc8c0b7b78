"""Finding printed numbers by words: over variables, levels, endpoints, series, places and notes of every paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crlm.evidence.abbreviations import ABBREVIATIONS
from crlm.evidence.numbers import PublishedRow
from crlm.evidence.paper import Paper
from crlm.evidence.synonyms import IGNORED, NARROWER, NUMBERS, SAME, SPELLING
from crlm.evidence.wording import printed, table_of, what
from crlm.problems import nearest

WORD = re.compile(r"[a-z0-9]+|\+(?!\s*/)")
TIME = re.compile(
    rf"\b(\d+|{'|'.join(NUMBERS)})[ -]?(years?|yrs?|y|months?|mo|days?|d)\b(?!\s*progression)", re.IGNORECASE
)
MAIN, BESIDE, START = 4.0, 1.0, 0.5
"""What a word counts in what the row is about, in the rest of the row, and when it only begins a word there."""
MISSING = "(missing)"
NO_NUMBER = 0.8
"""What a row counts that prints no number (a reference level, a mark), or only how many values are missing."""
WITHOUT = frozenset(("no", "without"))
"""A row of those without it comes after the rows of those with it, unless it is asked for."""
OF_TABLE = {"tests": "p value test", "effects": "p value ratio", "counts": "number percentage"}
"""What rows of a table are, for those who look for "p value" or "number of"."""

Alternative = tuple[str, ...]
"""Words that must all be there."""


@dataclass(frozen=True)
class Hit:
    """A row that was found, the best first; `score` has no unit."""

    paper: Paper
    row: PublishedRow
    score: float


@dataclass(frozen=True)
class Search:
    """What was found for some words; when nothing, `instead` has the nearest words that do occur."""

    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    instead: tuple[str, ...]


def search(words: str | Sequence[str], papers: Iterable[Paper]) -> Search:
    """The rows in which every word occurs (or begins a word), ranked: by where, then paper by paper in order.

    Upper and lower case, British and American spelling, abbreviations spelt out or not, and the synonyms of
    `synonyms.SAME` are the same; a word finds its `NARROWER` ones. "5-year", "five years" and "60 months" are one time.
    """
    text = words if isinstance(words, str) else " ".join(words)
    asked = tuple(dict.fromkeys(_tokens(text)))
    terms = _terms(asked)
    hits: list[Hit] = []
    known: set[str] = set()
    for paper in papers:
        for row, main, beside in _index(paper):
            known |= main | beside
            score = _score(terms, main, beside)
            if score > 0:
                score *= 1.0 if _prints_a_number(row) else NO_NUMBER
                score *= 1.0 if not main & WITHOUT or WITHOUT & {*asked} else NO_NUMBER
                hits.append(Hit(paper, row, score))
    hits.sort(key=lambda hit: -hit.score)
    return Search(asked, tuple(hits), () if hits else _instead(terms, known))


def _prints_a_number(row: PublishedRow) -> bool:
    missing = getattr(row, "is_missing_row", False) or getattr(row, "model", "") == MISSING
    return not missing and any(one.isdigit() for one in printed(row))


def _tokens(text: str) -> tuple[str, ...]:
    plain = TIME.sub(lambda one: f" {_time(one)} ", text).casefold()
    return tuple(SPELLING.get(one, one) for one in WORD.findall(plain))


def _time(found: re.Match[str]) -> str:
    """A time as one word: years are months."""
    number, unit = found[1].casefold(), found[2].casefold()
    count = NUMBERS[number] if number in NUMBERS else int(number)
    if unit.startswith("d"):
        return f"{count}days"
    return f"{count * 12 if unit.startswith('y') else count}months"


def _terms(asked: tuple[str, ...]) -> tuple[tuple[Alternative, ...], ...]:
    """What must be found: for each word, or phrase that has synonyms, the alternatives of which one is enough."""
    phrases = sorted((one for one in _SYNONYMS if len(one) > 1), key=len, reverse=True)
    terms, at = [], 0
    words = tuple(one for one in asked if one not in IGNORED) or asked
    while at < len(words):
        phrase = next((one for one in phrases if words[at : at + len(one)] == one), words[at : at + 1])
        terms.append(_SYNONYMS.get(phrase, (phrase,)))
        at += len(phrase)
    return tuple(terms)


def _synonyms() -> dict[Alternative, tuple[Alternative, ...]]:
    """For each word or phrase of the tables: itself first, then what is as good."""
    found: dict[Alternative, list[Alternative]] = {}

    def add(one: str, other: str) -> None:
        first, second = tuple(_tokens(one)), tuple(_tokens(other))
        found.setdefault(first, [first])
        if second not in found[first]:
            found[first].append(second)

    for short, spelt in ABBREVIATIONS.items():
        add(short, spelt)
        add(spelt, short)
    for group in SAME:
        for one in group:
            for other in group:
                add(one, other)
    for one, narrower in NARROWER.items():
        for other in narrower:
            add(one, other)
    return {one: tuple(others) for one, others in found.items()}


_SYNONYMS = _synonyms()


def _score(terms: tuple[tuple[Alternative, ...], ...], main: frozenset[str], beside: frozenset[str]) -> float:
    total = 0.0
    for alternatives in terms:
        best = max(_of_alternative(one, main, beside) for one in alternatives)
        if not best:
            return 0.0
        total += best
    return total / len(terms) + 1 / (10 + len(main)) if terms else 0.0


def _of_alternative(words: Alternative, main: frozenset[str], beside: frozenset[str]) -> float:
    """The mean over the words; 0 when one of them does not occur."""
    scores = [_of_word(word, main, beside) for word in words]
    return sum(scores) / len(scores) if all(scores) else 0.0


def _of_word(word: str, main: frozenset[str], beside: frozenset[str]) -> float:
    if word in main:
        return MAIN
    if word in beside:
        return BESIDE
    if len(word) > 2 and any(one.startswith(word) for one in main):
        return MAIN * START
    return BESIDE * START if len(word) > 2 and any(one.startswith(word) for one in beside) else 0.0


def _index(paper: Paper) -> tuple[tuple[PublishedRow, frozenset[str], frozenset[str]], ...]:
    about = paper.about
    shared = frozenset(_tokens(f"{about.id} {about.title} {about.setting} {' '.join(about.authors[:1])}"))
    labels = {one.id: one.label for one in paper.groups}
    found = []
    for row in paper.numbers.every_row():
        group = str(getattr(row, "group", "") or getattr(row, "groups_compared", ""))
        words = " ".join(labels.get(one.strip(), "") for one in group.split(" vs "))
        rest = " ".join(
            str(getattr(row, name, ""))
            for name in ("locator", "section", "measure", "design", "note", "rule_ids")
        )
        main = _found_in(f"{what(row)} {what(row, paper.words)} {words}")
        measure = ABBREVIATIONS.get(str(getattr(row, "measure", "")).casefold(), "")
        beside = _found_in(f"{rest} {measure} {OF_TABLE.get(table_of(row), '')}") | shared
        found.append((row, main, beside))
    return tuple(found)


def _found_in(text: str) -> frozenset[str]:
    """The words of a text, its times also as they stand."""
    return frozenset((*_tokens(text), *WORD.findall(text.casefold())))


def _instead(terms: tuple[tuple[Alternative, ...], ...], known: set[str]) -> tuple[str, ...]:
    """For each word that no row has, nor a synonym of it, the nearest that one has."""
    longer = sorted(one for one in known if len(one) > 2 and not one[0].isdigit())
    absent = [
        alternatives[0][0]
        for alternatives in terms
        if not any(
            all(any(one.startswith(word) for one in known) for word in words) for words in alternatives
        )
    ]
    found = (nearest(word, longer) for word in absent)
    return tuple(dict.fromkeys(one for one in found if one is not None))
