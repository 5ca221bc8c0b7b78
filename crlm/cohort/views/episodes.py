"""Every liver episode of a registry in one row: a variable is looked up, or computed, when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import polars as pl

from crlm.cohort.views.derivations import OF_EPISODES
from crlm.dictionary.records import ROW, Registry
from crlm.dictionary.registry.load import registry_dictionary
from crlm.dictionary.variables import Variable

EPISODE, PATIENT = "episode_id", "patient_id"
OWN_TABLES = ("crlm_episode", "patient", "primary_tumour", "centre", "local_treatment")
"""Tables whose variables an episode has under their own names, the nearest first."""
EARLIER = ("initial_", "previous_")
"""Prefixes of the same variable in the patient's first episode, and in the one before this."""
PREFIXED_TABLES = ("crlm_episode", "local_treatment")


class EpisodeView:
    """The episodes of a registry; `view[name]` is a variable of all of them, in their order, null where unknown.

    A variable is, in this order: a derived one; recorded of the episode, the patient, the patient's first primary
    tumour, the centre, or the episode's index procedure; or, with the prefix `initial_` or `previous_`, that of
    the patient's episode 1, or of the episode numbered one less.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.episodes = registry.tables["crlm_episode"].frame
        self._found: dict[str, pl.Series] = {}
        self._made: dict[str, pl.DataFrame] = {}
        self._places: dict[str, pl.Series] = {}

    def __getitem__(self, name: str) -> pl.Series:
        if name not in self._found:
            self._found[name] = self._find(name).alias(name)
        return self._found[name]

    def once(self, make: Callable[[EpisodeView], pl.DataFrame]) -> pl.DataFrame:
        """What a function makes of this view; it is called the first time only, for several variables share it."""
        name = f"{make.__module__}.{make.__qualname__}"
        if name not in self._made:
            self._made[name] = make(self)
        return self._made[name]

    def frame(self, *names: str) -> pl.DataFrame:
        """Several variables side by side, one row per episode."""
        return pl.DataFrame([self[name] for name in names])

    def compute(self, expression: pl.Expr, *names: str) -> pl.Series:
        """An expression of some variables, per episode."""
        return self.frame(*names).select(expression.alias("computed")).to_series()

    def table(self, name: str) -> pl.DataFrame:
        """A table of the registry."""
        return self.registry.tables[name].frame

    def is_recorded(self, table: str) -> bool:
        """Whether the registry holds such a table at all: only then does no row mean that there was none."""
        return self.table(table).height > 0

    def joined(self, values: pl.DataFrame, key: str, column: str) -> pl.Series:
        """A column of a frame that has at most one row per key, brought to the episodes; null where it has none."""
        keys = self.episodes.select(key) if key in self.episodes.columns else self.frame(key)
        return keys.join(values.select(key, column), on=key, how="left", maintain_order="left")[column]

    def per_episode(self, rows: pl.DataFrame, aggregate: pl.Expr, *, key: str = EPISODE) -> pl.Series:
        """An aggregate of rows that name their episode (or another key); null for episodes without a row."""
        return self.joined(rows.group_by(key).agg(aggregate.alias("aggregated")), key, "aggregated")

    def with_variables(self, rows: pl.DataFrame, *names: str, key: str = EPISODE) -> pl.DataFrame:
        """Rows of a child table with variables of their episode beside them; rows without an episode are left out."""
        mine = self.frame(key, *(name for name in names if name != key))
        return rows.join(mine, on=key, how="inner", maintain_order="left", suffix="_of_episode")

    def _find(self, name: str) -> pl.Series:
        if name in OF_EPISODES:
            return OF_EPISODES[name].function(self)
        return self.recorded(name)

    def recorded(self, name: str) -> pl.Series:
        """A variable as the registry recorded it, or, with a prefix, that of an earlier episode."""
        home = home_of(name)
        if home == "crlm_episode" or name == ROW:
            return self.episodes[name]
        if home is not None:
            return self._of(home, name)
        prefix = next((one for one in EARLIER if name.startswith(one)), None)
        if prefix is None:
            raise KeyError(name)
        return self[name.removeprefix(prefix)].gather(self._place(prefix))

    def _of(self, home: str, name: str) -> pl.Series:
        """A variable of the row of another table that an episode belongs to; null where there is none."""
        if self.table(home).height == 0:
            return pl.Series([None] * self.episodes.height, dtype=self.table(home)[name].dtype)
        return self.table(home)[name].gather(self._place(home))

    def _place(self, of: str) -> pl.Series:
        """For each episode, where its row is: in a table it belongs to, or, by prefix, among the episodes."""
        if of not in self._places:
            keys, rows = self._keys_of(of)
            found = keys.join(rows, on=keys.columns, how="left", maintain_order="left")
            self._places[of] = found["place"]
        return self._places[of]

    def _keys_of(self, of: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The keys that the episodes ask for, and those of the rows, the first row of each, with its `place`."""
        if of in EARLIER:
            number = pl.col("episode_number")
            mine = self.episodes.select(PATIENT, number.alias("number"))
            wanted = pl.lit(1, dtype=pl.Int64) if of == "initial_" else pl.col("number") - 1
            keys, rows = mine.with_columns(wanted.alias("number")), mine
        elif of == "local_treatment":
            keys = self.frame("index_procedure_id")
            rows = self.table(of).select(pl.col("procedure_id").alias("index_procedure_id"))
        else:
            key = "centre_id" if of == "centre" else PATIENT
            keys, rows = self.frame(key), self.table(of).select(key)
        placed = rows.with_row_index("place")
        if of == "primary_tumour":
            dated = self.table(of).select("date_primary_diagnosis", "primary_id")
            placed = pl.concat([placed, dated], how="horizontal").sort(
                "date_primary_diagnosis", "primary_id", nulls_last=True
            )
        return keys, placed.unique(rows.columns, keep="first", maintain_order=True).select(
            *rows.columns, "place"
        )


def home_of(name: str) -> str | None:
    """The table in which a variable of an episode is recorded; None when it is derived or has a prefix."""
    return _homes().get(name)


@cache
def _homes() -> Mapping[str, str]:
    dictionary = registry_dictionary()
    found: dict[str, str] = {}
    for table in OWN_TABLES:
        for variable in dictionary.table(table).variables:
            found.setdefault(variable.name, table)
    return found


def episode_variables() -> dict[str, Variable]:
    """Every variable that an episode has, by name, before any data are read."""
    dictionary = registry_dictionary()
    found: dict[str, Variable] = {}
    for table in OWN_TABLES:
        for recorded in dictionary.table(table).variables:
            found.setdefault(recorded.name, recorded)
    found |= {name: one.variable for name, one in OF_EPISODES.items()}
    prefixed: list[Variable] = [
        *(variable for table in PREFIXED_TABLES for variable in dictionary.table(table).variables),
        *(one.variable for one in OF_EPISODES.values()),
    ]
    for prefix, words in zip(EARLIER, ("initial episode", "previous episode"), strict=True):
        for variable in prefixed:
            name = f"{prefix}{variable.name}"
            if name not in found and not variable.name.startswith(EARLIER) and len(name) <= 64:
                found[name] = variable.model_copy(
                    update={"name": name, "label": f"{variable.label}, {words}"}
                )
    return found
