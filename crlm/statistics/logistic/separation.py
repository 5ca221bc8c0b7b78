"""Likelihoods without a maximum: outcomes that the covariates separate.

Writing each comparison as a row a of A (`comparisons`), the likelihood has a maximum unless some direction d
has a'd >= 0 in all rows and a'd > 0 in one or more (Albert & Anderson 1984, Biometrika 71:1; Santner & Duffy
1986, Biometrika 73:755). Along such a direction the likelihood rises for ever, and in the limit the rows with
a'd > 0 are won for certain and say nothing any more. The estimates that exist are those of the other rows.

A direction is never believed because of how the iterations behave. It is taken from them, or from a linear
programme (Konis 2007, DPhil thesis, Oxford), made exact by projection on what leaves the other rows alone, and
then checked on every row of the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crlm.statistics.times import BoolArray, FloatArray

# A singular value below this share of the largest is rounding; so is a'd below this share of the largest d.
ROUNDING = 1e-9
# Shares of the largest a'd above which a row may be won for certain; each guess is checked.
_GUESSES = (1e-2, 1e-4, 1e-6)


@dataclass(frozen=True, eq=False)
class Separation:
    """A direction without end, (q,), and the rows (m,) that are won for certain along it."""

    direction: FloatArray
    won: BoolArray


def separation_along(A: FloatArray, direction: FloatArray) -> Separation | None:
    """Check whether a direction close to this one (q,) separates; A: (m, q), only rows that still count."""
    scale = np.abs(A).max(axis=0)
    scaled = A / scale
    along = direction * scale
    reached = scaled @ along
    highest = reached.max(initial=0.0)
    if not highest > 0.0:
        return None
    for share in _GUESSES:
        if found := _checked(scaled, along, reached > share * highest):
            return Separation(found.direction / scale, found.won)
    return None


def largest_separation(A: FloatArray) -> Separation | None:
    """Find the direction along which the most rows are won, by linear programming; None when there is none.

    Maximise the sum of s with a'd >= s and 0 <= s <= 1 in every row: as d may be scaled up, each s ends at 0
    or 1. SciPy's optimiser takes a second to load, so this is called only where `separation_along` failed.
    """
    from scipy.optimize import linprog

    m, q = A.shape
    scale = np.abs(A).max(axis=0)
    scaled = A / scale
    found = linprog(
        np.concatenate((np.zeros(q), -np.ones(m))),
        A_ub=np.hstack((-scaled, np.eye(m))),
        b_ub=np.zeros(m),
        bounds=[(None, None)] * q + [(0.0, 1.0)] * m,
        method="highs",
    )
    if found.x is None or not np.any(found.x[q:] > 0.5):
        return None
    checked = _checked(scaled, found.x[:q], found.x[q:] > 0.5)
    return None if checked is None else Separation(checked.direction / scale, checked.won)


def null_space(A: FloatArray) -> FloatArray:
    """Orthonormal columns (q, k) that A (m, q) takes to 0, up to rounding."""
    q = A.shape[1]
    if not len(A):
        return np.eye(q)
    triangle = np.linalg.qr(A, mode="r") if len(A) > q else A
    _, size, rows = np.linalg.svd(triangle)
    rank = int(np.sum(size > ROUNDING * size[0]))
    return np.asarray(rows[rank:].T)


def _checked(A: FloatArray, direction: FloatArray, won: BoolArray) -> Separation | None:
    """Project `direction` on what leaves the rows not won alone, and check the others; columns of size 1."""
    basis = null_space(A[~won])
    if not basis.shape[1]:
        return None
    exact = basis @ (basis.T @ direction)
    size = float(np.abs(exact).max())
    if size == 0.0:
        return None
    exact = np.where(np.abs(exact) < 1e-12 * size, 0.0, exact / size)
    return Separation(exact, won) if np.all(A[won] @ exact > ROUNDING) else None
