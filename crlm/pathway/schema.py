"""The JSON Schemas of a case and of an evaluation."""

from __future__ import annotations

from typing import Any

from crlm.pathway.document import DERIVED, RESULTS, SCHEMA_VERSION
from crlm.pathway.model import Input
from crlm.pathway.ruleset import RuleSet


def case_schema(rules: RuleSet) -> dict[str, Any]:
    """The JSON Schema of a case. Impossible numbers are not refused by `crlm`, but reported, so they are not here."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:case:{SCHEMA_VERSION}",
        "title": "A case: the pathway's inputs of one patient at one date",
        "description": "Absent, null, an empty text, unknown and uncertain are unknown.",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _input_schema(one) for name, one in rules.inputs.items()},
    }


UNKNOWN = {"enum": [None, "", "unknown", "uncertain"]}
LIMITED = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        name: {"type": ["number", "string"]} for name in ("at_least", "more_than", "at_most", "less_than")
    },
}


def _input_schema(one: Input) -> dict[str, Any]:
    words = one.definition + (f" Unit: {one.unit}." if one.unit else "")
    if one.type == "category":
        levels = {"enum": list(one.levels)}
        if one.per_lesion:
            known: list[dict[str, Any]] = [
                levels,
                {"type": "array", "items": {"anyOf": [levels, UNKNOWN]}},
            ]
        else:
            listed = {"type": "array", "minItems": 1, "items": levels}
            several = {
                "type": "object",
                "additionalProperties": False,
                "required": ["one_of"],
                "properties": {"one_of": listed},
            }
            known = [levels, several]
    elif one.type == "date":
        known = [{"type": "string", "format": "date"}]
    else:
        number: dict[str, Any] = {"type": "number"}
        if one.closed and one.range is not None:
            number |= {"minimum": one.range.at_least, "maximum": one.range.at_most, "multipleOf": 1}
        known = [number, {"type": "string"}, LIMITED]
    return {"description": words, "anyOf": [*known, UNKNOWN]}


def evaluation_schema(rules: RuleSet) -> dict[str, Any]:
    """The JSON Schema of what `crlm pathway evaluate` prints."""
    names = {"type": "array", "items": {"enum": list(rules.inputs)}}
    results = {
        id_: {
            "type": "string",
            **(
                {"enum": list(RESULTS)} if not rule.labels else {"description": "a label, na or gate_unknown"}
            ),
        }
        for id_, rule in rules.rules.items()
    }
    derived = {id_: names if id_ == "DER-04" else {"type": "string"} for id_ in DERIVED if id_ in rules.rules}
    ids = {"type": "array", "items": {"type": "string"}}
    contradiction = _object(
        {"id": {"type": "string"}, "inputs": names, "says": {"type": "string"}, "used": {"type": "boolean"}}
    )
    detail = {
        **_object(
            {
                "title": {"type": "string"},
                "kind": {"enum": ["computable", "judgement", "evidence"]},
                "origin": {"enum": ["deck", "paper", "software", "consequence", "inference"]},
                "fires": {"type": "boolean"},
                "applies": {"enum": ["yes", "no", "unknown"]},
                "inputs": {"type": "object"},
                "displayed": {"type": "object"},
                "could_change": names,
            }
        ),
    }
    detail["properties"] |= {"flags": ids, "computed": {"type": "object"}}
    conflict = _object(
        {
            "id": {"type": "string"},
            "subject": {"type": "string"},
            "bites": {"enum": ["yes", "unknown"]},
            "where": {"type": ["string", "null"]},
            "sides": {
                "type": "array",
                "items": _object({"says": {"type": "string"}, "source": {"type": "object"}}),
            },
            "rules": ids,
            "behaviour": {"type": "string"},
            "could_change": names,
        }
    )
    missing = _object(
        {
            "input": {"enum": list(rules.inputs)},
            "definition": {"type": "string"},
            "judgement": {"type": "boolean"},
            "question": {"type": ["string", "null"]},
            "derived": {"type": ["string", "null"]},
            "settles": ids,
            "open_labels": ids,
            "others": ids,
        }
    )
    details = _object(
        {
            "rules": {"type": "object", "additionalProperties": detail},
            "conflicts": {"type": "array", "items": conflict},
            "origins": {"type": "object", "additionalProperties": {"type": "string"}},
            "missing": {"type": "array", "items": missing},
        }
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:pathway:{SCHEMA_VERSION}",
        "title": "What the pathway's rules say of a case",
        **_object(
            {
                "schema_version": {"const": SCHEMA_VERSION},
                "version": {"type": "string"},
                "rules_sha256": {"type": "string"},
                "rules": _object(results),
                "derived": _object(derived),
                "conflicts": ids,
                "missing": names,
                "contradictions": {"type": "array", "items": contradiction},
                "details": details,
            }
        ),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
