"""Logistic regression: `logistic` (binary, also Firth), `multinomial_logistic`, `proportional_odds`."""

from crlm.statistics.logistic.fit import logistic, multinomial_logistic, proportional_odds
from crlm.statistics.logistic.model import LogisticFit
from crlm.statistics.logistic.predict import fitted_probabilities, predict, predict_categories
from crlm.statistics.logistic.profile import profile_coefficients, profile_odds_ratios
from crlm.statistics.logistic.robust import with_robust_variance
from crlm.statistics.logistic.terms import term_likelihood_ratio_test, term_wald_test

__all__ = [
    "LogisticFit",
    "fitted_probabilities",
    "logistic",
    "multinomial_logistic",
    "predict",
    "predict_categories",
    "profile_coefficients",
    "profile_odds_ratios",
    "proportional_odds",
    "term_likelihood_ratio_test",
    "term_wald_test",
    "with_robust_variance",
]
