"""The numbers that four papers printed, read from the tables in `published/` (their columns: its README)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

FOLDER = Path(__file__).with_name("published")


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """What every row has: its id, the protocol's id of the study, where it stands, and how far it can be trusted.

    `status` is "ok", or says in one word what is wrong with the printed number (an error, a contradiction, a misprint).
    """

    row_id: str
    study: str
    locator: str
    status: str


@dataclass(frozen=True, slots=True)
class PublishedCount(PublishedRow):
    """A count with its percentage; `n_best` and `pct_best` are corrected where the printed ones are wrong."""

    section: str
    variable: str
    level: str
    group: str
    unit: str
    as_printed: str
    n_printed: str
    percent_as_printed: str
    n: int | None
    pct: float | None
    denominator: int | None
    denominator_basis: str
    is_missing_row: bool
    n_best: int | None
    pct_best: float | None


@dataclass(frozen=True, slots=True)
class PublishedSummary(PublishedRow):
    """A mean (SD) or a median (quartiles, range) of a number."""

    section: str
    variable: str
    unit: str
    group: str
    n_available: int | None
    statistic: str
    centre: float | None
    sd: float | None
    q1: float | None
    q3: float | None
    range_low: float | None
    range_high: float | None
    as_printed: str


@dataclass(frozen=True, slots=True)
class PublishedTest(PublishedRow):
    """The p value of a comparison of groups; `test_basis` says whether the paper names the test."""

    section: str
    variable: str
    groups_compared: str
    unit: str
    test: str
    test_basis: str
    p_printed: str
    p_op: str
    p: float | None


@dataclass(frozen=True, slots=True)
class PublishedEffect(PublishedRow):
    """A hazard or odds ratio, a reference row, the overall p of a factor, or a row of missing values."""

    population: str
    endpoint: str
    unit_of_analysis: str
    model: str
    subgroup_variable: str
    subgroup_level: str
    term: str
    term_type: str
    level: str
    reference: str
    measure: str
    est_printed: str
    ci_printed: str
    p_printed: str
    est: float | None
    ci_low: float | None
    ci_high: float | None
    p_op: str
    p: float | None
    p_kind: str
    n: int | None
    est_best: float | None
    ci_low_best: float | None
    ci_high_best: float | None
    p_best: float | None


@dataclass(frozen=True, slots=True)
class PublishedSurvival(PublishedRow):
    """A survival probability, a median, a follow-up or the p of a log-rank test."""

    endpoint: str
    population: str
    group: str
    statistic: str
    time_months: float | None
    value_printed: str
    value: float | None
    unit: str
    ci_low: float | None
    ci_high: float | None
    interval_kind: str
    test: str
    p_printed: str
    p: float | None


@dataclass(frozen=True, slots=True)
class PublishedFlow(PublishedRow):
    """A box of a flow chart."""

    step: str
    node: str
    description: str
    n_printed: str
    n: int | None
    pct_printed: str
    pct: float | None
    denominator: int | None


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """Events in a level and in its reference that reproduce a printed odds ratio: derived, not printed."""

    row_id: str
    study: str
    locator: str
    endpoint: str
    events_total: int
    term: str
    level: str
    reference: str
    n_level: int
    events_level: int
    n_ref: int
    events_ref: int
    or_printed: str
    ci_printed: str
    p_printed: str
    orientation: str


@dataclass(frozen=True)
class Published:
    """Everything that one paper printed."""

    study: str
    counts: tuple[PublishedCount, ...]
    summaries: tuple[PublishedSummary, ...]
    tests: tuple[PublishedTest, ...]
    effects: tuple[PublishedEffect, ...]
    survival: tuple[PublishedSurvival, ...]
    flow: tuple[PublishedFlow, ...]
    two_by_two: tuple[TwoByTwo, ...]

    def rows(self) -> Iterator[PublishedRow]:
        """Every printed row, table by table."""
        for part in (self.counts, self.summaries, self.tests, self.effects, self.survival, self.flow):
            yield from part


ROWS: dict[str, type[Any]] = {
    "counts": PublishedCount,
    "summaries": PublishedSummary,
    "tests": PublishedTest,
    "effects": PublishedEffect,
    "survival": PublishedSurvival,
    "flow": PublishedFlow,
    "two_by_two": TwoByTwo,
}
"""The tables and what a row of each is."""

Row = TypeVar("Row")


@cache
def published_numbers(study: str) -> Published:
    """The numbers of a study by its protocol's id; a KeyError when there are none."""
    if study not in published_studies():
        raise KeyError(study)
    parts: dict[str, Any] = {name: tuple(one for one in _table(name) if one.study == study) for name in ROWS}
    return Published(study=study, **parts)


@cache
def published_studies() -> tuple[str, ...]:
    """The ids of the studies whose printed numbers are known."""
    return tuple(sorted({one.study for one in _table("effects")}))


@cache
def _table(name: str) -> tuple[Any, ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_row(ROWS[name], row) for row in csv.DictReader(file))


def _row(kind: type[Row], cells: dict[str, str]) -> Row:
    """A row with its cells typed; in a number an empty cell, and the paper's mark of what it leaves out, is None."""
    return kind(**{one.name: _typed(cells[one.name], str(one.type)) for one in fields(kind)})  # type: ignore[arg-type]


def _typed(cell: str, wanted: str) -> object:
    if wanted == "str":
        return cell
    if wanted == "bool":
        return cell == "1"
    if cell in ("", "*"):
        return None
    return int(float(cell)) if wanted.startswith("int") else float(cell)
