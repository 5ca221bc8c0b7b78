"""Printed tests of groups, computed again by the audit's own recomputation, in the words of a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crlm.evidence import Paper, PublishedTest
from crlm.evidence.audit.checks.blocks import blocks
from crlm.evidence.audit.checks.p_against_interval import p_words
from crlm.evidence.audit.checks.recomputed_tests import (
    UNNAMED,
    OfCounts,
    OfMeans,
    Recomputed,
    agrees,
    p_as_printed,
    recomputed,
)
from crlm.study.compare.recomputation import Recomputation, in_place, p_shown


def group_tests(paper: Paper, rows: Iterable[PublishedTest]) -> Iterator[Recomputation]:
    """The tests among these rows that printed numbers determine, in the order of the paper.

    Of the tests that the paper does not exclude the one that can give the printed p is told, or else the first.
    """
    counts = blocks(paper)
    for row in rows:
        found = recomputed(paper, counts, row)
        if isinstance(found, str):
            continue
        told = next((name for name in found.allowed if name in found.agreeing), found.allowed[0])
        low, high = found.ranges[told]
        yield Recomputation(
            (row.row_id, *found.rows),
            "test",
            in_place(row, paper.words),
            f"{told}{_behind(found)}",
            p_as_printed(row),
            p_shown(low, found.p.decimals) if low == high else p_words(low, high),
            agrees(found),
            _note(found),
        )


def _behind(found: Recomputed) -> str:
    """What the test was computed from."""
    if isinstance(found, OfMeans):
        return " from means, SDs and n"
    if not isinstance(found, OfCounts):
        return f": {found.first} before and {found.second} after, of {found.n}"
    return " of the counts" if found.table.exact else " of the counts that print as these percentages"


def _note(found: Recomputed) -> str | None:
    notes = ["the paper does not name the test"] if found.row.test in UNNAMED else []
    if isinstance(found, OfMeans):
        notes.append("the range that rounding of the means and SDs allows")
    elif not isinstance(found, OfCounts):
        notes.append("the range over every number of changes that the counts allow")
    return "; ".join(notes) or None
