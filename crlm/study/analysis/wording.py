"""From what estimators return to what the results document holds: plain floats, and methods in words."""

from __future__ import annotations

import math

from crlm.statistics.results import Estimate, TestResult
from crlm.study import results as document

METHOD_WORDS = {
    "log-rank": "log-rank test",
    "fisher": "Fisher's exact test, two-sided",
    "chi-square": "Pearson's chi-square test without continuity correction",
    "t-pooled": "Student's t test, equal variances",
    "t-welch": "Welch's t test",
    "anova": "one-way analysis of variance",
    "mann-whitney": "Mann-Whitney U test",
    "kruskal-wallis": "Kruskal-Wallis test",
    "wilcoxon-signed-rank": "Wilcoxon signed-rank test",
    "mcnemar-asymptotic": "McNemar's test",
    "gray": "Gray's test",
    "wald": "Wald test",
    "score": "score test",
    "likelihood-ratio": "likelihood-ratio test",
    "pseudo-likelihood-ratio": "likelihood-ratio test of a pseudo-likelihood",
    "scaled-schoenfeld": "score test of proportional hazards (scaled Schoenfeld residuals)",
}


def finite(value: float | None) -> float | None:
    """A number as the document holds it: never NaN, never infinite."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)


def interval(estimate: Estimate) -> document.Interval:
    """An estimate as the document holds it."""
    value, lower, upper = finite(estimate.value), finite(estimate.lower), finite(estimate.upper)
    reason = estimate.reason
    if None in (value, lower, upper) and not reason:
        reason = "not estimable"
    return document.Interval(value=value, lower=lower, upper=upper, level=estimate.level, reason=reason)


def no_interval(reason: str, level: float) -> document.Interval:
    """The place of an estimate that does not exist."""
    return document.Interval(value=None, lower=None, upper=None, level=level, reason=reason)


def test(result: TestResult, words: str | None = None) -> document.Test:
    """A test as the document holds it."""
    p = finite(result.p)
    return document.Test(
        method=result.method,
        words=words or METHOD_WORDS[result.method],
        statistic=finite(result.statistic),
        df=finite(result.df),
        p=p,
        n=result.n,
        reason=result.reason if p is not None else result.reason or "not defined for these data",
        notes=result.notes,
    )


def no_test(method: str, n: int, reason: str) -> document.Test:
    """The place of a test that could not be made."""
    return document.Test(method=method, words=METHOD_WORDS[method], p=None, n=n, reason=reason)
