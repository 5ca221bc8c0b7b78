"""The exact (discrete) partial likelihood: of all groups of d patients at risk, these d had the event.

    likelihood of a block = prod over its deaths of r_i / e_d(r over the risk set),    r = exp(x'beta)

with e_d the sum over all subsets of size d of the product of their r. The e_d of a growing risk set follow from
each other, e_d(R + i) = e_d(R) + r_i e_(d-1)(R) (Gail, Lubin & Rubinstein 1981, Biometrika 68:703), and so do their
first and second derivatives. To stay within the range of numbers the *means* over the subsets are carried. Patients
are added from the last event backwards, each once; with delayed entry each risk set is built anew. Cost: patients x
most tied deaths x p^2. Reference: Cox 1972 (J R Stat Soc B 34:187), section 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.risk_sets import RiskSets
from crlm.statistics.times import FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class ExactMoments:
    """The exact log-likelihood at one beta, its first derivative (p,) and minus the second (p, p)."""

    sets: RiskSets
    log_likelihood: float
    score: FloatArray
    information: FloatArray


def exact_moments(sets: RiskSets, beta: FloatArray) -> ExactMoments:
    """The exact partial likelihood at `beta` (p,); every patient has the weight 1."""
    p = len(beta)
    eta = beta @ sets.X if sets.offset is None else beta @ sets.X + sets.offset
    shift = float(eta.mean())
    with np.errstate(over="ignore"):
        risk = np.exp(eta - shift)
    counts = np.bincount(sets.death_block, minlength=sets.n_blocks)
    log_likelihood = float(eta[sets.deaths].sum() - counts.sum() * shift)
    score, information = sets.deaths_x.sum(axis=1), np.zeros((p, p))
    for k, of in _blocks(sets, risk, counts):
        d = int(counts[k])
        mean = of.means[d]
        if not mean > 0.0 or not np.isfinite(mean):
            return ExactMoments(sets, -np.inf, np.zeros(p), np.zeros((p, p)))
        slope = of.gradient[d] / mean
        log_likelihood -= float(np.log(mean)) + _log_choose(of.n, d)
        score = score - slope
        information += of.curvature[d] / mean - np.outer(slope, slope)
    return ExactMoments(sets, log_likelihood, np.asarray(score), (information + information.T) / 2.0)


def _log_choose(n: int, d: int) -> float:
    return float(np.log(np.arange(n - d + 1, n + 1) / np.arange(1, d + 1)).sum())


class _Subsets:
    """Means over all subsets of size 0 to `most` of those added, of the product of their r, and its derivatives."""

    def __init__(self, most: int, p: int) -> None:
        self.n = 0
        self.means = np.zeros(most + 1)
        self.means[0] = 1.0
        self.gradient, self.curvature = np.zeros((most + 1, p)), np.zeros((most + 1, p, p))
        self._sizes = np.arange(1, most + 1)

    def add(self, r: float, x: FloatArray) -> None:
        self.n += 1
        enters = self._sizes / self.n
        stays = 1.0 - enters
        stays[self.n :] = 0.0
        enters[self.n :] = 0.0
        g, m = enters * r, self.means
        before, slope, bend = m[:-1], self.gradient[:-1], self.curvature[:-1]
        # d(r e) = r (x e + de), and once more.
        along = x[:, None] * slope[:, None, :]
        added = bend + along + along.transpose(0, 2, 1) + before[:, None, None] * np.outer(x, x)
        self.curvature[1:] = stays[:, None, None] * self.curvature[1:] + g[:, None, None] * added
        self.gradient[1:] = stays[:, None] * self.gradient[1:] + g[:, None] * (slope + before[:, None] * x)
        m[1:] = stays * m[1:] + g * before


def _blocks(sets: RiskSets, risk: FloatArray, counts: IntArray) -> Iterator[tuple[int, _Subsets]]:
    """The subsets of the risk set of each block; they are added to while the blocks go by."""
    X = np.ascontiguousarray(sets.X.T)
    ends = np.append(sets.starts[1:], len(sets.rows))
    for begin, end in sets.strata:
        most = int(counts[begin:end].max())
        growing = _Subsets(most, X.shape[1])
        for k in range(end - 1, begin - 1, -1):
            if sets.late is None:
                present = list(range(int(sets.starts[k]), int(ends[k])))
            else:
                growing = _Subsets(int(counts[k]), X.shape[1])
                present = np.flatnonzero((sets.first_block <= k) & (sets.last_block >= k)).tolist()
            with np.errstate(over="ignore", invalid="ignore"):
                for i in present:
                    growing.add(float(risk[i]), X[i])
            yield k, growing
