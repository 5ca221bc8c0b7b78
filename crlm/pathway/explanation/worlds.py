"""Many changed cases at once: each is one bit, and a condition is worked out for all of them with bitwise and, or, not.

A world is the case with one or two inputs changed. A condition has three sets of worlds: where it is true, where it is
false, and where something still unknown could change it (`Facts.trace` says the same of one case at a time).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from crlm.dictionary.expressions.syntax import And, Call, Expr, Name, Node, Not, Or, every_node
from crlm.pathway.conditions.compiled import Answer, Compiler
from crlm.pathway.conditions.language import OF_CONDITIONS, id_of, is_of_rule
from crlm.pathway.conditions.values import Value
from crlm.pathway.ruleset import RuleSet

Masks: TypeAlias = tuple[int, int, int]
"""The worlds in which a condition is true, is false, and could still be changed by what is unknown."""
Plan: TypeAlias = Callable[["Worlds"], Masks]
KEPT = 64
"""Answers remembered per comparison: the cells between the thresholds of the rules are far fewer."""


@dataclass(frozen=True)
class Labels:
    """The worlds in which each label of a rule is the one that holds, and in which each could be."""

    holds: tuple[int, ...]
    candidate: tuple[int, ...]


@dataclass(frozen=True)
class Worlds:
    """Some worlds around a case.

    `everywhere` has the bit of every world. `changed` gives of each changed input its other values with the worlds
    that have them; elsewhere it has the value of `base`. `answers` is shared by all worlds around one case.
    """

    everywhere: int
    base: Mapping[str, Value]
    changed: Mapping[str, Sequence[tuple[Value, int]]]
    answers: dict[int, bool | None]
    found: dict[int, Masks] = field(default_factory=dict)
    labels: dict[str, Labels] = field(default_factory=dict)
    rest: dict[str, int] = field(default_factory=dict)

    def unchanged(self, name: str) -> int:
        """The worlds in which an input has the case's own value."""
        if name not in self.rest:
            changed = 0
            for _, worlds in self.changed.get(name, ()):
                changed |= worlds
            self.rest[name] = self.everywhere & ~changed
        return self.rest[name]

    def options(self, name: str) -> list[tuple[Value, int]]:
        """The values of an input with the worlds that have them, the case's own last."""
        return [*self.changed.get(name, ()), (self.base.get(name), self.unchanged(name))]


@dataclass(frozen=True)
class RuleMasks:
    """What a rule says in each world.

    `applies`, `not_applicable` and the answers as in its results; `labels` the worlds of each label; `settled` those in
    which it has an answer (or does not apply) that nothing unknown can change.
    """

    applies: int
    not_applicable: int
    true: int
    false: int
    labels: tuple[tuple[str, int], ...]
    settled: int


