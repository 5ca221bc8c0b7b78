"""What of a survival curve can be pooled over imputations: probabilities can, medians cannot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from crlm.statistics.imputation.rubin import (
    ONE_IMPUTATION,
    DegreesOfFreedom,
    PooledEstimate,
    pool_estimates,
    refused,
)
from crlm.statistics.results import Estimate


def pool_survival_probabilities(
    probabilities: Sequence[Estimate],
    *,
    complete_df: float,
    df_rule: DegreesOfFreedom = "barnard-rubin",
    level: float = 0.95,
) -> PooledEstimate:
    """Pool the survival (or cumulative incidence) at one time from m imputations on the scale log(-log S).

    probabilities: one `Estimate` per imputation with its standard error, as `survival_at` gives. On that
    scale, where a probability is nearest to normal, Rubin's rules are applied and value and limits are turned
    back; `standard_error` is that of S (delta method), `within` and `between` are on the log(-log) scale.
    There is no test. A curve at 0 or 1 has no such scale: when all imputations agree the value stands
    without an interval, else nothing is pooled. `ValueError` for a value outside 0 to 1.

    Source: Marshall, Altman, Holder & Royston 2009 (BMC Med Res Methodol 9:57). Checked against: R survival
    and mice `pool.scalar` (tests/golden/rubin.json); by hand (docs/validation/multiple-imputation.md).
    """
    m = len(probabilities)
    if m < 2:
        return refused(ONE_IMPUTATION if m else "there are no imputations", m, level)
    places, squares = [], []
    for at, one in enumerate(probabilities, start=1):
        if one.value is None:
            return refused(f"imputation {at}: {one.reason}", m, level)
        if not 0.0 <= one.value <= 1.0:
            raise ValueError(f"imputation {at} has the probability {one.value:g}; it lies between 0 and 1")
        if one.value in (0.0, 1.0):
            return _at_the_end(probabilities, at, level)
        if one.standard_error is None:
            return refused(f"imputation {at}: no standard error: {one.reason or 'none was given'}", m, level)
        log_s = math.log(one.value)
        places.append(math.log(-log_s))
        squares.append((one.standard_error / (one.value * log_s)) ** 2)
    pooled = pool_estimates(places, squares, complete_df=complete_df, df_rule=df_rule, level=level)
    if pooled.value is None or pooled.standard_error is None:
        return pooled
    survival = _back(pooled.value)
    return replace(
        pooled,
        value=survival,
        # The scale runs downwards: the upper limit there is the lower one here.
        lower=None if pooled.upper is None else _back(pooled.upper),
        upper=None if pooled.lower is None else _back(pooled.lower),
        standard_error=-survival * math.log(survival) * pooled.standard_error,
        statistic=None,
        p=None,
    )


def pool_medians(medians: Sequence[Estimate], *, level: float = 0.95) -> PooledEstimate:
    """Refuse to pool medians, with a reason that says what to report instead.

    Medians of survival times are not about normal, and one that is not reached has no number to average.
    """
    reason = (
        "medians are not pooled: they are not about normal and may not be reached in some imputations; "
        "pool survival probabilities at stated times, or give the range of the medians over the imputations"
    )
    return refused(reason, len(medians), level)


def _back(place: float) -> float:
    return math.exp(-math.exp(place))


def _at_the_end(probabilities: Sequence[Estimate], at: int, level: float) -> PooledEstimate:
    value, m = probabilities[at - 1].value, len(probabilities)
    if any(one.value != value for one in probabilities):
        return refused(f"imputation {at}: the curve is at {value:g}, others are not", m, level)
    nothing = refused(f"no interval: the curve is at {value:g} in every imputation", m, level)
    return replace(nothing, value=value)
