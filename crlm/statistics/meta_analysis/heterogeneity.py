"""How much effects differ beyond chance: tau2 by eight estimators, with Q, I2, H2 and Q-profile intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from crlm.statistics.meta_analysis.roots import beyond, root
from crlm.statistics.meta_analysis.weighted import WeightedFit, weighted_fit
from crlm.statistics.results import Estimate, TestResult, chi_square_p
from crlm.statistics.times import FloatArray

RandomMethod = Literal["DL", "REML", "PM", "ML", "EB", "HE", "HS", "SJ"]
Method = Literal["fixed", "DL", "REML", "PM", "ML", "EB", "HE", "HS", "SJ"]
METHODS: tuple[Method, ...] = ("fixed", "DL", "REML", "PM", "ML", "EB", "HE", "HS", "SJ")


_TRUNCATED = (
    "the variance between studies is estimated as 0, the lowest it can be; that does not show that it is 0"
)


@dataclass(frozen=True)
class Heterogeneity:
    """Cochran's Q, tau2 (on the squared scale of the effects), I2 in per cent and H2.

    Intervals are Q-profile intervals (Viechtbauer 2007); of I2 and H2 by transforming the limits of tau2.
    """

    q: TestResult
    tau2: Estimate
    i2: Estimate
    h2: Estimate


@dataclass(frozen=True)
class Between:
    """An estimate of tau2: its standard error where likelihood theory gives one, and what is to be said about it."""

    tau2: float
    standard_error: float | None = None
    log_likelihood: float | None = None
    notes: tuple[str, ...] = ()


def between_studies(y: FloatArray, v: FloatArray, X: FloatArray, method: RandomMethod) -> Between:
    """Estimate tau2 in y = X b + u + e, var u = tau2, var e = v; k > p is the caller's to see to.

    DL: DerSimonian & Laird 1986. REML, ML: the highest of all maxima over tau2 >= 0. PM: Paule & Mandel 1982, which
    EB (Morris 1983) equals. HE: Hedges & Olkin 1985. HS: Hunter & Schmidt 2004. SJ: Sidik & Jonkman 2005. Negative
    estimates are 0, and a note says so. Checked against: R metafor `rma.uni`; likelihoods and Q on grids.
    """
    if method in ("REML", "ML"):
        return _by_likelihood(y, v, X, restricted=method == "REML")
    raw = _by_moments(y, v, X, method)
    return Between(max(raw, 0.0), notes=() if raw >= 0.0 else (_TRUNCATED,))


def _by_moments(y: FloatArray, v: FloatArray, X: FloatArray, method: RandomMethod) -> float:
    k, p = len(X), int(X.shape[1])
    if method in ("PM", "EB"):
        return _where_q_is(y, v, X, float(k - p))
    if method == "HE":
        plain = weighted_fit(y, np.ones(k), X)
        return (plain.q - float(v @ (1.0 - plain.leverages))) / (k - p)
    if method == "SJ":
        rough = float(np.mean((y - y.mean()) ** 2))
        if rough == 0.0:
            return 0.0
        return rough * weighted_fit(y, 1.0 / (v + rough), X).q / (k - p)
    fixed = weighted_fit(y, 1.0 / v, X)
    if method == "HS":
        return (fixed.q - k) / float((1.0 / v).sum())
    return (fixed.q - (k - p)) / fixed.trace


def _where_q_is(y: FloatArray, v: FloatArray, X: FloatArray, wanted: float) -> float:
    """The tau2 at which the generalised Q, which falls in tau2, is `wanted`; -1 where Q is below it even at 0."""

    def excess(tau2: float) -> float:
        return weighted_fit(y, 1.0 / (v + tau2), X).q - wanted

    if excess(0.0) < 0.0:
        return -1.0
    above = beyond(excess, float(v.min()))
    return math.inf if above is None else root(excess, 0.0, above)


def _by_likelihood(y: FloatArray, v: FloatArray, X: FloatArray, *, restricted: bool) -> Between:
    def fit(tau2: float) -> WeightedFit:
        return weighted_fit(y, 1.0 / (v + tau2), X)

    def slope(tau2: float) -> float:
        one = fit(tau2)
        return one.squared - (one.trace if restricted else float((1.0 / (v + tau2)).sum()))

    def height(tau2: float) -> float:
        return log_likelihood(y, v, X, tau2, restricted=restricted)

    top = max(float(v.max()), float(np.ptp(y)) ** 2)
    end = beyond(slope, top) or top
    grid = [0.0]
    step = min(float(v.min()), end) * 1e-4
    while grid[-1] < end:
        grid.append(min(step, end))
        step *= 1.6
    slopes = [slope(one) for one in grid]
    peaks = [0.0] if slopes[0] <= 0.0 else []
    for low, high, rising, falling in zip(grid, grid[1:], slopes, slopes[1:], strict=False):
        if rising > 0.0 >= falling:
            peaks.append(root(slope, low, high))
    tau2 = max(peaks, key=height)
    notes = [_TRUNCATED] if tau2 == 0.0 else []
    if len(peaks) > 1:
        others = ", ".join(f"{one:.4g}" for one in peaks if one != tau2)
        notes.append(
            f"the likelihood has several maxima; the highest is taken, the others are at tau2 = {others}"
        )
    spread = fit(tau2).trace_squared if restricted else float((1.0 / (v + tau2) ** 2).sum())
    return Between(tau2, math.sqrt(2.0 / spread), height(tau2), tuple(notes))


def log_likelihood(y: FloatArray, v: FloatArray, X: FloatArray, tau2: float, *, restricted: bool) -> float:
    """The (restricted) log-likelihood at tau2, maximised over b; the restricted one with the term of |X'X|."""
    k, p = len(X), int(X.shape[1])
    one = weighted_fit(y, 1.0 / (v + tau2), X)
    found = -0.5 * (float(np.log(v + tau2).sum()) + one.q)
    if not restricted:
        return found - 0.5 * k * math.log(2.0 * math.pi)
    plain = float(np.linalg.slogdet(X.T @ X)[1])
    return found - 0.5 * ((k - p) * math.log(2.0 * math.pi) + one.log_determinant - plain)


