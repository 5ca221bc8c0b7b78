"""Imputing numbers: Bayesian linear regression, and predictive mean matching, which borrows known values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crlm.statistics.imputation.donors import nearest_donors
from crlm.statistics.imputation.predictors import Predictors
from crlm.statistics.imputation.refusal import CannotImpute
from crlm.statistics.times import FloatArray


@dataclass(frozen=True, eq=False)
class Regression:
    """A linear regression and one draw from its posterior: predicted means of known and of missing rows.

    `fitted`: (n known,) at the least-squares coefficients. `drawn`: (n missing,) at the drawn coefficients.
    `sigma`: the drawn residual standard deviation.
    """

    fitted: FloatArray
    drawn: FloatArray
    sigma: float


def draw_regression(
    predictors: Predictors, y: FloatArray, chi_square: float, normal: FloatArray
) -> Regression:
    """Draw from the posterior of a linear regression under the flat prior.

    y: (n known,). chi_square: a draw from chi-square on `residual_df`. normal: (q + 1,) standard normal
    draws, the first for the intercept. sigma^2 = residual sum of squares / chi_square; coefficients =
    least squares + sigma L'^-1 z with L the Cholesky factor of X'X. Source: Rubin 1987, pp. 166-167.
    Checked against: R mice's `norm.draw` in sigma, mean and covariance (tests/golden/imputation.json).
    """
    X, n = predictors.known, len(y)
    centre = y.mean()
    root = np.linalg.cholesky(predictors.correlation)
    slopes = np.linalg.solve(predictors.correlation, X.T @ (y - centre) / (n - 1))
    fitted: FloatArray = centre + X @ slopes
    sigma = float(np.sqrt(np.sum((y - fitted) ** 2) / chi_square))
    # The standardised columns sum to 0, so intercept and slopes are independent.
    intercept = centre + sigma * normal[0] / np.sqrt(n)
    slopes = slopes + sigma * np.linalg.solve(root.T, normal[1:]) / np.sqrt(n - 1)
    return Regression(fitted, intercept + predictors.wanted @ slopes, sigma)


def residual_df(predictors: Predictors) -> int:
    """Known values minus coefficients; refused when nothing is left to estimate the residual spread from."""
    n, q = predictors.known.shape
    if n - q - 1 < 1:
        raise CannotImpute(
            f"{n} known values and {q} predictor columns leave no degree of freedom; name fewer predictors"
        )
    return int(n - q - 1)


def impute_normal(
    predictors: Predictors, y: FloatArray, donors: int, generator: np.random.Generator
) -> FloatArray:
    """Impute by a normal draw around the drawn regression: not confined to values that occur."""
    found = _draw(predictors, y, generator)
    noise = generator.standard_normal(len(found.drawn))
    return np.asarray(found.drawn + found.sigma * noise)


def impute_by_matching(
    predictors: Predictors, y: FloatArray, donors: int, generator: np.random.Generator
) -> FloatArray:
    """Impute the known value of a donor: one of those whose predicted mean is nearest.

    Type 1 matching: the predictions of donors are at the least-squares coefficients, those of recipients at
    drawn ones. Sources: Rubin 1986 (J Bus Econ Stat 4:87); Little 1988 (J Bus Econ Stat 6:287); van Buuren
    2018, Flexible Imputation of Missing Data, 3.4. Unlike mice, which breaks ties once per visit, equally
    near donors are chosen among anew for each recipient.
    """
    found = _draw(predictors, y, generator)
    n = len(found.drawn)
    rank = generator.integers(min(donors, len(y)), size=n)
    tie = generator.random(n)
    return np.asarray(y[nearest_donors(found.fitted, found.drawn, rank, tie)])


def _draw(predictors: Predictors, y: FloatArray, generator: np.random.Generator) -> Regression:
    chi_square = float(generator.chisquare(residual_df(predictors)))
    return draw_regression(
        predictors, y, chi_square, generator.standard_normal(predictors.known.shape[1] + 1)
    )
