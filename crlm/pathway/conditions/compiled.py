"""A checked condition as a function of the facts of a case: true, false or unknown (None)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

from crlm.dictionary.expressions.syntax import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Cut,
    Expr,
    Literals,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Text,
    Truth,
)
from crlm.dictionary.expressions.types import iso_date
from crlm.pathway.conditions.language import id_of
from crlm.pathway.conditions.values import (
    EXACT,
    Comparable,
    OneOf,
    Span,
    Value,
    compare,
    flipped,
    less,
    negative,
    plus,
    times,
)


class Facts(Protocol):
    """What a condition asks of a case: the values of inputs, and the results of definitions and other rules."""

    values: Mapping[str, Value]

    def definition(self, name: str) -> bool | None:
        """The result of a shared condition."""

    def named_label(self, name: str) -> str | None:
        """A label under the name that a label rule gives it; None when the label means unknown."""

    def condition_of(self, rule: str) -> bool | None:
        """The result of a rule's condition, whatever its gate."""

    def label_of(self, rule: str) -> str:
        """A rule's label without flags."""


Answer: TypeAlias = Callable[[Any], bool | None]
"""Of `Facts`; spelt `Any` so that calls stay cheap to type and to make."""
Reader: TypeAlias = Callable[[Any], Any]


def compiled(expr: Expr, inputs: frozenset[str], named_labels: frozenset[str]) -> Answer:
    """The condition as a function of `Facts`. It has been checked; other bare names are definitions."""
    return Compiler(inputs, named_labels).condition(expr.root)


def compiled_value(expr: Expr, inputs: frozenset[str], named_labels: frozenset[str]) -> Reader:
    """A computed value as a function of `Facts`: a number, a label of `cut`, or None."""
    compiler = Compiler(inputs, named_labels)
    return compiler.value(expr.root)


class Compiler:
    """Turns nodes into functions of `Facts`, one method per kind of result."""

    def __init__(self, inputs: frozenset[str], named_labels: frozenset[str]) -> None:
        self.inputs = inputs
        self.named_labels = named_labels

    def condition(self, node: Node) -> Answer:
        """A node that is true, false or unknown."""
        match node:
            case And(parts):
                return _all(tuple(self.condition(part) for part in parts))
            case Or(parts):
                return _any(tuple(self.condition(part) for part in parts))
            case Not(value):
                inner = self.condition(value)
                return lambda facts: flipped(inner(facts))
            case Comparison():
                return self._comparison(node)
            case Membership():
                return self._membership(node)
            case Call():
                return self._call(node)
            case Name(name):
                return lambda facts: facts.definition(name)
            case Truth(truth):
                return lambda facts: truth
            case _:  # pragma: no cover - refused by the check
                raise AssertionError(node)

    def _comparison(self, node: Comparison) -> Answer:
        sign = node.sign
        if isinstance(node.left, Name) and node.left.name in self.inputs:
            if isinstance(node.right, Number):
                return _of_number(node.left.name, sign, _decimal(node.right.value))
            if isinstance(node.right, Text) and sign in SAME and iso_date(node.right.value) is None:
                return _of_level(node.left.name, sign, node.right.value)
        left, right = self._side(node.left, node.right), self._side(node.right, node.left)
        return lambda facts: compare(sign, left(facts), right(facts))

    def _side(self, node: Node, other: Node) -> Reader:
        """A side of a comparison; a text beside anything else may be a date."""
        if isinstance(node, Text) and not isinstance(other, Text):
            text, date = node.value, iso_date(node.value)
            if date is not None:  # levels are names, and no name is a date
                return lambda facts: date
            return lambda facts: text
        return self.value(node)

    def _membership(self, node: Membership) -> Answer:
        subject = self.value(node.subject)
        listed = frozenset(_literal(value) for value in node.values)
        negated = node.negated

        def answer(facts: Facts) -> bool | None:
            found = _within(subject(facts), listed)
            return flipped(found) if negated else found

        return answer

    def _call(self, node: Call) -> Answer:
        if node.function in ("certainly", "possibly", "undecided"):
            inner = self.condition(node.arguments[0])
            return _HOW_FAR[node.function](inner)
        if node.function in ("met", "not_met"):
            rule = id_of(node)
            if node.function == "met":
                return lambda facts: facts.condition_of(rule)
            return lambda facts: flipped(facts.condition_of(rule))
        asked = self.value(node.arguments[0])
        if node.function == "recorded":
            return lambda facts: True if asked(facts) is not None else None
        if node.function == "known":
            return lambda facts: asked(facts) is not None
        assert node.function == "missing", node
        return lambda facts: asked(facts) is None

    def value(self, node: Node) -> Reader:
        """A node that is a number, a level or a date, None when unknown."""
        match node:
            case Number() | Text():
                constant = _literal(node)
                return lambda facts: constant
            case Name(name):
                if name in self.named_labels:
                    return lambda facts: facts.named_label(name)
                return lambda facts: facts.values.get(name)
            case Negative(value):
                inner = self.value(value)
                return lambda facts: None if (x := inner(facts)) is None else negative(x)
            case Arithmetic():
                return self._arithmetic(node)
            case Call("label"):
                rule = id_of(node)
                return lambda facts: facts.label_of(rule)
            case Call("sqrt", arguments):
                root = self.value(arguments[0])
                return lambda facts: x.sqrt(FOR_DISPLAY) if isinstance(x := root(facts), Decimal) else None
            case Cut():
                return self._cut(node)
            case _:  # pragma: no cover - refused by the check
                raise AssertionError(node)

    def _arithmetic(self, node: Arithmetic) -> Reader:
        left, right, work = self.value(node.left), self.value(node.right), _ARITHMETIC[node.sign]

        def result(facts: Facts) -> Comparable:
            a, b = left(facts), right(facts)
            return None if a is None or b is None else work(a, b)

        return result

    def _cut(self, node: Cut) -> Reader:
        value, labels = self.value(node.value), node.labels
        points = tuple(_decimal(point) for point in node.points)
        above = less if node.side == "right" else lambda point, x: flipped(less(x, point))

        def band(facts: Facts) -> str | None:
            x = value(facts)
            if x is None:
                return None
            passed = [above(point, x) for point in points]
            return None if None in passed else labels[sum(map(bool, passed))]

        return band


