"""REDCap: one CSV file of a project with repeating instruments, and the data dictionary that the project needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from crlm.dictionary.records import Registry
from crlm.dictionary.registry import Table, registry_dictionary
from crlm.dictionary.registry.redcap import NOT_OF_A_PATIENT, RECORD, redcap_fields, to_redcap
from crlm.registry.export.columns import CODES, Column, columns_of, text_of
from crlm.registry.export.files import filled_tables
from crlm.registry.importing.redcap import INSTRUMENT
from crlm.registry.typed import SYNTHETIC_COLUMN

DATA, DICTIONARY = "data.csv", "data_dictionary.csv"
INSTANCE = "redcap_repeat_instance"
OF_NO_PATIENT = "registry"
"""The record that holds centres, schedules, and rows that name no patient; underscores are added where it is taken."""


def write_redcap(registry: Registry, folder: Path) -> None:
    """data.csv and data_dictionary.csv.

    The record is the patient, whose own form does not repeat; every other table is a repeating instrument. Choices
    are the names of levels, several levels are boxes, and a missing value is one of the missing data codes `unknown`,
    `not_done`, `not_applicable` and `refused`, which the project has to have.
    """
    dictionary = registry_dictionary()
    fields = redcap_fields(dictionary)
    record_field = dictionary.table(RECORD).key[0]
    patients = patient_of_rows(registry)
    parts = []
    for table in sorted(
        filled_tables(registry), key=lambda one: (one.name != RECORD, one.name in NOT_OF_A_PATIENT)
    ):
        records = registry.tables[table.name]
        columns = [
            cell
            for column in columns_of(table, records)
            if (table.name, column.name) != (RECORD, record_field)
            for cell in _cells(column, fields[table.name, column.name])
        ]
        part = pl.DataFrame(
            [
                patients[table.name].alias(record_field),
                *([] if table.name == RECORD else _repeats(table, patients[table.name])),
                *columns,
            ]
        )
        parts.append(part.sort(record_field, maintain_order=True))
    whole = pl.concat(parts, how="diagonal")
    if INSTRUMENT not in whole.columns:
        whole = whole.with_columns(
            pl.lit(None, pl.String).alias(INSTRUMENT), pl.lit(None, pl.String).alias(INSTANCE)
        )
    if registry.source.synthetic:
        whole = whole.with_columns(pl.lit("1").alias(SYNTHETIC_COLUMN))
    first = [record_field, INSTRUMENT, INSTANCE]
    whole.select(*first, pl.exclude(*first)).write_csv(folder / DATA)
    (folder / DICTIONARY).write_text(to_redcap(dictionary), encoding="utf-8")


def _repeats(table: Table, patients: pl.Series) -> list[pl.Series]:
    """The instrument, and the number of each of its rows within its record."""
    numbers = pl.DataFrame([patients.alias("record")]).select(
        pl.int_range(1, pl.len() + 1).over("record").cast(pl.String).alias(INSTANCE)
    )
    return [
        pl.Series(INSTRUMENT, [table.name], dtype=pl.String).new_from_index(0, patients.len()),
        numbers[INSTANCE],
    ]


def _cells(column: Column, field: str) -> list[pl.Series]:
    variable = column.variable
    if variable.type == "several":
        return _boxes(column, field)
    said = column.reasons.replace_strict(CODES, default=None, return_dtype=pl.String)
    if variable.type == "category":
        text = column.values.cast(pl.String).fill_null(said)
    elif variable.type == "yes_no":
        text = column.values.cast(pl.Int8).cast(pl.String).fill_null(said)
    else:
        text = text_of(column)
    return [text.alias(field)]


def _boxes(column: Column, field: str) -> list[pl.Series]:
    """A column per level: 1 ticked, 0 not; nothing in any where the value is missing, and a box for each reason."""
    boxes = []
    for level in column.variable.level_names:
        ticked = column.values.list.contains(level).cast(pl.Int8).cast(pl.String)
        boxes.append(ticked.alias(f"{field}___{level.lower()}"))
    for reason, code in CODES.items():
        given = (column.reasons == reason).fill_null(False)
        if given.any():
            boxes.append(given.cast(pl.Int8).cast(pl.String).alias(f"{field}___{code}"))
    return boxes


def patient_of_rows(registry: Registry) -> Mapping[str, pl.Series]:
    """The patient to whom each row of each table belongs, found through its links; OF_NO_PATIENT for the others."""
    dictionary = registry_dictionary()
    frames = {name: records.frame for name, records in registry.tables.items()}
    key = dictionary.table(RECORD).key[0]
    nobody, taken = OF_NO_PATIENT, set(frames[RECORD][key].to_list())
    while nobody in taken:
        nobody += "_"
    found: dict[str, pl.Series] = {}

    def of(table: Table) -> pl.Series:
        if table.name in found:
            return found[table.name]
        frame = frames[table.name]
        patient = pl.Series(key, [None], dtype=pl.String).new_from_index(0, frame.height)
        if key in table.by_name:
            patient = frame[key]
        else:
            for link in table.links:
                parent = dictionary.table(link.table)
                if parent.name in NOT_OF_A_PATIENT:
                    continue
                known = pl.DataFrame({"key": frames[parent.name][parent.key[0]], "patient": of(parent)})
                rows = frame.select(pl.col(link.column).alias("key"))
                patient = patient.fill_null(
                    rows.join(known, on="key", how="left", maintain_order="left")["patient"]
                )
        found[table.name] = patient.alias(key)
        return found[table.name]

    return {table.name: of(table).fill_null(nobody) for table in dictionary.tables}
