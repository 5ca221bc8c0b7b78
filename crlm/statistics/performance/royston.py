"""Royston and Sauerbrei's D: how far a prognostic index separates survival, and the variation it explains."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cox import cox
from crlm.statistics.performance.product_limit import validate_follow_up, validate_numbers
from crlm.statistics.performance.resampling import FailedReplicate, IntArray, bootstrap_intervals
from crlm.statistics.results import Estimate
from crlm.statistics.times import FloatArray

KAPPA = math.sqrt(8.0 / math.pi)
ERROR_VARIANCE = math.pi**2 / 6.0  # of the log of a standard exponential time


@dataclass(frozen=True, slots=True)
class RoystonD:
    """d: log hazard ratio between two halves of equal size by the index; r_squared: explained variation.

    failed: bootstrap replicates without a value, when the intervals are by bootstrap.
    """

    d: Estimate
    r_squared: Estimate
    n: int
    n_events: int
    failed: tuple[FailedReplicate, ...] = ()


def royston_d(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    *,
    replicates: int = 0,
    seed: int | None = None,
    level: float = 0.95,
) -> RoystonD:
    """D and R2_D of a prognostic index.

    time, event: (n,). risk: (n,) finite, higher = sooner; only its order counts. The normal scores (Blom's
    (rank - 3/8) / (n + 1/4), the mean score where risks are tied) divided by kappa = sqrt(8 / pi) are the covariate
    of a Cox model (Efron's ties), D its coefficient with Wald's interval, and R2_D = (D^2 / kappa^2) / (pi^2 / 6 +
    D^2 / kappa^2), its limits those of D transformed (0 where D's interval contains 0). A risk that orders the
    wrong way has a negative D. Wald's interval, R's, is about the D of these patients: it
    takes the spread of their risks as known. For the D of the population they come from it covers about 91 % at any
    size of the study (docs/validation/simulations.md); with replicates and a seed the intervals are bootstrap
    percentiles, the scores of each resample made anew, which count that spread.

    Not estimable: no events, one risk only, a perfect order; the Cox model's reason is given. Checked against: R
    survival 3.5 `royston` and its Cox model at eps 1e-12 (tests/golden/performance.json). Sources: Royston &
    Sauerbrei 2004 (Stat Med 23:723); Royston 2006 (Stata J 6:83).
    """
    data = validate_follow_up(time, event)
    n, n_events = len(data.time), int(data.event.sum())
    risks = validate_numbers(risk, n, "risk")

    def d_of(rows: IntArray) -> Estimate:
        scores = normal_scores(risks[rows]) / KAPPA
        names = ("normal score of the risk",)
        return cox(data.time[rows], data.event[rows], scores[:, None], names, level=level).coefficients[0]

    d = d_of(np.arange(n))
    if d.value is None or not replicates:
        return RoystonD(d, _explained(d), n, n_events)

    def both(rows: IntArray) -> tuple[float, float]:
        found = d_of(rows)
        if found.value is None:
            raise ValueError(found.reason)
        return found.value, _share(found.value)

    (of_d, of_share), failed = bootstrap_intervals(both, n, replicates=replicates, seed=seed, level=level)
    return RoystonD(of_d, of_share, n, n_events, failed)


def normal_scores(values: FloatArray) -> FloatArray:
    """Blom's expected normal order statistics; tied values have the mean of theirs: shape (n,)."""
    from scipy import special

    n = len(values)
    scores = special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    means = np.bincount(np.sort(place), scores, minlength=len(counts)) / counts
    return np.asarray(means[place])


def _share(d: float) -> float:
    square = d**2 / KAPPA**2
    return square / (ERROR_VARIANCE + square)


def _explained(d: Estimate) -> Estimate:
    if d.value is None:
        return Estimate(None, None, None, d.level, None, d.reason)
    if d.lower is None or d.upper is None:
        return Estimate(_share(d.value), None, None, d.level, None, d.reason)
    ends = sorted((_share(d.lower), _share(d.upper)))
    return Estimate(_share(d.value), 0.0 if d.lower <= 0.0 <= d.upper else ends[0], ends[1], d.level)
