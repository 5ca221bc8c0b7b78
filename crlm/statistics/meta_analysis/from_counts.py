"""Studies pooled from their counts, without an effect for each: Mantel and Haenszel, and Peto."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.meta_analysis.effect_sizes import CountMeasure, effects_from_counts, two_by_two
from crlm.statistics.meta_analysis.heterogeneity import Heterogeneity
from crlm.statistics.meta_analysis.pooled import Pooled
from crlm.statistics.results import Estimate, TestResult, chi_square_p, interval_multiplier, normal_p
from crlm.statistics.times import FloatArray

_FIXED = "a fixed effect is the same in every study: there is nothing to predict"
_NO_SPREAD = "a fixed effect has no variance between studies"


def mantel_haenszel(
    events: ArrayLike,
    n: ArrayLike,
    events_reference: ArrayLike,
    n_reference: ArrayLike,
    *,
    measure: CountMeasure = "OR",
    level: float = 0.95,
) -> Pooled:
    """Pool 2 x 2 tables by Mantel and Haenszel's weights; a zero in a table needs no correction.

    Arrays as for `effects_from_counts`. The estimate is a log odds ratio, log risk ratio or risk difference; variances:
    OR Robins, Breslow & Greenland 1986; RR Greenland & Robins 1985; RD Sato, Greenland & Robins 1989. Q measures the
    distance of the studies' own effects (1/2 added to tables with a zero) from it. Q and `k` leave out studies
    where nobody or everybody of both groups has an event. All events in one group, or none at
    all: None with a reason. Checked against: R metafor `rma.mh`.
    """
    a, b, c, d = two_by_two(events, n, events_reference, n_reference)
    n1, n2 = a + b, c + d
    total = n1 + n2
    if measure == "RD":
        if not len(a):
            return _nothing("mantel-haenszel", 0, level, "there are no studies")
        weights = n1 * n2 / total
        value = float((a * n2 / total - c * n1 / total).sum() / weights.sum())
        skew = c * (n1 / total) ** 2 - a * (n2 / total) ** 2 + n1 * n2 * (n2 - n1) / (2.0 * total**2)
        spread = value * float(skew.sum()) + float(((a * d + c * b) / total).sum()) / 2.0
        variance = spread / float(weights.sum()) ** 2
    else:
        first, second = (a * d, b * c) if measure == "OR" else (a * n2, c * n1)
        R, S = first / total, second / total
        weights = S
        if R.sum() == 0.0 or S.sum() == 0.0:
            return _nothing("mantel-haenszel", len(a), level, _lopsided(a, c))
        value = math.log(R.sum() / S.sum())
        if measure == "OR":
            P, Q = (a + d) / total, (b + c) / total
            variance = float(
                (P * R).sum() / (2.0 * R.sum() ** 2)
                + (P * S + Q * R).sum() / (2.0 * R.sum() * S.sum())
                + (Q * S).sum() / (2.0 * S.sum() ** 2)
            )
        else:
            D = (n1 * n2 * (a + c) - a * c * total) / total**2
            variance = float(D.sum() / (R.sum() * S.sum()))
    single = effects_from_counts(events, n, events_reference, n_reference, measure=measure)
    tells = ~np.array(single.uninformative, dtype=bool)
    q = float(((single.values - value) ** 2 / single.variances)[tells].sum())
    return _finished("mantel-haenszel", value, variance, weights, q, int(tells.sum()), level)


def peto(
    events: ArrayLike,
    n: ArrayLike,
    events_reference: ArrayLike,
    n_reference: ArrayLike,
    *,
    level: float = 0.95,
) -> Pooled:
    """Pool log odds ratios by Peto's one step: the sum of observed less expected events over the sum of variances.

    Arrays as for `effects_from_counts`; a table without events, or without others, has no variance and no weight. The
    method is for rare events, groups of like size and small effects. Source: Yusuf et al. 1985. Checked against: R
    metafor `rma.peto`.
    """
    a, b, c, d = two_by_two(events, n, events_reference, n_reference)
    n1, n2 = a + b, c + d
    total, with_event, without = n1 + n2, a + c, b + d
    excess = a - with_event * n1 / total
    V = with_event * without * n1 * n2 / (total**2 * np.maximum(total - 1.0, 1.0))
    tells = V > 0.0
    if not tells.any():
        return _nothing(
            "peto", len(a), level, "no study has both patients with and patients without an event"
        )
    value = float(excess.sum() / V.sum())
    q = float((V[tells] * (excess[tells] / V[tells] - value) ** 2).sum())
    return _finished("peto", value, 1.0 / float(V.sum()), V, q, int(tells.sum()), level)


def _finished(
    method: str, value: float, variance: float, weights: FloatArray, q: float, k: int, level: float
) -> Pooled:
    error = math.sqrt(variance) if variance > 0.0 else 0.0
    if error == 0.0:
        return _nothing(method, k, level, "the variance of the pooled effect is 0")
    reach = interval_multiplier(level) * error
    df = k - 1
    no_df = "one study: nothing to differ"
    cochran = (
        TestResult("cochran-q", q, float(df), chi_square_p(q, df), k)
        if df
        else TestResult("cochran-q", None, None, None, k, no_df)
    )
    share = 100.0 * max(0.0, q - df) / q if q > 0.0 else 0.0
    none = "the interval belongs to random effects"
    i2 = (
        Estimate(share, None, None, level, None, none)
        if df
        else Estimate(None, None, None, level, None, no_df)
    )
    h2 = Estimate(q / df, None, None, level, None, none) if df else i2
    return Pooled(
        method=method,
        interval="normal",
        k=k,
        estimate=Estimate(value, value - reach, value + reach, level, error),
        test=TestResult("z", value / error, None, normal_p(value / error), k),
        prediction=Estimate(None, None, None, level, reason=_FIXED),
        heterogeneity=Heterogeneity(cochran, Estimate(None, None, None, level, reason=_NO_SPREAD), i2, h2),
        weights=tuple(float(one) for one in 100.0 * weights / weights.sum()),
    )


def _nothing(method: str, k: int, level: float, reason: str) -> Pooled:
    nothing = Estimate(None, None, None, level, reason=reason)
    q = TestResult("cochran-q", None, None, None, k, reason)
    test = TestResult("z", None, None, None, k, reason)
    differ = Heterogeneity(q, nothing, nothing, nothing)
    return Pooled(method, "normal", k, nothing, test, nothing, differ, (0.0,) * k)


def _lopsided(a: FloatArray, c: FloatArray) -> str:
    if not len(a):
        return "there are no studies"
    if not a.sum() and not c.sum():
        return "no study has an event"
    return "in every study all the events, or all who have none, are of one group: the ratio is 0 or infinite"
