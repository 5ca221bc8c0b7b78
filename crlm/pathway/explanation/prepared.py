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
from crlm.pathway.explanation.cells import FAR, FINEST, Cell, cells_of, switch
from crlm.pathway.explanation.reasons import Reading
from crlm.pathway.explanation.words import named, places
from crlm.pathway.explanation.worlds import Planner
from crlm.pathway.model import Input
from crlm.pathway.ruleset import RuleSet


@dataclass(frozen=True)
class Interval:
    """A shortest interval that a rule asks for: so many days from one recorded date to another."""

    days: int
    earlier: Input
    later: Input


class Prepared:
    """What the search needs of a rule set, whatever the case: plans, thresholds, comparisons of several inputs."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.planner = Planner(rules)
        self.reading = Reading(rules)
        self._behind: dict[int, frozenset[str]] = {}
        self.thresholds: dict[str, set[Decimal]] = {name: set() for name in rules.inputs}
        self.worked_out: list[tuple[tuple[str, ...], Answer]] = []
        for node in self._comparisons():
            compared = tuple(
                dict.fromkeys(
                    one.name for one in every_node(node) if isinstance(one, Name) and one.name in rules.inputs
                )
            )
            if any(isinstance(one, Arithmetic) for one in every_node(node)) or len(compared) > 1:
                self.worked_out.append((compared, self.reading.answer(node)))
            elif compared:
                numbers = [Decimal(repr(one.value)) for one in every_node(node) if isinstance(one, Number)]
                self.thresholds[compared[0]] |= {signed for one in numbers for signed in (one, -one)}

    def _comparisons(self) -> Iterator[Node]:
        seen: set[int] = set()
        own = [one for program in self.rules.programs.values() for one in program.expressions()]
        for expr in (*own, *self.rules.shared.values()):
            if id(expr) not in seen:
                seen.add(id(expr))
                yield from (
                    node for node in every_node(expr.root) if isinstance(node, Comparison | Membership)
                )

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each input among the inputs."""
        return {name: number for number, name in enumerate(self.rules.inputs)}

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

    def behind(self, expr: Expr) -> frozenset[str]:
        """The inputs that a condition depends on."""
        if id(expr) not in self._behind:
            self._behind[id(expr)] = self.rules.inputs_behind(expr)
        return self._behind[id(expr)]

    @cached_property
    def plain_cells(self) -> Mapping[str, tuple[Cell, ...]]:
        """The cells of each input as far as they do not depend on the case."""
        return {name: cells_of(one, self.thresholds[name]) for name, one in self.rules.inputs.items()}

    def cells(self, values: Mapping[str, Value]) -> dict[str, tuple[Cell, ...]]:
        """The cells of each input, with the thresholds that follow from the case's other values."""
        found = dict(self.plain_cells)
        for name in {name for compared, _ in self.worked_out for name in compared}:
            one, points, gaps = self.rules.inputs[name], set(self.thresholds[name]), set[Decimal]()
            for point, encloses in self._turns(one, values):
                (gaps if encloses else points).add(point)
            found[name] = cells_of(one, points, gaps)
        return found

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
