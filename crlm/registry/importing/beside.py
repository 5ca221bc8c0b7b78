"""What a file says beside its cells: labels of its codes, reasons in columns of their own, names cut to fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from crlm.dictionary.registry import MISSING_CODES, RecordedVariable, Table
from crlm.dictionary.registry.frames import reason_column
from crlm.dictionary.registry.short_names import shortened
from crlm.registry.cells import cell_frame
from crlm.registry.importing.declared import Declared
from crlm.registry.reading import RawColumn
from crlm.registry.values import as_text, level_of

STATA = "dta"


def with_what_stands_beside(table: Table, declared: Declared) -> Declared:
    """The same source with short names of Stata made long, labelled codes read, and reasons at their columns.

    A column `<variable>__reason` says why a cell is empty; where the cell holds something, it says nothing.
    """
    columns = list(declared.raw.columns)
    if declared.raw.format == STATA:
        long = shortened(table)
        columns = [_renamed(one, long) for one in columns]
    of_reasons = {reason_column(name): name for name in table.by_name}
    stated = {of_reasons[one.header]: one for one in columns if one.header in of_reasons}
    kept = [one for one in columns if one.header not in of_reasons]
    kept = [_by_label(one, table.by_name[one.header]) if one.header in table.by_name else one for one in kept]
    kept = [_with_reasons(one, stated[one.header]) if one.header in stated else one for one in kept]
    return replace(declared, raw=replace(declared.raw, columns=tuple(kept)))


def _renamed(column: RawColumn, long: Mapping[str, str]) -> RawColumn:
    return replace(column, header=long.get(column.header, column.header))


def _by_label(column: RawColumn, variable: RecordedVariable) -> RawColumn:
    """Codes whose label in the file is a level's name or label, or a missing code, become what they are labelled."""
    meant: dict[float, str] = {}
    for code, label in column.labels.items():
        if isinstance(code, str):
            continue
        words = label.strip()
        level = level_of(words, variable)
        missing = next((str(one.code) for one in MISSING_CODES if words in (one.code, one.reason)), None)
        if level is not None or missing is not None:
            meant[float(code)] = str(variable.level(level).code) if level is not None else str(missing)
    if not meant or not variable.is_categorical or not column.values.dtype.is_numeric():
        return column
    frame, (cells,) = cell_frame([column], ".")
    read = frame.select(
        cells.number.replace_strict(meant, default=None, return_dtype=pl.String).alias("meant"),
        as_text(cells).alias("text"),
    )
    return replace(
        column, values=read["meant"].fill_null(read["text"]).alias(column.values.name), numbers=None
    )


def _with_reasons(column: RawColumn, stated: RawColumn) -> RawColumn:
    words = stated.values.cast(pl.String, strict=False).str.strip_chars()
    empty = column.values.is_null()
    if column.values.dtype == pl.String:
        empty = empty | (column.values.str.strip_chars() == "").fill_null(False)
    said = words.set(~empty | (words == "").fill_null(False), None)
    given = said if column.reasons is None else column.reasons.fill_null(said)
    return replace(column, reasons=given if given.null_count() < given.len() else None)
