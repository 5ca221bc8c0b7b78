"""Whether counts add up: levels and missing to the group, groups to all.

Of each variable in a group, the levels and the rows of missing values must give the group's size; where a table prints
the missing for all patients only, what is left of each group must give that number. Of each level, the groups that make
up a whole must give its count.

Silent: variables whose missing values are not printed (fewer than the group is no contradiction), and those whose
levels exceed the group while each percentage is of the whole group (levels that may hold together). Not run: a level
without a count, a group without a size, a level that a group does not print.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import Block, Cell, Key, blocks, dependants, parts_of
from crlm.evidence.audit.checks.total_explanations import of_group_sums, of_levels
from crlm.evidence.audit.finding import Check, CheckResult, Finding, NotRun
from crlm.evidence.audit.printed import counts_for, percentage

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "count-of-total"


def counts_of_total(paper: Paper) -> CheckResult:
    """Every block against its group, every level of the groups against that of the whole."""
    tested = 0
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    everything = blocks(paper)
    for key, groups in everything.items():
        for block in groups.values():
            others = [
                placed[block.group]
                for other, placed in everything.items()
                if other[1:] == key[1:] and block.group in placed
            ]
            ran, reason, found = _levels(paper, block, others)
            tested += ran
            not_run += (
                [NotRun(f"{block.variable} in {block.group} ({block.place})", reason)] if reason else []
            )
            findings += found
        for whole in groups:
            for parts in parts_of(paper, whole, key[2]):
                ran, found = _groups(paper, key, groups, whole, parts)
                tested += ran
                findings += found
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _levels(paper: Paper, block: Block, others: list[Block]) -> tuple[int, str | None, list[Finding]]:
    """Tested (0 or 1), why not, and what does not add up of the levels of a block; `others` are its places."""
    if len(block.levels) < 2:
        return 0, None, []
    reason = _reason(block)
    if reason is not None or block.size is None:
        return 0, reason, []
    missing = block.missing_n
    total = block.levels_n
    if total is None:
        if any(one.n is not None for one in block.levels):
            return 0, "a level has no count", []
        if any(_has_more(other, block) for other in others):
            return 0, "another place has levels, or missing values, that are not repeated here", []
        return _percentages(paper, block)
    if missing is None and (total <= block.size or _may_hold_together(block)):
        return 1, None, []
    if missing is not None and total + missing == block.size:
        return 1, None, []
    cells = [*block.levels, *block.missing]
    sum_words = " + ".join(str(one.n) for one in cells)
    finding = Finding(
        check=ID,
        severity="contradiction",
        title=f"{block.variable} in {block.group}: the levels do not add up to the group",
        printed=tuple(one.quoted for one in cells),
        arithmetic=f"{sum_words} = {total + (missing or 0)}, but {block.group} has {block.size}",
        explanations=tuple(of_levels(cells, block.size, block.size - (missing or 0))),
        affects=dependants(paper, block.variable, block.group),
    )
    return 1, None, [finding]


def _has_more(other: Block, block: Block) -> bool:
    """Whether another place has missing values of this variable in this group, or a level that is not here."""
    return (other.missing_n != 0 and bool(other.missing)) or any(
        block.level(one.row.level) is None and one.n != 0 for one in other.levels
    )


def _reason(block: Block) -> str | None:
    """Why the levels cannot be added up to the group; None when they can."""
    if block.size is None:
        return "the size of the group is not printed"
    if len({one.row.level for one in block.levels}) < len(block.levels):
        return "a level stands there twice"
    if block.missing and block.missing_n is None:
        return "the number of missing is not printed"
    return None


def _may_hold_together(block: Block) -> bool:
    """Whether the percentages are each of the whole group and exceed 100: levels that a patient may have at once."""
    cells = [one for one in block.levels if one.n is not None and one.percent is not None]
    if len(cells) < len(block.levels) or not block.size:
        return False
    of_all = all(
        one.percent.contains(percentage(one.n, block.size))
        for one in cells
        if one.percent and one.n is not None
    )
    return of_all and sum((one.percent.value for one in cells if one.percent), Fraction(0)) > 101


def _percentages(paper: Paper, block: Block) -> tuple[int, str | None, list[Finding]]:
    """Levels with percentages only, which add up to 100: the whole numbers behind them must add up to the group."""
    cells = [one for one in block.levels if one.percent is not None]
    if len(cells) < len(block.levels) or block.missing or block.size is None:
        return 0, "neither counts nor all percentages are printed", []
    total = sum((one.percent.value for one in cells if one.percent), Fraction(0))
    width = sum((one.percent.unit for one in cells if one.percent), Fraction(0)) / 2
    if total - 100 > width or 100 - total > width:
        return 0, "the percentages do not add up to 100: the levels may be some of many, or hold together", []
    counts = [counts_for(one.percent, block.size) for one in cells if one.percent]
    if any(not one for one in counts):
        return 0, "no whole number gives one of the percentages", []
    least, most = sum(one[0] for one in counts), sum(one[-1] for one in counts)
    if least <= block.size <= most:
        return 1, None, []
    words = " + ".join(str(one[0]) if len(one) == 1 else f"({one[0]} to {one[-1]})" for one in counts)
    finding = Finding(
        check=ID,
        severity="doubtful",
        title=f"{block.variable} in {block.group}: the counts behind the percentages do not add up to the group",
        printed=tuple(one.quoted for one in cells),
        arithmetic=f"the only whole numbers of {block.size} that print so are {words}, together "
        + (f"{least}" if least == most else f"{least} to {most}")
        + f", not {block.size}",
        explanations=tuple(of_levels(cells, block.size, block.size)),
        affects=dependants(paper, block.variable, block.group),
    )
    return 1, None, [finding]


def _groups(
    paper: Paper, key: Key, groups: dict[str, Block], whole: str, parts: tuple[str, ...]
) -> tuple[int, list[Finding]]:
    """The levels of the groups against those of the whole: one finding for all levels that do not add up."""
    members = [groups[part] for part in parts if part in groups]
    if len(members) < 2:
        return 0, []
    tested, wrong = 0, []
    total = groups[whole]
    for cell in total.levels:
        cells = [each for each in (member.level(cell.row.level) for member in members) if each is not None]
        if cell.n is None or not cells or any(one.n is None for one in cells):
            continue
        tested += 1
        added = sum(one.n for one in cells if one.n is not None)
        if added > cell.n or (added < cell.n and len(cells) == len(parts)):
            wrong.append((cell, cells, added))
    ran, missing = _missing(total, members, len(members) == len(parts))
    tested += ran
    if not wrong and missing is None:
        return tested, []
    lines = [
        f"{cell.row.level}: {' + '.join(str(one.n) for one in cells)} = {added}, printed {cell.n}"
        for cell, cells, added in wrong
    ]
    if missing:
        lines.append(missing)
    quoted: list[Cell] = [one for cell, cells, _ in wrong for one in (cell, *cells)]
    if missing:
        quoted += [one for one in total.missing if one not in quoted]
    finding = Finding(
        check=ID,
        severity="contradiction",
        title=f"{key[1]}: the groups do not add up to {whole}"
        + (f" ({', '.join(cell.row.level for cell, _, _ in wrong)})" if wrong else " in what is missing"),
        printed=tuple(one.quoted for one in quoted),
        arithmetic="; ".join(lines),
        explanations=tuple(of_group_sums(total, members, wrong)),
        affects=dependants(paper, key[1]),
    )
    return tested, [finding]


def _missing(total: Block, members: list[Block], complete: bool) -> tuple[int, str | None]:
    """What the groups leave as missing against what is printed for the whole, in words when they differ."""
    if not complete or total.missing_n is None or len(total.levels) < 2:
        return 0, None
    left = []
    for member in members:
        if member.missing_n is not None:
            left.append(member.missing_n)
        elif member.size is None or member.levels_n is None or len(member.levels) != len(total.levels):
            return 0, None
        else:
            left.append(member.size - member.levels_n)
    if sum(left) == total.missing_n:
        return 1, None
    words = " + ".join(
        f"{member.missing_n}" if member.missing_n is not None else f"({member.size} - {member.levels_n})"
        for member in members
    )
    return (
        1,
        f"missing: {words} = {sum(left)} in {', '.join(one.group for one in members)}, printed {total.missing_n}",
    )


CHECK = Check(
    ID,
    "Counts and their totals",
    "The levels of a variable and its missing values are added up to the group, and the groups to the whole. Silent "
    "where missing values are not printed and the levels are fewer than the group.",
    counts_of_total,
)
