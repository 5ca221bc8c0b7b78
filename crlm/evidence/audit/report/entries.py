"""The findings as entries of a review: numbered, the gravest first, and within that in the order of the paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import SEVERITIES, Explanation, Finding, Quoted, Severity
from crlm.evidence.audit.report.words import main_place, place_order, readable, with_place
from crlm.evidence.audit.run import Group
from crlm.evidence.numbers import PublishedEffect

if TYPE_CHECKING:
    from crlm.evidence.audit.run import Audit
    from crlm.evidence.paper import Paper

_REPAIR = re.compile(r"\S+ instead of [^\s.,;]+")
_ONLY = re.compile(r"If only the ([a-z ]+) is wrong(?=[:,])")
_PAIR = re.compile(r"(\S+) and (\S+) \((?:[a-z ]+)\) differ")

_TWICE = re.compile(r"(?<=: )([^:]+): \1: ")
_OPENINGS = ("The", "No", "Printed", "Percentages")
_COMMON = ("median", "univariable", "multivariable", "against", "events", "final", "text", "percentages")

LONG = 200
"""Signs beyond which a line of arithmetic is broken at its semicolons."""

SHOWN, LEFT = 6, 2
"""How many printed numbers, and how many dependent ones, an entry spells out; so few more are spelt out too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to look at: findings that hang on the same rows. `place` is where the first of them stands."""

    number: int
    severity: Severity
    title: str
    place: str
    group: Group
    words: Mapping[str, str]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Its findings, the gravest first."""
        return self.group.findings

    @property
    def quoted(self) -> tuple[Quoted, ...]:
        """Every printed number that it rests on, once; of several quotations of a row the fullest."""
        told: dict[tuple[str, str, str], Quoted] = {}
        for finding in self.findings:
            for one in finding.printed:
                key = (one.row_id, one.place, "" if one.row_id else one.what)
                if key not in told or len(one.text) > len(told[key].text):
                    told[key] = one
        return tuple(told.values())

    @property
    def arithmetic(self) -> tuple[str, ...]:
        """One line for each finding; a long one is broken where a new computation begins."""
        lines: list[str] = []
        for finding in self.findings:
            line = readable(finding.arithmetic, self.words)
            lines += line.split("; ") if len(line) > LONG else [line]
        return tuple(dict.fromkeys(lines))

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What would explain it; where several findings have the same repair ("26 instead of 6"), its first wording."""
        told: dict[str, Explanation] = {}
        for finding in self.findings:
            for one in finding.explanations:
                repair = _REPAIR.match(one.sentence)
                pair = _PAIR.match(one.sentence)
                only = _ONLY.match(one.sentence)
                same = " and ".join(sorted(pair.groups())) if pair else one.sentence
                if only:
                    same = f"{only.group()} {', '.join(sorted(finding.rows))}"
                key = repair.group() if repair else same
                # which counts give it says more than what range it lies in
                if key not in told or (only and len(one.sentence) > len(told[key].sentence)):
                    told[key] = one
        return tuple(told.values())

    @property
    def affects(self) -> tuple[str, ...]:
        """The ids of rows, or sentences, that depend on it; what it doubts itself is left out."""
        own = {one.row_id for one in self.quoted} | set(self.group.rows)
        return tuple(
            dict.fromkeys(row for finding in self.findings for row in finding.affects if row not in own)
        )


def entries(audit: Audit, least: Severity = "doubtful") -> tuple[Entry, ...]:
    """The entries of an audit, from the gravest to the mildest severity that is asked for."""
    wanted = SEVERITIES[: SEVERITIES.index(least) + 1]
    groups = [_widest_first(one) for one in audit.groups if one.findings[0].severity in wanted]
    ordered = sorted(groups, key=_order)
    return tuple(
        Entry(
            number,
            group.findings[0].severity,
            title(group.findings[0], audit.words),
            place(group.findings[0]),
            group,
            audit.words,
        )
        for number, group in enumerate(ordered, start=1)
    )


def _widest_first(group: Group) -> Group:
    """Of findings that are equally grave, the one that doubts most rows first: it gives the entry its title."""
    ordered = sorted(group.findings, key=lambda one: (SEVERITIES.index(one.severity), -len(one.rows)))
    return Group(tuple(ordered), group.rows)


def title(finding: Finding, names: Mapping[str, str]) -> str:
    """What was found, with as much of its subject as the finding's own title leaves out."""
    words = readable(finding.title, names)
    subject = readable(finding.printed[0].what, names) if finding.printed else ""
    context, _, term = subject.partition(": ")
    if _named(subject) & _named(words):
        subject = context if term and context.split(",")[0].lower() not in words.lower() else ""
    if not subject:
        return words
    first, _, rest = words.partition(" ")
    return _TWICE.sub(r"\1: ", f"{subject}: {first.lower() if first in _OPENINGS else first} {rest}")


def _named(text: str) -> set[str]:
    """The words that tell a subject: those of four letters or more."""
    return {one for one in re.findall(r"[a-z]{4,}", text.lower()) if one not in _COMMON}


def place(finding: Finding) -> str:
    """Where the first of its numbers stands."""
    return main_place(finding.printed[0].place) if finding.printed else ""


def printed_lines(entry: Entry) -> Iterator[str]:
    """The printed numbers that an entry rests on, each with its place."""
    quoted = entry.quoted
    shown = _shown(quoted)
    for one in quoted[:shown]:
        yield f"{main_place(one.place)}: {readable(one.what, entry.words)}: {one.text or 'nothing'}"
    if len(quoted) > shown:
        yield f"and {len(quoted) - shown} more"


def _shown(lines: Sequence[object]) -> int:
    """How many of so many are spelt out: all, when only a few would be left."""
    return len(lines) if len(lines) <= SHOWN + LEFT else SHOWN


def dependent_lines(paper: Paper, entry: Entry) -> Iterator[str]:
    """What depends on an entry, in words."""
    affected = [
        one
        for one in sorted(entry.affects, key=lambda one: _row_order(paper, one))
        if not _without_number(paper, one)
    ]
    shown = _shown(affected)
    for one in affected[:shown]:
        yield with_place(paper, one)
    if len(affected) > shown:
        yield f"and {len(affected) - shown} more"


def _without_number(paper: Paper, row_id: str) -> bool:
    """Whether a row is the reference of a factor, or prints that a ratio could not be estimated."""
    try:
        row = paper.row(row_id)
    except KeyError:
        return False
    return isinstance(row, PublishedEffect) and row.est is None and row.p is None


def _row_order(paper: Paper, row: str) -> tuple[int, float, str]:
    try:
        return place_order(paper.row(row).locator)
    except KeyError:
        return (-1, 0.0, row)


def _order(group: Group) -> tuple[int, tuple[int, float, str], str]:
    first = group.findings[0]
    where = first.printed[0] if first.printed else None
    return (
        SEVERITIES.index(first.severity),
        place_order(where.place) if where else (99, 0.0, ""),
        where.row_id if where else "",
    )
