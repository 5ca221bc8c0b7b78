"""A patient's records as they were known on one day: nothing later can be seen from here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import polars as pl

from crlm.dictionary.records import ROW, Registry
from crlm.dictionary.registry import registry_dictionary
from crlm.dictionary.registry.frames import precision_column
from crlm.pathway.filling.dates import When, earlier, no_later
from crlm.pathway.filling.known import ROWS, VALUES, Moment

Why = Literal["later", "undated", "undecided"]
PARENTS = {"lesion_imaging": ("lesion_id", "metastasis"), "liver_volumetry": ("episode_id", "crlm_episode"),
           "treated_lesion": ("procedure_id", "local_treatment"),
           "pathology_liver": ("procedure_id", "local_treatment")}  # fmt: skip
"""Tables that do not name the patient, and the row through which they do."""


@dataclass(frozen=True)
class Row:
    """One record, known `since` a date; `values` and `dates` hold what was known of it."""

    table: str
    key: str
    number: int
    values: Mapping[str, Any]
    dates: Mapping[str, When]
    since: When | None = None

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def when(self, *names: str) -> When | None:
        """The first of some dates that is known."""
        return next((self.dates[name] for name in names if name in self.dates), None)


@dataclass(frozen=True)
class Unused:
    """A record, or one value of it, that was not used: it is later than the decision, has no date, or its date does
    not say whether it came before (a month or a year, or the day of the decision itself for what was done on it).
    """

    table: str
    key: str
    number: int
    variable: str | None
    why: Why
    date: str | None


@dataclass(frozen=True)
class History:
    """What is known of a patient on the day `date`.

    `rows` holds the rows that are known, in the order of the registry; `unsure` those of which it is not known whether
    they came before; `unused` says what was left out. `recorded` are the tables that the registry has rows of at all.
    """

    patient: str
    date: datetime.date
    rows: Mapping[str, tuple[Row, ...]]
    unsure: Mapping[str, tuple[Row, ...]]
    unused: tuple[Unused, ...]
    recorded: frozenset[str]
    by_key: Mapping[tuple[str, str], Row] = field(repr=False)

    def parent(self, row: Row, column: str, table: str) -> Row | None:
        """The known row that a row names."""
        return self.by_key.get((table, row[column]))


def history_of(registry: Registry, patient: str, date: datetime.date) -> History:
    """The records of a patient that were known on a day (`crlm.pathway.filling.known` says when each becomes known)."""
    raw = {table: tuple(_raw_rows(registry, table, patient)) for table in ROWS}
    by_key = {(table, row.key): row for table, rows in raw.items() for row in rows}
    known: dict[str, tuple[Row, ...]] = {}
    unsure: dict[str, tuple[Row, ...]] = {}
    unused: list[Unused] = []
    for table, rows in raw.items():
        seen, doubtful = [], []
        for raw_row in rows:
            moments = _moments(raw_row, by_key)
            row = replace(raw_row, since=moments[0][1] if moments else None)
            why, when = _hidden(moments, date, undated_is_known=not ROWS[table])
            if why is not None:
                unused.append(Unused(table, row.key, row.number, None, why, when))
            if why is None:
                seen.append(_as_known(row, date, unused))
            elif why != "later":
                doubtful.append(_as_known(row, date, []))
        known[table], unsure[table] = tuple(seen), tuple(doubtful)
    recorded = frozenset(name for name, records in registry.tables.items() if records.frame.height)
    visible = {(table, row.key): row for table, rows in known.items() for row in rows}
    return History(patient, date, known, unsure, tuple(unused), recorded, visible)


def _moments(row: Row, by_key: Mapping[tuple[str, str], Row]) -> list[tuple[Moment, When]]:
    """The first moment of a row whose date is recorded."""
    for moment in ROWS[row.table]:
        home = by_key.get((moment.table or "", row[moment.column])) if moment.column else row
        when = home.when(moment.date) if home is not None else None
        if when is not None:
            return [(moment, when)]
    return []


def _hidden(
    moments: list[tuple[Moment, When]], date: datetime.date, *, undated_is_known: bool
) -> tuple[Why | None, str | None]:
    """Why something is not known on a day, with its date; (None, ...) when it is."""
    today = When(date, date)
    for moment, when in moments:
        known = earlier(when, today) if moment.done else no_later(when, today)
        if known is not True:
            return "undecided" if known is None or moment.ends else "later", str(when)
    return (None, None) if moments or undated_is_known else ("undated", None)


def _as_known(row: Row, date: datetime.date, unused: list[Unused]) -> Row:
    """The row without the values that became known later."""
    hidden = {}
    for name in row.values:
        moment = VALUES.get((row.table, name))
        if moment is None:
            continue
        when = row.when(moment.date)
        why, text = _hidden([(moment, when)] if when else [], date, undated_is_known=not moment.required)
        if why is not None:
            hidden[name] = Unused(row.table, row.key, row.number, name, why, text)
    unused += hidden.values()
    values = {name: value for name, value in row.values.items() if name not in hidden}
    dates = {name: when for name, when in row.dates.items() if name not in hidden}
    return replace(row, values=values, dates=dates)


def _raw_rows(registry: Registry, table: str, patient: str) -> Iterator[Row]:
    described = registry_dictionary().table(table)
    frame = registry.tables[table].frame
    for record in _of_patient(registry, table, frame, patient).iter_rows(named=True):
        values, dates = {}, {}
        for variable in described.variables:
            value = record[variable.name]
            if value is None or value == []:
                continue
            values[variable.name] = value
            if variable.type == "date":
                dates[variable.name] = When.of(value, record.get(precision_column(variable.name)))
        key = " ".join(str(record[name]) for name in described.key)
        yield Row(table, key, record[ROW], values, dates)


def _of_patient(registry: Registry, table: str, frame: pl.DataFrame, patient: str) -> pl.DataFrame:
    if table not in PARENTS:
        return frame.filter(pl.col("patient_id") == patient)
    column, parent = PARENTS[table]
    keys = _of_patient(registry, parent, registry.tables[parent].frame, patient)[column]
    return frame.filter(pl.col(column).is_in(keys.implode()))


def of_episode(rows: Iterable[Row], episode: str) -> tuple[Row, ...]:
    """The rows that name an episode."""
    return tuple(row for row in rows if row["episode_id"] == episode)
