"""A typed registry from small tables written as text: what a test reads is what is in the registry.

    registry(patient='''
        patient_id | date_of_birth
        P1         | 1950-01-31
    ''')

Cells hold what a registry file would hold: codes or names of levels, yes and no, ISO dates, several levels joined by
";". A dash is missing. Tables that are not given have no rows, and columns that are not given are missing.
"""

from datetime import date

import polars as pl

from crlm.cohort.views import unit_records
from crlm.dictionary.records import ROW, DataSource, Records, Registry
from crlm.dictionary.registry.load import registry_dictionary

STORED = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "category": pl.String,
    "several": pl.List(pl.String),
    "yes_no": pl.Boolean,
    "text": pl.String,
    "date": pl.Date,
}


def registry(**tables: str) -> Registry:
    """A registry of the given tables."""
    return registry_of({name: _rows(text) for name, text in tables.items()})


def registry_of(tables: dict[str, list[dict[str, str]]]) -> Registry:
    """The same from rows of cells, `None` or a dash for missing."""
    dictionary = registry_dictionary()
    assert set(tables) <= set(dictionary.by_name), sorted(set(tables) - set(dictionary.by_name))
    typed = {table.name: _records(table, tables.get(table.name, [])) for table in dictionary.tables}
    rows = sum(one.frame.height for one in typed.values())
    source = DataSource("small registry", "snapshot", "0" * 64, rows, 0)
    return Registry(typed, source, None, dictionary.version)


def seen(registry: Registry, *names: str, unit: str = "episode") -> list[tuple]:
    """The named variables of every unit, a tuple each (a bare value when there is one name), in order of the keys."""
    key = {"lesion": "treated_lesion_id"}.get(unit, "episode_id")
    rows = unit_records(registry, unit, [key, *names]).frame.sort(key).select(names).rows()
    return [row[0] for row in rows] if len(names) == 1 else rows


def shuffled(registry: Registry, seed: int) -> Registry:
    """The same registry with the rows of every table in another order (and so with other row numbers)."""
    tables = {}
    for name, records in registry.tables.items():
        rows = records.frame[ROW]
        frame = records.frame.sample(fraction=1, shuffle=True, seed=seed).with_columns(rows)
        tables[name] = Records(frame, records.variables, frame.select(ROW), records.source)
    return Registry(tables, registry.source, registry.snapshot, registry.dictionary_version)


def _rows(text: str) -> list[dict[str, str]]:
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    header, *rows = lines
    assert all(len(row) == len(header) for row in rows), rows
    return [dict(zip(header, row, strict=True)) for row in rows]


def _records(table, rows) -> Records:
    unknown = {name for row in rows for name in row} - set(table.by_name)
    assert not unknown, f"{table.name} has no {sorted(unknown)}"
    numbers = pl.Series(ROW, range(2, len(rows) + 2), dtype=pl.Int64)
    columns = [
        pl.Series(
            variable.name,
            [_value(variable, row.get(variable.name)) for row in rows],
            dtype=STORED[variable.type],
        )
        for variable in table.variables
    ]
    frame = pl.DataFrame([numbers, *columns])
    source = DataSource(table.name, "csv", "0" * 64, len(rows), len(columns))
    return Records(frame, dict(table.by_name), frame.select(ROW), source)


def _value(variable, cell):
    if cell is None or cell in ("-", ""):
        return None
    if variable.type == "date":
        return date.fromisoformat(cell)
    if variable.type in ("number", "integer"):
        return float(cell) if variable.type == "number" else int(cell)
    if variable.type == "yes_no":
        return {"yes": True, "no": False}[cell]
    if variable.type == "text":
        return cell
    names = {str(level.code): level.name for level in variable.levels}
    names |= {level.name: level.name for level in variable.levels}
    return names[cell] if variable.type == "category" else [names[one] for one in cell.split(";")]
