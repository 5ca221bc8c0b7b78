"""Stata: a .dta file per table, with variable labels, value labels, and extended missing values for the reasons."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from crlm.dictionary.records import Records, Registry
from crlm.dictionary.registry import Table
from crlm.dictionary.registry.short_names import short_name
from crlm.registry.cells import EMPTY
from crlm.registry.export.coded import as_numbers, is_numeric, level_labels
from crlm.registry.export.columns import CODES, Column, beside, columns_of, text_of
from crlm.registry.export.files import filled_tables
from crlm.registry.export.words import SYNTHETIC_LABEL, file_label
from crlm.registry.typed import SYNTHETIC_COLUMN

LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""Stata's extended missing values: .a unknown, .b not done, .c not applicable, .d refused, then any other reason."""
LONGEST_LABEL = 80
"""Characters of a variable's or file's label in Stata."""
NAMES = "names.json"
"""The file that says which variable each name of Stata is."""


@dataclass
class _File:
    series: list[pl.Series] = field(default_factory=list)
    labels: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, dict[Any, str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)


def write_stata(registry: Registry, folder: Path) -> None:
    """A file `<table>.dta` (Stata 14 and later) per table, and names.json with every variable's name in Stata.

    Numbers, categories, yes-no and dates hold an extended missing value, labelled with the reason, where they are
    missing for a reason other than an empty cell. Texts and several levels at once hold the reason's text code
    instead; other reasons stand in a column `<variable>__reason`. Names too long for Stata are cut.
    """
    import pyreadstat

    names: list[dict[str, str]] = []
    for table in filled_tables(registry):
        file = _file(table, registry.tables[table.name])
        short = [short_name(one.name) for one in file.series]
        names += [
            {"table": table.name, "name_in_stata": new, "name": one.name, "label": file.labels.get(new) or ""}
            for new, one in zip(short, file.series, strict=True)
        ]
        frame = pl.DataFrame([one.alias(new) for new, one in zip(short, file.series, strict=True)])
        pyreadstat.write_dta(
            frame,
            folder / f"{table.name}.dta",
            file_label=file_label(table, registry)[:LONGEST_LABEL],
            column_labels={key: (words or "")[:LONGEST_LABEL] for key, words in file.labels.items()},
            version=15,
            variable_value_labels=file.values,
            missing_user_values=file.missing,
        )
    (folder / NAMES).write_text(json.dumps(names, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _file(table: Table, records: Records) -> _File:
    file = _File()
    for column in columns_of(table, records):
        said: tuple[str, ...] = tuple(CODES)
        if is_numeric(column.variable) or column.variable.type == "date":
            said = _add_values(file, column)
        else:
            file.series.append(text_of(column).fill_null(""))
        file.labels[short_name(column.name)] = column.variable.label_with_unit
        for extra in beside(column, said):
            file.series.append(extra.fill_null(""))
    synthetic = pl.Series(SYNTHETIC_COLUMN, [int(records.source.synthetic)]).new_from_index(
        0, records.frame.height
    )
    file.series.append(synthetic)
    file.labels[SYNTHETIC_COLUMN] = SYNTHETIC_LABEL
    file.values[SYNTHETIC_COLUMN] = {0: "Real record", 1: "SYNTHETIC record"}
    return file


def _add_values(file: _File, column: Column) -> tuple[str, ...]:
    """The column with letters in place of its reasons; what these say."""
    name, variable = short_name(column.name), column.variable
    values = column.values if variable.type == "date" else as_numbers(column)
    labels: dict[Any, str] = {**level_labels(variable)} if variable.is_categorical else {}
    letters = _letters(column)
    if letters:
        said = column.reasons.replace_strict(letters, default=None, return_dtype=pl.String).to_list()
        numbers = values.cast(pl.Float64).to_list() if variable.is_numeric else values.to_list()
        cells = [value if value is not None else letter for value, letter in zip(numbers, said, strict=True)]
        values = pl.Series(column.name, cells, dtype=pl.Object)
        file.missing[name] = list(letters.values())
        labels |= {letter: reason for reason, letter in letters.items()}
    if labels:
        file.values[name] = labels
    file.series.append(values.alias(column.name))
    return tuple(letters)


def _letters(column: Column) -> dict[str, str]:
    """The letter of each reason; none where a column has no value at all, which Stata's writer takes for text."""
    if column.values.null_count() == column.values.len():
        return {}
    present = column.reasons.drop_nulls().unique().sort().to_list()
    others = [one for one in present if one not in CODES and one != EMPTY]
    return {one: letter for one, letter in zip([*CODES, *others], LETTERS, strict=False) if one in present}
