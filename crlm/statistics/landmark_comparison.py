"""Do two groups differ in survival at one time, such as five years? Difference, ratio and ratio of the hazards so far.

For curves that cross, or when the question is about a time and not about all of follow-up, where the log-rank test
and the hazard ratio do not answer.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass

from numpy.typing import ArrayLike

from crlm.statistics.curve_readings import survival_at
from crlm.statistics.group_labels import Labels, positions
from crlm.statistics.results import Estimate, TestResult, interval_multiplier, normal_p
from crlm.statistics.survival_curve import Interval, kaplan_meier
from crlm.statistics.times import validate_entry, validate_survival, validate_weights


@dataclass(frozen=True, slots=True)
class LandmarkComparison:
    """Survival of a reference group and another at one time, and how they differ.

    `survival` follows `levels`, the reference first. `difference` is the other minus the reference, `ratio` the other
    over the reference, `hazard_ratio` the other's cumulative hazard up to the time, -log S, over the reference's (the
    ratio of hazards if that were constant). The standard errors of the ratios are those of their logarithms. The
    statistics of the tests are standard normal deviates. `test` is the one to report: it belongs to `hazard_ratio`.
    """

    levels: tuple[Hashable, Hashable]
    at: float
    survival: tuple[Estimate, Estimate]
    difference: Estimate
    difference_test: TestResult
    ratio: Estimate
    ratio_test: TestResult
    hazard_ratio: Estimate
    test: TestResult


def compare_survival_at(
    time: ArrayLike,
    event: ArrayLike,
    group: Labels,
    at: float,
    *,
    levels: tuple[Hashable, Hashable],
    level: float = 0.95,
    interval: Interval = "log-log",
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> LandmarkComparison:
    """Compare the Kaplan-Meier survival of two groups at the time `at`, fixed before looking at the data.

    With S and its standard error SE in each group (0 the reference), z is each of these over its standard error:

    - difference: S_1 - S_0, variance SE_1^2 + SE_0^2;
    - ratio: log S_1 - log S_0, variance the sum of (SE / S)^2;
    - hazard ratio (complementary log-log): log(-log S_1) - log(-log S_0), variance the sum of (SE / (S log S))^2.
      Of these tests it keeps its level best, also in small groups (Klein et al. 2007); the plain difference does not.

    `group`: n labels, each one of the two `levels`, the reference first. `interval` is of each group's own survival;
    the other arguments: as for `kaplan_meier`. A group whose curve is still at 1, has fallen to 0 or has ended before
    `at`: `None`, with that group's reason. `ValueError` for what is not survival data, or a time not above 0.
    Source: Klein JP et al. Stat Med 2007;26:4505-4519. Checked against: these formulas with R's `survfit`.
    """
    if len(levels) != 2 or levels[0] == levels[1]:
        raise ValueError(f"levels were {levels!r}; name two different groups, the reference first")
    if not (math.isfinite(at) and at > 0.0):
        raise ValueError(f"at was {at!r}; it is a finite time above 0")
    times, events = validate_survival(time, event)
    entries = None if entry is None else validate_entry(entry, times)
    row_weights = None if weights is None else validate_weights(weights, len(times))
    _, member = positions(group, len(times), levels)
    found = []
    for which in range(2):
        rows = member == which
        curve = kaplan_meier(
            times[rows],
            events[rows],
            level=level,
            interval=interval,
            entry=None if entries is None else entries[rows],
            weights=None if row_weights is None else row_weights[rows],
        )
        found.append(survival_at(curve, [at])[0])
    reference, other = found
    n = len(times)
    reasons = [f"{label}: {one.reason}" for label, one in zip(levels, found, strict=True) if one.reason]
    reason = "; ".join(reasons) or None
    difference, difference_test = _difference(reference, other, n, reason)
    ratio, ratio_test = _ratio("survival-ratio", _log(reference), _log(other), reference.level, n, reason)
    hazard_ratio, test = _ratio(
        "survival-complementary-log-log",
        _log_hazard(reference),
        _log_hazard(other),
        reference.level,
        n,
        reason,
    )
    return LandmarkComparison(
        levels=(levels[0], levels[1]),
        at=float(at),
        survival=(reference, other),
        difference=difference,
        difference_test=difference_test,
        ratio=ratio,
        ratio_test=ratio_test,
        hazard_ratio=hazard_ratio,
        test=test,
    )


# A number and its standard error; the error is None where there is none.
_Scaled = tuple[float, float | None]


def _log(survival: Estimate) -> _Scaled | None:
    if not survival.value:
        return None
    error = survival.standard_error
    return math.log(survival.value), None if error is None else error / survival.value


def _log_hazard(survival: Estimate) -> _Scaled | None:
    if not survival.value or survival.value == 1.0:
        return None
    hazard = -math.log(survival.value)
    error = survival.standard_error
    return math.log(hazard), None if error is None else error / (survival.value * hazard)


def _difference(a: Estimate, b: Estimate, n: int, reason: str | None) -> tuple[Estimate, TestResult]:
    method = "survival-difference"
    value = None if a.value is None or b.value is None else b.value - a.value
    if value is None or a.standard_error is None or b.standard_error is None:
        return Estimate(value, None, None, a.level, None, reason), TestResult(
            method, None, None, None, n, reason
        )
    error = math.hypot(a.standard_error, b.standard_error)
    reach, z = interval_multiplier(a.level) * error, value / error
    lower, upper = max(value - reach, -1.0), min(value + reach, 1.0)
    return Estimate(value, lower, upper, a.level, error), TestResult(method, z, None, normal_p(z), n)


def _ratio(
    method: str, a: _Scaled | None, b: _Scaled | None, level: float, n: int, reason: str | None
) -> tuple[Estimate, TestResult]:
    """The exponential of the difference of two logarithms."""
    undefined = TestResult(method, None, None, None, n, reason)
    if a is None or b is None:
        return Estimate(None, None, None, level, None, reason), undefined
    value = math.exp(b[0] - a[0])
    if a[1] is None or b[1] is None:
        return Estimate(value, None, None, level, None, reason), undefined
    error = math.hypot(a[1], b[1])
    z, factor = (b[0] - a[0]) / error, math.exp(interval_multiplier(level) * error)
    return Estimate(value, value / factor, value * factor, level, error), TestResult(
        method, z, None, normal_p(z), n
    )
