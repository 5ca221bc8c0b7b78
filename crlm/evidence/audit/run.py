"""Run every check on a paper, and group the findings that hang on the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks import CHECKS
from crlm.evidence.audit.finding import SEVERITIES, Check, CheckResult, Finding, NotRun

if TYPE_CHECKING:
    from crlm.evidence import Paper

VERSION = "3"
"""The version of the set of checks; it rises when a check is added or judges differently."""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that hang on the same rows: one cause, or one place to look at in the source.

    `findings` are in order of severity; `rows` are their suspects in the order in which they were found.
    """

    findings: tuple[Finding, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What the checks say of one paper."""

    paper_id: str
    results: tuple[CheckResult, ...]
    version: str = VERSION
    words: Mapping[str, str] = field(default_factory=dict)
    """How the paper's names are put to a reader; the findings themselves hold the names."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, check by check."""
        return tuple(one for result in self.results for one in result.findings)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The findings grouped by the rows they share, the most severe first, otherwise as found."""
        groups = grouped(self.findings)
        return tuple(sorted(groups, key=lambda one: SEVERITIES.index(one.findings[0].severity)))


def audit(paper: Paper, checks: Iterable[Check] = CHECKS) -> Audit:
    """Run the checks on a paper; nothing but the printed texts and what was parsed from them is read.

    A paper's digitiser may have noted what looked wrong; the checks never read that.
    """
    results = tuple(_result(check, paper) for check in checks)
    return Audit(paper_id=paper.about.id, results=results, words=paper.words)


def _result(check: Check, paper: Paper) -> CheckResult:
    """What a check says; one that stops on numbers that no paper has says so, and the others go on.

    No check is known to stop: tests/evidence/audit/test_hostile.py spoils papers to find one that does.
    """
    try:
        return check.function(paper)
    except (ArithmeticError, AssertionError, LookupError, MemoryError, TypeError, ValueError) as fault:
        reason = f"the check stopped on numbers that it does not expect ({type(fault).__name__})"
        return CheckResult(check.id, 0, not_run=(NotRun("all numbers", reason),))


def grouped(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Findings that share a row, directly or through others, together; in the order of their first finding."""
    groups: list[list[Finding]] = []
    for finding in findings:
        rows = set(finding.rows)
        joined = [index for index, group in enumerate(groups) if any(rows & set(one.rows) for one in group)]
        merged = [*(one for index in joined for one in groups[index]), finding]
        first = joined[0] if joined else len(groups)
        groups = [group for index, group in enumerate(groups) if index not in joined]
        groups.insert(first, merged)
    return tuple(
        Group(
            findings=tuple(sorted(group, key=lambda one: SEVERITIES.index(one.severity))),
            rows=tuple(dict.fromkeys(row for one in group for row in one.rows)),
        )
        for group in groups
    )
