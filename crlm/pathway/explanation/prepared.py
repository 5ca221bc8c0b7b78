"""What explanations need of a rule set, whatever the case; worked out once, and the rest when it is first asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from crlm.dictionary.expressions.syntax import (
    Arithmetic,
    Comparison,
    Expr,
    ExpressionError,
    Membership,
    Name,
    Node,
    Number,
    every_node,
)
from crlm.pathway.conditions.compiled import Answer
from crlm.pathway.conditions.language import parse
from crlm.pathway.conditions.values import Span, Value
from crlm.pathway.explanation.cells import FAR, FINEST, cells_of, switch
from crlm.pathway.explanation.grids import Grids
from crlm.pathway.explanation.model import Missing, RuleExplanation, Settles
from crlm.pathway.explanation.reasons import Reading
from crlm.pathway.explanation.search import Dial, Search, dial
from crlm.pathway.explanation.words import named, places
from crlm.pathway.explanation.worlds import Grid, Planner
from crlm.pathway.model import Input
from crlm.pathway.ruleset import RuleSet

MOST_DIALS, MOST_GRIDS = 5000, 200
"""Remembered between cases."""


@dataclass(frozen=True)
class Interval:
    """A shortest interval that a rule asks for: so many days from one recorded date to another."""

    days: int
    earlier: Input
    later: Input


class Prepared:
    """What the search needs of a rule set, whatever the case, and what is remembered between cases."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.planner = Planner(rules)
        self.reading = Reading(rules)
        self.thresholds: dict[str, set[Decimal]] = {name: set() for name in rules.inputs}
        self.worked_out: list[tuple[tuple[str, ...], Answer]] = []
        self._computing: set[int] = set()
        self.told: dict[tuple[str, tuple[object, ...]], RuleExplanation] = {}
        self.missing: dict[tuple[str, Settles, bool], Missing] = {}
        self._dials: dict[tuple[str, Value], Dial] = {}
        self._grids: dict[tuple[Value, ...], Grids] = {}
        own = [one for program in rules.programs.values() for one in program.expressions()]
        for expr in {id(one): one for one in (*own, *rules.shared.values())}.values():
            for node in every_node(expr.root):
                if isinstance(node, Comparison | Membership):
                    self._add(expr, node)

    def _add(self, expr: Expr, node: Comparison | Membership) -> None:
        inside = every_node(node)
        named = dict.fromkeys(one.name for one in inside if isinstance(one, Name))
        compared = tuple(name for name in named if name in self.rules.inputs)
        if any(isinstance(one, Arithmetic) for one in inside) or len(compared) > 1:
            self._computing.add(id(expr))
            self.worked_out.append((compared, self.reading.answer(node)))
        elif compared:
            numbers = [Decimal(repr(one.value)) for one in inside if isinstance(one, Number)]
            self.thresholds[compared[0]] |= {signed for one in numbers for signed in (one, -one)}

    @cached_property
    def computing(self) -> frozenset[str]:
        """The rules that compare what is worked out of several inputs, themselves or through others."""
        return frozenset(
            id_
            for id_, own in self.rules.programs.items()
            if any(id(one) in self._computing for one in self.rules.expressions_behind(own.expressions()))
        )

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each input among the inputs."""
        return {name: number for number, name in enumerate(self.rules.inputs)}

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """The place of each rule in the catalogue."""
        return {id_: number for number, id_ in enumerate(self.rules.rules)}

    @cached_property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """For each rule every input on which anything that is said of it depends."""
        found = {}
        for id_, own in self.rules.programs.items():
            behind = self.rules.support[id_].union(*map(self.rules.inputs_behind, own.computed.values()))
            behind |= {each.name for one in self.intervals[id_] for each in (one.earlier, one.later)}
            found[id_] = tuple(sorted(behind, key=self.order.__getitem__))
        return found

    @cached_property
    def alike(self) -> Mapping[str, int]:
        """A number for each rule; rules that decide in the same way have the same one."""
        numbers: dict[tuple[object, ...], int] = {}
        found = {}
        for id_, own in self.rules.programs.items():
            key = (*map(id, own.expressions()), id(own.gate), *(label for label, _ in own.labels))
            found[id_] = numbers.setdefault(key, len(numbers))
        return found

    @cached_property
    def turned(self) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """For each rule the inputs that change its result once it applies, and those that change whether it does."""
        found = {}
        for id_, own in self.rules.programs.items():
            gate = self.rules.inputs_behind(own.gate) if own.gate is not None else frozenset()
            decides = gate if own.expressions() == (own.gate,) else self.rules.support[id_]
            found[id_] = (self._in_order(decides), self._in_order(gate))
        return found

    def _in_order(self, inputs: frozenset[str]) -> tuple[str, ...]:
        return tuple(sorted((name for name in inputs if self.grids.cells[name]), key=self.order.__getitem__))

    @cached_property
    def named(self) -> Mapping[str, str]:
        """What each input is called inside a sentence."""
        return {name: named(one) for name, one in self.rules.inputs.items()}

    @cached_property
    def places(self) -> Mapping[str, tuple[str, ...]]:
        """Where each rule stands in its source, in words."""
        return {id_: places(self.rules, id_) for id_ in self.rules.rules}

    @cached_property
    def graded(self) -> Mapping[str, tuple[str, ...]]:
        """For each rule the numbers for which its own condition has several thresholds."""
        return {id_: tuple(self._graded(id_)) for id_ in self.rules.rules}

    def _graded(self, rule: str) -> Iterator[str]:
        points: dict[str, set[float]] = {}
        for node in self._of_condition(rule):
            match node:
                case Comparison(_, Name(name), Number(point)) | Comparison(_, Number(point), Name(name)):
                    points.setdefault(name, set()).add(point)
        return (name for name, several in points.items() if len(several) > 1)

    @cached_property
    def noted(self) -> frozenset[str]:
        """The rules of which there may be something to note."""
        programs = self.rules.programs
        return frozenset(
            id_ for id_ in programs if programs[id_].computed or self.graded[id_] or self.intervals[id_]
        )

    @cached_property
    def alone(self) -> Mapping[str, Grid]:
        """For each number with several thresholds in a rule its cells as the only worlds."""
        names = {name for several in self.graded.values() for name in several}
        return {
            name: Grid(
                (1 << len(cells)) - 1, {name: [(cell, 1 << number) for number, cell in enumerate(cells)]}
            )
            for name, cells in self.grids.cells.items()
            if name in names
        }

    @cached_property
    def intervals(self) -> Mapping[str, tuple[Interval, ...]]:
        """For each rule the shortest intervals between two dates that its own condition asks for."""
        return {id_: tuple(self._intervals(id_)) for id_ in self.rules.rules}

    def _intervals(self, rule: str) -> Iterator[Interval]:
        inputs = self.rules.inputs
        for node in self._of_condition(rule):
            match node:
                case Comparison(">=", Name(name), Number(int() as days)) if name in inputs:
                    match _written(inputs[name].derived):
                        case Arithmetic("-", Name(later), Name(earlier)) if (
                            later in inputs
                            and earlier in inputs
                            and inputs[later].type == inputs[earlier].type == "date"
                        ):
                            yield Interval(days, inputs[earlier], inputs[later])

    def _of_condition(self, rule: str) -> tuple[Node, ...]:
        condition = self.rules.programs[rule].condition
        return () if condition is None else every_node(condition.root)

    @cached_property
    def grids(self) -> Grids:
        """The layouts of all inputs, with the thresholds that the rules name."""
        inputs = self.rules.inputs
        return Grids(inputs, {name: cells_of(one, self.thresholds[name]) for name, one in inputs.items()})

    @cached_property
    def _computed_with(self) -> tuple[str, ...]:
        """The inputs of rules that compare what is worked out of several."""
        found = frozenset().union(*(self.rules.support[id_] for id_ in self.computing))
        return tuple(name for name in self.rules.inputs if name in found)

    def grids_of(self, values: Mapping[str, Value]) -> Grids:
        """The layouts of the inputs of rules that compute, with the thresholds that follow from a case's values too."""
        key = tuple(values.get(name) for name in self._computed_with)
        if key not in self._grids:
            if len(self._grids) >= MOST_GRIDS:
                self._grids.clear()
            cells = {name: self.grids.cells[name] for name in self._computed_with}
            for name in {name for compared, _ in self.worked_out for name in compared}:
                one, points, gaps = self.rules.inputs[name], set(self.thresholds[name]), set[Decimal]()
                for point, encloses in self._turns(one, values):
                    (gaps if encloses else points).add(point)
                cells[name] = cells_of(one, points, gaps)
            self._grids[key] = Grids(self.rules.inputs, cells)
        return self._grids[key]

    def dial(self, name: str, value: Value) -> Dial:
        """How far an input can be turned among its plain cells."""
        key = (name, value)
        if key not in self._dials:
            if len(self._dials) >= MOST_DIALS:
                self._dials.clear()
            self._dials[key] = dial(self.rules.inputs[name], self.grids.cells[name], value)
        return self._dials[key]

    def searches(self, values: Mapping[str, Value]) -> Callable[[str], Search]:
        """The search in which each rule of a case is looked up: of a rule that computes in a layout for the case."""
        plain = {name: self.dial(name, values.get(name)) for name in self.rules.inputs}
        search = Search(self.planner, self.grids, plain, values)
        if not self.computing:
            return lambda rule: search
        own = self.grids_of(values)
        dials = {
            name: dial(self.rules.inputs[name], cells, values.get(name)) for name, cells in own.cells.items()
        }
        computing = Search(self.planner, own, dials, values)
        return lambda rule: computing if rule in self.computing else search

    def _turns(self, one: Input, values: Mapping[str, Value]) -> Iterator[tuple[Decimal, bool]]:
        """Where comparisons of several inputs turn on this one, the others as they are known."""
        for compared, answer in self.worked_out:
            if one.name not in compared:
                continue
            others = [name for name in compared if name != one.name]
            for fixed in itertools.product(*(_ends(values.get(name)) for name in others)):
                facts = _Trial(dict(zip(others, fixed, strict=True)), one.name)
                found = switch(_asking(answer, facts), *_limits(one))
                if found is not None:
                    yield found


