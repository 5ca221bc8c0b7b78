"""The maximum of the likelihood, at the limit where outcomes are separated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crlm.statistics.cox.estimability import Dependence, dependence
from crlm.statistics.logistic.comparisons import Comparisons, IntArray, Moments
from crlm.statistics.logistic.newton import maximise
from crlm.statistics.logistic.separation import ROUNDING
from crlm.statistics.newton import inverse
from crlm.statistics.regression import robust_error
from crlm.statistics.regression import wald_statistic as quadratic_form
from crlm.statistics.times import BoolArray, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """The maximum in numbers, for other estimators to go on from.

    theta: (q,) intercepts or cutpoints, then slopes, for centred covariates. kept: parameters left at the
    limit (those that others determine there are 0 in theta). information: (q, q) at the limit. model: the
    comparisons that still count. directions: (r, q) along which theta has gone to infinity, one after the other.
    null: (s, q) combinations of parameters about which nothing is left in the limit; lost: (q,) parameters that
    take part in one, and so have no finite estimate. objective: what was maximised, where that is not the
    log-likelihood (Firth). robust: a covariance of the kept parameters that does not rest on the likelihood.
    """

    model: Comparisons
    theta: FloatArray
    kept: IntArray
    log_likelihood: float
    information: FloatArray
    directions: FloatArray
    null: FloatArray
    lost: BoolArray
    iterations: int
    converged: bool
    objective: float | None = None
    robust: FloatArray | None = None

    @property
    def covariance(self) -> FloatArray:
        """Covariance of the kept parameters."""
        return self.model_covariance if self.robust is None else self.robust

    @cached_property
    def model_covariance(self) -> FloatArray:
        """Covariance of the kept parameters from the information."""
        return inverse(self.information[np.ix_(self.kept, self.kept)])

    @property
    def maximum(self) -> float:
        """What tests and profiles compare: the log-likelihood, or the penalised one where there is a penalty."""
        return self.log_likelihood if self.objective is None else self.objective

    @property
    def separated(self) -> bool:
        """Whether some combination of parameters has no finite estimate."""
        return bool(self.lost.any())

    def covariance_of(self, combinations: FloatArray) -> FloatArray:
        """Covariance of estimable combinations: (k, q) in, (k, k) out."""
        used = combinations[:, self.kept]
        return np.asarray(used @ self.covariance @ used.T)

    def errors_of(self, combinations: FloatArray) -> list[float | None]:
        """Standard errors of estimable combinations (k, q); None where a robust one is nothing but rounding."""
        used = combinations[:, self.kept]
        variances = np.einsum("ij,jk,ik->i", used, self.model_covariance, used).tolist()
        if self.robust is None:
            return [math.sqrt(one) for one in variances]
        robust = np.einsum("ij,jk,ik->i", used, self.robust, used).tolist()
        return [robust_error(one, model) for one, model in zip(robust, variances, strict=True)]


def solve(model: Comparisons, start: FloatArray, null: Moments | None = None) -> Solution:
    """Maximise from `start` (q,); as often as outcomes are separated, go to the limit and go on from there.

    null: the moments at `start`, if they are known.
    """
    q = len(start)
    kept, gone, iterations = np.arange(q), np.zeros((0, q)), 0
    directions = np.zeros((0, q))
    here = model.at(start) if null is None else null
    while True:
        best = maximise(model.with_columns(kept), start[kept], here if len(kept) == q else None)
        iterations += best.iterations
        if best.separation is None:
            break
        direction = np.zeros(q)
        direction[kept] = best.separation.direction
        directions = np.vstack((directions, direction))
        model = model.won(best.separation.won, direction)
        here = model.at(start)
        left = _determined(model)
        kept, gone = left.kept, left.null
    theta = np.zeros(q)
    theta[kept] = best.theta
    found = best.moments.information
    return Solution(
        model=model,
        theta=theta,
        kept=kept,
        log_likelihood=best.moments.log_likelihood,
        information=found if len(kept) == q else model.at(theta).information,
        directions=directions,
        null=gone,
        lost=np.any(gone != 0.0, axis=0),
        iterations=iterations,
        converged=best.converged,
    )


def _determined(model: Comparisons) -> Dependence:
    """Which parameters the comparisons and gaps that still count determine.

    From the comparisons alone: their weights in the information vanish where an offset makes an outcome certain.
    """
    everything = np.vstack((model.A, model.gaps))
    left = everything[np.append(model.open, np.isfinite(model.gap_offset))]
    return dependence(left.T @ left, np.einsum("ij,ij->j", everything, everything))


def wald_statistic(solution: Solution, which: IntArray) -> float | None:
    """Wald's b' V^-1 b of these parameters, or what it tends to where some of them have no finite estimate.

    V^-1 is the information about them that the other parameters leave. At the limit the information has no
    part in the directions without end, so that these add nothing: their coefficient grows more slowly
    than its standard error. None where a robust V is singular, or has to do with such a limit.
    """
    b = solution.theta[which]
    if not solution.separated:
        own = np.ix_(which, which)
        model_based = solution.model_covariance[own]
        if solution.robust is not None:
            return quadratic_form(solution.robust[own], model_based, b)
        root = np.sqrt(np.diagonal(model_based))
        return float(b / root @ np.linalg.solve(model_based / np.outer(root, root), b / root))
    if solution.robust is not None:
        return None
    others = np.setdiff1d(np.arange(len(solution.theta)), which)
    scale = np.sqrt(np.maximum(np.diagonal(solution.information), np.finfo(np.float64).tiny))
    scaled = solution.information / np.outer(scale, scale)
    cross = scaled[np.ix_(which, others)]
    remainder = np.linalg.pinv(scaled[np.ix_(others, others)], rcond=ROUNDING, hermitian=True)
    left = scaled[np.ix_(which, which)] - cross @ remainder @ cross.T
    return max(float((b * scale[which]) @ left @ (b * scale[which])), 0.0)
