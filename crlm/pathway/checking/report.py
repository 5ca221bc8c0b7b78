"""All checks of a rule set together, and what they found."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crlm.pathway.checking.findings import ChecksFile, Finding, explained
from crlm.pathway.checking.knowing import Turn, about_turns, idle_inputs, turns
from crlm.pathway.checking.propositions import gaps, opposites
from crlm.pathway.checking.reach import classes_without_rule, never_true, reached, unreached
from crlm.pathway.checking.search import Search, Values
from crlm.pathway.checking.thresholds import differing
from crlm.pathway.conditions.values import Value
from crlm.pathway.ruleset import RuleSet


@dataclass(frozen=True)
class Report:
    """What the checks found.

    `reached` holds of every rule each result that its kind could have, with a case or None; `turning` of every rule
    a case in which knowing more turns its answer into another, None as the proof that there is none; `pairs` counts
    the pairs of opposite statements that were looked at.
    """

    rules: RuleSet
    findings: tuple[Finding, ...]
    reached: dict[str, dict[str, Values | None]]
    turning: dict[str, Turn | None]
    pairs: int

    @property
    def new(self) -> tuple[Finding, ...]:
        """The findings for which nobody has given a reason."""
        return tuple(one for one in self.findings if one.reason is None)


def check_rule_set(rules: RuleSet, declared: ChecksFile | None = None) -> Report:
    """Everything that the checks find in a rule set, with the reasons that are declared for some of it.

    What is unknown to the evaluator is unknown here; values known in part are not looked at. Each case that is shown
    has been evaluated; that none exists is z3's proof (docs/pathway/checks.md). Takes some seconds.
    """
    declared = declared or ChecksFile()
    search = Search(rules)
    results, turning = reached(search), turns(search)
    pairs = opposites(search, declared)
    findings = [
        *unreached(search, results),
        *never_true(search),
        *classes_without_rule(rules),
        *pairs.findings,
        *gaps(search, declared.proposition),
        *differing(rules),
        *about_turns(search, turning),
        *idle_inputs(search),
    ]
    return Report(rules, tuple(explained(findings, declared.known)), results, turning, pairs.all)


def document(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "version": report.rules.version,
        "sha256": report.rules.sha256,
        "counts": counts(report),
        "new": [as_json(one) for one in report.new],
        "known": [as_json(one) for one in report.findings if one.reason is not None],
    }


def counts(report: Report) -> dict[str, int]:
    """What was looked at, and how it came out."""
    everything = [case for results in report.reached.values() for case in results.values()]
    return {
        "rules": len(report.rules.rules),
        "results": len(everything),
        "results_reached": sum(case is not None for case in everything),
        "rules_whose_answers_never_turn": sum(one is None for one in report.turning.values()),
        "pairs_of_opposites": report.pairs,
        "known": len(report.findings) - len(report.new),
        "new": len(report.new),
    }


def as_json(one: Finding) -> dict[str, Any]:
    """A finding as JSON, without what it does not have."""
    case = None if one.case is None else {name: plain(value) for name, value in one.case.items()}
    found = {"check": one.check, "subject": one.subject, "says": one.says, "case": case, "reason": one.reason}
    return {key: value for key, value in found.items() if value is not None}


def plain(value: Value) -> Any:
    """A value as a case writes it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
