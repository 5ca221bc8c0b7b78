"""Is a whole factor associated with the outcome? One test per term, on as many df as it has columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crlm.statistics.cox.firth import maximise_penalised
from crlm.statistics.cox.fit import AT_THE_LIMIT, fit_data, likelihood_ratio_id
from crlm.statistics.cox.model import CoxFit
from crlm.statistics.regression import SINGULAR, Term, wald, wald_statistic
from crlm.statistics.results import TestResult, chi_square_p


def term_wald_test(fit: CoxFit, name: str) -> TestResult:
    """Wald test that all coefficients of the term are 0: b' V^-1 b on one df per column that is not aliased.

    A level without a finite estimate adds nothing to the statistic and keeps its degree of freedom; this is
    what R and SPSS print, as the limit of ever larger coefficients with ever larger standard errors. The
    result carries a note then: `term_likelihood_ratio_test` is the better test. `KeyError` when there is no
    such term.
    """
    return columns_wald_test(fit, fit.term(name).columns)


def columns_wald_test(fit: CoxFit, names: Sequence[str]) -> TestResult:
    """Wald test that the coefficients of these columns are all 0, as `term_wald_test`; they need not be a term.

    For example the columns of a spline but the first: the test of nonlinearity. `ValueError` for unknown columns.
    """
    columns, solution = _places(fit, names), fit.solution
    if solution is None:
        return TestResult("wald", None, None, None, fit.n, fit.reasons[columns[0]])
    kept = solution.places_of(columns)
    if not kept.size:
        reasons = [fit.reasons[j] for j in columns]
        return TestResult("wald", None, None, None, fit.n, next(one for one in reasons if one is not None))
    place = np.ix_(kept, kept)
    statistic = wald_statistic(
        solution.covariance[place], solution.model_covariance[place], solution.beta[kept]
    )
    if statistic is None:
        return TestResult("wald", None, None, None, fit.n, SINGULAR)
    lost = np.any(solution.lost[columns])
    df = sum(j in solution.kept or bool(solution.lost[j]) for j in columns)
    return wald(statistic, df, fit.n, (AT_THE_LIMIT,) if lost else ())


def term_likelihood_ratio_test(fit: CoxFit, name: str) -> TestResult:
    """Likelihood-ratio test of the term: twice the rise over the model without it, which is fitted here.

    It is defined even where levels have no finite estimate. `KeyError` when there is no such term.
    """
    return columns_likelihood_ratio_test(fit, fit.term(name).columns)


def columns_likelihood_ratio_test(fit: CoxFit, names: Sequence[str]) -> TestResult:
    """Likelihood-ratio test of these columns, as `term_likelihood_ratio_test`; they need not be a term."""
    columns = _places(fit, names)
    if fit.log_likelihood is None or fit.solution is None:
        return TestResult("likelihood-ratio", None, None, None, fit.n, fit.reasons[columns[0]])
    if fit.n_clusters is not None:
        return fit.likelihood_ratio_test
    if fit.method == "firth":
        return _penalised_test(fit, columns)
    without = _without(fit, columns)
    listed = ", ".join(names)
    if without.log_likelihood is None:
        return TestResult("likelihood-ratio", None, None, None, fit.n, f"without {listed}: {without.reason}")
    df = _rank(fit) - _rank(without)
    if not df:
        return TestResult("likelihood-ratio", None, None, None, fit.n, f"the other terms determine {listed}")
    statistic = max(2.0 * (fit.log_likelihood - without.log_likelihood), 0.0)
    return TestResult("likelihood-ratio", statistic, df, chi_square_p(statistic, df), fit.n)


def _penalised_test(fit: CoxFit, columns: list[int]) -> TestResult:
    """With the penalty of the full model in both likelihoods (Heinze & Schemper 2001)."""
    method, solution = likelihood_ratio_id(fit.method), fit.solution
    if solution is None or solution.penalised is None or not np.isin(solution.kept, columns).any():
        return TestResult(method, None, None, None, fit.n, fit.reasons[columns[0]])
    free = np.flatnonzero(~np.isin(solution.kept, columns))
    start = np.zeros(len(solution.kept))
    best, _ = maximise_penalised(solution.sets, start, free)
    if best is None:
        return TestResult(method, None, None, None, fit.n, "no convergence without these columns")
    df = len(start) - len(free)
    statistic = max(2.0 * (solution.penalised - best.value), 0.0)
    return TestResult(method, statistic, df, chi_square_p(statistic, df), fit.n)


def _places(fit: CoxFit, names: Sequence[str]) -> list[int]:
    unknown = [name for name in names if name not in fit.names]
    if unknown or not names:
        raise ValueError(f"columns were {list(names)}; they are some of {list(fit.names)}")
    return [fit.names.index(name) for name in names]


def _without(fit: CoxFit, columns: list[int]) -> CoxFit:
    left = [j for j in range(len(fit.names)) if j not in columns]
    data = replace(fit.data, X=fit.data.X[:, left])
    names = tuple(fit.names[j] for j in left)
    terms = tuple(
        Term(one.name, rest) for one in fit.terms if (rest := tuple(c for c in one.columns if c in names))
    )
    return fit_data(data, names, terms, fit.ties, fit.level, fit.method)


def _rank(fit: CoxFit) -> int:
    """Degrees of freedom of the model: columns that are not aliased."""
    df = fit.likelihood_ratio_test.df
    return 0 if df is None else int(df)
