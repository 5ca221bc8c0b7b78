"""The hazard ratio of a treatment in the weighted population."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cox import CoxFit, cox
from crlm.statistics.cox.residuals import score_residuals
from crlm.statistics.cox.robust import with_robust_variance
from crlm.statistics.weighting.influence import contributions, sandwich
from crlm.statistics.weighting.propensity import PropensityWeights


def weighted_cox(
    time: ArrayLike,
    event: ArrayLike,
    weighting: PropensityWeights,
    *,
    name: str = "treated",
    scores: Literal["estimated", "known"] = "estimated",
    level: float = 0.95,
) -> CoxFit:
    """Cox's model of the treatment alone, weighted, with a sandwich variance that knows where the weights are from.

    time, event: (n,) as for `cox`, one for each patient of `weighting`. The hazard ratio is a marginal one: that
    of the population of the estimand if all, or none, of it were treated. Ties by Breslow's method, for which the
    variance is exact to first order. scores: "estimated" counts that the propensity score was estimated from the
    same patients, "known" is R's `coxph(weights, robust = TRUE)`. Patients of weight 0 are left out of the model.
    Raises `ValueError` when there are no weights.

    Checked against: the derivative of the whole procedure to the case weight of each patient
    (tests/oracles/weighting.py), R `coxph` for known scores. Sources: Austin 2016 (Stat Med 35:5642); Shu et al.
    2021 (Biometrics 77:1101).
    """
    if scores not in ("estimated", "known"):
        raise ValueError(f"scores was {scores!r}; it is 'estimated' or 'known'")
    if weighting.weights is None:
        raise ValueError(f"there are no weights: {weighting.reason}")
    times, events = np.asarray(time), np.asarray(event)
    n = len(weighting.weights)
    if times.shape != (n,) or events.shape != (n,):
        raise ValueError(
            f"time has shape {times.shape} and event {events.shape}; there are {n} patients with weights"
        )
    used = np.flatnonzero(weighting.weights)
    fit = cox(
        times[used],
        events[used],
        weighting.treated[used, None],
        [name],
        ties="breslow",
        weights=weighting.weights[used],
        level=level,
    )
    robust = with_robust_variance(fit)
    if scores == "known" or robust.solution is None or not fit.estimable[0]:
        return robust
    residuals = np.zeros((n, 1))
    residuals[used] = score_residuals(fit)
    covariance = sandwich(contributions(weighting, residuals), robust.solution.model_covariance)
    solution = replace(robust.solution, covariance=covariance)
    found = replace(robust, solution=solution)
    return replace(found, wald_test=found.wald_tests[0])
