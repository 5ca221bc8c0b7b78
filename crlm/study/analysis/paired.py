"""Tables of what was measured twice: both values side by side, the pairs compared."""

from __future__ import annotations

import numpy as np

from crlm.cohort.groups import level_indices
from crlm.dictionary.records import Records
from crlm.dictionary.variables import Variable
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.baseline import QUARTILES_IN_WORDS, number_summary
from crlm.study.analysis.scope import restricted
from crlm.study.protocol.model import Paired, PairedRow
from crlm.study.protocol.phrases import paired_test
from crlm.study.units import Units


def paired_table(units: Units, table: Paired) -> document.PairedTable:
    """One declared table. Each value is summarised over all records that have it, the test is made on the pairs."""
    words = units.words(table.unit)
    records, left_out = restricted(units.of(table.unit), table.where)
    return document.PairedTable(
        id=table.id,
        title=table.title,
        unit=words.unit,
        n=records.frame.height,
        before=table.before,
        after=table.after,
        rows=tuple(_row(records, table, row) for row in table.rows),
        quartiles=QUARTILES_IN_WORDS[table.quartiles],
        excluded=tuple(document.Removed(label=label, n=n) for label, n in left_out),
        notes=(
            f"Each value is summarised over the {words.many} who have it; tests are made on those with both."
            if words.unit == "patient"
            else f"Each value is summarised over the {words.many} that have it; tests are made on those with both.",
        ),
    )


def _row(records: Records, table: Paired, row: PairedRow) -> document.PairedRow:
    variable = records.variables[row.before or row.after or ""]
    before, after = (_values(records, name, table) for name in (row.before, row.after))
    pairs, test = _compared(records, row)
    return document.PairedRow(
        label=row.label or variable.label_with_unit,
        summary=(row.summary or table.number_summary) if variable.is_numeric else "count",
        levels=tuple(document.PairedLevel(level=one.name, label=one.words) for one in variable.levels),
        before=before,
        after=after,
        pairs=pairs,
        test=test,
    )


def _values(records: Records, name: str | None, table: Paired) -> document.PairedValues | None:
    if name is None:
        return None
    variable = records.variables[name]
    values = _numbers(records, variable)
    known = ~np.isnan(values)
    missing = int((~known).sum())
    if variable.is_numeric:
        summary = number_summary(values[known], table.quartiles)
        return document.PairedValues(variable=name, number=summary, missing=missing)
    counts = np.bincount(values[known].astype(np.int64), minlength=len(variable.levels))
    total = int(counts.sum())
    levels = tuple(
        document.Count(n=int(n), denominator=total, percent=100 * int(n) / total if total else None)
        for n in counts
    )
    return document.PairedValues(variable=name, levels=levels, missing=missing)


def _numbers(records: Records, variable: Variable) -> np.ndarray:
    """A variable as numbers, of a category the places of its levels; NaN where it is unknown. Shape (n,)."""
    if variable.is_numeric:
        found: np.ndarray = records.frame[variable.name].cast(float).to_numpy()
        return found
    places = level_indices(records.frame, variable).astype(np.float64)
    return np.where(places < 0, np.nan, places)


def _compared(records: Records, row: PairedRow) -> tuple[int | None, document.Test | None]:
    """How many pairs there are, and their comparison."""
    if row.before is None or row.after is None:
        return None, None
    first, second = (_numbers(records, records.variables[name]) for name in (row.before, row.after))
    both = ~np.isnan(first) & ~np.isnan(second)
    test = paired_test(row, records.variables)
    pairs = int(both.sum())
    if test is None:
        return pairs, None
    from crlm.statistics.paired_tests import mcnemar, wilcoxon_signed_rank

    if test == "wilcoxon":
        return pairs, wording.test(wilcoxon_signed_rank(first[both], second[both]))
    table = np.zeros((2, 2))
    np.add.at(table, (first[both].astype(np.int64), second[both].astype(np.int64)), 1)
    return pairs, wording.test(mcnemar(table, method="asymptotic", correction=row.correction))
