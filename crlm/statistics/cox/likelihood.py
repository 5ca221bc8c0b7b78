"""The partial likelihood of Cox's model, its score and its information, as running sums over risk sets.

For event block k with deaths D (d of them, mean weight m) and risk set R, and the j-th of the d denominators,

    S0 = sum_R w r,  S1 = sum_R w r x,  T0 = sum_D w r,  T1 = sum_D w r x,     r = exp(x'beta)
    denominator_j = S0 - f_j T0        f_j = (j - 1)/d (Efron) or 0 (Breslow)

    log-likelihood = sum_D w x'beta - sum_j m log(denominator_j)
    score          = sum_D w x      - sum_j m (S1 - f_j T1) / denominator_j
    information    = sum_j m [ (S2 - f_j T2) / denominator_j - mean_j mean_j' ]

with mean_j the quotient in the score.

The first part of the information is X' diag(v) X with v a running sum per patient, the second M M' with at
most two columns per block, so no p x p matrix is ever formed per event. Source: Efron 1977 (J Am Stat Assoc
72:557), Breslow 1974 (Biometrics 30:89); weights as in R survival (mean weight of the tied deaths).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.risk_sets import RiskSets, TiedDeaths
from crlm.statistics.times import FloatArray

# Below this a denominator, squared, is no number any more. The largest relative risk is 1.
SMALLEST = 1e-140


@dataclass(frozen=True, eq=False, repr=False)
class Moments:
    """The sums over risk sets at one value of beta; score and information follow from them.

    log_likelihood is -inf where beta is so extreme that a denominator is no longer a positive number.
    relative_risk: (n,) weight times exp(x'beta), up to the factor exp(-shift). S1: (p, K). inverse: (K,) sum over
    j of m / denominator_j. root: (K,) square root of the sum over j of m / denominator_j^2.
    """

    sets: RiskSets
    log_likelihood: float
    relative_risk: FloatArray
    S1: FloatArray
    inverse: FloatArray
    root: FloatArray
    ties: TiedMoments | None
    shift: float = 0.0

    @cached_property
    def score(self) -> FloatArray:
        """First derivative of the log-likelihood: shape (p,)."""
        return np.asarray(self.sets.deaths_x.sum(axis=1) - self.sets.X @ self._expected_events)

    @cached_property
    def information(self) -> FloatArray:
        """Minus the second derivative of the log-likelihood: shape (p, p)."""
        return self._information(None)

    def information_times(self, by_block: FloatArray) -> FloatArray:
        """The information with the part of each event block multiplied by `by_block` (K,): shape (p, p)."""
        return self._information(by_block)

    def score_by_block(self) -> FloatArray:
        """The parts of the score that each event block adds: shape (p, K)."""
        expected = self.S1 * self.inverse
        if (ties := self.ties) is not None:
            expected[:, ties.at.blocks] -= ties.T1 * ties.inverse
        return self.sets.deaths_x - expected

    @cached_property
    def expected(self) -> FloatArray:
        """Events expected of each patient under the model, not weighted: shape (n,)."""
        return np.asarray(self._expected_events / self.sets.weights)

    @cached_property
    def block_means(self) -> FloatArray:
        """Mean covariates over each risk set, averaged over the denominators of tied deaths: shape (p, K)."""
        return (self.sets.deaths_x - self.score_by_block()) / self.sets.block_weight

    @cached_property
    def mean_hazard(self) -> FloatArray:
        """The sum over j of mean_j m / denominator_j of each event block: shape (p, K)."""
        squares = self.root**2
        result = self.S1 * squares
        if (ties := self.ties) is not None:
            blocks = ties.at.blocks
            result[:, blocks] -= ties.T1 * (ties.mean_fraction * squares[blocks])
        return result

    @cached_property
    def tied_mean_hazard(self) -> FloatArray:
        """The sum over j of f_j mean_j m / denominator_j of the B blocks with ties: shape (p, B)."""
        ties = self.ties
        if ties is None:
            return np.zeros((len(self.sets.X), 0))
        squares = self.root[ties.at.blocks] ** 2
        with_fraction = ties.mean_fraction * squares
        return self.S1[:, ties.at.blocks] * with_fraction - ties.T1 * (
            ties.root**2 + ties.mean_fraction * with_fraction
        )

    @cached_property
    def _expected_events(self) -> FloatArray:
        return self._expected_times(None)

    def _information(self, by_block: FloatArray | None) -> FloatArray:
        expected = self._expected_events if by_block is None else self._expected_times(by_block)
        result = (self.sets.X * expected) @ self.sets.X.T
        means = self.S1 * self.root
        if (ties := self.ties) is not None:
            blocks = ties.at.blocks
            means[:, blocks] -= ties.T1 * (ties.mean_fraction * self.root[blocks])
            tied = ties.T1 * ties.root
            result -= _multiplied(tied, by_block, blocks) @ tied.T
        result -= _multiplied(means, by_block) @ means.T
        # Two multiplications may round the halves of a symmetric product differently.
        return np.asarray((result + result.T) / 2.0)

    def _expected_times(self, by_block: FloatArray | None) -> FloatArray:
        """Each patient's part in the expected events, summed over the blocks at risk: shape (n,)."""
        sets = self.sets
        rate = sets.sums_while_at_risk(_multiplied(self.inverse, by_block))
        if (ties := self.ties) is not None:
            removed = _multiplied(ties.inverse, by_block, ties.at.blocks)
            rate[sets.deaths[ties.at.deaths]] -= removed[ties.at.run]
        return np.asarray(rate * self.relative_risk)


def _multiplied(
    values: FloatArray, by_block: FloatArray | None, blocks: IntArray | slice = slice(None)
) -> FloatArray:
    return values if by_block is None else values * by_block[blocks]


@dataclass(frozen=True, eq=False, repr=False)
class TiedDenominators:
    """What Efron's denominators add in the B blocks with ties.

    The sum over j of m (S1 - f_j T1)(S1 - f_j T1)'/denominator_j^2 is a square in S1 - f T1, f the mean of
    f_j, plus a square in T1 times the spread of f_j around f. inverse: (B,) sum over j of f_j m / denominator_j.
    """

    at: TiedDeaths
    inverse: FloatArray
    mean_fraction: FloatArray
    root: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class TiedMoments(TiedDenominators):
    """The same with T1: (p, B)."""

    T1: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class Denominators:
    """What the derivatives need of the denominators of all deaths; log_sum: the weighted sum of their logarithms.

    inverse, root: (K,) as in `Moments`.
    """

    log_sum: float
    inverse: FloatArray
    root: FloatArray
    ties: TiedDenominators | None


def denominators(sets: RiskSets, S0: FloatArray, T0: FloatArray, shift: float) -> Denominators | None:
    """The denominators from S0 (K,) and, of the blocks with ties, T0 (B,); None where one is no positive number."""
    tied = sets.tied
    if tied is None:  # all deaths of a block have the same denominator
        if not S0.min() > SMALLEST:
            return None
        inverse = sets.block_weight / S0
        log_sum = float(sets.block_weight @ (np.log(S0) + shift))
        return Denominators(log_sum, inverse, np.sqrt(inverse / S0), None)
    denominator = S0[sets.death_block]
    denominator[tied.deaths] -= tied.fraction * T0[tied.run]
    if not denominator.min() > SMALLEST:
        return None
    weight = sets.death_weight
    share = weight / denominator
    share_squared = share / denominator
    inverse = np.add.reduceat(share, sets.death_starts)
    squares = np.add.reduceat(share_squared, sets.death_starts)
    f, squared = tied.fraction, share_squared[tied.deaths]
    mean_fraction = np.add.reduceat(f * squared, tied.starts) / squares[tied.blocks]
    left = f - mean_fraction[tied.run]
    ties = TiedDenominators(
        at=tied,
        inverse=np.add.reduceat(f * share[tied.deaths], tied.starts),
        mean_fraction=mean_fraction,
        root=np.sqrt(np.add.reduceat(left * left * squared, tied.starts)),
    )
    return Denominators(float(weight @ (np.log(denominator) + shift)), inverse, np.sqrt(squares), ties)


def moments(sets: RiskSets, beta: FloatArray) -> Moments:
    """Sums over the risk sets at `beta` (p,)."""
    eta = beta @ sets.X if sets.offset is None else beta @ sets.X + sets.offset
    shift = float(eta.max())
    risk = sets.weights * np.exp(eta - shift)
    risk_x = sets.X * risk
    S0, S1 = sets.at_risk_sums(risk), sets.at_risk_sums(risk_x)
    tied, T0 = sets.tied, np.zeros(0)
    if tied is not None:
        who = sets.deaths[tied.deaths]
        T0 = np.add.reduceat(risk[who], tied.starts)
    found = denominators(sets, S0, T0, shift)
    if found is None:
        none = np.zeros(len(S0))
        return Moments(sets, -np.inf, risk, S1, none, none, None, shift)
    gained = sets.weights[sets.deaths] @ eta[sets.deaths]
    ties = None
    if (at := found.ties) is not None:
        T1 = np.add.reduceat(risk_x[:, who], at.at.starts, axis=1)
        ties = TiedMoments(at.at, at.inverse, at.mean_fraction, at.root, T1)
    return Moments(sets, float(gained - found.log_sum), risk, S1, found.inverse, found.root, ties, shift)
