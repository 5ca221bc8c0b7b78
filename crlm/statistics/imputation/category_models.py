"""Multinomial and proportional-odds regression by Newton's method, for imputation: few columns, many fits.

Both log-likelihoods are concave and, with the augmented rows of `categories`, have a maximum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crlm.statistics.imputation.refusal import CannotImpute
from crlm.statistics.newton import newton_step, step_upwards
from crlm.statistics.times import FloatArray

_ITERATIONS = 60
# The squared length of the last step: the error after it is about the square of this.
_CONVERGED = 1e-12


@dataclass(frozen=True, eq=False)
class _Sums:
    log_likelihood: float
    score: FloatArray
    information: FloatArray


_At = Callable[[FloatArray], _Sums]


@dataclass(frozen=True, eq=False)
class Fit:
    """The maximum: parameters (p,), the observed information there (p, p), and the log-likelihood."""

    parameters: FloatArray
    information: FloatArray
    log_likelihood: float


def fit_multinomial(X: FloatArray, share: FloatArray, weights: FloatArray) -> Fit:
    """Multinomial logistic regression; for two levels, logistic regression.

    X: (n, q) with its intercept. share: (n, k) 1 at the level of the row, else 0. weights: (n,). The
    parameters are log odds against level 0: level 1's q coefficients, then level 2's, and so on. Checked
    against: R's `glm` and VGAM's `vglm` (tests/golden/imputation.json).
    """
    q, others = X.shape[1], share.shape[1] - 1

    def at(parameters: FloatArray) -> _Sums:
        probability = multinomial_probabilities(X, parameters)
        log_p = np.log(np.maximum(np.sum(share * probability, axis=1), np.finfo(float).tiny))
        excess = weights[:, None] * (share - probability)[:, 1:]
        information = np.zeros((others, q, others, q))
        for a in range(others):
            for b in range(others):
                spread = probability[:, a + 1] * ((a == b) - probability[:, b + 1])
                information[a, :, b] = X.T @ (X * (weights * spread)[:, None])
        score = (excess.T @ X).ravel()
        return _Sums(float(weights @ log_p), score, information.reshape(others * q, others * q))

    return _maximise(at, np.zeros(others * q))


def multinomial_probabilities(X: FloatArray, parameters: FloatArray) -> FloatArray:
    """Probability of each level, (n, k), level 0 first."""
    eta = np.column_stack((np.zeros(len(X)), X @ parameters.reshape(-1, X.shape[1]).T))
    odds = np.exp(eta - eta.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fit_proportional_odds(X: FloatArray, level: FloatArray, k: int, weights: FloatArray) -> Fit:
    """Proportional-odds regression: log odds of level <= j is cut_j - x'b, j = 0 ... k - 2.

    X: (n, q) without intercept. level: (n,) 0 ... k - 1. The parameters are the first cut, the logarithms of
    the distances from each cut to the next, and the q coefficients, so that a normal draw around them has
    its cuts in order. Checked against: R ordinal's `clm` (tests/golden/imputation.json).
    """
    from scipy import special

    n, q = X.shape
    code = level.astype(np.intp)
    above, below = code < k - 1, code > 0
    upper, lower = np.zeros((n, k - 1 + q)), np.zeros((n, k - 1 + q))
    upper[above, code[above]] = 1.0
    lower[below, code[below] - 1] = 1.0
    upper[:, k - 1 :] = lower[:, k - 1 :] = -X

    def at(parameters: FloatArray) -> _Sums:
        if np.any(np.diff(parameters[: k - 1]) <= 0.0):
            return _Sums(-np.inf, np.zeros(0), np.zeros((0, 0)))
        a = np.where(above, upper @ parameters, np.inf)
        b = np.where(below, lower @ parameters, -np.inf)
        # P(b < Y* < a) without cancellation: F(a) F(-b) (1 - exp(b - a)).
        p = special.expit(a) * special.expit(-b) * -np.expm1(b - a)
        p = np.maximum(p, np.finfo(float).tiny)
        fa, fb = special.expit(a) * special.expit(-a), special.expit(b) * special.expit(-b)
        ga, gb = fa / p, -fb / p
        haa = ga**2 - ga * (1.0 - 2.0 * special.expit(a))
        hbb = gb**2 - gb * (1.0 - 2.0 * special.expit(b))
        cross = (upper * (weights * ga * gb)[:, None]).T @ lower
        information = (
            (upper * (weights * haa)[:, None]).T @ upper
            + (lower * (weights * hbb)[:, None]).T @ lower
            + cross
            + cross.T
        )
        score = upper.T @ (weights * ga) + lower.T @ (weights * gb)
        return _Sums(float(weights @ np.log(p)), score, information)

    shares = np.cumsum(np.bincount(code, weights, minlength=k))[:-1] / weights.sum()
    start = np.concatenate((special.logit(shares), np.zeros(q)))
    found = _maximise(at, start)
    gaps = np.diff(found.parameters[: k - 1])
    parameters = found.parameters.copy()
    parameters[1 : k - 1] = np.log(gaps)
    turn = np.eye(k - 1 + q)  # how cuts and coefficients move with these parameters
    turn[: k - 1, 0] = 1.0
    turn[: k - 1, 1 : k - 1] = np.tril(np.ones((k - 1, k - 2)), -1) * gaps
    return Fit(parameters, turn.T @ found.information @ turn, found.log_likelihood)


def proportional_odds_probabilities(X: FloatArray, parameters: FloatArray, k: int) -> FloatArray:
    """Probability of each level, (n, k), from the parameters of `fit_proportional_odds`."""
    from scipy import special

    cuts = parameters[0] + np.concatenate(([0.0], np.cumsum(np.exp(parameters[1 : k - 1]))))
    up_to = special.expit(cuts - (X @ parameters[k - 1 :])[:, None])
    return np.diff(np.column_stack((np.zeros(len(X)), up_to, np.ones(len(X)))), axis=1)


def _maximise(at: _At, start: FloatArray) -> Fit:
    """Newton's method with halved steps."""
    parameters, here = start, at(start)
    for _ in range(_ITERATIONS):
        step = newton_step(here.information, here.score)
        there = None if step is None else step_upwards(at, parameters, step, here)
        if step is None or there is None:
            break
        decrement = float(here.score @ step)
        parameters, here = there
        if decrement < _CONVERGED:
            return Fit(parameters, here.information, here.log_likelihood)
    raise CannotImpute("the regression for it did not converge")
