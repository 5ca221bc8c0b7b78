"""From a file's table to typed records, or to every reason why not."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from crlm.dictionary.records import ROW, DataSource, Records
from crlm.dictionary.variables import MissingCode, Variable
from crlm.problems import DataError, Place, Problem
from crlm.registry.cells import Cells, cell_frame, missing_reason
from crlm.registry.columns import find_columns
from crlm.registry.complaints import cell_problems
from crlm.registry.decimal_sign import decimal_sign
from crlm.registry.general_findings import general_findings
from crlm.registry.identifiers import identifier_findings, identifier_problems, identifiers_of
from crlm.registry.ranges import implausible_values, meaning_problems, range_problems
from crlm.registry.reading import RawTable
from crlm.registry.values import typed_value

SYNTHETIC_COLUMN = "synthetic"
"""A column of this name with nothing but 1 (or true) marks a table as synthetic."""


def typed_records(
    raw: RawTable,
    variables: Sequence[Variable],
    identifier: str,
    missing_codes: Sequence[MissingCode] = (),
    synthetic: bool = False,
) -> Records:
    """The records of a table, with each declared variable typed and each missing value given its reason.

    Columns are found by header (see `find_columns`), cells are read as `typed_value` says. A cell is missing when it
    holds a code declared for its column or for the table (reason as declared), is user-missing in the file itself
    (its label), or is empty ("empty"). All other cells must be values: a cell that is not, a value outside `range`,
    a missing or repeated identifier are errors, and one DataError carries all of them, at most 20 per column and the
    count of the rest. Values outside `plausible` are findings, and so is what `general_findings` looks for. Blank
    rows are counted in `unusable`.

    The source is marked synthetic when `synthetic` says so or when a column "synthetic" holds 1 in every row; a table
    in which it holds 1 in some rows only is refused.
    """
    found = find_columns(raw, variables, identifier)
    columns = [found.by_variable[variable.name] for variable in variables]
    decimal, decimal_note = decimal_sign(
        raw, [column for variable, column in zip(variables, columns, strict=True) if variable.is_numeric]
    )
    marked, problems = _marked_synthetic(raw, variables)
    identifiers = identifiers_of(raw, found.identifier, missing_codes)
    problems += identifier_problems(raw, identifiers)

    frame, cells = cell_frame(columns, decimal)
    codes = [[*variable.missing, *missing_codes] for variable in variables]
    reasons = frame.select(
        missing_reason(one, known).alias(variable.name)
        for one, known, variable in zip(cells, codes, variables, strict=True)
    )
    present = frame.with_columns(
        pl.when(reasons[variable.name].is_null()).then(part).alias(part.meta.output_name())
        for one, variable in zip(cells, variables, strict=True)
        for part in (one.value, one.number)
    )
    values = _typed(present, cells, variables)
    findings = list(found.findings)
    for position, variable in enumerate(variables):
        where = (raw, columns[position], variable)
        problems += meaning_problems(*where, codes[position])
        unexplained = values[variable.name].null_count() + reasons[variable.name].null_count() - raw.height
        if unexplained:  # a value is null wherever a reason is given; here are more nulls than reasons
            wrong = values[variable.name].is_null() & reasons[variable.name].is_null()
            shown = present.select(cells[position].value, cells[position].number)
            problems += cell_problems(*where, cells[position], shown, wrong)
        problems += range_problems(*where, values[variable.name])
        findings += implausible_values(*where, values[variable.name])
    if problems:
        raise DataError(problems)
    row = raw.rows.cast(pl.Int64).alias(ROW)
    records = pl.DataFrame([row, *values.get_columns()])
    with_missing = [name for name in reasons.columns if reasons[name].null_count() < raw.height]
    kept_reasons = pl.DataFrame([row, *(reasons[name] for name in with_missing)])
    by_name = {variable.name: variable for variable in variables}
    general = general_findings(records, by_name, kept_reasons)
    return Records(
        frame=records,
        variables=by_name,
        reasons=kept_reasons,
        source=_source(raw, synthetic or marked, decimal_note),
        findings=(*findings, *identifier_findings(identifiers), *general),
        unusable=(("blank row", raw.blank_rows),) if raw.blank_rows else (),
    )


def _typed(present: pl.DataFrame, cells: Sequence[Cells], variables: Sequence[Variable]) -> pl.DataFrame:
    """The typed values of all columns; the distinct cells of categories are looked up one by one, once."""
    categorical = [position for position, variable in enumerate(variables) if variable.is_categorical]
    distinct: dict[int, list[object]] = {}
    if categorical:
        lists = present.select(
            cells[position].value.unique().drop_nulls().implode() for position in categorical
        )
        distinct = dict(zip(categorical, (series[0].to_list() for series in lists), strict=True))
    return present.select(
        typed_value(one, variable, distinct.get(position, ())).alias(variable.name)
        for position, (one, variable) in enumerate(zip(cells, variables, strict=True))
    )


def _source(raw: RawTable, synthetic: bool, decimal_note: str | None) -> DataSource:
    return DataSource(
        name=raw.name,
        format=raw.format,
        sha256=raw.sha256,
        rows=raw.height,
        columns=len(raw.columns),
        synthetic=synthetic,
        sheet=raw.sheet,
        notes=(*raw.notes, decimal_note) if decimal_note else raw.notes,
    )


def _marked_synthetic(raw: RawTable, variables: Sequence[Variable]) -> tuple[bool, list[Problem]]:
    """Whether the table calls itself synthetic; real and synthetic records in one table are a problem."""
    if any((variable.header or variable.name) == SYNTHETIC_COLUMN for variable in variables):
        return False, []
    column = next((one for one in raw.columns if one.header == SYNTHETIC_COLUMN), None)
    if column is None:
        return False, []
    frame, (cells,) = cell_frame([column], ".")
    is_true = frame.select(_is_true(cells).fill_null(False)).to_series()
    if is_true.all() or not is_true.any():
        return bool(is_true.all()), []
    return False, [
        Problem(
            code="synthetic-and-real",
            given=f'the column "{SYNTHETIC_COLUMN}" marks {is_true.sum()} of {raw.height} records as synthetic.',
            allowed="synthetic records only, or none.",
            fix="take the two apart.",
            place=Place(raw.name, None, raw.sheet, int(raw.rows.filter(~is_true)[0]), column.header),
        )
    ]


def _is_true(cells: Cells) -> pl.Expr:
    if cells.kind == "boolean":
        return cells.value
    if cells.kind == "text":
        return (cells.number == 1) | (cells.value.str.to_lowercase() == "true")
    return cells.number == 1
