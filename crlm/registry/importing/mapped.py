"""A source's table under a mapping: its columns renamed, recoded and built, still cells and not yet values."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from crlm.dictionary.registry import RecordedVariable, Table
from crlm.dictionary.variables import Code
from crlm.dictionary.wording import counted
from crlm.problems import did_you_mean
from crlm.registry.cells import EMPTY, cell_frame, missing_reason, number_in
from crlm.registry.importing.declared import Declared
from crlm.registry.importing.issues import Issue
from crlm.registry.importing.mapping import ColumnSource, Reading, TableSource, conversion
from crlm.registry.importing.mapping_file import needed_headers
from crlm.registry.reading import RawColumn, RawTable
from crlm.registry.values import as_text

NONE = "none"
"""The name of a level that says that there is none of the others."""
YES = ("1", "yes", "true", "x", "y", "checked", "ja", "j")
NO = ("0", "no", "false", "", "n", "unchecked", "nee")


def mapped_table(
    raw: RawTable, source: TableSource, table: Table, reading: Reading
) -> tuple[Declared | None, list[Issue]]:
    """The table's rows as the mapping finds them in a source, and issues; None where a column is not there."""
    chosen, issues = _chosen(raw, source, table.name)
    if chosen is None:
        return None, issues
    raw = chosen
    if source.columns is None:
        missing = dict.fromkeys(table.by_name, reading.missing) if reading.missing else {}
        return Declared(table.name, raw, missing=missing), issues
    absent = [
        _absent(raw, header, table.name, name)
        for name, headers in needed_headers(source).items()
        for header in headers
        if _find(raw, header) is None
    ]
    if absent:
        return None, [*issues, *absent]
    columns, headers, missing, factors, constants = [], {}, {}, {}, []
    for name, column in source.columns.items():
        variable = table.by_name[name]
        columns.append(_column(raw, column, variable, reading))
        if column.column is not None:
            headers[name] = column.column
        else:
            constants.append(name)
        missing[name] = () if column.values is not None else (*column.missing, *reading.missing)
        if column.unit is not None or column.multiply is not None:
            factor = column.multiply or conversion(column.unit or "", variable.unit or "")
            if factor is not None and factor != 1.0:
                factors[name] = factor
    named = RawTable(
        name=raw.name,
        format=raw.format,
        sha256=raw.sha256,
        columns=tuple(columns),
        rows=raw.rows,
        header_row=raw.header_row,
        blank_rows=raw.blank_rows,
        sheet=raw.sheet,
        decimal=raw.decimal,
        notes=raw.notes,
    )
    return Declared(table.name, named, headers, missing, factors, tuple(constants)), issues


def _find(raw: RawTable, header: str) -> RawColumn | None:
    exact = next((one for one in raw.columns if one.written == header), None)
    return exact or next((one for one in raw.columns if one.header == header.strip()), None)


def _column_of(raw: RawTable, header: str) -> RawColumn:
    """The column of a header that is known to be there."""
    found = _find(raw, header)
    if found is None:
        raise KeyError(header)
    return found


def _cells_as_text(raw: RawTable, column: RawColumn) -> pl.Series:
    """The cells of a column as text, numbers in their shortest form; null where empty."""
    frame, (cells,) = cell_frame([column], raw.decimal or ".")
    return frame.select(as_text(cells).alias(column.header)).to_series()


def _chosen(raw: RawTable, source: TableSource, table: str) -> tuple[RawTable | None, list[Issue]]:
    """The rows that the mapping chooses; how many others there are is said."""
    if not source.choices:
        return raw, []
    columns = [(_find(raw, one.column), one) for one in source.choices]
    absent = [_absent(raw, one.column, table, None) for column, one in columns if column is None]
    if absent:
        return None, absent
    wanted = pl.Series([True], dtype=pl.Boolean).new_from_index(0, raw.height)
    for column, one in columns:
        if column is not None:
            text = _cells_as_text(raw, column)
            wanted = wanted & (text.is_not_null() if one.among is None else _is_one_of(text, one.among))
    left_out = int((~wanted).sum())
    if not left_out:
        return raw, []
    names = " and ".join(f'"{one.column}"' for one in source.choices)
    sentence = f"{counted(left_out, 'row')} of {raw.height} left out: the mapping takes rows by {names}."
    issue = Issue("rows-left-out", "info", sentence, table, count=left_out, file=raw.name, sheet=raw.sheet)
    return _only(raw, wanted), [issue]


