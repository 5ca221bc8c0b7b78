"""Compiled: small symmetric systems, scaled to a unit diagonal."""

from __future__ import annotations

import numpy as np

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.times import FloatArray

# A pivot below this share of its diagonal is rounding, as in `cox.estimability`.
PIVOT_TOLERANCE = float(np.finfo(np.float64).eps ** 0.75)


@compiled
def factorise(matrix: FloatArray, size: FloatArray, q: int, scale: FloatArray, root: FloatArray) -> bool:
    """Cholesky factor of the matrix with its diagonal scaled to 1; False where a column is determined by others.

    size: (q,) beside which a vanishing diagonal counts as zero. Written are scale, the square roots of the
    diagonal, and root, the lower factor.
    """
    for j in range(q):
        if not matrix[j, j] > PIVOT_TOLERANCE * size[j]:
            return False
        scale[j] = np.sqrt(matrix[j, j])
    for j in range(q):
        for k in range(j + 1):
            total = matrix[j, k] / (scale[j] * scale[k])
            for i in range(k):
                total -= root[j, i] * root[k, i]
            if k < j:
                root[j, k] = total / root[k, k]
            else:
                if not total * matrix[j, j] > PIVOT_TOLERANCE * max(matrix[j, j], size[j]):
                    return False
                root[j, j] = np.sqrt(total)
    return True


@compiled
def solve_scaled(root: FloatArray, scale: FloatArray, score: FloatArray, q: int, step: FloatArray) -> float:
    """The Newton step, written, and its squared length in units of the standard errors."""
    for j in range(q):
        total = score[j] / scale[j]
        for i in range(j):
            total -= root[j, i] * step[i]
        step[j] = total / root[j, j]
    for j in range(q - 1, -1, -1):
        total = step[j]
        for i in range(j + 1, q):
            total -= root[i, j] * step[i]
        step[j] = total / root[j, j]
    length = 0.0
    for j in range(q):
        step[j] /= scale[j]
        length += score[j] * step[j]
    return length


@compiled
def covariance(root: FloatArray, scale: FloatArray, q: int, result: FloatArray) -> None:
    """The inverse of the factorised matrix, into `result`; `root` is overwritten."""
    for j in range(q):  # the inverse of the triangle, in place
        root[j, j] = 1.0 / root[j, j]
        for k in range(j):
            total = 0.0
            for i in range(k, j):
                total -= root[j, i] * root[i, k]
            root[j, k] = total * root[j, j]
    for j in range(q):
        for k in range(j + 1):
            total = 0.0
            for i in range(j, q):
                total += root[i, j] * root[i, k]
            result[j, k] = total / (scale[j] * scale[k])
            result[k, j] = result[j, k]
