"""What would change a result: single inputs, and pairs where no single one does; logic, not advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crlm.pathway.conditions.values import Value
from crlm.pathway.evaluate import GATE_UNKNOWN, MET, NOT_APPLICABLE, NOT_MET, SHOW, UNKNOWN, Evaluation
from crlm.pathway.explanation.cells import joined
from crlm.pathway.explanation.model import Change, Step
from crlm.pathway.explanation.prepared import Prepared
from crlm.pathway.explanation.search import Dial, Pairs, Singles
from crlm.pathway.explanation.words import all_of, capital, readable, result_words, value_words
from crlm.pathway.explanation.worlds import RuleMasks
from crlm.pathway.ruleset import RuleSet

APPLIES = "applies"
"""What a rule that does not apply becomes, whatever it then says."""


class Changes:
    """The changes of every rule of one case; rules with the same conditions share them."""

    def __init__(
        self, prepared: Prepared, evaluation: Evaluation, dials: Mapping[str, Dial], singles: Singles
    ) -> None:
        self._prepared, self._rules = prepared, prepared.rules
        self._evaluation, self._dials, self._singles = evaluation, dials, singles
        self._found: dict[object, tuple[Change, ...]] = {}
        self._pairs: dict[tuple[str, ...], Pairs] = {}
        self._steps: dict[tuple[str, tuple[int, ...]], Step] = {}

    def of_rule(self, rule: str) -> tuple[Change, ...]:
        """The changes of one rule, for each other result the single ones, else the pairs."""
        own, result = self._rules.programs[rule], self._evaluation.results[rule]
        key = (*map(id, own.expressions()), len(own.labels), result.result)
        if key not in self._found:
            # a rule without a gate always applies, whatever its label is called
            applies = own.gate is None or result.applies == "yes"
            self._found[key] = tuple(self._search(rule, result.result, applies))
        return self._found[key]

    def _search(self, rule: str, result: str, applies: bool) -> Iterator[Change]:
        inputs = self._inputs(rule, applies)
        singles = self._singles.rule(rule)
        pairs: RuleMasks | None = None
        for becomes in _others(self._rules, rule, result, applies):
            groups = self._singles.groups(_where(singles, becomes), inputs)
            if not groups and len(inputs) > 1:
                if inputs not in self._pairs:
                    dials = [self._dials[name] for name in inputs]
                    self._pairs[inputs] = Pairs(
                        self._prepared, self._evaluation.case.values, dials, self._singles.worlds.answers
                    )
                pairs = pairs or self._pairs[inputs].rule(rule)
                groups = self._pairs[inputs].groups(_where(pairs, becomes))
            for group in groups:
                steps = tuple(self._step(name, cells) for name, cells in group)
                yield Change(steps, becomes, self._words(steps, becomes))

    def _inputs(self, rule: str, applies: bool) -> tuple[str, ...]:
        """The inputs that can be turned and take part: of a rule that does not apply those of its gate."""
        own = self._rules.programs[rule]
        if applies and own.expressions() != (own.gate,):
            behind = self._rules.support[rule]
        elif own.gate is not None:
            behind = self._prepared.behind(own.gate)
        else:
            behind = frozenset()
        turned = [name for name in behind if self._dials[name].turns]
        return tuple(sorted(turned, key=self._prepared.order.__getitem__))

    def _step(self, name: str, cells: tuple[int, ...]) -> Step:
        key = (name, cells)
        if key not in self._steps:
            one, dial = self._rules.inputs[name], self._dials[name]
            was: Value = self._evaluation.case.values.get(name)
            to = readable(joined([dial.cells[cell] for cell in cells]))
            whatever = len(cells) == len(dial.cells)
            to_words = "recorded, whatever it is" if whatever else value_words(one, to)
            self._steps[key] = Step(name, one.called, was, to, value_words(one, was), to_words)
        return self._steps[key]

    def _words(self, steps: Sequence[Step], becomes: str) -> str:
        """`Met if future liver remnant were at least 30 %`; `is` where it only has to turn out so."""
        verb = "is" if all(step.was is None for step in steps) else "were"
        said = [f"{self._prepared.named[step.input]} {verb} {step.to_words}" for step in steps]
        return f"{capital(result_words(becomes))} if {all_of(said)}"


def _others(rules: RuleSet, rule: str, result: str, applies: bool) -> list[str]:
    """The results that a rule could have instead."""
    if result == NOT_APPLICABLE and not applies:
        return [APPLIES]
    if result == GATE_UNKNOWN:
        return [APPLIES, NOT_APPLICABLE]
    if result == SHOW:
        return [NOT_APPLICABLE]
    if rules.programs[rule].labels:
        label = result.split(" | ", maxsplit=1)[0]
        return list(dict.fromkeys(one for one, _ in rules.programs[rule].labels if one != label))
    return {MET: [NOT_MET], NOT_MET: [MET], UNKNOWN: [MET, NOT_MET]}[result]


def _where(masks: RuleMasks, becomes: str) -> int:
    """The worlds in which a rule has a result."""
    if becomes == APPLIES:
        return masks.applies
    labels = dict(masks.labels)
    if becomes == NOT_APPLICABLE:
        return masks.not_applicable | labels.get(becomes, 0)
    if labels:
        return labels[becomes]
    return masks.true if becomes == MET else masks.false


def result_is(rules: RuleSet, rule: str, result: str, claimed: str) -> bool:
    """Whether a result is what a change claims: labels without their flags, `applies` for whatever applies."""
    if claimed == APPLIES:
        return result not in (NOT_APPLICABLE, GATE_UNKNOWN)
    return (result.split(" | ", maxsplit=1)[0] if rules.programs[rule].labels else result) == claimed
