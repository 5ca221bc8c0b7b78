"""From validated data to a fitted logistic model with its tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crlm.statistics.logistic.comparisons import IntArray, Moments
from crlm.statistics.logistic.design import Design, prepare
from crlm.statistics.logistic.firth import maximise_penalised, solve_penalised
from crlm.statistics.logistic.model import LogisticData, LogisticFit, Method
from crlm.statistics.logistic.newton import invertible
from crlm.statistics.logistic.reasons import NOT_CONVERGED, coefficient_reasons, intercept_reasons
from crlm.statistics.logistic.solve import Solution, solve, wald_statistic
from crlm.statistics.regression import SINGULAR, Term, wald
from crlm.statistics.results import TestResult, chi_square_p

AT_THE_LIMIT = (
    "taken at the limit of the coefficients without a finite estimate, which keep their degrees of freedom; "
    "the likelihood-ratio test is safer"
)
NO_SCORE_TEST = "not defined for a penalised likelihood"


def fit_data(data: LogisticData, method: Method, level: float) -> LogisticFit:
    """Fit the model to data that are already validated."""
    n = len(data.outcome)
    counts = np.bincount(data.outcome, minlength=len(data.levels))
    if np.count_nonzero(counts) < 2:
        return _refused(data, method, level, tuple(counts.tolist()))
    notes = tuple(f"{data.levels[i]}: no patients, left out" for i in np.flatnonzero(counts == 0))
    if notes:
        data = _occurring_levels(data, counts)
        counts = counts[counts > 0]
    weights = np.ones(n) if data.weights is None else data.weights
    design = prepare(data.kind, data.outcome, len(counts), data.X, weights, data.offset)
    null = design.model.at(design.start)
    if method == "firth":
        solution, maximum_of_null = _solve_firth(design)
    else:
        solution, maximum_of_null = solve(design.model, design.start, null), null.log_likelihood

    df, slopes = len(design.slopes), design.slopes
    refusal = None if solution.converged else NOT_CONVERGED
    if not df:
        refusal = "no covariate can be estimated" if data.columns else "there are no covariates"
    nothing = "no coefficient has a finite estimate" if np.all(solution.lost[slopes]) else None
    rise = 2.0 * (solution.maximum - maximum_of_null)
    names, terms = _coefficients(data)
    return LogisticFit(
        names=names,
        terms=terms,
        intercept_names=_intercept_names(data),
        method=method,
        level=level,
        n=n,
        counts=tuple(counts.tolist()),
        reasons=coefficient_reasons(data, design, solution),
        intercept_reasons=intercept_reasons(design, solution),
        log_likelihood=solution.log_likelihood if solution.converged else None,
        log_likelihood_null=null.log_likelihood,
        penalised_log_likelihood=solution.objective,
        likelihood_ratio_test=_test(likelihood_ratio_id(method), rise, df, n, refusal),
        score_test=_score_test(null, df, n, NO_SCORE_TEST if method == "firth" else refusal),
        wald_test=_wald_test(solution, slopes, n, refusal or nothing),
        iterations=solution.iterations,
        converged=solution.converged,
        data=data,
        design=design,
        solution=solution if solution.converged else None,
        notes=notes + _overfitted(df, counts),
    )


def likelihood_ratio_id(method: Method) -> str:
    """The id of the likelihood-ratio test that goes with a method of fitting."""
    return "likelihood-ratio" if method == "maximum likelihood" else "penalised likelihood-ratio"


def _occurring_levels(data: LogisticData, counts: IntArray) -> LogisticData:
    occurring = np.flatnonzero(counts)
    return replace(
        data,
        outcome=np.searchsorted(occurring, data.outcome),
        levels=tuple(data.levels[i] for i in occurring),
    )


def _solve_firth(design: Design) -> tuple[Solution, float]:
    """The penalised maximum, and that with all slopes held at 0 under the same penalty."""
    solution = solve_penalised(design.model, design.start)
    without, _ = maximise_penalised(design.model, design.start, np.arange(design.intercepts))
    if solution is None or without is None:
        return _unsolved(design), 0.0
    return solution, without.value


def _score_test(null: Moments, df: int, n: int, refusal: str | None) -> TestResult:
    if refusal is None and not invertible(null.information):
        refusal = "without the covariates nothing is uncertain: the offset decides every outcome"
    if refusal is not None:
        return TestResult("score", None, None, None, n, refusal)
    statistic = float(null.score @ np.linalg.solve(null.information, null.score))
    return _test("score", statistic, df, n, None)


def _wald_test(solution: Solution, slopes: IntArray, n: int, refusal: str | None) -> TestResult:
    if refusal is not None:
        return TestResult("wald", None, None, None, n, refusal)
    notes = (AT_THE_LIMIT,) if solution.separated else ()
    statistic = wald_statistic(solution, slopes)
    if statistic is None:
        return TestResult("wald", None, None, None, n, SINGULAR)
    return wald(statistic, len(slopes), n, notes)


def _overfitted(df: int, counts: IntArray) -> tuple[str, ...]:
    rarest = int(counts.min())
    if df < rarest:
        return ()
    return (f"{df} coefficients for {rarest} patients with the rarest outcome: the model is overfitted",)


def _coefficients(data: LogisticData) -> tuple[tuple[str, ...], tuple[Term, ...]]:
    """The names of the coefficients, and which of them each term has."""
    if data.kind != "multinomial":
        return data.columns, data.terms
    categories = data.levels[1:]
    names = tuple(f"{category}: {column}" for category in categories for column in data.columns)
    terms = tuple(
        Term(term.name, tuple(f"{category}: {column}" for category in categories for column in term.columns))
        for term in data.terms
    )
    return names, terms


def _intercept_names(data: LogisticData) -> tuple[str, ...]:
    if data.kind == "binary":
        return ("intercept",)
    if data.kind == "multinomial":
        return tuple(f"{category}: intercept" for category in data.levels[1:])
    return tuple(f"up to {category}" for category in data.levels[:-1])


def _test(method: str, statistic: float, df: int, n: int, refusal: str | None) -> TestResult:
    if refusal is not None:
        return TestResult(method, None, None, None, n, refusal)
    statistic = max(float(statistic), 0.0)
    return TestResult(method, statistic, df, chi_square_p(statistic, df), n)


def _unsolved(design: Design) -> Solution:
    q = len(design.start)
    return Solution(
        model=design.model,
        theta=np.zeros(q),
        kept=np.arange(q),
        log_likelihood=-np.inf,
        information=np.zeros((q, q)),
        directions=np.zeros((0, q)),
        null=np.zeros((0, q)),
        lost=np.zeros(q, dtype=bool),
        iterations=0,
        converged=False,
    )


def _refused(data: LogisticData, method: Method, level: float, counts: tuple[int, ...]) -> LogisticFit:
    n = sum(counts)
    if not n:
        reason = "no patients"
    elif data.kind == "binary":
        reason = "no events" if counts[0] else "everybody had the event"
    else:
        reason = f"everybody has the same outcome: {data.levels[counts.index(n)]}"
    names, terms = _coefficients(data)
    intercepts = _intercept_names(data)
    return LogisticFit(
        names=names,
        terms=terms,
        intercept_names=intercepts,
        method=method,
        level=level,
        n=n,
        counts=counts,
        reasons=(reason,) * len(names),
        intercept_reasons=(reason,) * len(intercepts),
        log_likelihood=None,
        log_likelihood_null=None,
        penalised_log_likelihood=None,
        likelihood_ratio_test=_test(likelihood_ratio_id(method), 0.0, 0, n, reason),
        score_test=_test("score", 0.0, 0, n, reason),
        wald_test=_test("wald", 0.0, 0, n, reason),
        iterations=0,
        converged=False,
        data=data,
        design=None,
        solution=None,
        reason=reason,
    )
