"""What is read off a Kaplan-Meier curve: survival at a time, the median, numbers at risk."""

from collections.abc import Sequence

import numpy as np

from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.survival_curve import Counts, SurvivalCurve
from crlm.statistics.times import FloatArray, tie_tolerance

# A step of the curve this close to a probability stands exactly on it: products of fractions carry noise.
_SAME_HEIGHT = float(np.sqrt(np.finfo(np.float64).eps))

# Half-width of the window in which Collett estimates the density of the survival times around the median.
_DENSITY_WINDOW = 0.05


def survival_at(curve: SurvivalCurve, times: Sequence[float]) -> tuple[Estimate, ...]:
    """Survival at each time, with the curve's interval and the standard error of S.

    After the end of follow-up there is no estimate unless the curve has fallen to 0. Where the curve is at 1
    or 0 the value stands without an interval, and `reason` says so. Raises `ValueError` for a time that is
    not a finite number >= 0. Checked against: R survival `summary.survfit`.
    """
    return tuple(_survival_at(curve, float(at)) for at in _valid(times))


def quantile(curve: SurvivalCurve, probability: float) -> Estimate:
    """The time by which this fraction (above 0, below 1) has had the event, with its interval.

    The first time at which the curve is at or below 1 - probability; when the curve is flat exactly there,
    the midpoint between that time and the next drop, or the first time when no drop follows. The limits are
    read off the curve's own limits in the same way, so that they may exist without a value and a value
    without them; `reason` says what is missing. Sources: Brookmeyer & Crowley 1982; Klein & Moeschberger
    1997, section 4.5. Checked against: the median and limits that R survival prints for `survfit`.
    """
    if not 0.0 < probability < 1.0:
        raise ValueError(f"probability was {probability!r}; it lies between 0 and 1, for example 0.5")
    height = 1.0 - probability
    known = curve.survival > 0.0
    value = _crossing(curve.time, curve.survival, height)
    lower = _crossing(curve.time[known], curve.lower[known], height)
    upper = _crossing(curve.time[known], curve.upper[known], height)
    reason = _what_is_missing(curve, height, value, lower, upper)
    return Estimate(value, lower, upper, curve.level, None, reason)


def median(curve: SurvivalCurve) -> Estimate:
    """The time by which half have had the event: `quantile(curve, 0.5)`."""
    return quantile(curve, 0.5)


def collett_median(curve: SurvivalCurve) -> Estimate:
    """The median with a symmetric interval, median +/- z SE, for comparison with reports that use one.

    The median is the first time with S <= 0.5 (no midpoint). SE = SE(S at the median) / f, with the density
    f = (S(u) - S(l)) / (l - u), u the last event time with S >= 0.55, l the first with S <= 0.45. The limits
    are not cut at 0. Source: Collett, Modelling Survival Data in Medical Research, 2nd ed. 2003, chapter 2.
    Checked against Collett's worked example. SPSS's KM is said to print this interval; that is not checked.
    """
    died = curve.events > 0
    time, survival = curve.time[died], curve.survival[died]
    reached = np.flatnonzero(survival <= 0.5 + _SAME_HEIGHT)
    if not reached.size:
        return Estimate(None, None, None, curve.level, None, _not_reached(curve, 0.5))
    value = float(time[reached[0]])
    above = np.flatnonzero(survival >= 0.5 + _DENSITY_WINDOW - _SAME_HEIGHT)
    below = np.flatnonzero(survival <= 0.5 - _DENSITY_WINDOW + _SAME_HEIGHT)
    if not above.size or not below.size:
        side = "at or above 0.55 at any event" if not above.size else "at or below 0.45"
        reason = f"no interval: the curve is never {side}, so its slope at the median is unknown"
        return Estimate(value, None, None, curve.level, None, reason)
    before, after = above[-1], below[0]
    if survival[reached[0]] == 0.0:
        return Estimate(
            value, None, None, curve.level, None, "no interval: the curve falls to 0 at the median"
        )
    density = (survival[before] - survival[after]) / (time[after] - time[before])
    error = float(curve.standard_error[died][reached[0]] / density)
    reach = interval_multiplier(curve.level) * error
    return Estimate(value, value - reach, value + reach, curve.level, error)


