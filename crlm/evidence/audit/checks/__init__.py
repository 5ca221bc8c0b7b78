"""The checks of the audit, in the order of a report: one idea a module, each with its `CHECK`."""

from crlm.evidence.audit.checks import counts_of_total, percent_of_count
from crlm.evidence.audit.finding import Check

CHECKS: tuple[Check, ...] = (
    percent_of_count.CHECK,
    counts_of_total.CHECK,
)

__all__ = ["CHECKS"]
