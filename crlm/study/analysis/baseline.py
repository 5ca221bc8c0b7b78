"""Baseline tables: each variable summarised per column, compared across groups, its missing values counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from crlm.cohort.groups import Groups, level_indices
from crlm.dictionary.records import Records
from crlm.dictionary.variables import Variable
from crlm.statistics import group_tests, summaries
from crlm.statistics.results import TestResult
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.scope import groups_for, restricted
from crlm.study.protocol.model import Baseline, Comparison, Row, Summary
from crlm.study.units import Units, UnitWords

QUARTILES_IN_WORDS = {
    "r7": "quartiles by linear interpolation (R type 7)",
    "spss": "quartiles by weighted average (SPSS default, R type 6)",
}
EVERYONE = "all"
TWO_GROUP_TESTS = {"t": "t-pooled", "welch": "t-welch", "mann-whitney": "mann-whitney"}
"""Tests of exactly two groups, as the protocol names them and as their results do."""


@dataclass(frozen=True)
class Columns:
    """The columns of a table: their ids and labels, and which records stand in each (masks of shape (n,))."""

    described: tuple[document.BaselineColumn, ...]
    masks: dict[str, np.ndarray]
    groups: tuple[str, ...]

    @property
    def group_masks(self) -> list[np.ndarray]:
        """The masks of the groups, in order."""
        return [self.masks[group] for group in self.groups]


def baseline_table(units: Units, comparison: Comparison | None, table: Baseline) -> document.BaselineTable:
    """One declared table. Denominators are the records with a known value; missing ones are counted per column."""
    words = units.words(table.unit)
    records, left_out = restricted(units.of(table.unit), table.where)
    groups = groups_for(records, comparison, table.group) if table.by_group else None
    columns = _columns(records, groups, words, overall=table.overall or groups is None)
    return document.BaselineTable(
        id=table.id,
        title=table.title,
        unit=words.unit,
        columns=columns.described,
        blocks=tuple(
            document.BaselineBlock(
                title=block.title, rows=tuple(_row(records, columns, table, row) for row in block.rows)
            )
            for block in table.blocks
        ),
        quartiles=QUARTILES_IN_WORDS[table.quartiles],
        notes=(
            *_notes(table, groups, words),
            *(f"Left out, {label}: {n} {words.many}." for label, n in left_out),
        ),
    )


def _columns(records: Records, groups: Groups | None, words: UnitWords, *, overall: bool) -> Columns:
    n = records.frame.height
    described, masks = [], {}
    if overall:
        described.append(document.BaselineColumn(id=EVERYONE, label=f"All {words.many}", n=n))
        masks[EVERYONE] = np.ones(n, dtype=bool)
    if groups is not None:
        index = level_indices(records.frame, groups.variable)
        for position, level in enumerate(groups.levels):
            described.append(document.BaselineColumn(id=level.level, label=level.label, n=level.n))
            masks[level.level] = index == position
    return Columns(tuple(described), masks, tuple(level.level for level in groups.levels) if groups else ())


@dataclass(frozen=True)
class Described:
    """A variable's summaries and comparison, whatever its type."""

    summary: Summary
    test: document.Test | None
    smd: document.Number | None
    numbers: dict[str, document.NumberSummary]
    levels: tuple[document.BaselineLevel, ...]


def _row(records: Records, columns: Columns, table: Baseline, row: Row) -> document.BaselineRow:
    variable = records.variables[row.variable]
    missing = records.frame[variable.name].is_null().to_numpy()
    describe = _described_number if variable.is_numeric else _described_category
    described = describe(records.frame, variable, columns, table, row)
    return document.BaselineRow(
        variable=variable.name,
        label=row.label or variable.label_with_unit,
        summary=described.summary,
        numbers=described.numbers,
        levels=described.levels,
        missing={column: int((missing & mask).sum()) for column, mask in columns.masks.items()},
        missing_reasons=_missing_reasons(records, variable.name, missing),
        test=described.test,
        smd=described.smd,
    )


def _missing_reasons(records: Records, name: str, missing: np.ndarray) -> dict[str, int]:
    """Why values are missing: the recorded reasons, and for a derived variable that it could not be derived."""
    if not missing.any():
        return {}
    if name not in records.reasons.columns:
        return {"not derivable": int(missing.sum())}
    reasons = records.reasons[name].filter(pl.Series(missing)).fill_null("no reason recorded")
    return dict(sorted(Counter(reasons.to_list()).items()))


