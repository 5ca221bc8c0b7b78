"""Conditions as formulas for z3, written from the language's definition and not from the evaluator.

A condition is a pair of formulas, when it is true and when it is false; it is unknown where neither holds. An input is
a value and a flag that says whether it is known. Numbers are exact rationals, categories are codes of their levels,
dates are days. Values known in part (intervals, one of several levels) are left out: a value is known or it is not.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import z3

from crlm.dictionary.expressions.syntax import (
    And,
    Arithmetic,
    Call,
    Comparison,
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
from crlm.pathway.model import Input
from crlm.pathway.ruleset import RuleSet

YES, NO = z3.BoolVal(True), z3.BoolVal(False)
FLAG = "flag: "
"""How the raised flag of a label rule is called among its results."""


@dataclass(frozen=True)
class Pair:
    """When a condition is true, and when it is false."""

    true: Any
    false: Any

    @property
    def unknown(self) -> Any:
        """When it is neither."""
        return z3.And(z3.Not(self.true), z3.Not(self.false))


@dataclass(frozen=True)
class Term:
    """A value: when it is known, and what it is."""

    known: Any
    value: Any


class Codes:
    """A number for each level, label and text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, text: str) -> int:
        """The number of a text."""
        return self._numbers.setdefault(text, len(self._numbers))


def conjunction(parts: Iterable[Any]) -> Any:
    """All of some formulas."""
    return z3.And([YES, *parts])


def disjunction(parts: Iterable[Any]) -> Any:
    """Any of some formulas."""
    return z3.Or([NO, *parts])