FOR_DISPLAY = EXACT.copy()
FOR_DISPLAY.prec = 17
"""A root is for display: as many digits as a double shows."""


def _decimal(value: int | float) -> Decimal:
    """A number as it was written: 19.9 is nineteen and nine tenths."""
    return Decimal(repr(value))


def _literal(literal: Literals) -> Any:
    return _decimal(literal.value) if isinstance(literal, Number) else literal.value


def _within(value: Comparable, listed: frozenset[Any]) -> bool | None:
    """Membership in a list: of a partly known value unknown unless all or none of what it can be is listed."""
    if value is None:
        return None
    if isinstance(value, OneOf):
        return True if value.levels <= listed else None if value.levels & listed else False
    if isinstance(value, Span):
        answers = {compare("==", value, one) for one in listed}
        return None if None in answers else True in answers
    return value in listed


def _minus(left: Any, right: Any) -> Any:
    if isinstance(left, Decimal | Span):
        return plus(left, negative(right))
    return Decimal((left - right).days)


def _divided(left: Any, right: Any) -> Any:
    """A quotient for display, None by nought or of partly known numbers."""
    exact = isinstance(left, Decimal) and isinstance(right, Decimal) and right != 0
    return FOR_DISPLAY.divide(left, right) if exact else None


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": plus, "-": _minus, "*": times, "/": _divided}

_HOW_FAR: dict[str, Callable[[Answer], Answer]] = {
    "certainly": lambda inner: lambda facts: inner(facts) is True,
    "possibly": lambda inner: lambda facts: inner(facts) is not False,
    "undecided": lambda inner: lambda facts: inner(facts) is None,
}


SAME = ("==", "!=")
EXACTLY: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def _of_number(name: str, sign: str, point: Decimal) -> Answer:
    """An input beside a number: what is known exactly is compared at once, anything else as `compare` does."""
    exactly = EXACTLY[sign]

    def answer(facts: Facts) -> bool | None:
        value = facts.values.get(name)
        if value is None:
            return None
        return exactly(value, point) if type(value) is Decimal else compare(sign, value, point)  # type: ignore[arg-type]

    return answer


def _of_level(name: str, sign: str, level: str) -> Answer:
    """An input beside a level: what is known exactly is compared at once, anything else as `compare` does."""
    same = sign == "=="

    def answer(facts: Facts) -> bool | None:
        value = facts.values.get(name)
        if value is None:
            return None
        return (value == level) is same if type(value) is str else compare(sign, value, level)  # type: ignore[arg-type]

    return answer


def _all(parts: tuple[Answer, ...]) -> Answer:
    """And: one false part decides; else one unknown part leaves it unknown."""

    def answer(facts: Facts) -> bool | None:
        result: bool | None = True
        for part in parts:
            found = part(facts)
            if found is False:
                return False
            if found is None:
                result = None
        return result

    return answer


def _any(parts: tuple[Answer, ...]) -> Answer:
    """Or: one true part decides; else one unknown part leaves it unknown."""

    def answer(facts: Facts) -> bool | None:
        result: bool | None = False
        for part in parts:
            found = part(facts)
            if found is True:
                return True
            if found is None:
                result = None
        return result

    return answer
