"""Are the groups alike, before and after weighting?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.logistic.validation import validate_covariates, validate_event
from crlm.statistics.times import BoolArray, FloatArray

Spread = Literal["pooled", "treated"]
NO_VARIATION = "the values do not vary within the groups"


@dataclass(frozen=True, slots=True)
class CovariateBalance:
    """One column before and after weighting.

    difference: (mean of the treated - mean of the untreated) / spread; above 0.1 in size is usually called imbalanced.
    variance_ratio: variance of the treated / of the untreated, None for a column of 0 and 1, where it says nothing
    that the means do not. What is not defined is None, and `reason` says why.
    """

    name: str
    treated_mean: float
    control_mean: float
    difference: float | None
    variance_ratio: float | None
    weighted_treated_mean: float
    weighted_control_mean: float
    weighted_difference: float | None
    weighted_variance_ratio: float | None
    reason: str | None = None


def balance(
    X: ArrayLike,
    names: Sequence[str],
    treated: ArrayLike,
    weights: ArrayLike,
    *,
    spread: Spread = "pooled",
) -> tuple[CovariateBalance, ...]:
    """Standardised differences and variance ratios of each column, before and after weighting.

    X: (n, p), factors coded in columns of 0 and 1 (one for each level, the reference too). treated: (n,) 1 or 0.
    weights: (n,) >= 0. spread: the unit of both differences is taken *before* weighting, so that only the means
    move: "pooled" is the root of the mean of the two variances, "treated" the standard deviation of the treated
    (usual for the ATT). The variance of a 0/1 column is p (1 - p), that of another column has n - 1 in the
    denominator, and weighted (sum w) - (sum w^2) / (sum w). Raises `ValueError` for the wrong shape, for weights
    that are negative or not finite, and for a group without patients or without weight.

    Before weighting this is `summaries.standardised_difference` with its sign. Checked against: the formulas in R
    (tests/golden/weighting.json). Sources: Austin 2009 (Stat Med 28:3083); Austin & Stuart 2015 (Stat Med 34:3661).
    """
    if spread not in ("pooled", "treated"):
        raise ValueError(f"spread was {spread!r}; it is 'pooled' or 'treated'")
    who = validate_event(treated)
    columns = validate_covariates(X, len(who))
    w = _weights(weights, who)
    if len(names) != columns.shape[1]:
        raise ValueError(f"names has {len(names)} entries and X has {columns.shape[1]} columns")
    return tuple(_column(name, columns[:, j], who, w, spread) for j, name in enumerate(names))


def weighted_variance(values: FloatArray, weights: FloatArray) -> float | None:
    """Variance with weights that say how reliable a value is, not how often it was seen; None for one value."""
    total = weights.sum()
    left = total - weights @ weights / total
    if left <= 1e-12 * total:
        return None
    return float(weights @ (values - weights @ values / total) ** 2 / left)


def _column(name: str, values: FloatArray, who: BoolArray, w: FloatArray, spread: Spread) -> CovariateBalance:
    binary = bool(np.all((values == 0.0) | (values == 1.0)))
    before = [_moments(values[group], np.ones(int(group.sum())), binary) for group in (who, ~who)]
    after = [_moments(values[group], w[group], binary) for group in (who, ~who)]
    variances = [variance for _, variance in before]
    used = [variances[0]] if spread == "treated" else variances
    unit, reason = None, None
    if any(variance is None for variance in used):
        reason = "a group has fewer than two values"
    else:
        unit = float(np.sqrt(np.mean([variance for variance in used if variance is not None])))
        if unit <= 10.0 * np.finfo(np.float64).eps * np.abs(values).max(initial=0.0):
            unit, reason = None, NO_VARIATION
    return CovariateBalance(
        name=name,
        treated_mean=before[0][0],
        control_mean=before[1][0],
        difference=None if unit is None else (before[0][0] - before[1][0]) / unit,
        variance_ratio=None if binary else _ratio(before[0][1], before[1][1]),
        weighted_treated_mean=after[0][0],
        weighted_control_mean=after[1][0],
        weighted_difference=None if unit is None else (after[0][0] - after[1][0]) / unit,
        weighted_variance_ratio=None if binary else _ratio(after[0][1], after[1][1]),
        reason=reason,
    )


def _moments(values: FloatArray, weights: FloatArray, binary: bool) -> tuple[float, float | None]:
    mean = float(weights @ values / weights.sum())
    return mean, mean * (1.0 - mean) if binary else weighted_variance(values, weights)


def _ratio(one: float | None, other: float | None) -> float | None:
    return None if one is None or not other else one / other


def _weights(weights: ArrayLike, who: BoolArray) -> FloatArray:
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != who.shape:
        raise ValueError(f"weights has shape {values.shape} and there are {len(who)} patients")
    if not np.all(np.isfinite(values)) or np.any(values < 0.0):
        raise ValueError("weights must be finite numbers >= 0")
    for group, name in ((who, "treated"), (~who, "untreated")):
        if not values[group].any():
            raise ValueError(f"the {name} have no weight: there is nothing to compare")
    return values
