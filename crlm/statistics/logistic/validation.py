"""What a logistic model accepts; everything else is refused in one sentence."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.logistic.comparisons import IntArray
from crlm.statistics.regression import Term
from crlm.statistics.times import BoolArray, FloatArray

# The squares of larger covariates, summed over patients, are no numbers any more.
LARGEST = 1e100


def validate_event(event: ArrayLike) -> BoolArray:
    """Return events as booleans: shape (n,), 1 or True with the event, 0 or False without; raises `ValueError`."""
    codes = _column(event, "event")
    other = np.flatnonzero((codes != 0) & (codes != 1))
    if other.size:
        raise ValueError(f"event[{other[0]}] is {codes[other[0]]:g}; it is 1 with the event and 0 without")
    return np.asarray(codes == 1)


def validate_outcome(outcome: Sequence[Hashable], levels: Sequence[Hashable]) -> IntArray:
    """Return each outcome as its place in `levels`; raises `ValueError`."""
    place = {level: i for i, level in enumerate(levels)}
    if len(place) != len(levels) or len(place) < 2:
        raise ValueError(f"levels were {list(levels)!r}; they are two or more, each named once")
    unknown = next((one for one in outcome if one not in place), None)
    if unknown is not None:
        raise ValueError(f"outcome has {unknown!r}, which is not one of the levels {list(levels)!r}")
    return np.array([place[one] for one in outcome], dtype=np.intp)


def validate_covariates(X: ArrayLike, n: int | None) -> FloatArray:
    """Return X as floats: shape (n, p), finite; raises `ValueError`."""
    covariates = np.asarray(X, dtype=np.float64)
    if covariates.ndim != 2 or (n is not None and len(covariates) != n):
        raise ValueError(
            f"X has shape {covariates.shape}"
            + ("" if n is None else f" and there are {n} outcomes")
            + "; X is one row per patient"
        )
    wrong = np.argwhere(~np.isfinite(covariates))
    if len(wrong):
        row, column = wrong[0].tolist()
        raise ValueError(
            f"X[{row}, {column}] is {covariates[row, column]}; every value must be a finite number"
        )
    if np.abs(covariates).max(initial=0.0) > LARGEST:
        row, column = np.argwhere(np.abs(covariates) > LARGEST)[0].tolist()
        raise ValueError(f"X[{row}, {column}] is {covariates[row, column]:g}; choose a larger unit")
    return covariates


def validate_weights(weights: ArrayLike | None, n: int) -> FloatArray | None:
    """Return case weights as floats: shape (n,), finite, > 0; raises `ValueError`."""
    if weights is None:
        return None
    values = same_length(_column(weights, "weights"), "weights", n)
    wrong = np.flatnonzero(values <= 0)
    if wrong.size:
        raise ValueError(f"weights[{wrong[0]}] is {values[wrong[0]]:g}; leave out patients without weight")
    return values


def validate_offset(offset: ArrayLike | None, n: int) -> FloatArray | None:
    """Return offsets as floats: shape (n,), finite; raises `ValueError`."""
    return None if offset is None else same_length(_column(offset, "offset"), "offset", n)


def validate_names(
    names: Sequence[str], terms: Sequence[Term] | None, p: int
) -> tuple[tuple[str, ...], tuple[Term, ...]]:
    """Return the names of the p columns, and the terms they form; raises `ValueError`."""
    columns = tuple(names)
    if len(columns) != p or len(set(columns)) != p:
        raise ValueError(f"names must be {p} different names, one per column of X; they were {list(columns)}")
    if terms is None:
        return columns, tuple(Term(name, (name,)) for name in columns)
    grouped = [column for term in terms for column in term.columns]
    if sorted(grouped) != sorted(columns):
        raise ValueError(f"terms must hold each of {list(columns)} exactly once; they hold {grouped}")
    return columns, tuple(terms)


def same_length(values: FloatArray, name: str, n: int) -> FloatArray:
    """Refuse a column that has not one value per patient."""
    if len(values) != n:
        raise ValueError(
            f"{name} has {len(values)} values and there are {n} outcomes; each patient needs one of each"
        )
    return values


def _column(values: ArrayLike, name: str) -> FloatArray:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"{name} has {column.ndim} dimensions; it must be one column of numbers")
    wrong = np.flatnonzero(~np.isfinite(column))
    if wrong.size:
        raise ValueError(f"{name}[{wrong[0]}] is {column[wrong[0]]}; every value must be a finite number")
    return column
