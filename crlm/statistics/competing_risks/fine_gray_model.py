"""What a Fine-Gray model gives back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crlm.statistics.competing_risks.fine_gray_solve import Solution
from crlm.statistics.competing_risks.subdistribution import SubdistributionData
from crlm.statistics.cox.model import Term
from crlm.statistics.results import Estimate, TestResult, chi_square_p, interval_multiplier
from crlm.statistics.times import FloatArray

AT_THE_LIMIT = (
    "taken at the limit of the coefficients without a finite estimate, which keep their degrees of freedom"
)
# A robust variance below this share of that from the information is rounding.
_SINGULAR = 1e-12
SINGULAR = "the robust variance is 0, too few patients contribute to it"


@dataclass(frozen=True, eq=False)
class FineGrayFit:
    """A fitted Fine-Gray model. `fine_gray` makes it; coefficients are log subdistribution hazard ratios.

    reasons: per column, None when the coefficient is estimable, else why it is not. reason: why there is no model at
    all. n = n_events + n_competing + n_censored. log_likelihood is that of the pseudo-likelihood at the estimates
    or, when some have no finite estimate, the limit it rises to. robust: (q, q) the robust covariance of the columns
    in `solution.kept`. aliased: (s, p) the combinations of columns that are constant. iterations: Newton steps.
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
    reason: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def estimable(self) -> tuple[bool, ...]:
        """Per column, whether its coefficient has an estimate."""
        return tuple(reason is None for reason in self.reasons)

    @property
    def coefficients(self) -> tuple[Estimate, ...]:
        """Log subdistribution hazard ratio per column, robust interval and standard error, or the reason."""
        return tuple(self._coefficient(found) for found in self._found())

    @property
    def hazard_ratios(self) -> tuple[Estimate, ...]:
        """Subdistribution hazard ratio per column: the exponential of the coefficient and its limits.

        `standard_error` is that of the coefficient (the log ratio).
        """
        return tuple(_exponential(one) for one in self.coefficients)

    @property
    def wald_tests(self) -> tuple[TestResult, ...]:
        """Per column the robust Wald test that the ratio is 1: (coefficient / standard error)^2 on 1 df."""
        return tuple(
            TestResult("wald", None, None, None, self.n, one.reason)
            if one.value is None or one.standard_error is None
            else wald((one.value / one.standard_error) ** 2, 1, self.n)
            for one in self.coefficients
        )

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

    def _coefficient(self, found: tuple[float, float | None] | str) -> Estimate:
        if isinstance(found, str):
            return Estimate(None, None, None, self.level, None, found)
        value, error = found
        if error is None:
            return Estimate(value, None, None, self.level, None, f"no interval: {SINGULAR}")
        reach = interval_multiplier(self.level) * error
        return Estimate(value, value - reach, value + reach, self.level, error)

    def _found(self) -> Iterator[tuple[float, float | None] | str]:
        """Per column the coefficient and its robust standard error (None where it is 0), or why there is none."""
        place = {} if self.solution is None else {int(j): i for i, j in enumerate(self.solution.kept)}
        for j, reason in enumerate(self.reasons):
            if reason is not None or self.solution is None:
                yield reason or "no model"
            else:
                i = place[j]
                variance = self.robust[i, i]
                positive = variance > _SINGULAR * self.solution.inverse[i, i]
                yield float(self.solution.beta[i]), math.sqrt(variance) if positive else None


def wald(statistic: float, df: int, n: int, notes: tuple[str, ...] = ()) -> TestResult:
    """A Wald test from its chi-square statistic."""
    return TestResult("wald", float(statistic), df, chi_square_p(statistic, df), n, notes=notes)


def wald_statistic(robust: FloatArray, inverse: FloatArray, beta: FloatArray) -> float | None:
    """The quadratic form beta' robust^-1 beta; None when the robust covariance is singular.

    `inverse`, that of the information, is the covariance it is compared with: what vanishes beside it is rounding.
    """
    root = np.sqrt(np.diagonal(inverse))
    scaled = robust / np.outer(root, root)
    if float(np.linalg.eigvalsh(scaled).min()) < _SINGULAR:
        return None
    return float(beta / root @ np.linalg.solve(scaled, beta / root))


def _exponential(coefficient: Estimate) -> Estimate:
    if coefficient.value is None:
        return coefficient
    lower, upper = (coefficient.value if x is None else x for x in (coefficient.lower, coefficient.upper))
    if max(abs(lower), abs(upper)) > 700.0:
        reason = "too large or too small to be written as a number: choose a larger or smaller unit"
        return Estimate(None, None, None, coefficient.level, coefficient.standard_error, reason)
    return Estimate(
        math.exp(coefficient.value),
        None if coefficient.lower is None else math.exp(lower),
        None if coefficient.upper is None else math.exp(upper),
        coefficient.level,
        coefficient.standard_error,
        coefficient.reason,
    )
