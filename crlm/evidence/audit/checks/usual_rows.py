"""Ratios held to what the rest of their table shows: how its intervals, or its p values, were made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crlm.evidence.audit.finding import NotRun
from crlm.evidence.audit.ratio import Ratio, cells

ENOUGH = 5
"""Rows of a table that have to be looked at before the table says how its numbers were made."""
MOSTLY = 0.8


@dataclass(frozen=True)
class Odd:
    """A row that does not agree, with its repetitions elsewhere, and how many of the rows of its table do agree."""

    same: tuple[Ratio, ...]
    agreeing: int
    rows: int

    @property
    def few(self) -> bool:
        """Whether too few other rows agree to say how the table was made."""
        return self.agreeing < ENOUGH


@dataclass(frozen=True)
class Held:
    """How many rows were tested, those that do not agree, and the tables that were made in another way."""

    tested: int
    odd: tuple[Odd, ...]
    not_run: tuple[NotRun, ...]


def held_to_their_table(
    rows: Iterable[Ratio], agrees: Callable[[Ratio], bool], otherwise: Callable[[int, int], str]
) -> Held:
    """Every row of every table and model; a table most of whose rows do not agree is left out.

    `otherwise` says why, given how many of how many rows do not agree.
    """
    tables: dict[tuple[str, str], list[Ratio]] = defaultdict(list)
    for one in rows:
        tables[one.row.locator, one.row.model].append(one)
    tested = 0
    odd: list[Ratio] = []
    agreeing: dict[str, tuple[int, int]] = {}
    not_run: list[NotRun] = []
    for (locator, model), members in tables.items():
        wrong = [one for one in members if not agrees(one)]
        right = len(members) - len(wrong)
        if len(members) >= ENOUGH and right < MOSTLY * len(members):
            subject = f"{locator}, {model.replace('_', ' ')}"
            not_run.append(NotRun(subject, otherwise(len(wrong), len(members))))
            continue
        tested += len(members)
        agreeing.update({one.row.row_id: (right, len(members)) for one in wrong})
        odd += wrong
    found = tuple(Odd(same, *agreeing[same[0].row.row_id]) for same in cells(odd))
    return Held(tested, found, tuple(not_run))
