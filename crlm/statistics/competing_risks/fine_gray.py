"""The Fine-Gray model: proportional hazards of the subdistribution of one cause."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.competing_risks.causes import validate_cause, validate_competing
from crlm.statistics.competing_risks.fine_gray_likelihood import moments
from crlm.statistics.competing_risks.fine_gray_model import AT_THE_LIMIT, FineGrayFit
from crlm.statistics.competing_risks.fine_gray_solve import Solution, solve
from crlm.statistics.competing_risks.fine_gray_variance import robust_covariance, score_influence
from crlm.statistics.competing_risks.subdistribution import SubdistributionData, build_sets
from crlm.statistics.cox.estimability import Dependence, dependence
from crlm.statistics.cox.reasons import reason_for_separation, reason_left_without, reasons_for_dropped
from crlm.statistics.cox.validation import validate_names
from crlm.statistics.distinct_times import distinct_times
from crlm.statistics.group_labels import Labels, Positions, positions
from crlm.statistics.regression import SINGULAR, Term, wald_statistic
from crlm.statistics.results import TestResult, chi_square_p, interval_multiplier
from crlm.statistics.times import FloatArray, validate_weights

NOT_CONVERGED = "the iterations did not converge"
PSEUDO = "a pseudo-likelihood: its ratio is only about a chi-square, the robust Wald test is to be preferred"


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    of: int,
    X: ArrayLike,
    names: Sequence[str],
    *,
    terms: Sequence[Term] | None = None,
    censoring_groups: Labels | None = None,
    strata: Labels | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> FineGrayFit:
    """Fit the Fine-Gray model of one cause: how covariates act on its cumulative incidence.

    time: (n,) follow-up, any unit, >= 0. cause: (n,) 0 for censored, else the code of what happened first. of: the
    code of the cause. X: (n, p) covariates, factors already coded in columns. names: p different names. terms: which
    columns form one factor; by default each column is a term of its own. censoring_groups: n labels; by default
    censoring is taken to be alike for all patients, with groups it is estimated within each. strata: n labels; each
    stratum has its own baseline, and patients are compared within it only; give the same labels as censoring_groups
    where censoring differs between strata too. weights: (n,) case weights > 0, sampling weights: they multiply
    every sum, those of G included, and in the robust variance the influence of the patient. Missing values are
    refused, not dropped. Delayed entry is not offered: the weights then need the distribution of entry times as
    well (Geskus 2011, Biometrics 67:39), for which there is no second, independent programme to check us against
    that shares these conventions. Raises `ValueError` for input of the wrong shape or content.

    The conventions are those of R cmprsk's `crr`: Breslow's ties; weights G(t-)/G(X-) with G the Kaplan-Meier curve of
    censoring, failures at the time of a censoring being at risk of it (`survfit` after `finegray` takes them
    as gone, which moves coefficients in the fourth digit). Standard errors are robust and include that G is
    estimated; see `fine_gray_variance`, also for where they differ from crr's with censoring groups. Times that
    differ by floating-point noise are tied (`tie_times`).

    A column that is constant, or that earlier columns determine, is left out and has a reason. A column with no
    finite estimate (no events at one level, separation) stays in the model at its limit: it has a reason
    instead of a number, and the other coefficients and tests are those of the limit.

    Checked against: R cmprsk 2.2-11 `crr`, with strata and weights R survival's `finegray` and `coxph` on times where
    the conventions agree (tests/golden/fine_gray.json), the definition in plain Python and the
    jackknife (tests/oracles/fine_gray.py), by hand (docs/validation/competing-risks.md). Reference: Fine & Gray
    1999 (J Am Stat Assoc 94:496).
    """
    interval_multiplier(level)  # refuses a level that is none
    wanted = validate_cause(of)
    times, causes = validate_competing(time, cause)
    covariates = _validated_covariates(X, len(times))
    columns, grouped = validate_names(names, terms, covariates.shape[1])
    n = len(times)
    censoring_labels, groups = _codes(censoring_groups, n, "censoring_groups")
    stratum_labels, stratum = _codes(strata, n, "strata")
    distinct, position = distinct_times(times)
    centred, centre = _centred(covariates)
    data = SubdistributionData(
        distinct=distinct,
        position=position,
        event=causes == wanted,
        competing=(causes != wanted) & (causes != 0),
        X=centred,
        weight=None if weights is None else validate_weights(weights, n),
        censoring_group=groups,
        n_groups=len(censoring_labels),
        stratum=stratum if len(stratum_labels) > 1 else None,
    )
    if not np.any(data.event):
        return _refused(data, wanted, columns, grouped, level, centre, stratum_labels)
    return _fit(data, wanted, columns, grouped, level, centre, stratum_labels, covariates)


def _fit(
    data: SubdistributionData,
    cause: int,
    names: tuple[str, ...],
    terms: tuple[Term, ...],
    level: float,
    centre: FloatArray,
    strata: tuple[Hashable, ...],
    covariates: FloatArray,
) -> FineGrayFit:
    n, n_events = len(data.position), int(data.event.sum())
    sets = build_sets(data, data.stratum)
    null = moments(sets, np.zeros(len(names)))
    spread = np.sqrt(np.einsum("ij,ij->i", data.X, data.X) / n)
    found = dependence(null.information, spread**2 * sets.d.sum())
    solution = solve(data, null, found, spread)

    converged, at = solution.converged, solution.moments
    robust = np.zeros((len(solution.kept), len(solution.kept)))
    quadratic: float | None = 0.0
    if converged and len(solution.kept):
        robust = robust_covariance(solution.inverse, score_influence(data, at))
        quadratic = wald_statistic(robust, solution.inverse, solution.beta)
    df = len(found.kept)
    refusal = "no covariate can be estimated" if not df else None if converged else NOT_CONVERGED
    no_wald = None if len(solution.kept) else "no coefficient has a finite estimate"
    if quadratic is None:
        no_wald, quadratic = SINGULAR, 0.0
    limit_note = (AT_THE_LIMIT,) if len(solution.directions) else ()
    rise = 2.0 * (at.log_likelihood - null.log_likelihood)
    notes = () if df < n_events else (f"{df} coefficients for {n_events} events: the model is overfitted",)
    return FineGrayFit(
        cause=cause,
        names=names,
        terms=terms,
        level=level,
        n=n,
        n_events=n_events,
        n_competing=int(data.competing.sum()),
        n_censored=n - n_events - int(data.competing.sum()),
        reasons=_reasons(data, names, found, solution, covariates),
        log_likelihood=at.log_likelihood if converged else None,
        log_likelihood_null=null.log_likelihood,
        likelihood_ratio_test=_test("pseudo-likelihood-ratio", rise, df, n, refusal, PSEUDO),
        wald_test=_test("wald", quadratic, df, n, refusal or no_wald, *limit_note),
        iterations=solution.iterations,
        converged=converged,
        centre=centre,
        data=data,
        solution=solution if converged else None,
        robust=robust,
        aliased=found.null,
        strata=strata,
        notes=notes,
    )


def _centred(covariates: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Covariates minus their mean, shape (p, n), and the mean. Constant ones become exactly 0."""
    columns = np.ascontiguousarray(covariates.T)
    if not columns.size:
        return columns, np.zeros(len(columns))
    centre = columns.mean(axis=1)
    lowest, highest = columns.min(axis=1), columns.max(axis=1)
    centred = columns - centre[:, None]
    centred[highest - lowest <= 1e-12 * np.maximum(np.abs(lowest), np.abs(highest))] = 0.0
    return centred, centre


