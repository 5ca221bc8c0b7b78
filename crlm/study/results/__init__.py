"""The results document: every number of a study, with its denominator, its method and where it came from.

A run writes one of these as `results.json`; tables, figures and reports are renderings of it and compute nothing.
The models are the published JSON Schema (`crlm schema results`). Rules that hold everywhere:

- a number that does not exist is `null` beside a `reason` in words; there is no NaN and no infinity;
- percentages are 0 to 100 and stand beside their numerator and denominator; survival is a probability, 0 to 1;
- times are in the unit that their endpoint names; ratios (hazard ratios, odds ratios) are on the ratio scale;
- nothing is rounded: rounding belongs to the renderings.
"""

from crlm.study.results.baseline import (
    BaselineBlock,
    BaselineColumn,
    BaselineLevel,
    BaselineRow,
    BaselineTable,
    Count,
    NumberSummary,
)
from crlm.study.results.document import SCHEMA_VERSION, ChecklistItem, Results, WordsSection
from crlm.study.results.numbers import Interval, Number, Test
from crlm.study.results.paired import PairedLevel, PairedRow, PairedTable, PairedValues
from crlm.study.results.population import Comparison, Flow, FlowStep, Group, Removed
from crlm.study.results.provenance import DataReference, Finding, Provenance, StudyInformation
from crlm.study.results.regression import (
    Clusters,
    ConfounderRule,
    Effect,
    Exposure,
    ExposureEffect,
    ExposureModel,
    Fit,
    ModelResult,
    Ratio,
    RobustEffect,
    Role,
    SelectionStep,
    Stage,
    Term,
    TermLevel,
)
from crlm.study.results.subgroups import SubgroupGroup, SubgroupLevel, SubgroupResult, SubgroupVariable
from crlm.study.results.survival import (
    CumulativeIncidence,
    Curve,
    EndpointResult,
    IncidenceCurve,
    IncidenceLandmark,
    Landmark,
    ObservedExpected,
    RiskRow,
    RiskTable,
)

__all__ = [
    "SCHEMA_VERSION",
    "BaselineBlock",
    "BaselineColumn",
    "BaselineLevel",
    "BaselineRow",
    "BaselineTable",
    "ChecklistItem",
    "Clusters",
    "Comparison",
    "ConfounderRule",
    "Count",
    "CumulativeIncidence",
    "Curve",
    "DataReference",
    "Effect",
    "EndpointResult",
    "Exposure",
    "ExposureEffect",
    "ExposureModel",
    "Finding",
    "Fit",
    "Flow",
    "FlowStep",
    "Group",
    "IncidenceCurve",
    "IncidenceLandmark",
    "Interval",
    "Landmark",
    "ModelResult",
    "Number",
    "NumberSummary",
    "ObservedExpected",
    "PairedLevel",
    "PairedRow",
    "PairedTable",
    "PairedValues",
    "Provenance",
    "Ratio",
    "Removed",
    "Results",
    "RiskRow",
    "RiskTable",
    "RobustEffect",
    "Role",
    "SelectionStep",
    "Stage",
    "StudyInformation",
    "SubgroupGroup",
    "SubgroupLevel",
    "SubgroupResult",
    "SubgroupVariable",
    "Term",
    "TermLevel",
    "Test",
    "WordsSection",
]
