"""Every treated lesion of the index procedures in one row, with the variables of its episode repeated."""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.derivations import OF_LESIONS
from crlm.cohort.views.episodes import EPISODE, EpisodeView
from crlm.dictionary.records import ROW, Registry
from crlm.dictionary.registry.load import registry_dictionary
from crlm.dictionary.variables import Variable

LESION = "treated_lesion_id"
OWN_TABLES = ("treated_lesion", "metastasis")


class LesionView:
    """The lesions treated in the index procedure of their episode; `view[name]` is a variable of all of them.

    A lesion has what is recorded of its treatment and of itself, what is derived for lesions, and everything that its
    episode has (`EpisodeView`).
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.of_episodes = EpisodeView(registry)
        index = self.of_episodes.frame(EPISODE, "index_procedure_id")
        treated = registry.tables["treated_lesion"].frame
        self.lesions = treated.join(
            index.filter(pl.col("index_procedure_id").is_not_null()),
            left_on="procedure_id",
            right_on="index_procedure_id",
            how="inner",
            maintain_order="left",
        ).rename({EPISODE: "episode_of_procedure"}, strict=False)
        self._found: dict[str, pl.Series] = {}
        self._places: dict[str, pl.Series] = {}

    def __getitem__(self, name: str) -> pl.Series:
        if name not in self._found:
            self._found[name] = self._find(name).alias(name)
        return self._found[name]

    def frame(self, *names: str) -> pl.DataFrame:
        """Several variables side by side, one row per lesion."""
        return pl.DataFrame([self[name] for name in names])

    def compute(self, expression: pl.Expr, *names: str) -> pl.Series:
        """An expression of some variables, per lesion."""
        return self.frame(*names).select(expression.alias("computed")).to_series()

    def _find(self, name: str) -> pl.Series:
        if name in OF_LESIONS:
            return OF_LESIONS[name].function(self)
        if name == EPISODE:
            return self.lesions["episode_of_procedure"]
        if name == ROW or name in self.lesions.columns:
            return self.lesions[name]
        if name in _of_metastasis():
            metastases = self.registry.tables["metastasis"].frame
            return metastases[name].gather(self._place("lesion_id", metastases))
        return self.of_episodes[name].gather(self._place(EPISODE, self.of_episodes.episodes))

    def _place(self, key: str, rows: pl.DataFrame) -> pl.Series:
        """For each lesion, where the row with its key is in another table."""
        if key not in self._places:
            mine = pl.DataFrame([self[key]])
            found = mine.join(
                rows.select(key).with_row_index("place"), on=key, how="left", maintain_order="left"
            )
            self._places[key] = found["place"]
        return self._places[key]


def home_of_lesion(name: str) -> str | None:
    """The table in which a variable that only a lesion has is recorded; None when there is none."""
    tables = (registry_dictionary().table(table) for table in OWN_TABLES)
    return next((table.name for table in tables if name in table.by_name), None)


def _of_metastasis() -> frozenset[str]:
    return frozenset(variable.name for variable in registry_dictionary().table("metastasis").variables)


def lesion_variables() -> dict[str, Variable]:
    """The variables that only a lesion has, by name."""
    found: dict[str, Variable] = {}
    for table in OWN_TABLES:
        for variable in registry_dictionary().table(table).variables:
            found.setdefault(variable.name, variable)
    return found | {name: one.variable for name, one in OF_LESIONS.items()}
