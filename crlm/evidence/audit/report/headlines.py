"""What rests on the numbers in doubt: the results by which a paper is quoted, and the findings that touch them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crlm.evidence.audit.report.words import main_place, ratio_words, readable, row_words
from crlm.evidence.numbers import PublishedEffect, PublishedRow

if TYPE_CHECKING:
    from crlm.evidence.audit.run import Group
    from crlm.evidence.paper import Paper


@dataclass(frozen=True, slots=True)
class Headline:
    """A result that the paper is quoted for, and the entries of the report that touch it.

    `direct` are the positions of groups of findings that doubt this very number, `indirect` of those on which it
    depends or that show the same quantity elsewhere.
    """

    subject: str
    result: str
    place: str
    direct: tuple[int, ...]
    indirect: tuple[int, ...]
    question: bool
    """Whether it answers a question that paper.toml names; otherwise it stands in the abstract."""


def headlines(paper: Paper, groups: Iterable[Group]) -> tuple[Headline, ...]:
    """The answers to the paper's questions, then what else its abstract says, each with what is in doubt."""
    entries = tuple(groups)
    answered: list[Headline] = []
    seen: set[str] = set()
    for question in paper.questions:
        rows = [paper.row(one) for one in question.effects]
        subject = f"{question.comparison.replace('-', ' ')}: {question.endpoint}"
        for row in rows:
            if isinstance(row, PublishedEffect):
                seen.add(row.row_id)
                model = readable(row.model.removesuffix("_final"))
                name = f"{readable(subject)} ({model})"
                answered.append(_headline(row, name, ratio_words(row), entries, question=True))
    abstract = [one for one in paper.numbers.rows() if "abstract" in one.locator.lower()]
    others = [one for one in abstract if one.row_id not in seen]
    return (
        *answered,
        *(_headline(one, *_split(row_words(one)), entries, question=False) for one in others),
    )


def touched(group: Group, row_id: str) -> tuple[bool, bool]:
    """Whether the findings doubt this row itself, and whether they name it as depending on what they doubt."""
    direct = row_id in group.rows
    quoted = any(row_id == one.row_id for finding in group.findings for one in finding.printed)
    depends = any(row_id in finding.affects for finding in group.findings)
    return direct, quoted or depends


def weight(paper: Paper, group: Group, found: tuple[Headline, ...], position: int) -> tuple[int, int, int]:
    """How much rests on a group of findings: headline results doubted, then those depending on it, then rows."""
    return (
        sum(position in one.direct for one in found),
        sum(position in one.indirect for one in found),
        len({row for finding in group.findings for row in finding.affects}),
    )


def _headline(
    row: PublishedRow, subject: str, result: str, entries: tuple[Group, ...], *, question: bool
) -> Headline:
    marks = [touched(one, row.row_id) for one in entries]
    return Headline(
        subject,
        result,
        main_place(row.locator) if "abstract" not in row.locator.lower() else "Abstract",
        tuple(place for place, (direct, _) in enumerate(marks) if direct),
        tuple(place for place, (direct, other) in enumerate(marks) if other and not direct),
        question,
    )


def _split(words: str) -> tuple[str, str]:
    subject, _, result = words.rpartition(": ")
    return subject, result
