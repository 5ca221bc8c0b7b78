"""Weights that make two groups alike in their covariates, from a model of who is treated.

With the propensity score e = P(treated | covariates), the raw weight r of a patient is

    estimand    treated     not treated     the patients it speaks about
    ATE         1/e         1/(1 - e)       all
    ATT         1           e/(1 - e)       those who were treated
    overlap     1 - e       e               those for whom either choice was likely

Sources: Rosenbaum & Rubin 1983 (Biometrika 70:41); Robins, Hernan & Brumback 2000 (Epidemiology 11:550); Li, Morgan &
Zaslavsky 2018 (J Am Stat Assoc 113:390).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.logistic import LogisticFit, fitted_probabilities
from crlm.statistics.times import BoolArray, FloatArray

Estimand = Literal["ATE", "ATT", "overlap"]
ESTIMANDS: tuple[Estimand, ...] = ("ATE", "ATT", "overlap")

# Scores outside these leave little to compare with (Crump et al. 2009, Biometrika 96:187).
LOW, HIGH = 0.1, 0.9
# A patient whose weight is more than this share of the group's total decides the result.
HEAVY = 0.1


@dataclass(frozen=True, slots=True)
class Positivity:
    """How well the groups overlap. Ranges are the smallest and largest score of each group.

    n_outside: patients whose score lies outside the range of the other group. n_extreme: those with a score below
    0.1 or above 0.9. largest_share: of one weight in the total of its group, None when there are no weights.
    """

    treated_range: tuple[float, float]
    control_range: tuple[float, float]
    n_outside: int
    n_extreme: int
    largest_share: float | None


@dataclass(frozen=True, eq=False)
class PropensityWeights:
    """Weights for one estimand: `weights`, `scores` and `treated` have one entry per patient.

    Without weights (`reason` says why) `weights` is None. effective_treated, effective_control: the effective
    sample size of each group. warnings: what a reader must know before believing a result. fit: the model of
    the scores.
    """

    estimand: Estimand
    stabilised: bool
    normalised: bool
    treated: BoolArray
    scores: FloatArray | None
    weights: FloatArray | None
    positivity: Positivity | None
    effective_treated: float | None
    effective_control: float | None
    fit: LogisticFit
    reason: str | None = None
    warnings: tuple[str, ...] = ()


def propensity_weights(
    fit: LogisticFit, estimand: Estimand, *, stabilised: bool = False, normalised: bool = False
) -> PropensityWeights:
    """Weights from a logistic model of the treatment: `logistic(treated, X, names)`.

    estimand: "ATE", "ATT" or "overlap", see above. stabilised: ATE weights times the share of patients in the
    own group, ATT weights of the untreated times their odds of being untreated, so that the weights of a group add
    up to about its size; not for overlap weights, which are bounded. normalised: the weights of each group add up
    to exactly the number of its patients. Neither changes a difference of weighted means. No weight is ever
    trimmed.

    Where the covariates decide the treatment (separation, a score of 0 or 1), the ATE has no weights, and the ATT has
    none when a treated patient has no comparable untreated one; overlap weights are 0 there. Raises `ValueError`
    for a fit that is not binary, not by maximum likelihood, or has case weights.

    Checked against: the definition and R's `glm` (tests/golden/weighting.json), by hand (docs/validation/weighting.md).
    """
    if estimand not in ESTIMANDS:
        raise ValueError(f"estimand was {estimand!r}; it is one of {list(ESTIMANDS)}")
    if stabilised and estimand == "overlap":
        raise ValueError("overlap weights are bounded: there is nothing to stabilise")
    if fit.data.kind != "binary" or fit.method != "maximum likelihood" or fit.data.weights is not None:
        raise ValueError(
            "the fit must be a binary logistic model of the treatment by maximum likelihood, without case weights"
        )
    treated = fit.data.outcome == 1

    def without(reason: str, scores: FloatArray | None = None) -> PropensityWeights:
        overlap = None if scores is None else _positivity(treated, scores, None)
        return PropensityWeights(
            estimand, stabilised, normalised, treated, scores, None, overlap, None, None, fit, reason
        )

    if fit.solution is None:
        reason = {"no events": "nobody was treated", "everybody had the event": "everybody was treated"}
        return without(reason.get(fit.reason or "", fit.reason or "the iterations did not converge"))
    scores = fitted_probabilities(fit)
    if reason_against := _violation(estimand, treated, scores, fit):
        return without(reason_against, scores)
    weights = raw_weights(estimand, treated, scores)
    if not weights[treated].any() or not weights[~treated].any():
        return without("the covariates decide the treatment of everybody: no patients overlap", scores)
    weights = weights * group_factors(
        estimand, treated, weights, stabilised=stabilised, normalised=normalised
    )
    positivity = _positivity(treated, scores, weights)
    return PropensityWeights(
        estimand=estimand,
        stabilised=stabilised,
        normalised=normalised,
        treated=treated,
        scores=scores,
        weights=weights,
        positivity=positivity,
        effective_treated=effective_sample_size(weights[treated]),
        effective_control=effective_sample_size(weights[~treated]),
        fit=fit,
        warnings=_warnings(positivity, weights),
    )


def raw_weights(estimand: Estimand, treated: BoolArray, scores: FloatArray) -> FloatArray:
    """The weights r of the table above: shape (n,)."""
    own = np.where(treated, scores, 1.0 - scores)
    if estimand == "overlap":
        return np.asarray(1.0 - own)
    if estimand == "ATE":
        return np.asarray(1.0 / own)
    return np.asarray(np.where(treated, 1.0, (1.0 - own) / np.where(treated, 1.0, own)))


def group_factors(
    estimand: Estimand, treated: BoolArray, raw: FloatArray, *, stabilised: bool, normalised: bool
) -> FloatArray:
    """What the raw weights are multiplied by, the same for everybody in a group: shape (n,)."""
    if normalised:
        factors = [who.sum() / raw[who].sum() for who in (treated, ~treated)]
        return np.asarray(np.where(treated, factors[0], factors[1]))
    if not stabilised:
        return np.ones(len(raw))
    share = float(treated.mean())
    if estimand == "ATE":
        return np.where(treated, share, 1.0 - share)
    return np.where(treated, 1.0, (1.0 - share) / share)


def effective_sample_size(weights: ArrayLike) -> float:
    """How many patients of equal weight would be as precise: (sum of w)^2 / sum of w^2 (Kish 1965).

    weights: (n,) finite, >= 0, not all 0; `ValueError` otherwise.
    """
    values = np.asarray(weights, dtype=np.float64)
    if values.ndim != 1 or not np.all(np.isfinite(values)) or np.any(values < 0.0) or not values.any():
        raise ValueError("weights must be one column of finite numbers >= 0, not all of them 0")
    scaled = values / values.max()
    return float(scaled.sum() ** 2 / (scaled @ scaled))


def _violation(estimand: Estimand, treated: BoolArray, scores: FloatArray, fit: LogisticFit) -> str | None:
    """Why there are no weights: patients who could only be treated, or only untreated."""
    certain = np.where(treated, scores == 1.0, scores == 0.0)
    if estimand == "overlap":
        return None
    if estimand == "ATT":
        certain = certain & treated
    if not certain.any():
        return None
    n = int(certain.sum())
    who = "treated patient has" if estimand == "ATT" else "patient has"
    who = who if n == 1 else who.replace("patient has", "patients have")
    separating = [
        name
        for name, reason in zip(fit.names, fit.reasons, strict=True)
        if reason is not None and reason.startswith("no finite") and "nothing is left" not in reason
    ]
    decide = f"{' and '.join(separating)} {'decides' if len(separating) == 1 else 'decide'} the treatment"
    return f"no weights: {n} {who} no comparable patient in the other group, because {decide}"


def _positivity(treated: BoolArray, scores: FloatArray, weights: FloatArray | None) -> Positivity:
    ranges = [(float(scores[who].min()), float(scores[who].max())) for who in (treated, ~treated)]
    outside = 0
    for who, (low, high) in ((treated, ranges[1]), (~treated, ranges[0])):
        outside += int(np.sum((scores[who] < low) | (scores[who] > high)))
    share = None
    if weights is not None:
        share = max(float(weights[who].max() / weights[who].sum()) for who in (treated, ~treated))
    extreme = int(np.sum((scores < LOW) | (scores > HIGH)))
    return Positivity(ranges[0], ranges[1], outside, extreme, share)


def _warnings(found: Positivity, weights: FloatArray) -> tuple[str, ...]:
    warnings = []
    if found.n_extreme:
        lowest = min(found.treated_range[0], found.control_range[0])
        highest = max(found.treated_range[1], found.control_range[1])
        warnings.append(
            f"{found.n_extreme} patients have a propensity score below {LOW} or above {HIGH} (range {lowest:.3f} to "
            f"{highest:.3f}): who is treated is almost decided by the covariates"
        )
    if found.n_outside:
        warnings.append(
            f"{found.n_outside} patients have a propensity score outside the range of the other group"
        )
    if found.largest_share is not None and found.largest_share > HEAVY:
        warnings.append(f"one patient has {found.largest_share:.0%} of the total weight of the group")
    if nothing := int(np.sum(weights == 0.0)):
        warnings.append(f"{nothing} patients have the weight 0: the covariates decide their treatment")
    return tuple(warnings)
