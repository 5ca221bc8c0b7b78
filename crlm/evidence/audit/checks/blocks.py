"""The table of counts as blocks: the levels of one variable in one group at one place, with what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import Quoted
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedCount, PublishedTest


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed count: whole number and percentage as far as they are printed."""

    row: PublishedCount
    n: int | None
    percent: Printed | None

    @property
    def quoted(self) -> Quoted:
        """The cell as a finding quotes it."""
        row = self.row
        return Quoted(row.row_id, row.locator, f"{row.variable}, {row.level}, {row.group}", row.as_printed)


@dataclass(frozen=True, slots=True)
class Block:
    """The levels of one variable in one group at one place.

    `size` is the printed size of the group (None when it is not printed); `missing` are rows of missing or not
    applicable values, empty when none is printed.
    """

    place: str
    variable: str
    group: str
    unit: str
    levels: tuple[Cell, ...]
    missing: tuple[Cell, ...]
    size: int | None

    @property
    def missing_n(self) -> int | None:
        """How many are printed as missing; None when no such row (or not its number) is printed."""
        counts = [one.n for one in self.missing]
        return (
            None
            if not counts or any(one is None for one in counts)
            else sum(one for one in counts if one is not None)
        )

    @property
    def levels_n(self) -> int | None:
        """The sum of the levels; None when a level's count is not printed."""
        counts = [one.n for one in self.levels]
        return None if any(one is None for one in counts) else sum(one for one in counts if one is not None)

    def level(self, name: str) -> Cell | None:
        """The cell of a level, None when there is none."""
        return next((one for one in self.levels if one.row.level == name), None)


Key = tuple[str, str, str]
"""Place, variable and unit: what the blocks of several groups have in common."""


def cell(row: PublishedCount) -> Cell:
    """The printed numbers of a row; a count that is not a whole number is None."""
    whole = printed(row.n_printed)
    usable = whole is not None and whole.operator == "=" and whole.value.denominator == 1
    return Cell(
        row, int(whole.value) if usable and whole is not None else None, printed(row.percent_as_printed)
    )


def blocks(paper: Paper) -> dict[Key, dict[str, Block]]:
    """The blocks of a paper's counts, by place, variable and unit, then by group, in printed order."""
    rows: dict[Key, dict[str, list[PublishedCount]]] = {}
    for row in paper.numbers.counts:
        rows.setdefault((row.locator, row.variable, row.unit), {}).setdefault(row.group, []).append(row)
    return {
        key: {
            group: Block(
                place=key[0],
                variable=key[1],
                group=group,
                unit=key[2],
                levels=tuple(cell(one) for one in members if not one.is_missing_row),
                missing=tuple(cell(one) for one in members if one.is_missing_row),
                size=size_of(paper, group, key[2]),
            )
            for group, members in groups.items()
        }
        for key, groups in rows.items()
    }


def size_of(paper: Paper, group: str, unit: str) -> int | None:
    """The size of a group in a unit: as printed, or what its fellow groups leave of the group they make up.

    For "all" the paper's own n where no group says it; None when nothing says it.
    """
    members = [one for one in paper.groups if one.unit == unit]
    found = next((one for one in members if one.id == group), None)
    if found is None or found.n is None:
        whole = paper.about.n if group == "all" and unit == paper.about.unit else None
        if found is None or whole is not None:
            return whole
        fellows = [
            one.n
            for one in members
            if one.id != group and one.of == found.of and one.variable == found.variable
        ]
        total = next((one.n for one in members if one.id == found.of), None)
        known = [one for one in fellows if one is not None]
        return total - sum(known) if total is not None and known and len(known) == len(fellows) else None
    return found.n


def parts_of(paper: Paper, whole: str, unit: str) -> tuple[tuple[str, ...], ...]:
    """The sets of groups that make up a group in this unit, one set for each variable that divides it."""
    sets: dict[str, list[str]] = {}
    for one in paper.groups:
        if one.of == whole and one.id != whole and one.unit == unit:
            sets.setdefault(one.variable, []).append(one.id)
    return tuple(tuple(ids) for ids in sets.values() if len(ids) > 1)


def groups_of(row: PublishedTest) -> tuple[str, ...]:
    """The groups that a test compares, by the words of the tables."""
    return tuple(one.strip().removesuffix("(paired)").strip() for one in row.groups_compared.split(" vs "))


def dependants(paper: Paper, variable: str, group: str | None = None) -> tuple[str, ...]:
    """The rows that use this variable: tests of it (of one group: those that compare it), and effects of it."""
    tests = [
        one.row_id
        for one in paper.numbers.tests
        if one.variable.partition("[")[0] == variable and (group is None or group in groups_of(one))
    ]
    return (
        *tests,
        *(one.row_id for one in paper.numbers.effects if one.term == variable and one.est_printed),
    )
