"""The checks of the audit, in the order of a report: one idea a module, each with its `CHECK`."""

from crlm.evidence.audit.checks import (
    counts_of_total,
    flow_arithmetic,
    group_sizes,
    percent_of_count,
    repeated,
    statement_parts,
    statement_ranges,
    statement_repeats,
    statement_shares,
    statement_survival,
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
    statement_shares.CHECK,
    statement_parts.CHECK,
    statement_survival.CHECK,
    statement_ranges.CHECK,
    statement_repeats.CHECK,
)

__all__ = ["CHECKS"]
