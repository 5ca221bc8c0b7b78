"""Can so many patients of a score's level have the items that the level takes?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import Block, Cell, blocks, dependants
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Severity

if TYPE_CHECKING:
    from crlm.evidence import Paper
    from crlm.evidence.description import Score

ID = "score-from-items"


@dataclass(frozen=True, slots=True)
class Item:
    """One item in one group: how many are printed with it, and of how many it is not known."""

    variable: str
    present: int
    unknown: int
    known: int
    cells: tuple[Cell, ...]
    other: Cell | None
    """The only other level of its variable, when there is exactly one."""


@dataclass(frozen=True, slots=True)
class Level:
    """The level of a score in one group, with its items."""

    score: Score
    group: str
    cell: Cell
    n: int
    items: tuple[Item, ...]

    @property
    def needed(self) -> int:
        """Items that its patients have together, at least."""
        return self.n * self.score.at_least

    def held(self, n: int, *, unknown: bool) -> int:
        """Items that n patients can hold at most; with `unknown`, whoever's item is not known may have it."""
        return sum(min(one.present + (one.unknown if unknown else 0), n) for one in self.items)

    @property
    def most(self) -> int:
        """The most patients who can have enough of the items that are printed."""
        k = self.score.at_least
        return max(n for n in range(self.n + 1) if self.held(n, unknown=False) >= k * n)

    def fits(self, *, unknown: bool) -> bool:
        """Whether its patients can have enough items.

        n patients can each have k different items exactly when the items, none counted more than n times, number at
        least k n: dealt in turn, no patient gets the same item twice.
        """
        return self.held(self.n, unknown=unknown) >= self.needed


def score_from_items(paper: Paper) -> CheckResult:
    """Every level of a score that paper.toml defines, group by group."""
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    tested = 0
    for score in paper.scores:
        levels, reasons = _levels(paper, score)
        not_run += reasons
        tested += len(levels)
        findings += [_finding(paper, one, levels) for one in levels if not one.fits(unknown=False)]
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _levels(paper: Paper, score: Score) -> tuple[list[Level], list[NotRun]]:
    found, not_run = [], []
    counts = blocks(paper)
    for (place, variable, unit), groups in counts.items():
        if variable != score.variable:
            continue
        for group, block in groups.items():
            cell = block.level(score.level)
            if cell is None or cell.n is None:
                continue
            items = _items(counts, score, group, place, unit)
            if isinstance(items, str):
                not_run.append(NotRun(f"{score.variable} in {group}", items))
            else:
                found.append(Level(score, group, cell, cell.n, items))
    return found, not_run


def _items(
    counts: dict[tuple[str, str, str], dict[str, Block]], score: Score, group: str, place: str, unit: str
) -> tuple[Item, ...] | str:
    """The items of a score in a group, or why they are not known."""
    found = []
    for variable in dict.fromkeys(one.variable for one in score.items):
        levels = [one.level for one in score.items if one.variable == variable]
        places = [
            groups[group]
            for (_, name, its), groups in counts.items()
            if name == variable and its == unit and group in groups
        ]
        places.sort(key=lambda one: (one.place != place, -len(one.levels)))
        item = next((one for block in places if (one := _item(block, levels)) is not None), None)
        if item is None:
            return f"{variable} is not printed for this group with all its levels, or the group's size is not"
        found.append(item)
    return tuple(found)


def _item(block: Block, levels: Sequence[str]) -> Item | None:
    cells = [block.level(one) for one in levels]
    given = [one for one in cells if one is not None and one.n is not None]
    if len(given) < len(levels) or block.levels_n is None:
        return None
    unknown = block.size - block.levels_n if block.size is not None else block.missing_n
    if unknown is None:
        return None
    others = [one for one in block.levels if one.row.level not in levels]
    return Item(
        block.variable,
        sum(one.n or 0 for one in given),
        max(unknown, 0),
        block.levels_n,
        tuple(given),
        others[0] if len(others) == 1 and len(levels) == 1 else None,
    )


def _finding(paper: Paper, one: Level, levels: Sequence[Level]) -> Finding:
    severity: Severity = "doubtful" if one.fits(unknown=True) else "contradiction"
    k, n = one.score.at_least, one.n
    held = one.held(n, unknown=False)
    binding = [item for item in one.items if item.present < n]
    gaps = [item for item in binding if item.unknown]
    unknown = sum(item.unknown for item in gaps)
    names = " and ".join(item.variable for item in gaps)
    share = f"{sum(item.present for item in gaps)} of the {sum(item.known for item in gaps)}"
    still = (
        f"; {one.needed - held} of the {unknown} unknown values of {names} would have to count as present, as {share} "
        "known ones do"
        if severity == "doubtful"
        else f"; with every unknown value among them {one.held(n, unknown=True)}"
        if unknown
        else ""
    )
    given = " + ".join(str(min(item.present, n)) for item in one.items)
    enough = " + ".join(str(min(item.present, one.most)) for item in one.items)
    cells = [one.cell, *(cell for item in one.items for cell in item.cells)]
    doubted = [one.cell, *(cell for item in binding for cell in item.cells)]
    return Finding(
        ID,
        severity,
        f"{one.score.variable} ({one.score.level}) in {one.group}: more patients than its items allow",
        tuple(cell.quoted for cell in cells),
        f"{n} patients with at least {k} of {len(one.items)} items need {k} x {n} = {one.needed}; the items, none "
        f"taken more than {n} times, give at most {given} = {held}, enough for {one.most} (of them {enough} = "
        f"{one.held(one.most, unknown=False)}, and {k} x {one.most} = {k * one.most}){still}",
        _explanations(levels),
        affects=dependants(paper, one.score.variable),
        suspects=tuple(cell.row.row_id for cell in doubted),
    )


def _explanations(levels: Sequence[Level]) -> tuple[Explanation, ...]:
    """Items whose two levels, exchanged in every group, leave room for the score in all of them."""
    fitting = []
    for variable in dict.fromkeys(item.variable for one in levels for item in one.items):
        exchanged = [_exchanged(one, variable) for one in levels]
        if all(one is not None and one.fits(unknown=False) for one in exchanged):
            item = next(one for one in levels[0].items if one.variable == variable)
            assert item.other is not None
            fitting.append(f"{variable} ({item.cells[0].row.level} with {item.other.row.level})")
    if not fitting:
        return ()
    which = fitting[0] if len(fitting) == 1 else f"one of {', '.join(fitting)}"
    sentence = f"With the two rows of {which} exchanged, the items are enough in every group."
    return (Explanation("swapped-labels", sentence),)


def _exchanged(level: Level, variable: str) -> Level | None:
    items = []
    for one in level.items:
        if one.variable != variable:
            items.append(one)
        elif one.other is None or one.other.n is None:
            return None
        else:
            items.append(replace(one, present=one.other.n))
    return replace(level, items=tuple(items))


CHECK = Check(
    ID,
    "Scores against their items",
    "Where paper.toml says that a level of a score takes at least k of its items: n patients can have them only when "
    "the items, none counted more than n times, number at least k n. A contradiction when not even all the unknown "
    "values would be enough; doubtful when unknown values would have to count as present. Group by group; silent "
    "wherever the items can be dealt out.",
    score_from_items,
)
