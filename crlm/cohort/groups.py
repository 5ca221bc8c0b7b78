"""The groups of a comparison: a categorical variable's levels, in order, reference first or as declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from crlm.cohort.population import Criterion, Population, select
from crlm.dictionary.records import ROW, Records
from crlm.dictionary.variables import Variable
from crlm.problems import DataError, Place, Problem


@dataclass(frozen=True)
class GroupLevel:
    """One group: its level's name, its words, and how many records it has."""

    level: str
    label: str
    n: int


@dataclass(frozen=True)
class Groups:
    """The comparison: which variable, which reference, which levels (in the variable's order; a level may be empty)."""

    variable: Variable
    label: str
    reference: str
    levels: tuple[GroupLevel, ...]


def level_values(frame: pl.DataFrame, variable: Variable) -> pl.Series:
    """A categorical variable's values as level names (String; null when unknown); a yes_no becomes "yes" and "no"."""
    values = frame[variable.name]
    if variable.type == "yes_no":
        return (
            pl.select(pl.when(values).then(pl.lit("yes")).when(~values).then(pl.lit("no")))
            .to_series()
            .alias(variable.name)
        )
    return values


def level_indices(frame: pl.DataFrame, variable: Variable) -> np.ndarray:
    """A categorical variable's values as indices into its levels, -1 when unknown; shape (n,), int64."""
    values = frame[variable.name]
    if variable.type == "yes_no":
        place = np.array([variable.level_names.index("no"), variable.level_names.index("yes"), -1])
        codes = values.cast(pl.Float64).to_numpy()
        return place[np.where(np.isnan(codes), 2, codes).astype(np.int64)]
    codes = values.cast(pl.Enum(variable.level_names)).to_physical().cast(pl.Float64).to_numpy()
    return np.where(np.isnan(codes), -1, codes).astype(np.int64)


def known_group(population: Population, variable: str, unknown: Literal["exclude"] | None) -> Population:
    """The population with a known group: those without leave as a step of the flow, or are an error if not declared."""
    missing = population.records.frame[variable].null_count()
    if not missing:
        return population
    records = population.records
    described = records.variables[variable]
    label = described.label
    if unknown is None:
        rows = records.frame.filter(pl.col(variable).is_null())[ROW].head(5).to_list()
        raise DataError(
            Problem(
                code="comparison-unknown",
                given=f"{label} is unknown for {missing} of {population.n} patients "
                f"(first rows: {', '.join(map(str, rows))}), "
                "so they belong to no group.",
                allowed="a known group for everyone, or a rule for those without.",
                fix='add unknown = "exclude" to [comparison].',
                place=Place(
                    file=records.source.name,
                    row=rows[0],
                    column=described.header or described.name,
                    key="comparison",
                ),
            )
        )
    narrowed = select(records, [Criterion(f"{label} unknown", "exclude", f"missing({variable})")])
    return Population(narrowed.records, population.first, (*population.steps, *narrowed.steps))


def groups_of(records: Records, variable: str, *, reference: str | None, label: str | None) -> Groups:
    """The groups and their sizes; every record must have a known group (see `known_group`)."""
    described = records.variables[variable]
    counts = np.bincount(level_indices(records.frame, described), minlength=len(described.levels))
    levels = tuple(
        GroupLevel(level.name, level.words, int(count))
        for level, count in zip(described.levels, counts, strict=True)
    )
    return Groups(
        described, label or described.label, reference or described.reference_level or levels[0].level, levels
    )
