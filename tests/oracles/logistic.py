"""Logistic models straight from their definitions: plain loops, and exact fractions where data are whole numbers."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import exp, log

Rows = Sequence[Sequence[float]]


def binary(theta: Sequence[float], X: Rows, event: Sequence[int], weights: Sequence[float]) -> float:
    """Log-likelihood of intercept and slopes."""
    total = 0.0
    for x, y, w in zip(X, event, weights, strict=True):
        p = 1 / (1 + exp(-_linear(theta, x)))
        total += w * log(p if y else 1 - p)
    return total


def penalised(theta: Sequence[float], X: Rows, event: Sequence[int], weights: Sequence[float]) -> float:
    """Log-likelihood plus half the log determinant of the information."""
    columns = range(len(theta))
    rows = [[1.0, *x] for x in X]
    information = [[0.0 for _ in columns] for _ in columns]
    for row, x, w in zip(rows, X, weights, strict=True):
        p = 1 / (1 + exp(-_linear(theta, x)))
        for i in columns:
            for j in columns:
                information[i][j] += w * p * (1 - p) * row[i] * row[j]
    return binary(theta, X, event, weights) + log(determinant(information)) / 2


def multinomial(theta: Sequence[Sequence[float]], X: Rows, category: Sequence[int]) -> float:
    """Log-likelihood; theta has (intercept, slopes) of category 1, 2, ... against category 0."""
    total = 0.0
    for x, c in zip(X, category, strict=True):
        odds = [1.0] + [exp(_linear(own, x)) for own in theta]
        total += log(odds[c] / sum(odds))
    return total


def proportional_odds(
    cutpoints: Sequence[float], slopes: Sequence[float], X: Rows, category: Sequence[int]
) -> float:
    """Log-likelihood of cutpoints and slopes."""
    total = 0.0
    for x, c in zip(X, category, strict=True):
        shift = sum(b * value for b, value in zip(slopes, x, strict=True))
        below = [0.0] + [1 / (1 + exp(-(zeta - shift))) for zeta in cutpoints] + [1.0]
        total += log(below[c + 1] - below[c])
    return total


def rows_won(A: Sequence[Sequence[int]]) -> list[bool] | None:
    """Which rows a have a'd > 0 for some d with Ad >= 0; None when the columns are not independent.

    The set of all such d is a pointed cone. Each edge of it is where as many rows as there are columns less one
    are 0, so that trying all of them finds every edge; any d is a sum of edges.
    """
    q = len(A[0])
    if rank(A) < q:
        return None
    won = [False] * len(A)
    for chosen in combinations(range(len(A)), q - 1):
        edge = null_vector([A[i] for i in chosen], q)
        if edge is None:
            continue
        for sign in (1, -1):
            along = [sum(sign * a * d for a, d in zip(row, edge, strict=True)) for row in A]
            if all(value >= 0 for value in along):
                won = [one or value > 0 for one, value in zip(won, along, strict=True)]
    return won


def undetermined(A: Sequence[Sequence[int]], q: int) -> list[bool]:
    """Per column, whether some d with Ad = 0 has a part in it: whether it is no combination of the rows."""
    unit = [[int(i == j) for i in range(q)] for j in range(q)]
    return [rank([*A, unit[j]]) > rank(A) for j in range(q)]


def rank(A: Sequence[Sequence[int]]) -> int:
    return len(_echelon(A))


def null_vector(A: Sequence[Sequence[int]], q: int) -> list[Fraction] | None:
    """The one direction that all rows take to 0; None when there is not exactly one."""
    rows = _echelon(A)
    if len(rows) != q - 1:
        return None
    pivots = [next(j for j, value in enumerate(row) if value) for row in rows]
    free = next(j for j in range(q) if j not in pivots)
    vector = [Fraction(0)] * q
    vector[free] = Fraction(1)
    for pivot, row in zip(pivots, rows, strict=True):
        vector[pivot] = -row[free]
    return vector


def _echelon(A: Sequence[Sequence[int]]) -> list[list[Fraction]]:
    """The rows other than 0 of the reduced echelon form."""
    rows = [[Fraction(value) for value in row] for row in A]
    found: list[list[Fraction]] = []
    for j in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows if row[j]), None)
        if pivot is None:
            continue
        rows = [row for row in rows if row is not pivot]
        pivot = [value / pivot[j] for value in pivot]
        rows = [[a - row[j] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
        found = [[a - row[j] * b for a, b in zip(row, pivot, strict=True)] for row in found] + [pivot]
    return found


def determinant(matrix: Sequence[Sequence[float]]) -> float:
    if not matrix:
        return 1.0
    first, *others = matrix
    return sum(
        (-1) ** j * value * determinant([[*row[:j], *row[j + 1 :]] for row in others])
        for j, value in enumerate(first)
    )


def gradient(function, at: Sequence[float], step: float = 1e-5) -> list[float]:
    """Derivatives by central differences, two steps combined: exact to about step to the fourth."""

    def along(j: int, h: float) -> float:
        moved = [list(at), list(at)]
        moved[0][j] += h
        moved[1][j] -= h
        return (function(moved[0]) - function(moved[1])) / (2 * h)

    return [(4 * along(j, step) - along(j, 2 * step)) / 3 for j in range(len(at))]


def _linear(theta: Sequence[float], x: Sequence[float]) -> float:
    return theta[0] + sum(b * value for b, value in zip(theta[1:], x, strict=True))
