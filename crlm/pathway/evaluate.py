"""From a rule set and a case to results: one pure function. It informs a board and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from crlm.pathway.case import Case
from crlm.pathway.conditions.trace import Open
from crlm.pathway.conditions.values import Value
from crlm.pathway.contradictions import Contradicted, contradictions_in
from crlm.pathway.facts import CaseFacts
from crlm.pathway.model import Conflict, Rule
from crlm.pathway.ruleset import RuleSet

Applies = Literal["yes", "no", "unknown"]
MET, NOT_MET, UNKNOWN, NOT_APPLICABLE, GATE_UNKNOWN, SHOW = (
    "met", "not_met", "unknown", "na", "gate_unknown", "show",
)  # fmt: skip


@dataclass(frozen=True)
class RuleResult:
    """The result of one rule.

    `result` is met, not_met, unknown, na (does not apply), gate_unknown (whether it applies is unknown), show, or the
    label of a rule that gives labels. `used` holds every input that the result depends on, through other rules too,
    with its value (None: unknown); `shown` the inputs that are only displayed. `could_change` names the inputs, unknown
    or known in part, whose value could change the result: of an unknown result those that settle it, of gate_unknown
    those that settle whether it applies. `computed` holds values to show beside it.
    """

    id: str
    result: str
    applies: Applies
    used: Mapping[str, Value]
    shown: Mapping[str, Value]
    could_change: Open
    flags: tuple[str, ...] = ()
    computed: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class ConflictResult:
    """Whether sources disagree about this case: `bites` is "yes", or "unknown" with the inputs that would tell."""

    conflict: Conflict
    bites: Literal["yes", "unknown"]
    could_change: Open


@dataclass(frozen=True)
class MissingInput:
    """An unknown input that belongs to a rule that applies, or that settles whether one does.

    `settles` are the rules whose result is unknown or gate_unknown and hangs on it, `open_labels` those whose label it
    could still change, `others` the rest: rules that apply and list it, or whose two-valued answer
    it could change.
    """

    name: str
    settles: tuple[str, ...]
    open_labels: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """What the rules say of a case.

    `results` has every rule in the order of the catalogue. `missing` is DER-04's list, in the order of the inputs.
    `contradictions` and the case's own findings stand beside the results and change none.
    """

    case: Case
    version: str
    results: Mapping[str, RuleResult]
    conflicts: tuple[ConflictResult, ...]
    missing: tuple[MissingInput, ...]
    contradictions: tuple[Contradicted, ...]

    def result(self, rule: str) -> str:
        """The result of one rule."""
        return self.results[rule].result


def evaluate(rules: RuleSet, case: Case) -> Evaluation:
    """The results of every rule for a case; pure: the same rules and case give the same evaluation.

    Logic is three-valued (Kleene): unknown is never read as no, save where the catalogue itself demands it
    (`RuleSet.two_valued`). Nothing is rounded and no value is filled in. Checked against the catalogue's vignettes and
    against an independent evaluator of the same entries (tests/pathway).
    """
    facts = CaseFacts(rules, case.values)
    results = {id_: _result(facts, rule) for id_, rule in rules.rules.items()}
    return Evaluation(
        case=case,
        version=rules.version,
        results=results,
        conflicts=tuple(_conflicts(facts, results)),
        missing=_missing(rules, case, results),
        contradictions=(*case.findings, *contradictions_in(facts)),
    )


def result_of(facts: CaseFacts, rule: str) -> str:
    """The result of one rule alone, with its flags: what a search over values asks many times."""
    own = facts.rules.programs[rule]
    gate = facts.answer(own.gate) if own.gate is not None else True
    if gate is None:
        return GATE_UNKNOWN
    if gate is False:
        return NOT_APPLICABLE
    if own.condition is not None:
        answer = facts.answer(own.condition)
        return UNKNOWN if answer is None else MET if answer else NOT_MET
    if not own.labels:
        return SHOW
    label, flags = facts.label_of(rule), facts.flags_of(rule)
    return f"{label} | {facts.rules.rules[rule].flags_heading}: {', '.join(flags)}" if flags else label


def _result(facts: CaseFacts, rule: Rule) -> RuleResult:
    result = result_of(facts, rule.id)
    applies: Applies = "no" if result == NOT_APPLICABLE else "unknown" if result == GATE_UNKNOWN else "yes"
    own = facts.rules.programs[rule.id]
    used, shown = facts.rules.displayed[rule.id]
    return RuleResult(
        id=rule.id,
        result=result,
        applies=applies,
        used={name: facts.values.get(name) for name in used},
        shown={name: facts.values.get(name) for name in shown},
        could_change=_could_change(facts, rule.id, applies),
        flags=facts.flags_of(rule.id) if own.labels and applies == "yes" else (),
        computed={name: facts.rules.value(expr)(facts) for name, expr in own.computed.items()},
    )


def _could_change(facts: CaseFacts, rule: str, applies: Applies) -> Open:
    own = facts.rules.programs[rule]
    found: Open = facts.trace(own.gate)[1] if own.gate is not None else frozenset()
    if applies != "yes" and own.gate is not None:
        return found
    if own.condition is not None:
        return found | facts.trace(own.condition)[1]
    if own.labels:
        return found | facts.open_label(rule) | facts.open_flags(rule)
    return found


def _conflicts(facts: CaseFacts, results: Mapping[str, RuleResult]) -> list[ConflictResult]:
    """Conflicts that bite, or may; one about content bites where one of its rules applies."""
    found = []
    for conflict in facts.rules.conflicts:
        expr = facts.rules.bites[conflict.id]
        bites, could = (None, frozenset[str]()) if expr is None else facts.trace(expr)
        if expr is None:
            bites = any(results[rule].applies == "yes" for rule in conflict.rules)
        if bites is not False:
            found.append(ConflictResult(conflict, "yes" if bites else "unknown", could))
    return found


def _missing(rules: RuleSet, case: Case, results: Mapping[str, RuleResult]) -> tuple[MissingInput, ...]:
    """The unknown inputs of rules that apply, and those that settle whether a rule applies (DER-04)."""
    hanging: dict[str, list[RuleResult]] = {}
    for one in results.values():
        for name in one.could_change:
            hanging.setdefault(name, []).append(one)
    found = []
    for name in rules.inputs:
        if case.values.get(name) is not None:
            continue
        asking = hanging.get(name, [])
        settles = tuple(one.id for one in asking if one.result in (UNKNOWN, GATE_UNKNOWN))
        labels = tuple(one.id for one in asking if one.id not in settles and rules.rules[one.id].labels)
        rest = [one.id for one in asking if one.id not in settles and one.id not in labels]
        rest += [
            id_
            for id_ in rules.listed_by[name]
            if results[id_].applies == "yes" and name not in results[id_].could_change
        ]
        if asking or rest:
            found.append(MissingInput(name, settles, labels, tuple(rest)))
    return tuple(found)
