"""The pseudo-likelihood of the Fine-Gray model, its score and its information, as running sums.

For event block k with d_k events and w_j(t_k) the weights of the risk set (see `subdistribution`),

    S0 = sum w r,  S1 = sum w r x,  S2 = sum w r x x',     r = exp(x'beta)
    log-likelihood = sum over events of x'beta - sum_k d_k log S0
    score          = sum over events of x - sum_k d_k S1 / S0
    information    = sum_k d_k [ S2 / S0 - (S1 / S0)(S1 / S0)' ]

which is Cox's with Breslow's ties; a case weight multiplies r and each event. The first part of the information is
X diag(v) X' with v the expected events of each patient, a running sum; the second M M' with a column per block.
Source: Fine & Gray 1999, J Am Stat Assoc 94:496.
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
    risk, kept_risk: exp(x'beta - shift) times the case weight of those in a risk set, and times 1 / G(X-) of those
    kept after another cause. per_risk: (K,) 1 / S0 with the same shift. means: (p, K) S1 / S0.
    """

    sets: SubdistributionSets
    log_likelihood: float
    shift: float
    risk: FloatArray
    kept_risk: tuple[FloatArray, ...]
    per_risk: FloatArray
    means: FloatArray

    @cached_property
    def hazard(self) -> FloatArray:
        """Of each block, d / S0: shape (K,)."""
        return np.asarray(self.sets.d * self.per_risk)

    @cached_property
    def expected(self) -> FloatArray:
        """The expected events of each patient, while under observation and after another cause: shape (m,)."""
        total = self.risk * self.sets.while_under_observation(self.hazard)
        for one, later in zip(self.sets.kept, self.expected_later, strict=True):
            total[one.rows] += later
        return np.asarray(total)

    @cached_property
    def expected_later(self) -> tuple[FloatArray, ...]:
        """The part of it after another cause."""
        return tuple(
            risk * self.sets.from_then_on(one, self.hazard * one.uncensored)
            for one, risk in zip(self.sets.kept, self.kept_risk, strict=True)
        )

    @cached_property
    def score(self) -> FloatArray:
        """First derivative of the log-likelihood: shape (p,)."""
        return np.asarray(self.sets.deaths_x - self.means @ self.sets.d)

    @cached_property
    def information(self) -> FloatArray:
        """Minus the second derivative of the log-likelihood: shape (p, p)."""
        X, means = self.sets.X, self.means
        result = (
            np.multiply(X, self.expected, out=self.sets.scratch[1:]) @ X.T - (means * self.sets.d) @ means.T
        )
        return np.asarray((result + result.T) / 2.0)


def moments(sets: SubdistributionSets, beta: FloatArray) -> Moments:
    """Sums over the risk sets at `beta` (p,)."""
    eta = beta @ sets.X
    shift = float(eta.max())
    risk = np.exp(eta - shift)
    if sets.weight is not None:
        risk *= sets.weight
    S = sets.under_observation(sets.design, risk)
    kept_risk = []
    for one in sets.kept:
        its_risk = one.share * np.take(risk, one.rows)
        kept_risk.append(its_risk)
        S += one.uncensored * sets.after_another_cause(one, one.design, its_risk)
    S[:, sets.first] = 0.0  # before the first event: of no account
    S[0, sets.first] = 1.0
    S0 = S[0]
    if not S0.min() > SMALLEST:
        none = np.zeros(len(S0))
        return Moments(sets, -np.inf, shift, risk, tuple(kept_risk), none, np.zeros_like(S[1:]))
    died = sets.death_weight @ eta[sets.deaths]
    log_likelihood = float(died - sets.d @ (np.log(S0) + shift))
    per_risk = 1.0 / S0
    return Moments(sets, log_likelihood, shift, risk, tuple(kept_risk), per_risk, S[1:] * per_risk)
