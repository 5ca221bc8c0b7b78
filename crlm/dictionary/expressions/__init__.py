"""Small expressions over variables: `age >= 70 and not bilobar`; parsed, checked, evaluated, put into words.

The language is described, with its tested examples, in docs/reference/expressions.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crlm.dictionary.expressions.parse import parse
from crlm.dictionary.expressions.syntax import Expr, ExpressionError, Fault, names, names_of_values
from crlm.dictionary.expressions.types import Kind, check
from crlm.dictionary.expressions.words import in_words

if TYPE_CHECKING:
    from crlm.dictionary.expressions.frame import evaluate, to_polars

__all__ = [
    "Expr",
    "ExpressionError",
    "Fault",
    "Kind",
    "check",
    "evaluate",
    "in_words",
    "names",
    "names_of_values",
    "parse",
    "to_polars",
]


def __getattr__(name: str) -> Any:
    """`evaluate` and `to_polars` when they are asked for: whoever only parses does not load polars."""
    if name in ("evaluate", "to_polars"):
        from crlm.dictionary.expressions import frame

        return getattr(frame, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
