"""From what a study printed to an effect with its variance: 2 x 2 counts, a ratio with its interval, or with its p."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.results import interval_multiplier, normal_quantile
from crlm.statistics.times import FloatArray

CountMeasure = Literal["OR", "RR", "RD"]
COUNT_MEASURES: tuple[CountMeasure, ...] = ("OR", "RR", "RD")


@dataclass(frozen=True)
class StudyEffects:
    """Effects of studies: `values` (logarithms of ratios, or differences of risks) and `variances`, shape (k,).

    `corrected` says where 1/2 was added to the four counts, `uninformative` where neither group or everyone of both
    had an event: such a study says nothing about a ratio.
    """

    values: FloatArray
    variances: FloatArray
    corrected: tuple[bool, ...]
    uninformative: tuple[bool, ...]


@dataclass(frozen=True)
class StudyEffect:
    """The effect of one study: `value` (a logarithm) and `standard_error`, or a `reason` why there is none."""

    value: float | None
    standard_error: float | None
    reason: str | None = None


def effects_from_counts(
    events: ArrayLike,
    n: ArrayLike,
    events_reference: ArrayLike,
    n_reference: ArrayLike,
    *,
    measure: CountMeasure = "OR",
    add: float = 0.5,
) -> StudyEffects:
    """Log odds ratios, log risk ratios or risk differences of studies, from events and patients of two groups.

    All arrays: shape (k,), whole counts, events <= n. A study with a zero in its 2 x 2 table gets `add` in each of the
    four cells, and only such a study (R metafor's default; Gart & Zweifel 1967; `add=0` refuses these instead).
    Variances: OR 1/a + 1/b + 1/c + 1/d; RR 1/a - 1/n1 + 1/c - 1/n2; RD p1 q1/n1 + p2 q2/n2. Raises `ValueError` for
    what are no counts, and for a zero with `add=0`. Checked against: R metafor `escalc`.
    """
    if measure not in COUNT_MEASURES:
        raise ValueError(f"measure was {measure!r}; it is one of {', '.join(COUNT_MEASURES)}")
    a, b, c, d = two_by_two(events, n, events_reference, n_reference)
    zero = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    if add <= 0.0 and zero.any():
        raise ValueError(f"study {int(np.argmax(zero)) + 1} has a cell of 0 and add is {add}; use add=0.5")
    uninformative = ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))
    a, b, c, d = (cells + np.where(zero, add, 0.0) for cells in (a, b, c, d))
    n1, n2 = a + b, c + d
    if measure == "OR":
        values = np.log(a) - np.log(b) - np.log(c) + np.log(d)
        variances = 1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d
    elif measure == "RR":
        values = np.log(a) - np.log(n1) - np.log(c) + np.log(n2)
        variances = b / (a * n1) + d / (c * n2)
    else:
        values = a / n1 - c / n2
        variances = a * b / n1**3 + c * d / n2**3
    return StudyEffects(values, variances, tuple(map(bool, zero)), tuple(map(bool, uninformative)))


def effect_from_interval(lower: float, upper: float, *, level: float = 0.95) -> StudyEffect:
    """The standard error of a logarithm of a ratio from its confidence interval: (log upper - log lower) / (2 z).

    The effect is the middle of the interval on the scale of logarithms; a printed point estimate, which was rounded on
    its own, is better and is the caller's to keep. Limits that are not 0 < lower < upper: a reason. Source: Parmar,
    Torri & Stewart 1998.
    """
    if not (0.0 < lower < upper and math.isfinite(upper)):
        return StudyEffect(None, None, f"an interval from {lower:g} to {upper:g} is not one of a ratio")
    low, high = math.log(lower), math.log(upper)
    return StudyEffect((low + high) / 2.0, (high - low) / (2.0 * interval_multiplier(level)))


def effect_from_p(ratio: float, p: float) -> StudyEffect:
    """The logarithm of a ratio with the standard error that a two-sided Wald test of this p implies: |log ratio| / z.

    A ratio of 1, a p of 1 or of 0 determines no standard error: a reason. Source: Parmar, Torri & Stewart 1998.
    """
    if not (ratio > 0.0 and math.isfinite(ratio)):
        return StudyEffect(None, None, f"{ratio:g} is not a ratio")
    if not 0.0 < p < 1.0:
        return StudyEffect(None, None, f"a p of {p:g} determines no standard error")
    if ratio == 1.0:
        return StudyEffect(None, None, "a ratio of 1 has the same z whatever its standard error is")
    value = math.log(ratio)
    return StudyEffect(value, abs(value) / -normal_quantile(p / 2.0))


def two_by_two(
    events: ArrayLike, n: ArrayLike, events_reference: ArrayLike, n_reference: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The cells a, b, c, d of the studies: events and others of the group, then of the reference.

    Raises `ValueError` for what are no counts, groups without patients, and more events than patients.
    """
    a, n1, c, n2 = (np.asarray(one, dtype=np.float64) for one in (events, n, events_reference, n_reference))
    for name, values in (("events", a), ("n", n1), ("events_reference", c), ("n_reference", n2)):
        if values.ndim != 1 or values.shape != a.shape:
            raise ValueError(f"{name} has shape {values.shape}; every array has one number for each study")
        if not np.all(np.isfinite(values)) or np.any(values < 0) or np.any(values != np.floor(values)):
            raise ValueError(f"{name} must hold counts: whole numbers of 0 or more")
    if np.any(n1 == 0) or np.any(n2 == 0):
        raise ValueError("a group without patients has no risk; leave the study out")
    if np.any(a > n1) or np.any(c > n2):
        raise ValueError("a study has more events than patients")
    return a, n1 - a, c, n2 - c
