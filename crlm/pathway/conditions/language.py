"""The functions of conditions. The grammar is that of the dictionary's expressions."""

from __future__ import annotations

from functools import lru_cache

from crlm.dictionary.expressions.functions import Function
from crlm.dictionary.expressions.parse import parse_with
from crlm.dictionary.expressions.syntax import Call, Expr, Node, Text, every_node

FUNCTIONS: dict[str, Function] = {
    one.name: one
    for one in (
        Function("recorded", "recorded(x)", 1, 1),
        Function("known", "known(x)", 1, 1),
        Function("missing", "missing(x)", 1, 1),
        Function("certainly", "certainly(condition)", 1, 1),
        Function("possibly", "possibly(condition)", 1, 1),
        Function("undecided", "undecided(condition)", 1, 1),
        Function("met", "met('RES-04')", 1, 1),
        Function("not_met", "not_met('RES-04')", 1, 1),
        Function("label", "label('DER-01')", 1, 1),
        Function("sqrt", "sqrt(x)", 1, 1),
        Function("cut", "cut(x, [5, 10], ['few', 'some', 'many'], side='right')", 3, 3),
    )
}

PRESENCE = frozenset({"recorded", "known", "missing"})
"""Functions of an input (or of a named label) that ask whether it is known."""
OF_CONDITIONS = frozenset({"certainly", "possibly", "undecided"})
"""Functions of a condition that ask how far it is decided."""
OF_RULES = frozenset({"met", "not_met", "label"})
"""Functions of another rule, named by its id in quotes."""
TWO_VALUED = frozenset({"known", "missing", "label"}) | OF_CONDITIONS
"""Functions that make an answer of "not known": a rule that uses one says which words of the catalogue demand it."""


@lru_cache(maxsize=5000)
def parse(text: str) -> Expr:
    """The condition that a text says; an ExpressionError lists what cannot be understood. Names are not looked up."""
    return parse_with(text, FUNCTIONS)


def functions_used(expr: Expr) -> frozenset[str]:
    """The names of the functions in a condition."""
    return frozenset(node.function for node in every_node(expr.root) if isinstance(node, Call))


def rules_named(expr: Expr) -> frozenset[str]:
    """The ids of the rules that a condition asks for."""
    return frozenset(id_of(node) for node in every_node(expr.root) if is_of_rule(node))


def is_of_rule(node: Node) -> bool:
    """Whether a node asks for another rule."""
    return isinstance(node, Call) and node.function in OF_RULES and isinstance(node.arguments[0], Text)


def id_of(node: Node) -> str:
    """The id of the rule that `met('RES-04')` asks for."""
    assert isinstance(node, Call)
    named = node.arguments[0]
    assert isinstance(named, Text)
    return named.value
