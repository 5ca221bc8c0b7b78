"""What a Fine-Gray model gives back."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from crlm.statistics.competing_risks.fine_gray_solve import Solution
from crlm.statistics.competing_risks.subdistribution import SubdistributionData
from crlm.statistics.regression import (
    SINGULAR,
    Term,
    exponential,
    robust_error,
    single_wald_test,
    wald,
    wald_estimate,
    wald_statistic,
)
from crlm.statistics.results import Estimate, TestResult
from crlm.statistics.times import FloatArray

AT_THE_LIMIT = (
    "taken at the limit of the coefficients without a finite estimate, which keep their degrees of freedom"
)


@dataclass(frozen=True, eq=False)
class FineGrayFit:
    """A fitted Fine-Gray model. `fine_gray` makes it; coefficients are log subdistribution hazard ratios.

    reasons: per column, None when the coefficient is estimable, else why it is not. reason: why there is no model at
    all. n = n_events + n_competing + n_censored. log_likelihood is that of the pseudo-likelihood at the estimates
    or, when some have no finite estimate, the limit it rises to. robust: (q, q) the robust covariance of the columns
    in `solution.kept`. aliased: (s, p) the combinations of columns that are constant. strata: their labels, (None,)
    without. iterations: Newton steps.
    """

    cause: int
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    level: float
    n: int
    n_events: int
    n_competing: int
    n_censored: int
    reasons: tuple[str | None, ...]
    log_likelihood: float | None
    log_likelihood_null: float | None
    likelihood_ratio_test: TestResult
    wald_test: TestResult
    iterations: int
    converged: bool
    centre: FloatArray
    data: SubdistributionData
    solution: Solution | None
    robust: FloatArray
    aliased: FloatArray
    strata: tuple[Hashable, ...]
    reason: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def estimable(self) -> tuple[bool, ...]:
        """Per column, whether its coefficient has an estimate."""
        return tuple(reason is None for reason in self.reasons)

    @property
    def coefficients(self) -> tuple[Estimate, ...]:
        """Log subdistribution hazard ratio per column, robust interval and standard error, or the reason."""
        place = {} if self.solution is None else {int(j): i for i, j in enumerate(self.solution.kept)}
        return tuple(self._coefficient(j, place) for j in range(len(self.names)))

    @property
    def hazard_ratios(self) -> tuple[Estimate, ...]:
        """Subdistribution hazard ratio per column: the exponential of the coefficient and its limits.

        `standard_error` is that of the coefficient (the log ratio).
        """
        return tuple(exponential(one) for one in self.coefficients)

    @property
    def wald_tests(self) -> tuple[TestResult, ...]:
        """Per column the robust Wald test that the ratio is 1: (coefficient / standard error)^2 on 1 df."""
        return tuple(single_wald_test(one, self.n) for one in self.coefficients)

    @property
    def covariance(self) -> FloatArray:
        """Robust covariance of the coefficients that are estimable, in the order of `names`."""
        if self.solution is None:
            return np.zeros((0, 0))
        found = np.flatnonzero([self.estimable[j] for j in self.solution.kept])
        return self.robust[np.ix_(found, found)]

    def term(self, name: str) -> Term:
        """The term of that name; `KeyError` when there is none."""
        return {one.name: one for one in self.terms}[name]

    def term_wald_test(self, name: str) -> TestResult:
        """Robust Wald test that all coefficients of the term are 0, on one df per column not aliased.

        A level without a finite estimate adds nothing to the statistic and keeps its degree of freedom; a note
        says so. `KeyError` when there is no such term.
        """
        columns = [self.names.index(column) for column in self.term(name).columns]
        solution = self.solution
        if solution is None:
            return TestResult("wald", None, None, None, self.n, self.reason or self.reasons[columns[0]])
        inside = [i for i, j in enumerate(solution.kept.tolist()) if j in columns]
        elsewhere = np.delete(solution.null, columns, axis=1)
        shared = np.any(solution.null[:, columns] != 0.0, axis=1) & np.any(elsewhere != 0.0, axis=1)
        if not inside or shared.any():
            reasons = [self.reasons[j] for j in columns]
            return TestResult(
                "wald", None, None, None, self.n, next(one for one in reasons if one is not None)
            )
        place = np.ix_(inside, inside)
        statistic = wald_statistic(self.robust[place], solution.inverse[place], solution.beta[inside])
        if statistic is None:
            return TestResult("wald", None, None, None, self.n, SINGULAR)
        lost = bool(np.any(solution.lost[columns]))
        df = sum(j in solution.kept or bool(solution.lost[j]) for j in columns)
        return wald(statistic, df, self.n, (AT_THE_LIMIT,) if lost else ())

    def _coefficient(self, j: int, place: dict[int, int]) -> Estimate:
        reason, solution = self.reasons[j], self.solution
        if reason is not None or solution is None:
            return Estimate(None, None, None, self.level, None, reason or "no model")
        i = place[j]
        error = robust_error(float(self.robust[i, i]), float(solution.inverse[i, i]))
        return wald_estimate(float(solution.beta[i]), error, self.level)
