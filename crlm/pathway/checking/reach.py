"""What can come out: results, flags, conflicts and contradictions that no case reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crlm.dictionary.expressions.syntax import Comparison, Expr, Membership, Text, every_node
from crlm.pathway.checking.encoding import FLAG
from crlm.pathway.checking.findings import Check, Finding
from crlm.pathway.checking.search import Search, Shown, Values
from crlm.pathway.evaluate import result_of
from crlm.pathway.facts import CaseFacts
from crlm.pathway.ruleset import RuleSet

NEVER: dict[str, tuple[Check, str]] = {
    "unknown": ("never-unknown", "{rule} is never unknown: where it applies it always has an answer."),
    "gate_unknown": ("never-unknown", "Whether {rule} applies is never unknown."),
    "na": ("always-applies", "{rule} is never said not to apply."),
}


def comes_out(rule: str, result: str) -> Shown:
    """Whether the evaluator gives this result, flags aside, or raises this flag."""

    def shown(facts: CaseFacts) -> bool:
        found = result_of(facts, rule)
        if result.startswith(FLAG):
            return " | " in found and result.removeprefix(FLAG) in facts.flags_of(rule)
        return found.split(" | ")[0] == result

    return shown


def reached(search: Search) -> dict[str, dict[str, Values | None]]:
    """Of every rule each result that its kind could have, with a possible case or None."""
    found: dict[str, dict[str, Values | None]] = {}
    for id_ in search.rules.rules:
        for result, when in search.encoding.results(id_).items():
            case = _confirmed_case(search, id_, result, when)
            found.setdefault(id_, {})[result] = case
    return found


def _confirmed_case(search: Search, rule: str, result: str, when: Any) -> Values | None:
    model = search.possible(when)
    if model is None:
        return None
    values = search.read(model, search.rules.support[rule])
    shown = comes_out(rule, result)
    return values if search.confirmed(values, shown) else search.smallest(values, shown)


def unreached(search: Search, found: dict[str, dict[str, Values | None]]) -> Iterator[Finding]:
    """Results that no possible case has, and lines of labels that never decide."""
    for id_, results in found.items():
        for result, case in results.items():
            if case is None:
                yield _unreached(search, id_, result)
        lines = search.encoding.labels(id_) if search.rules.rules[id_].labels else []
        for number, (label, when) in enumerate(lines, 1):
            several = sum(other == label for other, _ in lines) > 1
            if several and search.never(search.encoding.gate(id_).true, when):
                says = f"Line {number} of the labels of {id_}, {label}, never decides."
                yield Finding("unreachable", f"{id_} line {number}: {label}", says)


def _unreached(search: Search, rule: str, result: str) -> Finding:
    subject = f"{rule} {result}"
    if result in NEVER:
        check, says = NEVER[result]
        return Finding(check, subject, says.format(rule=rule))
    when = search.encoding.results(rule)[result]
    names, shown = search.rules.support[rule], comes_out(rule, result)
    case = search.case(names, shown, when, contradictory=True)
    if case is not None:
        says = f"{subject} comes out only where the case contradicts itself."
        return Finding("only-contradictory", subject, says, case)
    return Finding("unreachable", subject, f"{subject} comes out of no case at all.")


def never_true(search: Search) -> Iterator[Finding]:
    """Conflicts that bite in no possible case, and contradictions that no case can have."""
    for id_, bites in search.rules.bites.items():
        if bites is not None and search.never(search.encoding.pair(bites).true):
            yield Finding("never-bites", id_, f"{id_} bites in no possible case.")
    for id_, when in search.rules.cannot_be.items():
        if search.possible(search.encoding.pair(when).true, contradictory=True) is None:
            yield Finding("never-contradicts", id_, f"The contradiction {id_} is true of no case.")


def classes_without_rule(rules: RuleSet) -> Iterator[Finding]:
    """Labels that have a name for other rules and that no other rule asks for."""
    asked = {
        one.value
        for expr in _of_rules(rules)
        for node in every_node(expr.root)
        if isinstance(node, Comparison | Membership)
        for one in every_node(node)
        if isinstance(one, Text)
    }
    for id_, rule in rules.rules.items():
        for label in dict.fromkeys(one.label for one in rule.labels) if rule.name else ():
            if label not in asked:
                says = f"No rule asks whether {rule.name} is {label}."
                yield Finding("class-without-rule", f"{id_} {label}", says)


def _of_rules(rules: RuleSet) -> list[Expr]:
    return [one for own in rules.programs.values() for one in own.expressions()] + list(rules.shared.values())
