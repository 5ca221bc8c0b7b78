"""Meta-analysis: effects of studies pooled, what they differ by, and what the pooled effect rests on."""

from crlm.statistics.meta_analysis.effect_sizes import (
    StudyEffect,
    StudyEffects,
    effect_from_interval,
    effect_from_p,
    effects_from_counts,
)
from crlm.statistics.meta_analysis.from_counts import mantel_haenszel, peto
from crlm.statistics.meta_analysis.heterogeneity import Heterogeneity
from crlm.statistics.meta_analysis.meta_regression import MetaRegression, meta_regression
from crlm.statistics.meta_analysis.pooled import Pooled, pool
from crlm.statistics.meta_analysis.sensitivity import (
    Influence,
    Subgroups,
    cumulative,
    influence,
    leave_one_out,
    subgroups,
)
from crlm.statistics.meta_analysis.small_studies import Asymmetry, TrimAndFill, begg, egger, trim_and_fill

__all__ = [
    "Asymmetry",
    "Heterogeneity",
    "Influence",
    "MetaRegression",
    "Pooled",
    "StudyEffect",
    "StudyEffects",
    "Subgroups",
    "TrimAndFill",
    "begg",
    "cumulative",
    "effect_from_interval",
    "effect_from_p",
    "effects_from_counts",
    "egger",
    "influence",
    "leave_one_out",
    "mantel_haenszel",
    "meta_regression",
    "peto",
    "pool",
    "subgroups",
    "trim_and_fill",
]
