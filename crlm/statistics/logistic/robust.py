"""A variance that does not rest on the model being right: the sandwich, also for clustered patients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.logistic.model import LogisticFit
from crlm.statistics.logistic.solve import Solution, wald_statistic
from crlm.statistics.regression import SINGULAR, wald
from crlm.statistics.results import TestResult
from crlm.statistics.times import FloatArray

AT_A_LIMIT = "not defined with a robust variance where coefficients have no finite estimate"
NOT_DEFINED = "not defined with a robust variance: use the Wald test"


def with_robust_variance(fit: LogisticFit, *, cluster: ArrayLike | None = None) -> LogisticFit:
    """The same fit with the sandwich variance I^-1 (sum_c s_c s_c') I^-1, s_c the score of a cluster.

    cluster: (n,) labels, such as the patient of each tumour; without it each row is a cluster of its own. For
    weights that are not frequencies (sampling, inverse probability) and for outcomes that are not independent
    within a cluster. No small-sample factor (HC0). Estimates stay; Wald tests and intervals change;
    likelihood-ratio and score tests are not defined any more. Only for binary models by maximum likelihood
    (`ValueError`).

    Checked against: R sandwich `sandwich` and `vcovCL(type = "HC0", cadjust = FALSE)`. References: Huber 1967;
    White 1982 (Econometrica 50:1); Liang & Zeger 1986 (Biometrika 73:13).
    """
    if fit.data.kind != "binary" or fit.method != "maximum likelihood":
        raise ValueError("a robust variance is there for binary models by maximum likelihood")
    labels = np.arange(fit.n) if cluster is None else np.asarray(cluster)
    if labels.shape != (fit.n,):
        raise ValueError(
            f"cluster has shape {labels.shape} and there are {fit.n} outcomes; each needs one label"
        )
    if fit.solution is None or fit.design is None:
        return fit
    scores = score_contributions(fit.solution)[:, fit.solution.kept]
    _, place = np.unique(labels, return_inverse=True)
    summed = np.zeros((int(place.max()) + 1, scores.shape[1]))
    np.add.at(summed, place, scores)
    influence = summed @ fit.solution.model_covariance
    solution = replace(fit.solution, robust=influence.T @ influence)
    n_clusters = len(summed)
    undefined = replace(fit.likelihood_ratio_test, statistic=None, df=None, p=None, reason=NOT_DEFINED)
    notes: tuple[str, ...] = ()
    if n_clusters <= len(solution.kept):
        notes = (f"{n_clusters} clusters for {len(solution.kept)} parameters: the variance is not reliable",)
    return replace(
        fit,
        solution=solution,
        likelihood_ratio_test=undefined,
        score_test=replace(undefined, method="score"),
        wald_test=_overall(fit, solution),
        notes=fit.notes + notes,
    )


def score_contributions(solution: Solution) -> FloatArray:
    """What each patient adds to the score of a binary model at its estimates, weights included: (n, q)."""
    moments = solution.model.at(solution.theta)
    return np.asarray(solution.model.A * (moments.lost[:, 0] * solution.model.weights)[:, None])


def _overall(fit: LogisticFit, solution: Solution) -> TestResult:
    if fit.wald_test.p is None or fit.design is None:
        return fit.wald_test
    slopes = fit.design.slopes
    statistic = wald_statistic(solution, slopes)
    if statistic is None:
        return TestResult("wald", None, None, None, fit.n, AT_A_LIMIT if solution.separated else SINGULAR)
    return wald(statistic, len(slopes), fit.n)
