"""Values, regions of values and lists in words: short, British, ready for a sentence."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from crlm.pathway.conditions.values import OneOf, Span, Value
from crlm.pathway.model import Input
from crlm.pathway.ruleset import RuleSet

NOT_RECORDED = "not recorded"
ORIGINS = {
    "deck": "",
    "software": "Not in the deck: a convention of this software",
    "paper": "From a paper, not from the deck",
    "consequence": "Not in the deck as such: follows from its rules",
    "inference": "Not in the deck: an inference",
}
RESULTS = {
    "met": "met",
    "not_met": "not met",
    "unknown": "not known",
    "na": "does not apply",
    "gate_unknown": "not known whether it applies",
    "show": "shown",
    "applies": "applies",
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def result_words(result: str) -> str:
    """A result or a label in words."""
    known = RESULTS.get(result)
    if known is None and result.startswith("na ("):
        return f"{RESULTS['na']}{result[2:]}"
    return known or result.replace("_", " ")


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def plain(value: Decimal) -> str:
    """A number as one writes it; a quotient with more than six decimals is cut after two: `2.82…`."""
    text = f"{value.normalize():f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals[:2]}…" if len(decimals) > 6 else text


def amount(one: Input, value: Decimal) -> str:
    """A number with its unit: `28 %`, `1 month`, `4` where the unit is a count."""
    if one.unit in (None, "count"):
        return plain(value)
    unit = one.unit or ""
    return f"{plain(value)} {unit[:-1] if value == 1 and unit in ('years', 'months', 'days') else unit}"


def date_words(value: datetime.date) -> str:
    """`1 February 2026`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def value_words(one: Input, value: Value) -> str:
    """A value in words; an unknown one is `not recorded`."""
    match value:
        case None:
            return NOT_RECORDED
        case Decimal():
            return amount(one, value)
        case Span():
            return span_words(one, value)
        case OneOf(levels):
            return any_of([one.level_called(level) for level in one.levels if level in levels])
        case datetime.date():
            return date_words(value)
        case tuple():
            return ", ".join(one.level_called(level) for level in value)
        case _:
            return one.level_called(value)


def span_words(one: Input, value: Span) -> str:
    """Limits in words; those that every value of the input has are left out."""
    low, high = value.low, value.high
    if one.range is not None:
        if not value.low_open and low is not None and one.range.at_least == float(low):
            low = None
        if value.low_open and low is not None and one.range.more_than == float(low):
            low = None
        if not value.high_open and high is not None and one.range.at_most == float(high):
            high = None
    if low is None and high is None:
        return "any value"
    if low is not None and high is not None and not (value.low_open or value.high_open):
        return f"{plain(low)} to {amount(one, high)}"
    parts = []
    if low is not None:
        parts.append(f"{'above' if value.low_open else 'at least'} {amount(one, low)}")
    if high is not None:
        parts.append(f"{'below' if value.high_open else 'at most'} {amount(one, high)}")
    return " and ".join(parts)


def readable(value: Value) -> Value:
    """A region whose limits have few decimals, inside the region: a limit that is a root is moved in to one decimal."""
    if not isinstance(value, Span):
        return value
    low, low_open, high, high_open = value.low, value.low_open, value.high, value.high_open
    if low is not None and _long(low):
        low, low_open = low.quantize(Decimal("0.1"), ROUND_CEILING), False
    if high is not None and _long(high):
        high, high_open = high.quantize(Decimal("0.1"), ROUND_FLOOR), False
    empty = low is not None and high is not None and low > high
    return value if empty else Span(low, high, low_open, high_open)


def _long(value: Decimal) -> bool:
    return -int(value.normalize().as_tuple().exponent) > 3


def any_of(words: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def all_of(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def answers_yes_or_no(one: Input) -> bool:
    """Whether an input is a statement that is so or not."""
    return {"yes", "no"} <= set(one.levels)


def named(one: Input) -> str:
    """The input inside a sentence; a statement stands in quotes."""
    return f"“{one.called}”" if answers_yes_or_no(one) else one.called


def count_of(number: int, what: str) -> str:
    """`1 rule`, `3 rules`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def places(rules: RuleSet, rule: str) -> tuple[str, ...]:
    """Where a rule stands: slide with heading, place and lines of the deck, or paper and place."""
    found = []
    for source in rules.rules[rule].source:
        at = f", {source.at}" if source.at else ""
        if source.slide is None:
            found.append(f"{source.paper}{at}")
            continue
        slide = rules.slides.get(source.slide)
        if slide is None:
            found.append(f"slide {source.slide}{at}")
        else:
            first, last = slide.lines
            lines = f"line {first}" if first == last else f"lines {first}-{last}"
            found.append(f"slide {source.slide}, {slide.heading}{at} ({lines})")
    return tuple(found)
