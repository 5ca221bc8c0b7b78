"""One printed number beside what other printed numbers make of it."""

from __future__ import annotations

from dataclasses import dataclass

from crlm.study.compare.printed import Printed, rounded

P_DECIMALS = 4


@dataclass(frozen=True)
class Recomputation:
    """A printed number beside what other printed numbers make of it.

    `rows` are the published rows that it is about; `recomputed` is in the decimals of the printed number, or a range of
    what rounding allows; `agrees` whether the printed number can be it.
    """

    rows: tuple[str, ...]
    kind: str
    what: str
    method: str
    printed: str
    recomputed: str
    agrees: bool
    note: str | None = None


def p_shown(p: float, shown: Printed) -> str:
    """A p computed again: with at least four decimals, or as a power of ten."""
    if p < 0.5 * 10.0**-P_DECIMALS:
        return f"{p:.1e}"
    return rounded(p, max(shown.decimals, P_DECIMALS))


def is_within(shown: Printed, low: float, high: float) -> bool:
    """Whether a printed number can be one of a range, for its own rounding."""
    least, most = shown.range
    return low <= most and high >= least
