"""What a condition's result hangs on: the inputs, not known or known in part, whose value could change it.

Where a condition names an input once, as nearly all do, the answer is exact; where it names one several times, an input
may be listed although no value of it changes the result. Nothing that could change the result is ever left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

from crlm.dictionary.expressions.syntax import And, Call, Expr, Name, Node, Not, Or, every_node
from crlm.pathway.conditions.compiled import Answer, Compiler, Facts
from crlm.pathway.conditions.language import OF_CONDITIONS, id_of, is_of_rule
from crlm.pathway.conditions.values import OneOf, Span, flipped

Open: TypeAlias = frozenset[str]
Traced: TypeAlias = tuple[bool | None, Open]
Tracer: TypeAlias = Callable[[Any], Traced]
"""Of `TracedFacts`."""
NOTHING: Open = frozenset()


class TracedFacts(Facts, Protocol):
    """Facts that also know what definitions and other rules hang on."""

    def open_definition(self, name: str) -> Open:
        """What a shared condition hangs on."""

    def open_condition(self, rule: str) -> Open:
        """What another rule's condition hangs on."""

    def open_label(self, rule: str) -> Open:
        """What another rule's label hangs on."""

    def open_named_label(self, name: str) -> Open:
        """What a named label hangs on."""


def traced(expr: Expr, inputs: frozenset[str], named_labels: frozenset[str]) -> Tracer:
    """The condition as a function of `TracedFacts`: its result, and the inputs that could change it."""
    return _Tracing(inputs, named_labels).of(expr.root)


def all_of(found: Iterable[Traced]) -> Traced:
    """And of traced parts: a false part that nothing can change decides for good."""
    parts = list(found)
    false = [could for result, could in parts if result is False]
    if false:
        return False, NOTHING if NOTHING in false else joined(false)
    result = None if any(answer is None for answer, _ in parts) else True
    return result, joined([could for _, could in parts])


def any_of(found: Iterable[Traced]) -> Traced:
    """Or of traced parts."""
    result, could = all_of((flipped(answer), could) for answer, could in found)
    return flipped(result), could


def _flipped(found: Traced) -> Traced:
    return flipped(found[0]), found[1]


def joined(sets: Sequence[Open]) -> Open:
    """All names of several sets."""
    return NOTHING.union(*sets)


class _Tracing:
    def __init__(self, inputs: frozenset[str], named_labels: frozenset[str]) -> None:
        self.inputs = inputs
        self.named_labels = named_labels
        self.compiler = Compiler(inputs, named_labels)

    def of(self, node: Node) -> Tracer:
        match node:
            case And(parts) | Or(parts):
                tracers = tuple(self.of(part) for part in parts)
                together = all_of if isinstance(node, And) else any_of
                return lambda facts: together(one(facts) for one in tracers)
            case Not(value):
                inner = self.of(value)
                return lambda facts: _flipped(inner(facts))
            case Call(function, arguments) if function in OF_CONDITIONS:
                asked, answer = self.of(arguments[0]), self.compiler.condition(node)
                return lambda facts: (answer(facts), asked(facts)[1])
            case _:
                return self._leaf(node)

    def _leaf(self, node: Node) -> Tracer:
        """A comparison or a question: while it is decided in earnest nothing could change it."""
        answer = self.compiler.condition(node)
        asks_presence = isinstance(node, Call) and node.function in ("known", "missing")
        names = [one.name for one in every_node(node) if isinstance(one, Name)]
        inputs = frozenset(name for name in names if name in self.inputs)
        labels = frozenset(name for name in names if name in self.named_labels)
        definitions = frozenset(names) - inputs - labels
        rules = [
            (one.function, id_of(one))
            for one in every_node(node)
            if isinstance(one, Call) and is_of_rule(one)
        ]

        def trace(facts: TracedFacts) -> Traced:
            result = answer(facts)
            could = [facts.open_named_label(name) for name in labels]
            could += [facts.open_definition(name) for name in definitions]
            for function, rule in rules:
                could.append(facts.open_label(rule) if function == "label" else facts.open_condition(rule))
            if result is None or asks_presence:
                could.append(frozenset(name for name in inputs if _could_be(facts, name, asks_presence)))
            return result, joined(could)

        return trace


def _could_be(facts: Facts, name: str, asks_presence: bool) -> bool:
    """Whether an input is unknown, or known in part where its value is asked."""
    value = facts.values.get(name)
    return value is None or (not asks_presence and isinstance(value, Span | OneOf))


__all__ = ["Answer", "Open", "TracedFacts", "Tracer", "all_of", "any_of", "joined", "traced"]
