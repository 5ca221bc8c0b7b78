"""The checks of the audit, in the order of a report: one idea a module, each with its `CHECK`."""

from crlm.evidence.audit.finding import Check

CHECKS: tuple[Check, ...] = ()

__all__ = ["CHECKS"]
