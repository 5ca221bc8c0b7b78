"""What formats of statistical packages share: stored values, labels, and rows that are a matter of order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from crlm.problems import DataError
from crlm.registry.reading.table import RawColumn, RawTable, no_records, no_rows, refuse


def stored_table(
    columns: Sequence[RawColumn], name: str, form: str, sha256: str, notes: Sequence[str] = ()
) -> RawTable:
    """A table of typed columns; row 2 is the first record, as in an export with the headers in row 1."""
    if not columns:
        raise no_rows(name)
    height = columns[0].values.len()
    if not height:
        raise no_records(name, 1)
    rows = pl.Series("row", range(2, height + 2), dtype=pl.Int64)
    filled = pl.Series([False] * height, dtype=pl.Boolean)
    for column in columns:
        present = column.values.is_not_null()
        if column.values.dtype == pl.String:
            present = present & (column.values.str.strip_chars() != "").fill_null(False)
        filled = filled | present
        if column.reasons is not None:
            filled = filled | column.reasons.is_not_null()
        if filled.all():
            break
    blank_rows = int((~filled).sum())
    if blank_rows == height:
        raise no_records(name, 1)
    if blank_rows:
        columns = [_kept(column, filled) for column in columns]
        rows = rows.filter(filled)
    return RawTable(name, form, sha256, tuple(columns), rows, blank_rows=blank_rows, notes=tuple(notes))


def labelled_reason(value: float | str, labels: Mapping[float | str, str], otherwise: str) -> str:
    """The label of a missing code, or words with the code when it has none."""
    label = labels.get(value, "").strip()
    if label:
        return label
    code = value if isinstance(value, str) else f"{value:.15g}"
    return f"{otherwise}{'' if otherwise.endswith('.') else ' '}{code}"


def damaged(name: str, package: str, error: Exception) -> DataError:
    """The error for a file that its own format's reader cannot read to the end."""
    return refuse(
        "file-damaged",
        f"this is not a complete {package} file ({str(error).rstrip('.')}).",
        file=name,
        allowed=f"a complete {package} file.",
        fix="copy the file again, or export it anew.",
    )


def _kept(column: RawColumn, filled: pl.Series) -> RawColumn:
    reasons = None if column.reasons is None else column.reasons.filter(filled)
    return RawColumn(
        column.header, column.written, column.values.filter(filled), None, reasons, column.labels
    )
