"""Whether a printed percentage is that of its printed count.

The denominator of a cell is often not printed. Tried are, for all levels of a variable in a group together: the
group's size, the group without the rows printed as missing, the sum of the levels, those known of another variable of
the same table, and the denominator printed beside the cell. The one that leaves the fewest cells unexplained is taken
as the paper's; a cell is reported only when none of them gives its percentage. Where only a percentage is printed, a
whole number of that denominator must give it.

Silent: half units of the last digit on either side (half-up, half-even, binary floats); percentages without a count
when the group is large enough for every percentage. Not run: no denominator is known.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import Block, Cell, Key, blocks, dependants
from crlm.evidence.audit.checks.percent_alone import without_count
from crlm.evidence.audit.checks.percent_explanations import explanations_of
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Severity
from crlm.evidence.audit.printed import denominators_for, percentage, shown

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "percent-of-count"
WHOLE_GROUP = "the group"


def percent_of_count(paper: Paper) -> CheckResult:
    """Every count with its percentage, and every percentage that stands alone."""
    tested = 0
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    tables = blocks(paper)
    known = {
        (block.group, block.unit): tuple(
            {
                other.size - other.missing_n
                for each in tables.values()
                for other in each.values()
                if (other.group, other.unit) == (block.group, block.unit) and other.size and other.missing_n
            }
        )
        for groups in tables.values()
        for block in groups.values()
    }
    for key, groups in tables.items():
        for block in groups.values():
            cells = [one for one in block.levels if one.n is not None and one.percent is not None]
            basis, failing = _basis(
                block, cells, _known_beside(tables, key, block.group), _usual(groups, block)
            )
            tested += len(basis)
            not_run += [
                NotRun(one.row.row_id, "no denominator is printed, and none follows")
                for one in cells
                if one.row.row_id not in basis
            ]
            findings += _findings(paper, block, groups, basis, failing)
        ran, unknown, found = without_count(paper, groups, known)
        tested += ran
        not_run += unknown
        findings += [*found, *_mixed(key, groups)]
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def denominators(block: Block, beside: tuple[int, ...] = ()) -> dict[str, int]:
    """The denominators that a block may have, in words; the printed one of a cell comes on top of them."""
    known: dict[str, int] = {}
    if block.size is not None:
        known[WHOLE_GROUP] = block.size
        if block.missing_n:
            known["the group without the missing"] = block.size - block.missing_n
    if len(block.levels) > 1 and block.levels_n:
        known["the sum of the levels"] = block.levels_n
    for n in beside:
        known.setdefault(f"the {n} known elsewhere in the tables", n)
    return {words: n for words, n in known.items() if n > 0}


def fits(one: Cell, denominator: int) -> bool:
    """Whether the cell's percentage is that of its count in this denominator."""
    assert one.n is not None and one.percent is not None
    return denominator > 0 and one.percent.contains(percentage(one.n, denominator))


def _known_beside(tables: dict[Key, dict[str, Block]], key: Key, group: str) -> tuple[int, ...]:
    """How many of the group are known, as other blocks say: of this variable elsewhere, else of others of the table.

    The text may repeat a cell of a table; a table may be of those with data only, and say how many are missing under
    one of its variables.
    """
    if tables[key][group].missing:
        return ()
    same = [
        each[group]
        for other, each in tables.items()
        if other[1:] == key[1:] and other != key and group in each
    ]
    beside = [each[group] for other, each in tables.items() if other[::2] == key[::2] and group in each]
    known = [one.levels_n for one in same if len(one.levels) > 1]
    known += [one.size - one.missing_n for one in (*same, *beside) if one.size and one.missing_n]
    return tuple(dict.fromkeys(one for one in known if one))


def _printed_denominator(one: Cell) -> int | None:
    return (one.row.denominator or None) if one.row.denominator_basis == "printed" else None


def _usual(groups: dict[str, Block], block: Block) -> dict[bool, int]:
    """How many cells of the variable's other groups are percentages of the whole group, and how many of those known."""
    return Counter(
        words == WHOLE_GROUP
        for other in groups.values()
        if other is not block
        for words, n in denominators(other).items()
        for one in other.levels
        if one.n is not None and one.percent is not None and fits(one, n)
    )


