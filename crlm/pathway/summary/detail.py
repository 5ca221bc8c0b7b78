"""How much the page says: from the tersest form on, what is added while it fits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Detail:
    """How much of each part is said; the rest is named or counted, and stands on the next pages.

    `sources`: the records behind each group of values are named. `spelt`: factors stand one a line, not together behind
    one answer. `follows`: what follows from what is met is said. `evidence` counts lines in all; every option gets its
    first before one gets its second. `subjects`: disagreements that are not told are named, not counted. `lines` is the
    room to write.
    """

    missing: int
    sources: bool
    contradictions: int
    spelt: bool
    reasons: int
    follows: bool
    options: int
    evidence: int
    disagreements: int
    subjects: bool
    lines: int


TERSEST = Detail(
    missing=1, sources=False, contradictions=2, spelt=False, reasons=0, follows=False, options=0, evidence=0,
    disagreements=0, subjects=False, lines=4,
)  # fmt: skip
RICHER: tuple[dict[str, int | bool], ...] = (
    {"sources": True},
    {"missing": 2},
    *({"contradictions": count} for count in (4, 8)),
    *({"options": count} for count in (1, 2)),
    {"disagreements": 1},
    {"evidence": 1},
    *({"options": count} for count in (3, 4)),
    *({"evidence": count} for count in (2, 3)),
    *({"options": count} for count in (5, 6)),
    {"subjects": True},
    *({"missing": count} for count in (3, 4)),
    *({"evidence": count} for count in range(4, 7)),
    {"options": 9},
    {"disagreements": 2},
    *({"evidence": count} for count in range(7, 13)),
    {"reasons": 1},
    {"missing": 6},
    {"disagreements": 3},
    {"follows": True},
    {"spelt": True},
    {"contradictions": 99},
    {"reasons": 2},
    {"missing": 9},
    {"disagreements": 5},
    *({"lines": count} for count in (5, 6)),
)
"""What is added to the tersest page, in this order, each where it still fits."""
