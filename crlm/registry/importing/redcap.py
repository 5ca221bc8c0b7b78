"""REDCap exports: one CSV file with the rows of every instrument, told apart by redcap_repeat_instrument.

Instruments and fields are those of the data dictionary that `crlm.dictionary.registry.redcap` makes, and the record is
the patient. Exports whose instruments and fields are named otherwise are read with a mapping.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from crlm.dictionary.registry import MISSING_CODES, RecordedVariable, RegistryDictionary, Table
from crlm.dictionary.registry.redcap import RECORD, redcap_fields
from crlm.registry.importing.declared import Declared
from crlm.registry.importing.issues import Issue
from crlm.registry.reading import RawColumn, RawTable
from crlm.registry.typed import SYNTHETIC_COLUMN

INSTRUMENT = "redcap_repeat_instrument"
BOOKKEEPING = (INSTRUMENT, "redcap_repeat_instance", "redcap_event_name", "redcap_data_access_group",
               "redcap_survey_identifier")  # fmt: skip
COMPLETE = "_complete"
"""REDCap's own field of each instrument: whether its form was called complete."""

MISSING_NAMES = tuple(str(one.code) for one in MISSING_CODES)
"""Missing data codes: for a variable with several levels, each is a box of its own."""

NO_BOX = "no box ticked"
"""Boxes that are all empty may never have been looked at: the value is missing, not "none"."""


def box_name(field: str, level: str) -> str:
    """The column of one box of a field with several levels, as REDCap exports it."""
    return f"{field}___{level.lower()}"


def is_redcap(raw: RawTable) -> bool:
    """Whether a table is a REDCap export of repeating instruments."""
    return INSTRUMENT in raw.headers


def redcap_tables(raw: RawTable, dictionary: RegistryDictionary) -> tuple[list[Declared], list[Issue]]:
    """The rows of each instrument under the names of its table's variables."""
    columns = {column.header: column for column in raw.columns}
    record = raw.columns[0]
    instrument = _text(columns[INSTRUMENT]).fill_null("")
    issues = _unknown_instruments(raw, instrument, dictionary) + _unknown_fields(raw, record, dictionary)
    found = []
    for table in dictionary.tables:
        rows = instrument.is_in([table.name, ""]) if table.name == RECORD else instrument == table.name
        if not rows.any():
            continue
        declared, headers = _instrument(table, columns, record, redcap_fields(dictionary))
        kept = [_only(column, rows) for column in declared]
        part = RawTable(
            name=raw.name, format="redcap", sha256=raw.sha256, columns=tuple(kept), rows=raw.rows.filter(rows),
            header_row=raw.header_row, decimal=".", notes=raw.notes,
        )  # fmt: skip
        found.append(Declared(table.name, part, headers))
    return found, issues


def _instrument(
    table: Table, columns: dict[str, RawColumn], record: RawColumn, fields: Mapping[tuple[str, str], str]
) -> tuple[list[RawColumn], dict[str, str]]:
    kept, headers = [], {}
    for variable in table.variables:
        name = fields[table.name, variable.name]
        if variable.type == "several":
            boxes = {
                level: columns[box]
                for level in (*variable.level_names, *MISSING_NAMES)
                if (box := box_name(name, level)) in columns
            }
            if boxes:
                kept.append(_ticked(variable, boxes))
                headers[variable.name] = name
                continue
        if name in columns:
            kept.append(
                _yes_no(variable, columns[name])
                if variable.type == "yes_no"
                else _renamed(variable, columns[name])
            )
            headers[variable.name] = name
        elif variable.name == "patient_id":
            kept.append(_renamed(variable, record))
            headers[variable.name] = record.header
    if SYNTHETIC_COLUMN in columns:
        kept.append(columns[SYNTHETIC_COLUMN])
    return kept, headers


def _text(column: RawColumn) -> pl.Series:
    text = column.values.cast(pl.String, strict=False).str.strip_chars()
    return text.set(text == "", None)


def _renamed(variable: RecordedVariable, column: RawColumn) -> RawColumn:
    return RawColumn(
        variable.name, variable.name, column.values, column.numbers, column.reasons, column.labels
    )


def _yes_no(variable: RecordedVariable, column: RawColumn) -> RawColumn:
    """REDCap's yes-no fields hold 1 and 0."""
    text = _text(column).replace(["1", "0"], ["yes", "no"])
    return RawColumn(variable.name, variable.name, text)


def _ticked(variable: RecordedVariable, boxes: dict[str, RawColumn]) -> RawColumn:
    frame = pl.DataFrame([_text(column).alias(level) for level, column in boxes.items()])
    joined = frame.select(
        pl.concat_str(
            pl.when(pl.col(level).str.to_lowercase().is_in(["1", "checked"])).then(pl.lit(f"{level};"))
            .when(pl.col(level).str.to_lowercase().is_in(["0", "unchecked"]) | pl.col(level).is_null()).then(pl.lit(""))
            .otherwise(pl.lit(f"{level}: ") + pl.col(level) + ";")
            for level in frame.columns
        ).alias("boxes")
    ).to_series()  # fmt: skip
    joined = joined.replace({f"{name};": name for name in MISSING_NAMES})
    none = joined == ""
    reasons = pl.Series([NO_BOX], dtype=pl.String).new_from_index(0, frame.height).set(~none, None)
    return RawColumn(variable.name, variable.name, joined.set(none, None), None, reasons)


def _only(column: RawColumn, rows: pl.Series) -> RawColumn:
    numbers = None if column.numbers is None else column.numbers.filter(rows)
    reasons = None if column.reasons is None else column.reasons.filter(rows)
    return RawColumn(
        column.header, column.written, column.values.filter(rows), numbers, reasons, column.labels
    )


def _unknown_instruments(raw: RawTable, instrument: pl.Series, dictionary: RegistryDictionary) -> list[Issue]:
    issues = []
    for name in instrument.unique(maintain_order=True).to_list():
        if name and name not in dictionary.by_name:
            rows = raw.rows.filter(instrument == name)
            issues.append(
                Issue(
                    "redcap-instrument-unknown",
                    "error",
                    f'the instrument "{name}" is no table of the dictionary.',
                    header=INSTRUMENT,
                    rows=rows,
                    allowed="instruments named as the dictionary's tables.",
                    fix="read the export with a mapping: rows = { column = "
                    f'"{INSTRUMENT}", among = ["{name}"] }}.',
                    structural=True,
                    file=raw.name,
                )
            )
    return issues


def _unknown_fields(raw: RawTable, record: RawColumn, dictionary: RegistryDictionary) -> list[Issue]:
    known = {record.header, *BOOKKEEPING, SYNTHETIC_COLUMN}
    fields = redcap_fields(dictionary)
    for table in dictionary.tables:
        known.add(f"{table.name}{COMPLETE}")
        for variable in table.variables:
            field = fields[table.name, variable.name]
            known |= {field, *(box_name(field, level) for level in (*variable.level_names, *MISSING_NAMES))}
    left = [header for header in raw.headers if header and header not in known]
    if not left:
        return []
    listed = ", ".join(f'"{one}"' for one in left[:12]) + (" ..." if len(left) > 12 else "")
    return [
        Issue(
            "column-unknown",
            "warning",
            f"{len(left)} fields are no variables of the dictionary and were not read: {listed}.",
            count=len(left),
            fix="name them in a mapping, or leave them.",
            file=raw.name,
        )
    ]
