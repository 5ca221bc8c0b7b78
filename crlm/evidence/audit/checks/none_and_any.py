"""Do those with any of several grades number everybody but those with none?

"Any complication" in the text and the grades of complications in a table, with a level "None", count the same people.
They are matched by the tables' own words: same section and group, a variable that says "any" with one level, and one
with the level "None" whose name has a word in common.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import Block, Cell, blocks
from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding
from crlm.evidence.audit.printed import percentage, shown

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "none-and-any"
ANY, NONE = "any", "none"
PERSON = "patient"


@dataclass(frozen=True)
class _Pair:
    """Those with any (a cell), and the grades of the same group with their level "None"."""

    any: Cell
    grades: Block
    none: Cell

    @property
    def known(self) -> int | None:
        """Everybody whose grade is known: of the levels that are printed, else what the missing leave of the group."""
        by_levels = self.grades.levels_n
        if by_levels is not None:
            return by_levels
        block = self.grades
        return None if block.size is None or block.missing_n is None else block.size - block.missing_n


def none_and_any(paper: Paper) -> CheckResult:
    """Every count or percentage of any, in every group whose grades are printed with how many have none."""
    tested = 0
    wrong: dict[tuple[str, str, str], list[_Pair]] = {}
    for pair in _pairs(paper):
        agrees = _agrees(pair)
        if agrees is None:
            continue
        tested += 1
        if not agrees:
            row = pair.any.row
            wrong.setdefault((row.variable, row.locator, pair.grades.variable), []).append(pair)
    return CheckResult(ID, tested, tuple(_finding(pairs) for pairs in wrong.values()))


def _pairs(paper: Paper) -> Iterator[_Pair]:
    tables = blocks(paper)
    graded = [
        (block, none)
        for groups in tables.values()
        for block in groups.values()
        for none in block.levels
        if none.row.level.casefold() == NONE and none.n is not None and len(block.levels) > 2
    ]
    for groups in tables.values():
        for block in groups.values():
            if len(block.levels) != 1:
                continue
            (cell,) = block.levels
            words = _words(block.variable)
            if ANY not in words:
                continue
            fellows = [
                (grades, none)
                for grades, none in graded
                if (grades.group, none.row.section) == (block.group, cell.row.section)
                and words & _words(grades.variable)
            ]
            if len({grades.variable for grades, _ in fellows}) == 1:
                yield _Pair(cell, *fellows[0])


def _words(variable: str) -> frozenset[str]:
    return frozenset(variable.casefold().split("_"))


def _agrees(pair: _Pair) -> bool | None:
    """Whether those with any are those without none; None where that cannot be said."""
    known, none, of = pair.known, pair.none.n, pair.any
    if known is None or none is None or known < none:
        return None
    graded = known - none
    if of.row.unit != pair.none.row.unit:
        # every patient with a complication has at least one procedure with one; the other way round nothing follows
        return None if of.n is None or pair.none.row.unit != PERSON else of.n >= graded
    if of.n is not None:
        return of.n == graded
    sizes = {one for one in (known, pair.grades.size) if one}
    return None if of.percent is None else any(of.percent.contains(percentage(graded, n)) for n in sizes)


def _finding(pairs: list[_Pair]) -> Finding:
    lines, explanations = [], []
    for pair in pairs:
        known, none, of = pair.known or 0, pair.none.n or 0, pair.any
        graded = known - none
        unit = pair.none.row.unit
        group = f" in {of.row.group}"
        line = f"{known} known - {none} with none = {graded} {unit}s with a grade{group}, "
        if of.row.unit != unit:
            lines.append(f"{line}but only {of.n} {of.row.unit}s: each of these {unit}s had at least one")
        elif of.n is not None:
            lines.append(f"{line}printed {of.n}")
        else:
            percent = "" if of.percent is None else of.percent.text.rstrip("% ")
            share = shown(percentage(graded, known), of.percent.decimals + 1 if of.percent else 1)
            lines.append(f"{line}{graded}/{known} = {share}%, printed {percent}%")
        slip, longer = is_slip(str(of.n), str(graded)) if of.n is not None else (False, False)
        if slip:
            explanations.append(
                Explanation(
                    "lost-sign-or-digit" if longer else "misprint",
                    f"{graded} instead of {of.n} agrees with the grades{group}.",
                )
            )
    first = pairs[0]
    return Finding(
        ID,
        "contradiction",
        f"{first.any.row.variable} ({first.any.row.level}) in {', '.join(pair.any.row.group for pair in pairs)}: not "
        f"those with a grade in {first.grades.place}",
        tuple(one.quoted for pair in pairs for one in (pair.any, pair.none)),
        "; ".join(lines),
        tuple(explanations),
        suspects=tuple(one.row.row_id for pair in pairs for one in (pair.any, pair.none)),
    )


CHECK = Check(
    ID,
    "None and any",
    "Those with any of several grades are everybody known but those with none. Where one is counted in patients and "
    "the other in procedures, there must be at least as many procedures as patients with any. Silent where no variable "
    'says "any" beside grades with a level "None" in the same section.',
    none_and_any,
)
