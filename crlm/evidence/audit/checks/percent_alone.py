"""Percentages that are printed without their count: some whole number of the denominator must give them."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import Block, Cell, cell, dependants
from crlm.evidence.audit.finding import Explanation, Finding, NotRun
from crlm.evidence.audit.printed import Printed, counts_for, percentage, shown

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "percent-of-count"
RARE = 0.1
"""How many levels may be expected to fit by chance before the one that does says nothing."""
MOST_TRIED = 10_000
"""Denominators that are tried as an explanation."""


def without_count(
    paper: Paper, groups: dict[str, Block], known: dict[tuple[str, str], tuple[int, ...]]
) -> tuple[int, list[NotRun], list[Finding]]:
    """How many were tested, what could not be, and one finding for each level whose percentages no count gives.

    `known` are the numbers of a group (and unit) that the paper's tables show as known for some variable: a percentage
    in the text may be of those.
    """
    tested, not_run = 0, []
    failing: dict[str, list[tuple[Cell, str, int]]] = {}
    for block in groups.values():
        for one in block.levels:
            if one.n is not None or one.percent is None:
                continue
            of = _denominator(one, block)
            if of is None:
                not_run.append(NotRun(one.row.row_id, "the size of its group is not printed"))
                continue
            tested += 1
            others = known.get((block.group, block.unit), ())
            if not any(counts_for(one.percent, n) for n in (of[1], *others)):
                failing.setdefault(one.row.level, []).append((one, *of))
    return tested, not_run, [_finding(paper, groups, level, members) for level, members in failing.items()]


def _denominator(one: Cell, block: Block) -> tuple[str, int] | None:
    """Words and number: the printed one, one that follows from other rows of the paper, the size of the group."""
    if one.row.denominator and one.row.denominator_basis == "printed":
        return "the printed denominator", one.row.denominator
    if one.row.denominator and one.row.denominator_basis == "inferred":
        return "the denominator that follows from other rows", one.row.denominator
    return ("the group", block.size) if block.size else None


def _finding(
    paper: Paper, groups: dict[str, Block], level: str, members: list[tuple[Cell, str, int]]
) -> Finding:
    lines, explanations, elsewhere = [], [], True
    for one, words, n in members:
        assert one.percent is not None
        below = int(one.percent.value * n / 100)
        decimals = one.percent.decimals + 1
        lines.append(
            f"of {n} ({words}), {below} are {shown(percentage(below, n), decimals)}% and "
            f"{below + 1} are {shown(percentage(below + 1, n), decimals)}%; printed {one.percent.text.rstrip('% ')}%"
        )
        fitting = _smaller(one.percent, n)
        elsewhere = elsewhere and bool(fitting)
        explanations += _cut(one.percent, n, (below, below + 1))
        if fitting:
            ways = ", ".join(f"{counts_for(one.percent, other)[0]}/{other}" for other in fitting)
            explanations.append(
                Explanation(
                    "other-denominator",
                    f"{one.percent.text} in {one.row.group}: a smaller denominator gives it ({ways}).",
                )
            )
    explanations += _of_those_with(
        paper, [at for one in groups.values() if (at := one.level(level)) is not None]
    )
    row = members[0][0].row
    return Finding(
        check=ID,
        severity="doubtful"
        if elsewhere or any(one.kind == "truncation" for one in explanations)
        else "impossible",
        title=f"{row.variable} ({level}): no whole number gives "
        + " and ".join(f"{one.row.as_printed} of {n}" for one, _, n in members),
        printed=tuple(one.quoted for one, _, _ in members),
        arithmetic="; ".join(lines),
        explanations=tuple(explanations),
        affects=dependants(paper, row.variable),
    )


def _of_those_with(paper: Paper, cells: list[Cell]) -> list[Explanation]:
    """The one level of another variable of which the percentages of all groups are, unless many would do by chance."""
    percents = {one.row.group: one.percent for one in cells if one.n is None and one.percent is not None}
    sizes: dict[tuple[str, str], dict[str, int]] = {}
    for other in paper.numbers.counts:
        of = cell(other)
        inside = other.group in percents and (other.unit, other.is_missing_row) == (cells[0].row.unit, False)
        if inside and other.variable != cells[0].row.variable and of.n:
            sizes.setdefault((other.variable, other.level), {}).setdefault(other.group, of.n)
    complete = {key: ns for key, ns in sizes.items() if set(ns) == set(percents)}
    fitting = {
        key: ns
        for key, ns in complete.items()
        if all(counts_for(percents[group], n) for group, n in ns.items())
    }
    if (
        len(percents) < 2
        or len(fitting) != 1
        or sum(map(partial(_chance, percents), complete.values())) > RARE
    ):
        return []
    ((variable, level), ns) = next(iter(fitting.items()))
    ways = " and ".join(
        f"{counts_for(percents[group], n)[0]}/{n} = {percents[group].text.rstrip('% ')}% in {group}"
        for group, n in ns.items()
    )
    return [Explanation("other-denominator", f"Of those with {variable} {level}: {ways}.")]


def _chance(percents: dict[str, Printed], sizes: dict[str, int]) -> float:
    """How likely groups of these sizes have percentages that print like any given ones."""
    likely = 1.0
    for group, n in sizes.items():
        likely *= min((n + 1) * float(percents[group].unit) / 100, 1.0)
    return likely


def _smaller(percent: Printed, n: int) -> list[int]:
    """The three largest denominators below n of which some count prints as this percentage."""
    fitting = (other for other in range(n - 1, max(n - MOST_TRIED, 0), -1) if counts_for(percent, other))
    return list(islice(fitting, 3))


def _cut(percent: Printed, n: int, counts: tuple[int, int]) -> list[Explanation]:
    low, high = percent.truncated()
    return [
        Explanation(
            "truncation",
            f"{count}/{n} is {shown(percentage(count, n), percent.decimals + 2)}%, cut off instead of rounded.",
        )
        for count in counts
        if low <= percentage(count, n) < high
    ]