def _only(raw: RawTable, wanted: pl.Series) -> RawTable:
    def kept(series: pl.Series | None) -> pl.Series | None:
        return None if series is None else series.filter(wanted)

    columns = tuple(
        RawColumn(
            one.header,
            one.written,
            one.values.filter(wanted),
            kept(one.numbers),
            kept(one.reasons),
            one.labels,
        )
        for one in raw.columns
    )
    return RawTable(
        raw.name, raw.format, raw.sha256, columns, raw.rows.filter(wanted), raw.header_row, raw.blank_rows,
        raw.sheet, raw.decimal, raw.notes,
    )  # fmt: skip


def _is_one_of(text: pl.Series, codes: Iterable[Code]) -> pl.Series:
    known = {_plain(code) for code in codes}
    numbers = {number for one in known if (number := number_in(one, ".")) is not None}
    same = text.is_in(list(known)) | text.cast(pl.Float64, strict=False).is_in(list(numbers))
    return same.fill_null(False)


def _plain(code: Code) -> str:
    """A code as text: 1 for 1.0, true for true."""
    if isinstance(code, bool):
        return str(code).lower()
    return f"{code:.15g}" if isinstance(code, float) else str(code).strip()


def _column(raw: RawTable, source: ColumnSource, variable: RecordedVariable, reading: Reading) -> RawColumn:
    if source.constant is not None:
        cells = pl.Series(variable.name, [_plain(source.constant)], dtype=pl.String)
        return _named(variable, cells.new_from_index(0, raw.height))
    if source.template is not None:
        return _named(variable, _filled_in(raw, source.template))
    if source.ticked is not None:
        return _ticked(raw, source.ticked, variable)
    column = _find(raw, source.column or "")
    assert column is not None
    if source.values is not None:
        return _recoded(raw, column, source, variable, reading)
    if variable.type == "date":
        if source.days_after is not None:
            days = _cells_as_text(raw, column).cast(pl.Float64, strict=False)
            whole = days.is_finite() & (days == days.round())
            since = pl.Series([source.days_after], dtype=pl.Date)
            frame = pl.DataFrame({"days": days.set(~whole.fill_null(False), None)})
            dates = frame.select(pl.lit(since) + pl.duration(days=pl.col("days").cast(pl.Int64))).to_series()
            return _dates(raw, column, variable, dates.cast(pl.Date).dt.to_string("%Y-%m-%d"))
        formats = (
            source.date_formats or ColumnSource(column="x", date_format=reading.date_format).date_formats
        )
        if formats and column.values.dtype == pl.String:
            return _dates(raw, column, variable, _iso(_cells_as_text(raw, column), formats))
    return RawColumn(
        variable.name, variable.name, column.values, column.numbers, column.reasons, column.labels
    )


def _named(variable: RecordedVariable, cells: pl.Series, reasons: pl.Series | None = None) -> RawColumn:
    return RawColumn(variable.name, variable.name, cells.alias(variable.name), None, reasons)


def _dates(raw: RawTable, column: RawColumn, variable: RecordedVariable, iso: pl.Series) -> RawColumn:
    """ISO text where a cell was understood; all other cells as they stand, to be judged like any."""
    text = _cells_as_text(raw, column)
    return _named(variable, iso.zip_with(iso.is_not_null(), text), column.reasons)


def _iso(text: pl.Series, formats: Iterable[str]) -> pl.Series:
    """Dates in these formats as ISO text, months as 2019-05, years as 2019; null where no format fits."""
    found = pl.Series(text.name, [None], dtype=pl.String).new_from_index(0, text.len())
    for form in formats:
        day, month = re.search(r"%[dejFx]", form), re.search(r"%[mbBhFx]", form)
        if day:
            read = text.str.to_date(form, strict=False).dt.to_string("%Y-%m-%d")
        elif month:
            read = ("1 " + text).str.to_date(f"%d {form}", strict=False).dt.to_string("%Y-%m")
        else:
            read = ("1 1 " + text).str.to_date(f"%d %m {form}", strict=False).dt.to_string("%Y")
        found = found.zip_with(found.is_not_null(), read)
    return found


def _filled_in(raw: RawTable, template: str) -> pl.Series:
    """The template with the cells of each row; null where one is empty."""
    from string import Formatter

    parts: list[pl.Series | str] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            parts.append(literal)
        if name is not None:
            column = _find(raw, name)
            assert column is not None
            parts.append(_cells_as_text(raw, column))
    whole = pl.Series("made", [""], dtype=pl.String).new_from_index(0, raw.height)
    for part in parts:
        whole = whole + part
    return whole


