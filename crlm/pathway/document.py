"""An evaluation as JSON: the contract that other software reads."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from crlm.pathway.conditions.values import OneOf, Span, Value
from crlm.pathway.contradictions import Contradicted
from crlm.pathway.evaluate import ConflictResult, Evaluation, MissingInput, RuleResult
from crlm.pathway.model import Input, Source
from crlm.pathway.ruleset import RuleSet

SCHEMA_VERSION = "1.0"
DERIVED = ("DER-01", "DER-02", "DER-03", "DER-04", "DER-05")
RESULTS = ("met", "not_met", "unknown", "na", "gate_unknown", "show")


def evaluation_document(rules: RuleSet, evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation as JSON values.

    `rules` has the result of every rule; `derived` those of the DER rules, DER-04's being the list of missing inputs;
    `conflicts` the ids of the conflicts that bite; `missing` the names of the missing inputs; `contradictions` what in
    the case cannot be. `details` says of each what it rests on. An unknown value is null, a partly known one an object.
    """
    results = {id_: one.result for id_, one in evaluation.results.items()}
    missing = [one.name for one in evaluation.missing]
    return {
        "schema_version": SCHEMA_VERSION,
        "version": evaluation.version,
        "rules_sha256": rules.sha256,
        "rules": results,
        "derived": {id_: missing if id_ == "DER-04" else results[id_] for id_ in DERIVED if id_ in results},
        "conflicts": [one.conflict.id for one in evaluation.conflicts if one.bites == "yes"],
        "missing": missing,
        "contradictions": [
            {"id": one.id, "inputs": list(one.inputs), "says": one.says, "used": one.used}
            for one in (*evaluation.contradictions, *_numbers_as_text(evaluation))
        ],
        "details": {
            "rules": {id_: _rule(rules, one) for id_, one in evaluation.results.items()},
            "conflicts": [_conflict(rules, one) for one in evaluation.conflicts],
            "origins": dict(evaluation.case.origins),
            "missing": [_missing(rules.inputs[one.name], one) for one in evaluation.missing],
        },
    }


def _numbers_as_text(evaluation: Evaluation) -> Iterator[Contradicted]:
    """Numbers of the wrong type that could be used: told to whoever writes cases, not to the board."""
    if names := evaluation.case.as_text:
        says = f"{', '.join(names)}: given as text, and used as the number that the text spells."
        yield Contradicted("number-as-text", names, says, used=True)


def json_value(value: Value) -> Any:
    """A value as a case would give it: unknown is null, a partly known number its limits."""
    match value:
        case Decimal():
            if value == value.to_integral_value():
                return int(value)
            number = float(value)
            return number if Decimal(repr(number)) == value else str(value)  # more digits than a float has
        case Span(low, high, low_open, high_open):
            limits = {
                "more_than" if low_open else "at_least": json_value(low),
                "less_than" if high_open else "at_most": json_value(high),
            }
            return {key: limit for key, limit in limits.items() if limit is not None}
        case OneOf(levels):
            return {"one_of": sorted(levels)}
        case datetime.date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def _rule(rules: RuleSet, one: RuleResult) -> dict[str, Any]:
    rule = rules.rules[one.id]
    found: dict[str, Any] = {
        "title": rule.title,
        "kind": rule.kind,
        "origin": rule.origin,
        "fires": rule.fires,
        "applies": one.applies,
        "inputs": {name: json_value(value) for name, value in one.used.items()},
        "displayed": {name: json_value(value) for name, value in one.shown.items()},
        "could_change": _ordered(rules, one.could_change),
    }
    if rule.flags:
        found["flags"] = list(one.flags)
    if one.computed:
        found["computed"] = {name: json_value(value) for name, value in one.computed.items()}
    return found


def _conflict(rules: RuleSet, one: ConflictResult) -> dict[str, Any]:
    conflict = one.conflict
    return {
        "id": conflict.id,
        "subject": conflict.subject,
        "bites": one.bites,
        "where": conflict.where,
        "sides": [{"says": side.says, "source": _source(rules, side.source)} for side in conflict.sides],
        "rules": list(conflict.rules),
        "behaviour": conflict.behaviour,
        "could_change": _ordered(rules, one.could_change),
    }


def _source(rules: RuleSet, source: Source) -> dict[str, Any]:
    """A place: the slide with its heading and lines, or the paper."""
    found: dict[str, Any] = {}
    if source.slide is not None:
        found["slide"] = source.slide
        if source.slide in rules.slides:
            slide = rules.slides[source.slide]
            found |= {"heading": slide.heading, "lines": list(slide.lines)}
    else:
        found["paper"] = source.paper
    if source.at is not None:
        found["at"] = source.at
    return found


def _missing(described: Input, one: MissingInput) -> dict[str, Any]:
    return {
        "input": one.name,
        "definition": described.definition,
        "judgement": described.judgement,
        "question": described.question,
        "derived": described.derived,
        "settles": list(one.settles),
        "open_labels": list(one.open_labels),
        "others": list(one.others),
    }


def _ordered(rules: RuleSet, names: frozenset[str]) -> list[str]:
    return [name for name in rules.inputs if name in names]
