"""From covariates and outcomes to the comparisons of a model, and the model without covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crlm.statistics.cox.estimability import Dependence, dependence
from crlm.statistics.logistic.comparisons import (
    Comparisons,
    IntArray,
    binary,
    multinomial,
    proportional_odds,
)
from crlm.statistics.times import FloatArray

MAX_STEPS = 200
Kind = Literal["binary", "multinomial", "proportional odds"]


@dataclass(frozen=True, eq=False, repr=False)
class Design:
    """A model ready to be fitted.

    found: which columns of X are left when every determined one is dropped. means: of the kept columns, which
    are taken from them. model: its comparisons; its first `intercepts` parameters are intercepts or cutpoints.
    start: (q,) the maximum without covariates. place: (equations, p) where in theta each column's coefficient
    is, -1 for a dropped column.
    """

    kind: Kind
    found: Dependence
    means: FloatArray
    model: Comparisons
    start: FloatArray
    intercepts: int
    place: IntArray

    @property
    def slopes(self) -> IntArray:
        """Where in theta the coefficients are."""
        return np.arange(self.intercepts, len(self.start))

    def intercept_combinations(self) -> FloatArray:
        """The intercepts for covariates that are not centred, as combinations of theta: (intercepts, q)."""
        combinations = np.eye(self.intercepts, len(self.start))
        for row in range(self.intercepts):
            equation = 0 if self.kind == "proportional odds" else row
            sign = 1.0 if self.kind == "proportional odds" else -1.0
            combinations[row, self.place[equation, self.found.kept]] = sign * self.means
        return combinations


def prepare(
    kind: Kind, outcome: IntArray, k: int, X: FloatArray, weights: FloatArray, offset: FloatArray | None
) -> Design:
    """Set up the model; outcome: (n,) codes 0 ... k - 1, each of which occurs; X: (n, p)."""
    from scipy import special

    n, p = X.shape
    means = weights @ X / weights.sum()
    centred = X - means
    centred[:, np.ptp(X, axis=0) <= 1e-12 * np.abs(X).max(axis=0)] = 0.0
    products = (centred * weights[:, None]).T @ centred
    found = dependence(products, np.diagonal(products))
    if len(found.kept) < p:
        centred, means = np.ascontiguousarray(centred[:, found.kept]), means[found.kept]
    q_slopes = len(found.kept)
    total = np.bincount(outcome, weights, minlength=k)
    if kind == "binary":
        shift = np.zeros(n) if offset is None else offset
        model = binary(outcome == 1, centred, weights, shift)
        first = np.array([intercept_alone(total[1] / total.sum(), weights, shift)])
        intercepts, equations = 1, 1
    elif kind == "multinomial":
        model = multinomial(outcome, k, centred, weights)
        first = np.log(total[1:] / total[0])
        intercepts, equations = k - 1, k - 1
    else:
        model = proportional_odds(outcome, k, centred, weights)
        below = np.cumsum(total)[:-1]
        first = special.logit(below / total.sum())
        intercepts, equations = k - 1, 1
    place = np.full((equations, p), -1)
    for equation in range(equations):
        place[equation, found.kept] = intercepts + equation * q_slopes + np.arange(q_slopes)
    start = np.concatenate((first, np.zeros(equations * q_slopes)))
    return Design(kind, found, means, model, start, intercepts, place)


def intercept_alone(share: float, weights: FloatArray, offset: FloatArray) -> float:
    """The intercept at which the mean predicted probability is `share`, between 0 and 1; offset: (n,).

    Newton's method between two bounds that close in, because far from the root it may overshoot.
    """
    from scipy import special

    log_odds = float(special.logit(share))
    low, high = log_odds - float(offset.max()), log_odds - float(offset.min())
    at = (low + high) / 2.0
    for _ in range(MAX_STEPS):
        p = special.expit(at + offset)
        excess = float(weights @ (p - share))
        if excess < 0.0:
            low = at
        else:
            high = at
        slope = float(weights @ (p * (1.0 - p)))
        step = excess / slope if slope > 0.0 else np.inf
        if abs(step) <= 1e-15 * max(1.0, abs(at)):
            break
        at = at - step if low < at - step < high else (low + high) / 2.0
    return at
