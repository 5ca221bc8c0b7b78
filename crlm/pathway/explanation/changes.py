"""What would change a result: single inputs, and pairs where no single one does; logic, not advice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from crlm.pathway.conditions.values import Value
from crlm.pathway.evaluate import GATE_UNKNOWN, MET, NOT_APPLICABLE, NOT_MET, SHOW, UNKNOWN, Evaluation
from crlm.pathway.explanation.grids import Region
from crlm.pathway.explanation.model import Change, Step
from crlm.pathway.explanation.prepared import Prepared
from crlm.pathway.explanation.search import Search
from crlm.pathway.explanation.words import all_of, capital, result_words, value_words
from crlm.pathway.explanation.worlds import RuleMasks
from crlm.pathway.ruleset import RuleSet

APPLIES = "applies"
"""What a rule that does not apply becomes, whatever it then says."""


class Changes:
    """The changes of the rules of one case."""

    def __init__(
        self, prepared: Prepared, evaluation: Evaluation, search_of: Callable[[str], Search]
    ) -> None:
        self._prepared, self._rules = prepared, prepared.rules
        self._evaluation, self._search_of = evaluation, search_of
        self._steps: dict[tuple[str, Region], Step] = {}

    def of_rule(self, rule: str) -> tuple[Change, ...]:
        """The changes of one rule, for each other result the single ones, else the pairs."""
        result = self._evaluation.results[rule]
        # a rule without a gate always applies, whatever its label is called
        applies = self._rules.programs[rule].gate is None or result.applies == "yes"
        return tuple(self._changes(rule, result.result, applies))

    def _changes(self, rule: str, result: str, applies: bool) -> Iterator[Change]:
        search = self._search_of(rule)
        decides, gate = self._prepared.turned[rule]
        inputs = decides if applies else gate
        singles = search.rule(rule)
        pairs: RuleMasks | None = None
        for becomes in _others(self._rules, rule, result, applies):
            groups = search.groups(_where(singles, becomes))
            if not groups and sum(search.turns[name] != 0 for name in inputs) > 1:
                pairs = pairs or search.rule_in_pairs(rule, inputs)
                groups = search.groups_of_two(_where(pairs, becomes), inputs)
            head = f"{capital(result_words(becomes))} if "
            for group in groups:
                steps = tuple([self._step(name, region) for name, region in group])
                yield Change(steps, becomes, head + self._condition(steps))

    def _step(self, name: str, region: Region) -> Step:
        found = self._steps.get((name, region))
        if found is None:
            one = self._rules.inputs[name]
            was: Value = self._evaluation.case.values.get(name)
            found = Step(name, one.called, was, region.to, value_words(one, was), region.to_words)
            self._steps[name, region] = found
        return found

    def _condition(self, steps: Sequence[Step]) -> str:
        """`future liver remnant were at least 30 %`; `is` where it only has to turn out so."""
        verb = "is" if all(step.was is None for step in steps) else "were"
        return all_of([f"{self._prepared.named[step.input]} {verb} {step.to_words}" for step in steps])


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
    if becomes == NOT_APPLICABLE:
        return masks.not_applicable | masks.labels.get(becomes, 0)
    if masks.labels:
        return masks.labels[becomes]
    return masks.true if becomes == MET else masks.false


def result_is(rules: RuleSet, rule: str, result: str, claimed: str) -> bool:
    """Whether a result is what a change claims: labels without their flags, `applies` for whatever applies."""
    if claimed == APPLIES:
        return result not in (NOT_APPLICABLE, GATE_UNKNOWN)
    return (result.split(" | ", maxsplit=1)[0] if rules.programs[rule].labels else result) == claimed
