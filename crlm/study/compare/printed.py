"""Numbers as they were printed: their decimals, and whether a number is printed like that."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

_WIDE = Context(prec=400)


@dataclass(frozen=True)
class Printed:
    """A printed number: its value, its decimals, and the sign before it ("=", "<")."""

    value: float
    decimals: int
    sign: str = "="

    def agrees(self, value: float) -> bool:
        """Whether a number, rounded half up to as many decimals, is this one (or is below it)."""
        if self.sign == "<":
            return value < self.value
        return rounded(value, self.decimals) == rounded(self.value, self.decimals)


def printed(text: str, sign: str = "=") -> Printed | None:
    """A printed number with its decimals; None when the text is no number."""
    text = text.strip().lstrip("<=").replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return Printed(value, len(text.partition(".")[2]), sign)


def rounded(value: float, decimals: int) -> str:
    """A number with so many decimals, rounded half up on the shortest decimal that stands for it; 0 has no sign."""
    unit = Decimal(1).scaleb(-decimals)
    number = Decimal(repr(float(value))).quantize(unit, rounding=ROUND_HALF_UP, context=_WIDE)
    return f"{number if number else abs(number):f}"
