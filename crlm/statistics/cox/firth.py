"""Firth's penalised partial likelihood: finite estimates where covariates separate the events, or events are few.

    maximise  log-likelihood + 1/2 log det I(beta)
    score     U_r + 1/2 sum over blocks, j of m E_j[ (x - mean_j)_r (x - mean_j)' I^-1 (x - mean_j) ]

E_j is the mean over the risk set with the weights of denominator j, so that Efron's ties are part of the likelihood and
of its information. The penalty is Jeffreys' prior, which takes away the bias of order 1/n; it keeps the maximum
finite. References: Firth 1993 (Biometrika 80:27); Heinze & Schemper 2001 (Biometrics 57:114).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.likelihood import Moments, moments
from crlm.statistics.cox.newton import LONGEST_STEP
from crlm.statistics.cox.risk_sets import RiskSets
from crlm.statistics.cox.solve import Solution
from crlm.statistics.newton import MAX_HALVINGS
from crlm.statistics.times import FloatArray

CONVERGED = 1e-22
ROUNDED = 1e-16
MAX_ITERATIONS = 500


@dataclass(frozen=True, eq=False, repr=False)
class Penalised:
    """The penalised likelihood at one beta (q,): its value and score (q,)."""

    beta: FloatArray
    moments: Moments
    value: float
    score: FloatArray


def penalised_at(sets: RiskSets, beta: FloatArray) -> Penalised | None:
    """The penalised likelihood; None where the information has lost its rank to rounding."""
    at = moments(sets, beta)
    information = at.information
    root = np.sqrt(np.maximum(np.diagonal(information), 0.0))
    if not root.min(initial=np.inf) > 0.0 or not np.isfinite(at.log_likelihood):
        return None
    try:
        lower = np.linalg.cholesky(information / np.outer(root, root)) * root[:, None]
    except np.linalg.LinAlgError:
        return None
    log_det = 2.0 * float(np.log(np.diagonal(lower)).sum())
    score = at.score + lower @ _third_moments(at, np.linalg.solve(lower, sets.X)) / 2.0
    return Penalised(beta, at, at.log_likelihood + log_det / 2.0, np.asarray(score))


def _third_moments(at: Moments, z: FloatArray) -> FloatArray:
    """The sum over blocks and j of m E_j[(z - mean)|z - mean|^2], z (q, n) the covariates with information 1: (q,)."""
    sets, q = at.sets, len(z)
    first, second = np.triu_indices(q)
    length = np.einsum("ij,ij->j", z, z)
    # One row each: 1, z, |z|^2, z |z|^2, and the products of all pairs.
    parts = np.concatenate((np.ones((1, z.shape[1])), z, length[None], z * length, z[first] * z[second]))
    parts *= at.relative_risk
    sums = sets.at_risk_sums(parts)[:, sets.death_block]
    if (tied := sets.tied) is not None:
        who = sets.deaths[tied.deaths]
        of_tied = np.add.reduceat(parts[:, who], tied.starts, axis=1)
        sums[:, tied.deaths] -= tied.fraction * of_tied[:, tied.run]
    sums = sums / sums[0]
    mean, mean_length, mean_cube = sums[1 : q + 1], sums[q + 1], sums[q + 2 : 2 * q + 2]
    product = np.empty((q, q, sums.shape[1]))
    product[first, second] = product[second, first] = sums[2 * q + 2 :]
    squared = np.einsum("ij,ij->j", mean, mean)
    along = np.einsum("stj,tj->sj", product, mean)
    return np.asarray(
        (mean_cube - mean * mean_length - 2.0 * along + 2.0 * mean * squared) @ sets.death_weight
    )


def maximise_penalised(sets: RiskSets, start: FloatArray, free: IntArray) -> tuple[Penalised | None, int]:
    """Maximise over the `free` coefficients from `start` (q,), the others staying as they are.

    The penalty is that of the whole model also where coefficients are held (Heinze & Schemper). The steps begin
    with the information and learn the curvature of the penalty on the way (BFGS). None: no convergence.
    """
    here = penalised_at(sets, start)
    if here is None or not len(free):
        return here, 0
    within = np.ix_(free, free)
    curvature = here.moments.information[within]
    before = np.inf
    for iteration in range(MAX_ITERATIONS):
        step = np.linalg.solve(curvature, here.score[free])
        length = float(here.score[free] @ step)
        if abs(length) <= CONVERGED or (abs(length) <= ROUNDED and abs(length) >= 0.25 * before):
            return here, iteration
        before = abs(length)
        move = np.zeros(len(start))
        move[free] = step
        move *= min(1.0, LONGEST_STEP / float(np.abs(move @ sets.X).max()))
        there = _upwards(sets, here, move)
        if there is None:
            return None, iteration
        curvature = _learned(curvature, (there.beta - here.beta)[free], (here.score - there.score)[free])
        here = there
    return None, MAX_ITERATIONS


def _learned(curvature: FloatArray, moved: FloatArray, changed: FloatArray) -> FloatArray:
    """The curvature brought in line with a step and the fall of the score along it; it stays positive definite."""
    expected = curvature @ moved
    if not float(moved @ changed) > 1e-8 * float(moved @ expected):
        return curvature
    return np.asarray(
        curvature
        - np.outer(expected, expected) / float(moved @ expected)
        + np.outer(changed, changed) / float(moved @ changed)
    )


def _upwards(sets: RiskSets, here: Penalised, move: FloatArray) -> Penalised | None:
    lowest = here.value - 1e-9 * abs(here.value)
    for _ in range(MAX_HALVINGS):
        there = penalised_at(sets, here.beta + move)
        if there is not None and there.value >= lowest:
            return there
        move = move / 2.0
    return None


def solve_penalised(sets: RiskSets, kept: IntArray, p: int) -> Solution:
    """Firth's estimates; the covariance is the inverse of the information there, without the penalty."""
    independent = sets.with_columns(kept)
    best, iterations = maximise_penalised(independent, np.zeros(len(kept)), np.arange(len(kept)))
    q = len(kept)
    information = np.eye(q) if best is None else best.moments.information
    root = np.sqrt(np.diagonal(information))
    inverse = np.linalg.inv(information / np.outer(root, root)) / np.outer(root, root)
    return Solution(
        kept=kept,
        sets=independent,
        beta=np.zeros(q) if best is None else best.beta,
        log_likelihood=0.0 if best is None else best.moments.log_likelihood,
        information=information,
        covariance=np.asarray((inverse + inverse.T) / 2.0),
        directions=np.zeros((0, p)),
        null=np.zeros((0, p)),
        lost=np.zeros(p, dtype=bool),
        iterations=iterations,
        converged=best is not None,
        penalised=None if best is None else best.value,
    )
