"""Is a whole factor associated with the outcome? One test per term, on as many df as it has coefficients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crlm.statistics.logistic.estimation import AT_THE_LIMIT, fit_data, likelihood_ratio_id
from crlm.statistics.logistic.firth import maximise_penalised
from crlm.statistics.logistic.model import LogisticFit
from crlm.statistics.logistic.robust import AT_A_LIMIT
from crlm.statistics.logistic.solve import wald_statistic
from crlm.statistics.regression import SINGULAR, wald
from crlm.statistics.results import TestResult, chi_square_p


def term_wald_test(fit: LogisticFit, name: str) -> TestResult:
    """Wald test that all coefficients of the term are 0: b' V^-1 b on one df per coefficient that is not aliased.

    A level without a finite estimate adds nothing to the statistic and keeps its degree of freedom; this is
    what R and SPSS print, as the limit of ever larger coefficients with ever larger standard errors. The
    result carries a note then: `term_likelihood_ratio_test` is the better test. `KeyError` when there is no
    such term.
    """
    places = [fit.names.index(one) for one in fit.term(name).columns]
    reasons = [fit.reasons[i] for i in places]
    first = next((one for one in reasons if one is not None), None)
    solution = fit.solution
    if solution is None or all(one is not None for one in reasons):
        return TestResult("wald", None, None, None, fit.n, first)
    where = fit.place[places]
    where = where[where >= 0]
    statistic = wald_statistic(solution, where)
    if statistic is None:
        return TestResult("wald", None, None, None, fit.n, AT_A_LIMIT if solution.separated else SINGULAR)
    return wald(statistic, len(where), fit.n, (AT_THE_LIMIT,) if solution.lost[where].any() else ())


def term_likelihood_ratio_test(fit: LogisticFit, name: str) -> TestResult:
    """Likelihood-ratio test of the term: twice the rise over the model without it, which is fitted here.

    It is defined even where levels have no finite estimate. With Firth's method both log-likelihoods carry
    the penalty of the full model (the term's coefficients are held at 0), as in Heinze & Schemper 2002.
    `KeyError` when there is no such term.
    """
    term = fit.term(name)
    places = [fit.names.index(one) for one in term.columns]
    method = likelihood_ratio_id(fit.method)

    def undefined(reason: str | None) -> TestResult:
        return TestResult(method, None, None, None, fit.n, reason)

    if fit.solution is None or fit.design is None:
        return undefined(fit.reasons[places[0]])
    if fit.solution.robust is not None:
        return undefined("not defined with a robust variance: use the Wald test")
    where = fit.place[places]
    where = where[where >= 0]
    if not len(where):
        return undefined(fit.reasons[places[0]])
    if fit.method == "firth":
        held = fit.solution.theta.copy()
        held[where] = 0.0
        free = np.setdiff1d(np.arange(len(held)), where)
        best, _ = maximise_penalised(fit.solution.model, held, free)
        without = None if best is None else best.value
        df = len(where)
    else:
        smaller = _without(fit, name)
        without = smaller.log_likelihood
        df = _parameters(fit) - _parameters(smaller)
    if without is None:
        return undefined(f"without {name}: the iterations did not converge")
    if not df:
        return undefined(f"the other terms determine {name}")
    statistic = max(2.0 * (fit.solution.maximum - without), 0.0)
    return TestResult(method, statistic, df, chi_square_p(statistic, df), fit.n)


def _without(fit: LogisticFit, name: str) -> LogisticFit:
    data = fit.data
    gone = next(term for term in data.terms if term.name == name)
    left = [j for j, column in enumerate(data.columns) if column not in gone.columns]
    smaller = replace(
        data,
        X=data.X[:, left],
        columns=tuple(data.columns[j] for j in left),
        terms=tuple(term for term in data.terms if term is not gone),
    )
    return fit_data(smaller, fit.method, fit.level)


def _parameters(fit: LogisticFit) -> int:
    return 0 if fit.design is None else len(fit.design.start)
