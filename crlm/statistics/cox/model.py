"""What a Cox model is given and what it gives back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.solve import Solution
from crlm.statistics.results import Estimate, TestResult, chi_square_p, interval_multiplier
from crlm.statistics.times import BoolArray, FloatArray

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True, slots=True)
class Term:
    """Columns that belong together and are tested together: a factor with k levels has k - 1 columns."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class CoxData:
    """What was analysed: time, event, entry, stratum, weights (n,), X (n, p), covariates as given."""

    time: FloatArray
    event: BoolArray
    X: FloatArray
    stratum: IntArray | None
    entry: FloatArray | None
    weights: FloatArray | None


@dataclass(frozen=True, eq=False)
class CoxFit:
    """A fitted Cox model. `cox` makes it; coefficients are log hazard ratios per unit of each column.

    reasons: per column, None when the coefficient is estimable, else why it is not. reason: why there is no
    model at all. n: patients given; n_at_risk: those at risk at one or more events (the others do not enter
    the likelihood; SPSS lists them as dropped). log_likelihood is that of the estimates or, when some have
    no finite estimate, the limit it rises to. iterations: Newton steps.
    """

    names: tuple[str, ...]
    terms: tuple[Term, ...]
    ties: Ties
    level: float
    n: int
    n_events: int
    n_at_risk: int
    reasons: tuple[str | None, ...]
    log_likelihood: float | None
    log_likelihood_null: float | None
    likelihood_ratio_test: TestResult
    score_test: TestResult
    wald_test: TestResult
    iterations: int
    converged: bool
    data: CoxData
    solution: Solution | None
    reason: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def estimable(self) -> tuple[bool, ...]:
        """Per column, whether its coefficient has an estimate."""
        return tuple(reason is None for reason in self.reasons)

    @property
    def coefficients(self) -> tuple[Estimate, ...]:
        """Log hazard ratio per column with Wald interval and standard error, or None and the reason."""
        times = interval_multiplier(self.level)
        return tuple(
            Estimate(None, None, None, self.level, reason=found)
            if isinstance(found, str)
            else Estimate(
                found[0], found[0] - times * found[1], found[0] + times * found[1], self.level, found[1]
            )
            for found in self._found()
        )

    @property
    def hazard_ratios(self) -> tuple[Estimate, ...]:
        """Hazard ratio per column: the exponential of the coefficient and its limits.

        `standard_error` is that of the coefficient (the log hazard ratio).
        """
        return tuple(_exponential(one) for one in self.coefficients)

    @property
    def wald_tests(self) -> tuple[TestResult, ...]:
        """Per column the Wald test that the hazard ratio is 1: (coefficient / standard error)^2 on 1 df."""
        return tuple(
            TestResult("wald", None, None, None, self.n, found)
            if isinstance(found, str)
            else wald((found[0] / found[1]) ** 2, 1, self.n)
            for found in self._found()
        )

    @property
    def covariance(self) -> FloatArray:
        """Covariance of the coefficients that are estimable, in the order of `names`."""
        if self.solution is None:
            return np.zeros((0, 0))
        found = np.flatnonzero([self.estimable[j] for j in self.solution.kept])
        return self.solution.covariance[np.ix_(found, found)]

    def term(self, name: str) -> Term:
        """The term of that name; `KeyError` when there is none."""
        return {one.name: one for one in self.terms}[name]

    def _found(self) -> Iterator[tuple[float, float] | str]:
        """Per column the coefficient and its standard error, or why there is none."""
        place = {} if self.solution is None else {int(j): i for i, j in enumerate(self.solution.kept)}
        for j, reason in enumerate(self.reasons):
            if reason is not None or self.solution is None:
                yield reason or "no model"
            else:
                i = place[j]
                yield float(self.solution.beta[i]), math.sqrt(self.solution.covariance[i, i])


def wald(statistic: float, df: int, n: int, notes: tuple[str, ...] = ()) -> TestResult:
    """A Wald test from its chi-square statistic."""
    return TestResult("wald", float(statistic), df, chi_square_p(statistic, df), n, notes=notes)


def _exponential(coefficient: Estimate) -> Estimate:
    if coefficient.value is None or coefficient.lower is None or coefficient.upper is None:
        return coefficient
    if max(abs(coefficient.lower), abs(coefficient.upper)) > 700.0:
        reason = "too large or too small to be written as a number: choose a larger or smaller unit"
        return Estimate(None, None, None, coefficient.level, coefficient.standard_error, reason)
    return Estimate(
        math.exp(coefficient.value),
        math.exp(coefficient.lower),
        math.exp(coefficient.upper),
        coefficient.level,
        coefficient.standard_error,
    )