def heterogeneity(
    y: FloatArray, v: FloatArray, X: FloatArray, method: Method, between: Between | None, level: float
) -> Heterogeneity:
    """Q with its test, and tau2, I2 and H2 with Q-profile intervals; of a fixed effect I2 and H2 are those of Q."""
    k, p = len(X), int(X.shape[1])
    fixed = weighted_fit(y, 1.0 / v, X)
    df = k - p
    if df < 1:
        reason = (
            "one study: nothing to differ" if p == 1 else f"{k} studies cannot differ about {p} coefficients"
        )
        nothing = Estimate(None, None, None, level, reason=reason)
        return Heterogeneity(TestResult("cochran-q", None, None, None, k, reason), nothing, nothing, nothing)
    q = TestResult("cochran-q", fixed.q, float(df), chi_square_p(fixed.q, df), k)
    if between is None:
        tau2 = Estimate(None, None, None, level, reason="a fixed effect has no variance between studies")
        none = "the interval belongs to random effects"
        i2 = Estimate(
            100.0 * max(0.0, fixed.q - df) / fixed.q if fixed.q > 0.0 else 0.0, None, None, level, None, none
        )
        return Heterogeneity(q, tau2, i2, Estimate(fixed.q / df, None, None, level, None, none))
    typical = df / fixed.trace
    lower, upper, why_not = q_profile(y, v, X, level)

    def through(share: bool) -> Estimate:
        low, value, high = (
            None if one is None else (100.0 * one / (typical + one) if share else one / typical + 1.0)
            for one in (lower, between.tau2, upper)
        )
        return Estimate(value, low, high, level, None, why_not)

    tau2 = Estimate(between.tau2, lower, upper, level, between.standard_error, why_not)
    return Heterogeneity(q, tau2, through(True), through(False))


def q_profile(
    y: FloatArray, v: FloatArray, X: FloatArray, level: float
) -> tuple[float | None, float | None, str | None]:
    """The limits of tau2 between which the generalised Q is an ordinary chi-square; without them a reason."""
    from scipy import special

    k, p = len(X), int(X.shape[1])
    high, low = (
        2.0 * float(special.gammaincinv((k - p) / 2.0, one)) for one in ((1 + level) / 2, (1 - level) / 2)
    )
    upper = _where_q_is(y, v, X, low)
    if upper < 0.0:
        return (
            None,
            None,
            "the effects differ even less than chance would have them: no tau2 is compatible with them",
        )
    if math.isinf(upper):
        return max(_where_q_is(y, v, X, high), 0.0), None, "the upper limit is beyond every number"
    return max(_where_q_is(y, v, X, high), 0.0), upper, None
