"""The likelihood that the binary, multinomial and proportional-odds models share.

Each outcome is certain to the extent that it wins its comparisons. A comparison has log-odds eta = a'theta +
offset in favour of what happened:

    binary             what happened against what did not              a = +-(1, x)
    multinomial        the own category against each other one         a = (1, x) in the own block, minus in the other
    proportional odds  at or below the own category against above it   zeta_k - x'beta
                       above the one below against at or below it      x'beta - zeta_(k-1)

    log-likelihood = - sum_i w_i log(1 + sum_r exp(-eta_ir)) + sum_k N_k log(1 - exp(-(zeta_k - zeta_(k-1))))

The second sum exists in the proportional-odds model only, where F(u) - F(l) = F(u) F(-l) (1 - exp(l - u)): the
two comparisons of a patient in a middle category k count apart, and the categories between two cutpoints
add a term that is free of the covariates (N_k: their total weight). Both sums are concave in theta.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.times import BoolArray, FloatArray

IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class Comparisons:
    """All comparisons of a model.

    A: (m * b, q), b rows after each other that compete within one patient; offset: (m, b), infinite where
    the comparison is won for certain and no longer counts. weights: (m,). gaps: (g, q), the differences of
    neighbouring cutpoints as combinations of theta; gap_offset, gap_weights: (g,).
    """

    A: FloatArray
    offset: FloatArray
    weights: FloatArray
    gaps: FloatArray
    gap_offset: FloatArray
    gap_weights: FloatArray

    @property
    def open(self) -> BoolArray:
        """(m * b,) comparisons that are not won for certain."""
        return np.isfinite(self.offset).ravel()

    def with_columns(self, columns: IntArray) -> Comparisons:
        """The same comparisons when the parameters left out are 0."""
        if len(columns) == self.A.shape[1]:
            return self
        return replace(self, A=np.ascontiguousarray(self.A[:, columns]), gaps=self.gaps[:, columns])

    def with_fixed(self, column: int, value: float) -> Comparisons:
        """The same comparisons when one parameter is known."""
        others = np.delete(np.arange(self.A.shape[1]), column)
        return replace(
            self,
            A=self.A[:, others],
            offset=self.offset + (value * self.A[:, column]).reshape(self.offset.shape),
            gaps=self.gaps[:, others],
            gap_offset=self.gap_offset + value * self.gaps[:, column],
        )

    def won(self, certain: BoolArray, direction: FloatArray) -> Comparisons:
        """What is left when theta runs to infinity along `direction`, along which `certain` (m * b,) are won.

        Columns of cutpoints are of size 1 and so is the largest entry of a direction, in units of its column.
        """
        wide = self.gaps @ direction > 1e-9
        return replace(
            self,
            offset=np.where(certain.reshape(self.offset.shape), np.inf, self.offset),
            gap_offset=np.where(wide, np.inf, self.gap_offset),
        )

    def at(self, theta: FloatArray) -> Moments:
        """Log-likelihood, score and information at theta (q,)."""
        eta = (self.A @ theta).reshape(self.offset.shape) + self.offset
        gap = self.gaps @ theta + self.gap_offset
        if gap.size and gap.min() <= 0.0:
            return Moments(self, -np.inf, np.zeros_like(eta), np.zeros_like(eta), gap)
        if eta.shape[1] == 1:
            odds = np.exp(-np.abs(eta))  # of the less likely side
            less = odds / (1.0 + odds)
            more = 1.0 / (1.0 + odds)
            ahead = eta >= 0.0
            fit = -self.weights @ (np.log1p(odds) + np.maximum(-eta, 0.0))[:, 0]
            lost, kept = np.where(ahead, less, more), np.where(ahead, more, less)
            return Moments(self, float(fit + self._gap_fit(gap)), lost, kept, gap)
        worst = np.maximum(-eta.min(axis=1), 0.0)
        odds = np.exp(-eta - worst[:, None])
        total = np.exp(-worst) + odds.sum(axis=1)
        fit = -self.weights @ (worst + np.log(total))
        lost = odds / total[:, None]
        return Moments(self, float(fit + self._gap_fit(gap)), lost, 1.0 - lost, gap)

    def _gap_fit(self, gap: FloatArray) -> float:
        return float(self.gap_weights @ np.log(-np.expm1(-gap))) if gap.size else 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Moments:
    """The likelihood at one theta. lost, kept: (m, b), the probability of losing each comparison and 1 minus it."""

    comparisons: Comparisons
    log_likelihood: float
    lost: FloatArray
    kept: FloatArray
    gap: FloatArray

    @cached_property
    def score(self) -> FloatArray:
        """First derivative of the log-likelihood: (q,)."""
        model = self.comparisons
        score = (self.lost * model.weights[:, None]).ravel() @ model.A
        if self.gap.size:
            score = score + (model.gap_weights * self._narrow) @ model.gaps
        return np.asarray(score)

    @cached_property
    def information(self) -> FloatArray:
        """Minus the second derivative of the log-likelihood: (q, q)."""
        model = self.comparisons
        if self.lost.shape[1] == 1:
            spread = model.weights * self.lost[:, 0] * self.kept[:, 0]
            information = (model.A * spread[:, None]).T @ model.A
        else:
            shared = model.A * self.lost.reshape(-1, 1)
            mean = shared.reshape(*self.lost.shape, -1).sum(axis=1)
            by_row = np.repeat(model.weights, self.lost.shape[1])
            information = (shared * by_row[:, None]).T @ model.A
            information -= (mean * model.weights[:, None]).T @ mean
        if self.gap.size:
            weight = model.gap_weights * self._narrow * (1.0 + self._narrow)
            information = information + (model.gaps * weight[:, None]).T @ model.gaps
        return np.asarray(information)

    @property
    def _narrow(self) -> FloatArray:
        with np.errstate(over="ignore"):
            return np.asarray(1.0 / np.expm1(self.gap))


def binary(event: BoolArray, X: FloatArray, weights: FloatArray, offset: FloatArray) -> Comparisons:
    """Of theta = (intercept, slopes), shape (1 + p,). event, weights, offset: (n,); X: (n, p)."""
    sign = np.where(event, 1.0, -1.0)
    A = np.empty((len(X), X.shape[1] + 1))
    A[:, 0] = sign
    np.multiply(X, sign[:, None], out=A[:, 1:])
    return Comparisons(A, (sign * offset)[:, None], weights, *_no_gaps(A.shape[1]))


def multinomial(category: IntArray, k: int, X: FloatArray, weights: FloatArray) -> Comparisons:
    """Of theta = k - 1 intercepts, then the slopes of category 1, of category 2, ...; 0 is the reference."""
    n, p = X.shape
    q = (k - 1) * (1 + p)
    A = np.zeros((n, k - 1, q))
    others = np.array([[c for c in range(k) if c != own] for own in range(k)])[category]
    patient = np.arange(n)
    for column in range(k - 1):
        for which, sign in ((category, 1.0), (others[:, column], -1.0)):
            rows = np.flatnonzero(which > 0)
            equation = which[rows] - 1
            A[rows, column, equation] += sign
            places = (k - 1) + equation[:, None] * p + np.arange(p)
            A[patient[rows][:, None], column, places] += sign * X[rows]
    return Comparisons(A.reshape(n * (k - 1), q), np.zeros((n, k - 1)), weights, *_no_gaps(q))


def proportional_odds(category: IntArray, k: int, X: FloatArray, weights: FloatArray) -> Comparisons:
    """Of theta = k - 1 cutpoints, then the slopes; a positive slope moves towards the higher categories."""
    p = X.shape[1]
    below, above = np.flatnonzero(category < k - 1), np.flatnonzero(category > 0)
    A = np.zeros((len(below) + len(above), k - 1 + p))
    A[np.arange(len(below)), category[below]] = 1.0
    A[len(below) + np.arange(len(above)), category[above] - 1] = -1.0
    A[: len(below), k - 1 :] = -X[below]
    A[len(below) :, k - 1 :] = X[above]
    gaps = np.zeros((k - 2, k - 1 + p))
    middle = np.arange(k - 2)
    gaps[middle, middle], gaps[middle, middle + 1] = -1.0, 1.0
    by_row = np.concatenate((weights[below], weights[above]))
    total = np.bincount(category, weights, minlength=k).astype(np.float64)[1 : k - 1]
    return Comparisons(A, np.zeros((len(A), 1)), by_row, gaps, np.zeros(k - 2), total)


def _no_gaps(q: int) -> Sequence[FloatArray]:
    return np.zeros((0, q)), np.zeros(0), np.zeros(0)
