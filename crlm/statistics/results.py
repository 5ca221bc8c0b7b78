"""What every estimator and test returns, and the tail probabilities they share.

`scipy.special` only: it loads in a third of the time of `scipy.stats` and gives the same numbers. That third is still
longer than a small fit, so here and everywhere in the statistics it is loaded when the first probability is asked for.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its confidence interval.

    What cannot be estimated is `None`, never NaN, and `reason` says why in plain words; `reason` may also
    explain a single missing limit while the value itself stands.
    """

    value: float | None
    lower: float | None
    upper: float | None
    level: float = 0.95
    standard_error: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TestResult:
    """A significance test: `method` is a stable id ("log-rank", "fisher", ...), `n` the observations used.

    A test that is not defined for the data has `p` `None` and a `reason`.
    """

    __test__: ClassVar[bool] = False  # the name starts with "Test", but pytest must not collect it

    method: str
    statistic: float | None
    df: float | None
    p: float | None
    n: int
    reason: str | None = None
    notes: tuple[str, ...] = ()


def chi_square_p(statistic: float, df: float) -> float:
    """Upper tail probability of the chi-square distribution, accurate until p underflows near 1e-308."""
    from scipy import special

    return float(special.gammaincc(df / 2.0, max(statistic, 0.0) / 2.0))


def normal_p(z: float) -> float:
    """Two-sided tail probability of a standard normal deviate, accurate in the far tails."""
    from scipy import special

    return float(special.erfc(abs(z) / np.sqrt(2.0)))


def t_p(statistic: float, df: float) -> float:
    """Two-sided tail probability of Student's t; `df` need not be a whole number."""
    if np.isinf(df):
        return normal_p(statistic)
    return f_p(statistic * statistic, 1.0, df)


def f_p(statistic: float, df_numerator: float, df_denominator: float) -> float:
    """Upper tail probability of the F distribution, accurate in the far tail and near 1."""
    from scipy import special

    explained = df_numerator * max(statistic, 0.0)
    total = df_denominator + explained
    a, b = df_numerator / 2.0, df_denominator / 2.0
    if explained > df_denominator:
        return float(special.betainc(b, a, df_denominator / total))
    return float(special.betaincc(a, b, explained / total))


def normal_quantile(probability: float) -> float:
    """The value a standard normal deviate stays below with the given probability (0.975: 1.96)."""
    from scipy import special

    return float(special.ndtri(probability))


@lru_cache(maxsize=16)
def interval_multiplier(level: float) -> float:
    """The number of standard errors on either side of an estimate in a two-sided interval (0.95: 1.96)."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level was {level!r}; a confidence level lies between 0 and 1, for example 0.95")
    return -normal_quantile((1.0 - level) / 2.0)