def _basis(
    block: Block, cells: list[Cell], beside: tuple[int, ...], usual: dict[bool, int]
) -> tuple[dict[str, tuple[str, int]], list[Cell]]:
    """The denominator (words, n) that each cell is held against, and the cells that none of the denominators explains.

    Of the denominators of a block the one counts that the fewest cells contradict; among those the one that most cells
    of the other groups have, and then the nearest.
    """
    basis = {
        one.row.row_id: ("the printed denominator", n) for one in cells if (n := _printed_denominator(one))
    }
    failing = [one for one in cells if one.row.row_id in basis and not fits(one, basis[one.row.row_id][1])]
    free = [one for one in cells if one.row.row_id not in basis]
    candidates = denominators(block, beside)
    if free and candidates:
        words, n = min(
            candidates.items(),
            key=lambda one: (
                sum(not fits(each, one[1]) for each in free),
                -usual.get(one[0] == WHOLE_GROUP, 0),
                sum(_distance(each, one[1]) for each in free),
            ),
        )
        basis |= {one.row.row_id: (words, n) for one in free}
        failing += [one for one in free if not fits(one, n)]
    return basis, failing


def _distance(one: Cell, denominator: int) -> Fraction:
    assert one.n is not None and one.percent is not None
    return abs(percentage(one.n, denominator) - one.percent.value)


def _findings(
    paper: Paper,
    block: Block,
    groups: dict[str, Block],
    basis: dict[str, tuple[str, int]],
    failing: list[Cell],
) -> list[Finding]:
    """One finding for the cells of a block that do not fit."""
    if not failing:
        return []
    lines = []
    most = block.size or max(n for _, n in basis.values())
    severity: Severity = "contradiction"
    explanations: list[Explanation] = []
    suspects = [one.row.row_id for one in failing]
    slight = True
    for one in failing:
        assert one.n is not None and one.percent is not None
        words, n = basis[one.row.row_id]
        close = _distance(one, n) <= 2 * one.percent.unit
        true = shown(percentage(one.n, n), one.percent.decimals + (2 if close else 1))
        lines.append(f"{one.n}/{n} ({words}) = {true}%, printed {one.percent.text.rstrip('% ')}%")
        if not any(True for _ in denominators_for(one.n, one.percent, most)):
            severity = "impossible"
        found = explanations_of(one, n, block, groups, failing)
        explanations += found.explanations
        suspects += found.rows
        slight = slight and found.slight
    return [
        Finding(
            check=ID,
            severity="doubtful" if slight else severity,
            title=f"{block.variable} ({', '.join(one.row.level for one in failing)}) in {block.group}: "
            "the percentage is not that of the count",
            printed=tuple(one.quoted for one in failing),
            arithmetic="; ".join(lines),
            explanations=_once(explanations),
            affects=dependants(paper, block.variable, block.group),
            suspects=tuple(dict.fromkeys(suspects)),
        )
    ]


def _once(explanations: list[Explanation]) -> tuple[Explanation, ...]:
    """Every explanation once, without those that another says and goes on."""
    return tuple(
        one
        for one in dict.fromkeys(explanations)
        if not any(
            len(other.sentence) > len(one.sentence) and other.sentence.startswith(one.sentence[:-1])
            for other in explanations
        )
    )


def _mixed(key: Key, groups: dict[str, Block]) -> list[Finding]:
    """Groups of one variable that count their percentages of different things: all of the group, or the known only."""
    only: dict[str, list[Block]] = {"all": [], "known": []}
    for block in groups.values():
        cells = [one for one in block.levels if one.n and one.percent is not None]
        if not block.missing_n or block.size is None or not cells:
            continue
        of_all = all(fits(one, block.size) for one in cells)
        of_known = (
            all(fits(one, block.size - block.missing_n) for one in cells)
            if block.size > block.missing_n
            else False
        )
        if of_all != of_known:
            only["all" if of_all else "known"].append(block)
    if not only["all"] or not only["known"]:
        return []
    shown_of = {kind: ", ".join(one.group for one in members) for kind, members in only.items()}
    return [
        Finding(
            check=ID,
            severity="doubtful",
            title=f"{key[1]}: percentages of everybody in one group, of those known in another",
            printed=tuple(
                one.quoted for members in only.values() for block in members for one in block.levels
            ),
            arithmetic=(
                f"in {shown_of['all']} the percentages are of the whole group, missing included; "
                f"in {shown_of['known']} of those known"
            ),
            explanations=(
                Explanation("other-denominator", "The groups cannot be compared by these percentages."),
            ),
        )
    ]


CHECK = Check(
    ID,
    "Percentages of counts",
    "Each percentage is held against its count in every denominator that the paper may mean: the group, the group "
    "without the missing, the sum of the levels, the printed one. Silent when any rounding in any of them gives it.",
    percent_of_count,
)
