"""What a format cannot hold at all is refused before anything is written: nothing is cut and nothing left out."""

from __future__ import annotations

import polars as pl

from crlm.dictionary.records import ROW, Records, Registry
from crlm.dictionary.registry import Table, registry_dictionary
from crlm.problems import DataError, Place, Problem

NOTHING = "\0"


def refuse_null_characters(registry: Registry) -> None:
    """A DataError for the first text with a NUL character: text files, SPSS, Stata and workbooks end there."""
    for table in registry_dictionary().tables:
        records = registry.tables[table.name]
        for variable in table.variables:
            if variable.type == "text":
                wrong = records.frame[variable.name].str.contains(NOTHING, literal=True).fill_null(False)
                if wrong.any():
                    words = ("there is a NUL character in it.", "text without it.", "correct the record.")
                    raise _refused("export-null-character", table, records, variable.name, wrong, *words)


def refuse_long_texts(
    table: Table, records: Records, most: int, software: str, *, unit: str = "bytes"
) -> None:
    """A DataError for the first text that is longer than a format's cells can be."""
    for variable in table.variables:
        if variable.type != "text":
            continue
        texts = records.frame[variable.name]
        lengths = texts.str.len_bytes() if unit == "bytes" else texts.str.len_chars()
        wrong = (lengths > most).fill_null(False)
        if wrong.any():
            raise _refused(
                "export-text-too-long", table, records, variable.name, wrong,
                f"the text has {lengths.filter(wrong)[0]} {unit}.",
                f"up to {most} {unit} in a cell of {software}.",
                "export to csv, which has no such limit, or shorten the text.",
            )  # fmt: skip


def refuse_many_rows(table: Table, records: Records, most: int, software: str) -> None:
    """A DataError when a table has more rows than a format's tables can have."""
    if records.frame.height > most:
        raise DataError(
            Problem(
                "export-too-large",
                f"{table.name} has {records.frame.height} rows.",
                f"up to {most} rows in {software}.",
                "export to csv, sav or dta, which have no such limit.",
                Place(file=table.name),
            )
        )


def _refused(
    code: str,
    table: Table,
    records: Records,
    column: str,
    wrong: pl.Series,
    given: str,
    allowed: str,
    fix: str,
) -> DataError:
    row = int(records.frame[ROW].filter(wrong)[0])
    return DataError(Problem(code, given, allowed, fix, Place(file=table.name, row=row, column=column)))
