"""A printed number as the closed set of true values that could have been printed so.

Everything is exact (`fractions.Fraction`): a mismatch is claimed only where no rounding explains it, so no binary
floating-point error may decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Literal

Operator = Literal["=", "<", ">"]

_OPERATORS: dict[str, Operator] = {
    "": "=",
    "=": "=",
    "<": "<",
    "≤": "<",
    "<=": "<",
    ">": ">",
    "≥": ">",
    ">=": ">",
}
_NUMBER = re.compile(
    r"^(?:p\s*)?(?P<operator><=|>=|[=<>≤≥]?)\s*(?P<sign>[-−–]?)(?P<number>\d[\d.,· \u2009\u00a0]*|[.,·]\d+)\s*%?$"
)
_THOUSANDS = re.compile(r"^[1-9]\d{0,2}(?:(?:,\d{3})+|(?:[ \u2009\u00a0]\d{3})+)(?:\.\d+)?$")


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed, and the closed interval of true values that print so.

    `low` and `high` are exact; None is no bound on that side ("<0.001" has no lower bound of its own: what the number
    is, a p value or a count, says where it ends). Half a unit of the last printed digit belongs to the interval at both
    ends, because half-up and half-even rounding (and binary floats) put ties on either side. Bounds with "<" and ">"
    are closed too. `decimals` are the printed places after the point; `value` is the number without its operator.
    """

    text: str
    operator: Operator
    value: Fraction
    decimals: int
    low: Fraction | None
    high: Fraction | None

    @property
    def unit(self) -> Fraction:
        """One step in the last printed digit."""
        return Fraction(1, 10**self.decimals)

    def contains(self, true: Fraction | int) -> bool:
        """Whether this true value may have been printed so."""
        return (self.low is None or true >= self.low) and (self.high is None or true <= self.high)

    def overlaps(self, low: Fraction | float | int | None, high: Fraction | float | int | None) -> bool:
        """Whether a true value between `low` and `high` (None: no bound) may have been printed so."""
        below = high is not None and self.low is not None and high < self.low
        above = low is not None and self.high is not None and low > self.high
        return not (below or above)

    def truncated(self) -> tuple[Fraction, Fraction]:
        """The true values that give this text when digits are cut off instead of rounded: from it to the next."""
        if self.value < 0:
            return self.value - self.unit, self.value
        return self.value, self.value + self.unit

    def bounds(self, lowest: float | None = None, highest: float | None = None) -> tuple[float, float]:
        """The interval as floats, cut to the range the quantity can have (infinite where nothing ends it)."""
        low = float("-inf") if self.low is None else float(self.low)
        high = float("inf") if self.high is None else float(self.high)
        return (
            low if lowest is None else max(low, lowest),
            high if highest is None else min(high, highest),
        )


@cache
def printed(text: str) -> Printed | None:
    """The number in a printed text, None when the text is not one number (empty, "NS", "NR", "*", an interval).

    Understood: "0.048", ".048", "<0.001", "p = 0.05", "12.5%", "1,234", "1 234", "0,048" and "0·048" (decimal comma,
    raised point), "-1.2" with any minus. A comma followed by exactly three digits after one to three digits that do not
    begin with 0 separates thousands ("1,234"); any other single comma is a decimal mark.
    """
    match = _NUMBER.match(text.strip().lower())
    if match is None:
        return None
    plain = _plain(match["number"].strip())
    if plain is None:
        return None
    decimals = len(plain.partition(".")[2])
    value = Fraction(plain) * (-1 if match["sign"] else 1)
    operator = _OPERATORS[match["operator"]]
    half = Fraction(1, 2 * 10**decimals)
    low = value - half if operator == "=" else value if operator == ">" else None
    high = value + half if operator == "=" else value if operator == "<" else None
    return Printed(text.strip(), operator, value, decimals, low, high)


def _plain(number: str) -> str | None:
    """Digits with at most one full stop as decimal mark."""
    number = number.replace("·", ".")
    if _THOUSANDS.match(number):
        return re.sub(r"[, \u2009\u00a0]", "", number)
    if "," in number and "." not in number:
        number = number.replace(",", ".")
    return number if re.fullmatch(r"\d+(?:\.\d+)?|\.\d+", number) else None


def shown(value: Fraction | float, decimals: int) -> str:
    """A value rounded half up to this many decimals, as an author would print it."""
    scaled = Fraction(value) * 10**decimals
    whole = floor(abs(scaled) + Fraction(1, 2))
    digits = str(whole).rjust(decimals + 1, "0")
    sign = "-" if scaled < 0 and whole else ""
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"


def percentage(count: int, denominator: int) -> Fraction:
    """The exact percentage of a count."""
    return Fraction(100 * count, denominator)


def counts_for(percent: Printed, denominator: int) -> range:
    """The counts that print as this percentage of a denominator; empty when no count does."""
    low = 0 if percent.low is None else max(0, ceil(percent.low * denominator / 100))
    high = denominator if percent.high is None else min(denominator, floor(percent.high * denominator / 100))
    return range(low, high + 1)


def denominators_for(count: int, percent: Printed, most: int) -> Iterator[int]:
    """The denominators from 1 to `most` of which this count prints as this percentage, in order."""
    least, greatest = max(1, count), most
    if percent.high is not None and percent.high > 0:
        least = max(least, ceil(100 * count / percent.high))
    if percent.low is not None and percent.low > 0:
        greatest = min(greatest, floor(100 * count / percent.low))
    return (n for n in range(least, greatest + 1) if percent.contains(percentage(count, n)))
