"""Cumulative incidence: the probability of each cause while the others act too (Aalen and Johansen)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.competing_risks.causes import validate_causes, validate_competing
from crlm.statistics.competing_risks.incidence_variance import (
    aalen_variance,
    delta_variance,
    patients,
    robust_variance,
    tabulate,
)
from crlm.statistics.results import interval_multiplier
from crlm.statistics.survival_curve import Counts, SurvivalCurve, kaplan_meier
from crlm.statistics.times import BoolArray, FloatArray

Interval = Literal["log-log", "log", "plain"]
Variance = Literal["delta", "aalen", "robust"]


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence:
    """Cumulative incidence of K causes: one row per cause, one column per distinct follow-up time.

    `event_free` is the Kaplan-Meier curve of being free of all causes; its `time`, `at_risk` and `censored`
    belong to the columns here, and its survival and the incidences add up to 1. `events`, `incidence`
    (just after the time), `standard_error` (of the incidence), `lower` and `upper` have shape (K, times).

    Before the first event of a cause its incidence is 0 without an interval, and likewise where it is 1:
    `has_interval` is False there and the limits only repeat the incidence. There are no NaN.
    """

    causes: tuple[int, ...]
    event_free: SurvivalCurve
    events: Counts
    incidence: FloatArray
    standard_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    has_interval: BoolArray
    n: int
    n_events: tuple[int, ...]
    level: float
    interval: Interval
    variance: Variance

    @property
    def time(self) -> FloatArray:
        """The distinct follow-up times: shape (times,)."""
        return self.event_free.time

    def row(self, cause: int) -> int:
        """The row of a cause; `ValueError` when it is not one of the causes."""
        if cause not in self.causes:
            raise ValueError(f"cause was {cause!r}; it is one of {self.causes!r}")
        return self.causes.index(cause)


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    causes: Sequence[int] | None = None,
    level: float = 0.95,
    interval: Interval = "log-log",
    variance: Variance | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> CumulativeIncidence:
    """Estimate the probability of each cause by time t while the other causes act too.

    F_k(t) is the sum over times s <= t of S(s-) d_k(s) / n(s), S the Kaplan-Meier curve of any cause. Ties are
    exact and never broken. `time`: shape (n,). `cause`: shape (n,), 0 for censored, otherwise the code of what
    happened first. `causes`: all codes in the order wanted (one that does not occur has incidence 0); by
    default those that occur. `entry`, `weights`: as for `kaplan_meier`; weights that are not whole numbers
    cannot be combined with `entry`.

    `variance`: "delta", from the multinomial variance of the events at each time (Greenwood's for one cause);
    "aalen", which counts each cause as a sampling without replacement of its own; "robust", the infinitesimal
    jackknife over rows. By default "delta", and "robust" for weights that are not whole numbers, for which
    there is no other. Without weights and entry "delta" and "robust" are identical and are R survival's;
    with either, R's is "robust". R cmprsk's is "aalen". `interval`: on the scale log(-log F), log F or F, cut at
    0 and 1.

    Raises `ValueError` for what is not competing-risks data. Sources: Aalen & Johansen 1978 (Scand J Stat 5:141);
    Marubini & Valsecchi 1995 (delta); Aalen 1978 (Ann Stat 6:534). Checked against: R survival `survfit`,
    R cmprsk `cuminc`, R etm; exact fractions in plain Python; docs/validation/competing-risks.md.
    """
    if interval not in ("log-log", "log", "plain"):
        raise ValueError(f'interval was {interval!r}; it is "log-log", "log" or "plain"')
    multiplier = interval_multiplier(level)
    times, codes = validate_competing(time, cause)
    wanted = validate_causes(causes, codes)
    event_free = kaplan_meier(times, codes != 0, level=level, entry=entry, weights=weights)
    chosen = _variance(variance, event_free)

    steps = tabulate(event_free, times, codes, wanted, weights)
    incidence = np.cumsum(steps.hazard_free * steps.events, axis=1, dtype=np.float64)
    # Everybody had this cause, none another: a sum of fractions that is 1 but for rounding.
    others = np.cumsum(steps.all_events - steps.events, axis=1)
    certain = (event_free.survival == 0.0) & (others == 0)
    incidence[certain] = 1.0
    if chosen == "delta":
        variances = delta_variance(steps, incidence)
    elif chosen == "aalen":
        variances = aalen_variance(steps, incidence)
    else:
        rows = patients(event_free, times, codes, wanted, entry, weights)
        variances = robust_variance(steps, incidence, rows)
    error = np.sqrt(np.maximum(variances, 0.0))
    inside = (incidence > 0.0) & ~certain
    lower, upper = _limits(incidence, error, inside, multiplier, interval)
    for array in (steps.events, incidence, error, lower, upper, inside):
        array.flags.writeable = False
    return CumulativeIncidence(
        causes=wanted,
        event_free=event_free,
        events=steps.events,
        incidence=incidence,
        standard_error=error,
        lower=lower,
        upper=upper,
        has_interval=inside,
        n=len(times),
        n_events=tuple(int(np.sum(codes == code)) for code in wanted),
        level=level,
        interval=interval,
        variance=chosen,
    )


def _variance(asked: Variance | None, event_free: SurvivalCurve) -> Variance:
    if asked not in (None, "delta", "aalen", "robust"):
        raise ValueError(f'variance was {asked!r}; it is "delta", "aalen" or "robust"')
    if event_free.variance == "robust":
        if asked in ("delta", "aalen"):
            raise ValueError(f'weights that are not whole numbers have no {asked!r} variance; use "robust"')
        return "robust"
    return asked or "delta"


def _limits(
    incidence: FloatArray, error: FloatArray, inside: BoolArray, multiplier: float, interval: Interval
) -> tuple[FloatArray, FloatArray]:
    """Confidence limits on the scale asked for, from the standard error of the incidence."""
    lower, upper = incidence.copy(), incidence.copy()
    F, reach = incidence[inside], multiplier * error[inside]
    if interval == "plain":
        lower[inside], upper[inside] = F - reach, F + reach
    elif interval == "log":
        lower[inside], upper[inside] = F * np.exp(-reach / F), F * np.exp(reach / F)
    else:
        log_f = np.log(F)
        factor = np.exp(reach / (F * -log_f))
        lower[inside], upper[inside] = np.exp(log_f * factor), np.exp(log_f / factor)
    return np.maximum(lower, 0.0), np.minimum(upper, 1.0)
