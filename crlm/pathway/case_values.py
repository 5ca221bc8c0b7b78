"""One value of a case: a level, an exact number, a date, or what is known of one."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from crlm.pathway.conditions.values import OneOf, Span, Value, less
from crlm.pathway.model import Input
from crlm.problems import did_you_mean

UNKNOWN_WORDS = frozenset({"", "unknown", "uncertain"})
LIMITS = ("at_least", "more_than", "at_most", "less_than")
SIGNS = {
    ">=": "at_least",
    ">": "more_than",
    "<=": "at_most",
    "<": "less_than",
    "≥": "at_least",
    "≤": "at_most",
}
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
MOST_DIGITS = 40
"""Digits of a number and decimals of it: sums and products of such numbers are exact in `EXACT`."""


class ForeignValueError(Exception):
    """A value that is not one of the input's: an error."""

    def __init__(self, given: str, allowed: str, fix: str) -> None:
        self.given, self.allowed, self.fix = given, allowed, fix
        super().__init__(given)


class UnusableValueError(Exception):
    """A value of the wrong kind (`wrong-type`) or impossible (`impossible-value`): reported, and unknown."""

    def __init__(self, kind: str, says: str) -> None:
        self.kind, self.says = kind, says
        super().__init__(says)


def read_value(one: Input, given: Any) -> Value:
    """What a case gives for an input; None when it is unknown.

    Unknown is null, an empty text, "unknown" and "uncertain", the last one not where it is a level (PER-07). Raises
    `ForeignValueError` for what is not among the levels or the values of a closed number, `UnusableValueError` for a
    number or date that cannot be used.
    """
    if given is None or (isinstance(given, str) and given.strip() in UNKNOWN_WORDS - set(one.levels)):
        return None
    if one.type == "category":
        return _per_lesion(one, given) if one.per_lesion else _category(one, given)
    if one.type == "date":
        return _date(one, given)
    try:
        return _number(one, given)
    except UnusableValueError:
        if one.closed:
            raise _not_listed(one, given) from None
        raise


def is_number(text: str) -> bool:
    """Whether a text spells a number."""
    return NUMBER.fullmatch(text.strip()) is not None


def _category(one: Input, given: Any) -> str | OneOf:
    if isinstance(given, str) and given in one.levels:
        return given
    if isinstance(given, Mapping):
        listed = given.get("one_of")
        if set(given) != {"one_of"} or not isinstance(listed, list) or not listed:
            raise _refused(one, given, 'write {"one_of": ["...", "..."]}.')
        levels = frozenset(_level(one, each) for each in listed)
        return next(iter(levels)) if len(levels) == 1 else OneOf(levels)
    return _level(one, given)


def _level(one: Input, given: Any) -> str:
    if isinstance(given, str) and given in one.levels:
        return given
    if isinstance(given, bool) and {"yes", "no"} <= set(one.levels):
        raise _refused(one, given, f'write "{"yes" if given else "no"}".')
    raise _refused(one, given, did_you_mean(_shown(given), [*one.levels, "unknown"]))


def _refused(one: Input, given: Any, fix: str) -> ForeignValueError:
    return ForeignValueError(f"{one.name} is {_shown(given)}", f"{', '.join(one.levels)}, unknown.", fix)


def _not_listed(one: Input, given: Any) -> ForeignValueError:
    assert one.range is not None and one.range.at_least is not None and one.range.at_most is not None
    listed = [str(value) for value in range(int(one.range.at_least), int(one.range.at_most) + 1)]
    allowed = f"{', '.join(listed)}, unknown."
    return ForeignValueError(
        f"{one.name} is {_shown(given)}", allowed, did_you_mean(_shown(given), [*listed, "unknown"])
    )


def _per_lesion(one: Input, given: Any) -> tuple[str, ...] | None:
    """One level, or a list with one for each lesion, in which "unknown" keeps its place."""
    listed = given if isinstance(given, list) else [given]
    levels = tuple(
        "unknown" if each is None or (isinstance(each, str) and each in UNKNOWN_WORDS) else _level(one, each)
        for each in listed
    )
    return levels if any(level != "unknown" for level in levels) else None


