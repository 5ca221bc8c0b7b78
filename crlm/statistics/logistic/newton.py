"""Newton's method on a concave likelihood, to the maximum or until the outcomes are seen to be separated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crlm.statistics.logistic.comparisons import Comparisons, Moments
from crlm.statistics.logistic.separation import Separation, largest_separation, separation_along
from crlm.statistics.newton import CONVERGED, newton_step, step_upwards
from crlm.statistics.times import FloatArray

# Where rounding keeps the steps from getting any shorter, this squared length is as good as it gets.
ROUNDED = 1e-15
MAX_ITERATIONS = 100
# No step moves the log odds of a comparison by more than this: farther out all is certain and nothing to go by.
LONGEST_STEP = 30.0
# Towards a maximum the steps shrink quadratically; only where there is none do they go on shrinking by e.
SUSPICIOUS = 6
DECIDED = 20


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the iterations ended: at the maximum (`converged`), or `separation` says why there is none."""

    theta: FloatArray
    moments: Moments
    iterations: int
    converged: bool
    separation: Separation | None = None


def maximise(model: Comparisons, start: FloatArray, known: Moments | None = None) -> Maximum:
    """Maximise the likelihood of independent parameters from `start` (q,); a step that lowers it is halved.

    known: the moments at `start`, where they have been computed before. A maximum is believed when the steps
    vanish within `DECIDED` iterations, or after the linear programme has said that nothing separates.
    """
    theta = start
    here = model.at(start) if known is None else known
    before = np.inf
    overlap = False
    for iteration in range(MAX_ITERATIONS):
        step = newton_step(here.information, here.score)
        length = np.inf if step is None else float(here.score @ step)
        # A likelihood that rises for ever also looks flat in the end, but not before this is decided.
        decided = overlap or iteration < DECIDED
        flat = step is None
        if step is not None and decided and _vanished(length, before):
            there = model.at(theta + step)
            if invertible(there.information):
                return Maximum(theta + step, there, iteration, converged=True)
            flat = True
        found = None
        if step is not None and (flat or (iteration >= SUSPICIOUS and length > 0.05 * before)):
            found = _separation(model, step)
        if found is None and not overlap and (iteration >= DECIDED or flat):
            found = _separation(model, None)
            overlap = found is None
        if found is not None:
            return Maximum(theta, here, iteration, converged=False, separation=found)
        next_ = None if step is None or flat else _step_upwards(model, theta, step, here)
        if next_ is None:
            return Maximum(theta, here, iteration, converged=False)
        before = length
        theta, here = next_
    return Maximum(theta, here, MAX_ITERATIONS, converged=False)


def _vanished(length: float, before: float) -> bool:
    return length <= CONVERGED or (length <= ROUNDED and length > 0.1 * before)


def _separation(model: Comparisons, step: FloatArray | None) -> Separation | None:
    """What separates among the comparisons that still count: along the step, or anywhere."""
    counted = model.open
    A = model.A[counted]
    used = np.flatnonzero(np.any(A != 0.0, axis=0))
    if not len(A):
        return None
    found = largest_separation(A[:, used]) if step is None else separation_along(A[:, used], step[used])
    if found is None:
        return None
    direction, won = np.zeros(model.A.shape[1]), np.zeros(len(model.A), dtype=bool)
    direction[used] = found.direction
    won[counted] = found.won
    return Separation(direction, won)


def _step_upwards(
    model: Comparisons, theta: FloatArray, step: FloatArray, here: Moments
) -> tuple[FloatArray, Moments] | None:
    reach = float(np.abs(model.A @ step).max(initial=0.0))
    return step_upwards(model.at, theta, step * min(1.0, LONGEST_STEP / max(reach, LONGEST_STEP)), here)


def invertible(information: FloatArray) -> bool:
    """Whether a symmetric matrix is positive definite beyond rounding."""
    if not np.diagonal(information).min(initial=np.inf) > 0.0:
        return False
    root = np.sqrt(np.diagonal(information))
    try:
        np.linalg.cholesky(information / np.outer(root, root))
    except np.linalg.LinAlgError:
        return False
    return True
