"""The partial likelihood of many patients of few kinds: those with the same covariates are summed once.

Covariates of studies are mostly factors, and times are counted in days: a hundred thousand patients are then of some
dozen kinds, with a risk set for each of some thousand days. The weight of every kind in every risk set, and among the
tied deaths of every block, does not change with beta; the sums over risk sets of `likelihood` are products of these
tables with the relative risks of the kinds. This is exact, not an approximation: the same terms are added in another
order. The formulas and the sources are those of `likelihood`, against which this is tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.likelihood import Denominators, denominators
from crlm.statistics.cox.risk_sets import RiskSets
from crlm.statistics.times import FloatArray

# The tables may have so many cells per patient: beyond, sums over patients are no slower.
CELLS = 4
# So many patients are looked at before the values of a covariate are counted.
SAMPLE = 1_000
# Codes of kinds are counted again when they could be so many.
MOST_CODES = 1 << 22


@dataclass(frozen=True, eq=False, repr=False)
class Kinds:
    """The P kinds of patients, by weight.

    X: (p, P) covariates. offset: (P,) or None. at_risk: (P, K) the weight of each kind in each risk set. dying:
    (P, B) its weight among the deaths of each of the B blocks with ties. deaths: (P,) its weight among all deaths.
    """

    X: FloatArray
    offset: FloatArray | None
    at_risk: FloatArray
    dying: FloatArray
    deaths: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class KindMoments:
    """Log-likelihood, score (p,) and information (p, p) at one value of beta; -inf, 0 and 0 where it is extreme."""

    sets: RiskSets
    kinds: Kinds
    log_likelihood: float
    risk: FloatArray
    found: Denominators | None

    @cached_property
    def score(self) -> FloatArray:
        """First derivative of the log-likelihood: shape (p,)."""
        return np.asarray(self.kinds.X @ (self.kinds.deaths - self._expected_events))

    @cached_property
    def information(self) -> FloatArray:
        """Minus the second derivative of the log-likelihood: shape (p, p)."""
        found, X = self.found, self.kinds.X
        if found is None:
            return np.zeros((len(X), len(X)))
        risk_x = X * self.risk
        result = (X * self._expected_events) @ X.T
        means = (risk_x @ self.kinds.at_risk) * found.root
        if (ties := found.ties) is not None:
            T1 = risk_x @ self.kinds.dying
            means[:, ties.at.blocks] -= T1 * (ties.mean_fraction * found.root[ties.at.blocks])
            tied = T1 * ties.root
            result -= tied @ tied.T
        result -= means @ means.T
        return np.asarray((result + result.T) / 2.0)

    @cached_property
    def _expected_events(self) -> FloatArray:
        """Of each kind: shape (P,)."""
        if self.found is None:
            return self.kinds.deaths
        rate = self.kinds.at_risk @ self.found.inverse
        if (ties := self.found.ties) is not None:
            rate -= self.kinds.dying @ ties.inverse
        return np.asarray(rate * self.risk)


def kinds_of(sets: RiskSets) -> Kinds | None:
    """The kinds of patients; None where they come late or are of too many kinds to be worth it."""
    n, K = len(sets.rows), sets.n_blocks
    most = CELLS * n // K
    if sets.late is not None or most < 1:
        return None
    code = _coded(sets.X if sets.offset is None else np.vstack((sets.X, sets.offset)), n, most)
    if code is None:
        return None
    P = int(code.max()) + 1
    one = np.empty(P, dtype=np.intp)
    one[code] = np.arange(n)
    at_risk: FloatArray = _summed(code * K + sets.last_block, sets.weights, P * K).reshape(P, K)
    for begin, end in sets.strata:
        part = at_risk[:, begin:end]
        np.cumsum(part[:, ::-1], axis=1, out=part[:, ::-1])
    tied, dying = sets.tied, np.zeros((P, 0))
    if tied is not None:
        who, B = sets.deaths[tied.deaths], len(tied.blocks)
        dying = _summed(code[who] * B + tied.run, sets.weights[who], P * B).reshape(P, B)
    return Kinds(
        X=np.ascontiguousarray(sets.X[:, one]),
        offset=None if sets.offset is None else sets.offset[one],
        at_risk=at_risk,
        dying=dying,
        deaths=_summed(code[sets.deaths], sets.weights[sets.deaths], P),
    )


def _summed(place: IntArray, weights: FloatArray, size: int) -> FloatArray:
    return np.asarray(np.bincount(place, weights, size), dtype=np.float64)


def _coded(rows: FloatArray, n: int, most: int) -> IntArray | None:
    """The kind of each of n patients, numbered from 0; None when there are more than `most`."""
    code, count = np.zeros(n, dtype=np.intp), 1
    for row in rows:
        low, high = row.min(), row.max()
        if low == high:
            continue
        place: IntArray = (row == high).astype(np.intp)
        size = 2
        if not np.all((row == low) | (place == 1)):
            if len(np.unique(row[:: max(n // SAMPLE, 1)])) > most:
                return None
            values, place = np.unique(row, return_inverse=True)
            size = len(values)
        code, count = code * size + place, count * size
        if count > MOST_CODES:
            code, count = _renumbered(code)
            if count > most:
                return None
    code, count = _renumbered(code)
    return code if count <= most else None


def _renumbered(code: IntArray) -> tuple[IntArray, int]:
    """Codes without gaps, and how many there are."""
    if int(code.max()) < MOST_CODES:
        seen = np.bincount(code) > 0
        return (np.cumsum(seen) - 1)[code], int(seen.sum())
    values, place = np.unique(code, return_inverse=True)
    return place, len(values)


def kind_moments(sets: RiskSets, kinds: Kinds, beta: FloatArray) -> KindMoments:
    """Log-likelihood, score and information at `beta` (p,)."""
    eta = beta @ kinds.X if kinds.offset is None else beta @ kinds.X + kinds.offset
    shift = float(eta.max())
    risk = np.exp(eta - shift)
    found = denominators(sets, risk @ kinds.at_risk, risk @ kinds.dying, shift)
    if found is None:
        return KindMoments(sets, kinds, -np.inf, risk, None)
    return KindMoments(sets, kinds, float(eta @ kinds.deaths - found.log_sum), risk, found)
