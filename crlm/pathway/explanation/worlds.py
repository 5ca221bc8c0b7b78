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


@dataclass(frozen=True)
class Labels:
    """The worlds in which each label of a rule is the one that holds, and in which each could be."""

    holds: tuple[int, ...]
    candidate: tuple[int, ...]


class Grid:
    """Which worlds have which value of which input: `changed` gives of each changed input its values with their worlds.

    `everywhere` has the bit of every world. A grid knows no case: what a comparison says of the changed values is
    worked out once, and serves every case that is looked at on the same grid.
    """

    def __init__(self, everywhere: int, changed: Mapping[str, Sequence[tuple[Value, int]]]) -> None:
        self.everywhere, self.changed = everywhere, changed
        self.tried: dict[int, Masks] = {}
        self.unchanged = _Unchanged(everywhere, changed)


class _Unchanged(dict[str, int]):
    """For each input the worlds in which it has the case's own value: all, where none changes it."""

    def __init__(self, everywhere: int, changed: Mapping[str, Sequence[tuple[Value, int]]]) -> None:
        super().__init__()
        self._everywhere = everywhere
        for name, values in changed.items():
            left = everywhere
            for _, worlds in values:
                left &= ~worlds
            self[name] = left

    def __missing__(self, name: str) -> int:
        return self._everywhere


@dataclass(frozen=True)
class Worlds:
    """The worlds of a grid around one case.

    An input that a world does not change has its value of `values`. `answers` holds what comparisons say of the case
    itself; it is shared by all worlds around one case.
    """

    grid: Grid
    values: Mapping[str, Value]
    answers: dict[int, bool | None] = field(default_factory=dict)
    found: dict[int, Masks] = field(default_factory=dict)
    labels: dict[str, Labels] = field(default_factory=dict)

    def options(self, name: str) -> list[tuple[Value, int]]:
        """The values of an input with the worlds that have them, the case's own last."""
        return [*self.grid.changed.get(name, ()), (self.values.get(name), self.grid.unchanged[name])]


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
    labels: Mapping[str, int]
    settled: int


