"""What Newton's method needs for any log-likelihood: the step, a step that does not go down, the inverse."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np

from crlm.statistics.times import FloatArray

# The squared length of a Newton step in units of the standard errors. The error after a step is about the
# square of the step, so that at this length the estimates are as exact as their arithmetic.
CONVERGED = 1e-20
MAX_HALVINGS = 40


class HasLogLikelihood(Protocol):
    """The sums at one value of the coefficients."""

    @property
    def log_likelihood(self) -> float:
        """The log-likelihood there."""
        ...


Sums = TypeVar("Sums", bound=HasLogLikelihood)


def newton_step(information: FloatArray, score: FloatArray) -> FloatArray | None:
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


def step_upwards(
    at: Callable[[FloatArray], Sums], beta: FloatArray, step: FloatArray, here: Sums
) -> tuple[FloatArray, Sums] | None:
    """Halve the step until the log-likelihood does not go down; None when no step is short enough."""
    # Close to the maximum the likelihood is flat to the last digit; its rounding must not stop a good step.
    lowest = here.log_likelihood - 1e-9 * abs(here.log_likelihood)
    for _ in range(MAX_HALVINGS):
        there = at(beta + step)
        if there.log_likelihood >= lowest:
            return beta + step, there
        step = step / 2.0
    return None


def inverse(information: FloatArray) -> FloatArray:
    """The inverse of a positive definite matrix, taken with its diagonal scaled to 1 and exactly symmetric."""
    root = np.sqrt(information.diagonal())
    scale = root[:, None] * root
    found = np.linalg.inv(information / scale) / scale
    return np.asarray((found + found.T) / 2.0)
