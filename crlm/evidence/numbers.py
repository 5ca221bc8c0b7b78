"""What a row of each table is: the numbers that papers printed (`library/<paper>/*.csv`), each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """What every row has: its id, its paper's id, where it stands, and how whoever entered it judged it.

    `status` is "ok", or one word for what seemed wrong with the printed number when it was entered; empty where nobody
    judged. The audit does not read it.
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


@dataclass(frozen=True, slots=True)
class PublishedStatement(PublishedRow):
    """A number that a paper or a deck quotes of itself or of another series, outside its own tables.

    `series` and `year` name whom the number is about; `value_op` holds a printed sign such as ">".
    """

    series: str
    year: str
    design: str
    n_printed: str
    n: int | None
    context: str
    arm: str
    outcome: str
    timepoint: str
    value_printed: str
    value_op: str
    value: float | None
    range_low: float | None
    range_high: float | None
    numerator: int | None
    denominator: int | None
    unit: str
    p_printed: str
    p_op: str
    p: float | None
    rule_ids: str
    note: str


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
    statements: tuple[PublishedStatement, ...]
    two_by_two: tuple[TwoByTwo, ...]

    def rows(self) -> Iterator[PublishedRow]:
        """Every printed row of the paper's own numbers, table by table; statements about series are apart."""
        for part in (self.counts, self.summaries, self.tests, self.effects, self.survival, self.flow):
            yield from part

    def every_row(self) -> Iterator[PublishedRow]:
        """Every printed row, statements included."""
        yield from self.rows()
        yield from self.statements


ROWS: dict[str, type[Any]] = {
    "counts": PublishedCount,
    "summaries": PublishedSummary,
    "tests": PublishedTest,
    "effects": PublishedEffect,
    "survival": PublishedSurvival,
    "flow": PublishedFlow,
    "statements": PublishedStatement,
    "two_by_two": TwoByTwo,
}
"""The tables and what a row of each is."""
