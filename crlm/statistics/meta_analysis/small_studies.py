"""Do small studies report larger effects? Egger's and Begg's tests, and trim and fill."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.meta_analysis.heterogeneity import Method
from crlm.statistics.meta_analysis.meta_regression import meta_regression
from crlm.statistics.meta_analysis.pooled import Interval, Pooled, fit_model, pool, t_multiplier
from crlm.statistics.meta_analysis.weighted import intercept_only, validated, weighted_fit
from crlm.statistics.results import Estimate, TestResult, normal_p, t_p
from crlm.statistics.times import FloatArray

FEW = 10
"""Below this number of studies the tests have little power (Sterne et al. 2011)."""
_EXACT_UP_TO = 49


@dataclass(frozen=True)
class Asymmetry:
    """A test of asymmetry: `slope` of the effect on its standard error, `limit` of the effect at an error of 0."""

    test: TestResult
    slope: Estimate
    limit: Estimate


def egger(
    values: ArrayLike,
    variances: ArrayLike,
    *,
    model: Literal["classical", "random"] = "classical",
    method: Method = "REML",
    level: float = 0.95,
) -> Asymmetry:
    """Egger's regression of effects on their standard errors.

    "classical": weights 1/v with a multiplicative dispersion, t on k - 2 df (Egger et al. 1997, in the form of Sterne &
    Egger 2005). "random": meta-regression with tau2 by `method`, z. Fewer than three studies, or standard errors that
    are all the same: None with a reason; below ten a note. Checked against: R metafor `regtest`.
    """
    y, v = validated(values, variances)
    k, errors = len(y), np.sqrt(v)
    reason = _untestable(errors)
    if reason is not None:
        return _no_asymmetry("egger", k, level, reason)
    if model == "random":
        found = meta_regression(y, v, errors[:, None], names=["standard error"], method=method, level=level)
        limit, slope = found.coefficients
        one = found.tests[1]
        return Asymmetry(
            TestResult("egger-random", one.statistic, None, one.p, k, None, _few(k)), slope, limit
        )
    fit = weighted_fit(y, 1.0 / v, np.column_stack([np.ones(k), errors]))
    df = k - 2
    dispersion = fit.q / df
    if dispersion < 1e-24:
        return _no_asymmetry(
            "egger", k, level, "the effects lie on a line exactly: there is no error to test against"
        )
    reach = t_multiplier(level, df)
    parts = []
    for j in range(2):
        b, error = float(fit.coefficients[j]), math.sqrt(dispersion * float(fit.covariance[j, j]))
        parts.append(Estimate(b, b - reach * error, b + reach * error, level, error))
    limit, slope = parts
    statistic = float(fit.coefficients[1]) / math.sqrt(dispersion * float(fit.covariance[1, 1]))
    test = TestResult("egger", statistic, float(df), t_p(statistic, df), k, None, _few(k))
    return Asymmetry(test, slope, limit)


def begg(values: ArrayLike, variances: ArrayLike) -> TestResult:
    """Begg and Mazumdar's rank correlation (Kendall's tau) of standardised deviates with variances.

    Deviates: (y - fixed mean) / sqrt(v - 1 / sum of 1/v). p is exact without ties up to 49 studies, else normal,
    corrected for ties. The statistic is tau (tau-b with ties). Source: Begg & Mazumdar 1994. Checked against: R metafor
    `ranktest`.
    """
    y, v = validated(values, variances)
    reason = _untestable(np.sqrt(v))
    if reason is not None:
        return TestResult("begg", None, None, None, len(y), reason)
    w = 1.0 / v
    mean = float(w @ y / w.sum())
    deviates = (y - mean) / np.sqrt(v - 1.0 / w.sum())
    if np.ptp(y) == 0.0:
        return TestResult("begg", None, None, None, len(y), "all effects are the same")
    return _kendall(deviates, v)


@dataclass(frozen=True)
class TrimAndFill:
    """Studies that would make a funnel symmetric: how many are `missing`, on which `side`, and what they pool to.

    `values`, `variances`: with the filled studies at the end. A sensitivity analysis, not a correction.
    """

    side: Literal["left", "right"]
    missing: int
    standard_error: float | None
    values: FloatArray
    variances: FloatArray
    pooled: Pooled
    notes: tuple[str, ...] = ()


def trim_and_fill(
    values: ArrayLike,
    variances: ArrayLike,
    *,
    method: Method = "REML",
    interval: Interval = "normal",
    level: float = 0.95,
    estimator: Literal["L0", "R0"] = "L0",
    side: Literal["left", "right"] | None = None,
) -> TrimAndFill | str:
    """Duval and Tweedie's trim and fill; a sentence says why where it cannot be done.

    `side`: where studies are thought to be missing; by default opposite to the slope of Egger's regression. Source:
    Duval & Tweedie 2000. Checked against: R metafor `trimfill`.
    """
    y, v = validated(values, variances)
    k = len(y)
    if k < 3:
        return f"{k} stud{'y' if k == 1 else 'ies'} cannot show an asymmetry: it takes three"
    if side is None:
        reason = _untestable(np.sqrt(v))
        if reason is not None:
            return f"{reason}; name the side"
        side = "right" if egger(y, v, model="random", method=method).slope.value < 0.0 else "left"  # type: ignore[operator]
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    flipped, spread = sign * y[order], v[order]
    missing, seen = 0, -1
    centre, variance = 0.0, None
    notes: list[str] = []
    for _ in range(100):
        kept = k - missing
        centre = float(
            fit_model(
                flipped[:kept], spread[:kept], intercept_only(kept), method, "normal", level
            ).fit.coefficients[0]
        )
        if missing == seen:
            break
        seen = missing
        missing, variance = _excess(flipped - centre, estimator)
        missing = min(missing, k - 2)
    else:
        notes.append("the number of missing studies did not settle in 100 rounds")
    filled = sign * (2.0 * centre - flipped[k - missing :])
    both = np.concatenate([y, filled])
    spreads = np.concatenate([v, spread[k - missing :]])
    pooled = pool(both, spreads, method=method, interval=interval, level=level)
    error = None if variance is None else math.sqrt(max(variance, 0.0))
    return TrimAndFill(side, missing, error, both, spreads, pooled, tuple(notes))


def _excess(centred: FloatArray, estimator: Literal["L0", "R0"]) -> tuple[int, float]:
    """The number of studies too many on the right, and the variance of that number."""
    k = len(centred)
    ranks = _mean_ranks(np.abs(centred))
    signed = np.sign(centred) * ranks
    if estimator == "R0":
        run = k - float(np.max(-signed[signed < 0], initial=0.0))
        found = run - 1.0
        variance = 2.0 * max(0.0, found) + 2.0
    else:
        S = float(signed[signed > 0].sum())
        found = (4.0 * S - k * (k + 1)) / (2.0 * k - 1.0)
        variance = (
            k * (k + 1) * (2 * k + 1) + 10 * found**3 + 27 * found**2 + 17 * found - 18 * k * found**2
            - 18 * k * found + 6 * k**2 * found
        ) * (16.0 / 24.0) / (2.0 * k - 1.0) ** 2  # fmt: skip
    return max(0, round(found)), variance


def _mean_ranks(values: FloatArray) -> FloatArray:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2.0)[place], dtype=np.float64)


def _kendall(x: FloatArray, y: FloatArray) -> TestResult:
    k = len(x)
    agree = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    s = float(agree.sum()) / 2.0
    ties = [np.unique(one, return_counts=True)[1].astype(np.float64) for one in (x, y)]
    pairs = k * (k - 1) / 2.0
    tied = [float((t * (t - 1)).sum()) / 2.0 for t in ties]
    tau = s / math.sqrt((pairs - tied[0]) * (pairs - tied[1]))
    if not any(tied) and k <= _EXACT_UP_TO:
        return TestResult("begg", tau, None, _exact_p(s, k), k, None, ("exact distribution", *_few(k)))
    v0 = k * (k - 1) * (2 * k + 5)
    vt, vu = (float((t * (t - 1) * (2 * t + 5)).sum()) for t in ties)
    v1 = 4.0 * tied[0] * tied[1] / (2.0 * k * (k - 1))
    t3 = [float((t * (t - 1) * (t - 2)).sum()) for t in ties]
    v2 = t3[0] * t3[1] / (9.0 * k * (k - 1) * (k - 2))
    z = s / math.sqrt((v0 - vt - vu) / 18.0 + v1 + v2)
    return TestResult(
        "begg", tau, None, normal_p(z), k, None, ("normal approximation corrected for ties", *_few(k))
    )


def _exact_p(s: float, k: int) -> float:
    """Both tails of Kendall's statistic: the permutations of k by their number of inversions."""
    chance = np.ones(1)
    for n in range(2, k + 1):
        chance = np.convolve(chance, np.full(n, 1.0 / n))
    pairs = k * (k - 1) // 2
    concordant = round((s + pairs) / 2.0)
    lower, upper = float(chance[: concordant + 1].sum()), float(chance[concordant:].sum())
    return min(1.0, 2.0 * min(lower, upper))


def _untestable(errors: FloatArray) -> str | None:
    if len(errors) < 3:
        return (
            f"{len(errors)} studies cannot show an asymmetry: it takes three"
            if len(errors) != 1
            else "one study"
        )
    if np.ptp(errors) <= 1e-12 * errors.max():
        return "all studies have the same standard error"
    return None


def _few(k: int) -> tuple[str, ...]:
    return (f"{k} studies: below {FEW} the test has little power",) if k < FEW else ()


def _no_asymmetry(method: str, k: int, level: float, reason: str) -> Asymmetry:
    nothing = Estimate(None, None, None, level, reason=reason)
    return Asymmetry(TestResult(method, None, None, None, k, reason), nothing, nothing)
