"""Dates that may be known to the month or the year only, and what can be decided about them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from crlm.pathway.conditions.values import Span

DAYS_PER_MONTH = Decimal("30.44")
"""The month of the pathway's inputs."""
DECIMALS = Decimal("1e-10")
"""Of quotients. Days and millilitres are whole or have three decimals, so no quotient changes sides at a limit."""


@dataclass(frozen=True)
class When:
    """A date: some day from `first` to `last`, both included; they are the same when the day is known."""

    first: datetime.date
    last: datetime.date

    @classmethod
    def of(cls, date: datetime.date, precision: str | None) -> When:
        """The date of a registry's cell, which holds the middle of a month or year that is not known better."""
        if precision == "year":
            return cls(date.replace(month=1, day=1), date.replace(month=12, day=31))
        if precision == "month":
            next_month = (date.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
            return cls(date.replace(day=1), next_month - datetime.timedelta(days=1))
        return cls(date, date)

    @property
    def day(self) -> datetime.date | None:
        """The day, where it is known."""
        return self.first if self.first == self.last else None

    def __str__(self) -> str:
        """As it was recorded: `2019-05-31`, `2019-05` or `2019`."""
        if self.day is not None:
            return self.day.isoformat()
        return f"{self.first:%Y-%m}" if self.first.month == self.last.month else f"{self.first:%Y}"


def no_later(one: When, other: When) -> bool | None:
    """Whether a date lies before another or on the same day; None when that cannot be decided."""
    if one.last <= other.first:
        return True
    return False if one.first > other.last else None


def earlier(one: When, other: When) -> bool | None:
    """Whether a date lies before another; None when that cannot be decided."""
    later = no_later(other, one)
    return None if later is None else not later


def newest(dates: list[When]) -> When | None:
    """The last of some dates; None when it cannot be told which that is, or there is none."""
    last = max(dates, key=lambda one: one.last, default=None)
    sure = last is not None and all(one == last or earlier(one, last) for one in dates)
    return last if sure else None


def days_from(start: When, end: When) -> tuple[int, int]:
    """The least and the greatest number of days from one date to another; negative when the second came first."""
    return (end.first - start.last).days, (end.last - start.first).days


def months(least: int, most: int) -> Decimal | Span:
    """Days in months of 30.44 days, not below 0: a number, or its limits where the days are not known exactly."""
    low, high = (quotient(Decimal(max(days, 0)), DAYS_PER_MONTH) for days in (least, most))
    return low if low == high else Span(low, high)


def quotient(one: Decimal, other: Decimal) -> Decimal:
    """One number divided by another, to ten decimals and without trailing zeros."""
    found = (one / other).quantize(DECIMALS, ROUND_HALF_EVEN)
    return Decimal(0) if not found else Decimal(f"{found:f}".rstrip("0").rstrip("."))


def completed_years(born: When, date: datetime.date) -> Decimal | Span:
    """Age as it is counted, in completed years: a number, or its limits where the birthday is not known."""
    least, most = (
        date.year - day.year - ((date.month, date.day) < (day.month, day.day))
        for day in (born.last, born.first)
    )
    return Decimal(least) if least == most else Span(Decimal(least), Decimal(most))
