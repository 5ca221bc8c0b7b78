"""What an expression is made of: frozen nodes that know their place in the text, and the error for it.

Nodes compare by meaning: where they stand (`at`, characters from 0) takes no part in equality.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from crlm.problems import Place, Problem, ProtocolError

ComparisonSign = Literal["==", "!=", "<", "<=", ">", ">="]
ArithmeticSign = Literal["+", "-", "*", "/"]
Side = Literal["right", "left"]


@dataclass(frozen=True)
class Number:
    """A number as written; an `int` when it was written without a point."""

    value: int | float
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Text:
    """A quoted text: the name of a level, an ISO date beside a date, or plain text."""

    value: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Truth:
    """`true` or `false`."""

    value: bool
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Negative:
    """`- x`."""

    value: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Arithmetic:
    """`left + right`, or another of the four signs."""

    sign: ArithmeticSign
    left: Node
    right: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Comparison:
    """`left < right`, or another sign. A chain `a < b < c` is an `And` of its comparisons."""

    sign: ComparisonSign
    left: Node
    right: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Membership:
    """`subject in [values]`, or `not in` when negated; the values are literals."""

    subject: Node
    values: tuple[Literals, ...]
    negated: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Not:
    """`not x`."""

    value: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class And:
    """All of the parts."""

    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Or:
    """Any of the parts."""

    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Call:
    """`function(arguments)`, for every function but `cut`."""

    function: str
    arguments: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Cut:
    """`cut(x, points, labels, side=...)`: `side` says to which class a value equal to a cut-point belongs.
    With "right" a class includes its upper cut-point (small: up to and including 3), with "left" its lower
    one.
    """

    value: Node
    points: tuple[int | float, ...]
    labels: tuple[str, ...]
    side: Side
    at: int = field(default=0, compare=False)


Literals: TypeAlias = Number | Text | Truth
Node: TypeAlias = (
    Number
    | Text
    | Truth
    | Name
    | Negative
    | Arithmetic
    | Comparison
    | Membership
    | Not
    | And
    | Or
    | Call
    | Cut
)


@dataclass(frozen=True)
class Expr:
    """A parsed expression: its text and its outermost node."""

    text: str
    root: Node


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in an expression, with its place in the text (characters from 0)."""

    code: str
    given: str
    at: int
    allowed: str | None = None
    fix: str | None = None

    def problem(self, text: str, place: Place | None = None) -> Problem:
        """The fault as a problem that shows the expression and the character, in a given place."""
        shown = " ".join(text.split())
        shown = shown if len(shown) <= 120 else f"{shown[:117]}..."
        given = f"in `{shown}`, character {self.at + 1}: {self.given}"
        return Problem(self.code, given, self.allowed, self.fix, place or Place())


class ExpressionError(ProtocolError):
    """An expression that cannot be understood, or that its variables do not allow; it lists every fault."""

    def __init__(self, text: str, faults: tuple[Fault, ...]) -> None:
        self.text = text
        self.faults = faults
        super().__init__(fault.problem(text) for fault in faults)

    def problems_at(self, place: Place) -> tuple[Problem, ...]:
        """The faults as problems of a given place (a protocol's line and key)."""
        return tuple(fault.problem(self.text, place) for fault in self.faults)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly inside a node, in the order written."""
    match node:
        case Negative(value) | Not(value) | Cut(value):
            return (value,)
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            return (left, right)
        case Membership(subject, values):
            return (subject, *values)
        case And(parts) | Or(parts):
            return parts
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def every_node(root: Node) -> tuple[Node, ...]:
    """A node and everything inside it, each once (the middle of a chain belongs to two comparisons)."""
    found: dict[int, Node] = {}
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found[id(node)] = node
            waiting.extend(children(node))
    return tuple(found.values())


def names(expr: Expr) -> frozenset[str]:
    """The variables that an expression uses."""
    return frozenset(node.name for node in every_node(expr.root) if isinstance(node, Name))


def names_of_values(expr: Expr) -> frozenset[str]:
    """The variables whose values an expression uses, and not only whether they are known.

    An expression without any can never be unknown.
    """
    found: set[str] = set()
    waiting: list[Node] = [expr.root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            found.add(node.name)
        asks_presence = isinstance(node, Call) and node.function in ("known", "missing")
        if id(node) not in seen and not asks_presence:
            waiting.extend(children(node))
        seen.add(id(node))
    return frozenset(found)
