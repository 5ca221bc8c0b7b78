"""Why counts do not add up: changes of one number, or two exchanged, that were tried and make them add up."""

from __future__ import annotations

from itertools import combinations

from crlm.evidence.audit.checks.blocks import Block, Cell
from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Explanation, ExplanationKind
from crlm.evidence.audit.printed import counts_for, percentage, shown

Wrong = tuple[Cell, list[Cell], int]
"""A level of the whole, its cells in the groups, and what these add up to."""


def of_levels(cells: list[Cell], wanted: int, known: int) -> list[Explanation]:
    """Cells of which another number, one slip away, makes the sum `wanted`; the one its percentage asks for alone."""
    if any(one.n is None for one in cells):
        return _of_percentages(cells, wanted)
    total = sum(one.n for one in cells if one.n is not None)
    among = sum(one.n for one in cells if one.n is not None and not one.row.is_missing_row)
    found = []
    for one in cells:
        assert one.n is not None
        count = one.n + wanted - total
        slip, longer = is_slip(str(one.n), str(count)) if count >= 0 else (False, False)
        if slip:
            agrees = one.percent is not None and known > 0 and one.percent.contains(percentage(count, known))
            now = one.percent is not None and any(
                n > 0 and one.percent.contains(percentage(one.n, n)) for n in (known, among)
            )
            found.append((agrees and not now, now, one, count, longer))
    off = [each for each in found if each[2].percent is not None and not each[1]]
    best = [each for each in found if each[0]] or off or [each for each in found if not each[1]] or found
    return [
        Explanation(
            "lost-sign-or-digit" if longer else "misprint",
            f"{count} instead of {one.n} ({one.row.level}) makes the sum {wanted}"
            + (", and has the printed percentage." if agrees else "."),
        )
        for agrees, _, one, count, longer in best
    ]


def _of_percentages(cells: list[Cell], wanted: int) -> list[Explanation]:
    """Levels without counts: one percentage, a unit lower or higher, of which the sum is right."""
    counts = [counts_for(one.percent, wanted) for one in cells if one.percent is not None]
    found = []
    for index, one in enumerate(cells):
        assert one.percent is not None
        rest = [each for at, each in enumerate(counts) if at != index]
        low, high = wanted - sum(each[-1] for each in rest), wanted - sum(each[0] for each in rest)
        for count in range(max(low, 0), high + 1):
            true = shown(percentage(count, wanted), one.percent.decimals)
            if abs(percentage(count, wanted) - one.percent.value) <= 2 * one.percent.unit:
                sentence = f"{one.row.level}: {count} of {wanted} ({true}%) for {one.percent.text} makes the sum right."
                found.append(Explanation("misprint", sentence))
    return found


def of_group_sums(total: Block, members: list[Block], wrong: list[Wrong]) -> list[Explanation]:
    """Two cells exchanged in one group, else one number changed that no printed percentage contradicts."""
    exchanged = _exchanged(members, wrong)
    if exchanged:
        return exchanged
    single = [each for one in wrong for each in _of_level(total, members, one)]
    return single or _other_data(total, members)


def _other_data(total: Block, members: list[Block]) -> list[Explanation]:
    """Each column fits its own percentages: the columns are of different patients."""
    parts = [one.levels_n for one in members]
    if total.levels_n is None or None in parts:
        return []
    known = sum(one for one in parts if one is not None)
    if known == total.levels_n or not all(
        _agrees(one, block) for block in (total, *members) for one in block.levels
    ):
        return []
    words = " + ".join(str(one) for one in parts)
    columns = f"{total.group} is of {total.levels_n}, the groups of {words} = {known}"
    sentence = f"Every column fits its own percentages: {columns}."
    return [Explanation("other-population", sentence)]


def _agrees(one: Cell, block: Block) -> bool:
    """Whether the percentage is that of the count, of those known or of all; False where none is printed."""
    sizes = [
        n for n in (block.levels_n, (block.size or 0) - (block.missing_n or 0), block.size) if n and n > 0
    ]
    return (
        one.n is not None
        and one.percent is not None
        and any(one.percent.contains(percentage(one.n, n)) for n in sizes)
    )


def _exchanged(members: list[Block], wrong: list[Wrong]) -> list[Explanation]:
    found = []
    for (first, _, first_sum), (second, _, second_sum) in combinations(wrong, 2):
        for member in members:
            one, other = member.level(first.row.level), member.level(second.row.level)
            if one is None or other is None or one.n is None or other.n is None or one.n == other.n:
                continue
            gain = other.n - one.n
            if first.n == first_sum + gain and second.n == second_sum - gain:
                levels = f"{first.row.level} and {second.row.level}"
                cells = f"the two cells of {member.group} ({levels}: {one.n} and {other.n})"
                sentence = f"Exchanging {cells} repairs both sums."
                found.append(Explanation("swapped-labels", sentence))
    return found


def _of_level(total: Block, members: list[Block], wrong: Wrong) -> list[Explanation]:
    """Another count of the whole or of one group; none whose printed count and percentage agree as they stand."""
    cell, cells, added = wrong
    assert cell.n is not None
    known = [
        n for n in (total.levels_n, (total.size or 0) - (total.missing_n or 0), total.size) if n and n > 0
    ]
    slip, longer = is_slip(str(cell.n), str(added))
    agrees = _agrees(cell, total)
    asked = (
        not agrees
        and cell.percent is not None
        and any(cell.percent.contains(percentage(added, n)) for n in known)
    )
    words = f"{added} instead of {cell.n} in {total.group}"
    kind: ExplanationKind = "lost-sign-or-digit" if longer else "misprint"
    if asked:
        return [Explanation(kind, f"{words} also has the printed percentage.")]
    found = [Explanation(kind, f"{words} fits.")] if slip and not agrees else []
    for one in cells:
        assert one.n is not None
        count = one.n + cell.n - added
        slip, longer = is_slip(str(one.n), str(count)) if count >= 0 else (False, False)
        member = next(each for each in members if each.group == one.row.group)
        if slip and not _agrees(one, member):
            kind = "lost-sign-or-digit" if longer else "misprint"
            found.append(Explanation(kind, f"{count} instead of {one.n} in {one.row.group} fits."))
    return found
