"""How numbers are printed: one journal style for every table, figure and sentence.

- Rounding is half up on the shortest decimal that stands for the number (0.125 becomes 0.13), not half to even.
- A p value has three decimals below 0.1 and two from there on; below 0.001 it is "<0.001", above 0.99 ">0.99".
- A hazard ratio has two decimals, more (up to four) when its interval would otherwise collapse into one number.
- Intervals read "0.98 to 1.05"; the minus sign is a minus sign; thousands have a comma.
- What does not exist is said in words; the reason stands in a footnote.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Protocol

MINUS = "\u2212"
NONE = "\u2013"
"""Stands where a number does not apply."""

_SUPERSCRIPT = str.maketrans("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")

_WIDE = Context(prec=400)
"""Digits enough for every float."""


class Interval(Protocol):
    """An estimate and its bounds, whatever room they come from; None is what does not exist."""

    @property
    def value(self) -> float | None:
        """The estimate."""

    @property
    def lower(self) -> float | None:
        """The lower bound."""

    @property
    def upper(self) -> float | None:
        """The upper bound."""


STYLE = (
    "Numbers are rounded half up. p values have three decimals below 0.1 and two from there on. "
    "Hazard ratios have two decimals, more when the interval would otherwise collapse. "
    "A dash stands where a number does not apply; what cannot be estimated is said in words, with the reason in a "
    "footnote."
)


def rounded(value: float, decimals: int) -> str:
    """The number with so many decimals, rounded half up: 1234.5 with 0 decimals is "1,235"."""
    text = f"{_quantized(Decimal(repr(float(value))), decimals):,}"
    return text.replace("-", MINUS) if text.strip("-0.,") else text.lstrip("-")


def _quantized(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_WIDE)


def count(n: int) -> str:
    """A number of records: "1,234"."""
    return f"{n:,}".replace("-", MINUS)


def number(value: float) -> str:
    """A number that was chosen by a person (a landmark, a unit): no more decimals than it has."""
    return rounded(value, 0) if float(value).is_integer() else f"{value:g}".replace("-", MINUS)


def percent(value: float | None, decimals: int = 1) -> str:
    """A percentage that is already 0 to 100, without the sign."""
    return NONE if value is None else rounded(value, decimals)


def probability(value: float, decimals: int = 1) -> str:
    """A probability, 0 to 1, as a percentage without the sign."""
    return f"{_quantized(Decimal(repr(float(value))) * 100, decimals):f}"


def level_words(level: float) -> str:
    """A confidence level: 0.95 is "95%"."""
    return f"{(Decimal(repr(float(level))) * 100).normalize():f}%"


def p_value(p: float) -> str:
    """A p value as a table prints it."""
    if p < 0.001:
        return "<0.001"
    if p > 0.99:
        return ">0.99"
    return rounded(p, 3 if p < 0.1 else 2)


def p_words(p: float) -> str:
    """A p value in a sentence: "p = 0.012", "p < 0.001"."""
    text = p_value(p)
    return f"p {text[0]} {text[1:]}" if text[0] in "<>" else f"p = {text}"


def decimals_for(values: Iterable[float | None], *, whole: bool) -> int:
    """How many decimals a row of summaries needs, the same in all its columns.

    Whole numbers have none when `whole` (medians); otherwise one, two below 1, three below 0.1, none from 1000 on.
    """
    known = [abs(value) for value in values if value is not None]
    largest = max(known, default=0.0)
    if largest >= 1000 or (whole and all(value.is_integer() for value in map(float, known))):
        return 0
    if largest >= 1 or largest == 0:
        return 1
    return 2 if largest >= 0.1 else 3


def time_interval(interval: Interval) -> str:
    """A median time with its interval; what is absent was not reached."""
    if interval.value is None:
        estimate = "not reached"
        if interval.lower is None and interval.upper is None:
            return estimate
    else:
        estimate = rounded(interval.value, 1)
    lower, upper = (
        "not reached" if bound is None else rounded(bound, 1) for bound in (interval.lower, interval.upper)
    )
    return f"{estimate} ({lower} to {upper})"


def survival_interval(interval: Interval) -> str:
    """Survival in per cent with its interval: "62.7 (54.8 to 69.6)"."""
    if interval.value is None:
        return "not estimable"
    if interval.lower is None or interval.upper is None:
        return f"{probability(interval.value)} (no interval)"
    return f"{probability(interval.value)} ({probability(interval.lower)} to {probability(interval.upper)})"


def ratio_interval(interval: Interval) -> str:
    """A hazard ratio with its interval: "1.38 (1.02 to 1.85)"."""
    if interval.value is None:
        return "not estimable"
    if interval.lower is None or interval.upper is None:
        return f"{_ratio(interval.value, 2)} (no interval)"
    given = (interval.value, interval.lower, interval.upper)
    for decimals in (2, 3, 4):
        value, lower, upper = (_ratio(one, decimals) for one in given)
        if len({value, lower, upper}) == 3:
            break
    return f"{value} ({lower} to {upper})"


def statistic_interval(interval: Interval, decimals: int = 2) -> str:
    """A statistic between 0 and 1 (a concordance) with its interval."""
    if interval.value is None:
        return "not estimable"
    if interval.lower is None or interval.upper is None:
        return rounded(interval.value, decimals)
    value, lower, upper = (rounded(one, decimals) for one in (interval.value, interval.lower, interval.upper))
    return f"{value} ({lower} to {upper})"


def _ratio(value: float, decimals: int) -> str:
    """A ratio on its own scale; huge ones as a power of ten, those that would round to 0 as an upper bound."""
    if value >= 1e6:
        mantissa, exponent = f"{value:.1e}".split("e+")
        return f"{mantissa} \u00d7 10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    text = rounded(value, 0 if value >= 100 else decimals)
    return text if text.strip("0.") else f"<{text[:-1]}1"
