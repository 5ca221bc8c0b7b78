"""Firth's penalised likelihood for a binary outcome: finite estimates whatever the covariates separate.

    maximise  log-likelihood + 1/2 log det I(theta)           I = A' diag(w p (1 - p)) A, the information
    score     sum_i a_i (w_i lost_i + h_i (1/2 - kept_i))     h = diagonal of W^1/2 A I^-1 A' W^1/2

The penalty is Jeffreys' prior; it takes away the bias of order 1/n, and the maximum always exists (Firth 1993,
Biometrika 80:27; Heinze & Schemper 2002, Stat Med 21:2409; Kosmidis & Firth 2021, Biometrika 108:71).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crlm.statistics.logistic.comparisons import Comparisons, IntArray, Moments
from crlm.statistics.logistic.newton import invertible
from crlm.statistics.logistic.solve import Solution
from crlm.statistics.newton import MAX_HALVINGS, newton_step
from crlm.statistics.times import FloatArray

CONVERGED = 1e-22
ROUNDED = 1e-17
MAX_ITERATIONS = 500
# No step moves the linear predictor of a typical patient by more than this.
LONGEST_STEP = 5.0
# Steps that hold the leverages still are cheap, and good when n is large. When one is not this much shorter than
# the one before, Newton's own are taken, unless patients times squared parameters are too many for them.
SLOW = 0.02
AFFORDABLE = 2e7


@dataclass(frozen=True, eq=False, repr=False)
class Penalised:
    """The penalised likelihood at one theta: its value and score (q,).

    leverage: h (m,). half: (q, m), with h = w p (1 - p) times the squared length of its columns.
    """

    theta: FloatArray
    moments: Moments
    value: float
    score: FloatArray
    leverage: FloatArray
    half: FloatArray

    def curvature(self) -> FloatArray:
        """Minus the second derivative with the leverages held still: positive definite, close when n is large.

        It is as if each patient were also there with weight h/2 as an event and h/2 without: (q, q).
        """
        model, spread = self.moments.comparisons, (self.moments.lost * self.moments.kept)[:, 0]
        return np.asarray((model.A * ((model.weights + self.leverage) * spread)[:, None]).T @ model.A)

    def hessian(self) -> FloatArray:
        """Minus the second derivative: (q, q).

        With c = d log(p (1 - p)) / d eta and s = w p (1 - p), the derivative of h_i is h_i c_i a_i minus the sum
        over k of s_i s_k (half_i'half_k)^2 c_k a_k; the square is a product of all pairs of entries of the halves.
        """
        model = self.moments.comparisons
        lost, kept = self.moments.lost[:, 0], self.moments.kept[:, 0]
        c = lost - kept
        first, second = np.triu_indices(len(self.half))
        pairs = self.half[first] * self.half[second] * np.where(first == second, 1.0, np.sqrt(2.0))[:, None]
        moved = (pairs * (model.weights * lost * kept * c)) @ model.A
        change = (model.A * (self.leverage * c**2)[:, None]).T @ model.A
        return np.asarray(self.curvature() - change / 2.0 + moved.T @ moved / 2.0)


def penalised_at(model: Comparisons, theta: FloatArray) -> Penalised | None:
    """The penalised likelihood at theta (q,); None where the information has lost its rank to rounding."""
    moments = model.at(theta)
    information = moments.information
    root = np.sqrt(np.diagonal(information))
    if not root.min() > 0.0:
        return None
    try:
        lower = np.linalg.cholesky(information / np.outer(root, root))
    except np.linalg.LinAlgError:
        return None
    half = np.linalg.solve(lower, (model.A / root).T)
    lost, kept = moments.lost[:, 0], moments.kept[:, 0]
    spread = lost * kept
    leverage = model.weights * spread * np.einsum("ij,ij->j", half, half)
    log_det = 2.0 * float(np.log(np.diagonal(lower)).sum() + np.log(root).sum())
    score = (model.weights * lost + leverage * (lost - 0.5)) @ model.A
    return Penalised(
        theta, moments, moments.log_likelihood + log_det / 2.0, score, leverage, np.asarray(half)
    )


def maximise_penalised(model: Comparisons, start: FloatArray, free: IntArray) -> tuple[Penalised | None, int]:
    """Maximise over the `free` parameters from `start` (q,), the others staying as they are.

    The penalty is that of the whole model also where parameters are held, as in Heinze & Schemper's tests and
    profiles. Gives None when the iterations do not converge.
    """
    here = penalised_at(model, start)
    before, slow = np.inf, False
    for iteration in range(MAX_ITERATIONS):
        if here is None:
            return None, iteration
        if not len(free):
            return here, iteration
        step = _step(here, free, exact=slow)
        if step is None:
            return None, iteration
        length = float(here.score[free] @ step)
        if length <= CONVERGED or (length <= ROUNDED and length > 0.5 * before):
            return here, iteration
        slow = slow or length > SLOW * before
        before = length
        move = np.zeros(len(start))
        move[free] = step
        reach = float(np.abs(model.A @ move).max())
        move *= min(1.0, LONGEST_STEP / reach)
        here = _upwards(model, here, move)
    return None, MAX_ITERATIONS


def solve_penalised(model: Comparisons, start: FloatArray) -> Solution | None:
    """Firth's estimates; the covariance is the inverse of the information there, without the penalty."""
    best, iterations = maximise_penalised(model, start, np.arange(len(start)))
    if best is None:
        return None
    information = best.moments.information
    return Solution(
        model=model,
        theta=best.theta,
        kept=np.arange(len(start)),
        log_likelihood=best.moments.log_likelihood,
        information=information,
        directions=np.zeros((0, len(start))),
        null=np.zeros((0, len(start))),
        lost=np.zeros(len(start), dtype=bool),
        iterations=iterations,
        converged=True,
        objective=best.value,
    )


def _step(here: Penalised, free: IntArray, *, exact: bool) -> FloatArray | None:
    """Newton's step where it leads upwards, or one with the leverages held still."""
    score = here.score[free]
    if exact and here.half.shape[0] ** 2 * here.half.shape[1] <= AFFORDABLE:
        matrix = here.hessian()[np.ix_(free, free)]
        if invertible(matrix):
            return newton_step(matrix, score)
    return newton_step(here.curvature()[np.ix_(free, free)], score)


def _upwards(model: Comparisons, here: Penalised, move: FloatArray) -> Penalised | None:
    lowest = here.value - 1e-9 * abs(here.value)
    for _ in range(MAX_HALVINGS):
        there = penalised_at(model, here.theta + move)
        if there is not None and there.value >= lowest:
            return there
        move = move / 2.0
    return None
