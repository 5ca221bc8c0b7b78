"""Restricted cubic splines: a smooth curve of a covariate that is straight beyond the outer knots.

With knots t_1 < ... < t_k the columns are x and, for j = 1 ... k - 2,

    [ (x - t_j)+^3 - (x - t_(k-1))+^3 (t_k - t_j) / (t_k - t_(k-1)) + (x - t_k)+^3 (t_(k-1) - t_j) / (t_k - t_(k-1)) ]
    / (t_k - t_1)^2

so that all columns are in the unit of x, and the curve is a straight line when the coefficients of all but the first
are 0. References: Stone & Koo 1985; Harrell, Regression Modeling Strategies (Springer 2015), sections 2.4.5-2.4.6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.times import FloatArray

# Below this number of patients the outer knots are the fifth smallest and the fifth largest value.
FEW = 100
FIFTH = 5


@dataclass(frozen=True, eq=False)
class Spline:
    """The columns of a spline, shape (n, k - 1), the first of them x itself, with a name each, and the knots (k,)."""

    columns: FloatArray
    names: tuple[str, ...]
    knots: tuple[float, ...]


def default_knots(x: ArrayLike, k: int) -> tuple[float, ...]:
    """Harrell's knots: `k` (3 to 7) quantiles of x, equally spaced on the probability scale.

    x: (n,) finite, n >= 10. The outer ones lie at 10 and 90 % (k = 3), 5 and 95 % (4 to 6), 2.5 and 97.5 % (7); with
    n < 100 they are the fifth smallest and fifth largest value. Quantiles are R's type 7. Raises `ValueError` when
    two knots coincide: x has too few different values, choose fewer knots or give them. Checked against: R Hmisc
    `rcspline.eval`, which moves the outer knots inwards where many values are the smallest or largest; this does not.
    """
    values = _one_column(x)
    if not 3 <= k <= 7:
        raise ValueError(f"the number of knots was {k}; it is 3 to 7")
    if len(values) < 2 * FIFTH:
        raise ValueError(f"{len(values)} values are too few to place knots; give them")
    outer = 0.1 if k == 3 else 0.05 if k < 7 else 0.025
    knots = np.quantile(values, np.linspace(outer, 1.0 - outer, k))
    if len(values) < FEW:
        ordered = np.sort(values)
        knots[0], knots[-1] = ordered[FIFTH - 1], ordered[-FIFTH]
    if np.any(np.diff(knots) <= 0.0):
        raise ValueError(f"x has too few different values for {k} knots: choose fewer, or give the knots")
    return tuple(knots.tolist())


def restricted_cubic_spline(x: ArrayLike, name: str, knots: ArrayLike) -> Spline:
    """The columns of a restricted cubic spline of x (n,) with the given knots (k >= 3, increasing).

    Names are x, x', x'' and so on, as rms has them. Use the same knots for new patients. Raises `ValueError` for
    missing values or knots that do not increase. Checked against: R Hmisc `rcspline.eval` and rms `rcs`,
    and by hand (docs/validation/splines.md).
    """
    values, t = _one_column(x), np.asarray(knots, dtype=np.float64)
    if t.ndim != 1 or len(t) < 3 or not np.all(np.isfinite(t)) or np.any(np.diff(t) <= 0.0):
        raise ValueError(f"knots were {t.tolist()}; they are three or more increasing numbers")
    cubes = np.maximum(values[:, None] - t, 0.0) ** 3
    last, before = t[-1], t[-2]
    inner = (
        cubes[:, :-2]
        - cubes[:, [-2]] * (last - t[:-2]) / (last - before)
        + cubes[:, [-1]] * (before - t[:-2]) / (last - before)
    )
    columns = np.column_stack((values, inner / (last - t[0]) ** 2))
    return Spline(columns, tuple(name + "'" * j for j in range(len(t) - 1)), tuple(t.tolist()))


def interaction_columns(
    first: ArrayLike, first_names: tuple[str, ...], second: ArrayLike, second_names: tuple[str, ...]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Every column of `first` (n, a) times every column of `second` (n, b): shape (n, a b), named "x:y".

    Both main effects belong in the model too; the products alone are a term, and its test is that of interaction.
    Raises `ValueError` when shapes and names do not fit.
    """
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    fits = one.ndim == other.ndim == 2 and len(one) == len(other)
    if not fits or (one.shape[1], other.shape[1]) != (len(first_names), len(second_names)):
        raise ValueError(
            f"columns have the shapes {one.shape} and {other.shape} "
            f"for {len(first_names)} and {len(second_names)} names; rows and names must fit"
        )
    products = (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)
    return products, tuple(f"{a}:{b}" for a in first_names for b in second_names)


def _one_column(x: ArrayLike) -> FloatArray:
    values = np.asarray(x, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"x has {values.ndim} dimensions; it must be one column of numbers")
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise ValueError(f"x[{wrong[0]}] is {values[wrong[0]]}; every value must be a finite number")
    return values
