"""The rule set, checked and compiled once: what evaluation, explanation and the static checks work with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crlm.dictionary.expressions.syntax import Expr
from crlm.dictionary.expressions.syntax import names as names_in
from crlm.pathway.conditions.compiled import Answer, Reader, compiled, compiled_value
from crlm.pathway.conditions.language import functions_used, parse, rules_named
from crlm.pathway.conditions.trace import Tracer, traced
from crlm.pathway.model import (
    Change,
    Conflict,
    Contradiction,
    Correction,
    Definition,
    Gap,
    Input,
    Rule,
    Slide,
    Topic,
)


@dataclass(frozen=True)
class Program:
    """The conditions of one rule, parsed.

    `gate` and `condition` are None where the rule has none; `labels` holds each label with its condition (None for
    the last), `flags` each flag with its condition.
    """

    gate: Expr | None
    condition: Expr | None
    labels: tuple[tuple[str, Expr | None], ...]
    flags: tuple[tuple[str, Expr], ...]
    computed: Mapping[str, Expr]

    def expressions(self) -> tuple[Expr, ...]:
        """Everything that decides the result, in the order of the file: gate, condition, labels, flags."""
        own = [
            self.gate,
            self.condition,
            *(when for _, when in self.labels),
            *(when for _, when in self.flags),
        ]
        return tuple(one for one in own if one is not None)

    def without_gate(self) -> tuple[Expr, ...]:
        """What another rule that names this one asks for: the condition, or the labels without flags."""
        own = [self.condition, *(when for _, when in self.labels)]
        return tuple(one for one in own if one is not None)


def program(rule: Rule) -> Program:
    """The parsed conditions of a rule that has been checked."""
    return Program(
        gate=parse(rule.applies_when) if rule.applies_when else None,
        condition=parse(rule.condition) if rule.condition else None,
        labels=tuple((one.label, parse(one.when) if one.when else None) for one in rule.labels),
        flags=tuple((one.flag, parse(one.when)) for one in rule.flags),
        computed={name: parse(text) for name, text in rule.computed.items()},
    )


@dataclass(frozen=True)
class RuleSet:
    """All rules with everything that they name.

    Mappings keep the order of the catalogue. `version` is that of the newest entry of `changes.toml` ("0" without
    one), `sha256` the hash of every file that was read.
    """

    inputs: Mapping[str, Input]
    topics: tuple[Topic, ...]
    rules: Mapping[str, Rule]
    definitions: Mapping[str, Definition]
    conflicts: tuple[Conflict, ...]
    contradictions: tuple[Contradiction, ...]
    slides: Mapping[str, Slide]
    corrections: tuple[Correction, ...]
    gaps: tuple[Gap, ...]
    changes: tuple[Change, ...]
    version: str
    sha256: str
    _answers: dict[int, Answer] = field(default_factory=dict, repr=False, compare=False)
    _tracers: dict[int, Tracer] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def programs(self) -> Mapping[str, Program]:
        """The parsed conditions of each rule."""
        return {id_: program(rule) for id_, rule in self.rules.items()}

    @cached_property
    def shared(self) -> Mapping[str, Expr]:
        """The parsed condition of each definition."""
        return {name: parse(one.condition) for name, one in self.definitions.items()}

    @cached_property
    def bites(self) -> Mapping[str, Expr | None]:
        """The parsed condition of each conflict, None where it is about content only."""
        return {one.id: parse(one.bites) if one.bites else None for one in self.conflicts}

    @cached_property
    def cannot_be(self) -> Mapping[str, Expr]:
        """The parsed condition of each contradiction."""
        return {one.id: parse(one.when) for one in self.contradictions}

    @cached_property
    def named_labels(self) -> Mapping[str, str]:
        """The rule that gives each named label: `technical_class` is DER-01's."""
        return {rule.name: id_ for id_, rule in self.rules.items() if rule.name is not None}

    @cached_property
    def _names(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(self.inputs), frozenset(self.named_labels)

    def answer(self, expr: Expr) -> Answer:
        """A condition as a function of the facts of a case; compiled when it is first asked for."""
        if id(expr) not in self._answers:
            self._answers[id(expr)] = compiled(expr, *self._names)
        return self._answers[id(expr)]

    def value(self, expr: Expr) -> Reader:
        """A computed value as a function of the facts of a case."""
        return compiled_value(expr, *self._names)

    def tracer(self, expr: Expr) -> Tracer:
        """A condition as a function of the facts of a case that also says what the result hangs on."""
        if id(expr) not in self._tracers:
            self._tracers[id(expr)] = traced(expr, *self._names)
        return self._tracers[id(expr)]

    @cached_property
    def support(self) -> Mapping[str, frozenset[str]]:
        """The inputs that each rule's result depends on, through definitions and other rules too."""
        return {
            id_: frozenset().union(*(self.inputs_behind(one) for one in own.expressions()))
            for id_, own in self.programs.items()
        }

    @cached_property
    def displayed(self) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """For each rule the inputs that its result depends on, in their order, and those that are only displayed."""
        return {
            id_: (
                tuple(name for name in self.inputs if name in self.support[id_]),
                tuple(name for name in rule.inputs if name not in self.support[id_]),
            )
            for id_, rule in self.rules.items()
        }

    @cached_property
    def listed_by(self) -> Mapping[str, tuple[str, ...]]:
        """For each input the rules that list it."""
        return {
            name: tuple(id_ for id_, rule in self.rules.items() if name in rule.inputs)
            for name in self.inputs
        }

    def inputs_behind(self, expr: Expr) -> frozenset[str]:
        """The inputs that a condition depends on, through definitions and other rules too."""
        if id(expr) not in self._behind:
            behind = self.expressions_behind([expr])
            self._behind[id(expr)] = frozenset().union(*(self._asked[id(one)][0] for one in behind))
        return self._behind[id(expr)]

    def expressions_behind(self, own: Iterable[Expr]) -> tuple[Expr, ...]:
        """Some conditions and all that they ask for: definitions, and the conditions or labels of other rules."""
        found: dict[int, Expr] = {}
        waiting = [*own]
        while waiting:
            one = waiting.pop()
            if id(one) not in found:
                found[id(one)] = one
                waiting.extend(self._asks_for(one))
        return tuple(found.values())

    def _asks_for(self, expr: Expr) -> tuple[Expr, ...]:
        """The conditions that a condition names: definitions, and the conditions or labels of other rules."""
        if id(expr) not in self._asked:
            named, others = names_in(expr), list[Expr]()
            for name in sorted(named - self.inputs.keys()):
                if name in self.shared:
                    others.append(self.shared[name])
                else:
                    others.extend(self.programs[self.named_labels[name]].without_gate())
            for rule in sorted(rules_named(expr)):
                others.extend(self.programs[rule].without_gate())
            asked = frozenset(name for name in named if name in self.inputs)
            self._asked[id(expr)] = (asked, tuple(others))
        return self._asked[id(expr)][1]

    @cached_property
    def _asked(self) -> dict[int, tuple[frozenset[str], tuple[Expr, ...]]]:
        return {}

    @cached_property
    def _behind(self) -> dict[int, frozenset[str]]:
        return {}

    @cached_property
    def two_valued(self) -> frozenset[str]:
        """The rules whose result can turn from one answer into another when something unknown becomes known.

        They are those that say so (`two_valued`) and those that name one of them, also through a definition.
        """
        direct = {id_ for id_, rule in self.rules.items() if rule.two_valued}
        return frozenset(id_ for id_ in self.programs if id_ in direct or self.rules_behind(id_) & direct)

    def rules_behind(self, rule: str) -> frozenset[str]:
        """The other rules that a rule's result depends on, through definitions too."""
        found: set[str] = set()
        waiting, seen = [*self.programs[rule].expressions()], set()
        while waiting:
            one = waiting.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            named = {self.named_labels[name] for name in names_in(one) if name in self.named_labels}
            waiting.extend(self.shared[name] for name in names_in(one) if name in self.shared)
            for other in named | rules_named(one):
                found.add(other)
                waiting.extend(self.programs[other].without_gate())
        return frozenset(found)

    def functions(self, rule: str) -> frozenset[str]:
        """The functions that a rule's own conditions use."""
        return frozenset().union(*(functions_used(one) for one in self.programs[rule].expressions()))