def _reasons(
    data: SubdistributionData,
    names: tuple[str, ...],
    found: Dependence,
    solution: Solution,
    covariates: FloatArray,
) -> tuple[str | None, ...]:
    reasons: dict[int, str] = reasons_for_dropped(
        found, covariates, names, stratified=data.stratum is not None
    )
    if not solution.converged:
        reasons |= dict.fromkeys(found.kept.tolist(), NOT_CONVERGED)
    elif len(solution.directions):
        separating = [names[j] for j in np.flatnonzero(np.any(solution.directions != 0.0, axis=0))]
        for j in np.flatnonzero(solution.lost).tolist():
            along = [one for one in solution.directions if one[j] != 0.0]
            reasons[j] = (
                reason_for_separation(along[0], j, covariates, data.event, names)
                if along
                else reason_left_without(separating)
            )
    return tuple(reasons.get(j) for j in range(len(names)))


def _test(method: str, statistic: float, df: int, n: int, refusal: str | None, *notes: str) -> TestResult:
    if refusal is not None:
        return TestResult(method, None, None, None, n, refusal)
    statistic = max(float(statistic), 0.0)
    return TestResult(method, statistic, df, chi_square_p(statistic, df), n, notes=notes)


def _refused(
    data: SubdistributionData,
    cause: int,
    names: tuple[str, ...],
    terms: tuple[Term, ...],
    level: float,
    centre: FloatArray,
    strata: tuple[Hashable, ...],
) -> FineGrayFit:
    n, n_competing = len(data.position), int(data.competing.sum())
    reason = "no events of this cause" if n else "no patients"
    return FineGrayFit(
        cause=cause,
        names=names,
        terms=terms,
        level=level,
        n=n,
        n_events=0,
        n_competing=n_competing,
        n_censored=n - n_competing,
        reasons=(reason,) * len(names),
        log_likelihood=None,
        log_likelihood_null=None,
        likelihood_ratio_test=_test("pseudo-likelihood-ratio", 0.0, 0, n, reason),
        wald_test=_test("wald", 0.0, 0, n, reason),
        iterations=0,
        converged=False,
        centre=centre,
        data=data,
        solution=None,
        robust=np.zeros((0, 0)),
        aliased=np.zeros((0, len(names))),
        strata=strata,
        reason=reason,
    )


def _validated_covariates(X: ArrayLike, n: int) -> FloatArray:
    covariates = np.asarray(X, dtype=np.float64)
    if covariates.ndim != 2 or len(covariates) != n:
        raise ValueError(f"X has shape {covariates.shape} and time has {n} values; X is one row per patient")
    if not covariates.shape[1]:
        raise ValueError("X has no columns; a model needs a covariate")
    finite = np.isfinite(covariates)
    if not finite.all():
        row, column = np.argwhere(~finite)[0].tolist()
        raise ValueError(
            f"X[{row}, {column}] is {covariates[row, column]}; every value must be a finite number"
        )
    return covariates


def _codes(labels: Labels | None, n: int, name: str) -> tuple[tuple[Hashable, ...], Positions]:
    """The labels that occur and the place of each patient's; a single one, None, where none were given."""
    return ((None,), np.zeros(n, dtype=np.int64)) if labels is None else positions(labels, n, None, name)
