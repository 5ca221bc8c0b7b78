"""The comparisons that a result rests on, in words, read from the tree of its condition; none is written by hand.

Of a condition that is true the parts that make it so, of one that is false the parts that fail, of an unknown one the
parts that cannot be decided.
"""

from __future__ import annotations

from typing import NamedTuple

from crlm.dictionary.expressions.syntax import (
    And,
    Call,
    Comparison,
    Expr,
    Membership,
    Name,
    Node,
    Not,
    Or,
    every_node,
)
from crlm.pathway.conditions.compiled import Answer, Compiler
from crlm.pathway.conditions.language import OF_CONDITIONS, id_of, is_of_rule
from crlm.pathway.conditions.values import flipped
from crlm.pathway.explanation.comparisons import Comparisons, Sentence
from crlm.pathway.explanation.model import Holds, Part, Reason
from crlm.pathway.facts import CaseFacts
from crlm.pathway.ruleset import RuleSet

MOST_KEPT = 20_000
"""Reasons remembered: most inputs have few values."""
HOLDS: dict[bool | None, Holds] = {True: "true", False: "false", None: "unknown"}


class Reading:
    """The conditions of a rule set as functions of a case, part by part; made once for a rule set."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.compiler = Compiler(frozenset(rules.inputs), frozenset(rules.named_labels))
        self.kept: dict[tuple[object, ...], Reason] = {}
        self._answers: dict[int, Answer] = {}
        self._asked: dict[int, tuple[tuple[str, ...], str | None]] = {}

    def answer(self, node: Node) -> Answer:
        """A part of a condition as a function of the facts of a case."""
        found = self._answers.get(id(node))
        if found is None:
            found = self._answers[id(node)] = self.compiler.condition(node)
        return found

    def asked(self, node: Node) -> tuple[tuple[str, ...], str | None]:
        """What a comparison asks for: inputs, or the rule whose label it compares."""
        found = self._asked.get(id(node))
        if found is None:
            inside = every_node(node)
            names = dict.fromkeys(one.name for one in inside if isinstance(one, Name))
            rules = [id_of(one) for one in inside if is_of_rule(one)]
            rules += [self.rules.named_labels[name] for name in names if name in self.rules.named_labels]
            inputs = tuple(name for name in names if name in self.rules.inputs)
            found = self._asked[id(node)] = (inputs, rules[0] if rules else None)
        return found

    def keep(self, key: tuple[object, ...], reason: Reason) -> Reason:
        """Remember a reason: the next case with the same values has the same one."""
        if len(self.kept) >= MOST_KEPT:
            self.kept.clear()
        self.kept[key] = reason
        return reason


class Reasons:
    """The reasons of the results of one case."""

    def __init__(self, reading: Reading, facts: CaseFacts) -> None:
        self._reading, self._facts = reading, facts
        self._rules = facts.rules
        self._comparisons = Comparisons(reading.compiler, facts)
        self._found: dict[tuple[int, bool, Part], tuple[Reason, ...]] = {}
        self._said: dict[int, bool | None] = {}

    def of_rule(self, rule: str) -> tuple[Reason, ...]:
        """Why a rule has its result: why it applies or not, then its condition, its label and its flags."""
        own, unwelcome = self._rules.programs[rule], self._rules.rules[rule].fires
        gate = self._facts.answer(own.gate) if own.gate is not None else True
        found = list(self._of(own.gate, unwelcome, "gate")) if own.gate is not None else []
        if gate:
            if own.condition is not None:
                found += self._of(own.condition, unwelcome, "condition")
            if own.labels:
                found += self._of_label(rule)
            for _, when in own.flags:
                if self._facts.answer(when):
                    found += self._of(when, True, "flag")
        return tuple(dict.fromkeys(found))

    def _of_label(self, rule: str) -> list[Reason]:
        """Why the label holds; of the last one why no other does, or what is not known of the others."""
        labels = self._rules.programs[rule].labels
        tried: list[Expr] = []
        for _, when in labels:
            if when is not None and self._facts.answer(when):
                return list(self._of(when, False, "label"))
            if when is not None:
                tried.append(when)
        undecided = [when for when in tried if self._facts.answer(when) is None]
        return [reason for when in undecided or tried for reason in self._of(when, False, "label")]

    def _of(self, expr: Expr, unwelcome: bool, part: Part) -> tuple[Reason, ...]:
        key = (id(expr), unwelcome, part)
        if key not in self._found:
            self._found[key] = tuple(self._deciding(expr.root, False, _Where(unwelcome, part, None)))
        return self._found[key]

    def _deciding(self, node: Node, negated: bool, where: _Where) -> list[Reason]:
        match node:
            case And(parts) | Or(parts):
                asks_all = isinstance(node, And) != negated
                said = [self._says(part, negated) for part in parts]
                together = _all(said) if asks_all else flipped(_all([flipped(one) for one in said]))
                return [
                    reason
                    for part, one in zip(parts, said, strict=True)
                    if one is together
                    for reason in self._deciding(part, negated, where)
                ]
            case Not(value):
                return self._deciding(value, not negated, where)
            case Call(function, arguments) if function in OF_CONDITIONS:
                return self._deciding(arguments[0], negated, where)
            case Call(function) if function in ("met", "not_met"):
                rule = id_of(node)
                condition = self._rules.programs[rule].condition
                assert condition is not None, rule  # checked when the rules were loaded
                inside = _Where(self._rules.rules[rule].fires, where.part, rule)
                return self._deciding(condition.root, negated != (function == "not_met"), inside)
            case Name(name) if name in self._rules.shared:
                return self._deciding(self._rules.shared[name].root, negated, where)
            case _:
                return [self._leaf(node, negated, where)]

    def _says(self, node: Node, negated: bool) -> bool | None:
        key = id(node)
        if key not in self._said:
            self._said[key] = self._reading.answer(node)(self._facts)
        answer = self._said[key]
        return flipped(answer) if negated else answer

    def _leaf(self, node: Node, negated: bool, where: _Where) -> Reason:
        names, rule = self._reading.asked(node)
        values = tuple(map(self._facts.values.get, names))
        key = (id(node), negated, where, values if rule is None else self._facts.label_of(rule))
        kept = self._reading.kept.get(key)
        if kept is not None:
            return kept
        said, holds = self._sentence(node, negated, where.unwelcome), HOLDS[self._says(node, negated)]
        through = said.rule or where.through
        return self._reading.keep(
            key, Reason(said.inputs, said.value, said.words, holds, where.part, through)
        )

    def _sentence(self, node: Node, negated: bool, unwelcome: bool) -> Sentence:
        match node:
            case Comparison():
                return self._comparisons.of_comparison(node, negated, unwelcome)
            case Membership():
                return self._comparisons.of_membership(node, negated)
            case _:
                assert isinstance(node, Call), node
                return self._comparisons.of_presence(node)


class _Where(NamedTuple):
    """Where a comparison stands: in a rule whose `met` is unwelcome or not, for what, and in which other rule."""

    unwelcome: bool
    part: Part
    through: str | None


def _all(said: list[bool | None]) -> bool | None:
    return False if False in said else None if None in said else True
