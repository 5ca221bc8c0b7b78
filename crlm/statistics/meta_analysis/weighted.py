"""Weighted least squares of effects on a design, with the sums that every estimator of heterogeneity is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.times import FloatArray


@dataclass(frozen=True)
class WeightedFit:
    """b = (X'WX)^-1 X'Wy and what follows, with P = W - WX (X'WX)^-1 X'W.

    coefficients, shape (p,); covariance (X'WX)^-1; residuals y - Xb and leverages, shape (k,); q = y'Py; trace = tr P;
    squared = y'PPy; trace_squared = tr PP; log_determinant = log |X'WX|.
    """

    coefficients: FloatArray
    covariance: FloatArray
    residuals: FloatArray
    leverages: FloatArray
    q: float
    trace: float
    squared: float
    trace_squared: float
    log_determinant: float


def weighted_fit(y: FloatArray, weights: FloatArray, X: FloatArray) -> WeightedFit:
    """Fit y on X (shape (k, p), of full rank) with positive weights, by the QR decomposition of sqrt(W) X."""
    root = np.sqrt(weights)
    Q, R = np.linalg.qr(root[:, None] * X)
    inverse = np.linalg.inv(R)
    coefficients = inverse @ (Q.T @ (root * y))
    residuals = y - X @ coefficients
    weighted = weights * residuals
    leverages = np.minimum((Q * Q).sum(axis=1), 1.0)
    inner = Q.T @ (weights[:, None] * Q)
    return WeightedFit(
        coefficients=coefficients,
        covariance=inverse @ inverse.T,
        residuals=residuals,
        leverages=leverages,
        q=float(weighted @ residuals),
        trace=float(weights @ (1.0 - leverages)),
        squared=float(weighted @ weighted),
        trace_squared=float(weights**2 @ (1.0 - 2.0 * leverages) + (inner * inner).sum()),
        log_determinant=2.0 * float(np.log(np.abs(R.diagonal())).sum()),
    )


def validated(values: ArrayLike, variances: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Effects and variances as floats, shape (k,); `ValueError` for what is not finite, and variances not above 0."""
    y, v = np.asarray(values, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape:
        raise ValueError(f"values has shape {y.shape} and variances {v.shape}; each study has one of each")
    if not np.all(np.isfinite(y)) or not np.all(np.isfinite(v)):
        raise ValueError("an effect or variance is not finite; leave the study out and count it")
    if np.any(v <= 0.0):
        raise ValueError(
            f"variances[{int(np.argmax(v <= 0.0))}] is not above 0; a study without error has no weight"
        )
    return y, v


def intercept_only(k: int) -> FloatArray:
    """The design of one common effect: a column of ones."""
    return np.ones((k, 1))
