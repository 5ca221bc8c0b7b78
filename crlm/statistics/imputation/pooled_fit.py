"""Fit a model to every completed data set and pool the fits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.imputation.imputations import CompletedData, Imputations
from crlm.statistics.imputation.rubin import (
    ONE_IMPUTATION,
    DegreesOfFreedom,
    PooledEstimate,
    finite,
    pool_estimates,
    refused,
)
from crlm.statistics.imputation.several_parameters import (
    PooledTest,
    pool_likelihood_ratio,
    pool_wald,
    undefined,
)
from crlm.statistics.results import Estimate
from crlm.statistics.times import FloatArray

LogLikelihood = Callable[[CompletedData, FloatArray], float]


class Model(Protocol):
    """A fitted model as the estimators of this package return it, for example a `CoxFit`.

    `covariance` holds the coefficients that have a value, in the order of `names`; a coefficient without one
    has its reason in `reasons`; a model that could not be fitted has a `reason`.
    """

    @property
    def names(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def coefficients(self) -> Sequence[Estimate]: ...  # noqa: D102
    @property
    def covariance(self) -> FloatArray: ...  # noqa: D102
    @property
    def reasons(self) -> Sequence[str | None]: ...  # noqa: D102
    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def reason(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class FittedCoefficients:
    """A fit reduced to what is pooled; `fitted_coefficients` makes one out of plain arrays.

    names: k different names. coefficients: k estimates, of which only the values count. covariance: of those
    with a value. n: the observations used.
    """

    names: tuple[str, ...]
    coefficients: tuple[Estimate, ...]
    covariance: FloatArray
    n: int
    reasons: tuple[str | None, ...]
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class PooledFit:
    """A model pooled over m imputations.

    estimates: per name, the coefficient with interval, t-test and share of missing information, or its
    reason. covariance: (k, k) total, within + (1 + 1/m) between, of the coefficients that were pooled, in the
    order of `names`. fits: what each imputation gave. When nothing could be pooled, `reason` says which
    imputation stood in the way and why.
    """

    names: tuple[str, ...]
    estimates: tuple[PooledEstimate, ...]
    covariance: FloatArray
    m: int
    n: int
    level: float
    complete_df: float
    fits: tuple[Model, ...]
    reason: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def ratios(self) -> tuple[Estimate, ...]:
        """The exponentials of the coefficients: hazard or odds ratios; `standard_error` is of the coefficient."""
        return tuple(_exponential(one.estimate) for one in self.estimates)


def fitted_coefficients(
    names: Sequence[str], values: ArrayLike, covariance: ArrayLike, n: int
) -> FittedCoefficients:
    """A fit to hand to `fit_and_pool`, from any estimator: values (k,), covariance (k, k), n observations."""
    columns, numbers, squares = tuple(names), finite(values, "values", 1), finite(covariance, "covariance", 2)
    k = len(columns)
    if len(set(columns)) != k or numbers.shape != (k,) or squares.shape != (k, k):
        raise ValueError(
            f"to {k} different names belong {k} values and a covariance of {k} x {k}; they were "
            f"{len(set(columns))} different names, {len(numbers)} values and {squares.shape}"
        )
    estimates = tuple(Estimate(float(value), None, None) for value in numbers)
    return FittedCoefficients(columns, estimates, squares, n, (None,) * k)


def failed_fit(names: Sequence[str], n: int, reason: str) -> FittedCoefficients:
    """A fit that failed, for `fit_and_pool` to refuse with the reason."""
    nothing = tuple(Estimate(None, None, None, reason=reason) for _ in names)
    return FittedCoefficients(tuple(names), nothing, np.zeros((0, 0)), n, (reason,) * len(names), reason)


def fit_and_pool(
    imputations: Imputations,
    fit: Callable[[CompletedData], Model],
    *,
    complete_df: float,
    df_rule: DegreesOfFreedom = "barnard-rubin",
    level: float = 0.95,
) -> PooledFit:
    """Fit the same model to every completed data set and pool the coefficients by Rubin's rules.

    fit: called once per imputation with its `CompletedData`; returns a fitted model of this package or
    `fitted_coefficients(...)`. complete_df, df_rule, level: as in `pool_estimates`; for a Cox model events
    minus coefficients is customary. What `pool_fits` refuses is refused, and so are imputations that failed.
    """
    if imputations.reason is not None:
        return _nothing(imputations.reason, (), (), complete_df, level)
    fits = [fit(one) for one in imputations.data_sets]
    return pool_fits(fits, complete_df=complete_df, df_rule=df_rule, level=level)


def pool_fits(
    fits: Sequence[Model],
    *,
    complete_df: float,
    df_rule: DegreesOfFreedom = "barnard-rubin",
    level: float = 0.95,
) -> PooledFit:
    """Pool m fits of the same model, one per imputation.

    Refused with a reason: one imputation; a model that failed in an imputation; fits with other names, other
    numbers of patients, or other coefficients that have an estimate (aliased in one imputation and not in the
    next, separated in one only), because then they are not estimates of the same thing. A coefficient that
    has no estimate in any imputation is left out with its reason and the others are pooled.
    """
    given = tuple(fits)
    names = tuple(given[0].names) if given else ()
    if refusal := _why_not_together(given):
        return _nothing(refusal, given, names, complete_df, level)
    known = [j for j, one in enumerate(given[0].coefficients) if one.value is not None]
    m = len(given)
    values = np.array([[one.coefficients[j].value for j in known] for one in given], dtype=np.float64)
    covariances = np.array([one.covariance for one in given], dtype=np.float64)
    pooled: dict[int, PooledEstimate] = {
        j: pool_estimates(
            values[:, i], covariances[:, i, i], complete_df=complete_df, df_rule=df_rule, level=level
        )
        for i, j in enumerate(known)
    }
    estimates = tuple(
        pooled[j] if j in pooled else refused(_reason(given[0], j), m, level) for j in range(len(names))
    )
    between = np.cov(values, rowvar=False).reshape(len(known), len(known)) if known else np.zeros((0, 0))
    covariance = covariances.mean(axis=0) + (1.0 + 1.0 / m) * between
    notes = _enough(estimates, m)
    return PooledFit(names, estimates, covariance, m, given[0].n, level, complete_df, given, notes=notes)


def pooled_term_test(pooled: PooledFit, columns: Sequence[str]) -> PooledTest:
    """Test that the coefficients of these columns are all 0: one factor with k levels has k - 1 columns.

    D1 of `pool_wald`; for a single column the square of its t-test, so that table and test agree. Columns
    without an estimate in any imputation leave the test, as aliased columns do, unless none is left.
    `KeyError` for a name that the model does not have.
    """
    place = {name: j for j, name in enumerate(pooled.names)}
    wanted = [place[column] for column in columns]
    if not wanted:
        raise ValueError("columns is empty; a test needs at least one coefficient")
    if pooled.reason is not None:
        return undefined("D1", pooled.reason, pooled.m, pooled.n)
    first = pooled.fits[0]
    used = [j for j in wanted if first.coefficients[j].value is not None]
    if not used:
        return undefined("D1", _reason(first, wanted[0]), pooled.m, pooled.n)
    left_out = [pooled.names[j] for j in wanted if j not in used]
    notes = (f"without {', '.join(left_out)}: {_reason(first, place[left_out[0]])}",) if left_out else ()
    if len(used) == 1:
        return _single(pooled, used[0], notes)
    known = [j for j, one in enumerate(first.coefficients) if one.value is not None]
    at = [known.index(j) for j in used]
    values = [[one.coefficients[j].value for j in used] for one in pooled.fits]
    covariances = [one.covariance[np.ix_(at, at)] for one in pooled.fits]
    test = pool_wald(
        np.array(values, dtype=np.float64), covariances, complete_df=pooled.complete_df, n=pooled.n
    )
    return replace(test, notes=notes + test.notes)


def compare_nested(
    imputations: Imputations,
    larger: PooledFit,
    smaller: PooledFit,
    larger_log_likelihood: LogLikelihood,
    smaller_log_likelihood: LogLikelihood,
) -> PooledTest:
    """Likelihood-ratio test of two nested models over all imputations (D3).

    larger, smaller: from `fit_and_pool` on these imputations. The log-likelihoods are functions of a
    completed data set and of coefficients (k,) in the order of the model's names; they are asked for each
    imputation's own estimates and for the pooled ones. Every parameter that the likelihood has, an intercept
    or a residual variance too, must be among the coefficients, as Meng & Rubin have it; mice's `D3` estimates
    intercept and variance again at the pooled slopes and differs a little. Checked against: R mitml
    `testModels` (tests/golden/rubin.json).
    """
    for one in (larger, smaller):
        if one.reason is not None:
            return undefined("D3", one.reason, one.m, one.n)
        missing = next((x.reason for x in one.estimates if x.reason is not None and x.value is None), None)
        if missing is not None:
            return undefined("D3", missing, one.m, one.n)
    if larger.n != smaller.n or larger.m != smaller.m or larger.m != len(imputations.data_sets):
        raise ValueError("the two models must be fitted to the same patients in these imputations")
    own, at_pooled = np.zeros(larger.m), np.zeros(larger.m)
    for sign, model, log_likelihood in (
        (2.0, larger, larger_log_likelihood),
        (-2.0, smaller, smaller_log_likelihood),
    ):
        mean = np.array([one.value for one in model.estimates], dtype=np.float64)
        for i, data in enumerate(imputations.data_sets):
            theirs = np.array([one.value for one in model.fits[i].coefficients], dtype=np.float64)
            own[i] += sign * log_likelihood(data, theirs)
            at_pooled[i] += sign * log_likelihood(data, mean)
    df = len(larger.names) - len(smaller.names)
    return pool_likelihood_ratio(own, at_pooled, df=df, n=larger.n)


def _single(pooled: PooledFit, j: int, notes: tuple[str, ...]) -> PooledTest:
    one = pooled.estimates[j]
    if one.statistic is None or one.df is None:
        return undefined("D1", one.reason or "not pooled", pooled.m, pooled.n)
    square = one.statistic**2
    increase = one.relative_increase_in_variance
    return PooledTest("D1", square, 1, one.df, one.p, pooled.m, pooled.n, increase, notes=notes)


def _why_not_together(fits: tuple[Model, ...]) -> str | None:
    if not fits:
        return "there are no imputations"
    for at, one in enumerate(fits, start=1):
        if one.reason is not None:
            return f"imputation {at}: {one.reason}"
    if len(fits) < 2:
        return ONE_IMPUTATION
    first = fits[0]
    known = [one.value is not None for one in first.coefficients]
    for at, one in enumerate(fits[1:], start=2):
        if tuple(one.names) != tuple(first.names):
            return (
                f"imputations 1 and {at} have different coefficients: {list(first.names)}, {list(one.names)}"
            )
        if one.n != first.n:
            return f"imputations 1 and {at} have different numbers of patients: {first.n} and {one.n}"
        for j, coefficient in enumerate(one.coefficients):
            if (coefficient.value is not None) != known[j]:
                lacking, where = (one, at) if known[j] else (first, 1)
                return f"imputation {where}: {first.names[j]}: {_reason(lacking, j)}; in others it has an estimate"
    return None


def _reason(fit: Model, j: int) -> str:
    return fit.reasons[j] or fit.coefficients[j].reason or "no estimate"


def _nothing(
    reason: str, fits: tuple[Model, ...], names: tuple[str, ...], complete_df: float, level: float
) -> PooledFit:
    m, n = len(fits), fits[0].n if fits else 0
    estimates = tuple(refused(reason, m, level) for _ in names)
    return PooledFit(names, estimates, np.zeros((0, 0)), m, n, level, complete_df, fits, reason)


def _enough(estimates: tuple[PooledEstimate, ...], m: int) -> tuple[str, ...]:
    """White, Royston & Wood 2011 (Stat Med 30:377): as many imputations as percent of information missing."""
    # Without variation between imputations what remains of the fraction is the smallness of the sample.
    shares = [one.fraction_of_missing_information if one.between else 0.0 for one in estimates]
    largest = max((share for share in shares if share is not None), default=0.0)
    advised = math.ceil(100.0 * largest)
    if m >= advised:
        return ()
    return (
        f"up to {advised} % of the information on a coefficient is missing; {advised} imputations or more "
        f"are advised, these are {m}",
    )


def _exponential(one: Estimate) -> Estimate:
    if one.value is None:
        return one
    if max(abs(x) for x in (one.value, one.lower, one.upper) if x is not None) > 700.0:
        reason = "too large or too small to be written as a number: choose a larger or smaller unit"
        return Estimate(None, None, None, one.level, one.standard_error, reason)
    lower, upper = (None if x is None else math.exp(x) for x in (one.lower, one.upper))
    return Estimate(math.exp(one.value), lower, upper, one.level, one.standard_error, one.reason)
