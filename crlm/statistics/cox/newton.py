"""Newton's method on the partial likelihood, to the maximum or until covariates are seen to separate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from crlm.statistics.cox.estimability import Separation, find_separation
from crlm.statistics.cox.exact import ExactMoments, exact_moments
from crlm.statistics.cox.few import FEW, FewMoments, few_patients, moments_at
from crlm.statistics.cox.kinds import KindMoments, kind_moments, kinds_of
from crlm.statistics.cox.likelihood import Moments
from crlm.statistics.cox.risk_sets import RiskSets
from crlm.statistics.newton import CONVERGED, newton_step, step_upwards
from crlm.statistics.times import FloatArray

MAX_ITERATIONS = 200
LONGEST_STEP = 20.0
# A maximum is reached in fewer; a likelihood that rises for ever takes more than twice as many to look flat.
MANY_ITERATIONS = 12


AnyMoments = Moments | FewMoments | KindMoments | ExactMoments


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
        step = newton_step(information, score)
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
        there = step_upwards(partial(moments_like, here), beta, _not_too_long(here, step), here)
        if there is None:
            return Maximum(beta, here, information, iteration, converged=False)
        beta, here = there
        information = here.information
    return Maximum(beta, here, information, MAX_ITERATIONS, converged=False)


def moments_at_zero(sets: RiskSets, *, exact: bool = False) -> AnyMoments:
    """The likelihood, with or without exact ties, with all coefficients 0."""
    zero = np.zeros(len(sets.X))
    if exact:
        return exact_moments(sets, zero)
    kinds = kinds_of(sets) if len(sets.rows) > FEW else None
    return moments_at(sets, zero, few_patients(sets)) if kinds is None else kind_moments(sets, kinds, zero)


def moments_like(one: AnyMoments, beta: FloatArray) -> AnyMoments:
    """The same likelihood for the same risk sets at `beta` (p,)."""
    if isinstance(one, ExactMoments):
        return exact_moments(one.sets, beta)
    if isinstance(one, KindMoments):
        return kind_moments(one.sets, one.kinds, beta)
    return moments_at(one.sets, beta, one.few if isinstance(one, FewMoments) else None)


def _not_too_long(here: AnyMoments, step: FloatArray) -> FloatArray:
    if isinstance(here, FewMoments) and np.abs(step) @ here.few.farthest <= LONGEST_STEP:
        return step
    X = here.kinds.X if isinstance(here, KindMoments) else here.sets.X
    change = float(np.abs(step @ X).max())
    return step if change <= LONGEST_STEP else step * (LONGEST_STEP / change)


def _well_above_rounding(information: FloatArray, at_null: FloatArray) -> bool:
    """Whether no direction has lost all of the information it had at beta = 0."""
    inverse_root = np.linalg.inv(np.linalg.cholesky(at_null))
    return float(np.linalg.eigvalsh(inverse_root @ information @ inverse_root.T).min()) > 1e-10
