"""What deserves a second look in any table: nothing is changed, the report says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from crlm.dictionary.records import ROW, Finding
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import number

MISSING_SHARE = 0.10
"""A column with this share missing, or more, is named (the software's own threshold)."""

LOOK_LIKE_MISSING = (-9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0)
"""Numbers that people write for "not known"."""

COLUMNS_FOR_DUPLICATES = 8
"""With fewer columns than this, two patients can well be alike in all of them."""

MOST_ROWS = 10
"""So many rows are named with a finding."""


def general_findings(
    frame: pl.DataFrame, variables: Mapping[str, Variable], reasons: pl.DataFrame
) -> tuple[Finding, ...]:
    """Findings that need no rule of the protocol's, on typed records (see `Records` for the frames).

    Columns without any value, constant ones, ones with much missing, ones missing together in the same records;
    numbers that look like an undeclared missing code; records alike in every column.
    """
    findings: list[Finding] = []
    for name, variable in variables.items():
        values = frame[name]
        header = variable.header or variable.name
        findings += _missing(values, variable, header, frame[ROW], reasons)
        findings += _constant(values, variable, header)
        if variable.is_numeric:
            findings += _look_like_missing(values, variable, header, frame[ROW])
    return (*findings, *_missing_together(variables, reasons), *_alike(frame, variables))


def _missing(
    values: pl.Series, variable: Variable, header: str, rows: pl.Series, reasons: pl.DataFrame
) -> list[Finding]:
    missing, height = values.null_count(), values.len()
    if missing < MISSING_SHARE * height or not missing:
        return []
    counted = reasons[variable.name].drop_nulls().value_counts(sort=True).rows()
    why = ", ".join(f"{reason} {count}" for reason, count in counted)
    where = tuple(rows.filter(values.is_null()).head(MOST_ROWS))
    if missing == height:
        sentence = f'"{variable.label}" has no known value at all ({why}).'
        return [Finding("column-without-values", "warning", sentence, header, missing, where)]
    share = f"{missing} of {height} records, {100 * missing / height:.1f} %"
    sentence = f'"{variable.label}" is missing in {share} ({why}).'
    return [Finding("much-missing", "info", sentence, header, missing, where)]


def _constant(values: pl.Series, variable: Variable, header: str) -> list[Finding]:
    known = values.len() - values.null_count()
    only: Any = values.min()
    if known < 2 or only != values.max():
        return []
    shown = (
        ("yes" if only else "no")
        if isinstance(only, bool)
        else number(only)
        if isinstance(only, float)
        else only
    )
    sentence = f'"{variable.label}" is {shown} in all {known} records where it is known.'
    return [Finding("column-constant", "warning", sentence, header, known)]


def _look_like_missing(values: pl.Series, variable: Variable, header: str, rows: pl.Series) -> list[Finding]:
    """A code is suspected when it lies far from all other values: below 0 alone, or a whole range away."""
    if values.min() not in LOOK_LIKE_MISSING and values.max() not in LOOK_LIKE_MISSING:
        return []
    suspected = values.cast(pl.Float64).is_in(LOOK_LIKE_MISSING).fill_null(False)
    others = values.filter(~suspected).drop_nulls()
    if others.n_unique() < 2:
        return []
    lowest, highest = float(others.min()), float(others.max())  # type: ignore[arg-type]
    span = highest - lowest
    findings = []
    for code in values.filter(suspected).unique().sort().to_list():
        far = code < lowest - span or code > highest + span or code < 0 <= lowest
        if not far:
            continue
        where = rows.filter((values == code).fill_null(False))
        sentence = (
            f'{code:g} looks like a missing code of "{variable.label}", whose other values are {lowest:g} to '
            f"{highest:g}: if it is, declare it with its reason."
        )
        findings.append(
            Finding(
                "looks-like-missing", "warning", sentence, header, where.len(), tuple(where.head(MOST_ROWS))
            )
        )
    return findings


def _missing_together(variables: Mapping[str, Variable], reasons: pl.DataFrame) -> list[Finding]:
    """Columns that are missing in exactly the same records, two records or more."""
    groups: list[tuple[pl.Series, list[str]]] = []
    for name in reasons.columns:
        if name == ROW:
            continue
        missing = reasons[name].is_not_null()
        names = next((names for known, names in groups if known.equals(missing)), None)
        if names is None:
            groups.append((missing, [name]))
        else:
            names.append(name)
    findings = []
    for missing, names in groups:
        where = reasons[ROW].filter(missing)
        if len(names) < 2 or where.len() < 2:
            continue
        headers = [f'"{variables[name].header or name}"' for name in names]
        listed = f"{', '.join(headers[:-1])} and {headers[-1]}"
        sentence = f"{listed} are missing in the same {where.len()} records."
        findings.append(
            Finding("missing-together", "info", sentence, None, where.len(), tuple(where.head(MOST_ROWS)))
        )
    return findings


def _alike(frame: pl.DataFrame, variables: Mapping[str, Variable]) -> list[Finding]:
    if len(variables) < COLUMNS_FOR_DUPLICATES:
        return []
    alike = frame.select(list(variables)).is_duplicated()
    if not alike.any():
        return []
    where = frame[ROW].filter(alike)
    sentence = (
        f"{where.len()} records are the same as another in all {len(variables)} columns of the protocol, under "
        "another identifier: the same patient twice?"
    )
    return [Finding("records-alike", "warning", sentence, None, where.len(), tuple(where.head(MOST_ROWS)))]