class _Trial:
    """Facts in which one input takes one value after another."""

    def __init__(self, values: dict[str, Value], name: str) -> None:
        self.values, self.name = values, name

    def at(self, value: Decimal) -> _Trial:
        self.values[self.name] = value
        return self


def _asking(answer: Answer, facts: _Trial) -> Callable[[Decimal], bool | None]:
    return lambda value: answer(facts.at(value))


def _written(text: str | None) -> Node | None:
    """The expression that an input is derived by; None where that is said in words, or not at all."""
    try:
        return parse(text).root if text else None
    except ExpressionError:
        return None


def _ends(value: Value) -> list[Value]:
    """An exact value, or the limits of one known in part; nothing for one that is unknown."""
    if isinstance(value, Span):
        return [limit for limit in (value.low, value.high) if limit is not None]
    return [] if value is None else [value]


def _limits(one: Input) -> tuple[Decimal, Decimal]:
    limits = one.range
    low = -FAR
    if limits is not None and limits.more_than is not None:
        low = Decimal(repr(limits.more_than)) + FINEST
    elif limits is not None and limits.at_least is not None:
        low = Decimal(repr(limits.at_least))
    high = FAR if limits is None or limits.at_most is None else Decimal(repr(limits.at_most))
    return low, high


_PREPARED: dict[int, Prepared] = {}


def prepared(rules: RuleSet) -> Prepared:
    """What the search needs of a rule set, worked out once for the last few rule sets."""
    found = _PREPARED.get(id(rules))
    if found is None or found.rules is not rules:
        if len(_PREPARED) >= 4:
            _PREPARED.clear()
        found = _PREPARED[id(rules)] = Prepared(rules)
    return found
