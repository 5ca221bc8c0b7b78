"""What the audit of the paper doubts about a printed row, so that a run is not blamed for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from crlm.evidence import Paper, paper
from crlm.evidence.audit import SEVERITIES, Severity, audit
from crlm.evidence.audit.checks import CHECKS
from crlm.evidence.audit.report.entries import title
from crlm.evidence.audit.report.words import readable

TITLES = {one.id: one.title for one in CHECKS}


@dataclass(frozen=True)
class Doubt:
    """A finding of the audit that hangs on a row: its check (id and name), how grave it is, what does not fit.

    `explanations` are what would make it fit, each tried out; none where nothing simple does.
    """

    check: str
    name: str
    severity: Severity
    finding: str
    explanations: tuple[str, ...]

    @property
    def short(self) -> str:
        """The check and how grave its finding is, for example "Percentages of counts (impossible)"."""
        return f"{self.name} ({self.severity})"


def short(doubts: Sequence[Doubt]) -> str:
    """The checks that doubt a row, each once with the gravest of its findings."""
    gravest: dict[str, Doubt] = {}
    for one in sorted(doubts, key=lambda one: SEVERITIES.index(one.severity)):
        gravest.setdefault(one.check, one)
    return ", ".join(one.short for one in gravest.values())


@cache
def doubts_of(study: str) -> dict[str, tuple[Doubt, ...]]:
    """The doubts of each doubted row of a paper of the library, by row id; a KeyError when there is no such paper."""
    return doubts(paper(study))


def doubts(about: Paper) -> dict[str, tuple[Doubt, ...]]:
    """The doubts of each doubted row; rows that a finding quotes only for context are not among them."""
    found: dict[str, list[Doubt]] = defaultdict(list)
    audited = audit(about)
    for finding in audited.findings:
        doubt = Doubt(
            check=finding.check,
            name=TITLES[finding.check],
            severity=finding.severity,
            finding=title(finding, audited.words),
            explanations=tuple(readable(one.sentence, audited.words) for one in finding.explanations),
        )
        for row in finding.rows:
            found[row].append(doubt)
    return {row: tuple(these) for row, these in found.items()}
