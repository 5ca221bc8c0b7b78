"""Which numbers of an odds ratio its counts allow, where the sizes of its levels are printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from crlm.evidence.audit.factors import factors
from crlm.evidence.audit.ratio import Ratio, changed
from crlm.evidence.audit.two_by_two import distances, p_values, totals_of_factor

if TYPE_CHECKING:
    from crlm.evidence import Paper

ROUNDED, SLIGHT = 0.5, 1.0
SHOWN = 5
"""Factors of a table that have to come from counts before its other rows are held to them."""
MOST_CELLS = 200_000
"""Larger groups allow nearly everything that rounding does."""


class Counts:
    """The sizes behind the univariable odds ratios of a paper, for tables that are shown to come from counts."""

    def __init__(self, paper: Paper) -> None:
        self._sizes: dict[str, tuple[int, int]] = {}
        for members in factors(paper)[0].values():
            shown = sum(any(totals_of_factor(one.distances, SLIGHT)) for one in members)
            for one in members if shown >= SHOWN and 2 * shown >= len(members) else ():
                for level, size in zip(one.levels, one.sizes, strict=True):
                    if (size + 1) * (one.reference + 1) <= MOST_CELLS:
                        self._sizes[level.row.row_id] = size, one.reference

    def allow(self, ratio: Ratio) -> bool:
        """Whether some counts of these sizes print like this row (perhaps with a number changed); True if unknown."""
        return ratio.row.row_id not in self._sizes or next(self._tables(ratio), None) is not None

    def gives_p(self, ratio: Ratio) -> bool | None:
        """Whether a test of counts that print like estimate and interval gives the p; None where there are none."""
        p, without = ratio.p, changed(ratio, "p", None)
        if p is None or ratio.row.row_id not in self._sizes or not self.allow(without):
            return None
        return any(
            p.overlaps(value, value) for table in self._tables(without) for value in p_values(table).values()
        )

    def _tables(self, ratio: Ratio) -> Iterator[tuple[int, int, int, int]]:
        size, reference = self._sizes[ratio.row.row_id]
        for a, c in zip(*np.nonzero(distances(ratio, size, reference) <= ROUNDED), strict=True):
            yield int(a), size - int(a), int(c), reference - int(c)
