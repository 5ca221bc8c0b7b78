"""The Kaplan-Meier curve: how it is estimated. What is read off it is in `curve_readings`."""

from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.distinct_times import distinct_times
from crlm.statistics.results import interval_multiplier
from crlm.statistics.times import (
    BoolArray,
    FloatArray,
    tie_times,
    validate_entry,
    validate_survival,
    validate_weights,
)

Interval = Literal["log-log", "log", "plain", "arcsine", "logit"]
Variance = Literal["greenwood", "robust"]
Counts = NDArray[Any]  # whole numbers, or sums of weights
_Array = TypeVar("_Array", bound=NDArray[Any])


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """A Kaplan-Meier curve: one row per distinct follow-up time, whether events or censorings fell on it.

    The arrays have one length and cannot be written to. `at_risk` counts those with that time or a later one,
    `survival` is the probability of being free of the event just after the time, `standard_error` is of
    `survival` itself. Counts are whole numbers, or sums of weights when weights were given.

    Where the curve still stands at 1 or has fallen to 0 its variance is 0 and no interval exists:
    `has_interval` is False there and `lower` and `upper` only repeat the curve. There are no NaN.
    `entered_at` and `entered` (how many, at which distinct entry time) are empty without delayed entry.
    """

    time: FloatArray
    at_risk: Counts
    events: Counts
    censored: Counts
    survival: FloatArray
    standard_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    has_interval: BoolArray
    n: int
    n_events: int
    level: float
    interval: Interval
    variance: Variance
    entered_at: FloatArray
    entered: Counts


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    level: float = 0.95,
    interval: Interval = "log-log",
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> SurvivalCurve:
    """Estimate the probability of staying free of the event, S(t), from right-censored follow-up.

    `time`, `event`: shape (n,), see `times.validate_survival`; n = 0 gives a curve without rows. Times that
    differ by floating-point noise only are tied (`times.tie_times`); at a tie, events come before censorings.
    `entry`: delayed entry, a patient is at risk after `entry` up to and including `time`.
    `weights`: > 0. Whole numbers say how many patients a row stands for and keep Greenwood's variance; with
    any other weights the variance is the robust one (infinitesimal jackknife), which is not available
    together with `entry`. `interval`: on the scale log(-log S), log S, S, arcsine of the square root of S, or
    log(S / (1 - S)), cut at 0 and 1.

    Raises `ValueError` for what is not survival data. Sources: Kaplan & Meier 1958; Greenwood 1926;
    Kalbfleisch & Prentice 1980 (log-log); Borgan & Liestol 1990 (arcsine). Checked against: R survival `survfit`;
    `docs/validation`.
    """
    if interval not in get_args(Interval):
        raise ValueError(f"interval was {interval!r}; it is one of {', '.join(get_args(Interval))}")
    multiplier = interval_multiplier(level)
    times, events = validate_survival(time, event)
    row_weights = None if weights is None else validate_weights(weights, len(times))

    if entry is None:
        entries = None
        distinct, position = distinct_times(times)
    else:
        times, entries = _tied_together(times, validate_entry(entry, times))
        distinct, position = np.unique(times, return_inverse=True)
    leaving, failing, entered_at, entered = _counts(position, len(distinct), events, entries, row_weights)
    at_risk = _at_risk(distinct, leaving, entered_at, entered)
    emptied = at_risk == failing
    if row_weights is not None:
        # Whether everyone at risk has the event is asked of whole patients: sums of weights carry noise.
        heads = _counts(position, len(distinct), events, entries, None)
        emptied = _at_risk(distinct, heads[0], heads[2], heads[3]) == heads[1]

    steps: FloatArray = np.where(emptied, 0.0, 1.0 - failing / at_risk)
    survival = np.cumprod(steps, dtype=np.float64)
    # Where everyone at risk has the event S is 0 from there on, and its variance with it.
    left = np.where(emptied, 1, at_risk - failing)
    terms = np.where(emptied, 0.0, failing / (at_risk * left))
    variance: Variance = "greenwood"
    if row_weights is None or bool(np.all(row_weights == np.floor(row_weights))):
        spread = np.sqrt(np.cumsum(terms))
    elif entries is None:
        variance = "robust"
        jumps = np.where(events & ~emptied[position], 1.0 / left[position], 0.0)
        spread = _robust_spread(position, row_weights, jumps, terms)
    else:
        raise ValueError("weights that are not whole numbers cannot be combined with entry times")
    lower, upper, has_interval = _limits(survival, spread, multiplier, interval)
    return SurvivalCurve(
        time=_read_only(distinct),
        at_risk=_read_only(at_risk),
        events=_read_only(failing),
        censored=_read_only(leaving - failing),
        survival=_read_only(survival),
        standard_error=_read_only(survival * spread),
        lower=_read_only(lower),
        upper=_read_only(upper),
        has_interval=_read_only(has_interval),
        n=len(times),
        n_events=int(events.sum()),
        level=level,
        interval=interval,
        variance=variance,
        entered_at=_read_only(entered_at),
        entered=_read_only(entered),
    )