def _date(one: Input, given: Any) -> datetime.date:
    if isinstance(given, datetime.date) and not isinstance(given, datetime.datetime):
        return given
    if isinstance(given, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", given.strip()):
        try:
            return datetime.date.fromisoformat(given.strip())
        except ValueError:
            raise UnusableValueError(
                "impossible-value", f"{one.name} is {given}, a day that does not exist. It counts as unknown."
            ) from None
    raise UnusableValueError(
        "wrong-type",
        f"{one.name} is {_shown(given)}, and a date is expected (2026-01-31). It counts as unknown.",
    )


def _number(one: Input, given: Any) -> Decimal | Span:
    limits = _limits(one, given)
    if isinstance(limits, Decimal):
        value: Decimal | Span = limits
        if one.type == "integer" and limits != limits.to_integral_value():
            says = f"{one.name} is {_plain(limits)}, and a whole number is expected. It counts as unknown."
            raise UnusableValueError("impossible-value", says)
        allowed = _allowed(one)
        possible = allowed is None or not (less(limits, allowed) or less(allowed, limits))
    else:
        narrowed = _narrowed(limits, _allowed(one), whole=one.type == "integer")
        possible = narrowed is not None
        value = limits if narrowed is None else narrowed
    if not possible:
        raise UnusableValueError("impossible-value", _why_impossible(one, value))
    return value


def _why_impossible(one: Input, value: Decimal | Span) -> str:
    unit = f" {one.unit}" if one.unit and one.unit != "count" else ""
    whole = one.type == "integer"
    shown = f"{one.name} is {_plain(value) if isinstance(value, Decimal) else value}{unit}"
    if one.range is None or (isinstance(value, Span) and _narrowed(value, None, whole=whole) is None):
        return f"{shown}, which no {'whole ' if whole else ''}number is. It counts as unknown."
    return f"{shown}: {one.range.in_words()}{unit} is possible. It counts as unknown."


def _limits(one: Input, given: Any) -> Decimal | Span:
    """The number, or the limits of one, as written."""
    if isinstance(given, int | float | Decimal) and not isinstance(given, bool):
        return _exact(one, given if isinstance(given, Decimal) else Decimal(repr(given)))
    if isinstance(given, Mapping):
        return _of_mapping(one, given)
    if isinstance(given, str):
        text = " ".join(given.split())
        if NUMBER.fullmatch(text):
            return _exact(one, _decimal(one, text))
        limit = re.fullmatch(r"(>=|<=|≥|≤|>|<) ?(\S+)", text)
        if limit and NUMBER.fullmatch(limit.group(2)):
            return _of_mapping(one, {SIGNS[limit.group(1)]: _decimal(one, limit.group(2))})
        between = re.fullmatch(r"(\S+) to (\S+)", text)
        if between and all(NUMBER.fullmatch(part) for part in between.groups()):
            low, high = (_decimal(one, part) for part in between.groups())
            return _of_mapping(one, {"at_least": low, "at_most": high})
    raise _no_number(one, given)


def _of_mapping(one: Input, given: Mapping[str, Any]) -> Span:
    foreign = [key for key in given if key not in LIMITS]
    if foreign or not given:
        word = str(foreign[0]) if foreign else ""
        fix = did_you_mean(word, LIMITS) if word else f"give one or two of {', '.join(LIMITS)}."
        raise ForeignValueError(
            f"{one.name} is {_shown(given)}", f"a number, or limits: {', '.join(LIMITS)}.", fix
        )
    if {"at_least", "more_than"} <= set(given) or {"at_most", "less_than"} <= set(given):
        raise ForeignValueError(
            f"{one.name} has two limits on the same side", "one on each side.", "keep one of them."
        )
    numbers: dict[str, Decimal] = {}
    for key, value in given.items():
        limit = None if isinstance(value, Mapping) else _limits(one, value)
        if not isinstance(limit, Decimal):
            raise _no_number(one, value)
        numbers[key] = limit
    return Span(
        numbers.get("at_least", numbers.get("more_than")),
        numbers.get("at_most", numbers.get("less_than")),
        "more_than" in numbers,
        "less_than" in numbers,
    )


def _decimal(one: Input, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of more than eighteen digits
        raise _too_long(one) from None


def _exact(one: Input, value: Decimal) -> Decimal:
    if not value.is_finite():
        raise _no_number(one, value)
    if len(value.as_tuple().digits) > MOST_DIGITS or abs(value.adjusted()) > MOST_DIGITS:
        raise _too_long(one)
    return value


def _too_long(one: Input) -> UnusableValueError:
    says = f"{one.name} has more than {MOST_DIGITS} digits or decimals. It counts as unknown."
    return UnusableValueError("impossible-value", says)


def _no_number(one: Input, given: Any) -> UnusableValueError:
    hint = ""
    if isinstance(given, str) and re.fullmatch(r"\d+,\d+", given.strip()):
        hint = f" Write {given.strip().replace(',', '.')}."
    says = f"{one.name} is {_shown(given)}, and a number is expected. It counts as unknown.{hint}"
    return UnusableValueError("wrong-type", says)


def _allowed(one: Input) -> Span | None:
    if one.range is None:
        return None
    low = one.range.at_least if one.range.at_least is not None else one.range.more_than
    high = one.range.at_most
    return Span(
        None if low is None else Decimal(repr(low)),
        None if high is None else Decimal(repr(high)),
        one.range.more_than is not None,
    )


def _narrowed(given: Span, allowed: Span | None, *, whole: bool) -> Decimal | Span | None:
    """The part of a span that is possible; an exact number when only one is left, None when none is."""
    low, low_open = (
        _tighter(given.low, given.low_open, allowed.low, allowed.low_open, 1)
        if allowed
        else (given.low, given.low_open)
    )
    high, high_open = (
        _tighter(given.high, given.high_open, allowed.high, allowed.high_open, -1)
        if allowed
        else (given.high, given.high_open)
    )
    if whole:
        low, high = _whole(low, low_open, 1), _whole(high, high_open, -1)
        low_open = high_open = False
    if low is not None and high is not None:
        if low > high or (low == high and (low_open or high_open)):
            return None
        if low == high:
            return low
    return Span(low, high, low_open, high_open)


def _tighter(
    one: Decimal | None, one_open: bool, other: Decimal | None, other_open: bool, side: int
) -> tuple[Decimal | None, bool]:
    """The tighter of two limits: the larger of lower ones (side 1), the smaller of upper ones (side -1)."""
    if one is None or other is None:
        return (other, other_open) if one is None else (one, one_open)
    if one == other:
        return one, one_open or other_open
    return (one, one_open) if (one - other) * side > 0 else (other, other_open)


def _whole(limit: Decimal | None, is_open: bool, side: int) -> Decimal | None:
    """The nearest whole number inside a limit."""
    if limit is None:
        return None
    rounded = limit.to_integral_value("ROUND_CEILING" if side > 0 else "ROUND_FLOOR")
    return rounded + side if is_open and rounded == limit else rounded


def _plain(value: Decimal) -> str:
    return f"{value:f}"


def _shown(given: Any, depth: int = 2) -> str:
    """A value in a sentence: cut when it is long, and not deeper than two levels."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, Mapping | list) and not depth:
        return "..."
    if isinstance(given, Mapping):
        text = "{" + ", ".join(f"{key}: {_shown(value, depth - 1)}" for key, value in given.items()) + "}"
    elif isinstance(given, list):
        text = "[" + ", ".join(_shown(value, depth - 1) for value in given) + "]"
    else:
        text = str(given)
    return text if len(text) <= 60 else f"{text[:57]}..."
