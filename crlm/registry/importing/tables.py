"""One table of a source becomes typed: values, why others are missing, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import polars as pl

from crlm.dictionary.records import ROW
from crlm.dictionary.registry import MISSING_CODES, RecordedVariable, Table
from crlm.dictionary.registry.frames import STORED_AS, precision_column
from crlm.dictionary.variables import MissingCode
from crlm.problems import DataError
from crlm.registry.cells import EMPTY, Cells, cell_frame, missing_reason
from crlm.registry.decimal_sign import decimal_sign
from crlm.registry.importing.beside import with_what_stands_beside
from crlm.registry.importing.cells_of import PLAIN_DAY, PRECISIONS, date_value, levels_in
from crlm.registry.importing.complaints import cell_issues, range_issues, unknown_header_words
from crlm.registry.importing.declared import Declared
from crlm.registry.importing.issues import Issue, of_problem
from crlm.registry.reading import RawColumn
from crlm.registry.typed import SYNTHETIC_COLUMN
from crlm.registry.values import typed_value

ABSENT = "not in the source"
"""The reason of a value whose column or table the source does not have."""

UNREADABLE = "not a value"
"""The reason of a cell that is neither a value nor a missing code, where the user accepts such errors."""

ALIKE = 0.85
"""A header so like an absent variable's name is taken for a slip, an error (the software's own threshold)."""


@dataclass(frozen=True)
class TypedTable:
    """A table's typed frame (ROW, its variables, precision columns), its reasons, and what was noticed."""

    frame: pl.DataFrame
    reasons: pl.DataFrame
    issues: tuple[Issue, ...]
    notes: tuple[str, ...] = ()
    synthetic: pl.Series | None = None
    """Boolean: which rows the source itself marks as synthetic; None without such a column."""


def typed_table(table: Table, declared: Declared) -> TypedTable:
    """The typed rows of a table as one source has them, in the source's order.

    Every variable of the table is in the frame; one that the source lacks is null, with the reason ABSENT. A cell that
    is not a value is an issue, and missing with the reason UNREADABLE.
    """
    declared = with_what_stands_beside(table, declared)
    raw = declared.raw
    found, issues = _columns(table, declared)
    variables = [variable for variable in table.variables if variable.name in found]
    if not variables:
        return replace(empty_table(table), issues=tuple(issues))
    try:
        decimal, note = decimal_sign(raw, [found[one.name] for one in variables if one.is_numeric])
    except DataError as error:
        issues += [of_problem(one, table.name) for one in error.problems]
        decimal, note = ".", None
    codes = [(*declared.missing.get(one.name, ()), *one.missing) for one in variables]
    numbers = [
        one.is_numeric or any(not isinstance(code.code, str) for code in given)
        for one, given in zip(variables, codes, strict=True)
    ]
    frame, cells = cell_frame([found[one.name] for one in variables], decimal, numbers)
    present, reasons = _reasons(frame, cells, variables, codes)
    values = _values(present, cells, variables, declared)
    kept: list[pl.Series] = []
    why: list[pl.Series] = []
    for position, variable in enumerate(variables):
        header = declared.header(variable.name)
        series, reason = values[variable.name], reasons[variable.name]
        wrong = series.is_null() & reason.is_null()
        if wrong.any():
            bad = pl.DataFrame([raw.rows.alias("row"), *_shown(present, cells[position])]).filter(wrong)
            issues += cell_issues(table.name, variable, header, cells[position], bad)
        noticed, impossible = range_issues(table.name, variable, header, series, raw.rows)
        issues += noticed
        if impossible is not None:
            series = series.set(impossible, None)
            wrong = wrong | impossible
        if wrong.any():
            reason = reason.set(wrong, UNREADABLE)
        kept.append(series)
        if reason.null_count() < reason.len():
            why.append(reason)
    precisions, slips = _precisions(values, variables, found, declared)
    typed = pl.DataFrame([raw.rows.cast(pl.Int64).alias(ROW), *kept])
    reasons = pl.DataFrame([typed[ROW], *why])
    typed, reasons = _complete(table, typed, reasons)
    return TypedTable(
        frame=typed.with_columns(precisions) if precisions else typed,
        reasons=reasons,
        issues=(*issues, *slips),
        notes=(note,) if note else (),
        synthetic=_marks(found),
    )


