"""What the records of a part of the results are called."""

from __future__ import annotations

from typing import Literal

from crlm.rendering import numbers

Unit = Literal["patient", "episode", "tumour"]


def many(unit: Unit) -> str:
    """Several of them: "patients"."""
    return f"{unit}s"


def counted(n: int, unit: Unit) -> str:
    """A number of them: "1 patient", "1,234 tumours"."""
    return f"{numbers.count(n)} {unit if n == 1 else many(unit)}"
