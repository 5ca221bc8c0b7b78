"""What rests on the numbers in doubt: the results by which a paper is quoted, and the findings that touch them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crlm.evidence.audit.report.words import main_place, readable
from crlm.evidence.numbers import PublishedEffect, PublishedRow
from crlm.evidence.wording import printed, what

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
    found: list[Headline] = []
    seen: set[str] = set()
    for question in paper.questions:
        subject = f"{question.comparison.replace('-', ' ')}: {question.endpoint}"
        for row in (paper.row(one) for one in question.effects):
            if isinstance(row, PublishedEffect):
                seen.add(row.row_id)
                model = row.model.removesuffix("_final")
                name = readable(f"{subject} ({model})", paper.words)
                found.append(_headline(row, name, entries, question=True))
    for row in paper.numbers.rows():
        if "abstract" in row.locator.lower() and row.row_id not in seen:
            found.append(_headline(row, what(row, paper.words), entries, question=False))
    return _once(found)


def _once(found: list[Headline]) -> tuple[Headline, ...]:
    """The same result printed the same in several places, once, with its places; what touches one touches it."""
    merged: dict[tuple[str, str], Headline] = {}
    for one in found:
        key = (one.subject, one.result)
        before = merged.get(key)
        merged[key] = one if before is None else _together(before, one)
    return tuple(merged.values())


def _together(first: Headline, second: Headline) -> Headline:
    direct = tuple(sorted({*first.direct, *second.direct}))
    indirect = tuple(sorted({*first.indirect, *second.indirect} - set(direct)))
    places = first.place if second.place in first.place.split(", ") else f"{first.place}, {second.place}"
    return Headline(first.subject, first.result, places, direct, indirect, first.question)


def touched(group: Group, row_id: str) -> tuple[bool, bool]:
    """Whether the findings doubt this row itself, and whether they name it as depending on what they doubt."""
    direct = row_id in group.rows
    quoted = any(row_id == one.row_id for finding in group.findings for one in finding.printed)
    depends = any(row_id in finding.affects for finding in group.findings)
    return direct, quoted or depends


def weight(found: tuple[Headline, ...], position: int) -> tuple[int, int]:
    """How many of these results the entry at a position doubts, and how many rest on what it doubts."""
    return (
        sum(position in one.direct for one in found),
        sum(position in one.indirect for one in found),
    )


def _headline(row: PublishedRow, subject: str, entries: tuple[Group, ...], *, question: bool) -> Headline:
    marks = [touched(one, row.row_id) for one in entries]
    return Headline(
        subject,
        printed(row),
        main_place(row.locator) if "abstract" not in row.locator.lower() else "Abstract",
        tuple(place for place, (direct, _) in enumerate(marks) if direct),
        tuple(place for place, (direct, other) in enumerate(marks) if other and not direct),
        question,
    )
