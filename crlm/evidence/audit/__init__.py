"""The audit: what is impossible or inconsistent in a published paper, from its printed numbers alone."""

from crlm.evidence.audit.finding import (
    SEVERITIES,
    Check,
    CheckResult,
    Explanation,
    Finding,
    NotRun,
    Quoted,
    Severity,
)
from crlm.evidence.audit.printed import Printed, printed
from crlm.evidence.audit.run import VERSION, Audit, Group, audit, grouped

__all__ = [
    "SEVERITIES",
    "VERSION",
    "Audit",
    "Check",
    "CheckResult",
    "Explanation",
    "Finding",
    "Group",
    "NotRun",
    "Printed",
    "Quoted",
    "Severity",
    "audit",
    "grouped",
    "printed",
]
