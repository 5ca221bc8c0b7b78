"""A study beside its paper: what the run found next to what was printed, and what the printed numbers determine."""

from crlm.study.compare.comparison import (
    ComparedNumber,
    ComparedRow,
    Comparison,
    as_json,
    compare,
    counts,
    main_rows,
)
from crlm.study.compare.recomputation import Recomputation
from crlm.study.compare.recompute import recomputations

__all__ = [
    "ComparedNumber",
    "ComparedRow",
    "Comparison",
    "Recomputation",
    "as_json",
    "compare",
    "counts",
    "main_rows",
    "recomputations",
]
