"""What the pooled effect rests on: without each study, study by study, in subgroups, and the influence of each."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.meta_analysis.heterogeneity import Method
from crlm.statistics.meta_analysis.meta_regression import MetaRegression, meta_regression
from crlm.statistics.meta_analysis.pooled import Interval, Pooled, fit_model, pool
from crlm.statistics.meta_analysis.weighted import intercept_only, validated
from crlm.statistics.results import TestResult, chi_square_p


def leave_one_out(
    values: ArrayLike,
    variances: ArrayLike,
    *,
    method: Method = "REML",
    interval: Interval = "normal",
    level: float = 0.95,
) -> tuple[Pooled, ...]:
    """The pooled effect without each study in turn, shape (k,). Checked against: R metafor `leave1out`."""
    y, v = validated(values, variances)
    return tuple(
        pool(np.delete(y, i), np.delete(v, i), method=method, interval=interval, level=level)
        for i in range(len(y))
    )


def cumulative(
    values: ArrayLike,
    variances: ArrayLike,
    *,
    method: Method = "REML",
    interval: Interval = "normal",
    level: float = 0.95,
) -> tuple[Pooled, ...]:
    """The pooled effect of the first study, the first two, ... in the order given; the first alone is not pooled.

    Checked against: R metafor `cumul`.
    """
    y, v = validated(values, variances)
    return tuple(
        pool(y[: i + 1], v[: i + 1], method=method, interval=interval, level=level) for i in range(len(y))
    )


@dataclass(frozen=True)
class Subgroups:
    """Studies pooled within groups: `pooled` in the order of `levels`, `test` whether the groups differ.

    `common` is the meta-regression on the groups when tau2 is common to them.
    """

    levels: tuple[Hashable, ...]
    pooled: tuple[Pooled, ...]
    test: TestResult
    common: MetaRegression | None = None


def subgroups(
    values: ArrayLike,
    variances: ArrayLike,
    groups: Sequence[Hashable],
    *,
    tau2: Literal["separate", "common"] = "separate",
    method: Method = "REML",
    interval: Interval = "normal",
    level: float = 0.95,
) -> Subgroups:
    """Pool within groups and test whether they differ.

    `groups`: one for each study; levels in the order of their first study. tau2 "separate": each group has its own, and
    Q between = sum of (group - mean)^2 / se^2 over the groups' pooled effects, on groups - 1 df (Borenstein et al.
    2009); a group of one study takes part with its own effect and variance, and a note says so. "common": one tau2, by
    meta-regression on the groups. Checked against: R metafor `rma.uni` by group, and `rma.uni(mods = ~ group)`.
    """
    y, v = validated(values, variances)
    if len(groups) != len(y):
        raise ValueError(f"there are {len(groups)} groups for {len(y)} studies")
    levels = tuple(dict.fromkeys(groups))
    members = [np.array([one == level_ for one in groups]) for level_ in levels]
    pooled = tuple(pool(y[one], v[one], method=method, interval=interval, level=level) for one in members)
    if len(levels) < 2:
        test = TestResult("q-between", None, None, None, len(y), "a comparison needs two groups")
        return Subgroups(levels, pooled, test)
    if tau2 == "common":
        Z = np.column_stack([one.astype(np.float64) for one in members[1:]])
        names = [str(one) for one in levels[1:]]
        model = meta_regression(y, v, Z, names=names, method=method, interval=interval, level=level)
        return Subgroups(levels, pooled, model.moderators, model)
    centres, spreads, alone = [], [], 0
    for one, found in zip(members, pooled, strict=True):
        if found.k == 1:
            alone += 1
            centres.append(float(y[one][0]))
            spreads.append(float(v[one][0]))
        elif found.estimate.value is not None and found.estimate.standard_error is not None:
            centres.append(found.estimate.value)
            spreads.append(found.estimate.standard_error**2)
        else:
            reason = found.estimate.reason or "a group cannot be pooled"
            return Subgroups(levels, pooled, TestResult("q-between", None, None, None, len(y), reason))
    means, weights = np.array(centres), 1.0 / np.array(spreads)
    q = float(weights @ (means - weights @ means / weights.sum()) ** 2)
    df = float(len(levels) - 1)
    notes = (
        (f"{alone} group{'s' if alone > 1 else ''} of one study: its own effect and variance",)
        if alone
        else ()
    )
    return Subgroups(levels, pooled, TestResult("q-between", q, df, chi_square_p(q, df), len(y), notes=notes))


@dataclass(frozen=True)
class Influence:
    """What one study does to the pooled effect; None where the others cannot be pooled without it.

    residual: (its effect - pooled without it) / standard error of that difference. dffits: change of the pooled effect
    in units of sqrt(hat (v + tau2 without it)). cook: that change squared over its variance. variance_ratio: variance
    of the pooled effect without over with the study. tau2, q: without it. hat: leverage.
    """

    residual: float | None
    dffits: float | None
    cook: float | None
    variance_ratio: float | None
    tau2: float | None
    q: float | None
    hat: float


def influence(values: ArrayLike, variances: ArrayLike, *, method: Method = "REML") -> tuple[Influence, ...]:
    """The influence of each study on the pooled effect (Viechtbauer & Cheung 2010), normal intervals.

    Checked against: R metafor `influence`.
    """
    y, v = validated(values, variances)
    k = len(y)
    if k < 3:
        return tuple(Influence(None, None, None, None, None, None, 1.0 / k) for _ in range(k))
    whole = fit_model(y, v, intercept_only(k), method, "normal", 0.95)
    centre, variance = float(whole.fit.coefficients[0]), float(whole.fit.covariance[0, 0])
    found = []
    for i in range(k):
        others_y, others_v = np.delete(y, i), np.delete(v, i)
        rest = fit_model(others_y, others_v, intercept_only(k - 1), method, "normal", 0.95)
        own = 0.0 if rest.between is None else rest.between.tau2
        mean, error2 = float(rest.fit.coefficients[0]), float(rest.fit.covariance[0, 0])
        hat = float(whole.fit.leverages[i])
        found.append(
            Influence(
                residual=(float(y[i]) - mean) / math.sqrt(float(v[i]) + own + error2),
                dffits=(centre - mean) / math.sqrt(hat * float((v + own)[i])),
                cook=(centre - mean) ** 2 / variance,
                variance_ratio=error2 / variance,
                tau2=own,
                q=float(((others_y - np.average(others_y, weights=1 / others_v)) ** 2 / others_v).sum()),
                hat=hat,
            )
        )
    return tuple(found)
