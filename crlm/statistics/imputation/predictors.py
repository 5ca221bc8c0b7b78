"""The matrix that a variable is imputed from: coded columns, without those that say nothing new."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crlm.statistics.imputation.variables import Variable
from crlm.statistics.times import BoolArray, FloatArray

# Below this ratio of the smallest to the largest eigenvalue of the correlations a column is redundant.
COLLINEAR = 1e-4


def column_names(variable: Variable) -> tuple[str, ...]:
    """The columns of a variable as a predictor: itself, or one indicator per level but the first."""
    if variable.kind in ("number", "binary"):
        return (variable.name,)
    return tuple(f"{variable.name}: {level}" for level in variable.all_levels[1:])


def code_columns(variable: Variable, values: FloatArray) -> FloatArray:
    """The columns of a variable as a predictor, (n, columns), from its coded values (n,)."""
    if variable.kind in ("number", "binary"):
        return values[:, None]
    return np.asarray(values[:, None] == np.arange(1, len(variable.all_levels)), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Predictors:
    """Predictors of one variable, standardised by mean and standard deviation of the rows where it is known.

    known: (n known, q). wanted: (n missing, q). correlation: (q, q) of the known rows. everybody: (n, q).
    constant, collinear: the columns, by number, that were left out and why.
    """

    known: FloatArray
    wanted: FloatArray
    everybody: FloatArray
    correlation: FloatArray
    constant: tuple[int, ...]
    collinear: tuple[int, ...]


def choose_predictors(matrix: FloatArray, missing: BoolArray) -> Predictors:
    """Standardise the columns of `matrix` (n, p) and leave out those without information of their own.

    A column that is constant where the variable is known cannot predict it. While the smallest eigenvalue of
    the correlations is below 1e-4 of the largest, the column with the largest share in it goes (of equal
    ones the last), which is mice's rule for linear dependence. Two of mice's rules are not kept: that a
    variance counts as 0 below 1e-4, whatever the unit, and that a predictor correlated with the variable
    above 0.99 is dropped.
    """
    known = matrix[~missing]
    low, high = known.min(axis=0, initial=np.inf), known.max(axis=0, initial=-np.inf)
    varies = high - low > 1e-12 * np.maximum(np.abs(low), np.abs(high))
    kept = np.flatnonzero(varies)
    centre = known[:, kept].mean(axis=0)
    spread = known[:, kept].std(axis=0, ddof=1)
    everybody = (matrix[:, kept] - centre) / spread
    standard = everybody[~missing]
    correlation = standard.T @ standard / max(len(standard) - 1, 1)
    left = np.arange(len(kept))
    dropped: list[int] = []
    while len(left) > 1:
        values, vectors = np.linalg.eigh(correlation[np.ix_(left, left)])
        if values[0] >= COLLINEAR * values[-1]:
            break
        share = np.abs(vectors[:, 0])
        worst = int(np.flatnonzero(share >= share.max() - 1e-6)[-1])
        dropped.append(int(kept[left[worst]]))
        left = np.delete(left, worst)
    everybody = everybody[:, left]
    return Predictors(
        known=everybody[~missing],
        wanted=everybody[missing],
        everybody=everybody,
        correlation=correlation[np.ix_(left, left)],
        constant=tuple(int(j) for j in np.flatnonzero(~varies)),
        collinear=tuple(sorted(dropped)),
    )
