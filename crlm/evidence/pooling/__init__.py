"""Published effects pooled, or not and why not: from the library or a user's table, with every number's origin."""

from crlm.evidence.pooling.document import pooling_document
from crlm.evidence.pooling.estimate import Estimate, LeftOut, Source, estimate_of_row, inverted, rescaled
from crlm.evidence.pooling.find import Found, by_question, by_rows, by_term
from crlm.evidence.pooling.overlap import Overlap, overlaps
from crlm.evidence.pooling.pooling import Pooling, Refusal, pool_estimates
from crlm.evidence.pooling.table import read_table

__all__ = [
    "Estimate",
    "Found",
    "LeftOut",
    "Overlap",
    "Pooling",
    "Refusal",
    "Source",
    "by_question",
    "by_rows",
    "by_term",
    "estimate_of_row",
    "inverted",
    "overlaps",
    "pool_estimates",
    "pooling_document",
    "read_table",
    "rescaled",
]
