"""The values of an input that the rules can tell apart: every level; numbers on, between and beyond all thresholds.

Within one cell every comparison of that input alone has one answer: to try each cell once is to try every value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from crlm.pathway.conditions.values import OneOf, Span, Value, less
from crlm.pathway.model import Input

Cell = Decimal | Span | str
"""An exact number, an open or closed stretch of numbers, or a level."""
FINEST = Decimal(1).scaleb(-6)
"""Thresholds are looked for among numbers with six decimals; a threshold that is none of them (a root) is enclosed."""
FAR = Decimal(10) ** 6


def cells_of(one: Input, thresholds: Iterable[Decimal], gaps: Iterable[Decimal] = ()) -> tuple[Cell, ...]:
    """The cells of an input in rising order; dates and inputs recorded per lesion have none (no rule compares them).

    `thresholds` are single points between which nothing changes. A gap is the lower end of a stretch of `FINEST` that
    is left out, because a threshold lies inside it.
    """
    if one.per_lesion or one.type == "date":
        return ()
    if one.type == "category":
        return one.levels
    left_out = set(gaps)
    points = sorted({*thresholds, *left_out, *(gap + FINEST for gap in left_out)})
    whole = one.type == "integer"
    cells: list[Cell] = []
    low, low_open = _lowest(one)
    for point in points:
        if not within(one, point):
            continue
        if low not in left_out:
            cells.append(Span(low, point, low_open, True))
        cells.append(point)
        low, low_open = point, True
    if low not in left_out:
        high = None if one.range is None or one.range.at_most is None else _decimal(one.range.at_most)
        cells.append(Span(low, high, low_open, False))
    kept = [narrowed(cell, whole=whole) if isinstance(cell, Span) else cell for cell in cells]
    return tuple(
        cell for cell in kept if cell is not None and not (whole and isinstance(cell, Decimal) and cell % 1)
    )


def within(one: Input, point: Decimal) -> bool:
    """Whether a number is within the limits of an input."""
    low, low_open = _lowest(one)
    high = None if one.range is None or one.range.at_most is None else _decimal(one.range.at_most)
    above = low is None or point > low or (point == low and not low_open)
    return above and (high is None or point <= high)


def _lowest(one: Input) -> tuple[Decimal | None, bool]:
    if one.range is None:
        return None, False
    if one.range.more_than is not None:
        return _decimal(one.range.more_than), True
    return (None if one.range.at_least is None else _decimal(one.range.at_least)), False


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value)).normalize()


def narrowed(cell: Span, *, whole: bool) -> Decimal | Span | None:
    """A stretch without what no value can be; an exact number when only one is left, None when none is."""
    low, high, low_open, high_open = cell.low, cell.high, cell.low_open, cell.high_open
    if whole:
        if low is not None:
            up = low.to_integral_value(ROUND_CEILING)
            low, low_open = (up + 1 if low_open and up == low else up), False
        if high is not None:
            down = high.to_integral_value(ROUND_FLOOR)
            high, high_open = (down - 1 if high_open and down == high else down), False
    if low is not None and high is not None:
        if low > high or (low == high and (low_open or high_open)):
            return None
        if low == high:
            return low
    return Span(low, high, low_open, high_open)


def possible(cell: Cell, known: Value) -> bool:
    """Whether a value of the cell agrees with what is known in part; everything does when nothing is known."""
    if known is None:
        return True
    if isinstance(known, OneOf):
        return cell in known.levels
    if isinstance(known, Span) and isinstance(cell, Decimal | Span):
        return not (less(cell, known) or less(known, cell))
    return cell == known


def holds_value(cell: Cell, value: Value) -> bool:
    """Whether an exact value lies in the cell."""
    if isinstance(cell, Span):
        return isinstance(value, Decimal) and not (less(value, cell) or less(cell, value))
    return isinstance(value, Decimal | str) and cell == value


def joined(cells: Sequence[Cell]) -> Value:
    """Neighbouring cells as one value: one stretch of numbers, or one of several levels."""
    if len(cells) == 1:
        return cells[0]
    levels = frozenset(cell for cell in cells if isinstance(cell, str))
    if levels:
        return OneOf(levels)
    first, last = cells[0], cells[-1]
    assert isinstance(first, Decimal | Span) and isinstance(last, Decimal | Span)
    low, low_open = (first.low, first.low_open) if isinstance(first, Span) else (first, False)
    high, high_open = (last.high, last.high_open) if isinstance(last, Span) else (last, False)
    return Span(low, high, low_open, high_open)


def switch(
    answer: Callable[[Decimal], bool | None], low: Decimal, high: Decimal = FAR
) -> tuple[Decimal, bool] | None:
    """Where a comparison of several inputs turns when one of them rises from `low` to `high`, or None if it does not.

    A point on which it turns comes with False; True means that it turns between the point and `FINEST` above it. That
    it turns only once is not assumed: the stretches beside the point are tried again as wholes.
    """
    below, above = answer(low), answer(high)
    if below is above or below is None or above is None:
        return None
    a, b = int(low / FINEST), int(high / FINEST)
    while b - a > 1:
        middle = (a + b) // 2
        if answer(middle * FINEST) is below:
            a = middle
        else:
            b = middle
    lower, upper = a * FINEST, b * FINEST
    if answer(lower + FINEST / 1000) is above:
        return lower.normalize(), False
    if answer(upper - FINEST / 1000) is below:
        return upper.normalize(), False
    return lower.normalize(), True