class Planner:
    """Turns the conditions of a rule set into plans, each when it is first asked for."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._inputs = frozenset(rules.inputs)
        self._compiler = Compiler(self._inputs, frozenset(rules.named_labels))
        self._plans: dict[int, Plan] = {}
        self._leaves: dict[Node, Plan] = {}

    def masks(self, expr: Expr, worlds: Worlds) -> Masks:
        """A condition in every world."""
        key = id(expr)
        found = worlds.found.get(key)
        if found is None:
            if key not in self._plans:
                self._plans[key] = self._plan(expr.root)
            found = worlds.found[key] = self._plans[key](worlds)
        return found

    def of_rule(self, rule: str, worlds: Worlds) -> RuleMasks:
        """A rule in every world."""
        own, every = self.rules.programs[rule], worlds.grid.everywhere
        gate = self.masks(own.gate, worlds) if own.gate is not None else (every, 0, 0)
        applies, not_applicable, gate_open = gate
        true = false = open_ = 0
        labels: dict[str, int] = {}
        if own.condition is not None:
            true, false, open_ = self.masks(own.condition, worlds)
            decided = true | false
        else:
            decided = every
        if own.labels:
            found = self.labels(rule, worlds)
            names = [label for label, _ in own.labels]
            labels = {name: _where(names, found.holds, name) & applies for name in names}
            open_ = self._open_between(names, found)
        settled = (not_applicable | (applies & decided & ~open_)) & ~gate_open
        return RuleMasks(applies, not_applicable, true & applies, false & applies, labels, settled)

    def labels(self, rule: str, worlds: Worlds) -> Labels:
        """The labels of a rule in every world, whatever its gate: the first one that is true."""
        if rule not in worlds.labels:
            rest = reached = every = worlds.grid.everywhere
            holds, candidate = [], []
            for _, when in self.rules.programs[rule].labels:
                true, _, open_ = self.masks(when, worlds) if when is not None else (every, 0, 0)
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
                return lambda worlds: _all(plans, worlds)
            case Or(parts):
                plans = tuple(self._plan(part) for part in parts)
                return lambda worlds: _any(plans, worlds)
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
            case _:  # one that says the same elsewhere is the same
                if node not in self._leaves:
                    self._leaves[node] = self._leaf(node)
                return self._leaves[node]

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
        return (_OfOne if len(names) == 1 else _OfSeveral)(names, answer, asks_presence)

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
    """A comparison of inputs in every world, worked out once for each set of worlds."""

    def __init__(self, names: tuple[str, ...], answer: Answer, asks_presence: bool) -> None:
        self._key, self._names, self._answer, self._asks_presence = id(self), names, answer, asks_presence

    def _itself(self, worlds: Worlds, where: int) -> Masks:
        """What it says of the case itself, in some worlds."""
        if self._key not in worlds.answers:
            worlds.answers[self._key] = self._answer(worlds)
        said = worlds.answers[self._key]
        is_open = said is None
        if self._asks_presence:
            is_open = any(worlds.values.get(name) is None for name in self._names)
        return where if said else 0, where if said is False else 0, where if is_open else 0


class _OfOne(_OfInputs):
    """A comparison of a single input: what it says of each other value depends on nothing else."""

    def __call__(self, worlds: Worlds) -> Masks:
        """The comparison in every world."""
        found = worlds.found.get(self._key)
        if found is None:
            grid, name = worlds.grid, self._names[0]
            if self._key not in grid.tried:
                grid.tried[self._key] = self._tried(grid.changed.get(name, ()))
            true, false, open_ = grid.tried[self._key]
            own_true, own_false, own_open = self._itself(worlds, grid.unchanged[name])
            found = worlds.found[self._key] = (true | own_true, false | own_false, open_ | own_open)
        return found

    def _tried(self, values: Sequence[tuple[Value, int]]) -> Masks:
        masks = {True: 0, False: 0, None: 0}
        for value, where in values:  # never None: what is tried is known
            masks[self._answer(_Values({self._names[0]: value}))] |= where
        return masks[True], masks[False], masks[None]


class _OfSeveral(_OfInputs):
    """A comparison of several inputs: tried with all their values together."""

    def __call__(self, worlds: Worlds) -> Masks:
        """The comparison in every world."""
        if self._key not in worlds.found:
            worlds.found[self._key] = self._tried(worlds)
        return worlds.found[self._key]

    def _tried(self, worlds: Worlds) -> Masks:
        if not any(name in worlds.grid.changed for name in self._names):
            return self._itself(worlds, worlds.grid.everywhere)
        true = false = open_ = 0
        for chosen in itertools.product(*(worlds.options(name) for name in self._names)):
            where = worlds.grid.everywhere
            values: dict[str, Value] = {}
            for name, (value, mask) in zip(self._names, chosen, strict=True):
                where &= mask
                values[name] = value
            said = self._answer(_Values(values)) if where else None
            true |= where if said else 0
            false |= where if said is False else 0
            open_ |= where if said is None else 0
        return true, false, open_


def _all(plans: Sequence[Plan], worlds: Worlds) -> Masks:
    """And: one false part decides, for good if nothing can change it."""
    true, false, for_good, any_open = worlds.grid.everywhere, 0, 0, 0
    for plan in plans:
        part_true, part_false, part_open = plan(worlds)
        true &= part_true
        false |= part_false
        for_good |= part_false & ~part_open
        any_open |= part_open
    # where it is false all false parts have to be open; a part that is not false plays no role there
    return true, false, (false & ~for_good) | (any_open & ~false)


def _any(plans: Sequence[Plan], worlds: Worlds) -> Masks:
    """Or: one true part decides, for good if nothing can change it."""
    true, false, for_good, any_open = 0, worlds.grid.everywhere, 0, 0
    for plan in plans:
        part_true, part_false, part_open = plan(worlds)
        false &= part_false
        true |= part_true
        for_good |= part_true & ~part_open
        any_open |= part_open
    return true, false, (true & ~for_good) | (any_open & ~true)


def _turned(masks: Masks) -> Masks:
    return masks[1], masks[0], masks[2]


def _how_far(function: str, inner: Plan) -> Plan:
    def plan(worlds: Worlds) -> Masks:
        true, false, open_ = inner(worlds)
        every = worlds.grid.everywhere
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
