"""What an input's value can be, known in full, in part or not at all, and how such values compare.

Numbers are decimals exactly as recorded; sums, differences and products of them are exact.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeAlias

EXACT = Context(prec=300)
"""More digits than sums and products of recorded numbers can have (see `crlm.pathway.case`)."""


@dataclass(frozen=True)
class Span:
    """A number known in part: between `low` and `high` (None: no limit), an open limit not included."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False

    def __str__(self) -> str:
        """`>= 30`, `< 40`, `30 to 40`; with open limits `> 30 and < 40`."""
        if self.low is not None and self.high is not None and not (self.low_open or self.high_open):
            return f"{self.low} to {self.high}"
        parts = []
        if self.low is not None:
            parts.append(f"{'>' if self.low_open else '>='} {self.low}")
        if self.high is not None:
            parts.append(f"{'<' if self.high_open else '<='} {self.high}")
        return " and ".join(parts)


@dataclass(frozen=True)
class OneOf:
    """A category known to be one of several levels."""

    levels: frozenset[str]

    def __str__(self) -> str:
        """`one of partial, complete`."""
        return f"one of {', '.join(sorted(self.levels))}"


Several: TypeAlias = tuple[str, ...]
"""The levels of an input that is recorded per lesion; it is displayed and never compared."""
Value: TypeAlias = Decimal | str | datetime.date | Span | OneOf | Several | None
"""None is unknown."""
Number: TypeAlias = Decimal | Span
Comparable: TypeAlias = Decimal | datetime.date | str | Span | OneOf | None


def span(value: Number) -> Span:
    """A number as a span; an exact one has equal limits."""
    return value if isinstance(value, Span) else Span(value, value)


def less(left: Number, right: Number) -> bool | None:
    """`left < right`: decided when every possible pair agrees, else None."""
    a, b = span(left), span(right)
    touching_is_below = a.high_open or b.low_open
    if (
        a.high is not None
        and b.low is not None
        and (a.high < b.low or (a.high == b.low and touching_is_below))
    ):
        return True
    if a.low is not None and b.high is not None and a.low >= b.high:
        return False
    return None


def equal_numbers(left: Number, right: Number) -> bool | None:
    """`left == right`: true only for two exact numbers, false when the two cannot meet."""
    if less(left, right) or less(right, left):
        return False
    a, b = span(left), span(right)
    exact = a.low is not None and a.low == a.high and b.low is not None and b.low == b.high
    return True if exact and a.low == b.low else None


def equal_levels(left: str | OneOf, right: str | OneOf) -> bool | None:
    """Whether two categories are the same level, None when some of the possible levels are and some are not."""
    one = left.levels if isinstance(left, OneOf) else frozenset({left})
    other = right.levels if isinstance(right, OneOf) else frozenset({right})
    if not one & other:
        return False
    return True if len(one) == len(other) == 1 else None


def flipped(answer: bool | None) -> bool | None:
    """Not: unknown stays unknown."""
    return None if answer is None else not answer


def compare(sign: str, left: Comparable, right: Comparable) -> bool | None:
    """A comparison in three-valued logic: with an unknown value it is unknown."""
    if left is None or right is None:
        return None
    if isinstance(left, Decimal | Span) and isinstance(right, Decimal | Span):
        return NUMBERS[sign](left, right)
    if isinstance(left, str | OneOf) and isinstance(right, str | OneOf):
        same = equal_levels(left, right)
        return same if sign == "==" else flipped(same)
    assert isinstance(left, datetime.date) and isinstance(right, datetime.date)
    return DATES[sign](left, right)


NUMBERS: dict[str, Callable[[Number, Number], bool | None]] = {
    "==": equal_numbers,
    "!=": lambda left, right: flipped(equal_numbers(left, right)),
    "<": less,
    ">": lambda left, right: less(right, left),
    "<=": lambda left, right: flipped(less(right, left)),
    ">=": lambda left, right: flipped(less(left, right)),
}
DATES: dict[str, Callable[[datetime.date, datetime.date], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


def negative(value: Number) -> Number:
    """`- x`."""
    if isinstance(value, Decimal):
        return EXACT.minus(value)
    return Span(_minus(value.high), _minus(value.low), value.high_open, value.low_open)


def _minus(limit: Decimal | None) -> Decimal | None:
    return None if limit is None else EXACT.minus(limit)


def plus(left: Number, right: Number) -> Number:
    """`left + right`; of spans, every sum that is possible."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return EXACT.add(left, right)
    a, b = span(left), span(right)
    low = None if a.low is None or b.low is None else EXACT.add(a.low, b.low)
    high = None if a.high is None or b.high is None else EXACT.add(a.high, b.high)
    return Span(low, high, a.low_open or b.low_open, a.high_open or b.high_open)


def times(left: Number, right: Number) -> Number | None:
    """`left * right`; of spans every product that is possible, None unless both have limits that are not negative."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return EXACT.multiply(left, right)
    a, b = span(left), span(right)
    if a.low is None or b.low is None or a.low < 0 or b.low < 0:
        return None
    low = EXACT.multiply(a.low, b.low)
    high = None if a.high is None or b.high is None else EXACT.multiply(a.high, b.high)
    # a limit that is nought can be reached whatever the other factor is
    return Span(
        low, high, low != 0 and (a.low_open or b.low_open), high != 0 and (a.high_open or b.high_open)
    )