def _described_number(
    frame: pl.DataFrame, variable: Variable, columns: Columns, table: Baseline, row: Row
) -> Described:
    values = frame[variable.name].cast(pl.Float64).to_numpy()
    known = ~np.isnan(values)
    samples = [values[mask & known] for mask in columns.group_masks]
    return Described(
        summary=row.summary or table.number_summary,
        test=_compare_numbers(row.test or table.number_test, samples),
        smd=_smd(summaries.standardised_difference(samples)) if table.smd and len(samples) > 1 else None,
        numbers={
            column: number_summary(values[mask & known], table.quartiles)
            for column, mask in columns.masks.items()
        },
        levels=(),
    )


def number_summary(values: np.ndarray, quartiles: Literal["r7", "spss"]) -> document.NumberSummary:
    """Mean, standard deviation, quartiles and range of known values; what one or no value cannot give is null."""
    if values.size == 0:
        return document.NumberSummary(n=0, reason="no known value")
    q1, median, q3 = summaries.quantiles(values, (0.25, 0.5, 0.75), definition=quartiles)
    return document.NumberSummary(
        n=int(values.size),
        mean=float(values.mean()),
        sd=float(values.std(ddof=1)) if values.size > 1 else None,
        median=median,
        q1=q1,
        q3=q3,
        minimum=float(values.min()),
        maximum=float(values.max()),
        reason=None if values.size > 1 else "one value has no standard deviation",
    )


def _described_category(
    frame: pl.DataFrame, variable: Variable, columns: Columns, table: Baseline, row: Row
) -> Described:
    index = level_indices(frame, variable)
    known = index >= 0
    counts = {
        column: np.bincount(index[mask & known], minlength=len(variable.levels))
        for column, mask in columns.masks.items()
    }
    by_group = [counts[group] for group in columns.groups]
    return Described(
        summary="count",
        test=_compare_counts(row.test or table.category_test, by_group),
        smd=_smd(summaries.standardised_difference_of_counts(by_group))
        if table.smd and len(by_group) > 1
        else None,
        numbers={},
        levels=tuple(
            document.BaselineLevel(
                level=level.name,
                label=level.words,
                cells={
                    column: _count(int(count[place]), int(count.sum())) for column, count in counts.items()
                },
            )
            for place, level in enumerate(variable.levels)
        ),
    )


def _count(n: int, denominator: int) -> document.Count:
    return document.Count(
        n=n, denominator=denominator, percent=100 * n / denominator if denominator else None
    )


def _compare_numbers(wanted: str, samples: Sequence[np.ndarray]) -> document.Test | None:
    if wanted == "none" or not samples:
        return None
    if wanted in TWO_GROUP_TESTS and len(samples) != 2:
        reason = f"this test compares two groups and there are {len(samples)}"
        return wording.no_test(TWO_GROUP_TESTS[wanted], sum(map(len, samples)), reason)
    makers = {
        "t": lambda: group_tests.t_test(*samples, variances="pooled"),
        "welch": lambda: group_tests.t_test(*samples, variances="welch"),
        "mann-whitney": lambda: group_tests.mann_whitney(*samples),
        "anova": lambda: group_tests.anova(samples),
        "kruskal-wallis": lambda: group_tests.kruskal_wallis(samples),
    }
    return wording.test(makers[wanted]())


def _compare_counts(wanted: str, by_group: Sequence[np.ndarray]) -> document.Test | None:
    if wanted == "none" or not by_group:
        return None
    contingency = np.column_stack(by_group)
    result: TestResult = (
        group_tests.fisher(contingency) if wanted == "fisher" else group_tests.chi_square(contingency)
    )
    return wording.test(result)


def _smd(estimate: summaries.StandardisedDifference) -> document.Number:
    value = wording.finite(estimate.value)
    return document.Number(
        value=value, reason=None if value is not None else estimate.reason or "not defined"
    )


def _notes(table: Baseline, groups: Groups | None, words: UnitWords) -> tuple[str, ...]:
    notes = [
        f"Percentages are of {words.many} with a known value; missing values are counted and take no part in a test."
    ]
    if table.smd and groups is not None:
        pairs = " The largest over all pairs of groups is shown." if len(groups.levels) > 2 else ""
        notes.append(f"SMD: standardised mean difference.{pairs}")
    return tuple(notes)
