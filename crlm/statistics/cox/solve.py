"""The maximum of the partial likelihood, at the limit where covariates separate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.estimability import Dependence, dependence
from crlm.statistics.cox.exact import ExactMoments
from crlm.statistics.cox.likelihood import moments
from crlm.statistics.cox.newton import AnyMoments, maximise, moments_at_zero
from crlm.statistics.cox.risk_sets import RiskSets, split_strata
from crlm.statistics.newton import inverse
from crlm.statistics.times import BoolArray, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """The maximum in numbers, for other estimators to go on from.

    kept: (q,) columns left when every determined one is dropped. sets: risk sets with those columns, centred.
    beta: (q,). information, covariance: (q, q). Where covariates separate, the sets are those of the limit:
    patients are compared only with the same value of every combination in `directions` (r, p), in that
    order; `null` (s, p) holds the combinations of columns about which nothing is left in the limit. `lost`
    (p,): columns without a finite estimate; some may stay in `kept`, where they stand for a contrast
    between lost columns. model_based: the inverse of the information where `covariance` is a robust one.
    penalised: what Firth's method maximised.
    """

    kept: IntArray
    sets: RiskSets
    beta: FloatArray
    log_likelihood: float
    information: FloatArray
    covariance: FloatArray
    directions: FloatArray
    null: FloatArray
    lost: BoolArray
    iterations: int
    converged: bool
    model_based: FloatArray | None = None
    penalised: float | None = None

    @property
    def model_covariance(self) -> FloatArray:
        """The inverse of the information, also where `covariance` is a robust one."""
        return self.covariance if self.model_based is None else self.model_based

    def places_of(self, columns: Sequence[int]) -> IntArray:
        """Where in `kept` stands what can still be told about these columns together.

        Where some of them are lost these are contrasts between them; where they cannot be told apart from columns
        outside, there is nothing: shape (0,).
        """
        outside = np.delete(self.null, columns, axis=1)
        crossing = np.any(self.null[:, columns] != 0.0, axis=1) & np.any(outside != 0.0, axis=1)
        return np.flatnonzero(np.isin(self.kept, columns) & ~crossing.any())


def solve(null: AnyMoments, found: Dependence, spread: FloatArray, *, efron: bool) -> Solution:
    """Maximise from the moments at beta = 0; as often as covariates separate, stratify by them and go on.

    found: what depends on what among all columns. spread: (p,) a typical deviation of each column.
    """
    p = len(spread)
    kept, iterations = found.kept, 0
    directions, lost_combinations = np.zeros((0, p)), np.zeros((0, p))
    exact, start = isinstance(null, ExactMoments), null
    if len(kept) < p:
        start = moments_at_zero(null.sets.with_columns(kept), exact=exact)
    independent = start.sets
    while True:
        best = maximise(start, spread[kept])
        iterations += best.iterations
        if best.separation is None:
            break
        direction = np.zeros((1, p))
        direction[0, kept] = best.separation.direction
        directions = np.concatenate((directions, direction))
        independent = split_strata(independent, best.separation.group, efron=efron)
        left = _what_is_left(independent, spread[found.kept])
        kept = found.kept[left.kept]
        lost_combinations = np.zeros((len(left.dropped), p))
        lost_combinations[:, found.kept] = left.null
        start = moments_at_zero(independent.with_columns(left.kept))
    return Solution(
        kept=kept,
        sets=start.sets,
        beta=best.beta,
        log_likelihood=best.moments.log_likelihood,
        information=best.information,
        covariance=inverse(best.information) if best.converged else np.zeros_like(best.information),
        directions=directions,
        null=lost_combinations,
        lost=(lost_combinations != 0.0).any(axis=0) | (directions != 0.0).any(axis=0),
        iterations=iterations,
        converged=best.converged,
    )


def expected_size(sets: RiskSets, spread: FloatArray) -> FloatArray:
    """About the diagonal of the information if every death were compared with everybody: (p,)."""
    return np.asarray(spread**2 * sets.death_weight.sum())


def _what_is_left(sets: RiskSets, spread: FloatArray) -> Dependence:
    information = moments(sets, np.zeros(len(sets.X))).information
    return dependence(information, expected_size(sets, spread))
