"""What the audit doubts of the rows that are pooled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crlm.evidence.audit import audit
from crlm.evidence.paper import Paper
from crlm.evidence.pooling.estimate import Estimate


def doubts(estimates: Sequence[Estimate], papers: Iterable[Paper]) -> tuple[str, ...]:
    """A sentence for each finding of the audit that quotes a row, or says that a row rests on it."""
    by_id = {paper.id: paper for paper in papers}
    found = []
    for name in dict.fromkeys(one.id for one in estimates if one.id in by_id):
        rows = {source.row for one in estimates if one.id == name for source in one.sources}
        for result in audit(by_id[name]).results:
            for finding in result.findings:
                if rows & {*finding.rows, *finding.affects}:
                    found.append(f"the audit of {name} finds ({finding.severity}): {finding.title}")
    return tuple(found)
