"""What the conditions ask of one case: values, shared conditions, other rules; each worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crlm.dictionary.expressions.syntax import Expr
from crlm.pathway.conditions.trace import Open, Traced, joined
from crlm.pathway.conditions.values import Value
from crlm.pathway.ruleset import RuleSet


class CaseFacts:
    """The facts of one case under one rule set; `values` holds what is known, everything else is unknown."""

    def __init__(self, rules: RuleSet, values: Mapping[str, Value]) -> None:
        self.rules = rules
        self.values = values
        self._answers: dict[int, bool | None] = {}
        self._traces: dict[int, Traced] = {}
        self._labels: dict[str, int] = {}
        self._open_labels: dict[str, Open] = {}

    def answer(self, expr: Expr) -> bool | None:
        """The result of a condition."""
        key = id(expr)
        if key not in self._answers:
            self._answers[key] = self.rules.answer(expr)(self)
        return self._answers[key]

    def trace(self, expr: Expr) -> Traced:
        """The result of a condition with the inputs that could change it."""
        key = id(expr)
        if key not in self._traces:
            self._traces[key] = self.rules.tracer(expr)(self)
        return self._traces[key]

    def definition(self, name: str) -> bool | None:
        """The result of a shared condition."""
        return self.answer(self.rules.shared[name])

    def condition_of(self, rule: str) -> bool | None:
        """The result of a rule's condition, whatever its gate."""
        condition = self.rules.programs[rule].condition
        assert condition is not None, rule  # checked when the rules were loaded
        return self.answer(condition)

    def label_of(self, rule: str) -> str:
        """A rule's label without its flags: the first whose condition is true."""
        if rule not in self._labels:
            labels = self.rules.programs[rule].labels
            self._labels[rule] = next(
                index for index, (_, when) in enumerate(labels) if when is None or self.answer(when) is True
            )
        return self.rules.programs[rule].labels[self._labels[rule]][0]

    def flags_of(self, rule: str) -> tuple[str, ...]:
        """The flags of a rule that are raised; one whose inputs are unknown is not."""
        return tuple(flag for flag, when in self.rules.programs[rule].flags if self.answer(when) is True)

    def named_label(self, name: str) -> str | None:
        """A label under its name, None when the label means unknown."""
        rule = self.rules.named_labels[name]
        label = self.label_of(rule)
        return None if label in self.rules.rules[rule].unknown_labels else label

    def open_definition(self, name: str) -> Open:
        """The inputs that could change a shared condition."""
        return self.trace(self.rules.shared[name])[1]

    def open_condition(self, rule: str) -> Open:
        """The inputs that could change a rule's condition."""
        condition = self.rules.programs[rule].condition
        assert condition is not None, rule
        return self.trace(condition)[1]

    def open_label(self, rule: str) -> Open:
        """The inputs that could change a rule's label, flags aside.

        They are those of every label that was passed over; and where the label that holds could itself be lost, those
        of the labels after it.
        """
        if rule not in self._open_labels:
            self.label_of(rule)
            labels, chosen = self.rules.programs[rule].labels, self._labels[rule]
            holds = labels[chosen][1]
            lost = self._open_of([holds])
            after = [when for _, when in labels[chosen + 1 :]] if lost else []
            before = [when for _, when in labels[:chosen]]
            self._open_labels[rule] = joined([self._open_of([*before, *after]), lost])
        return self._open_labels[rule]

    def open_flags(self, rule: str) -> Open:
        """The inputs that could raise or lower a flag."""
        return self._open_of([when for _, when in self.rules.programs[rule].flags])

    def open_named_label(self, name: str) -> Open:
        """The inputs that could change a named label."""
        return self.open_label(self.rules.named_labels[name])

    def _open_of(self, conditions: Iterable[Expr | None]) -> Open:
        return joined([self.trace(one)[1] for one in conditions if one is not None])
