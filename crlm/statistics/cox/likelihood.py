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
        weight = np.add.reduceat(self.sets.death_weight, self.sets.death_starts)
        return (self.sets.deaths_x - self.score_by_block()) / weight

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
class TiedMoments:
    """What Efron's denominators add in the B blocks with ties.

    The sum over j of m (S1 - f_j T1)(S1 - f_j T1)'/denominator_j^2 is a square in S1 - f T1, f the mean of
    f_j, plus a square in T1 times the spread of f_j around f. T1: (p, B). inverse: (B,) sum over j of f_j m
    / denominator_j.
    """

    at: TiedDeaths
    T1: FloatArray
    inverse: FloatArray
    mean_fraction: FloatArray
    root: FloatArray


def moments(sets: RiskSets, beta: FloatArray) -> Moments:
    """Sums over the risk sets at `beta` (p,)."""
    eta = beta @ sets.X if sets.offset is None else beta @ sets.X + sets.offset
    shift = float(eta.max())
    risk = sets.weights * np.exp(eta - shift)
    risk_x = sets.X * risk
    S0, S1 = sets.at_risk_sums(risk), sets.at_risk_sums(risk_x)
    denominator = S0[sets.death_block]
    tied = sets.tied
    if tied is not None:
        who = sets.deaths[tied.deaths]
        T0 = np.add.reduceat(risk[who], tied.starts)
        denominator[tied.deaths] -= tied.fraction * T0[tied.run]
    if not denominator.min() > SMALLEST:
        none = np.zeros(len(S0))
        return Moments(sets, -np.inf, risk, S1, none, none, None, shift)

    weight = sets.death_weight
    gained = sets.weights[sets.deaths] @ eta[sets.deaths]
    log_likelihood = float(gained - weight @ (np.log(denominator) + shift))
    share = weight / denominator
    share_squared = share / denominator
    if len(share) == sets.n_blocks:  # one death in every block
        inverse, squares = share, share_squared
    else:
        inverse = np.add.reduceat(share, sets.death_starts)
        squares = np.add.reduceat(share_squared, sets.death_starts)
    ties = None
    if tied is not None:
        f, squared = tied.fraction, share_squared[tied.deaths]
        mean_fraction = np.add.reduceat(f * squared, tied.starts) / squares[tied.blocks]
        left = f - mean_fraction[tied.run]
        ties = TiedMoments(
            at=tied,
            T1=np.add.reduceat(risk_x[:, who], tied.starts, axis=1),
            inverse=np.add.reduceat(f * share[tied.deaths], tied.starts),
            mean_fraction=mean_fraction,
            root=np.sqrt(np.add.reduceat(left * left * squared, tied.starts)),
        )
    return Moments(sets, log_likelihood, risk, S1, inverse, np.sqrt(squares), ties, shift)
