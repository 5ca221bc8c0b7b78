"""What a Cox model is given and what it gives back."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.solve import Solution
from crlm.statistics.regression import (
    Term,
    exponential,
    robust_error,
    single_wald_test,
    wald_estimate,
)
from crlm.statistics.results import Estimate, TestResult
from crlm.statistics.times import BoolArray, FloatArray

Ties = Literal["efron", "breslow", "exact"]
Method = Literal["maximum likelihood", "firth"]


@dataclass(frozen=True, eq=False, repr=False)
class CoxData:
    """What was analysed: time, event, entry, stratum, weights, offset, patient (n,), X (n, p) as given.

    stratum is None with fewer than two strata; stratum_labels are the caller's, in the order of its numbers.
    """

    time: FloatArray
    event: BoolArray
    X: FloatArray
    stratum: IntArray | None
    entry: FloatArray | None
    weights: FloatArray | None
    offset: FloatArray | None = None
    patient: IntArray | None = None
    stratum_labels: tuple[Hashable, ...] = ()


@dataclass(frozen=True, eq=False)
class CoxFit:
    """A fitted Cox model. `cox` makes it; coefficients are log hazard ratios per unit of each column.

    reasons: per column, None when the coefficient is estimable, else why it is not. reason: why there is no
    model at all. n: rows given; n_at_risk: those at risk at one or more events (the others do not enter
    the likelihood; SPSS lists them as dropped). log_likelihood is that of the estimates or, when some have
    no finite estimate, the limit it rises to. penalised_log_likelihood: what Firth's method maximises.
    iterations: Newton steps.
    aliased: (s, p) the combinations of columns that are constant within each stratum.
    n_clusters, cluster: clusters of the robust variance and the number of that of each row (n,); None where the
    variance is that of the likelihood.
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
    aliased: FloatArray
    solution: Solution | None
    method: Method = "maximum likelihood"
    penalised_log_likelihood: float | None = None
    n_clusters: int | None = None
    cluster: IntArray | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def estimable(self) -> tuple[bool, ...]:
        """Per column, whether its coefficient has an estimate."""
        return tuple(reason is None for reason in self.reasons)

    @property
    def n_patients(self) -> int:
        """Different patients; without `patient` each row is one."""
        return self.n if self.data.patient is None else len(np.unique(self.data.patient))

    @property
    def coefficients(self) -> tuple[Estimate, ...]:
        """Log hazard ratio per column with Wald interval and standard error, or None and the reason."""
        place = {} if self.solution is None else {int(j): i for i, j in enumerate(self.solution.kept)}
        return tuple(
            self._estimate(place[j])
            if reason is None and self.solution is not None
            else Estimate(None, None, None, self.level, reason=reason or "no model")
            for j, reason in enumerate(self.reasons)
        )

    @property
    def hazard_ratios(self) -> tuple[Estimate, ...]:
        """Hazard ratio per column: the exponential of the coefficient and its limits.

        `standard_error` is that of the coefficient (the log hazard ratio).
        """
        return tuple(exponential(one) for one in self.coefficients)

    @property
    def wald_tests(self) -> tuple[TestResult, ...]:
        """Per column the Wald test that the hazard ratio is 1: (coefficient / standard error)^2 on 1 df."""
        return tuple(single_wald_test(one, self.n) for one in self.coefficients)

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

    def _estimate(self, i: int) -> Estimate:
        solution = self.solution
        assert solution is not None
        error = robust_error(solution.covariance[i, i], solution.model_covariance[i, i])
        return wald_estimate(float(solution.beta[i]), error, self.level)
