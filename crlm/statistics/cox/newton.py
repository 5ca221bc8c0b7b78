"""Newton's method on the partial likelihood, to the maximum or until covariates are seen to separate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from crlm.statistics.cox.estimability import Separation, find_separation
from crlm.statistics.cox.exact import ExactMoments, exact_moments
from crlm.statistics.cox.few import FewMoments, few_patients, moments_at
from crlm.statistics.cox.likelihood import Moments
from crlm.statistics.cox.risk_sets import RiskSets
from crlm.statistics.times import FloatArray

# The squared length of a Newton step in units of the standard errors. The error after a step is about the
# square of the step, so that at this length the estimates are as exact as their arithmetic.
CONVERGED = 1e-20
MAX_ITERATIONS = 200
MAX_HALVINGS = 40
LONGEST_STEP = 20.0
# A maximum is reached in fewer; a likelihood that rises for ever takes more than twice as many to look flat.
MANY_ITERATIONS = 12


AnyMoments = Moments | FewMoments | ExactMoments


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the iterations ended: at the maximum (`converged`), or `separation` says why there is none."""

    beta: FloatArray
    moments: AnyMoments
    information: FloatArray
    iterations: int
    converged: bool
    separation: Separation | None = None


def maximise(start: AnyMoments, spread: FloatArray) -> Maximum:
    """Maximise the partial likelihood of independent covariates from `start`, the moments at beta = 0.

    A step that lowers the likelihood is halved, and no step changes a log hazard by more than LONGEST_STEP,
    so that a likelihood that rises for ever is followed long before its information is lost in rounding.
    Towards a maximum the steps shrink quadratically; when they shrink by a constant factor instead, the
    likelihood may be rising for ever and the direction is checked on the data (not with exact ties, where such a
    likelihood ends without convergence).
    """
    sets, here = start.sets, start
    beta = np.zeros(len(sets.X))
    information = at_null = here.information
    before = np.inf
    for iteration in range(MAX_ITERATIONS):
        score = here.score
        step = _solve(information, score)
        if step is None:
            return Maximum(beta, here, information, iteration, converged=False)
        length = float(score @ step)
        if abs(length) <= CONVERGED:
            sound = iteration <= MANY_ITERATIONS or _well_above_rounding(information, at_null)
            return Maximum(beta + step, here, information, iteration, converged=sound)
        slow = length > 0.05 * before and not isinstance(here, ExactMoments)
        if slow and (found := find_separation(sets, step, spread)):
            return Maximum(beta, here, information, iteration, converged=False, separation=found)
        before = length
        there = _step_upwards(sets, beta, _not_too_long(here, step), here)
        if there is None:
            return Maximum(beta, here, information, iteration, converged=False)
        beta, here = there
        information = here.information
    return Maximum(beta, here, information, MAX_ITERATIONS, converged=False)


def moments_at_zero(sets: RiskSets, *, exact: bool = False) -> AnyMoments:
    """The likelihood, with or without exact ties, with all coefficients 0."""
    zero = np.zeros(len(sets.X))
    return exact_moments(sets, zero) if exact else moments_at(sets, zero, few_patients(sets))


def moments_like(one: AnyMoments, beta: FloatArray) -> AnyMoments:
    """The same likelihood for the same risk sets at `beta` (p,)."""
    if isinstance(one, ExactMoments):
        return exact_moments(one.sets, beta)
    return moments_at(one.sets, beta, one.few if isinstance(one, FewMoments) else None)


def _not_too_long(here: AnyMoments, step: FloatArray) -> FloatArray:
    if isinstance(here, FewMoments) and np.abs(step) @ here.few.farthest <= LONGEST_STEP:
        return step
    change = float(np.abs(step @ here.sets.X).max())
    return step if change <= LONGEST_STEP else step * (LONGEST_STEP / change)


def _step_upwards(
    sets: RiskSets, beta: FloatArray, step: FloatArray, here: AnyMoments
) -> tuple[FloatArray, AnyMoments] | None:
    # Close to the maximum the likelihood is flat to the last digit; its rounding must not stop a good step.
    lowest = here.log_likelihood - 1e-9 * abs(here.log_likelihood)
    for _ in range(MAX_HALVINGS):
        there = moments_like(here, beta + step)
        if there.log_likelihood >= lowest:
            return beta + step, there
        step = step / 2.0
    return None


def _well_above_rounding(information: FloatArray, at_null: FloatArray) -> bool:
    """Whether no direction has lost all of the information it had at beta = 0."""
    inverse_root = np.linalg.inv(np.linalg.cholesky(at_null))
    return float(np.linalg.eigvalsh(inverse_root @ information @ inverse_root.T).min()) > 1e-10


def _solve(information: FloatArray, score: FloatArray) -> FloatArray | None:
    """The Newton step, solved with the information scaled to a unit diagonal; None where impossible."""
    diagonal = information.diagonal()
    if not diagonal.min(initial=np.inf) > 0.0:
        return None
    root = np.sqrt(diagonal)
    try:
        step = np.linalg.solve(information / (root[:, None] * root), score / root) / root
    except np.linalg.LinAlgError:
        return None
    return step if math.isfinite(step @ step) else None
