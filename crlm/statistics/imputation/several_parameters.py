"""Pooled tests of several parameters at once: of a factor with k levels, of two nested models, of chi-squares.

All three refer D, a mean square, to an F distribution on k and `df_denominator` degrees of freedom:
D1 pools estimates and covariances, D3 likelihood ratios, D2 nothing but chi-square statistics. D1 and D3 are
about equally good; D2 is for tests that come without an estimate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.imputation.rubin import ONE_IMPUTATION, finite
from crlm.statistics.results import TestResult, chi_square_p, f_p

_SINGULAR = 1e-12

D2_NOTE = "pooled from the chi-square statistics alone (D2): approximate, with less power than D1 or D3"
LOG_RANK_NOTE = (
    "a log-rank statistic has no estimate to pool, and D2 may be too strict or too lenient; "
    "the pooled Wald or likelihood-ratio test of a Cox model is the better test"
)
NO_SMALL_SAMPLE_DF = (
    "degrees of freedom for a large sample: those for a small one need (m - 1) x parameters above 4"
)


@dataclass(frozen=True, slots=True)
class PooledTest:
    """A test pooled over m imputations: `statistic` refers to F on `df` and `df_denominator` (may be inf).

    `method`: "D1", "D2" or "D3". relative_increase_in_variance: the average one over the parameters. `n`:
    the observations used. A test that is not defined has `p` `None` and a `reason`.
    """

    method: str
    statistic: float | None
    df: float | None
    df_denominator: float | None
    p: float | None
    m: int
    n: int
    relative_increase_in_variance: float | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()


def pool_wald(estimates: ArrayLike, covariances: ArrayLike, *, complete_df: float, n: int) -> PooledTest:
    """Test that k coefficients are all 0 (D1).

    estimates: (m, k). covariances: (m, k, k), one per imputation. complete_df: as in `pool_estimates`; it
    gives the denominator Reiter's small-sample degrees of freedom, with `math.inf` those of Li et al.

    D1 = b' U^-1 b / (k (1 + r)), b the mean estimate, U the mean covariance, B the covariance of the
    estimates, r = (1 + 1/m) trace(B U^-1) / k. Sources: Li, Raghunathan & Rubin 1991 (J Am Stat Assoc
    86:1065); Reiter 2007 (Biometrika 94:502). Checked against: R mice `D1`.
    """
    values, squares = finite(estimates, "estimates", 2), finite(covariances, "covariances", 3)
    m, k = values.shape
    if squares.shape != (m, k, k):
        raise ValueError(
            f"covariances has shape {squares.shape}; to estimates of shape {(m, k)} belong {(m, k, k)}"
        )
    if not complete_df > 0:
        raise ValueError(f"complete_df was {complete_df!r}; it is above 0, or math.inf for a large sample")
    if k < 1:
        raise ValueError("estimates has no columns; a test needs at least one parameter")
    if m < 2:
        return undefined("D1", ONE_IMPUTATION, m, n)
    mean, within = values.mean(axis=0), squares.mean(axis=0)
    scale = np.sqrt(np.maximum(np.diagonal(within), 0.0))
    if not np.all(scale > 0.0):
        return undefined("D1", "a variance is 0, so there is nothing to weigh", m, n)
    if np.linalg.cond(within / np.outer(scale, scale)) > 1.0 / _SINGULAR:
        return undefined("D1", "the coefficients determine each other", m, n)
    between = np.atleast_2d(np.cov(values, rowvar=False))
    increase = (1.0 + 1.0 / m) * float(np.trace(np.linalg.solve(within, between))) / k
    statistic = float(mean @ np.linalg.solve(within, mean)) / (k * (1.0 + increase))
    freedom, notes = _wald_denominator(k, m, increase, complete_df)
    if freedom is None:
        few = f"{complete_df:g} degrees of freedom without missing values are too few for this test"
        return undefined("D1", few, m, n)
    return _test("D1", statistic, k, freedom, increase, m, n, notes)


def pool_likelihood_ratio(own: ArrayLike, at_pooled: ArrayLike, *, df: int, n: int) -> PooledTest:
    """Compare two nested models by their likelihoods (D3).

    own: (m,) likelihood-ratio statistics 2 (l1 - l0), each model at its own estimates in that imputation.
    at_pooled: (m,) the same with every model at its estimates averaged over the imputations. df: how many
    coefficients the larger model has more.

    r = (m + 1) / (df (m - 1)) (mean(own) - mean(at_pooled)); D3 = mean(at_pooled) / (df (1 + r)). An r below
    0, which chance can give, is taken as 0 and noted. Source: Meng & Rubin 1992 (Biometrika 79:103). Checked
    against: R mice `D3`, given its own statistics.
    """
    first, second = finite(own, "own", 1), finite(at_pooled, "at_pooled", 1)
    m = len(first)
    if len(second) != m:
        raise ValueError(
            f"own has {m} values and at_pooled has {len(second)}; each imputation has one of each"
        )
    if df < 1:
        raise ValueError(f"df was {df!r}; the larger model has at least one coefficient more")
    if m < 2:
        return undefined("D3", ONE_IMPUTATION, m, n)
    increase = (m + 1) / (df * (m - 1)) * float(first.mean() - second.mean())
    notes: tuple[str, ...] = ()
    if increase < 0.0:
        notes = (f"the relative increase in variance came out at {increase:.2g} and was taken as 0",)
        increase = 0.0
    statistic = float(second.mean()) / (df * (1.0 + increase))
    return _test("D3", statistic, df, _large_sample_denominator(df, m, increase), increase, m, n, notes)


def pool_chi_squares(tests: Sequence[TestResult]) -> PooledTest:
    """Pool chi-square tests of which nothing is known but the statistic and its degrees of freedom (D2).

    Refused with a reason: tests of different methods, degrees of freedom or numbers of patients, and a test
    that was not defined in one of the imputations.

    r = (1 + 1/m) var(sqrt(d)); D2 = (mean(d) / k - (m + 1) / (m - 1) r) / (1 + r), taken as 0 when negative.
    Source: Li, Meng, Raghunathan & Rubin 1991 (Statistica Sinica 1:65). Checked against: R mice `D2`.
    """
    m, n = len(tests), tests[0].n if tests else 0
    if refusal := _why_not_together(tests):
        return undefined("D2", refusal, m, n)
    statistics, k = [], 0.0
    for test in tests:
        if test.statistic is None or test.df is None:
            raise ValueError(f"a {test.method} test has a p-value and no chi-square with degrees of freedom")
        if test.statistic < 0.0 or test.df <= 0.0:
            raise ValueError(f"chi-square {test.statistic:g} on {test.df:g} df is none")
        statistics.append(test.statistic)
        k = test.df
    d = finite(statistics, "tests", 1)
    increase = (1.0 + 1.0 / m) * float(np.sqrt(d).var(ddof=1))
    statistic = (float(d.mean()) / k - (m + 1) / (m - 1) * increase) / (1.0 + increase)
    freedom = k ** (-3.0 / m) * (m - 1) * (1.0 + 1.0 / increase) ** 2 if increase > 0.0 else math.inf
    notes = (D2_NOTE, LOG_RANK_NOTE) if tests[0].method == "log-rank" else (D2_NOTE,)
    return _test("D2", statistic, k, freedom, increase, m, n, notes)


def _why_not_together(tests: Sequence[TestResult]) -> str | None:
    if len(tests) < 2:
        return ONE_IMPUTATION if tests else "there are no imputations"
    first = tests[0]
    for at, test in enumerate(tests, start=1):
        if test.p is None:
            return f"imputation {at}: {test.reason}"
        for what, one, other in (
            ("methods", first.method, test.method),
            ("degrees of freedom", first.df, test.df),
            ("numbers of patients", first.n, test.n),
        ):
            if one != other:
                return f"imputations 1 and {at} have different {what}: {one} and {other}"
    return None


def _wald_denominator(
    k: int, m: int, increase: float, complete_df: float
) -> tuple[float | None, tuple[str, ...]]:
    t = k * (m - 1)
    if math.isinf(complete_df):
        return _large_sample_denominator(k, m, increase), ()
    if t <= 4:
        return _large_sample_denominator(k, m, increase), (NO_SMALL_SAMPLE_DF,)
    # Reiter 2007, equations 1 and 2, in the letters used there.
    a = increase * t / (t - 2)
    v = (complete_df + 1.0) / (complete_df + 3.0) * complete_df
    c0, c1, c2 = 1.0 / (t - 4), v - 2.0 * (1.0 + a), v - 4.0 * (1.0 + a)
    if c2 <= 0.0:
        return None, ()
    z = 1.0 / c2 + c0 * (
        a**2 * c1 / ((1.0 + a) ** 2 * c2)
        + 8.0 * a**2 * c1 / ((1.0 + a) * c2**2)
        + 4.0 * a**2 / ((1.0 + a) * c2)
        + 4.0 * a**2 / (c2 * c1)
        + 16.0 * a**2 * c1 / c2**3
        + 8.0 * a**2 / c2**2
    )
    return 4.0 + 1.0 / z, ()


def _large_sample_denominator(k: int, m: int, increase: float) -> float:
    if increase <= 0.0:
        return math.inf
    t = k * (m - 1)
    if t > 4:
        return 4.0 + (t - 4) * (1.0 + (1.0 - 2.0 / t) / increase) ** 2
    return t * (1.0 + 1.0 / k) * (1.0 + 1.0 / increase) ** 2 / 2.0


def _test(
    method: str,
    statistic: float,
    df: float,
    denominator: float,
    increase: float,
    m: int,
    n: int,
    notes: tuple[str, ...],
) -> PooledTest:
    statistic = max(statistic, 0.0)
    p = chi_square_p(statistic * df, df) if math.isinf(denominator) else f_p(statistic, df, denominator)
    return PooledTest(method, statistic, df, denominator, p, m, n, increase, notes=notes)


def undefined(method: str, reason: str, m: int, n: int) -> PooledTest:
    """A test that cannot be pooled, and why."""
    return PooledTest(method, None, None, None, None, m, n, reason=reason)
