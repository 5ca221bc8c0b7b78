"""From an evaluation to its explanation: one pure function."""

from __future__ import annotations

import re
from decimal import Decimal

from crlm.pathway.conditions.values import Span, Value
from crlm.pathway.evaluate import GATE_UNKNOWN, MET, NOT_APPLICABLE, NOT_MET, SHOW, Evaluation
from crlm.pathway.explanation.changes import Changes
from crlm.pathway.explanation.model import Change, Explanation, Missing, Reason, RuleExplanation
from crlm.pathway.explanation.notes import notes_on
from crlm.pathway.explanation.prepared import Prepared, prepared
from crlm.pathway.explanation.reasons import Reasons
from crlm.pathway.explanation.resolving import Settling, resolves
from crlm.pathway.explanation.words import ORIGINS, capital, result_words
from crlm.pathway.facts import CaseFacts
from crlm.pathway.model import Rule
from crlm.pathway.ruleset import RuleSet

MOST_TOLD = 10_000
"""Rules told of that are remembered: some fifty cases with nothing in common."""
BOTH_WAYS = re.compile(r"Met: (?P<met>[^.]*)\. Not met: (?P<not_met>[^.]*)\. ?(?P<rest>.*)", re.DOTALL)
"""A conclusion that says itself what follows when the rule is met and when it is not."""


def explain(rules: RuleSet, evaluation: Evaluation) -> Explanation:
    """Why each result is what it is, what would change it, and which missing input would settle most.

    Pure: the same rules and evaluation give the same explanation. What was told of a rule is remembered by the values
    of the inputs that it reads, so that after a change only the rules that read it are searched again.

    Reasons are read from the conditions. Changes and what a missing input settles are found by trying every value that
    the rules can tell apart (every level; numbers on, between and beyond all thresholds): each input alone, and for
    results that no input gives alone each two together.
    An input that is `fixed` is varied only as far as it is unknown; dates, and inputs recorded per lesion, are not.
    Numbers are told apart to six decimals. Checked against brute force with the plain evaluator
    (tests/pathway/explanation).
    """
    ready = prepared(rules)
    values = evaluation.case.values
    exact = {name: _exact(value) for name, value in values.items()}
    keys = {reads: tuple(map(exact.get, reads)) for reads in set(ready.reads.values())}
    case: _Case | None = None
    found = {}
    for id_ in rules.rules:
        key = (id_, keys[ready.reads[id_]])
        one = ready.told.get(key)
        if one is None:
            case = case or _Case(ready, evaluation)
            if len(ready.told) >= MOST_TOLD:
                ready.told.clear()
            one = ready.told[key] = case.told(id_)
        found[id_] = one
    return Explanation(version=evaluation.version, rules=found, resolves=resolves(ready, found))


def _exact(value: Value) -> object:
    """A value by which what was told of a rule is found again: 28 and 28.0 are told apart, as both are written."""
    return repr(value) if isinstance(value, Decimal | Span) else value


class _Case:
    """What is told of the rules of one case; rules that decide in the same way share it."""

    def __init__(self, ready: Prepared, evaluation: Evaluation) -> None:
        self._ready, self._evaluation = ready, evaluation
        search_of = ready.searches(evaluation.case.values)
        self._changes = Changes(ready, evaluation, search_of)
        self._settling = Settling(ready, search_of)
        self._reasons = Reasons(ready.reading, CaseFacts(ready.rules, evaluation.case.values))
        self._shared: dict[
            tuple[int, bool], tuple[tuple[Reason, ...], tuple[Change, ...], tuple[Missing, ...]]
        ] = {}

    def told(self, id_: str) -> RuleExplanation:
        """One rule. Nothing that is said of it depends on an input that it does not read (`Prepared.reads`)."""
        rule, result = self._ready.rules.rules[id_], self._evaluation.results[id_]
        same = self._ready.alike[id_]
        if (same, rule.fires) not in self._shared:
            missing = self._settling.of_rule(id_, result.could_change)
            self._shared[same, rule.fires] = (self._reasons.of_rule(id_), self._changes.of_rule(id_), missing)
        reasons, changes, missing = self._shared[same, rule.fires]
        return RuleExplanation(
            id=id_,
            title=rule.title,
            topic=rule.topic,
            kind=rule.kind,
            result=result.result,
            result_words=result_words(result.result),
            reasons=reasons,
            follows=follows(rule, result.result),
            notes=notes_on(self._ready, self._evaluation, result),
            source=self._ready.places[id_],
            changes=changes,
            missing=missing,
            ambiguity=rule.ambiguity,
            conflicts=rule.amb,
            origin=rule.origin,
            origin_label=ORIGINS[rule.origin],
            strength=rule.strength,
            unwelcome=rule.fires,
            version=rule.version,
        )


def follows(rule: Rule, result: str) -> str:
    """What a rule concludes, worded for its result: a conclusion says what follows when the rule is met."""
    if result == NOT_APPLICABLE:
        return ""
    if result in (MET, SHOW) or rule.labels:
        said = BOTH_WAYS.fullmatch(rule.conclusion) if result == MET else None
        return rule.conclusion if said is None else _sentences(said["met"], said["rest"])
    said = BOTH_WAYS.fullmatch(rule.conclusion)
    if said is not None and result == NOT_MET:
        return _sentences(said["not_met"], said["rest"])
    if said is not None:
        return rule.conclusion
    when = "If it applies" if result == GATE_UNKNOWN and not rule.condition else "If met"
    return f"{when}: {rule.conclusion}"


def _sentences(first: str, rest: str) -> str:
    return f"{capital(first)}. {rest}".strip()
