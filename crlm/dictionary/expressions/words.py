"""An expression in plain English, for people who check a protocol without reading its language.
`age >= 70 and not bilobar` reads "Age at operation is at least 70 years and bilobar disease is no". The
words say exactly what the expression says: nothing is left out to read more smoothly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

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
from crlm.dictionary.expressions.types import Kinds, check
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import as_sentence, listed, number, set_off, with_unit

SIZES = {
    "==": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}
DATES = {**SIZES, "<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after"}
MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
ARITHMETIC = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


def in_words(expr: Expr, variables: Mapping[str, Variable]) -> str:
    """The expression as a sentence without a full stop, in the labels and units of its variables.

    An ExpressionError when the variables do not allow the expression (it is checked first).
    """
    kind = check(expr, variables)
    words = Words(variables, Kinds(variables))
    return as_sentence(words.condition(expr.root) if kind.type == "boolean" else words.value(expr.root))


class Words:
    """The words of each kind of node; a language with more functions adds to it (crlm/pathway/conditions/words.py)."""

    def __init__(self, variables: Mapping[str, Variable], kinds: Kinds) -> None:
        self.variables = variables
        self.kinds = kinds

    def condition(self, node: Node, negated: bool = False) -> str:
        """What a yes-or-no node says, or its opposite."""
        match node:
            case Truth(value):
                return "always" if value is not negated else "never"
            case Name():
                return f"{self.value(node)} is {self._level(node, 'no' if negated else 'yes')}"
            case Not(value):
                return self.condition(value, not negated)
            case Comparison():
                return self._comparison(node, negated)
            case Membership():
                return self._membership(node, negated)
            case Call():
                return self.call(node, negated)
            case _:
                joined = self._joined(node)
                return f"it is not so that ({joined})" if negated else joined

    def _joined(self, node: Node) -> str:
        match node:
            case And(parts):
                return self._chain(parts) or " and ".join(self._part(part, Or) for part in parts)
            case Or(parts):
                return " or ".join(self._part(part, And) for part in parts)
            case _:  # pragma: no cover - no other node is yes or no
                raise AssertionError(node)

    def _part(self, node: Node, other: type[And] | type[Or]) -> str:
        words = self.condition(node)
        loose = isinstance(node, Call) and node.function == "when"
        return f"({words})" if isinstance(node, other) or loose else words

    def _chain(self, parts: Sequence[Node]) -> str | None:
        """`18 <= age <= 80` as one statement about age; None when the parts are no such chain."""
        match parts:
            case (Comparison(low, Number(least), middle), Comparison(high, same, Number(most))) if (
                middle is same and low in ("<", "<=") and high in ("<", "<=")
            ):
                unit = self._unit(middle)
                above, below = SIZES[MIRRORED[low]], SIZES[high].removeprefix("is ")
                return f"{self._subject(middle)} {above} {number(least)} and {below} {with_unit(most, unit)}"
            case _:
                return None

    def _comparison(self, node: Comparison, negated: bool) -> str:
        left, right, sign = node.left, node.right, node.sign
        if isinstance(left, Number | Text | Truth) and not isinstance(right, Number | Text | Truth):
            left, right, sign = right, left, MIRRORED[sign]  # type: ignore[assignment]
        shown = OPPOSITE[sign] if negated else sign
        kind = self.kinds.of(left)
        if kind is not None and kind.type == "boolean":
            return self._same_truth(left, right, shown)
        phrases = DATES if kind is not None and kind.type == "date" else SIZES
        return f"{self._subject(left)} {phrases[shown]} {self._beside(left, right)}"

    def _same_truth(self, left: Node, right: Node, sign: str) -> str:
        if isinstance(right, Text | Truth):
            wanted = right.value in ("yes", True)
            return self.condition(left, negated=wanted is (sign == "!="))
        first, second = self.condition(left), self.condition(right)
        if sign == "==":
            return f"({first}) exactly when ({second})"
        return f"either ({first}) or ({second}), and not both"

    def _membership(self, node: Membership, negated: bool) -> str:
        values = [self._beside(node.subject, value, say_unit=False) for value in node.values]
        unit = self._unit(node.subject) if isinstance(node.values[-1], Number) else None
        if unit and isinstance(node.values[-1], Number):
            values[-1] = with_unit(node.values[-1].value, unit, several=len(values) > 1)
        subject = self._subject(node.subject)
        if node.negated is negated:
            return f"{subject} is {listed(values, 'or')}"
        return f"{subject} is {'not' if len(values) == 1 else 'none of'} {listed(values)}"

    def call(self, node: Call, negated: bool) -> str:
        """A function that is yes or no."""
        match node.function, node.arguments:
            case ("known" | "missing") as function, (value,):
                known = (function == "known") is not negated
                return f"{self._about(value)} is {'known' if known else 'not known'}"
            case "includes", (value, *levels):
                named = [self._level(value, one) for one in levels if isinstance(one, Text)]
                if not negated:
                    return f"{listed(named, 'or')} is among {self._about(value)}"
                none = "none of " if len(named) > 1 else ""
                return f"{none}{listed(named)} is {'' if none else 'not '}among {self._about(value)}"
            case "between", (value, low, high):
                least = self._beside(value, low, say_unit=False)
                verb = "is not from" if negated else "is from"
                return f"{self._subject(value)} {verb} {least} to {self._beside(value, high)}"
            case _, (condition, value):
                return f"if {self.condition(condition)}, then {self.condition(value, negated)}; otherwise unknown"
            case _, (condition, value, otherwise):
                first, second = self.condition(value, negated), self.condition(otherwise, negated)
                return f"if {self.condition(condition)}, then {first}; otherwise {second}"
            case _:  # pragma: no cover - no other function is yes or no
                raise AssertionError(node)

    def _about(self, node: Node) -> str:
        kind = self.kinds.of(node)
        if kind is not None and kind.type == "boolean" and not isinstance(node, Name):
            return f"whether {self.condition(node)}"
        return self.value(node)

    def value(self, node: Node) -> str:
        """A node that is a number, a level, a text or a date."""
        match node:
            case Number(value):
                return number(value)
            case Text(value):
                return value.replace("_", " ")
            case Name(name):
                return set_off(self.variables[name].label)
            case Negative(value):
                return f"minus {self._operand(value)}"
            case Arithmetic():
                return self._arithmetic(node)
            case Cut():
                return self._classes(node)
            case Call():
                return self._computed(node)
            case _:
                return f"({self.condition(node)})"

    def _arithmetic(self, node: Arithmetic) -> str:
        summed = _points_added(node)
        if summed:
            return f"the number of these that hold ({'; '.join(self.condition(one) for one in summed)})"
        kind = self.kinds.of(node.left)
        if kind is not None and kind.type == "date":
            return f"the number of days from {self.value(node.right)} to {self.value(node.left)}"
        left = self.value(node.left) if _same_level(node) else self._operand(node.left)
        return f"{left} {ARITHMETIC[node.sign]} {self._operand(node.right)}"

    def _subject(self, node: Node) -> str:
        loose = isinstance(node, Cut) or (isinstance(node, Call) and node.function in ("when", "points"))
        return f"({self.value(node)})" if loose else self.value(node)

    def _operand(self, node: Node) -> str:
        words = self.value(node)
        return words if isinstance(node, Number | Text | Name) else f"({words})"

    def _computed(self, node: Call) -> str:
        match node.function, node.arguments:
            case ("min" | "max") as function, arguments:
                which = "smallest" if function == "min" else "largest"
                return f"the {which} of {listed([self._operand(one) for one in arguments])}"
            case "abs", (value,):
                return f"the size of {self._operand(value)} without its sign"
            case "points", (condition,):
                return f"1 if {self.condition(condition)}, otherwise 0"
            case "when", (condition, value):
                return f"{self._case(value, value)} if {self.condition(condition)}, otherwise unknown"
            case "when", (condition, value, otherwise):
                first, second = self._case(value, otherwise), self._case(otherwise, value)
                return f"{first} if {self.condition(condition)}, otherwise {second}"
            case _:
                return f"({self.condition(node)})"

    def _case(self, node: Node, other: Node) -> str:
        return self._beside(other, node) if isinstance(node, Text) else self.value(node)

    def _classes(self, node: Cut) -> str:
        unit = self._unit(node.value)
        upper, lower = ("at most", "above") if node.side == "right" else ("below", "at least")
        points = node.points
        classes = [
            f"{upper} {with_unit(points[0], unit)}",
            *(f"{lower} {number(a)} and {upper} {with_unit(b, unit)}" for a, b in pairwise(points)),
            f"{lower} {with_unit(points[-1], unit)}",
        ]
        named = [
            f"{label.replace('_', ' ')} ({words})" for label, words in zip(node.labels, classes, strict=True)
        ]
        return f"{self.value(node.value)} in classes: {', '.join(named)}"

    def _beside(self, subject: Node, node: Node, *, say_unit: bool = True) -> str:
        """A value that is compared with a subject: with its unit, or in the words of its level."""
        if isinstance(node, Number):
            return with_unit(node.value, self._unit(subject) if say_unit else None)
        if isinstance(node, Text | Truth):
            return self._level(subject, node)
        return self._operand(node)

    def _level(self, subject: Node, value: Literals | str) -> str:
        given = value if isinstance(value, str) else value.value
        name = {True: "yes", False: "no"}.get(given, str(given)) if isinstance(given, bool) else str(given)
        variable = self.variables.get(subject.name) if isinstance(subject, Name) else None
        if variable is not None and name in variable.level_names:
            return set_off(variable.level(name).words)
        return name.replace("_", " ")

    def _unit(self, node: Node) -> str | None:
        """The unit in which a node counts, None when it has none or mixes several."""
        match node:
            case Name(name):
                return self.variables[name].unit
            case Negative(value):
                return self._unit(value)
            case Arithmetic(sign, left, right) if sign in "+-":
                kind = self.kinds.of(left)
                if kind is not None and kind.type == "date":
                    return "days"
                units = {self._unit(side) for side in (left, right) if not isinstance(side, Number)}
            case Call(("min" | "max" | "abs"), arguments):
                units = {self._unit(one) for one in arguments if not isinstance(one, Number)}
            case _:
                return None
        return units.pop() if len(units) == 1 else None


def _same_level(node: Arithmetic) -> bool:
    """Whether the left side needs no parentheses: a + b - c, a * b * c."""
    return isinstance(node.left, Arithmetic) and node.sign in "+-" and node.left.sign in "+-"


def _points_added(node: Node) -> list[Node]:
    """The conditions of a sum of points and nothing else; empty for any other arithmetic."""
    match node:
        case Call("points", (condition,)):
            return [condition]
        case Arithmetic("+", left, right):
            first, second = _points_added(left), _points_added(right)
            return [*first, *second] if first and second else []
        case _:
            return []
