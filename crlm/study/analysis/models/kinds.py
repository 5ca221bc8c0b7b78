"""The kinds of regression behind one face: fit, test a covariate, read ratios off a fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from crlm.statistics.cox import CoxFit, cox, term_likelihood_ratio_test, term_wald_test
from crlm.statistics.proportional_hazards import ProportionalHazards, proportional_hazards_test
from crlm.statistics.regression import Term
from crlm.statistics.results import Estimate, TestResult
from crlm.study.analysis.models.outcome import Outcome
from crlm.study.protocol.model import Model
from crlm.study.results import Ratio

if TYPE_CHECKING:  # only the models that a protocol has are imported
    from crlm.statistics.competing_risks import FineGrayFit
    from crlm.statistics.logistic import LogisticFit

    Fit = CoxFit | FineGrayFit | LogisticFit

Kind = TypeVar("Kind")
"""What a kind of regression fits."""
NO_SCORE = "not defined for the pseudo-likelihood of a Fine-Gray model"
NO_CONCORDANCE = "not given for a Fine-Gray model"


class Regression(Protocol[Kind]):
    """A kind of regression of one outcome."""

    @property
    def ratio(self) -> Ratio:
        """What its ratios are called."""

    def fit(self, X: np.ndarray, names: Sequence[str], terms: Sequence[Term], rows: np.ndarray) -> Kind:
        """The model of some records (places in the outcome's arrays)."""

    def events(self, rows: np.ndarray) -> int:
        """Events among some records."""

    def informative(self, fit: Kind) -> int:
        """What limits how many coefficients a fit can carry: events, or the rarer of yes and no."""

    def overall(self, fit: Kind, name: str) -> TestResult:
        """The declared test of a covariate in a fit."""

    def ratios(self, fit: Kind) -> tuple[Estimate, ...]:
        """The ratio of each column with its interval."""

    def robust(self, fit: Kind, cluster: np.ndarray) -> Kind:
        """The same fit with a variance that allows for clusters."""

    def score(self, fit: Kind) -> TestResult:
        """The score test of the whole model."""

    def concordance(self, fit: Kind) -> Estimate:
        """How well the fit tells its own records apart."""

    def hazards(self, fit: Kind) -> ProportionalHazards | None:
        """The tests of proportional hazards; None where there are no hazards."""


@dataclass(frozen=True)
class CoxRegression:
    """Cox's model of an endpoint; competing events are censored."""

    outcome: Outcome
    model: Model
    level: float
    ratio: Ratio = "hazard ratio"

    def fit(self, X: np.ndarray, names: Sequence[str], terms: Sequence[Term], rows: np.ndarray) -> CoxFit:
        """See `Regression`."""
        time, event = self.outcome.time, self.outcome.event
        assert time is not None
        return cox(time[rows], event[rows], X, names, terms=terms, ties=self.model.ties, level=self.level)

    def events(self, rows: np.ndarray) -> int:
        """See `Regression`."""
        return int(self.outcome.event[rows].sum())

    def informative(self, fit: CoxFit) -> int:
        """See `Regression`."""
        return fit.n_events

    def overall(self, fit: CoxFit, name: str) -> TestResult:
        """See `Regression`."""
        test = term_likelihood_ratio_test if self.model.p == "likelihood-ratio" else term_wald_test
        return test(fit, name)

    def ratios(self, fit: CoxFit) -> tuple[Estimate, ...]:
        """See `Regression`."""
        if self.model.interval == "profile":
            from crlm.statistics.cox.profile import profile_hazard_ratios

            return profile_hazard_ratios(fit)
        return fit.hazard_ratios

    def robust(self, fit: CoxFit, cluster: np.ndarray) -> CoxFit:
        """See `Regression`."""
        from crlm.statistics.cox import with_robust_variance

        return with_robust_variance(fit, cluster=cluster)

    def score(self, fit: CoxFit) -> TestResult:
        """See `Regression`."""
        return fit.score_test

    def concordance(self, fit: CoxFit) -> Estimate:
        """See `Regression`."""
        from crlm.statistics.concordance import model_concordance

        return model_concordance(fit).estimate

    def hazards(self, fit: CoxFit) -> ProportionalHazards | None:
        """See `Regression`."""
        return proportional_hazards_test(fit, transform=self.model.proportional_hazards)


@dataclass(frozen=True)
class FineGrayRegression:
    """Fine and Gray's model of an endpoint: those with a competing event stay at risk."""

    outcome: Outcome
    level: float
    ratio: Ratio = "subdistribution hazard ratio"

    def fit(
        self, X: np.ndarray, names: Sequence[str], terms: Sequence[Term], rows: np.ndarray
    ) -> FineGrayFit:
        """See `Regression`."""
        from crlm.statistics.competing_risks import fine_gray

        time, competing = self.outcome.time, self.outcome.competing
        assert time is not None and competing is not None
        cause = np.where(self.outcome.event, 1, np.where(competing, 2, 0))
        return fine_gray(time[rows], cause[rows], 1, X, names, terms=terms, level=self.level)

    def events(self, rows: np.ndarray) -> int:
        """See `Regression`."""
        return int(self.outcome.event[rows].sum())

    def informative(self, fit: FineGrayFit) -> int:
        """See `Regression`."""
        return fit.n_events

    def overall(self, fit: FineGrayFit, name: str) -> TestResult:
        """See `Regression`."""
        return fit.term_wald_test(name)

    def ratios(self, fit: FineGrayFit) -> tuple[Estimate, ...]:
        """See `Regression`."""
        return fit.hazard_ratios

    def robust(self, fit: FineGrayFit, cluster: np.ndarray) -> FineGrayFit:
        """Not there: a protocol with both is refused."""
        raise ValueError("a Fine-Gray model has no clusters")

    def score(self, fit: FineGrayFit) -> TestResult:
        """See `Regression`."""
        return TestResult("score", None, None, None, fit.n, NO_SCORE)

    def concordance(self, fit: FineGrayFit) -> Estimate:
        """See `Regression`."""
        return Estimate(None, None, None, fit.level, reason=NO_CONCORDANCE)

    def hazards(self, fit: FineGrayFit) -> ProportionalHazards | None:
        """See `Regression`."""
        return None


@dataclass(frozen=True)
class LogisticRegression:
    """The logistic model of an outcome that is yes or no."""

    outcome: Outcome
    model: Model
    level: float
    ratio: Ratio = "odds ratio"

    def fit(
        self, X: np.ndarray, names: Sequence[str], terms: Sequence[Term], rows: np.ndarray
    ) -> LogisticFit:
        """See `Regression`."""
        from crlm.statistics.logistic import logistic

        return logistic(self.outcome.event[rows], X, names, terms=terms, level=self.level)

    def events(self, rows: np.ndarray) -> int:
        """See `Regression`."""
        return int(self.outcome.event[rows].sum())

    def informative(self, fit: LogisticFit) -> int:
        """See `Regression`."""
        return min(fit.counts)

    def overall(self, fit: LogisticFit, name: str) -> TestResult:
        """See `Regression`."""
        from crlm.statistics import logistic

        if self.model.p == "likelihood-ratio":
            return logistic.term_likelihood_ratio_test(fit, name)
        return logistic.term_wald_test(fit, name)

    def ratios(self, fit: LogisticFit) -> tuple[Estimate, ...]:
        """See `Regression`."""
        if self.model.interval == "profile":
            from crlm.statistics.logistic import profile_odds_ratios

            return profile_odds_ratios(fit)
        return fit.odds_ratios

    def robust(self, fit: LogisticFit, cluster: np.ndarray) -> LogisticFit:
        """See `Regression`."""
        from crlm.statistics.logistic import with_robust_variance

        return with_robust_variance(fit, cluster=cluster)

    def score(self, fit: LogisticFit) -> TestResult:
        """See `Regression`."""
        return fit.score_test

    def concordance(self, fit: LogisticFit) -> Estimate:
        """The area under the ROC curve, which is the concordance of a binary outcome."""
        from crlm.statistics.logistic import fitted_probabilities
        from crlm.statistics.performance.binary_calibration import binary_auc

        if fit.solution is None:
            return Estimate(None, None, None, fit.level, reason=fit.reason or "no model")
        return binary_auc(fit.data.outcome == 1, _without_noise(fitted_probabilities(fit)), level=fit.level)

    def hazards(self, fit: LogisticFit) -> ProportionalHazards | None:
        """See `Regression`."""
        return None


def _without_noise(risk: np.ndarray) -> np.ndarray:
    """Risks as places in their order, those that differ by nothing but rounding sharing one: they must tie."""
    distinct, place = np.unique(risk, return_inverse=True)
    step = np.diff(distinct, prepend=-1.0) > 1e-9 * distinct
    found: np.ndarray = np.cumsum(step)[place].astype(np.float64)
    return found


def regression_of(outcome: Outcome, model: Model, level: float) -> Regression[Any]:
    """The kind of regression that a model declares."""
    if model.type == "logistic":
        return LogisticRegression(outcome, model, level)
    if model.competing == "fine-gray":
        return FineGrayRegression(outcome, level)
    return CoxRegression(outcome, model, level)