def at_risk_at(curve: SurvivalCurve, times: Sequence[float]) -> Counts:
    """How many are under observation and free of the event just before each time: shape (times,).

    Without delayed entry, `at_risk_at` + `events_before` + `censored_before` is everybody, at every time.
    Who enters at a time counts after it; who enters at 0 also counts at 0.
    """
    wanted = _valid(times)
    if not curve.entered_at.size:
        next_row = np.searchsorted(curve.time, wanted - tie_tolerance(curve.time), side="left")
        remaining: Counts = np.append(curve.at_risk, curve.at_risk[:0].sum())[next_row]
        return remaining
    latest = wanted - tie_tolerance(curve.time)
    arrived = np.where(
        wanted == 0.0,
        np.searchsorted(curve.entered_at, 0.0, side="right"),
        np.searchsorted(curve.entered_at, latest, side="left"),
    )
    present: Counts = _running_total(curve.entered)[arrived] - _before(
        curve, curve.events + curve.censored, wanted
    )
    return present


def events_before(curve: SurvivalCurve, times: Sequence[float]) -> Counts:
    """How many had the event before (not at) each time: shape (times,)."""
    return _before(curve, curve.events, _valid(times))


def censored_before(curve: SurvivalCurve, times: Sequence[float]) -> Counts:
    """How many were censored before (not at) each time: shape (times,)."""
    return _before(curve, curve.censored, _valid(times))


def _survival_at(curve: SurvivalCurve, at: float) -> Estimate:
    if not len(curve.time):
        return Estimate(None, None, None, curve.level, None, "there are no patients")
    noise = tie_tolerance(curve.time)
    row = int(np.searchsorted(curve.time, at + noise, side="right")) - 1
    fallen = curve.survival[-1] == 0.0
    if at > curve.time[-1] + noise and not fallen:
        return Estimate(None, None, None, curve.level, None, f"follow-up ends at {curve.time[-1]:g}")
    if row < 0 or curve.survival[row] == 1.0:
        return Estimate(1.0, None, None, curve.level, None, f"no interval: no event up to {at:g}")
    if curve.survival[row] == 0.0:
        reason = "no interval: everybody still at risk has had the event"
        return Estimate(0.0, None, None, curve.level, None, reason)
    return Estimate(
        value=float(curve.survival[row]),
        lower=float(curve.lower[row]),
        upper=float(curve.upper[row]),
        level=curve.level,
        standard_error=float(curve.standard_error[row]),
    )


def _crossing(time: FloatArray, heights: FloatArray, height: float) -> float | None:
    at_or_below = np.flatnonzero(heights < height + _SAME_HEIGHT)
    if not at_or_below.size:
        return None
    first = at_or_below[0]
    if abs(heights[first] - height) < _SAME_HEIGHT:
        lower = at_or_below[heights[at_or_below] < heights[first]]
        if lower.size:
            return float((time[first] + time[lower[0]]) / 2.0)
    return float(time[first])


def _what_is_missing(
    curve: SurvivalCurve, height: float, value: float | None, lower: float | None, upper: float | None
) -> str | None:
    if value is None:
        return _not_reached(curve, height)
    missing = [name for name, limit in (("lower", lower), ("upper", upper)) if limit is None]
    return f"{' and '.join(missing)} limit not reached" if missing else None


def _not_reached(curve: SurvivalCurve, height: float) -> str:
    if not len(curve.time):
        return "there are no patients"
    return f"not reached: the curve stays above {height:g}; follow-up ends at {curve.time[-1]:g}"


def _before(curve: SurvivalCurve, counts: Counts, wanted: FloatArray) -> Counts:
    rows = np.searchsorted(curve.time, wanted - tie_tolerance(curve.time), side="left")
    passed: Counts = _running_total(counts)[rows]
    return passed


def _running_total(counts: Counts) -> Counts:
    """The sum of the first k counts, for k = 0, 1, ..., all of them."""
    totals: Counts = np.cumsum(np.insert(counts, 0, 0))
    return totals


def _valid(times: Sequence[float]) -> FloatArray:
    wanted = np.asarray(times, dtype=np.float64)
    if wanted.ndim != 1 or not np.all(np.isfinite(wanted)) or np.any(wanted < 0.0):
        raise ValueError(f"times were {times!r}; they are finite numbers of 0 or more")
    return wanted
