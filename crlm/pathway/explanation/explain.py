"""From an evaluation to its explanation: one pure function."""

from __future__ import annotations

import re

from crlm.pathway.evaluate import GATE_UNKNOWN, MET, NOT_APPLICABLE, NOT_MET, SHOW, Evaluation
from crlm.pathway.explanation.changes import Changes
from crlm.pathway.explanation.model import Explanation, RuleExplanation
from crlm.pathway.explanation.notes import notes_on
from crlm.pathway.explanation.prepared import prepared
from crlm.pathway.explanation.reasons import Reasons
from crlm.pathway.explanation.resolving import Resolving
from crlm.pathway.explanation.search import Singles, dial
from crlm.pathway.explanation.words import ORIGINS, capital, result_words
from crlm.pathway.facts import CaseFacts
from crlm.pathway.model import Rule
from crlm.pathway.ruleset import RuleSet

BOTH_WAYS = re.compile(r"Met: (?P<met>[^.]*)\. Not met: (?P<not_met>[^.]*)\. ?(?P<rest>.*)", re.DOTALL)
"""A conclusion that says itself what follows when the rule is met and when it is not."""


def explain(rules: RuleSet, evaluation: Evaluation) -> Explanation:
    """Why each result is what it is, what would change it, and which missing input would settle most.

    Pure: the same rules and evaluation give the same explanation. Reasons are read from the conditions. Changes and
    what a missing input settles are found by trying every value that the rules can tell apart (every level; numbers on,
    between and beyond all thresholds): each input alone, and for results that no input gives alone each two together.
    An input that is `fixed` is varied only as far as it is unknown; dates, and inputs recorded per lesion, are not.
    Numbers are told apart to six decimals. Checked against brute force with the plain evaluator
    (tests/pathway/explanation).
    """
    ready = prepared(rules)
    values = evaluation.case.values
    cells = ready.cells(values)
    dials = {name: dial(one, cells[name], values.get(name)) for name, one in rules.inputs.items()}
    singles = Singles(ready, values, list(dials.values()))
    changes = Changes(ready, evaluation, dials, singles)
    resolving = Resolving(ready, evaluation, dials, singles)
    reasons = Reasons(ready.reading, CaseFacts(rules, values))
    found = {}
    for id_, rule in rules.rules.items():
        result = evaluation.results[id_]
        found[id_] = RuleExplanation(
            id=id_,
            title=rule.title,
            topic=rule.topic,
            kind=rule.kind,
            result=result.result,
            result_words=result_words(result.result),
            reasons=reasons.of_rule(id_),
            follows=follows(rule, result.result),
            notes=notes_on(ready, evaluation, dials, result),
            source=ready.places[id_],
            changes=changes.of_rule(id_),
            missing=resolving.of_rule(id_, result.could_change),
            ambiguity=rule.ambiguity,
            conflicts=rule.amb,
            origin=rule.origin,
            origin_label=ORIGINS[rule.origin],
            strength=rule.strength,
            unwelcome=rule.fires,
            version=rule.version,
        )
    return Explanation(version=evaluation.version, rules=found, resolves=resolving.all())


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