def _ticked(raw: RawTable, ticked: dict[str, str], variable: RecordedVariable) -> RawColumn:
    """The levels whose column says yes, joined; words that are neither yes nor no stay, to be complained of.

    No box ticked is "none of them" only where some box says no and every level has a box: what has none is unknown.
    """
    parts: list[pl.Series] = []
    filled = pl.Series([False], dtype=pl.Boolean).new_from_index(0, raw.height)
    for level, header in ticked.items():
        text = _cells_as_text(raw, _column_of(raw, header))
        filled = filled | text.is_not_null()
        folded = text.fill_null("").str.to_lowercase()
        words = (
            pl.when(pl.col("folded").is_in(YES))
            .then(pl.lit(f"{level};"))
            .when(pl.col("folded").is_in(NO))
            .then(pl.lit(""))
            .otherwise(pl.lit(f"{header}: ") + pl.col("text") + ";")
        )
        parts.append(pl.DataFrame({"folded": folded, "text": text}).select(words.alias(level)).to_series())
    whole = pl.DataFrame(parts).select(pl.concat_str(pl.all()).alias(variable.name)).to_series()
    none = whole == ""
    others = [level for level in variable.level_names if level not in ticked and level != NONE]
    reasons = None
    if others:
        why = f"none of {', '.join(ticked)}; {', '.join(others)} not recorded"
        whole = whole.set(none, None)
        reasons = pl.Series([why], dtype=pl.String).new_from_index(0, raw.height).set(~(none & filled), None)
    else:
        whole = whole.set(none, NONE if NONE in variable.level_names else ";").set(~filled, None)
    return _named(variable, whole, reasons)


def _recoded(
    raw: RawTable, column: RawColumn, source: ColumnSource, variable: RecordedVariable, reading: Reading
) -> RawColumn:
    """Cells that are one of the codes become what it means; numbers are compared as numbers.

    Missing codes are looked for before, so that a code may mean missing and another become the same text.
    """
    values = source.values or {}
    frame, (cells,) = cell_frame([column], raw.decimal or ".")
    codes = (*source.missing, *reading.missing)
    why = frame.select(missing_reason(cells, codes).alias(variable.name)).to_series()
    why = why.set((why == EMPTY).fill_null(False), None)
    text = frame.select(as_text(cells).alias(variable.name)).to_series()
    by_number = {
        number: value
        for code, value in values.items()
        if (number := number_in(code.strip(), ".")) is not None
    }
    meanings: dict[str, str] = {}
    for cell in text.unique().drop_nulls().to_list():
        number = number_in(cell, raw.decimal or ".")
        if cell in values:
            meanings[cell] = _plain(values[cell])
        elif number is not None and number in by_number:
            meanings[cell] = _plain(by_number[number])
    recoded = text.replace(list(meanings), list(meanings.values())) if meanings else text
    if "" in values:
        recoded = recoded.fill_null(_plain(values[""]))
    return _named(variable, recoded.set(why.is_not_null(), None), why)


def _absent(raw: RawTable, header: str, table: str, variable: str | None) -> Issue:
    return Issue(
        "column-not-found",
        "error",
        f'there is no column "{header}".',
        table,
        variable,
        header,
        allowed="a header exactly as the mapping says.",
        fix=did_you_mean(header, [one for one in raw.headers if one]),
        structural=True,
        file=raw.name,
        sheet=raw.sheet,
    )


def used_headers(source: TableSource) -> set[str]:
    """The headers of a source that a table of the mapping reads."""
    used = {header.strip() for headers in needed_headers(source).values() for header in headers}
    return used | {one.column.strip() for one in source.choices}


def unread_columns(raw: RawTable, used: set[str]) -> list[Issue]:
    """An issue that names the columns of a file or sheet that no table of the mapping reads."""
    left = [header for header in raw.headers if header and header not in used]
    if not left:
        return []
    listed = ", ".join(f'"{one}"' for one in left[:20]) + (" ..." if len(left) > 20 else "")
    verb = "is" if len(left) == 1 else "are"
    sentence = f"{counted(len(left), 'column')} {verb} not in the mapping and not read: {listed}."
    return [Issue("columns-not-mapped", "info", sentence, count=len(left), file=raw.name, sheet=raw.sheet)]
