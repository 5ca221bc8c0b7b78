"""What an audit says: findings with both numbers and the arithmetic, and the checks that make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from crlm.evidence import Paper

Severity = Literal["impossible", "contradiction", "doubtful"]
"""impossible: no true value, however rounded, gives what is printed, by the method that the paper names or by which the
rest of its table was made; contradiction: two printed places disagree; doubtful: possible only under an unusual
assumption, which the finding names, or by a method that the paper neither names nor excludes."""

SEVERITIES: tuple[Severity, ...] = ("impossible", "contradiction", "doubtful")

ExplanationKind = Literal[
    "misprint",
    "truncation",
    "swapped-labels",
    "other-denominator",
    "lost-sign-or-digit",
    "other-test",
    "other-population",
    "unit",
]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A printed number that a finding rests on: its row, where it stands, what it is, and the text as printed."""

    row_id: str
    place: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One way in which the numbers may have come about; named only when it was tried and removes the mismatch."""

    kind: ExplanationKind
    sentence: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit.

    `arithmetic` is one line that a reader can redo by hand. `affects` are the row ids (or sentences) of what depends on
    the numbers. `suspects` are the row ids that the mismatch hangs on (default: every quoted row); findings that share
    a suspect are read together, so rows quoted only for context, such as the size of a group, are left out of it.
    """

    check: str
    severity: Severity
    title: str
    printed: tuple[Quoted, ...]
    arithmetic: str
    explanations: tuple[Explanation, ...] = ()
    affects: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows by which this finding is grouped with others."""
        return self.suspects or tuple(dict.fromkeys(one.row_id for one in self.printed))


@dataclass(frozen=True, slots=True)
class NotRun:
    """Something that a check could not look at, and why."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check did: how many numbers (or comparisons) it tested, what it found, what it could not test."""

    check: str
    tested: int
    findings: tuple[Finding, ...] = ()
    not_run: tuple[NotRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its id, its title, what it does and when it is silent (`words`), and the function."""

    id: str
    title: str
    words: str
    function: Callable[[Paper], CheckResult]
