"""Imputing levels: logistic, multinomial and proportional-odds regression, safe from perfect prediction."""

from __future__ import annotations

import numpy as np

from crlm.statistics.imputation.category_models import (
    Fit,
    fit_multinomial,
    fit_proportional_odds,
    multinomial_probabilities,
    proportional_odds_probabilities,
)
from crlm.statistics.imputation.predictors import Predictors
from crlm.statistics.times import FloatArray


def augmented_rows(X: FloatArray, k: int) -> tuple[FloatArray, FloatArray, float]:
    """Rows that keep a category from being predicted perfectly: X (2 q k, q), their levels and one weight.

    For each column and each of k levels one row half a standard deviation above and one below the mean (not
    beyond the values that occur), the other columns at their means; together they weigh q + 1 patients.
    Source: White, Daniel & Royston 2010 (Comput Stat Data Anal 54:2267). Checked against: R mice.
    """
    q = X.shape[1]
    mean, spread = X.mean(axis=0), X.std(axis=0, ddof=1)
    rows = np.tile(mean, (2 * q * k, 1))
    number = np.arange(2 * q * k)
    column, side = number // (2 * k), np.where(number % 2 == 0, 0.5, -0.5)
    rows[number, column] += side * spread[column]
    rows = np.clip(rows, X.min(axis=0), X.max(axis=0))
    level = (number // 2) % k
    return rows, level.astype(np.float64), (q + 1) / (2 * q * k) if q else 0.0


def impute_unordered(
    predictors: Predictors, level: FloatArray, k: int, generator: np.random.Generator
) -> FloatArray:
    """Impute by (multinomial) logistic regression with coefficients drawn from their normal approximation.

    level: (n known,) 0 ... k - 1, each of which occurs. mice draws coefficients for two levels only and uses
    the estimates for more, which makes its imputations of unordered factors too certain.
    """
    X, levels, weights = _augmented(predictors, level, k)
    fit = fit_multinomial(_with_intercept(X), np.eye(k)[levels.astype(np.intp)], weights)
    drawn = _draw(fit, generator)
    return _draw_levels(multinomial_probabilities(_with_intercept(predictors.wanted), drawn), generator)


def impute_ordered(
    predictors: Predictors, level: FloatArray, k: int, generator: np.random.Generator
) -> FloatArray:
    """Impute by proportional-odds regression with parameters drawn from their normal approximation.

    The cuts are drawn as the first one and the logarithms of the distances, so that they stay in order.
    mice uses the estimates without drawing.
    """
    X, levels, weights = _augmented(predictors, level, k)
    drawn = _draw(fit_proportional_odds(X, levels, k, weights), generator)
    return _draw_levels(proportional_odds_probabilities(predictors.wanted, drawn, k), generator)


def _augmented(
    predictors: Predictors, level: FloatArray, k: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    rows, levels, weight = augmented_rows(predictors.everybody, k)
    return (
        np.vstack((predictors.known, rows)),
        np.concatenate((level, levels)),
        np.concatenate((np.ones(len(level)), np.full(len(levels), weight))),
    )


def _draw(fit: Fit, generator: np.random.Generator) -> FloatArray:
    root = np.linalg.cholesky(fit.information)
    normal = generator.standard_normal(len(fit.parameters))
    return np.asarray(fit.parameters + np.linalg.solve(root.T, normal))


def _draw_levels(probability: FloatArray, generator: np.random.Generator) -> FloatArray:
    """One level per row, from its probabilities (n, k)."""
    uniform = generator.random(len(probability))
    passed = np.sum(uniform[:, None] >= np.cumsum(probability, axis=1), axis=1)
    return np.asarray(np.minimum(passed, probability.shape[1] - 1), dtype=np.float64)


def _with_intercept(X: FloatArray) -> FloatArray:
    return np.column_stack((np.ones(len(X)), X))
