"""Meta-regression: what of the differences between studies goes with what the studies are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.meta_analysis.heterogeneity import METHODS, Heterogeneity, Method, heterogeneity
from crlm.statistics.meta_analysis.pooled import INTERVALS, Interval, check_choice, fit_model, tested
from crlm.statistics.meta_analysis.weighted import intercept_only, validated
from crlm.statistics.results import Estimate, TestResult, chi_square_p, f_p


@dataclass(frozen=True)
class MetaRegression:
    """The model's coefficients, the first of them the intercept, each with its test against 0.

    `moderators`: the test that all but the intercept are 0. `heterogeneity` is what is left. `r2`: per cent of tau2
    that the moderators account for, None with `r2_reason` where there is none to account for. `reason` says why the
    model cannot be fitted: then the rest is empty.
    """

    names: tuple[str, ...]
    k: int
    coefficients: tuple[Estimate, ...]
    tests: tuple[TestResult, ...]
    moderators: TestResult
    heterogeneity: Heterogeneity | None
    r2: float | None
    r2_reason: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()


def meta_regression(
    values: ArrayLike,
    variances: ArrayLike,
    moderators: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    method: Method = "REML",
    interval: Interval = "normal",
    level: float = 0.95,
) -> MetaRegression:
    """Regress effects on moderators, weighted by 1 / (v + tau2).

    `values`, `variances`: as for `pool`. `moderators`: shape (k, m), known numbers, without the intercept (which is
    always in); indicators for the levels of a factor. The moderators are tested together by Wald's chi-square on m df,
    with Knapp and Hartung's variance by F on m and k - m - 1 df (2003). r2 = (tau2 without - tau2 with) / tau2 without,
    not below 0 (Raudenbush 1994). Too few studies or moderators that cannot be told apart: a reason. Raises
    `ValueError` for invalid arrays. Checked against: R metafor `rma.uni(mods = )`.
    """
    y, v = validated(values, variances)
    check_choice("method", method, METHODS)
    check_choice("interval", interval, INTERVALS)
    Z = np.asarray(moderators, dtype=np.float64)
    if Z.ndim != 2 or len(Z) != len(y) or not Z.shape[1] or not np.all(np.isfinite(Z)):
        raise ValueError(
            f"moderators has shape {Z.shape}; it has a row of known numbers for each of {len(y)} studies"
        )
    k, m = Z.shape
    named = tuple(names) if names is not None else tuple(f"moderator {j + 1}" for j in range(m))
    if len(named) != m:
        raise ValueError(f"there are {len(named)} names for {m} moderators")
    named = ("intercept", *named)
    X = np.column_stack([intercept_only(k), Z])
    if k <= m + 1:
        return _refused(named, k, f"{k} studies are too few for {m + 1} coefficients and a variance")
    if np.linalg.matrix_rank(X / np.maximum(np.abs(X).max(axis=0), 1e-300)) < m + 1:
        return _refused(
            named, k, "the moderators cannot be told apart: one is constant or follows from the others"
        )
    model = fit_model(y, v, X, method, interval, level)
    pairs = [
        tested(float(b), model.standard_error(j), model, k, level)
        for j, b in enumerate(model.fit.coefficients)
    ]
    r2: float | None = None
    r2_reason: str | None = "a fixed effect has no variance between studies to account for"
    if model.between is not None:
        without = fit_model(y, v, intercept_only(k), method, "normal", level).between
        before = 0.0 if without is None else without.tau2
        r2 = 100.0 * max(0.0, (before - model.between.tau2) / before) if before > 0.0 else None
        r2_reason = (
            None if before > 0.0 else "without the moderators tau2 is 0: there is nothing to account for"
        )
    return MetaRegression(
        names=named,
        k=k,
        coefficients=tuple(one for one, _ in pairs),
        tests=tuple(one for _, one in pairs),
        moderators=_together(
            model.fit.coefficients[1:], model.factor * model.fit.covariance[1:, 1:], model.df, model.factor, k
        ),
        heterogeneity=heterogeneity(y, v, X, method, model.between, level),
        r2=r2,
        r2_reason=r2_reason,
        notes=model.notes,
    )


def _together(b: np.ndarray, V: np.ndarray, df: float, factor: float, k: int) -> TestResult:
    m = len(b)
    if factor < 1e-24:
        return TestResult("wald", None, float(m), None, k, "the effects do not vary about the model")
    statistic = float(b @ np.linalg.solve(V, b))
    if np.isinf(df):
        return TestResult("wald", statistic, float(m), chi_square_p(statistic, m), k)
    return TestResult(
        "wald-f", statistic / m, float(m), f_p(statistic / m, m, df), k, notes=(f"{df:g} df below",)
    )


def _refused(names: tuple[str, ...], k: int, reason: str) -> MetaRegression:
    test = TestResult("wald", None, None, None, k, reason)
    return MetaRegression(names, k, (), (), test, None, None, reason, reason)
