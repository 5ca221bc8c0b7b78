"""Propensity score weighting: weights, balance before and after, weighted differences and their variance."""

from crlm.statistics.weighting.balance import CovariateBalance, balance
from crlm.statistics.weighting.difference import WeightedDifference, bootstrap_difference, weighted_difference
from crlm.statistics.weighting.hazard import weighted_cox
from crlm.statistics.weighting.influence import contributions, sandwich
from crlm.statistics.weighting.propensity import (
    Estimand,
    Positivity,
    PropensityWeights,
    effective_sample_size,
    propensity_weights,
)

__all__ = [
    "CovariateBalance",
    "Estimand",
    "Positivity",
    "PropensityWeights",
    "WeightedDifference",
    "balance",
    "bootstrap_difference",
    "contributions",
    "effective_sample_size",
    "propensity_weights",
    "sandwich",
    "weighted_cox",
    "weighted_difference",
]
