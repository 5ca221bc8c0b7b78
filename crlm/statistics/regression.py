"""What every regression model says about a coefficient: its interval, its ratio, its Wald test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from crlm.statistics.results import Estimate, TestResult, chi_square_p, interval_multiplier
from crlm.statistics.times import FloatArray

# A robust variance below this share of that from the information is rounding.
SINGULAR_SHARE = 1e-12
SINGULAR = "the robust variance is 0, too few patients contribute to it"
TOO_LARGE = "too large or too small to be written as a number: choose a larger or smaller unit"


@dataclass(frozen=True, slots=True)
class Term:
    """Columns that belong together and are tested together: a factor with k levels has k - 1 columns."""

    name: str
    columns: tuple[str, ...]


def wald_estimate(value: float, error: float | None, level: float) -> Estimate:
    """A value with the interval that its standard error gives; without one (None) no interval."""
    if error is None:
        return Estimate(value, None, None, level, None, f"no interval: {SINGULAR}")
    reach = interval_multiplier(level) * error
    return Estimate(value, value - reach, value + reach, level, error)


def exponential(coefficient: Estimate) -> Estimate:
    """A ratio from its logarithm; a limit that is missing stays missing, the standard error stays that of the log."""
    known = [one for one in (coefficient.value, coefficient.lower, coefficient.upper) if one is not None]
    if any(abs(one) > 700.0 for one in known):
        return Estimate(None, None, None, coefficient.level, coefficient.standard_error, TOO_LARGE)
    value, lower, upper = (
        None if one is None else math.exp(one)
        for one in (coefficient.value, coefficient.lower, coefficient.upper)
    )
    return Estimate(value, lower, upper, coefficient.level, coefficient.standard_error, coefficient.reason)


def wald(statistic: float, df: int, n: int, notes: tuple[str, ...] = ()) -> TestResult:
    """A Wald test from its chi-square statistic."""
    return TestResult("wald", float(statistic), df, chi_square_p(statistic, df), n, notes=notes)


def single_wald_test(coefficient: Estimate, n: int) -> TestResult:
    """The Wald test that a coefficient is 0: (coefficient / standard error)^2 on 1 df."""
    if coefficient.value is None or coefficient.standard_error is None:
        return TestResult("wald", None, None, None, n, coefficient.reason)
    return wald((coefficient.value / coefficient.standard_error) ** 2, 1, n)


def robust_error(robust: float, model_based: float) -> float | None:
    """The standard error from a robust variance; None where it is nothing but rounding beside the model's own."""
    return math.sqrt(robust) if robust > SINGULAR_SHARE * model_based else None


def wald_statistic(covariance: FloatArray, scale: FloatArray, beta: FloatArray) -> float | None:
    """The quadratic form beta' covariance^-1 beta; None when the covariance is singular.

    `scale`, the covariance from the information, is what `covariance` is compared with: what vanishes beside it
    is rounding.
    """
    root = np.sqrt(np.diagonal(scale))
    scaled = covariance / np.outer(root, root)
    if len(beta) and float(np.linalg.eigvalsh(scaled).min()) < SINGULAR_SHARE:
        return None
    return float(beta / root @ np.linalg.solve(scaled, beta / root))