def reverse_kaplan_meier(
    time: ArrayLike, event: ArrayLike, *, level: float = 0.95, interval: Interval = "log-log"
) -> SurvivalCurve:
    """Estimate potential follow-up: the Kaplan-Meier curve with the meaning of the event reversed.

    Censoring is what is waited for and the event hides it; the median of this curve is the median follow-up.
    A patient with the event at a time when others are censored still counts as at risk there, as in the
    usual software recipe (status reversed). Source: Schemper & Smith 1996. Checked against: R `survfit`.
    """
    times, events = validate_survival(time, event)
    return kaplan_meier(times, ~events, level=level, interval=interval)


def _tied_together(times: FloatArray, entry: FloatArray) -> tuple[FloatArray, FloatArray]:
    both = tie_times(np.concatenate((entry, times)))
    entries, exits = both[: len(times)], both[len(times) :]
    same = np.flatnonzero(entries >= exits)
    if same.size:
        raise ValueError(
            f"entry[{same[0]}] and time[{same[0]}] differ by rounding only; entry must come first"
        )
    return exits, entries


def _counts(
    position: NDArray[np.intp],
    rows: int,
    events: BoolArray,
    entries: FloatArray | None,
    weights: FloatArray | None,
) -> tuple[Counts, Counts, FloatArray, Counts]:
    """How many leave and how many have the event at each distinct time; who enters late, and when."""
    outcome = 2 * position
    outcome += events
    counts: Counts = np.bincount(outcome, weights, minlength=2 * rows).reshape(-1, 2)
    leaving, failing = counts.sum(axis=1), counts[:, 1].copy()
    if entries is None:
        return leaving, failing, np.empty(0), leaving[:0]
    entered_at, entrance = np.unique(entries, return_inverse=True)
    return leaving, failing, entered_at, np.bincount(entrance, weights, minlength=len(entered_at))


def _at_risk(distinct: FloatArray, leaving: Counts, entered_at: FloatArray, entered: Counts) -> Counts:
    remaining: Counts = np.cumsum(leaving[::-1])[::-1]
    if not entered_at.size:
        return remaining
    still_outside = np.append(np.cumsum(entered[::-1])[::-1], 0)
    outside: Counts = still_outside[np.searchsorted(entered_at, distinct, side="left")]
    return remaining - outside


def _robust_spread(
    position: NDArray[np.intp], weights: FloatArray, jumps: FloatArray, terms: FloatArray
) -> FloatArray:
    """Square root of the summed squared influence of each patient on log S(t): one pass over the patients.

    The derivative of log S(t) by the weight of a patient who left at x is A(min(t, x)), with A the running
    sum of Greenwood's `terms` d / n(n - d), less the patient's own jump 1 / (n - d) at an event at x <= t.
    """
    accumulated = np.cumsum(terms)
    own = accumulated[position] - jumps
    gone = np.cumsum(np.bincount(position, (weights * own) ** 2, minlength=len(terms)))
    squares = np.bincount(position, weights**2, minlength=len(terms))
    staying = np.append(np.cumsum(squares[::-1])[::-1], 0.0)[1:]
    spread: FloatArray = np.sqrt(gone + accumulated**2 * staying)
    return spread


def _limits(
    survival: FloatArray, spread: FloatArray, multiplier: float, interval: Interval
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Confidence limits from the standard error of log S, `spread`, on the scale asked for."""
    inside = (survival > 0.0) & (survival < 1.0)
    lower, upper = survival.copy(), survival.copy()
    s, reach = survival[inside], multiplier * spread[inside]
    if interval == "plain":
        lower[inside], upper[inside] = s - reach * s, s + reach * s
    elif interval == "log":
        lower[inside], upper[inside] = s * np.exp(-reach), s * np.exp(reach)
    elif interval == "arcsine":
        angle, half = np.arcsin(np.sqrt(s)), reach / 2.0 * np.sqrt(s / (1.0 - s))
        lower[inside] = np.sin(np.maximum(angle - half, 0.0)) ** 2
        upper[inside] = np.sin(np.minimum(angle + half, np.pi / 2.0)) ** 2
    elif interval == "logit":
        factor = np.exp(reach / (1.0 - s))
        lower[inside], upper[inside] = s / (s + (1.0 - s) * factor), s / (s + (1.0 - s) / factor)
    else:
        log_s = np.log(s)
        factor = np.exp(-reach / log_s)
        lower[inside], upper[inside] = np.exp(log_s * factor), np.exp(log_s / factor)
    return np.maximum(lower, 0.0), np.minimum(upper, 1.0), inside


def _read_only(array: _Array) -> _Array:
    array.flags.writeable = False
    return array
