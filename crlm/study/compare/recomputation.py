"""One printed number beside what other printed numbers make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crlm.evidence import PublishedRow
from crlm.evidence.wording import what
from crlm.study.compare.printed import rounded

P_DECIMALS = 4


@dataclass(frozen=True)
class Recomputation:
    """A printed number beside what other printed numbers make of it.

    `rows` are the published rows that it is about, the number's own first; `recomputed` is in the decimals of the
    printed number, or a range of what rounding allows; `agrees` whether the printed number can be it. Where it cannot,
    `explanations` are those of the audit.
    """

    rows: tuple[str, ...]
    kind: str
    what: str
    method: str
    printed: str
    recomputed: str
    agrees: bool
    note: str | None = None
    explanations: tuple[str, ...] = ()


def in_place(row: PublishedRow, words: Mapping[str, str]) -> str:
    """A row in words behind its place, for example "Table 1: sex, Male, overall"."""
    return f"{row.locator}: {what(row, words)}"


def p_shown(p: float, decimals: int) -> str:
    """A p computed again: with at least four decimals, or as a power of ten."""
    if p < 0.5 * 10.0**-P_DECIMALS:
        return f"{p:.1e}"
    return rounded(p, max(decimals, P_DECIMALS))
