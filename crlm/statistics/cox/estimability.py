"""Which coefficients exist: linear dependence between covariates, and likelihoods without a maximum.

A partial likelihood has no maximum when some combination d of the covariates *separates*: at every event, the
patient with the event has the largest x'd among those at risk. Moving along d then raises the likelihood
for ever (Tsiatis 1981; Bryson & Johnson 1981, Technometrics 23:381; Heinze & Schemper 2001, Biometrics
57:114). In the limit a patient counts only in risk sets where the own x'd is the largest. Those are the
patients with the same x'd as the one with the event: the limit is the same model *stratified by x'd*, which
is how `fit` obtains the estimates that do exist, at the limit itself and not at the point where iterations
happened to stop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.risk_sets import RiskSets
from crlm.statistics.times import BoolArray, FloatArray

# A pivot of the information below this share of its diagonal is rounding; R's default (eps^0.75).
PIVOT_TOLERANCE = float(np.finfo(np.float64).eps ** 0.75)
# How far a direction taken from the iterations may be off, per unit of the covariates it multiplies.
DIRECTION_NOISE = 1e-7
# Below such shares of the largest entry, an entry of that direction may be the rest of an earlier step: whether the
# covariates without it separate decides. With it, a coefficient that has an estimate would be called without one.
NEGLIGIBLE_SHARES = (1e-3, 1e-5, DIRECTION_NOISE)


@dataclass(frozen=True, eq=False)
class Dependence:
    """Columns kept, and how each dropped column depends on them: `null` (dropped, p), itself 1."""

    kept: IntArray
    dropped: IntArray
    null: FloatArray


def dependence(information: FloatArray, size: FloatArray) -> Dependence:
    """Drop every column that the columns before it determine, as R does: the later one goes.

    information: (p, p) at beta = 0. size: (p,) what the diagonal would about be without strata and ties;
    a diagonal that vanishes beside it counts as zero.
    """
    p = len(information)
    if p and _all_independent(information, size):
        return Dependence(np.arange(p), np.zeros(0, dtype=np.intp), np.zeros((0, p)))
    diagonal = np.maximum(np.diagonal(information), 0.0)
    left = information.copy()
    kept: list[int] = []
    dropped: list[int] = []
    for j in range(p):
        pivot = left[j, j]
        if pivot <= PIVOT_TOLERANCE * max(diagonal[j], size[j]):
            dropped.append(j)
            left[j, :] = left[:, j] = 0.0
        else:
            kept.append(j)
            left[j + 1 :, j + 1 :] -= np.outer(left[j + 1 :, j], left[j, j + 1 :]) / pivot
    null = np.zeros((len(dropped), p))
    for row, j in enumerate(dropped):
        before = [k for k in kept if k < j]
        null[row, j] = 1.0
        if before and diagonal[j] > PIVOT_TOLERANCE * size[j]:
            null[row, before] = -np.linalg.solve(information[np.ix_(before, before)], information[before, j])
            relative = np.abs(null[row]) * np.sqrt(diagonal / diagonal[j])
            null[row, relative < 1e-6] = 0.0
    return Dependence(np.array(kept, dtype=np.intp), np.array(dropped, dtype=np.intp), null)


def _all_independent(information: FloatArray, size: FloatArray) -> bool:
    try:
        pivots = np.linalg.cholesky(information).diagonal() ** 2
    except np.linalg.LinAlgError:
        return False
    return bool((pivots > PIVOT_TOLERANCE * np.maximum(information.diagonal(), size)).all())


@dataclass(frozen=True, eq=False)
class Separation:
    """A direction without end: `direction` (p,), and the patients with the same x'd as one `group` (n,)."""

    direction: FloatArray
    group: IntArray


def find_separation(sets: RiskSets, step: FloatArray, spread: FloatArray) -> Separation | None:
    """Look for a separating direction near `step` (p,), where the iterations run to; None if there is none.

    `spread` (p,): a typical deviation of each covariate, to compare the entries of the step with each other.
    Candidates: each column by itself, the step rounded to whole and half multiples of its largest entry
    (codes of factors separate along such directions), and the step, first without its small entries. Each is
    checked against every risk set, so the answer "separates" rests on the data and not on how the iterations
    behave.
    """
    share = step * spread
    largest = np.abs(share).max(initial=0.0)
    if not largest > 0.0:
        return None
    share /= largest
    for j in np.flatnonzero(np.abs(share) > 1e-3):
        single = np.zeros(len(step))
        single[j] = np.sign(step[j])
        if found := _separates(sets, single, np.zeros(len(step))):
            return found
    for parts in (1, 2):
        rounded = np.round(step / np.abs(step).max() * parts) / parts
        if found := _separates(sets, rounded, 1e-14 * np.abs(rounded)):
            return found
    tried = 0
    for negligible in NEGLIGIBLE_SHARES:
        taking_part = np.abs(share) >= negligible
        if taking_part.sum() > tried:
            tried = int(taking_part.sum())
            direction = np.where(taking_part, share / spread, 0.0)
            if found := _separates(sets, direction, DIRECTION_NOISE / spread):
                return found
    return None


def _separates(sets: RiskSets, direction: FloatArray, noise: FloatArray) -> Separation | None:
    """Check `direction` (p,), each entry of which may be off by `noise` (p,), against every risk set."""
    used = np.flatnonzero(direction)
    eta = direction[used] @ sets.X[used] if used.size > 1 else direction[used[0]] * sets.X[used[0]]
    doubt = noise @ np.abs(sets.X) if noise.any() else np.zeros_like(eta)
    best = sets.at_risk_maximum(eta - doubt)
    deaths = sets.deaths
    if np.any(eta[deaths] + doubt[deaths] < best[sets.last_block[deaths]]):
        return None
    worst = -sets.at_risk_maximum(-(eta + doubt))
    if np.all(worst >= best):
        return None  # the same for everybody at risk: nothing moves along this direction
    return Separation(direction, _same_value(eta, doubt))


def _same_value(value: FloatArray, doubt: FloatArray) -> IntArray:
    order = np.argsort(value, kind="stable")
    ordered, unsure = value[order], doubt[order]
    new: BoolArray = np.zeros(len(value), dtype=bool)
    new[1:] = np.diff(ordered) > unsure[1:] + unsure[:-1]
    group = np.empty(len(value), dtype=np.intp)
    group[order] = np.cumsum(new)
    return group
