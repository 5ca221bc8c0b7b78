"""Small expressions over variables: `age >= 70 and not bilobar`; parsed, checked, evaluated, put into words.

The language is described, with its tested examples, in docs/reference/expressions.md.
"""

from crlm.dictionary.expressions.frame import evaluate, to_polars
from crlm.dictionary.expressions.parse import parse
from crlm.dictionary.expressions.syntax import Expr, ExpressionError, Fault, names, names_of_values
from crlm.dictionary.expressions.types import Kind, check
from crlm.dictionary.expressions.words import in_words

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
