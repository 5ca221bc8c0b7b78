"""An explanation as JSON: what `crlm pathway explain --json` prints."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from crlm.pathway.document import json_value
from crlm.pathway.explanation.model import Change, Explanation, RuleExplanation

SCHEMA_VERSION = "1.0"


def explanation_document(explanation: Explanation, only: Collection[str] | None = None) -> dict[str, Any]:
    """An explanation as JSON values, of all rules or of some; values are as in a case (a region is its limits)."""
    return {
        "schema_version": SCHEMA_VERSION,
        "version": explanation.version,
        "remark": explanation.remark,
        "rules": {id_: _rule(one) for id_, one in explanation.rules.items() if only is None or id_ in only},
        "missing": [_listed(asdict(one)) for one in explanation.resolves],
    }


def _rule(one: RuleExplanation) -> dict[str, Any]:
    return {
        "title": one.title,
        "topic": one.topic,
        "kind": one.kind,
        "result": one.result,
        "result_words": one.result_words,
        "unwelcome": one.unwelcome,
        "reasons": [_listed(asdict(reason)) for reason in one.reasons],
        "follows": one.follows,
        "notes": list(one.notes),
        "source": list(one.source),
        "changes": [_change(change) for change in one.changes],
        "missing": [asdict(missing) for missing in one.missing],
        "ambiguity": one.ambiguity,
        "conflicts": list(one.conflicts),
        "origin": one.origin,
        "origin_label": one.origin_label,
        "strength": one.strength,
        "version": one.version,
    }


def _change(change: Change) -> dict[str, Any]:
    steps = [
        {
            "input": step.input,
            "label": step.label,
            "was": json_value(step.was),
            "to": json_value(step.to),
            "was_words": step.was_words,
            "to_words": step.to_words,
        }
        for step in change.steps
    ]
    return {"steps": steps, "becomes": change.becomes, "words": change.words}


def _listed(found: dict[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}
