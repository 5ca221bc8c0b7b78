"""Why a percentage and its count disagree: what was tried and fits."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from crlm.evidence.audit.checks.blocks import Block, Cell
from crlm.evidence.audit.explain import of_percentage, whole_slips
from crlm.evidence.audit.finding import Explanation
from crlm.evidence.audit.printed import Printed, counts_for, percentage, shown


@dataclass(frozen=True, slots=True)
class Explained:
    """Changes that make a cell fit, the other rows concerned, and whether only the last digit was rounded unusually."""

    explanations: tuple[Explanation, ...]
    rows: tuple[str, ...] = ()
    slight: bool = False


def explanations_of(
    one: Cell, denominator: int, block: Block, groups: dict[str, Block], failing: list[Cell]
) -> Explained:
    """What was tried and fits: all levels together, a copied or exchanged cell, a rounding, then single slips."""
    assert one.n is not None and one.percent is not None
    together = _together(block, failing, denominator)
    if together is not None:
        fellows = [each.level(cell.row.level) for each in groups.values() for cell in failing]
        return Explained((together,), tuple(cell.row.row_id for cell in fellows if cell is not None))
    for test in (_copied, _exchanged):
        found = test(one, denominator, block, groups)
        if found is not None:
            return Explained((found[0],), (found[1],))
    cut = of_percentage(one.percent, one.n, denominator)
    slight = [_made_to_add_up(one, denominator, block), _rounded_twice(one, denominator, block)]
    slight += [cut] if cut is not None and cut.kind == "truncation" else []
    first = next((each for each in slight if each is not None), None)
    if first is not None:
        return Explained((first,), slight=True)
    large = [
        _other_count(one, denominator, block, groups),
        _named_denominator(one, denominator, block, groups),
        cut,
    ]
    return Explained(tuple(each for each in large if each is not None))


def _together(block: Block, failing: list[Cell], denominator: int) -> Explanation | None:
    """All levels fail, and the counts that their percentages ask for add up as well."""
    if len(failing) < 2 or len(failing) != len(block.levels):
        return None
    wanted = [counts_for(one.percent, denominator) for one in failing if one.percent is not None]
    if any(len(one) != 1 for one in wanted) or sum(one[0] for one in wanted) != denominator:
        return None
    counts = " and ".join(
        f"{counts[0]} ({one.row.level})" for one, counts in zip(failing, wanted, strict=True)
    )
    return Explanation(
        "misprint", f"The percentages are those of {counts}, which add up to {denominator} too."
    )


def _copied(
    one: Cell, denominator: int, block: Block, groups: dict[str, Block]
) -> tuple[Explanation, str] | None:
    """The same cell stands beside it in another group, where it fits."""
    for group, other in groups.items():
        fellow = other.level(one.row.level)
        if group == block.group or fellow is None or fellow.row.as_printed != one.row.as_printed:
            continue
        if one.percent is None or not _has(one.percent, fellow.n, other):
            continue
        sentence = (
            f"The cell of {group}, where it fits, was repeated: it prints the same {one.row.as_printed}."
        )
        return Explanation("misprint", sentence), fellow.row.row_id
    return None


def _has(percent: Printed, count: int | None, block: Block) -> bool:
    """Whether this is the percentage of a count of the block, of those known or of all."""
    sizes = [n for n in (block.levels_n, block.size) if n]
    return count is not None and any(percent.contains(percentage(count, n)) for n in sizes)


def _exchanged(
    one: Cell, denominator: int, block: Block, groups: dict[str, Block]
) -> tuple[Explanation, str] | None:
    """Its percentage and that of another group in the same row, exchanged, both fit."""
    for group, other in groups.items():
        fellow = other.level(one.row.level)
        if group == block.group or fellow is None or fellow.percent is None or one.percent is None:
            continue
        mine = one.n is not None and fellow.percent.contains(percentage(one.n, denominator))
        if mine and fellow.percent.value != one.percent.value and _has(one.percent, fellow.n, other):
            first, second = sorted((block.group, group))
            sentence = (
                f"The percentages of {first} and {second} are exchanged: each is that of the other's count."
            )
            return Explanation("swapped-labels", sentence), fellow.row.row_id
    return None


def _other_count(one: Cell, denominator: int, block: Block, groups: dict[str, Block]) -> Explanation | None:
    """A count one slip away has the printed percentage; said with what else it repairs, silent when it breaks a sum."""
    assert one.n is not None and one.percent is not None
    percent, printed = one.percent, one.n
    slips = whole_slips(printed, lambda n: n <= denominator and percent.contains(percentage(n, denominator)))
    if not slips:
        return None
    others = [each.n for each in block.levels if each is not one]
    rest = None if any(n is None for n in others) else sum(n for n in others if n is not None)
    fellows = [each for group in groups.values() if (each := group.level(one.row.level)) is not None]
    for count, longer in slips:
        kind = "lost-sign-or-digit" if longer else "misprint"
        closes = rest is not None and len(block.levels) > 1 and rest + count == denominator
        whole = next((each for each in fellows if each.row.group == "all"), None)
        parts = [each.n for each in fellows if each.row.group != "all" and each is not one]
        if whole is not None and len(fellows) > 1 and None not in parts:
            total = sum(n for n in parts if n is not None)
            adds = count == total if whole is one else whole.n == total + count
            added = printed == total if whole is one else whole.n == total + printed
        else:
            adds = added = False
        also = [text for text, true in (("the levels add up", closes), ("the groups add up", adds)) if true]
        closed = rest is not None and rest + printed == denominator and len(block.levels) > 1
        if not (added and not adds) and not (closed and not closes):
            true = shown(percentage(count, denominator), percent.decimals)
            return Explanation(
                kind,  # type: ignore[arg-type]
                f"{count} instead of {printed} has the printed {true}%"
                + (f", and with it {' and '.join(also)}." if also else "."),
            )
    return None


def _named_denominator(
    one: Cell, denominator: int, block: Block, groups: dict[str, Block]
) -> Explanation | None:
    """A denominator that stands elsewhere in the table has the printed percentage."""
    assert one.n is not None and one.percent is not None
    named: dict[int, str] = {}
    for group, other in groups.items():
        if other.levels_n and group != block.group and len(other.levels) > 1:
            named.setdefault(other.levels_n, f"those known in {group}")
        if other.size:
            named.setdefault(other.size, f"the size of {group}")
    printed = [
        (each.row.group, each.row.denominator)
        for other in groups.values()
        for each in other.levels
        if each.row.denominator_basis == "printed"
        and each.row.level == one.row.level
        and each.row.group != block.group
    ]
    if len(printed) > 1 and all(n for _, n in printed):
        total = sum(n for _, n in printed if n)
        named.setdefault(total, " + ".join(f"{n} ({group})" for group, n in printed))
    for n, words in named.items():
        if n != denominator and n >= one.n and one.percent.contains(percentage(one.n, n)):
            return Explanation(
                "other-denominator",
                f"{one.n}/{n} = {shown(percentage(one.n, n), one.percent.decimals)}%: {n} is {words}.",
            )
    return None


def _made_to_add_up(one: Cell, denominator: int, block: Block) -> Explanation | None:
    """A unit or two off, where the true percentages would not add up to 100 and the printed ones do."""
    cells = [each for each in block.levels if each.percent is not None and each.n is not None]
    if len(cells) != len(block.levels) or one.percent is None or one.n is None or len(cells) < 2:
        return None
    decimals = one.percent.decimals
    true = [shown(percentage(each.n, denominator), decimals) for each in cells if each.n is not None]
    printed = sum(each.percent.value for each in cells if each.percent is not None)
    off = abs(percentage(one.n, denominator) - one.percent.value)
    if printed != 100 or sum(Fraction(each) for each in true) == 100 or off > 2 * one.percent.unit:
        return None
    sentence = (
        f"Rounded one by one ({', '.join(true)}) the percentages do not add up to 100, printed they do."
    )
    return Explanation("misprint", sentence)


def _rounded_twice(one: Cell, denominator: int, block: Block) -> Explanation | None:
    """Rounded first to one digit more; or what such a percentage of another level leaves of 100."""
    for each in (one, *(each for each in block.levels if each is not one and len(block.levels) == 2)):
        if each.n is None or each.percent is None or one.percent is None:
            continue
        true = percentage(each.n, denominator)
        twice = Fraction(shown(Fraction(shown(true, each.percent.decimals + 1)), each.percent.decimals))
        if twice != each.percent.value or each.percent.contains(true):
            continue
        step = shown(true, each.percent.decimals + 1)
        sentence = f"{each.n}/{denominator} = {step}% was rounded once more to {each.percent.text}"
        if each is one:
            return Explanation("truncation", f"{sentence}.")
        if one.percent.value + each.percent.value == 100:
            return Explanation(
                "truncation", f"{sentence}, and {one.percent.text} is what that leaves of 100."
            )
    return None
