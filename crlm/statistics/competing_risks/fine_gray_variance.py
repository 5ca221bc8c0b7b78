"""The influence of each patient on the estimates of a Fine-Gray model; its squares add up to the robust variance.

A sum over the events of the cause, with an integrand h_i(t) for patient i, has the influence

    integral of h_i w_i dM_i  +  integral of q(u) / pi(u) dM_i^c(u)

M_i the events of the cause less those expected, M_i^c the censorings less those expected, pi(u) the number at risk
of censoring. The first part is the patient's own; the second is what the patient adds to the estimate of G, with

    q(u) = sum over patients with another cause at X < u, and event times t >= u, of h w r dLambda(t).

For the score h = x - E(t), E the mean covariate of the risk set. Source: Fine & Gray 1999, J Am Stat Assoc 94:496,
formulas 7 and 8; X < u <= t as in R's cmprsk. With several censoring groups q, pi and M^c are those of the group;
cmprsk 2.2-11 adds up q over the group's own events of the cause only, which leaves out part of the influence.
"""

from __future__ import annotations

import numpy as np

from crlm.statistics.competing_risks.fine_gray_likelihood import Moments
from crlm.statistics.competing_risks.subdistribution import IntArray, Kept, SubdistributionData
from crlm.statistics.times import FloatArray


def score_influence(data: SubdistributionData, at: Moments) -> FloatArray:
    """The influence of each patient on the score: shape (q, n)."""
    sets, first, then = at.sets, *at.expected
    hazard = at.means * at.hazard
    own = at.risk * sets.while_under_observation(hazard) - sets.X * first
    own[:, sets.deaths] += sets.X[:, sets.deaths] - at.means[:, sets.last[sets.deaths]]
    result = np.zeros((len(sets.X), len(data.position)))
    result[:, sets.rows] = own
    for one, risk, expected in zip(sets.kept, at.kept_risk, then, strict=True):
        later = one.X * expected - risk * sets.from_then_on(one, hazard * one.uncensored)
        result[:, one.rows] -= later
        sums = sets.after_another_cause(one, one.X * risk)
        sums -= sets.after_another_cause(one, risk) * at.means
        result += _through_censoring(data, at, one, later, sums * (one.uncensored * at.hazard))
    return result


def baseline_influence(data: SubdistributionData, at: Moments, until: FloatArray) -> FloatArray:
    """The influence of each patient on the baseline cumulative hazard for given coefficients: shape (1, n).

    until: (K,) 1 for the event blocks that count, else 0. Like `hazard`, in units of exp(-shift).
    """
    sets = at.sets
    rate = until * at.hazard / sets.d  # 1 / S0
    own = -at.risk * sets.while_under_observation(rate * at.hazard)
    own[sets.deaths] += rate[sets.last[sets.deaths]]
    result = np.zeros((1, len(data.position)))
    result[0, sets.rows] = own
    for one, risk in zip(sets.kept, at.kept_risk, strict=True):
        weight = rate * at.hazard * one.uncensored
        later = (risk * sets.from_then_on(one, weight))[None, :]
        result[:, one.rows] -= later
        sums = sets.after_another_cause(one, risk) * weight
        result += _through_censoring(data, at, one, later, sums[None, :])
    return result


def robust_covariance(inverse: FloatArray, influence: FloatArray) -> FloatArray:
    """The summed squared influences on the score between the inverse of the information: shape (q, q)."""
    root = np.sqrt(np.einsum("ij,ij->i", influence, influence))
    root[root == 0.0] = 1.0
    scaled = influence / root[:, None]
    bread = inverse * root
    covariance = bread @ (scaled @ scaled.T) @ bread.T
    return np.asarray((covariance + covariance.T) / 2.0)


def _through_censoring(
    data: SubdistributionData, at: Moments, one: Kept, by_patient: FloatArray, by_block: FloatArray
) -> FloatArray:
    """The influence through G: shape (q, n).

    q(u) is a running sum over the distinct times before u: a patient with another cause brings in all that is
    expected from then on, `by_patient` (q, m), and each event time takes away its own part, `by_block` (q, K).
    """
    size = len(data.distinct)
    changes = _sums(by_patient, data.position[one.rows], size) - _sums(by_block, at.sets.position, size)
    q = np.cumsum(changes, axis=1) - changes
    at_risk = np.maximum(one.censoring.at_risk, 1.0)
    jump = q / at_risk
    running = np.cumsum(jump * (one.censoring.censored / at_risk), axis=1)
    members = data.members(one.group)
    position = data.position[members]
    censored = ~(data.event | data.competing)[members]
    moved = np.where(censored, jump[:, position], 0.0) - running[:, position]
    if isinstance(members, slice):
        return np.asarray(moved)
    result = np.zeros((len(q), len(data.position)))
    result[:, members] = moved
    return result


def _sums(values: FloatArray, place: IntArray, size: int) -> FloatArray:
    """Add up the columns of `values` (q, m) that have the same place: shape (q, size)."""
    return np.stack([np.bincount(place, row, minlength=size) for row in values])