class Encoding:
    """A rule set as formulas over one case.

    `known` and `values` hold the flag and the value of each input. A second case over the same values, of which other
    inputs are known, is `Encoding(rules, like=first, mark="less")`.
    """

    def __init__(self, rules: RuleSet, like: Encoding | None = None, mark: str = "") -> None:
        self.rules = rules
        self.codes: Codes = like.codes if like else Codes()
        self.known = {name: z3.Bool(f"known {name}{mark}") for name in rules.inputs}
        self.values: dict[str, Any] = (
            like.values if like else {name: _variable(name, one) for name, one in rules.inputs.items()}
        )
        self._pairs: dict[int, Pair] = {}
        self._results: dict[str, dict[str, Any]] = {}

    def domain(self, names: Iterable[str]) -> list[Any]:
        """What every value of these inputs obeys: its levels, its limits."""
        found: list[Any] = []
        for name in names:
            one, value = self.rules.inputs[name], self.values[name]
            if one.levels:
                found.append(disjunction(value == self.codes.of(level) for level in one.levels))
            if one.type == "date":
                found += [value >= datetime.date(1900, 1, 1).toordinal(), value <= _LAST_DAY]
            if one.range is not None:
                limits = one.range
                if limits.at_least is not None:
                    found.append(value >= exact(limits.at_least))
                if limits.more_than is not None:
                    found.append(value > exact(limits.more_than))
                if limits.at_most is not None:
                    found.append(value <= exact(limits.at_most))
        return found

    def pair(self, expr: Expr) -> Pair:
        """A condition as a pair of formulas."""
        if id(expr) not in self._pairs:
            self._pairs[id(expr)] = self._condition(expr.root)
        return self._pairs[id(expr)]

    def gate(self, rule: str) -> Pair:
        """Whether a rule applies."""
        gate = self.rules.programs[rule].gate
        return Pair(YES, NO) if gate is None else self.pair(gate)

    def labels(self, rule: str) -> list[tuple[str, Any]]:
        """Each line of a label rule with when it is the answer: its condition is true and none before it."""
        found: list[tuple[str, Any]] = []
        before: list[Any] = []
        for label, when in self.rules.programs[rule].labels:
            holds = YES if when is None else self.pair(when).true
            found.append((label, z3.And([*map(z3.Not, before), holds])))
            before.append(holds)
        return found

    def results(self, rule: str) -> dict[str, Any]:
        """When each result of a rule comes out; a label that stands on several lines is one result, flags aside."""
        if rule not in self._results:
            self._results[rule] = self._results_of(rule)
        return self._results[rule]

    def _results_of(self, rule: str) -> dict[str, Any]:
        own, gate = self.rules.programs[rule], self.gate(rule)
        found: dict[str, Any] = {}
        if own.gate is not None:
            found |= {"na": gate.false, "gate_unknown": gate.unknown}
        if own.condition is not None:
            pair = self.pair(own.condition)
            answers = {"met": pair.true, "not_met": pair.false, "unknown": pair.unknown}
            found |= {result: z3.And(gate.true, when) for result, when in answers.items()}
        elif own.labels:
            for label, when in self.labels(rule):
                found[label] = z3.Or(found.get(label, NO), z3.And(gate.true, when))
            for flag, when in own.flags:
                found[FLAG + flag] = z3.And(gate.true, self.pair(when).true)
        else:
            found["show"] = gate.true
        return found

    def _condition(self, node: Node) -> Pair:
        match node:
            case And(parts):
                pairs = [self._condition(part) for part in parts]
                return Pair(conjunction(one.true for one in pairs), disjunction(one.false for one in pairs))
            case Or(parts):
                pairs = [self._condition(part) for part in parts]
                return Pair(disjunction(one.true for one in pairs), conjunction(one.false for one in pairs))
            case Not(value):
                inner = self._condition(value)
                return Pair(inner.false, inner.true)
            case Comparison(sign, left, right):
                a, b = self._side(left, right), self._side(right, left)
                return _decided(z3.And(a.known, b.known), _SIGNS[sign](a.value, b.value))
            case Membership(subject, values, negated):
                term = self._term(subject)
                listed = disjunction(term.value == self._literal(one) for one in values)
                return _decided(term.known, z3.Not(listed) if negated else listed)
            case Call():
                return self._call(node)
            case Name(name):
                return self.pair(self.rules.shared[name])
            case Truth(value):
                return Pair(z3.BoolVal(value), z3.BoolVal(not value))
            case _:  # pragma: no cover - refused when the rules were loaded
                raise AssertionError(node)

    def _call(self, node: Call) -> Pair:
        asked = node.arguments[0]
        if node.function in ("met", "not_met"):
            assert isinstance(asked, Text)
            condition = self.rules.programs[asked.value].condition
            assert condition is not None
            pair = self.pair(condition)
            return pair if node.function == "met" else Pair(pair.false, pair.true)
        if node.function in ("recorded", "known", "missing"):
            known = self._term(asked).known
            return {
                "recorded": Pair(known, NO),
                "known": Pair(known, z3.Not(known)),
                "missing": Pair(z3.Not(known), known),
            }[node.function]
        inner = self._condition(asked)
        true = {"certainly": inner.true, "possibly": z3.Not(inner.false), "undecided": inner.unknown}
        return Pair(true[node.function], z3.Not(true[node.function]))

    def _side(self, node: Node, other: Node) -> Term:
        """A side of a comparison; a text beside anything else may be a date."""
        if isinstance(node, Text) and not isinstance(other, Text):
            day = iso_date(node.value)
            if day is not None:
                return Term(YES, z3.IntVal(day.toordinal()))
        return self._term(node)

    def _term(self, node: Node) -> Term:
        match node:
            case Number() | Text():
                return Term(YES, self._literal(node))
            case Name(name) if name in self.rules.named_labels:
                return self._named_label(self.rules.named_labels[name])
            case Name(name):
                return Term(self.known[name], self.values[name])
            case Negative(value):
                inner = self._term(value)
                return Term(inner.known, -inner.value)
            case Arithmetic(sign, left, right):
                a, b = self._term(left), self._term(right)
                result = {"+": a.value + b.value, "-": a.value - b.value, "*": a.value * b.value}[sign]
                return Term(z3.And(a.known, b.known), result)
            case Call("label", (Text(rule),)):
                return Term(YES, self._label_code(rule))
            case _:  # pragma: no cover - refused when the rules were loaded
                raise AssertionError(node)

    def _label_code(self, rule: str) -> Any:
        lines = self.labels(rule)
        code: Any = z3.IntVal(self.codes.of(lines[-1][0]))
        for label, when in reversed(lines[:-1]):
            code = z3.If(when, z3.IntVal(self.codes.of(label)), code)
        return code

    def _named_label(self, rule: str) -> Term:
        unknown = self.rules.rules[rule].unknown_labels
        known = z3.Not(disjunction(when for label, when in self.labels(rule) if label in unknown))
        return Term(known, self._label_code(rule))

    def _literal(self, literal: Literals) -> Any:
        return exact(literal.value) if isinstance(literal, Number) else self.codes.of(str(literal.value))


_LAST_DAY = datetime.date(2199, 12, 31).toordinal()
_SIGNS: Mapping[str, Any] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def exact(number: float) -> Any:
    """A number as it was written: 19.9 is nineteen and nine tenths."""
    return z3.RealVal(str(Decimal(repr(number))))


def _variable(name: str, one: Input) -> Any:
    return z3.Real(name) if one.type == "number" else z3.Int(name)


def _decided(known: Any, holds: Any) -> Pair:
    """A comparison: decided where both sides are known."""
    return Pair(z3.And(known, holds), z3.And(known, z3.Not(holds)))
