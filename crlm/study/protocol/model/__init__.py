"""The protocol as frozen models: everything a study does is stated here before it runs.

These models are the published JSON Schema (`crlm schema protocol`); field descriptions are the reference manual.
Cross-references (does this endpoint's time column exist?) are checked in `check.py`, where they can name a line.
"""

from crlm.study.protocol.model.baseline import Baseline, Block, NumberSummary, Row, Summary, TestName
from crlm.study.protocol.model.common import Expression, Identifier, Probability, Unit, Unknown
from crlm.study.protocol.model.data import Check, Data, Derived, Relabel
from crlm.study.protocol.model.endpoint import Dates, Endpoint
from crlm.study.protocol.model.paired import Paired, PairedRow, PairedTest
from crlm.study.protocol.model.population import Comparison, Criterion, Population
from crlm.study.protocol.model.protocol import Protocol
from crlm.study.protocol.model.regression import Candidate, Confounder, Keep, Model, Subgroups
from crlm.study.protocol.model.study import Reporting, Study

__all__ = [
    "Baseline",
    "Block",
    "Candidate",
    "Check",
    "Comparison",
    "Confounder",
    "Criterion",
    "Data",
    "Dates",
    "Derived",
    "Endpoint",
    "Expression",
    "Identifier",
    "Keep",
    "Model",
    "NumberSummary",
    "Paired",
    "PairedRow",
    "PairedTest",
    "Population",
    "Probability",
    "Protocol",
    "Relabel",
    "Reporting",
    "Row",
    "Study",
    "Subgroups",
    "Summary",
    "TestName",
    "Unit",
    "Unknown",
]
