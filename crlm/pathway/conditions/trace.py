"""What a condition's result hangs on: the inputs, not known or known in part, whose value could change it.

Nothing that could change the result is ever left out. Where the parts of a condition share an input, one may be listed
although no value of it changes the result; in the rules as shipped that is rare (tests/pathway/test_properties.py).
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

    def open_about_label(self, rule: str, asked: Callable[[str], bool | None]) -> Open:
        """What an answer about another rule's label hangs on."""

    def rule_named(self, name: str) -> str:
        """The rule that gives a named label."""

    def means_unknown(self, rule: str, label: str) -> bool:
        """Whether a label stands for unknown under its name."""


class _Supposing:
    """Facts in which a rule has another label: what a comparison with that label would say."""

    def __init__(self, facts: TracedFacts, rule: str, label: str) -> None:
        self.facts, self.rule, self.label = facts, rule, label
        self.values = facts.values

    def label_of(self, rule: str) -> str:
        return self.label if rule == self.rule else self.facts.label_of(rule)

    def named_label(self, name: str) -> str | None:
        if self.facts.rule_named(name) != self.rule:
            return self.facts.named_label(name)
        return None if self.facts.means_unknown(self.rule, self.label) else self.label


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
                return lambda facts: together([one(facts) for one in tracers])
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
        if isinstance(node, Name):
            return lambda facts: (facts.definition(node.name), facts.open_definition(node.name))
        if isinstance(node, Call) and node.function in ("met", "not_met"):
            rule, said = id_of(node), self.compiler.condition(node)
            return lambda facts: (said(facts), facts.open_condition(rule))
        answer = self.compiler.condition(node)
        asks_presence = isinstance(node, Call) and node.function in ("known", "missing")
        inside = every_node(node)
        names = {one.name for one in inside if isinstance(one, Name)}
        labels = frozenset(names - self.inputs)
        rules = frozenset(id_of(one) for one in inside if is_of_rule(one))
        if not rules and not labels and not asks_presence and len(names) == 1:
            return _of_one_input(answer, *names)

        def trace(facts: TracedFacts) -> Traced:
            result = answer(facts)
            could = [
                facts.open_about_label(rule, _about(answer, facts, rule))
                for rule in rules | {facts.rule_named(name) for name in labels}
            ]
            if result is None or asks_presence:
                asked = names & self.inputs
                could.append(frozenset(name for name in asked if _could_be(facts, name, asks_presence)))
            return result, joined(could)

        return trace


def _of_one_input(answer: Answer, name: str) -> Tracer:
    """A comparison of one input: while it is undecided, the input is unknown or known in part."""
    itself: Open = frozenset({name})

    def trace(facts: TracedFacts) -> Traced:
        result = answer(facts)
        return result, itself if result is None else NOTHING

    return trace


def _about(answer: Answer, facts: TracedFacts, rule: str) -> Callable[[str], bool | None]:
    return lambda label: answer(_Supposing(facts, rule, label))


def _could_be(facts: Facts, name: str, asks_presence: bool) -> bool:
    """Whether an input is unknown, or known in part where its value is asked."""
    value = facts.values.get(name)
    return value is None or (not asks_presence and isinstance(value, Span | OneOf))


__all__ = ["Answer", "Open", "TracedFacts", "Tracer", "all_of", "any_of", "joined", "traced"]
