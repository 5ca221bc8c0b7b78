"""What a logistic model is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crlm.statistics.logistic.comparisons import IntArray
from crlm.statistics.logistic.design import Design, Kind
from crlm.statistics.logistic.solve import Solution
from crlm.statistics.regression import Term, exponential, single_wald_test, wald_estimate
from crlm.statistics.results import Estimate, TestResult
from crlm.statistics.times import FloatArray

Method = Literal["maximum likelihood", "firth"]


@dataclass(frozen=True, eq=False, repr=False)
class LogisticData:
    """What was analysed: outcome (n,) as the place in `levels`, X (n, p) as given, its columns and their terms.

    Of a binary outcome the levels are (False, True). weights, offset: (n,) or None.
    """

    kind: Kind
    outcome: IntArray
    levels: tuple[object, ...]
    X: FloatArray
    columns: tuple[str, ...]
    terms: tuple[Term, ...]
    weights: FloatArray | None
    offset: FloatArray | None


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """A fitted logistic model; coefficients are log odds ratios per unit of each column.

    Binary: odds of the event. Multinomial: odds of a category against the reference category, names are
    "category: column". Proportional odds: odds of a higher category, the same at every cutpoint; the intercepts
    are the cutpoints zeta in logit P(outcome <= k) = zeta_k - x'beta (as R's polr).

    counts: patients per level of the outcome. reasons, intercept_reasons: per coefficient, None when it is
    estimable, else why it is not. reason: why there is no model at all. log_likelihood is that of the estimates
    or, where some have no finite estimate, the limit it rises to; with case weights that sum to something other
    than patients it is a pseudo-likelihood. penalised_log_likelihood: what Firth's method maximises.
    iterations: Newton steps.
    """

    names: tuple[str, ...]
    terms: tuple[Term, ...]
    intercept_names: tuple[str, ...]
    method: Method
    level: float
    n: int
    counts: tuple[int, ...]
    reasons: tuple[str | None, ...]
    intercept_reasons: tuple[str | None, ...]
    log_likelihood: float | None
    log_likelihood_null: float | None
    penalised_log_likelihood: float | None
    likelihood_ratio_test: TestResult
    score_test: TestResult
    wald_test: TestResult
    iterations: int
    converged: bool
    data: LogisticData
    design: Design | None
    solution: Solution | None
    reason: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def estimable(self) -> tuple[bool, ...]:
        """Per coefficient, whether it has an estimate."""
        return tuple(reason is None for reason in self.reasons)

    @property
    def coefficients(self) -> tuple[Estimate, ...]:
        """Log odds ratio per column with Wald interval and standard error, or None and the reason."""
        if self.design is None or self.solution is None:
            return tuple(self._none(reason) for reason in self.reasons)
        combinations = np.zeros((len(self.names), len(self.solution.theta)))
        where = self.place
        known = np.flatnonzero(where >= 0)
        combinations[known, where[known]] = 1.0
        return self._estimates(combinations, self.reasons)

    @property
    def odds_ratios(self) -> tuple[Estimate, ...]:
        """Odds ratio per column: the exponential of the coefficient and its limits.

        `standard_error` is that of the coefficient (the log odds ratio).
        """
        return tuple(exponential(one) for one in self.coefficients)

    @property
    def intercepts(self) -> tuple[Estimate, ...]:
        """Intercepts or cutpoints, in the order of `intercept_names`, where all covariates are 0."""
        if self.design is None or self.solution is None:
            return tuple(self._none(reason) for reason in self.intercept_reasons)
        return self._estimates(self.design.intercept_combinations(), self.intercept_reasons)

    @property
    def wald_tests(self) -> tuple[TestResult, ...]:
        """Per coefficient the Wald test that the odds ratio is 1: (coefficient / standard error)^2 on 1 df."""
        return tuple(single_wald_test(one, self.n) for one in self.coefficients)

    @property
    def covariance(self) -> FloatArray:
        """Covariance of the coefficients that are estimable, in the order of `names`."""
        if self.solution is None:
            return np.zeros((0, 0))
        where = self.place[np.array(self.estimable, dtype=bool)]
        return self.solution.covariance_of(np.eye(len(self.solution.theta))[where])

    @property
    def deviance(self) -> float | None:
        """Minus twice the log-likelihood: the deviance from a model that predicts every patient exactly."""
        return None if self.log_likelihood is None else -2.0 * self.log_likelihood

    @property
    def null_deviance(self) -> float | None:
        """The deviance of the model without covariates."""
        return None if self.log_likelihood_null is None else -2.0 * self.log_likelihood_null

    @property
    def aic(self) -> float | None:
        """Akaike's criterion: deviance + 2 (coefficients + intercepts); None under a penalty."""
        if self.deviance is None or self.design is None or self.method == "firth":
            return None
        return self.deviance + 2.0 * len(self.design.start)

    @property
    def place(self) -> IntArray:
        """Where in the solution's theta each coefficient is, -1 for one that was left out."""
        return np.full(len(self.names), -1) if self.design is None else self.design.place.ravel()

    def term(self, name: str) -> Term:
        """The term of that name; `KeyError` when there is none."""
        return {one.name: one for one in self.terms}[name]

    def _estimates(self, combinations: FloatArray, reasons: tuple[str | None, ...]) -> tuple[Estimate, ...]:
        if self.solution is None:
            return tuple(self._none(reason) for reason in reasons)
        values = (combinations @ self.solution.theta).tolist()
        errors = self.solution.errors_of(combinations)
        return tuple(
            self._none(reason) if reason is not None else wald_estimate(b, error, self.level)
            for b, error, reason in zip(values, errors, reasons, strict=True)
        )

    def _none(self, reason: str | None) -> Estimate:
        return Estimate(None, None, None, self.level, reason=reason or "no model")
