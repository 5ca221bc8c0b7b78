"""The influence of each patient on the estimates of a Fine-Gray model; its squares add up to the robust variance.

A sum over the events of the cause, with an integrand h_i(t) for patient i, has the influence

    integral of h_i w_i dM_i  +  integral of q(u) / pi(u) dM_i^c(u)

M_i the events of the cause less those expected, M_i^c the censorings less those expected, pi(u) the number at risk
of censoring. The first part is the patient's own; the second is what the patient adds to the estimate of G, with

    q(u) = sum over patients with another cause at X < u, and event times t >= u, of h w r dLambda(t).

For the score h = x - E(t), E the mean covariate of the risk set. Source: Fine & Gray 1999, J Am Stat Assoc 94:496,
formulas 7 and 8; X < u <= t as in R's cmprsk. A case weight multiplies the influence of its patient. With several
censoring groups q, pi and M^c are those of the group; cmprsk 2.2-11 adds up q over the group's own events of the
cause only, which leaves out part of the influence.
"""

from __future__ import annotations

import numpy as np

from crlm.statistics.competing_risks.fine_gray_likelihood import Moments
from crlm.statistics.competing_risks.subdistribution import Kept, SubdistributionData
from crlm.statistics.times import FloatArray


def score_influence(data: SubdistributionData, at: Moments) -> FloatArray:
    """The influence of each patient on the score, in the order of `at.sets.rows`: shape (q, n)."""
    sets = at.sets
    result = np.zeros((len(sets.X), len(sets.rows)))
    own = result[:, sets.outside :]
    hazard = at.means * at.hazard
    weight = np.zeros(len(at.risk))
    weight[sets.deaths] = sets.death_weight
    # The mean covariate in a first block, before any event, is 0.
    death_block, left = np.where(weight > 0.0, sets.block, 0), weight - at.expected
    for j, x in enumerate(sets.X):  # one covariate at a time: short arrays stay in the processor's cache
        influence = x * left
        influence -= weight * np.take(at.means[j], death_block)
        influence += at.risk * sets.while_under_observation(hazard[j])
        own[j] = influence
    for one, risk, expected in zip(sets.kept, at.kept_risk, at.expected_later, strict=True):
        weight_later = hazard * one.uncensored
        later = np.empty((len(own), len(risk)))
        for j, x in enumerate(one.design[1:]):
            moved = risk * sets.from_then_on(one, weight_later[j])
            influence = own[j]
            influence[one.rows] += moved
            later[j] = x * expected - moved
        sums = sets.after_another_cause(one, one.design, risk)
        by_block = (sums[1:] - sums[0] * at.means) * (one.uncensored * at.hazard)
        _add_through_censoring(result, data, at, one, later, by_block)
    return result


def baseline_influence(data: SubdistributionData, at: Moments, until: FloatArray) -> FloatArray:
    """The influence of each patient on the baseline cumulative hazard for given coefficients: shape (1, n).

    until: (K,) 1 for the event blocks that count, else 0. Like `hazard`, in units of exp(-shift).
    """
    sets = at.sets
    rate = until * at.per_risk
    result = np.zeros((1, len(sets.rows)))
    own = result[0, sets.outside :]
    own -= at.risk * sets.while_under_observation(rate * at.hazard)
    own[sets.deaths] += sets.death_weight * rate[sets.block[sets.deaths]]
    for one, risk in zip(sets.kept, at.kept_risk, strict=True):
        weight = rate * at.hazard * one.uncensored
        later = (risk * sets.from_then_on(one, weight))[None, :]
        own[one.rows] -= later[0]
        by_block = sets.after_another_cause(one, one.design[:1], risk) * weight
        _add_through_censoring(result, data, at, one, later, by_block)
    return result


def robust_covariance(inverse: FloatArray, influence: FloatArray) -> FloatArray:
    """The robust covariance from the influence of each patient on the score: (q, q) and (q, n) in, (q, q) out."""
    return sandwich(inverse, influence @ influence.T)


def sandwich(inverse: FloatArray, squared: FloatArray) -> FloatArray:
    """The summed squared influences on the score between the inverse of the information: shape (q, q)."""
    root = np.sqrt(np.diagonal(squared))
    root = np.where(root > 0.0, root, 1.0)
    bread = inverse * root
    covariance = bread @ (squared / np.outer(root, root)) @ bread.T
    return np.asarray((covariance + covariance.T) / 2.0)


def _add_through_censoring(
    result: FloatArray,
    data: SubdistributionData,
    at: Moments,
    one: Kept,
    by_patient: FloatArray,
    by_block: FloatArray,
) -> None:
    """Add the influence through G to `result` (q, n).

    q(u) is a running sum over the distinct times before u: a patient with another cause brings in all that is
    expected from then on, `by_patient` (q, m), and each event time takes away its own part, `by_block` (q, K).
    """
    size, rows = len(data.distinct), at.sets.rows
    position = data.position[rows]
    at_risk = np.where(one.censoring.at_risk > 0.0, one.censoring.at_risk, 1.0)
    rate = one.censoring.censored / at_risk
    # For each time a value for those who are not censored there, and then one for those who are.
    place = position + size * data.censored[rows]
    own_position = position[at.sets.outside :][one.rows]
    weight = np.ones(len(rows)) if data.weight is None else data.weight[rows]
    if data.n_groups > 1:
        weight = weight * (data.censoring_group[rows] == one.group)
    for j, (patients, blocks) in enumerate(zip(by_patient, by_block, strict=True)):
        changes = np.bincount(own_position, patients, minlength=size)
        changes -= np.bincount(at.sets.position, blocks, minlength=size)
        jump = (np.cumsum(changes) - changes) / at_risk
        running = -np.cumsum(jump * rate)
        result[j] += weight * np.take(np.concatenate((running, running + jump)), place)
