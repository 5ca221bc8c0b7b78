"""Folders with a file per table: text as import reads it."""

from __future__ import annotations

from pathlib import Path

from crlm.dictionary.records import Registry
from crlm.dictionary.registry import Table, registry_dictionary
from crlm.registry.export.columns import text_table


def filled_tables(registry: Registry) -> list[Table]:
    """The tables with rows, in the dictionary's order: those without have no file."""
    return [table for table in registry_dictionary().tables if registry.tables[table.name].frame.height]


def write_csv(registry: Registry, folder: Path) -> None:
    """A file `<table>.csv` per table: UTF-8, commas, decimal points, quotes where a cell needs them."""
    for table in filled_tables(registry):
        text_table(table, registry.tables[table.name]).write_csv(folder / f"{table.name}.csv")
