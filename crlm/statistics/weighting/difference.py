"""The difference of two weighted means: what treatment changes on average, if the covariates explain who is treated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.logistic import logistic
from crlm.statistics.logistic.design import prepare
from crlm.statistics.logistic.solve import solve
from crlm.statistics.regression import wald, wald_estimate
from crlm.statistics.results import Estimate, TestResult, interval_multiplier
from crlm.statistics.times import BoolArray, FloatArray
from crlm.statistics.weighting.influence import contributions
from crlm.statistics.weighting.propensity import Estimand, PropensityWeights, propensity_weights, raw_weights

Variance = Literal["estimated scores", "known scores", "bootstrap"]
# Above this share of resamples without an estimate, the others no longer speak for all.
TOO_MANY_FAILED = 0.05


@dataclass(frozen=True, slots=True)
class WeightedDifference:
    """Mean outcome of the treated and of the untreated after weighting, and their difference (a risk difference
    when the outcome is 0 or 1).

    variance: "estimated scores" (sandwich with the propensity model in it), "known scores" (sandwich as if the
    scores were known), or "bootstrap" (`replicates` resamples, of which `failed` had no estimate).
    """

    estimand: Estimand
    treated_mean: Estimate
    control_mean: Estimate
    difference: Estimate
    test: TestResult
    variance: Variance
    n: int
    replicates: int | None = None
    failed: int | None = None
    notes: tuple[str, ...] = ()


def weighted_difference(
    outcome: ArrayLike,
    weighting: PropensityWeights,
    *,
    scores: Literal["estimated", "known"] = "estimated",
    level: float = 0.95,
) -> WeightedDifference:
    """Difference of the weighted means sum wy / sum w of the two groups, with its sandwich variance.

    outcome: (n,) a finite number, or 0 and 1, for each patient of `weighting`. scores: "estimated" counts that
    the propensity score was estimated from the same patients; "known" does not, and is usually too wide for the
    ATE. Intervals are Wald's. Without weights all is None with the reason. Raises `ValueError` for the wrong shape.

    Checked against: stacked estimating equations in R and R sandwich (tests/golden/weighting.json). Sources:
    Lunceford & Davidian 2004 (Stat Med 23:2937); Li, Thomas & Li 2019 (Am J Epidemiol 188:250).
    """
    if scores not in ("estimated", "known"):
        raise ValueError(f"scores was {scores!r}; it is 'estimated' or 'known'")
    variance: Variance = "estimated scores" if scores == "estimated" else "known scores"
    interval_multiplier(level)
    y = _outcome(outcome, len(weighting.treated))
    if weighting.weights is None:
        return _refused(weighting, variance, level)
    w, treated = weighting.weights, weighting.treated
    means = [float(w[who] @ y[who] / w[who].sum()) for who in (treated, ~treated)]
    u = np.column_stack([(y - mean) * who for mean, who in zip(means, (treated, ~treated), strict=True)])
    parts = contributions(weighting, u, estimated=scores == "estimated")
    influence = parts / [w[treated].sum(), w[~treated].sum()]
    errors = np.sqrt(np.sum(influence**2, axis=0))
    error = float(np.sqrt(np.sum((influence[:, 0] - influence[:, 1]) ** 2)))
    treated_mean, control_mean = (
        _estimate(mean, float(one), level) for mean, one in zip(means, errors, strict=True)
    )
    difference = _estimate(means[0] - means[1], error, level)
    return WeightedDifference(
        estimand=weighting.estimand,
        treated_mean=treated_mean,
        control_mean=control_mean,
        difference=difference,
        test=_test(difference, len(y)),
        variance=variance,
        n=len(y),
        notes=weighting.warnings,
    )


def bootstrap_difference(
    outcome: ArrayLike,
    treated: ArrayLike,
    X: ArrayLike,
    names: Sequence[str],
    estimand: Estimand,
    *,
    replicates: int,
    seed: int,
    level: float = 0.95,
) -> WeightedDifference:
    """The same difference with a bootstrap variance: patients are drawn again, and the scores fitted again each time.

    treated: (n,) 1 or 0. X, names: the covariates of the propensity model, as for `logistic`. replicates: 999 or
    1999 make the percentile limits values of the resamples themselves. seed: the result is the same for a
    seed whatever the machine's load. The standard error is that of the resamples, the limits are their
    percentiles, the p value is Wald's with this standard error. Resamples without an estimate (nobody treated, or
    the covariates decide the treatment) are counted; when more than 5 % have none there is no interval.

    Source: Efron & Tibshirani 1993, chapter 13; Austin 2016 (Stat Med 35:5642). Checked against: the same
    resamples one by one, and the sandwich.
    """
    interval_multiplier(level)
    if replicates < 2:
        raise ValueError(
            f"replicates was {replicates}; a bootstrap needs two at the very least, and better 999"
        )
    fit = logistic(treated, X, names)
    weighting = propensity_weights(fit, estimand)
    y = _outcome(outcome, fit.n)
    if weighting.weights is None:
        return _refused(weighting, "bootstrap", level)
    covariates, who = fit.data.X, weighting.treated
    found = []
    for child in np.random.SeedSequence(seed).spawn(replicates):
        drawn = np.random.default_rng(child).integers(0, fit.n, fit.n)
        counts = np.bincount(drawn, minlength=fit.n).astype(np.float64)
        means = _resampled(y, who, covariates, counts, estimand)
        if means is not None:
            found.append(means)
    failed = replicates - len(found)
    original = weighted_difference(outcome, weighting, level=level)
    notes = weighting.warnings
    if failed:
        notes = (*notes, f"{failed} of {replicates} resamples have no estimate")
    drawn_means = np.array(found).reshape(-1, 2)
    columns = (drawn_means[:, 0], drawn_means[:, 1], drawn_means[:, 0] - drawn_means[:, 1])
    too_many = failed > TOO_MANY_FAILED * replicates
    treated_mean, control_mean, difference = (
        _percentiles(one.value, column, level, notes[-1] if too_many else None)
        for one, column in zip(
            (original.treated_mean, original.control_mean, original.difference), columns, strict=True
        )
    )
    return WeightedDifference(
        estimand=estimand,
        treated_mean=treated_mean,
        control_mean=control_mean,
        difference=difference,
        test=_test(difference, fit.n),
        variance="bootstrap",
        n=fit.n,
        replicates=replicates,
        failed=failed,
        notes=notes,
    )


def _resampled(
    y: FloatArray, treated: BoolArray, X: FloatArray, counts: FloatArray, estimand: Estimand
) -> tuple[float, float] | None:
    """The two weighted means when patient i was drawn counts[i] times; None without an estimate."""
    drawn = np.flatnonzero(counts)
    who, times = treated[drawn], counts[drawn]
    if who.all() or not who.any():
        return None
    design = prepare("binary", who.astype(np.intp), 2, X[drawn], times, None)
    solution = solve(design.model, design.start)
    if not solution.converged:
        return None
    moments = solution.model.at(solution.theta)
    scores = np.where(who, moments.kept[:, 0], moments.lost[:, 0])
    certain = np.where(who, scores == 1.0, scores == 0.0)
    if (estimand == "ATE" and certain.any()) or (estimand == "ATT" and certain[who].any()):
        return None
    w = raw_weights(estimand, who, scores) * times
    if not w[who].any() or not w[~who].any():
        return None
    value = y[drawn]
    return float(w[who] @ value[who] / w[who].sum()), float(w[~who] @ value[~who] / w[~who].sum())


def _percentiles(value: float | None, drawn: FloatArray, level: float, reason: str | None) -> Estimate:
    if reason is not None or len(drawn) < 2:
        return Estimate(value, None, None, level, None, reason or "no interval: too few resamples")
    ends = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    lower, upper = np.quantile(drawn, ends, method="weibull").tolist()
    return Estimate(value, lower, upper, level, float(drawn.std(ddof=1)))


def _estimate(value: float, error: float, level: float) -> Estimate:
    if error == 0.0:
        return Estimate(value, None, None, level, None, "no interval: the outcome does not vary")
    return wald_estimate(value, error, level)


def _test(difference: Estimate, n: int) -> TestResult:
    if difference.value is None or not difference.standard_error:
        return TestResult("wald", None, None, None, n, difference.reason or "the outcome does not vary")
    return wald((difference.value / difference.standard_error) ** 2, 1, n)


def _refused(weighting: PropensityWeights, variance: Variance, level: float) -> WeightedDifference:
    none = Estimate(None, None, None, level, reason=weighting.reason)
    n = len(weighting.treated)
    test = TestResult("wald", None, None, None, n, weighting.reason)
    return WeightedDifference(weighting.estimand, none, none, none, test, variance, n)


def _outcome(outcome: ArrayLike, n: int) -> FloatArray:
    y = np.asarray(outcome, dtype=np.float64)
    if y.shape != (n,):
        raise ValueError(f"outcome has shape {y.shape} and there are {n} patients; each needs one")
    wrong = np.flatnonzero(~np.isfinite(y))
    if wrong.size:
        raise ValueError(f"outcome[{wrong[0]}] is {y[wrong[0]]}; every value must be a finite number")
    return y
