"""A row of the summaries: its printed numbers by name, and a finding about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import dependants
from crlm.evidence.audit.checks.quantities import summary_parts
from crlm.evidence.audit.finding import Explanation, Finding, Quoted, Severity
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSummary

ID = "summaries"

Numbers = dict[str, Printed]


def numbers(row: PublishedSummary) -> Numbers:
    """The printed numbers of a summary by name: centre, SD, quartiles, range; empty when the text cannot be read."""
    return {name: one for name, text in summary_parts(row) if (one := printed(text)) is not None}


def quoted(row: PublishedSummary) -> Quoted:
    """The row as a finding quotes it."""
    return Quoted(row.row_id, row.locator, f"{row.variable} ({row.unit}), {row.group}", row.as_printed)


def finding(
    paper: Paper,
    rows: list[PublishedSummary],
    severity: Severity,
    title: str,
    arithmetic: str,
    explanations: tuple[Explanation, ...] = (),
) -> Finding:
    """A finding of this check about these rows of one variable."""
    return Finding(
        check=ID,
        severity=severity,
        title=title,
        printed=tuple(quoted(one) for one in rows),
        arithmetic=arithmetic,
        explanations=explanations,
        affects=dependants(paper, rows[0].variable),
    )
