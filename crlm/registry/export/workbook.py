"""Excel: one workbook with a sheet per table and a codebook before them."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from crlm.dictionary.records import Records, Registry
from crlm.dictionary.registry import Table
from crlm.dictionary.registry.words import bounds_in_words, codes_in_words, kind_in_words
from crlm.registry.export.columns import Column, beside, columns_of, text_of
from crlm.registry.export.files import filled_tables
from crlm.registry.export.limits import refuse_long_texts, refuse_many_rows
from crlm.registry.export.words import SYNTHETIC, origin
from crlm.registry.typed import SYNTHETIC_COLUMN

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header."""
LONGEST_TEXT = 32_767
"""Characters of a cell."""
FIRST_DAY = datetime.date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was: earlier days are written as text."""
LAST_DAY = datetime.date(9999, 12, 31)
ABOUT, CODEBOOK = "about", "codebook"

CODEBOOK_HEADER = (
    "table", "variable", "label", "type", "levels (code = label)", "limits", "definition", "source", "codes",
    "known values", "missing values",
)  # fmt: skip


def write_workbook(registry: Registry, path: Path) -> None:
    """One .xlsx: `about`, `codebook`, then a sheet per table under its own name.

    Numbers and dates known to the day are cells of their kind; everything else is text as in the CSV files. No text
    becomes a formula or a link.
    """
    import xlsxwriter

    tables = filled_tables(registry)
    for table in tables:
        refuse_many_rows(table, registry.tables[table.name], MOST_ROWS, "Excel")
        refuse_long_texts(table, registry.tables[table.name], LONGEST_TEXT, "Excel", unit="characters")
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        book.set_properties({"title": "SYNTHETIC DATA" if registry.source.synthetic else "Registry"})
        book.set_custom_property("snapshot", registry.snapshot or "none")
        about = book.add_worksheet(ABOUT)
        about.set_column(0, 0, 100)
        for row, line in enumerate(_about(registry)):
            about.write_string(row, 0, line, bold if line == SYNTHETIC else None)
        sheet = book.add_worksheet(CODEBOOK)
        _write_rows(sheet, CODEBOOK_HEADER, _codebook(registry, tables), bold)
        for table in tables:
            sheet = book.add_worksheet(table.name)
            _write_table(sheet, table, registry.tables[table.name], bold, date)


def _about(registry: Registry) -> list[str]:
    return [
        *([SYNTHETIC] if registry.source.synthetic else []),
        f"Exported from {origin(registry)}.",
        f"Data dictionary version {registry.dictionary_version}.",
        "Each table has a sheet; the sheet codebook describes its columns.",
        "unknown, not_done, not_applicable and refused mean that there is no value, and why.",
        "A column <date>__precision says whether a date is known to the day, month or year; the date is then the "
        "middle of the period.",
        "A column <variable>__reason says in words why a value is missing where no such code does.",
    ]


def _codebook(registry: Registry, tables: list[Table]) -> list[tuple[str | int, ...]]:
    rows: list[tuple[str | int, ...]] = []
    for table in tables:
        for column in columns_of(table, registry.tables[table.name]):
            variable, missing = column.variable, column.values.null_count()
            levels = "; ".join(
                f"{one.code} = {one.words}" if str(one.code) != one.words else one.words
                for one in variable.levels
            )
            rows.append(
                (
                    table.name, variable.name, variable.label, kind_in_words(variable), levels,
                    "; ".join(bounds_in_words(variable)), variable.definition or "", variable.source or "",
                    "; ".join(codes_in_words(variable)), column.values.len() - missing, missing,
                )
            )  # fmt: skip
    return rows


def _write_table(sheet: Any, table: Table, records: Records, bold: Any, date: Any) -> None:
    cells: list[tuple[str, list[Any]]] = []
    for column in columns_of(table, records):
        cells.append((column.name, _cells(column)))
        cells += [(extra.name, extra.to_list()) for extra in beside(column)]
    cells.append((SYNTHETIC_COLUMN, [int(records.source.synthetic)] * records.frame.height))
    sheet.freeze_panes(1, len(table.key))
    sheet.set_column(0, len(cells) - 1, 14)
    for position, (name, _) in enumerate(cells):
        sheet.write_string(0, position, name, bold)
    for row, values in enumerate(zip(*(values for _, values in cells), strict=True), start=1):
        for position, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, position, value)
            elif isinstance(value, datetime.date):
                sheet.write_datetime(row, position, value, date)
            elif value is not None:
                sheet.write_number(row, position, value)


def _cells(column: Column) -> list[Any]:
    """Numbers as numbers and whole days as dates, else text as in the CSV files; None where empty."""
    text = text_of(column)
    values = column.values
    if column.variable.type == "date":
        whole = values.is_between(FIRST_DAY, LAST_DAY)
        if column.precision is not None:
            whole = whole & (column.precision == "day").fill_null(True)
        values = values.set(~whole.fill_null(False), None)
    elif not column.variable.is_numeric:
        return text.to_list()
    else:
        values = values.set(~values.is_finite().fill_null(False), None)
    return [value if value is not None else words for value, words in zip(values, text, strict=True)]


def _write_rows(sheet: Any, header: tuple[str, ...], rows: list[tuple[str | int, ...]], bold: Any) -> None:
    for position, (words, width) in enumerate(
        zip(header, (18, 30, 34, 20, 50, 30, 60, 40, 40, 12, 12), strict=True)
    ):
        sheet.set_column(position, position, width)
        sheet.write_string(0, position, words, bold)
    sheet.freeze_panes(1, 2)
    for row, values in enumerate(rows, start=1):
        for position, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, position, value)
            else:
                sheet.write_number(row, position, value)
