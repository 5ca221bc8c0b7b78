"""Cox's proportional hazards model: `cox` fits it, `CoxFit` holds it; what is asked of a fit has its own module."""

from crlm.statistics.cox.fit import cox
from crlm.statistics.cox.model import CoxFit
from crlm.statistics.cox.prediction import baseline_hazards, linear_predictors, predicted_survival
from crlm.statistics.cox.robust import with_robust_variance
from crlm.statistics.cox.start_stop import split_at
from crlm.statistics.cox.terms import (
    columns_likelihood_ratio_test,
    columns_wald_test,
    term_likelihood_ratio_test,
    term_wald_test,
)
from crlm.statistics.regression import Term

__all__ = [
    "CoxFit",
    "Term",
    "baseline_hazards",
    "columns_likelihood_ratio_test",
    "columns_wald_test",
    "cox",
    "linear_predictors",
    "predicted_survival",
    "split_at",
    "term_likelihood_ratio_test",
    "term_wald_test",
    "with_robust_variance",
]
