"""Whether a condition fits the inputs: unknown names, levels that do not exist and mismatches, all found at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from crlm.dictionary.expressions.syntax import (
    Arithmetic,
    Call,
    Comparison,
    Cut,
    Expr,
    ExpressionError,
    Name,
    Node,
    Text,
    every_node,
)
from crlm.dictionary.expressions.types import BOOLEAN, NUMBER, Kind, Kinds
from crlm.dictionary.variables import Variable
from crlm.pathway.conditions.language import FUNCTIONS, OF_CONDITIONS, OF_RULES, PRESENCE
from crlm.problems import did_you_mean, nearest

Use = Literal["condition", "value"]
PER_LESION = "per lesion"
"""The source of a variable that is recorded per lesion: it cannot be compared."""


@dataclass(frozen=True)
class Names:
    """What a condition may name.

    `inputs` are inputs, `labels` the labels that a label rule gives under a name, `definitions` the shared conditions;
    `conditions` are the ids of rules that have a condition, `label_rules` the labels of each rule that gives labels.
    """

    inputs: Mapping[str, Variable]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    definitions: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    label_rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """Inputs, and definitions as variables that are yes or no."""
        definitions = {one: Variable(name=one, label=one, type="yes_no") for one in sorted(self.definitions)}
        return {**self.inputs, **definitions}

    @property
    def all(self) -> list[str]:
        """Every name that can stand in a condition, inputs first."""
        return [*self.inputs, *self.labels, *sorted(self.definitions)]


def check(expr: Expr, names: Names, use: Use = "condition") -> Kind:
    """The kind of a condition (yes or no) or of a computed value; an ExpressionError lists every fault.

    Division and `sqrt` are for computed values only: a condition compares exact decimals.
    """
    kinds = ConditionKinds(names)
    kind = kinds.of(expr.root)
    if use == "condition":
        kinds.only_exact(expr)
        if kind is not None and kind.type != "boolean":
            kinds.not_a_condition(expr.root)
    if kinds.faults or kind is None:
        raise ExpressionError(expr.text, tuple(sorted(kinds.faults, key=lambda fault: fault.at)))
    return kind


class ConditionKinds(Kinds):
    """The kinds of the dictionary's expressions, with the functions and the names of conditions."""

    def __init__(self, names: Names) -> None:
        super().__init__(names.variables)
        self.names = names
        self._functions = {
            **dict.fromkeys(PRESENCE, self._presence),
            **dict.fromkeys(OF_CONDITIONS, self._of_condition),
            **dict.fromkeys(OF_RULES, self._of_rule),
            "sqrt": self._sqrt,
        }

    def _name(self, node: Name) -> Kind | None:
        if node.name in self.names.labels:
            return Kind("category", levels=self.names.labels[node.name])
        if node.name in self.variables:
            variable = self.variables[node.name]
            if variable.source == PER_LESION:
                given = f'"{node.name}" is recorded per lesion, and a condition is about the patient'
                self._fault(node, "expression-type", given, "leave it to be displayed.")
                return None
            return super()._name(node)
        homes = [one.name for one in self.variables.values() if node.name in one.level_names]
        if homes and nearest(node.name, self.names.all) is None:
            fix = f"it is a level of {homes[0]}: put it in quotes, '{node.name}'."
        elif node.name in FUNCTIONS:
            fix = f"`{node.name}` is a function: write {FUNCTIONS[node.name].usage}."
        else:
            fix = did_you_mean(node.name, self.names.all)
        given = f'there is no input "{node.name}"'
        self._fault(node, "expression-name", given, fix, "inputs, definitions and named labels.")
        return None

    def _presence(self, node: Call) -> Kind | None:
        asked = node.arguments[0]
        if isinstance(asked, Name) and asked.name not in self.names.definitions:
            return BOOLEAN if self.of(asked) is not None else None
        given = f"{node.function} asks about one input"
        self._fault(asked, "expression-type", given, "write undecided(...) for a condition.")
        return None

    def _of_condition(self, node: Call) -> Kind | None:
        return self._condition(node.arguments[0])

    def _of_rule(self, node: Call) -> Kind | None:
        named = node.arguments[0]
        gives_labels = node.function == "label"
        allowed = sorted(self.names.label_rules if gives_labels else self.names.conditions)
        if isinstance(named, Text) and named.value in allowed:
            return Kind("category", levels=self.names.label_rules[named.value]) if gives_labels else BOOLEAN
        word = named.value if isinstance(named, Text) else ""
        what = "labels" if gives_labels else "a condition"
        if not isinstance(named, Text):
            given, fix = f"{node.function} names a rule", f"write {FUNCTIONS[node.function].usage}."
        elif word in self.names.conditions | set(self.names.label_rules):
            other = "met" if gives_labels else "label"
            given, fix = f"{word} has no {what.removeprefix('a ')}", f"write {other}('{word}')."
        else:
            given, fix = f"there is no rule {word} that has {what}", did_you_mean(word, allowed)
        self._fault(named, "expression-name", given, fix, f"the id of a rule that has {what}.")
        return None

    def _sqrt(self, node: Call) -> Kind | None:
        return NUMBER if self._needs(node.arguments[0], "number", "sqrt needs a number") else None

    def _comparison(self, node: Comparison) -> Kind | None:
        for side in (node.left, node.right):
            kind = self.of(side)
            if kind is not None and kind.type == "boolean":
                given = "a condition is compared"
                self._fault(side, "expression-type", given, "write it alone, or after `not`.")
                return None
        return super()._comparison(node)

    def only_exact(self, expr: Expr) -> None:
        """Refuse what is not exact in decimals, and cut, which is for display."""
        for node in every_node(expr.root):
            if isinstance(node, Arithmetic) and node.sign == "/":
                self._fault(
                    node, "expression-type", "a condition does not divide", "multiply the other side."
                )
            elif isinstance(node, Call) and node.function == "sqrt":
                self._fault(
                    node, "expression-type", "a condition has no square roots", "compare the squares."
                )
            elif isinstance(node, Cut):
                self._fault(node, "expression-type", "cut is for computed values", "compare the number.")

    def not_a_condition(self, node: Node) -> None:
        """Refuse a value where a condition is expected."""
        self._condition(node)
