"""The partial likelihood of few patients: the sums of `likelihood` in a dozen operations on small arrays.

With some hundred patients a fit takes as long as the operations are many, not as they are large. Here the patients
stand in order of time, the latest first, and each of the E deaths has a denominator of its own. A running sum R of
w r (1, x) then holds everything: where S is its value after everybody at risk and A its value before the tied deaths,

    denominator_j = S0 - f_j T0 = (1 - f_j) S0 + f_j A0        f_j = (j - 1)/d (Efron) or 0 (Breslow)

and likewise for the means: sums of positive parts, nothing is subtracted. The formulas and the sources are those of
`likelihood`, against which this is tested.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.likelihood import Moments, moments
from crlm.statistics.cox.risk_sets import RiskSets
from crlm.statistics.times import FloatArray

ComplexArray = NDArray[np.complex128]

# Up to so many patients the operations count, beyond it the numbers.
FEW = 2_000
# The logarithm of a patient's weight in a sum, up to this, keeps every sum far from the limits of numbers.
FARTHEST = 50.0


@dataclass(frozen=True, eq=False, repr=False)
class FewPatients:
    """Patients from the latest to the first, behind one without weight, and the E denominators of their deaths.

    columns: (2h, n + 1) ones, the p covariates and, where that makes an odd number of rows, zeros. pairs:
    (h, n + 1) the first h of these rows and the others as parts of complex numbers. after: (E,) the last patient at
    risk; the D deaths whose denominators leave something out come at the end. before: (D,) the last patient before
    those who die together. fraction: (D,) the share left out. places: (E + D,) `after`, `before`.
    weights: (n + 1,), root_weight: (E,) root of the mean weight of those who die together; None where all are 1.
    offset: (n + 1,) or None. deaths_x: (p,) sum of w x over the deaths; deaths_offset: that of w times offset.
    farthest: (p,) the largest absolute value of each covariate; outset: that of the offset and the log weight.
    """

    columns: FloatArray
    pairs: ComplexArray
    after: IntArray
    before: IntArray
    fraction: FloatArray
    places: IntArray
    weights: FloatArray | None
    root_weight: FloatArray | None
    offset: FloatArray | None
    deaths_x: FloatArray
    deaths_offset: float
    farthest: FloatArray
    outset: float


@dataclass(frozen=True, eq=False, repr=False)
class FewMoments:
    """Log-likelihood, score (p,) and information (p, p) at one value of beta."""

    sets: RiskSets
    few: FewPatients
    log_likelihood: float
    score: FloatArray
    information: FloatArray


def moments_at(sets: RiskSets, beta: FloatArray, few: FewPatients | None) -> Moments | FewMoments:
    """Log-likelihood, score and information at `beta` (p,); few: from `few_patients` of the same sets."""
    if few is None or float(np.abs(beta) @ few.farthest) + few.outset > FARTHEST:
        return moments(sets, beta)
    return _few_moments(sets, few, beta)


def few_patients(sets: RiskSets) -> FewPatients | None:
    """Prepare few patients; None where they are many, come late or are in strata."""
    n, p = len(sets.rows), len(sets.X)
    if n > FEW or sets.late is not None or len(sets.strata) > 1:
        return None
    columns = np.zeros((p + 1 + (p + 1) % 2, n + 1))
    columns[0, 1:] = 1.0
    columns[1 : p + 1, 1:] = sets.X[:, ::-1]
    after = n - sets.starts[sets.death_block]
    before, fraction = np.zeros(0, dtype=np.intp), np.zeros(0)
    death_weight = sets.death_weight
    if (tied := sets.tied) is not None:
        alone = np.ones(len(after), dtype=bool)
        alone[tied.deaths] = False
        order = np.concatenate((alone.nonzero()[0], tied.deaths))
        after, death_weight = after[order], death_weight[order]
        dying = np.bincount(tied.run)
        before, fraction = after[len(after) - len(tied.deaths) :] - dying[tied.run], tied.fraction
    offset = None if sets.offset is None else _reversed(sets.offset, 0.0)
    dying_weights = np.zeros(n)
    dying_weights[sets.deaths] = sets.weights[sets.deaths]
    half = len(columns) // 2
    pairs = np.empty((half, n + 1), dtype=np.complex128)
    pairs.real, pairs.imag = columns[:half], columns[half:]
    return FewPatients(
        columns=columns,
        pairs=pairs,
        after=after,
        before=before,
        fraction=fraction,
        places=np.concatenate((after, before)),
        weights=_reversed(sets.weights, 1.0) if sets.weighted else None,
        root_weight=np.sqrt(death_weight) if sets.weighted else None,
        offset=offset,
        deaths_x=sets.X @ dying_weights,
        deaths_offset=0.0 if sets.offset is None else float(sets.offset @ dying_weights),
        farthest=np.abs(sets.X).max(axis=1),
        outset=(0.0 if offset is None else float(np.abs(offset).max()))
        + (float(np.abs(np.log(sets.weights)).max()) if sets.weighted else 0.0),
    )


def _reversed(by_patient: FloatArray, first: float) -> FloatArray:
    return np.concatenate(([first], by_patient[::-1]))


def _few_moments(sets: RiskSets, few: FewPatients, beta: FloatArray) -> FewMoments:
    columns, p = few.columns, len(beta)
    half = len(columns) // 2
    eta = beta @ columns[1 : p + 1]
    if few.offset is not None:
        eta += few.offset
    risk = np.exp(eta) if few.weights is None else few.weights * np.exp(eta)
    # A running sum waits for its last addition: the two parts of complex numbers are summed in the same time as one.
    running = np.add.accumulate(few.pairs * risk, axis=1)
    sums = running.take(few.after, axis=1)
    if ties := len(few.before):
        sums[:, -ties:] *= 1.0 - few.fraction
        sums[:, -ties:] += running.take(few.before, axis=1) * few.fraction
    denominator = sums[0].real
    gained = beta @ few.deaths_x + few.deaths_offset
    if few.root_weight is None:
        lost = np.log(denominator).sum()
        scale = share = 1.0 / denominator
    else:
        scale = few.root_weight / denominator
        share = few.root_weight * scale
        lost = (few.root_weight * few.root_weight) @ np.log(denominator)
    means = np.empty((2 * half, len(scale)))
    np.multiply(sums.real, scale, out=means[:half])
    np.multiply(sums.imag, scale, out=means[half:])

    if ties:
        left_out = few.fraction * share[-ties:]
        share = np.concatenate((share, left_out))
        share[-2 * ties : -ties] -= left_out
    rate = np.bincount(few.places, share, len(risk))[::-1].cumsum()[::-1]
    parts = columns * np.sqrt(rate * risk)
    squares = parts @ parts.T
    information = (squares - means @ means.T)[1 : p + 1, 1 : p + 1].copy()
    return FewMoments(sets, few, float(gained - lost), few.deaths_x - squares[0, 1 : p + 1], information)
