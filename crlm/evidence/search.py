"""Finding printed numbers by words: over variables, levels, endpoints, series, places and notes of every paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crlm.evidence.numbers import PublishedRow
from crlm.evidence.paper import Paper
from crlm.evidence.wording import what
from crlm.problems import nearest

ABBREVIATIONS = {
    "os": "overall survival",
    "dfs": "disease free survival",
    "hdfs": "hepatic disease free survival",
    "dpfs": "distant progression free survival",
    "ltpfs": "local tumour progression free survival",
    "pfs": "progression free survival",
    "rfs": "recurrence free survival",
    "nac": "neoadjuvant chemotherapy",
    "haip": "hepatic arterial infusion pump",
    "hai": "hepatic arterial infusion",
    "tsh": "two stage hepatectomy",
    "osh": "one stage hepatectomy",
    "dlm": "disappearing liver metastases",
    "crlm": "colorectal liver metastases",
    "pve": "portal vein embolisation",
    "lrt": "locoregional treatment",
    "bmi": "body mass index",
    "sbrt": "stereotactic body radiotherapy",
    "ire": "irreversible electroporation",
    "hr": "hazard ratio",
    "or": "odds ratio",
    "mut": "mutation",
    "wt": "wild type",
}
"""Abbreviations of the tables and the words that a reader may look for instead."""
SPELLING = {
    "tumor": "tumour",
    "embolization": "embolisation",
    "center": "centre",
    "univariate": "univariable",
    "multivariate": "multivariable",
}
WORD = re.compile(r"[a-z0-9]+")
MAIN, BESIDE, START = 4.0, 1.0, 0.5
"""What a word counts in what the row is about, in the rest of the row, and when it only begins a word there."""


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

    Upper and lower case, British and American spelling and the usual abbreviations are the same.
    """
    asked = tuple(dict.fromkeys(_tokens(words if isinstance(words, str) else " ".join(words))))
    hits: list[Hit] = []
    known: set[str] = set()
    for paper in papers:
        for row, main, beside in _index(paper):
            known |= main | beside
            score = _score(asked, main, beside)
            if score > 0:
                hits.append(Hit(paper, row, score))
    hits.sort(key=lambda hit: -hit.score)
    return Search(asked, tuple(hits), () if hits else _instead(asked, known))


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(SPELLING.get(one, one) for one in WORD.findall(text.casefold()))


def _score(asked: tuple[str, ...], main: frozenset[str], beside: frozenset[str]) -> float:
    total = 0.0
    for word in asked:
        if word in main:
            best = MAIN
        elif word in beside:
            best = BESIDE
        elif len(word) > 2 and any(one.startswith(word) for one in main):
            best = MAIN * START
        elif len(word) > 2 and any(one.startswith(word) for one in beside):
            best = BESIDE * START
        else:
            return 0.0
        total += best
    return total / len(asked) + 1 / (10 + len(main)) if asked else 0.0


def _index(paper: Paper) -> tuple[tuple[PublishedRow, frozenset[str], frozenset[str]], ...]:
    about = paper.about
    shared = _expanded(_tokens(f"{about.id} {about.title} {about.setting} {' '.join(about.authors[:1])}"))
    labels = {one.id: one.label for one in paper.groups}
    found = []
    for row in paper.numbers.every_row():
        group = str(getattr(row, "group", "") or getattr(row, "groups_compared", ""))
        words = " ".join(labels.get(one.strip(), "") for one in group.split(" vs "))
        rest = " ".join(
            str(getattr(row, name, ""))
            for name in ("locator", "section", "measure", "design", "note", "rule_ids")
        )
        main = _expanded(_tokens(f"{what(row)} {what(row, paper.words)} {words}"))
        found.append((row, main, _expanded(_tokens(rest)) | shared))
    return tuple(found)


def _expanded(tokens: Iterable[str]) -> frozenset[str]:
    given = set(tokens)
    for one in tuple(given):
        given.update(ABBREVIATIONS.get(one, "").split())
    return frozenset(given)


def _instead(asked: tuple[str, ...], known: set[str]) -> tuple[str, ...]:
    """For each word that no row has, the nearest that one has."""
    longer = sorted(one for one in known if len(one) > 2 and not one.isdigit())
    absent = (word for word in asked if not any(one.startswith(word) for one in known))
    found = (nearest(word, longer) for word in absent)
    return tuple(dict.fromkeys(one for one in found if one is not None))
