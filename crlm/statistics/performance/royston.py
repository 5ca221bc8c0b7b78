"""Royston and Sauerbrei's D: how far a prognostic index separates survival, and the variation it explains."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from crlm.statistics.cox import cox
from crlm.statistics.performance.product_limit import validate_follow_up, validate_numbers
from crlm.statistics.results import Estimate
from crlm.statistics.times import FloatArray

KAPPA = math.sqrt(8.0 / math.pi)
ERROR_VARIANCE = math.pi**2 / 6.0  # of the log of a standard exponential time


@dataclass(frozen=True, slots=True)
class RoystonD:
    """d: log hazard ratio between two halves of equal size by the index; r_squared: explained variation."""

    d: Estimate
    r_squared: Estimate
    n: int
    n_events: int


def royston_d(time: ArrayLike, event: ArrayLike, risk: ArrayLike, *, level: float = 0.95) -> RoystonD:
    """D and R2_D of a prognostic index.

    time, event: (n,). risk: (n,) finite, higher = sooner; only its order counts. The normal scores (Blom's
    (rank - 3/8) / (n + 1/4), the mean score where risks are tied) divided by kappa = sqrt(8 / pi) are the covariate
    of a Cox model (Efron's ties), D its coefficient with Wald's interval, and R2_D = (D^2 / kappa^2) / (pi^2 / 6 +
    D^2 / kappa^2), its limits those of D transformed (0 where D's interval contains 0). A risk that orders the
    wrong way has a negative D. For risks that are already the scores of another sample, D describes order only.

    Not estimable: no events, one risk only, a perfect order; the Cox model's reason is given. Checked against: R
    survival 3.5 `royston` and its Cox model at eps 1e-12 (tests/golden/performance.json). Sources: Royston &
    Sauerbrei 2004 (Stat Med 23:723); Royston 2006 (Stata J 6:83).
    """
    data = validate_follow_up(time, event)
    n = len(data.time)
    risks = validate_numbers(risk, n, "risk")
    scores = normal_scores(risks) / KAPPA
    d = cox(data.time, data.event, scores[:, None], ("normal score of the risk",), level=level).coefficients[
        0
    ]
    return RoystonD(d, _explained(d), n, int(data.event.sum()))


def normal_scores(values: FloatArray) -> FloatArray:
    """Blom's expected normal order statistics; tied values have the mean of theirs: shape (n,)."""
    n = len(values)
    scores = special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    means = np.bincount(np.sort(place), scores, minlength=len(counts)) / counts
    return np.asarray(means[place])


def _explained(d: Estimate) -> Estimate:
    def share(value: float) -> float:
        square = value**2 / KAPPA**2
        return square / (ERROR_VARIANCE + square)

    if d.value is None:
        return Estimate(None, None, None, d.level, None, d.reason)
    if d.lower is None or d.upper is None:
        return Estimate(share(d.value), None, None, d.level, None, d.reason)
    ends = sorted((share(d.lower), share(d.upper)))
    return Estimate(share(d.value), 0.0 if d.lower <= 0.0 <= d.upper else ends[0], ends[1], d.level)
