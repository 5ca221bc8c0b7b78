"""The pseudo-likelihood of the Fine-Gray model, its score and its information, as running sums.

For event block k with d_k events and w_j(t_k) the weights of the risk set (see `subdistribution`),

    S0 = sum w r,  S1 = sum w r x,  S2 = sum w r x x',     r = exp(x'beta)
    log-likelihood = sum over events of x'beta - sum_k d_k log S0
    score          = sum over events of x - sum_k d_k S1 / S0
    information    = sum_k d_k [ S2 / S0 - (S1 / S0)(S1 / S0)' ]

which is Cox's with Breslow's ties. The first part of the information is X' diag(v) X, v a running sum per patient;
the second M M' with a column per block. Source: Fine & Gray 1999, J Am Stat Assoc 94:496.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crlm.statistics.competing_risks.subdistribution import SubdistributionSets
from crlm.statistics.times import FloatArray

# Below this a denominator, squared, is no number any more. The largest relative risk is 1.
SMALLEST = 1e-140


@dataclass(frozen=True, eq=False, repr=False)
class Moments:
    """The sums over risk sets at one value of beta; score and information follow from them.

    log_likelihood is -inf where beta is so extreme that a denominator is no longer a positive number.
    risk, kept_risk: exp(x'beta - shift) of those under observation, and times 1 / G(X-) of those kept after another
    cause. hazard: (K,) d / S0 with the same shift. S1: (p, K). means: (p, K) S1 / S0.
    """

    sets: SubdistributionSets
    log_likelihood: float
    shift: float
    risk: FloatArray
    kept_risk: tuple[FloatArray, ...]
    hazard: FloatArray
    means: FloatArray

    @cached_property
    def expected(self) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """The expected events of each patient, while under observation and after another cause."""
        sets = self.sets
        first = self.risk * sets.while_under_observation(self.hazard)
        then = (
            risk * sets.from_then_on(one, self.hazard * one.uncensored)
            for one, risk in zip(sets.kept, self.kept_risk, strict=True)
        )
        return first, tuple(then)

    @cached_property
    def score(self) -> FloatArray:
        """First derivative of the log-likelihood: shape (p,)."""
        return np.asarray(self.sets.deaths_x - self.means @ self.sets.d)

    @cached_property
    def information(self) -> FloatArray:
        """Minus the second derivative of the log-likelihood: shape (p, p)."""
        first, then = self.expected
        result = _square(self.sets.X, first) - _square(self.means, self.sets.d)
        for one, expected in zip(self.sets.kept, then, strict=True):
            result += _square(one.X, expected)
        return result


def _square(X: FloatArray, weight: FloatArray) -> FloatArray:
    """X diag(weight) X', written as a square so that it is exactly symmetric: (p, p)."""
    root = X * np.sqrt(weight)
    return np.asarray(root @ root.T)


def moments(sets: SubdistributionSets, beta: FloatArray) -> Moments:
    """Sums over the risk sets at `beta` (p,)."""
    eta = beta @ sets.X
    kept_eta = [beta @ one.X for one in sets.kept]
    shift = max(float(eta.max()), *(float(one.max()) for one in kept_eta)) if kept_eta else float(eta.max())
    risk = np.exp(eta - shift)
    S0, S1 = sets.under_observation(risk), sets.under_observation(sets.X * risk)
    kept_risk = []
    for one, its_eta in zip(sets.kept, kept_eta, strict=True):
        its_risk = one.share * np.exp(its_eta - shift)
        kept_risk.append(its_risk)
        S0 += one.uncensored * sets.after_another_cause(one, its_risk)
        S1 += one.uncensored * sets.after_another_cause(one, one.X * its_risk)
    if not S0.min() > SMALLEST:
        none = np.zeros(len(S0))
        return Moments(sets, -np.inf, shift, risk, tuple(kept_risk), none, np.zeros_like(S1))
    log_likelihood = float(eta[sets.deaths].sum() - sets.d @ (np.log(S0) + shift))
    return Moments(sets, log_likelihood, shift, risk, tuple(kept_risk), sets.d / S0, S1 / S0)
