"""What a clinical question compares: the two levels as the tables print them, their groups, and their words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crlm.evidence.description import Group, Question
from crlm.evidence.numbers import PublishedEffect
from crlm.evidence.paper import Paper
from crlm.evidence.wording import in_words

PATIENT = "patient"
_BARE = re.compile(
    r"(yes|no|present|absent|positive|negative|high|low|any|none|other|[+-]|\W*\d.*)", re.IGNORECASE
)
"""Levels that say nothing without their variable."""


@dataclass(frozen=True)
class Side:
    """A side of a question: the level that effects print, its group where paper.toml has one, and its words."""

    level: str
    group: Group | None
    words: str


def first_effect(paper: Paper, question: Question) -> PublishedEffect | None:
    """The row that answers a question first; None when it has none."""
    row = paper.row(question.effects[0]) if question.effects else None
    return row if isinstance(row, PublishedEffect) else None


def sides_of(paper: Paper, question: Question) -> tuple[Side, Side] | None:
    """Treatment and control of a question: those that it names, else those of its first row; None without either.

    A question names a side by a group's id, or by the level as the tables print it. A level is a group's when the group
    is one of the variable that the row is of: "Yes" of another variable is somebody else.
    """
    row = first_effect(paper, question)
    if question.treatment:
        return _side(paper, row, question.treatment), _side(paper, row, question.control)
    if row is None or not row.reference:
        return None
    return _side(paper, row, row.level), _side(paper, row, row.reference)


def _side(paper: Paper, row: PublishedEffect | None, name: str) -> Side:
    unit = PATIENT if row is None or not row.unit_of_analysis else row.unit_of_analysis
    of_unit = [one for one in paper.groups if one.unit == unit]
    by_id = next((one for one in of_unit if one.id == name), None)
    if by_id is not None:
        return Side(by_id.level or by_id.id, by_id, by_id.label or in_words(by_id.id, paper.words))
    if row is None:
        return Side(name, None, name)
    group = next((one for one in of_unit if one.variable == row.term and one.level == name), None)
    if group is not None:
        return Side(name, group, group.label or in_words(group.id, paper.words))
    return Side(name, None, f"{in_words(row.term, paper.words)}: {name}" if _BARE.fullmatch(name) else name)
