"""Covariates as columns of numbers: a number is one column, a factor with k levels is k - 1 indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from crlm.cohort.groups import level_indices
from crlm.dictionary.variables import Variable
from crlm.statistics.cox import Term
from crlm.study.units import UnitWords


@dataclass(frozen=True)
class Covariate:
    """One variable as model columns.

    `matrix` has shape (n, k); a row is NaN where the variable is unknown. `levels` (length k) are the levels that the
    columns stand for, none of them the reference; empty for a number. `index` (n,) is the level of each record, -1
    when unknown; all 0 for a number that is known.
    """

    variable: Variable
    per: float | None
    matrix: np.ndarray
    levels: tuple[str, ...]
    index: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Which records have a value; shape (n,), bool."""
        return self.index >= 0

    @property
    def term(self) -> Term:
        """The columns as a term of a model."""
        return Term(self.variable.name, self.column_names)

    @property
    def column_names(self) -> tuple[str, ...]:
        """`age`, or `stage=T3` for an indicator."""
        if not self.variable.is_categorical:
            return (self.variable.name,)
        return tuple(f"{self.variable.name}={level}" for level in self.levels)


def covariate(
    frame: pl.DataFrame, variable: Variable, per: float | None = None, reference: str | None = None
) -> Covariate:
    """A variable of a frame as model columns; a number is divided by `per`, so that the ratio is per that many."""
    if variable.is_categorical:
        index = level_indices(frame, variable)
        base = reference or variable.reference_level
        positions = [position for position, name in enumerate(variable.level_names) if name != base]
        matrix = (index[:, None] == np.asarray(positions)[None, :]).astype(np.float64)
        matrix[index < 0] = np.nan
        return Covariate(
            variable, None, matrix, tuple(variable.level_names[position] for position in positions), index
        )
    values = frame[variable.name].cast(pl.Float64).to_numpy() / (per or 1.0)
    return Covariate(variable, per, values[:, None], (), np.where(np.isnan(values), -1, 0))


def why_no_contrast(
    one: Covariate, level: str, index: np.ndarray, at_risk: np.ndarray, words: UnitWords
) -> str | None:
    """Why a level has no ratio against the reference among these records, or None when it can have one.

    `index` (n,) is the level of each record, `at_risk` (n,) whether it was followed up to the first event. With nobody
    at the reference the other levels' coefficients would silently be relative to one of themselves.
    """
    names = one.variable.level_names
    reference = next(name for name in names if name not in one.levels)
    if not (index == names.index(level)).any():
        return f"no {words.one} of this analysis has this level"
    of_reference = index == names.index(reference)
    called = one.variable.level(reference).words
    if not of_reference.any():
        return f'no {words.one} of this analysis has the reference level "{called}": choose another reference'
    if not (of_reference & at_risk).any():
        return f'no {words.one} with the reference level "{called}" was followed up to the first event'
    return None


def complete_cases(covariates: Sequence[Covariate], n: int) -> np.ndarray:
    """Which records have a value for every covariate; shape (n,), bool."""
    complete = np.ones(n, dtype=bool)
    for one in covariates:
        complete &= one.known
    return complete


def design(covariates: Sequence[Covariate], rows: np.ndarray) -> tuple[np.ndarray, list[str], list[Term]]:
    """The matrix of several covariates on some records, its column names and its terms."""
    matrix = np.hstack([one.matrix[rows] for one in covariates])
    return matrix, [name for one in covariates for name in one.column_names], [one.term for one in covariates]
