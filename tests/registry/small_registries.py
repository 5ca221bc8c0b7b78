"""Tiny registries for export: any value that the dictionary allows, missing for any reason, made by hypothesis.

Records are typed, as a snapshot holds them: patients, primary tumours, episodes, metastases, scans with measured
lesions, laboratory values, procedures with treated lesions and therapies, all linked.
"""

from __future__ import annotations

import datetime
from typing import Any

import polars as pl
from hypothesis import strategies as st

from crlm.dictionary.records import ROW, DataSource, Records, Registry
from crlm.dictionary.registry import RecordedVariable, Table, registry_dictionary
from crlm.dictionary.registry.frames import STORED_AS, precision_column

REASONS = (
    "empty",
    "unknown",
    "not done",
    "not applicable",
    "refused",
    "not in the source",
    "not a value",
    "9: niet bekend",
)
SIMPLE = REASONS[:5]
TABLES = (
    "centre", "patient", "primary_tumour", "crlm_episode", "metastasis", "imaging", "lesion_imaging", "lab",
    "local_treatment", "treated_lesion", "complication", "systemic_therapy",
)  # fmt: skip
MEANS_MISSING = {"unknown", "not_done", "not_applicable", "refused", "nan", "null", "none"}

letters = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp", "Zs"))
texts = (
    st.text(letters | st.sampled_from(" ,;|\"'=+@-\n\t"), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda one: one and one not in MEANS_MISSING and not one.startswith("#"))
)
dates = st.dates(datetime.date(1900, 1, 1), datetime.date(2150, 12, 31))
EARLY = st.dates(datetime.date(1600, 1, 1), datetime.date(1899, 12, 31))


def value_of(
    variable: RecordedVariable, days: st.SearchStrategy[datetime.date] = dates
) -> st.SearchStrategy[Any]:
    """A value that the dictionary allows; several levels in level order."""
    low, high = variable.range or (-1e9, 1e9)
    match variable.type:
        case "number":
            return st.floats(low, high, allow_nan=False, allow_infinity=False).map(lambda one: one + 0.0)
        case "integer":
            return st.integers(int(low), int(high))
        case "category":
            return st.sampled_from(variable.level_names)
        case "several":
            return st.lists(st.sampled_from(variable.level_names), unique=True).map(
                lambda chosen: [name for name in variable.level_names if name in chosen]
            )
        case "yes_no":
            return st.booleans()
        case "date":
            return days
        case _:
            return texts | texts.map(lambda one: (one[:10] + "é") * 700)


@st.composite
def registries(
    draw: st.DrawFn,
    reasons: tuple[str, ...] = REASONS,
    days: st.SearchStrategy[datetime.date] = dates,
    partial: bool = True,
) -> Registry:
    """A registry of one to three patients, up to two rows of each child per parent; synthetic or not."""
    dictionary = registry_dictionary()
    keys: dict[str, list[tuple[str, dict[str, str]]]] = {}
    frames: dict[str, Records] = {}
    synthetic = draw(st.booleans())
    for table in dictionary.tables:
        rows = _keys(draw, table, keys) if table.name in TABLES else []
        frames[table.name] = _records(draw, table, rows, reasons, days, partial, synthetic)
    source = DataSource(
        "tiny", "snapshot", "0" * 64, sum(one.frame.height for one in frames.values()), 0, synthetic
    )
    return Registry(frames, source, None, dictionary.version)


def _keys(
    draw: st.DrawFn, table: Table, keys: dict[str, list[tuple[str, dict[str, str]]]]
) -> list[dict[str, str | None]]:
    """Rows with their keys and links; a child of an episode or a lesion names the patient of its parent."""
    rows: list[dict[str, str | None]] = []
    for number in range(draw(st.integers(1 if table.name == "patient" else 0, 3))):
        row: dict[str, str | None] = {}
        for name in table.key:
            if not any(link.column == name for link in table.links):
                row[name] = f"{table.name[:3].upper()}-{number}"
        possible = True
        for link in table.links:
            parents = keys.get(link.table, [])
            if parents and (link.required or draw(st.booleans())):
                key, own = draw(st.sampled_from(parents))
                row.setdefault(link.column, key)
                for column, value in own.items():
                    if column in table.by_name:
                        row.setdefault(column, value)
            elif link.required:
                possible = False
            else:
                row.setdefault(link.column, None)
        if possible and not any(all(row[one] == other[one] for one in table.key) for other in rows):
            rows.append(row)
    rows.sort(key=lambda one: [str(one[name]) for name in table.key])
    keys[table.name] = [
        (
            str(row[table.key[0]]),
            {name: str(row[name]) for name in ("patient_id", "episode_id") if row.get(name)},
        )
        for row in rows
    ]
    return rows


def _records(
    draw: st.DrawFn, table: Table, rows: list[dict[str, str | None]], reasons: tuple[str, ...],
    days: st.SearchStrategy[datetime.date], partial: bool, synthetic: bool,
) -> Records:  # fmt: skip
    height = len(rows)
    linked = {*table.key, *(link.column for link in table.links)}
    series = [pl.Series(ROW, range(2, height + 2), dtype=pl.Int64)]
    why = [series[0]]
    beside = []
    for variable in table.variables:
        name = variable.name
        if name in linked:
            values = [row[name] for row in rows]
            given = ["empty"] * height
        else:
            kind = draw(st.sampled_from(("absent", "sparse", "sparse", "full")))
            known = [kind == "full" or (kind == "sparse" and draw(st.booleans())) for _ in rows]
            values = [draw(value_of(variable, days)) if one else None for one in known]
            given = [
                "not in the source" if kind == "absent" else draw(st.sampled_from(reasons)) for _ in rows
            ]
        series.append(pl.Series(name, values, dtype=STORED_AS[variable.type]))
        if any(one is None for one in values):
            missing = [None if one is not None else reason for one, reason in zip(values, given, strict=True)]
            why.append(pl.Series(name, missing, dtype=pl.String))
        if partial and variable.type == "date" and any(one is not None for one in values):
            precision = [
                None if one is None else draw(st.sampled_from(("day", "month", "year"))) for one in values
            ]
            if {"month", "year"} & set(precision):
                beside.append(pl.Series(precision_column(name), precision, dtype=pl.String))
    own = DataSource(table.name, "snapshot", "0" * 64, height, len(table.variables), synthetic)
    return Records(pl.DataFrame([*series, *beside]), table.by_name, pl.DataFrame(why), own)
