"""The variance of what is estimated with weights that are themselves estimated.

An estimate b solves sum_i w_i u_i(b) = 0. The weights depend on all patients through the propensity model, so that
patient j moves the sum by

    d_j = w_j u_j + sum_i u_i dw_i/d(patient j)

and the variance of b is A^-1 (sum_j d_j d_j') A^-1', A minus the derivative of the sum. Leaving out the second part
treats the scores as known, which for the ATE makes standard errors too large. Sources: Lunceford & Davidian 2004
(Stat Med 23:2937); Stefanski & Boos 2002 (Am Stat 56:29).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.logistic.robust import score_contributions
from crlm.statistics.times import BoolArray, FloatArray
from crlm.statistics.weighting.propensity import Estimand, PropensityWeights, group_factors, raw_weights


def contributions(weighting: PropensityWeights, scores: ArrayLike, *, estimated: bool = True) -> FloatArray:
    """Each patient's part d_j in a weighted sum of scores, with the estimation of the weights: (n, p).

    scores: (n, p) the *unweighted* u_i: what a patient with the weight 1 would add. For a weighted Cox model these
    are the score residuals (with risk sets weighted), for a mean y - mean. estimated: False leaves out the
    estimation of the propensity score (weights as if known). Multiply by A^-1 for the influence on the estimates,
    or use `sandwich`. Raises `ValueError` when there are no weights or shapes do not match.

    Checked against: the derivative of the whole procedure to the case weight of each patient, by finite
    differences (tests/oracles/weighting.py), and estimating equations stacked in R (tests/golden/weighting.json).
    """
    if weighting.weights is None or weighting.scores is None or weighting.fit.solution is None:
        raise ValueError(f"there are no weights: {weighting.reason}")
    u = np.asarray(scores, dtype=np.float64)
    n = len(weighting.weights)
    if u.ndim != 2 or len(u) != n:
        raise ValueError(f"scores has shape {u.shape}; it needs one row for each of the {n} patients")
    own = weighting.weights[:, None] * u
    if not estimated:
        return own
    solution, treated = weighting.fit.solution, weighting.treated
    raw = raw_weights(weighting.estimand, treated, weighting.scores)
    factors = group_factors(
        weighting.estimand, treated, raw, stabilised=weighting.stabilised, normalised=weighting.normalised
    )
    # Of a comparison a = +-(1, x), the sign says which group the patient is in.
    covariates = solution.model.A[:, solution.kept] * np.where(treated, 1.0, -1.0)[:, None]
    slopes = _raw_slopes(weighting.estimand, treated, weighting.scores)[:, None] * covariates
    on_model = score_contributions(solution)[:, solution.kept] @ solution.model_covariance
    through_scores = on_model @ (slopes.T @ (factors[:, None] * u))
    through_factors = _factor_influence(weighting, raw, slopes, on_model)
    for who, moved in zip((treated, ~treated), through_factors, strict=True):
        through_scores = through_scores + np.outer(moved, raw[who] @ u[who])
    return np.asarray(own + through_scores)


def sandwich(parts: ArrayLike, inverse: ArrayLike, *, cluster: ArrayLike | None = None) -> FloatArray:
    """Covariance A^-1 (sum d d') A^-1' from `contributions` (n, p) and A^-1 (p, p), by cluster if given: (p, p)."""
    d = np.asarray(parts, dtype=np.float64) @ np.asarray(inverse, dtype=np.float64).T
    if cluster is not None:
        labels, place = np.unique(np.asarray(cluster), return_inverse=True)
        if place.shape != (len(d),):
            raise ValueError(
                f"cluster has shape {place.shape}; each of the {len(d)} patients needs one label"
            )
        summed = np.zeros((len(labels), d.shape[1]))
        np.add.at(summed, place, d)
        d = summed
    return np.asarray(d.T @ d)


def _raw_slopes(estimand: Estimand, treated: BoolArray, e: FloatArray) -> FloatArray:
    """The derivative of the raw weights to the log odds of the score: (n,)."""
    if estimand == "overlap":
        return np.where(treated, -1.0, 1.0) * e * (1.0 - e)
    own = np.where(treated, e, 1.0 - e)
    slope = np.where(treated, -1.0, 1.0) * (1.0 - own) / own
    return np.where(treated, 0.0, slope) if estimand == "ATT" else np.asarray(slope)


def _factor_influence(
    weighting: PropensityWeights, raw: FloatArray, slopes: FloatArray, on_model: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """How each patient moves the factor of the treated, and that of the untreated: two of (n,)."""
    treated = weighting.treated
    n = len(treated)
    if weighting.normalised:
        moved = []
        for who in (treated, ~treated):
            total = raw[who].sum()
            on_total = np.where(who, raw, 0.0) + on_model @ slopes[who].sum(axis=0)
            moved.append((who - who.sum() / total * on_total) / total)
        return moved[0], moved[1]
    if not weighting.stabilised:
        return np.zeros(n), np.zeros(n)
    share = treated.mean()
    on_share = (treated - share) / n
    if weighting.estimand == "ATE":
        return on_share, -on_share
    return np.zeros(n), -on_share / share**2
