"""What goes wrong on a user's side: problems that name a place, what was given, what is allowed and the fix.

Every room raises these and nothing else for a user's mistake; `crlm.cli` alone turns them into text and an exit code.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Place:
    """Where a problem is: any part may be absent, but what is known is said.

    `line` counts lines of a text file from 1; `row` counts rows as a spreadsheet shows them (the header is row 1).
    """

    file: str | None = None
    line: int | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        """The place as a person reads it: `patients.csv, row 14, column "age"`."""
        parts = []
        if self.file:
            parts.append(f"{self.file}:{self.line}" if self.line else self.file)
        elif self.line:
            parts.append(f"line {self.line}")
        if self.sheet:
            parts.append(f'sheet "{self.sheet}"')
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f'column "{self.column}"')
        if self.key:
            parts.append(f"[{self.key}]")
        return ", ".join(parts)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with the smallest change that mends it.

    `code` is stable (documented in docs/reference/problems.md), `given` says what was found, `allowed` what would
    have been right, `fix` what to do.
    """

    code: str
    given: str
    allowed: str | None = None
    fix: str | None = None
    place: Place = field(default_factory=Place)
    severity: Severity = "error"

    def __str__(self) -> str:
        """One paragraph: place, given, allowed, fix, code."""
        where = str(self.place)
        text = f"{where}: {self.given}" if where else self.given
        if self.allowed:
            text += f" Allowed: {self.allowed}"
        if self.fix:
            text += f" Fix: {self.fix}"
        return f"{text} ({self.code})"


class CrlmError(Exception):
    """A user's mistake or a refusal, carrying every problem found and the process's exit code."""

    exit_code: ClassVar[int] = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ArgumentError(CrlmError):
    """The command line asked for something that does not exist."""

    exit_code = 2


class ProtocolError(CrlmError):
    """The protocol cannot be run as written."""

    exit_code = 3


class DataError(CrlmError):
    """The data cannot be analysed as they are."""

    exit_code = 4


class OutputError(CrlmError):
    """The output cannot be written."""

    exit_code = 5


class DisclosureError(CrlmError):
    """The output would disclose individuals and was refused."""

    exit_code = 6


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to a mistyped one, or None when nothing is close."""
    candidates = list(known)
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    if word.casefold() in by_folded:
        return by_folded[word.casefold()]
    matches = difflib.get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(word: str, known: Sequence[str], *, most: int = 12) -> str:
    """A fix sentence for an unknown name: the nearest valid one, else the first valid ones."""
    close = nearest(word, known)
    if close is not None:
        return f'did you mean "{close}"?'
    listed = ", ".join(f'"{name}"' for name in list(known)[:most])
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return f"use one of {listed}{more}." if listed else "nothing is declared here yet."
