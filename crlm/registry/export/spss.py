"""SPSS: a .sav file per table, with variable labels, value labels, and user-missing codes for the reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from crlm.dictionary.records import Records, Registry
from crlm.dictionary.registry import RecordedVariable, Table
from crlm.registry.cells import EMPTY
from crlm.registry.export.coded import as_numbers, is_numeric, level_labels
from crlm.registry.export.columns import CODES, Column, beside, columns_of, text_of
from crlm.registry.export.files import filled_tables
from crlm.registry.export.limits import refuse_long_texts
from crlm.registry.export.words import SYNTHETIC_LABEL, file_label, notes
from crlm.registry.typed import SYNTHETIC_COLUMN

LONGEST_TEXT = 32_767
"""Bytes that one value of SPSS can have."""
FIRST_BLOCK = -9_999.0
"""The lowest of ten codes that mean missing; ten times lower where a variable has values among them."""


@dataclass
class _File:
    series: list[pl.Series] = field(default_factory=list)
    labels: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, dict[int | float, str]] = field(default_factory=dict)
    missing: dict[str, list[Any]] = field(default_factory=dict)
    measure: dict[str, str] = field(default_factory=dict)


def write_spss(registry: Registry, folder: Path) -> None:
    """A file `<table>.sav` per table.

    Numbers, whole numbers, categories and yes-no are numeric; a value missing for a reason other than an empty cell
    is a user-missing code between -9999 and -9990, labelled with the reason. Texts and several levels at once hold
    the reason's text code instead, and other reasons, like those of dates, stand in a column `<variable>__reason`.
    """
    import pyreadstat

    for table in filled_tables(registry):
        records = registry.tables[table.name]
        refuse_long_texts(table, records, LONGEST_TEXT, "SPSS")
        file = _file(table, records)
        pyreadstat.write_sav(
            pl.DataFrame(file.series),
            folder / f"{table.name}.sav",
            file_label=file_label(table, registry)[:64],
            column_labels=file.labels,
            variable_value_labels=file.values,
            missing_ranges=file.missing,
            variable_measure=file.measure,
            note=notes(table, registry),
        )


def _file(table: Table, records: Records) -> _File:
    file = _File()
    for column in columns_of(table, records):
        variable = column.variable
        said: tuple[str, ...] = tuple(CODES)
        if is_numeric(variable):
            said = _add_numbers(file, column)
        elif variable.type == "date":
            said = ()
            file.series.append(column.values)
        else:
            file.series.append(text_of(column).fill_null(""))
        file.labels[column.name] = variable.label_with_unit
        file.measure[column.name] = _measure(variable)
        for extra in beside(column, said):
            file.series.append(extra.fill_null(""))
    synthetic = pl.Series(SYNTHETIC_COLUMN, [int(records.source.synthetic)]).new_from_index(
        0, records.frame.height
    )
    file.series.append(synthetic)
    file.labels[SYNTHETIC_COLUMN] = SYNTHETIC_LABEL
    file.values[SYNTHETIC_COLUMN] = {0: "Real record", 1: "SYNTHETIC record"}
    return file


def _add_numbers(file: _File, column: Column) -> tuple[str, ...]:
    """The column with user-missing codes in place of its reasons; what these say."""
    name, numbers = column.name, as_numbers(column)
    lowest, codes = _missing_codes(column, numbers)
    labels: dict[int | float, str] = {}
    if column.variable.is_categorical:
        labels |= level_labels(column.variable)
    if codes:
        coded = column.reasons.replace_strict(codes, default=None, return_dtype=pl.Float64)
        numbers = numbers.cast(pl.Float64).fill_null(coded)
        file.missing[name] = [{"lo": lowest, "hi": lowest + 9}]
        labels |= {code: reason for reason, code in codes.items()}
    if labels:
        file.values[name] = labels
    file.series.append(numbers)
    return tuple(codes)


def _missing_codes(column: Column, numbers: pl.Series) -> tuple[float, dict[str, float]]:
    """The lowest of ten codes that no value has, and the code of each reason: -9991 unknown, -9992 not done ..."""
    lowest = FIRST_BLOCK
    while bool(numbers.is_between(lowest, lowest + 9).any()):
        lowest = lowest * 10 - 9
    present = column.reasons.drop_nulls().unique().sort().to_list()
    others = [one for one in present if one not in CODES and one != EMPTY]
    ordered = [*CODES, *others][:9]
    return lowest, {one: lowest + 8 - place for place, one in enumerate(ordered) if one in present}


def _measure(variable: RecordedVariable) -> str:
    if variable.is_numeric:
        return "scale"
    return "ordinal" if variable.ordered else "nominal"
