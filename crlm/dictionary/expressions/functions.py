"""The functions of the language: what each takes, and what other languages call it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """A function's name, an example of its use, and how many arguments it takes (None: any number)."""

    name: str
    usage: str
    least: int
    most: int | None


FUNCTIONS: dict[str, Function] = {
    one.name: one
    for one in (
        Function("known", "known(x)", 1, 1),
        Function("missing", "missing(x)", 1, 1),
        Function("min", "min(a, b)", 2, None),
        Function("max", "max(a, b)", 2, None),
        Function("abs", "abs(x)", 1, 1),
        Function("points", "points(condition)", 1, 1),
        Function("when", "when(condition, value, otherwise)", 2, 3),
        Function("includes", "includes(x, 'a')", 2, None),
        Function("between", "between(x, low, high)", 3, 3),
        Function("cut", "cut(x, [3, 5], ['small', 'middle', 'large'], side='right')", 3, 3),
    )
}

ELSEWHERE: dict[str, str] = {
    "isnull": "missing", "is_null": "missing", "isna": "missing", "isnan": "missing", "sysmis": "missing",
    "is_missing": "missing",
    "contains": "includes", "has": "includes", "any_of": "includes",
    "notna": "known", "notnull": "known", "is_known": "known",
    "if": "when", "ifelse": "when", "if_else": "when", "iif": "when", "case_when": "when", "where": "when",
    "pmin": "min", "least": "min", "pmax": "max", "greatest": "max", "range": "between", "recode": "when",
    "categorise": "cut", "categorize": "cut", "qcut": "cut", "as_integer": "points", "int": "points",
}  # fmt: skip
"""Names that other languages give to our functions."""
