"""The factors of a table of univariable odds ratios: levels, reference, sizes, and the 2 x 2 tables behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from crlm.evidence.audit.effect_sizes import behind
from crlm.evidence.audit.ratio import Ratio, ratios
from crlm.evidence.audit.two_by_two import MOST_CELLS, FloatArray, distances

if TYPE_CHECKING:
    from crlm.evidence import Paper


@dataclass(frozen=True)
class Factor:
    """The odds ratios of one factor in one table: its levels with their sizes, and the size of the reference."""

    levels: tuple[Ratio, ...]
    sizes: tuple[int, ...]
    reference: int

    @property
    def n(self) -> int:
        """Everybody with a known level."""
        return sum(self.sizes) + self.reference

    @property
    def term(self) -> str:
        """The variable."""
        return self.levels[0].row.term

    @cached_property
    def distances(self) -> tuple[FloatArray, ...]:
        """For each level, how far each table of events is from what is printed."""
        return tuple(
            distances(one, size, self.reference) for one, size in zip(self.levels, self.sizes, strict=True)
        )

    def sized(self, sizes: Sequence[int], reference: int) -> Factor:
        """The same factor with other sizes."""
        return Factor(self.levels, tuple(sizes), reference)

    def without(self, name: str) -> Factor:
        """The same factor as though one of its numbers (estimate, low, high, p) were not printed."""
        parts: dict[str, None] = {name: None}
        return replace(self, levels=tuple(replace(one, **parts) for one in self.levels))  # type: ignore[arg-type]


Table = tuple[str, str, str]
"""Place, endpoint and population."""


def factors(paper: Paper) -> tuple[dict[Table, list[Factor]], dict[Table, int]]:
    """The factors of every table of univariable odds ratios, and how many ratios lack sizes or have too large ones."""
    found: dict[tuple[Table, str, str], list[tuple[Ratio, int, int]]] = {}
    left_out: dict[Table, int] = {}
    for one in ratios(paper.numbers.effects):
        row = one.row
        if row.measure != "OR" or row.model != "univariable" or not one.has_interval or not row.reference:
            continue
        table = row.locator, row.endpoint, row.population
        sizes = behind(paper, row)
        if (
            sizes is None
            or min(sizes.n_level, sizes.n_reference) < 1
            or (sizes.n_level + 1) * (sizes.n_reference + 1) > MOST_CELLS
        ):
            left_out[table] = left_out.get(table, 0) + 1
            continue
        found.setdefault((table, row.term, row.reference), []).append((one, sizes.n_level, sizes.n_reference))
    tables: dict[Table, list[Factor]] = {}
    for (table, _, _), members in found.items():
        if prod(n + 1 for _, n, _ in members) * (members[0][2] + 1) > MOST_CELLS:
            left_out[table] = left_out.get(table, 0) + len(members)
            continue
        factor = Factor(tuple(one for one, _, _ in members), tuple(n for _, n, _ in members), members[0][2])
        tables.setdefault(table, []).append(factor)
    return tables, left_out
