"""The checks of the audit, in the order of a report: one idea a module, each with its `CHECK`."""

from crlm.evidence.audit.checks import (
    counts_of_total,
    flow_arithmetic,
    group_sizes,
    percent_of_count,
    repeated,
    summaries,
)
from crlm.evidence.audit.finding import Check

CHECKS: tuple[Check, ...] = (
    percent_of_count.CHECK,
    counts_of_total.CHECK,
    group_sizes.CHECK,
    flow_arithmetic.CHECK,
    repeated.CHECK,
    summaries.CHECK,
)

__all__ = ["CHECKS"]
