"""The maximum of the Fine-Gray pseudo-likelihood, at the limit where covariates separate.

Whether a maximum exists depends on who is in which risk set and not on the weights. So the search for separation is
that of Cox's model, with patients kept at risk after another cause; see `crlm.statistics.cox.estimability`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crlm.statistics.competing_risks.fine_gray_likelihood import Moments, moments
from crlm.statistics.competing_risks.subdistribution import IntArray, SubdistributionData, build_sets
from crlm.statistics.cox.estimability import Dependence, Separation, dependence, find_separation
from crlm.statistics.cox.risk_sets import build_risk_sets
from crlm.statistics.newton import CONVERGED, inverse, newton_step, step_upwards
from crlm.statistics.times import BoolArray, FloatArray

MAX_ITERATIONS = 200
# No step changes a log hazard by more: a likelihood that rises for ever is followed while it has information.
LONGEST_STEP = 20.0


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """The maximum in numbers.

    kept: (q,) columns left when every determined one is dropped. beta: (q,). moments: at beta, of those columns, in
    the risk sets `moments.sets`. inverse: (q, q) of the information. Where covariates separate, the risk sets are
    those of the limit: patients are compared only with the same value of every combination in `directions` (r, p);
    `null` (s, p) holds the combinations about which nothing is left in the limit. `lost` (p,): columns without a
    finite estimate; some may stay in `kept`, where they stand for a contrast between lost columns.
    """

    kept: IntArray
    beta: FloatArray
    moments: Moments
    inverse: FloatArray
    directions: FloatArray
    null: FloatArray
    lost: BoolArray
    iterations: int
    converged: bool


@dataclass(frozen=True, eq=False)
class _Maximum:
    beta: FloatArray
    moments: Moments
    iterations: int
    converged: bool
    separation: tuple[FloatArray, IntArray] | None = None  # direction (q,), new strata (n,)


def solve(data: SubdistributionData, start: Moments, found: Dependence, spread: FloatArray) -> Solution:
    """Maximise from the moments of all columns at beta = 0; where covariates separate, stratify and go on.

    found: what depends on what among all columns. spread: (p,) a typical deviation of each column.
    """
    p = len(spread)
    kept, iterations = found.kept, 0
    directions, lost_combinations = np.zeros((0, p)), np.zeros((0, p))
    stratum = data.stratum
    here = start if len(kept) == p else moments(start.sets.with_columns(kept), np.zeros(len(kept)))
    while True:
        best = _maximise(data.with_columns(kept), here, stratum, spread[kept])
        iterations += best.iterations
        if best.separation is None:
            break
        direction = np.zeros((1, p))
        direction[0, kept], stratum = best.separation
        directions = np.concatenate((directions, direction))
        split = build_sets(data.with_columns(found.kept), stratum)
        size = spread[found.kept] ** 2 * split.d.sum()
        left = dependence(moments(split, np.zeros(len(found.kept))).information, size)
        kept = found.kept[left.kept]
        lost_combinations = np.zeros((len(left.dropped), p))
        lost_combinations[:, found.kept] = left.null
        here = moments(split.with_columns(left.kept), np.zeros(len(kept)))
    return Solution(
        kept=kept,
        beta=best.beta,
        moments=best.moments,
        inverse=inverse(best.moments.information) if best.converged else np.zeros((len(kept), len(kept))),
        directions=directions,
        null=lost_combinations,
        lost=np.any(lost_combinations != 0.0, axis=0) | np.any(directions != 0.0, axis=0),
        iterations=iterations,
        converged=best.converged,
    )


def _maximise(
    data: SubdistributionData, here: Moments, stratum: IntArray | None, spread: FloatArray
) -> _Maximum:
    """Newton's method from `here`, the moments at beta = 0, to the maximum or until covariates are seen to separate.

    Towards a maximum the steps shrink quadratically; when they shrink by a constant factor instead, the
    likelihood may be rising for ever and the direction is checked on the data.
    """
    sets = here.sets
    beta, before = np.zeros(len(sets.X)), np.inf
    for iteration in range(MAX_ITERATIONS):
        step = newton_step(here.information, here.score)
        if step is None:
            return _Maximum(beta, here, iteration, converged=False)
        length = float(here.score @ step)
        if abs(length) <= CONVERGED:
            return _Maximum(beta + step, here, iteration, converged=True)
        if length > 0.05 * before and (found := _separation(data, stratum, step, spread)):
            return _Maximum(beta, here, iteration, converged=False, separation=found)
        before = length
        change = float(np.abs(step @ sets.X).max())
        step = step * min(1.0, LONGEST_STEP / max(change, 1e-300))
        there = step_upwards(lambda beta: moments(sets, beta), beta, step, here)
        if there is None:
            return _Maximum(beta, here, iteration, converged=False)
        beta, here = there
    return _Maximum(beta, here, MAX_ITERATIONS, converged=False)


def _separation(
    data: SubdistributionData, stratum: IntArray | None, step: FloatArray, spread: FloatArray
) -> tuple[FloatArray, IntArray] | None:
    """A separating direction near `step`, and the strata of the same value of it within the old ones."""
    last = data.position.astype(np.float64)
    for group in range(data.n_groups):
        rows = np.flatnonzero(data.censoring_group == group)
        last[rows[data.competing[rows]]] = data.position[rows].max(initial=0)
    extended = build_risk_sets(
        last, data.event, data.X, stratum=stratum, entry=None, weights=None, efron=False
    )
    found: Separation | None = find_separation(extended, step, spread)
    if found is None:
        return None
    group_of = np.zeros(len(last), dtype=np.intp)  # who is at risk at no event may stand anywhere
    group_of[extended.rows] = found.group
    within = group_of if stratum is None else stratum * (int(group_of.max()) + 1) + group_of
    _, split = np.unique(within, return_inverse=True)
    return found.direction, split.astype(np.intp)
