"""What the conditions ask of one case: values, shared conditions, other rules; each worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

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
        rule = self.rule_named(name)
        label = self.label_of(rule)
        return None if self.means_unknown(rule, label) else label

    def open_definition(self, name: str) -> Open:
        """The inputs that could change a shared condition."""
        return self.trace(self.rules.shared[name])[1]

    def open_condition(self, rule: str) -> Open:
        """The inputs that could change a rule's condition."""
        condition = self.rules.programs[rule].condition
        assert condition is not None, rule
        return self.trace(condition)[1]

    def open_label(self, rule: str) -> Open:
        """The inputs that could change a rule's label, flags aside."""
        return self.open_about_label(rule, lambda label: label)

    def open_about_label(self, rule: str, asked: Callable[[str], Hashable]) -> Open:
        """The inputs that could change what is asked about a rule's label.

        Labels are tried in order: one that is false for good is no candidate, one that holds for good ends the search,
        and the last ones among the candidates that give the same answer need not be told apart.
        """
        candidates: list[tuple[Hashable, Open]] = []
        for label, when in self.rules.programs[rule].labels:
            holds, could = self.trace(when) if when is not None else (True, frozenset[str]())
            if holds is True or could:
                candidates.append((asked(label), could))
            if holds is True and not could:
                break
        while len(candidates) > 1 and candidates[-2][0] == candidates[-1][0]:
            del candidates[-2]
        return joined([could for _, could in candidates]) if len(candidates) > 1 else frozenset()

    def rule_named(self, name: str) -> str:
        """The rule that gives a named label."""
        return self.rules.named_labels[name]

    def means_unknown(self, rule: str, label: str) -> bool:
        """Whether a label stands for unknown under the rule's name."""
        return label in self.rules.rules[rule].unknown_labels

    def open_flags(self, rule: str) -> Open:
        """The inputs that could raise or lower a flag."""
        return self._open_of([when for _, when in self.rules.programs[rule].flags])

    def _open_of(self, conditions: Iterable[Expr | None]) -> Open:
        return joined([self.trace(one)[1] for one in conditions if one is not None])
