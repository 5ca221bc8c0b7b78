"""Asking the solver for a case, and the evaluator whether it is one.

Every case that the solver finds is evaluated before it is believed. That no case exists rests on the encoding alone,
which the tests hold against the evaluator on random cases.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

import z3

from crlm.dictionary.expressions.syntax import Comparison, Expr, Membership, Number, every_node
from crlm.pathway.checking.encoding import Encoding
from crlm.pathway.conditions.values import Value
from crlm.pathway.contradictions import contradictions_in
from crlm.pathway.facts import CaseFacts
from crlm.pathway.ruleset import RuleSet

Values: TypeAlias = Mapping[str, Value]
Shown: TypeAlias = Callable[[CaseFacts], bool]
"""Whether the evaluator confirms a case."""
SECONDS = 20
"""Of one question to the solver; the longest of the shipped rules takes a twentieth of a second."""


class UndecidedError(Exception):
    """The solver gave up, or its case is refuted by the evaluator: a fault of the checks, never passed over."""


class Search:
    """Questions about one rule set.

    A possible case obeys the limits of its inputs and is none of the contradictions.
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.encoding = Encoding(rules)
        self.less = Encoding(rules, like=self.encoding, mark=" in the case that knows less")
        self.nobody = z3.Or([self.encoding.pair(one).true for one in rules.cannot_be.values()] or [False])
        self._solvers: dict[bool, Any] = {}
        self._landmarks = landmarks(rules)

    def possible(self, *formulas: Any, contradictory: bool = False) -> Any:
        """A model in which all formulas hold, None when there is none; of possible cases unless told otherwise."""
        solver = self._solver(contradictory)
        solver.push()
        try:
            solver.add(*formulas)
            answer = solver.check()
            if answer == z3.unknown:
                raise UndecidedError(f"the solver gave up: {solver.reason_unknown()}")
            return solver.model() if answer == z3.sat else None
        finally:
            solver.pop()

    def never(self, *formulas: Any) -> bool:
        """Whether no possible case has all of these."""
        return self.possible(*formulas) is None

    def case(
        self, names: Iterable[str], shown: Shown, *formulas: Any, contradictory: bool = False
    ) -> Values | None:
        """A small case in which all formulas hold, None when there is none.

        Only the `names` are looked at. `shown` is asked of the evaluator: a case that it refutes is an UndecidedError.
        """
        model = self.possible(*formulas, contradictory=contradictory)
        if model is None:
            return None
        return self.smallest(self.read(model, names), shown, contradictory=contradictory)

    def confirmed(self, values: Values, shown: Shown, *, contradictory: bool = False) -> bool:
        """Whether the evaluator agrees, on a case that is no contradiction."""
        facts = CaseFacts(self.rules, values)
        return shown(facts) and (contradictory or next(contradictions_in(facts), None) is None)

    def read(self, model: Any, names: Iterable[str], encoding: Encoding | None = None) -> dict[str, Value]:
        """The values that a model knows."""
        from_, wanted = encoding or self.encoding, set(names)
        return {
            name: self._value(name, model.eval(from_.values[name], model_completion=True))
            for name in self.rules.inputs
            if name in wanted and z3.is_true(model.eval(from_.known[name], model_completion=True))
        }

    def smallest(self, values: Values, shown: Shown, *, contradictory: bool = False) -> Values:
        """A case with nothing in it that it can do without, and with plain numbers."""
        found = dict(values)
        if not self.confirmed(found, shown, contradictory=contradictory):
            raise UndecidedError(f"the evaluator does not confirm the case {found}")
        for name in list(found):
            fewer = {key: value for key, value in found.items() if key != name}
            if self.confirmed(fewer, shown, contradictory=contradictory):
                found = fewer
        for name in found:
            for value in self._plainer(name, found[name]):
                other = {**found, name: value}
                if self.confirmed(other, shown, contradictory=contradictory):
                    found = other
                    break
        return found

    def _plainer(self, name: str, value: Value) -> Iterator[Value]:
        if isinstance(value, str):
            yield from self.rules.inputs[name].levels
        if not isinstance(value, Decimal):
            return
        whole = self.rules.inputs[name].type == "integer"
        marks = self._landmarks.get(name, [])
        near = [*marks, *(mark - 1 for mark in marks), *(mark + 1 for mark in marks)]
        for mark in sorted(near, key=lambda mark: mark == 0):
            if mark >= 0 and (not whole or mark == mark.to_integral_value()):
                yield mark
        for places in range(6):
            yield round(value, places)

    def _value(self, name: str, value: Any) -> Value:
        one = self.rules.inputs[name]
        if one.type == "category":
            code = value.as_long()
            return next(level for level in one.levels if self.encoding.codes.of(level) == code)
        if one.type == "date":
            return datetime.date.fromordinal(value.as_long())
        if z3.is_int_value(value):
            return Decimal(value.as_long())
        if z3.is_algebraic_value(value):
            value = value.approx(12)
        return round(
            Decimal(value.numerator_as_long()) / Decimal(value.denominator_as_long()), 12
        ).normalize()

    def _solver(self, contradictory: bool) -> Any:
        if contradictory not in self._solvers:
            solver = z3.Solver()
            solver.set("random_seed", 1)
            solver.set("timeout", 1000 * SECONDS)
            solver.add(*self.encoding.domain(self.rules.inputs))
            if not contradictory:
                solver.add(z3.Not(self.nobody))
            self._solvers[contradictory] = solver
        return self._solvers[contradictory]


def landmarks(rules: RuleSet) -> dict[str, list[Decimal]]:
    """The numbers with which each input is compared, smallest first."""
    found: dict[str, set[Decimal]] = {}
    for expr in every_expression(rules):
        for node in every_node(expr.root):
            if not isinstance(node, Comparison | Membership):
                continue
            sides = (node.left, node.right) if isinstance(node, Comparison) else node.values
            numbers = {Decimal(repr(one.value)) for one in sides if isinstance(one, Number)}
            for one in every_node(node):
                name = getattr(one, "name", None)
                if name in rules.inputs:
                    found.setdefault(str(name), set()).update(numbers)
    return {name: sorted(numbers) for name, numbers in found.items()}


def every_expression(rules: RuleSet) -> list[Expr]:
    """Every condition of the rules and definitions, of conflicts and contradictions."""
    own = [expr for program in rules.programs.values() for expr in program.expressions()]
    beside = [*rules.shared.values(), *rules.bites.values(), *rules.cannot_be.values()]
    return own + [expr for expr in beside if expr is not None]
