"""Patient identifiers: present, unique, and of one form. They are checked and then left behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from crlm.dictionary.records import Finding
from crlm.dictionary.variables import MissingCode
from crlm.dictionary.wording import counted
from crlm.problems import Place, Problem
from crlm.registry.cells import cell_frame, missing_reason
from crlm.registry.reading import RawColumn, RawTable
from crlm.registry.values import as_text
from crlm.registry.wording import listed_rows

MOST_LISTED = 20
USUAL_FORM_SHARE = 0.9
"""A form that fewer identifiers than this share is not called usual (the software's own threshold)."""


@dataclass(frozen=True)
class Identifiers:
    """`values`: String, null where a record has none; `rows`: the record's row; `header`: of their column."""

    header: str
    values: pl.Series
    rows: pl.Series


def identifiers_of(raw: RawTable, column: RawColumn, codes: Sequence[MissingCode]) -> Identifiers:
    """The identifiers of a table as text, 12 for 12.0; empty cells, missing codes and Excel's errors are none."""
    frame, (cells,) = cell_frame([column], ".")
    text = as_text(cells)
    usable = missing_reason(cells, codes).is_null()
    values = frame.select(pl.when(usable).then(text).alias("identifier")).to_series()
    return Identifiers(column.header, values, raw.rows)


def identifier_problems(raw: RawTable, identifiers: Identifiers) -> list[Problem]:
    """Records without an identifier, and identifiers of several records, with their rows."""
    values, problems = identifiers.values, []
    absent = values.is_null()
    if absent.any():
        rows = identifiers.rows.filter(absent)
        problems.append(
            Problem(
                code="identifier-missing",
                given=f"{counted(rows.len(), 'record')} without an identifier ({listed_rows(rows)}).",
                allowed="an identifier for every record.",
                fix="complete or remove these rows.",
                place=_place(raw, identifiers, rows),
            )
        )
    twice = values.is_duplicated() & ~absent
    if not twice.any():
        return problems
    rows_of = _rows_by_value(values.filter(twice), identifiers.rows.filter(twice))
    for identifier, rows in rows_of[:MOST_LISTED]:
        problems.append(
            Problem(
                code="identifier-repeated",
                given=f'"{identifier}" stands in {rows.len()} records ({listed_rows(rows)}).',
                allowed="one record per patient.",
                fix="keep one record of each patient; lesions or episodes belong in a table of their own.",
                place=_place(raw, identifiers, rows),
            )
        )
    if len(rows_of) > MOST_LISTED:
        given = f"{counted(len(rows_of) - MOST_LISTED, 'more identifier')} in several records."
        problems.append(
            Problem(
                "cells-more", given, place=Place(file=raw.name, sheet=raw.sheet, column=identifiers.header)
            )
        )
    return problems


def identifier_findings(identifiers: Identifiers) -> list[Finding]:
    """Identifiers that may be the same patient written in two ways, and ones of another form than the others."""
    values = pl.col("identifier")
    folded = (
        values.str.to_lowercase().str.replace_all(r"[\s_.\-/]", "").str.replace_all(r"(^|\D)0+(\d)", "$1$2")
    )
    form = values.str.replace_all(r"\d+", "9").str.replace_all(r"\p{L}+", "A")
    looks = pl.DataFrame({"identifier": identifiers.values, "row": identifiers.rows}).with_columns(
        folded.is_duplicated().alias("alike"), form.alias("form")
    )
    findings = []
    alike = looks.filter("alike")["row"]
    if alike.len():
        sentence = (
            f"{alike.len()} identifiers differ from another only in case, blanks, hyphens or leading zeros: "
            "the same patient twice?"
        )
        findings.append(_finding("identifiers-alike", sentence, identifiers, alike))
    usual, count = looks["form"].value_counts(sort=True).row(0)
    if USUAL_FORM_SHARE * looks.height <= count < looks.height:
        others = looks.filter(pl.col("form") != usual)["row"]
        example = looks.filter(pl.col("form") == usual)["identifier"][0]
        sentence = (
            f"{counted(others.len(), 'identifier')} of another form than the others, which look like "
            f'"{example}".'
        )
        findings.append(_finding("identifier-form", sentence, identifiers, others))
    return findings


def _finding(rule: str, sentence: str, identifiers: Identifiers, rows: pl.Series) -> Finding:
    return Finding(rule, "warning", sentence, identifiers.header, rows.len(), tuple(rows.head(10)))


def _rows_by_value(values: pl.Series, rows: pl.Series) -> list[tuple[str, pl.Series]]:
    grouped = pl.DataFrame({"value": values, "row": rows}).group_by("value", maintain_order=True).agg("row")
    return list(zip(grouped["value"].to_list(), grouped["row"], strict=True))


def _place(raw: RawTable, identifiers: Identifiers, rows: pl.Series) -> Place:
    return Place(file=raw.name, sheet=raw.sheet, row=int(rows[0]), column=identifiers.header)
