"""The report of an audit: a statistician's review of one paper's printed numbers, as a document."""

from crlm.evidence.audit.report.document import report
from crlm.evidence.audit.report.entries import Entry, entries
from crlm.evidence.audit.report.headlines import Headline, headlines

__all__ = ["Entry", "Headline", "entries", "headlines", "report"]
