"""Effects of studies pooled by their inverse variances: fixed and random effects, with a prediction interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from numpy.typing import ArrayLike

from crlm.statistics.meta_analysis.heterogeneity import (
    METHODS,
    Between,
    Heterogeneity,
    Method,
    between_studies,
    heterogeneity,
)
from crlm.statistics.meta_analysis.weighted import WeightedFit, intercept_only, validated, weighted_fit
from crlm.statistics.results import Estimate, TestResult, interval_multiplier, normal_p, t_p
from crlm.statistics.times import FloatArray

Interval = Literal["normal", "knapp-hartung", "knapp-hartung-never-narrower"]
INTERVALS: tuple[Interval, ...] = ("normal", "knapp-hartung", "knapp-hartung-never-narrower")


@dataclass(frozen=True)
class Pooled:
    """Studies pooled: `estimate` and its `test` against 0, where a new study would lie, and how much they differ.

    `weights`: per cent, in the order of the studies. What is not defined is None and has its reason.
    """

    method: str
    interval: str
    k: int
    estimate: Estimate
    test: TestResult
    prediction: Estimate
    heterogeneity: Heterogeneity
    weights: tuple[float, ...]
    log_likelihood: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fitted:
    """A model of effects: tau2 with its weights, the fit, the factor on its variances, and the multiplier of limits."""

    between: Between | None
    fit: WeightedFit
    factor: float
    df: float
    multiplier: float
    notes: tuple[str, ...]

    def standard_error(self, j: int) -> float:
        """Of a coefficient."""
        return math.sqrt(self.factor * float(self.fit.covariance[j, j]))


def pool(
    values: ArrayLike,
    variances: ArrayLike,
    *,
    method: Method = "REML",
    interval: Interval = "normal",
    level: float = 0.95,
) -> Pooled:
    """Pool effects by inverse variances 1/v (`method="fixed"`) or 1/(v + tau2).

    `values`, `variances`: shape (k,), finite, variances above 0 (log ratios, differences of risks ...). `method`: how
    tau2 is estimated (see `between_studies`). `interval`: "normal"; "knapp-hartung", the variance times
    q = sum of w (y - mean)^2 / (k - 1) with Student's t on k - 1 df (Hartung & Knapp 2001); "...-never-narrower", the
    same with q at least 1 (Knapp & Hartung 2003). The prediction interval is that of Higgins, Thompson & Spiegelhalter
    2009: Student's t on k - 2 df with variance se2 + tau2, for k >= 3. One study is not pooled: the estimate is None
    with a reason, as is all that needs more studies than there are. Raises `ValueError` for invalid arrays.
    Checked against: R metafor `rma.uni`, `confint`; a fit by hand in docs/evidence/pooling.md.
    """
    y, v = validated(values, variances)
    check_choice("method", method, METHODS)
    check_choice("interval", interval, INTERVALS)
    k = len(y)
    if k < 2:
        reason = "one study: there is nothing to pool" if k else "there are no studies"
        return _refused(k, method, interval, level, reason)
    X = intercept_only(k)
    model = fit_model(y, v, X, method, interval, level)
    tau2 = 0.0 if model.between is None else model.between.tau2
    value, error = float(model.fit.coefficients[0]), model.standard_error(0)
    estimate, test = tested(value, error, model, k, level)
    weights = 1.0 / (v + tau2)
    return Pooled(
        method=method,
        interval=interval,
        k=k,
        estimate=estimate,
        test=test,
        prediction=_prediction(value, error, model, k, level),
        heterogeneity=heterogeneity(y, v, X, method, model.between, level),
        weights=tuple(float(one) for one in 100.0 * weights / weights.sum()),
        log_likelihood=None if model.between is None else model.between.log_likelihood,
        notes=model.notes,
    )


def fit_model(
    y: FloatArray, v: FloatArray, X: FloatArray, method: Method, interval: Interval, level: float
) -> Fitted:
    """Estimate tau2, then b; the parts that pooling and meta-regression share."""
    k, p = X.shape
    between = None if method == "fixed" else between_studies(y, v, X, method)
    fit = weighted_fit(y, 1.0 / (v + (0.0 if between is None else between.tau2)), X)
    notes = () if between is None else between.notes
    if interval == "normal":
        return Fitted(between, fit, 1.0, math.inf, interval_multiplier(level), notes)
    factor = fit.q / (k - p)
    if interval == "knapp-hartung-never-narrower":
        factor = max(factor, 1.0)
    multiplier = t_multiplier(level, k - p)
    if math.sqrt(factor) * multiplier < interval_multiplier(level):
        notes += (
            "Hartung and Knapp's interval is narrower here than the normal one; do not take comfort from it",
        )
    return Fitted(between, fit, factor, float(k - p), multiplier, notes)


def tested(value: float, error: float, model: Fitted, k: int, level: float) -> tuple[Estimate, TestResult]:
    """A coefficient with its limits and its test against 0."""
    name = "z" if math.isinf(model.df) else "t"
    df = None if math.isinf(model.df) else model.df
    # Effects that are equal but for rounding leave a spread of rounding alone.
    if model.factor < 1e-24 or error == 0.0:
        reason = "the effects do not vary: Hartung and Knapp's variance is 0; use the never-narrower interval"
        return Estimate(value, None, None, level, None, reason), TestResult(name, None, df, None, k, reason)
    reach = model.multiplier * error
    statistic = value / error
    p = normal_p(statistic) if df is None else t_p(statistic, df)
    return Estimate(value, value - reach, value + reach, level, error), TestResult(name, statistic, df, p, k)


def t_multiplier(level: float, df: float) -> float:
    """The number of standard errors on either side of an estimate with Student's t."""
    from scipy import special

    interval_multiplier(level)  # refuses what is no level
    return -float(special.stdtrit(df, (1.0 - level) / 2.0))


def check_choice(name: str, given: str, allowed: tuple[str, ...]) -> None:
    """Raise `ValueError` unless the choice is one of those that exist."""
    if given not in allowed:
        raise ValueError(f"{name} was {given!r}; it is one of {', '.join(allowed)}")


def _prediction(value: float, error: float, model: Fitted, k: int, level: float) -> Estimate:
    if model.between is None:
        reason = "a fixed effect is the same in every study: there is nothing to predict"
    elif k < 3:
        reason = "a prediction interval needs three studies: its t distribution has k - 2 degrees of freedom"
    else:
        spread = math.sqrt(error**2 + model.between.tau2)
        reach = t_multiplier(level, k - 2) * spread
        return Estimate(value, value - reach, value + reach, level, spread)
    return Estimate(None, None, None, level, reason=reason)


def _refused(k: int, method: str, interval: str, level: float, reason: str) -> Pooled:
    nothing = Estimate(None, None, None, level, reason=reason)
    test = TestResult("z" if interval == "normal" else "t", None, None, None, k, reason)
    q = TestResult("cochran-q", None, None, None, k, reason)
    differ = Heterogeneity(q, nothing, nothing, nothing)
    return Pooled(method, interval, k, nothing, test, nothing, differ, (100.0,) * k)
