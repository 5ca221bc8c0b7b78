"""Which single number of a ratio, its interval and its p may be the wrong one, and what it may have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log

from crlm.evidence.audit.explain import slips
from crlm.evidence.audit.finding import Explanation
from crlm.evidence.audit.printed import Printed, printed, shown
from crlm.evidence.audit.ratio import (
    FARTHEST,
    Interval,
    Ratio,
    changed,
    fits,
    p_of,
    possible,
    values_of,
    z_of,
    z_range,
)

NAMES = {"estimate": "estimate", "low": "lower limit", "high": "upper limit", "p": "p"}
_PLACE = {"estimate": 0, "low": 1, "high": 2}
_TELLING_P, _TELLING_DIGITS = 3, 4
"""Fewer significant digits than these fit by chance after some slip or other."""


Allowed = Callable[[Ratio], bool]
"""Whether what else is printed (the sizes of the levels) allows a row with one of its numbers changed."""


def repairs(ratio: Ratio, allowed: Allowed = lambda _: True) -> tuple[Explanation, ...]:
    """One explanation for each number that alone can be wrong: the likeliest slip, or what the others imply it is."""
    ratio = _with_zeros(ratio)
    found = [one for name in NAMES if (one := _repair(ratio, name, allowed)) is not None]
    return tuple(explanation for _, explanation in sorted(found, key=lambda one: one[0]))


def _with_zeros(ratio: Ratio) -> Ratio:
    """The row with the zeros that its estimate ("1") leaves out beside limits of two decimals, where that is possible.

    To judge a row "1" is everything from 0.5 to 1.5; to explain it, almost anything would fit that.
    """
    one, low = ratio.estimate, ratio.low
    if one is None or low is None or one.decimals >= low.decimals or one.operator != "=":
        return ratio
    finer = changed(ratio, "estimate", printed(shown(one.value, low.decimals)))
    return finer if fits(finer, with_p=False) else ratio


def _repair(ratio: Ratio, name: str, allowed: Allowed) -> tuple[int, Explanation] | None:
    number: Printed | None = getattr(ratio, name)
    without = changed(ratio, name, None)
    if number is None or not fits(without) or not allowed(without):
        return None
    words = NAMES[name]
    cut = replace(number, value=number.value + number.unit / 2)
    if number.operator == "=" and _fits_cut(ratio, name, number) and allowed(changed(ratio, name, cut)):
        return 0, Explanation(
            "truncation", f"The {words} {number.text} fits if its digits were cut off instead of rounded."
        )
    implied = implied_values(ratio, name)
    range_words = between(implied, max(number.decimals, 2))
    repeated = _repeats(ratio, name, number)
    if repeated:
        return 1, Explanation(
            "misprint",
            f"The {words} {number.text} repeats the {repeated} beside it; from the other numbers it is {range_words}.",
        )
    slipped, words_of_slip = _fitting_slips(ratio, name, number, allowed)
    if slipped:
        return 2, Explanation(
            "misprint",
            f"With {words} {listed(slipped)} ({words_of_slip}) everything printed in the row agrees.",
        )
    return 4, Explanation("misprint", f"If only the {words} is wrong, it is {range_words}.")


def listed(texts: Sequence[str]) -> str:
    """Alternatives in words, the first three."""
    first = [*texts[:3]]
    return first[0] if len(first) == 1 else f"{', '.join(first[:-1])} or {first[-1]}"


def implied_values(ratio: Ratio, name: str) -> Interval:
    """What one number has to be when the others of its row are right."""
    without = changed(ratio, name, None)
    regions = possible(*without.logs, without.z)
    if name == "p":
        return p_of(z_range(regions))
    return values_of(regions)[_PLACE[name]]


def between(values: Interval, decimals: int) -> str:
    """A range in words, at the decimals of the paper."""
    low, high = (shown(one, decimals) for one in values)
    return low if low == high else f"{low} to {high}"


def _fits_cut(ratio: Ratio, name: str, number: Printed) -> bool:
    low, high = (float(one) for one in number.truncated())
    if name == "p":
        return bool(possible(*ratio.logs, z_of(max(low, 0.0), min(high, 1.0))))
    logs = list(ratio.logs)
    logs[_PLACE[name]] = (log(low) if low > 0 else -FARTHEST, log(high))
    return bool(possible(logs[0], logs[1], logs[2], ratio.z))


def _repeats(ratio: Ratio, name: str, number: Printed) -> str | None:
    """The other number of the pair estimate and p, when its digits are the same ones."""
    other = {"estimate": "p", "p": "estimate"}.get(name)
    beside: Printed | None = getattr(ratio, other) if other else None
    same = beside is not None and beside.text.lstrip("<>= ") == number.text.lstrip("<>= ")
    return NAMES[other] if other and same else None


def _fitting_slips(ratio: Ratio, name: str, number: Printed, allowed: Allowed) -> tuple[tuple[str, ...], str]:
    """Slips that make the row agree; one changed digit explains almost anything, so only in four digits or more."""
    digits = len(number.text.replace(".", "").lstrip("0"))
    if number.operator != "=" or (name == "p" and digits < _TELLING_P):
        return (), ""
    exchanged: list[str] = []
    changed_digit: list[str] = []
    for text, longer in slips(number.text):
        other = None if longer else printed(text)
        if other is None or (name == "p" and other.value > 1):
            continue
        slipped = changed(ratio, name, other)
        if not fits(slipped) or not allowed(slipped):
            continue
        (exchanged if sorted(text) == sorted(number.text) else changed_digit).append(text)
    if exchanged:
        return tuple(exchanged), "two digits exchanged"
    if digits < _TELLING_DIGITS:
        return (), ""
    return tuple(changed_digit), "one digit changed, in print or in reading"
