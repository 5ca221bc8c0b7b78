"""Multiple imputation: `impute` completes a table m times, `fit_and_pool` pools what is fitted to it."""

from crlm.statistics.imputation.curve_pooling import pool_medians, pool_survival_probabilities
from crlm.statistics.imputation.imputations import (
    CompletedData,
    Imputations,
    LeftOut,
    Trace,
    VariableReport,
)
from crlm.statistics.imputation.impute import impute
from crlm.statistics.imputation.outcome import survival_outcome
from crlm.statistics.imputation.pooled_fit import (
    FittedCoefficients,
    PooledFit,
    compare_nested,
    failed_fit,
    fit_and_pool,
    fitted_coefficients,
    pool_fits,
    pooled_term_test,
)
from crlm.statistics.imputation.rubin import PooledEstimate, pool_estimates
from crlm.statistics.imputation.several_parameters import (
    PooledTest,
    pool_chi_squares,
    pool_likelihood_ratio,
    pool_wald,
)
from crlm.statistics.imputation.variables import Variable

__all__ = [
    "CompletedData",
    "FittedCoefficients",
    "Imputations",
    "LeftOut",
    "PooledEstimate",
    "PooledFit",
    "PooledTest",
    "Trace",
    "Variable",
    "VariableReport",
    "compare_nested",
    "failed_fit",
    "fit_and_pool",
    "fitted_coefficients",
    "impute",
    "pool_chi_squares",
    "pool_estimates",
    "pool_fits",
    "pool_likelihood_ratio",
    "pool_medians",
    "pool_survival_probabilities",
    "pool_wald",
    "pooled_term_test",
    "survival_outcome",
]
