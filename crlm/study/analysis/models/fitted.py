"""A model on the complete cases of its covariates, and the effects that are read off it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crlm.statistics.proportional_hazards import ProportionalHazards
from crlm.statistics.results import Estimate, TestResult
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.covariates import Covariate, complete_cases, design, why_no_contrast
from crlm.study.analysis.models.kinds import Regression
from crlm.study.analysis.models.outcome import Outcome
from crlm.study.protocol.model import Model

if TYPE_CHECKING:
    from crlm.study.analysis.models.kinds import Fit


@dataclass(frozen=True)
class Analysis:
    """What every model of one declaration shares: the outcome, the kind of regression, the clusters."""

    outcome: Outcome
    regression: Regression[Any]
    model: Model
    cluster: np.ndarray | None

    def fit(self, covariates: Sequence[Covariate], rows: np.ndarray | None = None) -> Fitted:
        """Fit the covariates on their complete cases, or on given records (places in the outcome's arrays)."""
        if rows is None:
            rows = np.flatnonzero(complete_cases(covariates, self.outcome.n))
        X, names, terms = design(covariates, rows)
        fit = self.regression.fit(X, names, terms, rows)
        robust = None if self.cluster is None else self.regression.robust(fit, self.cluster[rows])
        ratios = self.regression.ratios(fit)
        hazards = self.regression.hazards(fit)
        return Fitted(fit, tuple(covariates), rows, ratios, hazards, robust, self)

    def overall(self, fitted: Fitted, name: str) -> TestResult:
        """The overall test of a covariate in a model, of the declared kind."""
        return self.regression.overall(fitted.fit, name)


@dataclass(frozen=True)
class Fitted:
    """A fit with its records, its ratios (a column each) and its test of proportional hazards."""

    fit: Fit
    covariates: tuple[Covariate, ...]
    rows: np.ndarray
    ratios: tuple[Estimate, ...]
    hazards: ProportionalHazards | None
    robust: Fit | None
    analysis: Analysis

    @property
    def n(self) -> int:
        """Records in the model."""
        return int(self.rows.size)

    @property
    def events(self) -> int:
        """Events in the model."""
        return self.analysis.regression.events(self.rows)

    def column(self, one: Covariate, level: str | None = None) -> int:
        """The place of the column of a number, or of a level."""
        return self.fit.names.index(one.variable.name if level is None else f"{one.variable.name}={level}")

    def effect(self, one: Covariate, level: str | None = None) -> document.Effect:
        """The ratio, coefficient and Wald test of a number, or of a level against the reference."""
        place = self.column(one, level)
        reason = None if level is None else self._why_no_contrast(one, level)
        if reason is not None:
            p = wording.no_test("wald", self.fit.n, reason)
            return self._effect(wording.no_interval(reason, self.fit.level), None, None, p, None)
        coefficient = self.fit.coefficients[place]
        return self._effect(
            wording.interval(self.ratios[place]),
            wording.finite(coefficient.value),
            wording.finite(coefficient.standard_error),
            wording.test(self.fit.wald_tests[place]),
            self._robust(place),
        )

    def _effect(
        self,
        ratio: document.Interval,
        coefficient: float | None,
        error: float | None,
        p: document.Test,
        robust: document.RobustEffect | None,
    ) -> document.Effect:
        odds = self.analysis.regression.ratio == "odds ratio"
        return document.Effect(
            hazard_ratio=None if odds else ratio,
            odds_ratio=ratio if odds else None,
            coefficient=coefficient,
            standard_error=error,
            p=p,
            robust=robust,
        )

    def _robust(self, place: int) -> document.RobustEffect | None:
        if self.robust is None:
            return None
        coefficient = self.robust.coefficients[place]
        ratios = self.robust.odds_ratios if hasattr(self.robust, "odds_ratios") else self.robust.hazard_ratios
        return document.RobustEffect(
            ratio=wording.interval(ratios[place]),
            standard_error=wording.finite(coefficient.standard_error),
            p=wording.test(self.robust.wald_tests[place]),
        )

    def _why_no_contrast(self, one: Covariate, level: str) -> str | None:
        if self.fit.reason is not None:  # no model at all, and the fit says why
            return None
        outcome = self.analysis.outcome
        return why_no_contrast(one, level, one.index[self.rows], outcome.at_risk(self.rows), outcome.words)
