"""Rubin's rules: one estimate and its uncertainty out of the estimates of m completed data sets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.results import Estimate, interval_multiplier, t_p
from crlm.statistics.times import FloatArray

DegreesOfFreedom = Literal["barnard-rubin", "rubin-1987"]

ONE_IMPUTATION = (
    "with one imputation nothing says how uncertain the imputed values are; two or more are needed"
)


@dataclass(frozen=True, slots=True)
class PooledEstimate:
    """An estimate pooled over m imputations, with an interval and a test that it is 0 by Student's t.

    within, between: the mean of the m variances, and the variance of the m estimates; the variance of `value`
    is within + (1 + 1/m) between. relative_increase_in_variance: (1 + 1/m) between / within.
    share_due_to_missing: the part of the variance that comes from between ("lambda").
    fraction_of_missing_information: the same with the degrees of freedom allowed for. `df` may be `math.inf`.
    What could not be pooled is `None` with a `reason`; a test that would make no sense is `None` as well.
    """

    value: float | None
    lower: float | None
    upper: float | None
    level: float
    standard_error: float | None
    statistic: float | None
    df: float | None
    p: float | None
    m: int
    within: float | None = None
    between: float | None = None
    relative_increase_in_variance: float | None = None
    share_due_to_missing: float | None = None
    fraction_of_missing_information: float | None = None
    reason: str | None = None

    @property
    def estimate(self) -> Estimate:
        """The value and its interval alone."""
        return Estimate(self.value, self.lower, self.upper, self.level, self.standard_error, self.reason)


def pool_estimates(
    estimates: ArrayLike,
    variances: ArrayLike,
    *,
    complete_df: float,
    df_rule: DegreesOfFreedom = "barnard-rubin",
    level: float = 0.95,
) -> PooledEstimate:
    """Pool the estimates of one quantity from m imputations.

    estimates: (m,) on a scale where they are about normal (log hazard ratio, not hazard ratio). variances:
    (m,) squared standard errors. complete_df: degrees of freedom the analysis would have had without missing
    values (patients, or events in a Cox model, minus coefficients), or `math.inf` for a large sample.
    df_rule: "barnard-rubin" (1999, never above `complete_df`) or "rubin-1987" ((m - 1) / lambda^2).

    One imputation, or a variance of 0, cannot be pooled: the result has a `reason`. `ValueError` for what is
    not finite, negative variances, different lengths. Sources: Rubin 1987, Multiple Imputation for
    Nonresponse in Surveys, ch. 3; Barnard & Rubin 1999 (Biometrika 86:948). Checked against: R mice 3.15
    `pool`, `pool.scalar` (tests/golden/rubin.json; mice never takes lambda below 1e-4, here it is exact);
    by hand (docs/validation/multiple-imputation.md).
    """
    if df_rule not in ("barnard-rubin", "rubin-1987"):
        raise ValueError(f'df_rule was {df_rule!r}; it is "barnard-rubin" or "rubin-1987"')
    interval_multiplier(level)  # refuses a level that is none
    if not complete_df > 0:
        raise ValueError(f"complete_df was {complete_df!r}; it is above 0, or math.inf for a large sample")
    values, squares = finite(estimates, "estimates", 1), finite(variances, "variances", 1)
    m = len(values)
    if len(squares) != m:
        raise ValueError(f"there are {m} estimates and {len(squares)} variances; each estimate needs one")
    if np.any(squares < 0):
        raise ValueError(f"a variance was {squares.min():g}; it is never below 0")
    if m < 2:
        return refused(ONE_IMPUTATION if m else "there are no imputations", m, level)
    if np.any(squares == 0):
        at = int(np.flatnonzero(squares == 0)[0]) + 1
        return refused(f"imputation {at}: the variance is 0, so there is nothing to weigh", m, level)
    within, between = float(squares.mean()), float(values.var(ddof=1))
    total = within + (1.0 + 1.0 / m) * between
    share = (1.0 + 1.0 / m) * between / total
    df = degrees_of_freedom(m, share, complete_df, df_rule)
    increase = (1.0 + 1.0 / m) * between / within
    value, error = float(values.mean()), math.sqrt(total)
    reach = t_multiplier(level, df) * error
    bounded = math.isfinite(reach)
    return PooledEstimate(
        value=value,
        lower=value - reach if bounded else None,
        upper=value + reach if bounded else None,
        level=level,
        standard_error=error,
        statistic=value / error,
        df=df,
        p=t_p(value / error, df),
        m=m,
        within=within,
        between=between,
        relative_increase_in_variance=increase,
        share_due_to_missing=share,
        fraction_of_missing_information=(increase + 2.0 / (df + 3.0)) / (increase + 1.0),
        reason=None if bounded else "no interval: almost nothing is known apart from the imputed values",
    )


def degrees_of_freedom(m: int, share: float, complete_df: float, rule: DegreesOfFreedom) -> float:
    """Degrees of freedom of a pooled estimate, `share` of whose variance comes from between imputations."""
    old = (m - 1) / share**2 if share**2 > 0.0 else math.inf
    if rule == "rubin-1987" or math.isinf(complete_df):
        return old
    observed = (complete_df + 1.0) / (complete_df + 3.0) * complete_df * (1.0 - share)
    return 0.0 if observed == 0.0 else 1.0 / (1.0 / old + 1.0 / observed)


def t_multiplier(level: float, df: float) -> float:
    """The number of standard errors on either side of an estimate whose reference is t on `df`."""
    from scipy import special

    return float(special.stdtrit(df, (1.0 + level) / 2.0)) if df > 0.0 else math.inf


def refused(reason: str, m: int, level: float) -> PooledEstimate:
    """What is not pooled, and why."""
    return PooledEstimate(None, None, None, level, None, None, None, None, m, reason=reason)


def finite(values: ArrayLike, name: str, dimensions: int) -> FloatArray:
    """Return an array of finite numbers with so many dimensions; `ValueError` for anything else."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != dimensions:
        raise ValueError(f"{name} has {array.ndim} dimensions; it must have {dimensions}")
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} holds {array[~np.isfinite(array)][0]}; every value must be finite")
    return array
