"""What is found for one input: a value with its records, why there is none, or records that contradict each other."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crlm.pathway.conditions.values import OneOf, Span, Value
from crlm.pathway.filling.dates import When
from crlm.pathway.filling.history import History, Row
from crlm.pathway.filling.known import VALUES


@dataclass(frozen=True)
class Origin:
    """One value of one record: table, key, row as a spreadsheet counts, variable, what stood there, and its date.

    `date` is when it was known, as recorded; None where the registry does not say.
    """

    table: str
    key: str
    number: int
    variable: str
    value: str
    date: str | None

    def __str__(self) -> str:
        """`imaging I2 (2019-05-31): n_lesions = 4`."""
        dated = f" ({self.date})" if self.date else ""
        return f"{self.table} {self.key}{dated}: {self.variable} = {self.value}"


@dataclass(frozen=True)
class Found:
    """A value, the records that it rests on, and in words what was done with them."""

    value: Value
    origins: tuple[Origin, ...]
    how: str


@dataclass(frozen=True)
class Left:
    """Why an input was not filled."""

    reason: str


@dataclass(frozen=True)
class Clash:
    """Records that contradict each other: they are shown, and none is chosen. `value` is what holds all the same."""

    says: str
    origins: tuple[Origin, ...]
    found: Found | None = None


Answer = Found | Left | Clash


@dataclass(frozen=True)
class Asked:
    """What a function is asked about: the patient's records at the date, and the episode that is decided on."""

    history: History
    episode: Row

    @property
    def today(self) -> When:
        """The day of the decision."""
        return When(self.history.date, self.history.date)

    @property
    def number(self) -> int | None:
        """The number of the episode: 1 is the index presentation."""
        value: int | None = self.episode["episode_number"]
        return value

    def rows(self, table: str) -> tuple[Row, ...]:
        """The known rows of the patient in a table."""
        return self.history.rows[table]

    def unsure(self, table: str) -> tuple[Row, ...]:
        """Rows of which it is not known whether they came before the decision."""
        return self.history.unsure[table]


@dataclass(frozen=True)
class Filling:
    """How one input is filled: the function, the variables it reads, and why a missing record means no, if it does."""

    name: str
    function: Callable[[Asked], Answer]
    reads: tuple[str, ...]
    absence: str | None

    @property
    def words(self) -> str:
        """What it does, in the words of the function."""
        return " ".join((self.function.__doc__ or "").split())


FILLINGS: dict[str, Filling] = {}
"""Every input that is computed, in the order in which the modules define them."""


def fills(
    name: str, *reads: str, absence: str | None = None
) -> Callable[[Callable[[Asked], Answer]], Callable[[Asked], Answer]]:
    """Register the function that fills an input, with the `table.variable` it reads."""

    def registered(function: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
        FILLINGS[name] = Filling(name, function, reads, absence)
        return function

    return registered


def origin(row: Row, variable: str, when: When | None = None) -> Origin:
    """The origin of one value, dated by what says when it was known."""
    moment = VALUES.get((row.table, variable))
    own = row.when(moment.date) if moment is not None and moment.required else None
    dated = when or own or row.since
    return Origin(
        row.table, row.key, row.number, variable, shown(row[variable]), str(dated) if dated else None
    )


def shown(value: Any) -> str:
    """A value of a registry as a person reads it."""
    match value:
        case None:
            return "not recorded"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value)
        case float():
            return f"{number(value)}"
        case _:
            return str(value)


def number(value: float | int) -> Decimal:
    """A recorded number, exactly as it was written."""
    found = Decimal(repr(value))
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found


def agreed(candidates: Iterable[tuple[Value, Origin]], how: str, clash: str) -> Answer | None:
    """The one value of several records when all agree, a clash when they do not; None without any."""
    found = list(candidates)
    if not found:
        return None
    origins = tuple(dict.fromkeys(one for _, one in found))
    values = {value for value, _ in found}
    return Found(found[0][0], origins, how) if len(values) == 1 else Clash(clash, origins)


def yes_no(value: bool) -> str:
    """The level of a yes/no input."""
    return "yes" if value else "no"


def plain(value: Value) -> Any:
    """A value as a case writes it, numbers still exact."""
    match value:
        case Span():
            limits = {
                "more_than" if value.low_open else "at_least": value.low,
                "less_than" if value.high_open else "at_most": value.high,
            }
            return {key: limit for key, limit in limits.items() if limit is not None}
        case OneOf():
            return {"one_of": sorted(value.levels)}
        case datetime.date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value
