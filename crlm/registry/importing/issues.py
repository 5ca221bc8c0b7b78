"""What is wrong or odd in a registry's files, with every row concerned: for reports and for annotated copies."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from crlm.dictionary.records import Finding
from crlm.problems import Place, Problem, Severity
from crlm.registry.wording import listed_rows

MOST_ROWS = 10
"""So many rows are named with a finding; an issue has them all."""


def no_rows() -> pl.Series:
    """The rows of an issue that concerns a whole file."""
    return pl.Series("row", [], dtype=pl.Int64)


@dataclass(frozen=True)
class Issue:
    """One thing that was noticed: a stable rule id, a severity, a sentence, and all rows it concerns.

    `structural` issues leave no registry to speak of (a repeated key, a file that cannot be read): they can never be
    accepted. Other errors can be, by the user's own word: a value that cannot be read is then missing.
    """

    rule: str
    severity: Severity
    sentence: str
    table: str | None = None
    column: str | None = None
    """The variable."""
    header: str | None = None
    """Its header in the file, where that is another."""
    rows: pl.Series = field(default_factory=no_rows)
    count: int | None = None
    """How often, where that is not the number of rows."""
    unknown: int = 0
    allowed: str | None = None
    fix: str | None = None
    structural: bool = False
    file: str | None = None
    sheet: str | None = None
    line: int | None = None

    @property
    def times(self) -> int:
        """How often it occurs."""
        return self.rows.len() if self.count is None else self.count

    def finding(self) -> Finding:
        """The issue with its first rows only, as registries and snapshots carry it."""
        return Finding(
            rule=self.rule,
            severity=self.severity,
            sentence=self.sentence,
            column=self.column,
            count=self.times,
            rows=tuple(self.rows.head(MOST_ROWS).to_list()),
            table=self.table,
            unknown=self.unknown,
        )

    def problem(self) -> Problem:
        """The issue as an error for the user."""
        sentence = self.sentence
        if self.rows.len() > 1:
            sentence = f"{sentence.rstrip('.')} ({listed_rows(self.rows)})."
        place = Place(
            file=self.file or self.table,
            line=self.line,
            sheet=self.sheet,
            row=int(self.rows[0]) if self.rows.len() else None,
            column=self.header or self.column,
        )
        return Problem(self.rule, sentence, self.allowed, self.fix, place, self.severity)


def of_problem(problem: Problem, table: str | None, *, structural: bool = True) -> Issue:
    """An issue from a problem of reading a file; words that speak of a protocol speak of the mapping here."""
    place = problem.place
    rows = no_rows() if place.row is None else pl.Series("row", [place.row], dtype=pl.Int64)
    return Issue(
        rule=problem.code,
        severity=problem.severity,
        sentence=_of_the_mapping(problem.given) or "",
        table=table,
        header=place.column,
        rows=rows,
        allowed=_of_the_mapping(problem.allowed),
        fix=_of_the_mapping(problem.fix),
        structural=structural,
        file=place.file,
        sheet=place.sheet,
        line=place.line,
    )


def _of_the_mapping(words: str | None) -> str | None:
    """A registry is declared by a mapping, whose [data] has the keys that a protocol's [data] has for one table."""
    if words is None:
        return None
    return words.replace("the protocol", "the mapping").replace("one row per patient", "one row per record")


def in_file(issue: Issue, file: str, sheet: str | None) -> Issue:
    """The issue with the file it was noticed in."""
    return replace(issue, file=issue.file or file, sheet=issue.sheet or sheet)