class Planner:
    """Turns the conditions of a rule set into plans, each when it is first asked for."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._inputs = frozenset(rules.inputs)
        self._compiler = Compiler(self._inputs, frozenset(rules.named_labels))
        self._plans: dict[int, Plan] = {}

    def masks(self, expr: Expr, worlds: Worlds) -> Masks:
        """A condition in every world."""
        key = id(expr)
        if key not in worlds.found:
            if key not in self._plans:
                self._plans[key] = self._plan(expr.root)
            worlds.found[key] = self._plans[key](worlds)
        return worlds.found[key]

    def of_rule(self, rule: str, worlds: Worlds) -> RuleMasks:
        """A rule in every world."""
        own, every = self.rules.programs[rule], worlds.everywhere
        gate = self.masks(own.gate, worlds) if own.gate is not None else (every, 0, 0)
        applies, not_applicable, gate_open = gate
        true = false = open_ = 0
        labels: list[tuple[str, int]] = []
        if own.condition is not None:
            true, false, open_ = self.masks(own.condition, worlds)
            decided = true | false
        else:
            decided = every
        if own.labels:
            found = self.labels(rule, worlds)
            names = [label for label, _ in own.labels]
            labels = [(name, _where(names, found.holds, name) & applies) for name in dict.fromkeys(names)]
            open_ = self._open_between(names, found)
        settled = (not_applicable | (applies & decided & ~open_)) & ~gate_open
        return RuleMasks(applies, not_applicable, true & applies, false & applies, tuple(labels), settled)

    def labels(self, rule: str, worlds: Worlds) -> Labels:
        """The labels of a rule in every world, whatever its gate: the first one that is true."""
        if rule not in worlds.labels:
            rest = reached = worlds.everywhere
            holds, candidate = [], []
            for _, when in self.rules.programs[rule].labels:
                true, _, open_ = self.masks(when, worlds) if when is not None else (worlds.everywhere, 0, 0)
                holds.append(rest & true)
                candidate.append(reached & (true | open_))
                rest &= ~true
                reached &= ~(true & ~open_)
            worlds.labels[rule] = Labels(tuple(holds), tuple(candidate))
        return worlds.labels[rule]

    def _plan(self, node: Node) -> Plan:
        match node:
            case And(parts):
                plans = tuple(self._plan(part) for part in parts)
                return lambda worlds: _all([plan(worlds) for plan in plans], worlds.everywhere)
            case Or(parts):
                plans = tuple(self._plan(part) for part in parts)
                return lambda worlds: _turned(
                    _all([_turned(plan(worlds)) for plan in plans], worlds.everywhere)
                )
            case Not(value):
                inner = self._plan(value)
                return lambda worlds: _turned(inner(worlds))
            case Call(function, arguments) if function in OF_CONDITIONS:
                return _how_far(function, self._plan(arguments[0]))
            case Call(function) if function in ("met", "not_met"):
                condition = self.rules.programs[id_of(node)].condition
                assert condition is not None, node  # checked when the rules were loaded
                if function == "met":
                    return lambda worlds: self.masks(condition, worlds)
                return lambda worlds: _turned(self.masks(condition, worlds))
            case Name(name) if name in self.rules.shared:
                shared = self.rules.shared[name]
                return lambda worlds: self.masks(shared, worlds)
            case _:
                return self._leaf(node)

    def _leaf(self, node: Node) -> Plan:
        """A comparison, a membership, or a question whether something is known."""
        inside = every_node(node)
        named = [one.name for one in inside if isinstance(one, Name)]
        rules = [id_of(one) for one in inside if is_of_rule(one)]
        rules += [self.rules.named_labels[name] for name in named if name in self.rules.named_labels]
        answer = self._compiler.condition(node)
        asks_presence = isinstance(node, Call) and node.function in ("known", "missing")
        if rules:
            assert len(set(rules)) == 1 and not self._inputs & set(named), node
            return self._about_label(rules[0], answer)
        names = tuple(dict.fromkeys(named))
        return _OfInputs(id(node), names, answer, asks_presence)

    def _about_label(self, rule: str, answer: Answer) -> Plan:
        labels = [label for label, _ in self.rules.programs[rule].labels]
        unknown = self.rules.rules[rule].unknown_labels
        answers = [answer(_Supposed(label, label in unknown)) for label in labels]

        def plan(worlds: Worlds) -> Masks:
            found = self.labels(rule, worlds)
            return (
                _where(answers, found.holds, True),
                _where(answers, found.holds, False),
                self._open_between(answers, found),
            )

        return plan

    @staticmethod
    def _open_between(answers: Sequence[object], found: Labels) -> int:
        """Where labels with different answers are still candidates."""
        seen = open_ = 0
        for answer in dict.fromkeys(answers):
            candidate = _where(answers, found.candidate, answer)
            open_ |= seen & candidate
            seen |= candidate
        return open_


@dataclass(frozen=True)
class _Values:
    """Facts that hold nothing but values: what a comparison of inputs asks."""

    values: Mapping[str, Value]


@dataclass(frozen=True)
class _Supposed:
    """Facts in which a rule has a given label: what a comparison with a label asks."""

    label: str
    unknown: bool

    def label_of(self, rule: str) -> str:
        return self.label

    def named_label(self, name: str) -> str | None:
        return None if self.unknown else self.label


class _OfInputs:
    """A comparison of inputs, tried with each of their values; of a single input the answers are remembered."""

    def __init__(self, key: int, names: tuple[str, ...], answer: Answer, asks_presence: bool) -> None:
        self._key, self._names, self._answer, self._asks_presence = key, names, answer, asks_presence
        self._kept: dict[Value, bool | None] = {}

    def __call__(self, worlds: Worlds) -> Masks:
        """The comparison in every world."""
        if not any(name in worlds.changed for name in self._names):
            return self._constant(worlds)
        return self._of_one(worlds) if len(self._names) == 1 else self._of_several(worlds)

    def _constant(self, worlds: Worlds) -> Masks:
        own = {name: worlds.base.get(name) for name in self._names}
        if self._key not in worlds.answers:
            worlds.answers[self._key] = self._answer(_Values(own))
        said = worlds.answers[self._key]
        is_open = None in own.values() if self._asks_presence else said is None
        every = worlds.everywhere
        return every if said else 0, every if said is False else 0, every if is_open else 0

    def _of_one(self, worlds: Worlds) -> Masks:
        name, kept = self._names[0], self._kept
        true, false, open_ = self._constant(worlds)
        rest = worlds.unchanged(name)
        true, false, open_ = true & rest, false & rest, open_ & rest
        for value, where in worlds.changed[name]:  # never None: what is tried is known
            if value not in kept:
                if len(kept) >= KEPT:
                    kept.clear()
                kept[value] = self._answer(_Values({name: value}))
            said = kept[value]
            if said:
                true |= where
            elif said is False:
                false |= where
            else:
                open_ |= where
        return true, false, open_

    def _of_several(self, worlds: Worlds) -> Masks:
        true = false = open_ = 0
        for chosen in itertools.product(*(worlds.options(name) for name in self._names)):
            where = worlds.everywhere
            values: dict[str, Value] = {}
            for name, (value, mask) in zip(self._names, chosen, strict=True):
                where &= mask
                values[name] = value
            said = self._answer(_Values(values)) if where else None
            true |= where if said else 0
            false |= where if said is False else 0
            open_ |= where if said is None else 0
        return true, false, open_


def _all(parts: Sequence[Masks], everywhere: int) -> Masks:
    """And: one false part decides, for good if nothing can change it."""
    true, false, for_good, any_open = everywhere, 0, 0, 0
    for part_true, part_false, part_open in parts:
        true &= part_true
        false |= part_false
        for_good |= part_false & ~part_open
        any_open |= part_open
    # where it is false all false parts have to be open; a part that is not false plays no role there
    return true, false, (false & ~for_good) | (any_open & ~false)


def _turned(masks: Masks) -> Masks:
    return masks[1], masks[0], masks[2]


def _how_far(function: str, inner: Plan) -> Plan:
    def plan(worlds: Worlds) -> Masks:
        true, false, open_ = inner(worlds)
        every = worlds.everywhere
        where = {"certainly": true, "possibly": every & ~false, "undecided": every & ~(true | false)}[
            function
        ]
        return where, every & ~where, open_

    return plan


def _where(answers: Sequence[object], masks: Sequence[int], wanted: object) -> int:
    found = 0
    for answer, mask in zip(answers, masks, strict=True):
        if answer is wanted or answer == wanted:
            found |= mask
    return found
