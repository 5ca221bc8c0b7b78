"""The tables of characteristics: of groups, and of the same records at two times."""

from __future__ import annotations

from crlm.rendering.numbering import Numbering
from crlm.rendering.tree import Block, Section
from crlm.study.report.content import baseline, paired
from crlm.study.results import Results


def section(results: Results, numbering: Numbering) -> Section | None:
    """Every table of characteristics."""
    if not results.baseline and not results.paired:
        return None
    tables: list[Block] = [baseline.table(one, results.comparison, numbering) for one in results.baseline]
    tables += [paired.table(one, numbering) for one in results.paired]
    return numbering.section("baseline", "Characteristics", tables)
