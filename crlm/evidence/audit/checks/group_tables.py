"""The table of counts behind a printed test of groups, as far as the paper prints it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import TYPE_CHECKING

from crlm.evidence.audit.attainable import Counts, combinations_of
from crlm.evidence.audit.checks.blocks import Block, Cell, Key, groups_of
from crlm.evidence.audit.effect_sizes import WHOLE
from crlm.evidence.audit.finding import Quoted
from crlm.evidence.audit.printed import Printed, counts_for, denominators_for

if TYPE_CHECKING:
    from crlm.evidence import PublishedTest

MOST_TABLES = 500
MOST_PEOPLE = 100_000
"""Of more people too many counts print as one percentage to try them all."""
DICHOTOMOUS = ("yes", "no", "present", "absent", "any", "none", "positive", "negative")
"""Levels that leave only one other."""

Blocks = dict[Key, dict[str, Block]]
Choices = tuple[int, ...]
"""The counts that a printed cell may stand for."""


@dataclass(frozen=True)
class GroupTable:
    """Levels by groups: the cells, and for each the counts that it may stand for.

    A count that is printed stands for itself; a percentage alone for every count that prints so of its group. Where one
    level alone is printed the rest of each group is the other level: `sizes` are what the groups may be then. `whole`
    are the printed counts of everybody, level by level.
    """

    cells: tuple[tuple[Cell, ...], ...]
    choices: tuple[tuple[Choices, ...], ...]
    sizes: tuple[Choices, ...] | None
    whole: tuple[int | None, ...]

    @property
    def quoted(self) -> tuple[Quoted, ...]:
        """The cells as a finding quotes them."""
        return tuple(one.quoted for level in self.cells for one in level)

    @property
    def exact(self) -> bool:
        """Whether every count is printed."""
        return all(one.n is not None for level in self.cells for one in level)

    def tables(self) -> Iterator[Counts] | None:
        """Every table that these cells may stand for; None when there are too many."""
        flat = tuple(one for level in (*self.choices, self.sizes or ()) for one in level)
        chosen = combinations_of(flat, MOST_TABLES)
        if chosen is None:
            return None
        width = len(self.choices[0])
        rows = (tuple(one[at : at + width] for at in range(0, len(one), width)) for one in chosen)
        return (self._with_rest(one) for one in rows)

    def _with_rest(self, rows: Counts) -> Counts:
        if self.sizes is None:
            return rows
        known, sizes = rows
        return known, tuple(max(size - n, 0) for size, n in zip(sizes, known, strict=True))

    def without(self, at: int) -> GroupTable:
        """The same table without one of its levels."""
        kept = [index for index in range(len(self.cells)) if index != at]
        return replace(
            self,
            cells=tuple(self.cells[index] for index in kept),
            choices=tuple(self.choices[index] for index in kept),
            whole=tuple(self.whole[index] for index in kept),
        )

    def from_percentages(self) -> GroupTable | None:
        """The same table with every count taken from its percentage and denominator; None where one is missing."""
        choices = []
        for level in self.cells:
            row = []
            for one in level:
                denominator = one.row.denominator
                if one.percent is None or not denominator or denominator > MOST_PEOPLE:
                    return None
                itself = () if one.n is None else (one.n,)
                row.append(tuple(counts_for(one.percent, denominator)) or itself)
            choices.append(tuple(row))
        return replace(self, choices=tuple(choices))


def is_paired(row: PublishedTest) -> bool:
    """Whether a test compares two readings of the same people."""
    return "(paired)" in row.groups_compared


def group_table(counts: Blocks, row: PublishedTest) -> GroupTable | str:
    """The table behind a test, or why it is not known."""
    variable, _, level = row.variable.partition("[")
    groups = groups_of(row)
    found = _block(counts, row, variable, groups, one_level=bool(level))
    if found is None:
        return "the counts of its groups are not printed"
    members = [found[group] for group in groups]
    levels = _levels(members, level.rstrip("]"))
    if not levels:
        return "the paper prints no level of it for every group"
    cells = tuple(tuple(_cell(block, name) for block in members) for name in levels)
    sizes = None
    if len(levels) == 1:
        if not level and levels[0].casefold() not in DICHOTOMOUS:
            return "one level only is printed: whether there are more is not known"
        sizes = tuple(_sizes(one, block) for one, block in zip(cells[0], members, strict=True))
        if not all(sizes):
            return "one level only is printed, without the sizes of the groups"
    choices = tuple(
        tuple(_choices(one, block) for one, block in zip(row_cells, members, strict=True))
        for row_cells in cells
    )
    if any(not one for each in choices for one in each):
        return "a percentage is no percentage of its group, so that its count is not known"
    everybody = next(
        (block for group, block in found.items() if group in WHOLE and group not in groups), None
    )
    whole = tuple(
        one.n if everybody is not None and (one := everybody.level(name)) is not None else None
        for name in levels
    )
    return GroupTable(cells, choices, sizes, whole)


def _block(
    counts: Blocks, row: PublishedTest, variable: str, groups: Sequence[str], *, one_level: bool
) -> dict[str, Block] | None:
    """The blocks of the variable that hold all the groups: where the test stands, or else the only other place.

    A text that repeats some of the levels repeats the p of the whole table: where one other place has them all and
    more, that is the better place.
    """
    holding = {
        key: found
        for key, found in counts.items()
        if key[1] == variable and key[2] == row.unit and set(groups) <= set(found)
    }
    here = next((found for key, found in holding.items() if key[0] == row.locator), None)

    def levels(found: dict[str, Block]) -> frozenset[str]:
        return frozenset.intersection(
            *(frozenset(one.row.level for one in found[group].levels) for group in groups)
        )

    if here is not None and one_level:
        return here
    own = frozenset() if here is None else levels(here)
    fuller = [found for found in holding.values() if len(levels(found)) > 1 and levels(found) > own]
    if len(fuller) == 1 and not one_level:
        return fuller[0]
    return here if here is not None else next(iter(holding.values()), None) if len(holding) == 1 else None


def _levels(members: Sequence[Block], only: str) -> list[str]:
    """The levels with a number in every group; none when a level has one in some groups only."""
    names = list(dict.fromkeys(one.row.level for block in members for one in block.levels))
    if only:
        names = [one for one in names if one == only]
    known = {name: [_known(_cell(block, name)) for block in members] for name in names}
    if any(any(one) and not all(one) for one in known.values()):
        return []
    return [name for name in names if all(known[name])]


def _cell(block: Block, name: str) -> Cell:
    """The cell of a level; where it has no row in this group and the others fill the group, nobody has it."""
    found = block.level(name)
    if found is not None:
        return found
    first = block.levels[0]
    full = block.levels_n is not None and block.levels_n == (first.row.denominator or block.size)
    return Cell(replace(first.row, level=name, as_printed="not printed"), 0 if full else None, None)


def _known(cell: Cell) -> bool:
    return cell.n is not None or cell.percent is not None


def _choices(cell: Cell, block: Block) -> Choices:
    if cell.n is not None:
        return (cell.n,)
    denominator = cell.row.denominator or block.size
    if cell.percent is None or denominator is None or denominator > MOST_PEOPLE:
        return ()
    return tuple(counts_for(cell.percent, denominator)) or _cut(cell.percent, denominator)


def _cut(percent: Printed, denominator: int) -> Choices:
    """The counts whose percentage prints so with its digits cut off."""
    low, high = percent.truncated()
    first, last = ceil(low * denominator / 100), floor(high * denominator / 100)
    return tuple(n for n in range(max(0, first), min(denominator, last) + 1) if 100 * n < high * denominator)


def _sizes(cell: Cell, block: Block) -> Choices:
    """How many a group of which one level is printed may be: its count and percentage say so, or else its size."""
    largest = block.size or cell.row.denominator
    if cell.n is not None and cell.percent is not None and largest is not None:
        return tuple(denominators_for(cell.n, cell.percent, largest)) or (largest,)
    size = cell.row.denominator or block.size
    return () if size is None else (size,)
