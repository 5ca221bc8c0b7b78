"""The checks of the dictionary over a whole registry: which rows break them, and for how many it is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import polars as pl

from crlm.dictionary.expressions import evaluate
from crlm.dictionary.records import ROW, Finding, Registry
from crlm.dictionary.registry.check_syntax import (
    PREVIOUS,
    Aggregate,
    FromParent,
    Resolved,
    columns_of,
    resolve,
)
from crlm.dictionary.registry.frames import Edge, at_edge, partial_dates
from crlm.dictionary.registry.load import registry_dictionary
from crlm.dictionary.registry.model import RecordCheck, RegistryDictionary
from crlm.dictionary.variables import Variable

MOST_ROWS = 10
"""How many rows a finding names."""

Frames = Mapping[str, pl.DataFrame]


def run_checks(
    registry: Registry,
    dictionary: RegistryDictionary | None = None,
    checks: Sequence[RecordCheck] | None = None,
    most_rows: int | None = MOST_ROWS,
) -> tuple[Finding, ...]:
    """A finding for each check of the dictionary that some row breaks, in the order of the checks.

    `count` are the rows for which the check is certainly false, `rows` the first of them, `unknown` the rows for which
    it cannot be said because a value is missing: unknown is no violation. A partial date (2019-05) may be any day of
    its period; only what is false on all of them is a violation. `checks` replaces those of the dictionary;
    with `most_rows` None a finding names every row.
    """
    dictionary = dictionary or registry_dictionary()
    tables = {name: records.frame for name, records in registry.tables.items()}
    view = _View(tables, dictionary, {})
    findings = []
    for check in dictionary.checks if checks is None else checks:
        if tables[check.table].height:
            holds = _holds(resolve(check.expect, check.table, dictionary), view)
            findings += _findings(check, holds, tables[check.table][ROW], most_rows)
    return tuple(findings)


def _findings(check: RecordCheck, holds: pl.Series, rows: pl.Series, most: int | None) -> list[Finding]:
    broken = rows.filter((~holds).fill_null(False))
    if not broken.len():
        return []
    return [
        Finding(
            check.id,
            check.severity,
            check.sentence,
            count=broken.len(),
            rows=tuple(broken if most is None else broken.head(most)),
            table=check.table,
            unknown=holds.null_count(),
        )
    ]


def _holds(check: Resolved, view: _View) -> pl.Series:
    """Whether a check holds in each row, null where unknown: with every partial date at both ends of its period."""
    partial = sorted(columns_of(check) & view.partial) if view.partial else []
    if not partial:
        return view.values(check)
    outcomes = [_at(view, partial, edges).values(check) for edges in _corners(len(partial))]
    frame = pl.DataFrame([one.alias(str(number)) for number, one in enumerate(outcomes)])
    always, never = (
        pl.all_horizontal(pl.all().fill_null(False)),
        pl.all_horizontal((~pl.all()).fill_null(False)),
    )
    return frame.select(pl.when(always).then(True).when(never).then(False)).to_series()


def _corners(columns: int) -> Iterator[tuple[Edge, ...]]:
    edges: tuple[Edge, Edge] = ("first", "last")
    return product(edges, repeat=columns)


def _at(view: _View, partial: Sequence[tuple[str, str]], edges: Sequence[Edge]) -> _View:
    """The same registry with the partial dates of some columns at the first or last day of their period."""
    frames = dict(view.frames)
    for (table, column), edge in zip(partial, edges, strict=True):
        frames[table] = at_edge(frames[table], column, edge)
    return _View(frames, view.dictionary, view.places)


class _View:
    """The values of expressions over the rows of a table, with columns of parents and aggregates of children.

    A row's place in another table is worked out once per pair of tables, and columns are then picked by place.
    """

    def __init__(
        self, frames: Frames, dictionary: RegistryDictionary, places: dict[tuple[str, str], pl.Series]
    ) -> None:
        self.frames = frames
        self.dictionary = dictionary
        self.places = places
        self.partial = {
            (table.name, one.name)
            for table in dictionary.tables
            for one in table.variables
            if one.type == "date" and partial_dates(frames[table.name], one)
        }
        self._found: dict[tuple[str, FromParent | Aggregate], pl.Series] = {}

    def values(self, expression: Resolved) -> pl.Series:
        """The expression's value in each row of its table."""
        table = self.dictionary.table(expression.table)
        variables: dict[str, Variable] = dict(table.by_name)
        frame = self.frames[expression.table]
        added = []
        for name, one in expression.added:
            series = self._of(expression.table, one).alias(name)
            added.append(series)
            variables[name] = self._variable(name, one, series)
        return evaluate(frame.with_columns(added), expression.text, variables)

    def _of(self, table: str, one: FromParent | Aggregate) -> pl.Series:
        key = (table, one)
        if key not in self._found:
            found = self._parent(table, one) if isinstance(one, FromParent) else self._aggregate(table, one)
            self._found[key] = found
        return self._found[key]

    def _parent(self, table: str, one: FromParent) -> pl.Series:
        here, place = table, None
        for step in one.path:
            onwards = self._place(here, step)
            place = onwards if place is None else onwards.gather(place)
            here = here if step == PREVIOUS else step
        column = one.column
        values = self.frames[here][column] if isinstance(column, str) else self._of(here, column)
        return values if place is None else values.gather(place)

    def _place(self, table: str, parent: str) -> pl.Series:
        """For each row of a table, the place (from 0) of its row in a table it is linked to; null without one."""
        if (table, parent) not in self.places:
            self.places[table, parent] = (
                self._previous() if parent == PREVIOUS else self._linked(table, parent)
            )
        return self.places[table, parent]

    def _linked(self, table: str, parent: str) -> pl.Series:
        link = self.dictionary.table(table).link_to(parent)
        if link is None:  # pragma: no cover - the path was made of links
            raise AssertionError((table, parent))
        key = self.dictionary.table(parent).key[0]
        return _matched(self.frames[table].select(key=link.column), self.frames[parent].select(key=key))

    def _previous(self) -> pl.Series:
        episodes = self.frames["crlm_episode"].select("patient_id", "episode_number")
        return _matched(episodes.with_columns(pl.col("episode_number") - 1), episodes)

    def _aggregate(self, table: str, one: Aggregate) -> pl.Series:
        """One value per row of the table; rows without children count 0, have no lowest, and any is no."""
        child = self.frames[one.child]
        rows = pl.DataFrame({"place": self._place(one.child, table)})
        true = pl.Series([True]).new_from_index(0, child.height)
        rows = rows.with_columns(
            (true if one.where is None else self.values(one.where)).alias("where"),
            (true if one.value is None else self.values(one.value)).alias("value"),
        )
        value = self._combined(one.function)
        found = rows.filter(pl.col("place").is_not_null()).group_by("place").agg(value.alias("value"))
        nothing = {"count": 0, "distinct": 0, "any": False, "every": True}.get(one.function)
        without = pl.Series([nothing], dtype=found["value"].dtype).new_from_index(
            0, self.frames[table].height
        )
        return without.scatter(found["place"], found["value"])

    def _combined(self, function: str) -> pl.Expr:
        """The aggregate of the rows that `where` chooses: null as soon as a row or a value of it is unknown."""
        where, value = pl.col("where"), pl.col("value")
        chosen = value.filter(where)
        unknown = where.is_null().any() | chosen.is_null().any()
        match function:
            case "any":
                return pl.when(value.any()).then(True).when(~value.is_null().any()).then(False)
            case "every":
                return pl.when((~value).any()).then(False).when(~value.is_null().any()).then(True)
            case "count":
                return pl.when(~where.is_null().any()).then(where.sum().cast(pl.Int64))
            case "distinct":
                return pl.when(~unknown).then(chosen.n_unique().cast(pl.Int64))
            case "lowest":
                return pl.when(~unknown).then(chosen.min())
            case _:
                return pl.when(~unknown).then(chosen.max())

    def _variable(self, name: str, one: FromParent | Aggregate, values: pl.Series) -> Variable:
        """What a plain name stands for: the parent's variable, or a variable that holds an aggregate."""
        if isinstance(one, FromParent) and isinstance(one.column, str):
            tables = [step for step in one.path if step != PREVIOUS] or ["crlm_episode"]
            return self.dictionary.table(tables[-1]).variable(one.column)
        kinds: dict[pl.DataType, str] = {
            pl.Boolean(): "yes_no",
            pl.Int64(): "integer",
            pl.Float64(): "number",
            pl.Date(): "date",
        }
        return Variable.model_validate({"name": name, "label": name, "type": kinds[values.dtype]})


def _matched(wanted: pl.DataFrame, keys: pl.DataFrame) -> pl.Series:
    """The place in `keys` of each wanted key; the first where a key is repeated, null where a part is missing."""
    columns = keys.columns
    places = keys.with_row_index("place")
    if keys.n_unique() < keys.height:
        places = places.unique(columns, keep="first", maintain_order=True)
    return wanted.join(places, on=columns, how="left", maintain_order="left")["place"]