def _reasons(
    frame: pl.DataFrame,
    cells: Sequence[Cells],
    variables: Sequence[RecordedVariable],
    codes: Sequence[Sequence[MissingCode]],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cells without those that mean missing, and the reason of each missing one.

    Most columns hold no code at all, which is quickly seen; only in others is every cell compared with every code.
    """
    plain = [
        one.kind == "text" and not given and not _stated(one) for one, given in zip(cells, codes, strict=True)
    ]
    words = [str(one.code) for one in MISSING_CODES]
    hits = frame.select(
        (one.value.is_in(words).any() if simple else pl.lit(True)).alias(str(place))
        for place, (one, simple) in enumerate(zip(cells, plain, strict=True))
    ).row(0)
    found, masked = [], []
    for one, variable, given, hit in zip(cells, variables, codes, hits, strict=True):
        if hit:
            reason = missing_reason(one, [*given, *MISSING_CODES])
            masked += [
                pl.when(reason.is_null()).then(part).alias(part.meta.output_name())
                for part in (one.value, one.number)
            ]
        else:
            reason = pl.when(one.value.is_null()).then(pl.lit(EMPTY))
        found.append(reason.alias(variable.name))
    return frame.with_columns(masked), frame.select(found)


def _stated(cells: Cells) -> bool:
    """Whether the file itself says why values are missing."""
    return bool(cells.stated.meta.root_names())


def empty_table(table: Table) -> TypedTable:
    """The table without rows."""
    frame = pl.DataFrame(schema={ROW: pl.Int64, **{one.name: STORED_AS[one.type] for one in table.variables}})
    return TypedTable(frame, pl.DataFrame(schema={ROW: pl.Int64}), ())


def _complete(table: Table, typed: pl.DataFrame, reasons: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Absent variables added as nulls with their reason, all in the dictionary's order; one value each is stored."""
    absent = [one for one in table.variables if one.name not in typed.columns]
    typed = typed.with_columns(pl.lit(None, STORED_AS[one.type]).alias(one.name) for one in absent)
    if typed.height:
        reasons = reasons.with_columns(pl.lit(ABSENT).alias(one.name) for one in absent)
    order = [one.name for one in table.variables]
    return typed.select(ROW, *order), reasons.select(
        ROW, *[name for name in order if name in reasons.columns]
    )


def _columns(table: Table, declared: Declared) -> tuple[dict[str, RawColumn], list[Issue]]:
    """The source's columns by name, and issues on headers: repeated, or of no variable."""
    known = {
        *table.by_name,
        *(precision_column(one.name) for one in table.variables if one.type == "date"),
        SYNTHETIC_COLUMN,
    }
    found: dict[str, RawColumn] = {}
    issues: list[Issue] = []
    absent = {name: name for name in table.by_name if name not in declared.raw.headers}
    for column in declared.raw.columns:
        header = column.header
        if (
            not header
            and (column.values.is_null() | (column.values.cast(pl.String, strict=False) == "")).all()
        ):
            continue  # a column without a header and without a cell, as workbooks leave them
        if header in found:
            issues.append(
                Issue(
                    "header-repeated",
                    "error",
                    f'two columns have the header "{header}".',
                    table.name,
                    header=header,
                    allowed="one column per header.",
                    fix="rename or remove one.",
                    structural=True,
                )
            )
        elif header in known:
            found[header] = column
        else:
            issues.append(_unknown_header(table, column, absent))
    for name in table.key:
        if name not in found:
            issues.append(_no_key_column(table, name, declared))
    return found, issues


def _unknown_header(table: Table, column: RawColumn, absent: dict[str, str]) -> Issue:
    header = column.header
    like = any(SequenceMatcher(None, header.casefold(), name.casefold()).ratio() >= ALIKE for name in absent)
    return Issue(
        "column-unknown",
        "error" if like else "warning",
        f'"{header}" is no variable of {table.name}: the column is not read.{unknown_header_words(header, absent)}',
        table.name,
        header=header,
        count=1,
        allowed="the names of the dictionary, in any order.",
        fix="correct the header, or name the column in the mapping.",
        structural=like,
    )


def _no_key_column(table: Table, name: str, declared: Declared) -> Issue:
    return Issue(
        "key-column-missing",
        "error",
        f'there is no column "{name}", which tells the rows of {table.name} apart.',
        table.name,
        name,
        allowed=f"the key of {table.name}: {', '.join(table.key)}.",
        fix=unknown_header_words(name, {one: one for one in declared.raw.headers if one}).strip()
        or "add the column, or make it in the mapping from other columns: template = ...",
        structural=True,
    )


def _values(
    present: pl.DataFrame, cells: Sequence[Cells], variables: Sequence[RecordedVariable], declared: Declared
) -> pl.DataFrame:
    """The typed values; the distinct cells of categories are looked up one by one, once. Dates have a precision."""
    wanted: list[pl.Expr] = []
    for one, variable in zip(cells, variables, strict=True):
        name = variable.name
        if variable.type == "several":
            wanted.append(_several(present, one, variable).alias(name))
        elif variable.type == "date":
            value, precision = date_value(one, partial=not _days_only(present, one))
            wanted += [value.alias(name), precision.alias(precision_column(name))]
        elif variable.is_categorical:
            distinct = present.select(one.value.unique().drop_nulls()).to_series().to_list()
            wanted.append(typed_value(one, variable, distinct).alias(name))
        else:
            factor = declared.factors.get(name)
            value = typed_value(one, variable) if factor is None else _scaled(one, variable, factor)
            wanted.append(value.alias(name))
    return present.select(wanted)


def _days_only(present: pl.DataFrame, cells: Cells) -> bool:
    """Whether every cell of a text column is a date to the day: nearly always, and quickly seen."""
    if cells.kind != "text":
        return False
    return bool(present.select(cells.value.str.contains(PLAIN_DAY).all()).item())


def _scaled(cells: Cells, variable: RecordedVariable, factor: float) -> pl.Expr:
    """A number in another unit than the dictionary's; rounded to twelve figures, so that 1.1 cm is 11 mm."""
    number = (cells.number * factor).round_sig_figs(12)
    if variable.type == "number":
        return pl.when(number.is_finite()).then(number)
    return pl.when(number.is_finite() & (number == number.round())).then(number.cast(pl.Int64, strict=False))


def _several(present: pl.DataFrame, cells: Cells, variable: RecordedVariable) -> pl.Expr:
    distinct = present.select(cells.value.unique().drop_nulls()).to_series()
    lists = pl.Series("levels", [levels_in(cell, variable) for cell in distinct], dtype=pl.List(pl.String))
    if not distinct.len():
        return pl.lit(None, pl.List(pl.String))
    places = pl.Series(range(distinct.len()), dtype=pl.UInt32)
    if cells.kind == "other":
        order = pl.DataFrame({"cell": distinct, "place": places})
        column = present.select(cells.value.alias("cell"))
        place = column.join(order, on="cell", how="left", maintain_order="left")["place"]
    else:
        place = present.select(cells.value.replace_strict(distinct, places, default=None)).to_series()
    return pl.lit(lists.gather(place))


def _shown(present: pl.DataFrame, cells: Cells) -> list[pl.Series]:
    return present.select(cells.value.alias("value"), cells.number.alias("number")).get_columns()


def _precisions(
    values: pl.DataFrame,
    variables: Sequence[RecordedVariable],
    found: dict[str, RawColumn],
    declared: Declared,
) -> tuple[list[pl.Series], list[Issue]]:
    """The precision of each date column in which some date is partial, and issues with declared precisions."""
    kept: list[pl.Series] = []
    issues: list[Issue] = []
    for variable in variables:
        if variable.type != "date":
            continue
        name = precision_column(variable.name)
        precision = values[name]
        if name in found:
            stated = _stripped(found[name])
            wrong = (stated.is_not_null() & ~stated.is_in(PRECISIONS)).fill_null(False)
            if wrong.any():
                issues.append(
                    Issue(
                        "precision-unknown",
                        "error",
                        f'"{stated.filter(wrong)[0]}" is no precision of a date.',
                        declared.table,
                        variable.name,
                        declared.header(name),
                        declared.raw.rows.filter(wrong),
                        allowed="day, month or year.",
                        fix="correct the cell.",
                    )
                )
            coarser = stated.is_in(["month", "year"]).fill_null(False) & values[variable.name].is_not_null()
            precision = precision.zip_with(~coarser, stated.alias(precision.name))
        if precision.is_in(["month", "year"]).any():
            kept.append(precision.alias(name))
    return kept, issues


def _stripped(column: RawColumn) -> pl.Series:
    """A column's texts without blanks around them, null where there is nothing."""
    text = column.values.cast(pl.String, strict=False).str.strip_chars()
    return text.set(text == "", None)


def _marks(found: dict[str, RawColumn]) -> pl.Series | None:
    if SYNTHETIC_COLUMN not in found:
        return None
    text = found[SYNTHETIC_COLUMN].values.cast(pl.String, strict=False).str.strip_chars().str.to_lowercase()
    return text.is_in(["1", "1.0", "true", "yes"]).fill_null(False)
