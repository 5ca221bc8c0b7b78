"""The JSON Schema of an explanation."""

from __future__ import annotations

from typing import Any, get_args

from crlm.pathway.explanation.document import SCHEMA_VERSION
from crlm.pathway.explanation.model import LOGIC_NOT_ADVICE, Holds, Part, Settles
from crlm.pathway.ruleset import RuleSet

TEXT = {"type": "string"}
MAY_BE_TEXT = {"type": ["string", "null"]}
TRUTH = {"type": "boolean"}


def explanation_schema(rules: RuleSet) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `crlm pathway explain --json` prints."""
    inputs, ids = {"enum": list(rules.inputs)}, {"enum": list(rules.rules)}
    value = {"description": "As in a case: null is unknown, an object with limits or one_of is partly known."}
    reason = _object(
        "One comparison that the result rests on.",
        inputs=_list(inputs),
        value=TEXT,
        words=TEXT,
        holds={"enum": [*get_args(Holds)], "description": "Whether what the rule asks for here is so."},
        part={"enum": [*get_args(Part)], "description": "What of the rule it decides."},
        through={**MAY_BE_TEXT, "description": "The other rule that it stands in; null for the rule's own."},
    )
    step = _object(
        "One input of a change: from what is recorded to any value within `to`.",
        input=inputs,
        label=TEXT,
        was=value,
        to=value,
        was_words=TEXT,
        to_words=TEXT,
    )
    change = _object(
        "What would give another result, everything else as recorded: logic, not advice.",
        steps={**_list(step), "minItems": 1, "maxItems": 2},
        becomes=TEXT,
        words=TEXT,
    )
    missing = _object(
        "An unknown input of the rule.",
        input=inputs,
        label=TEXT,
        settles={
            "enum": [*get_args(Settles)],
            "description": "For which of its values it settles the rule alone.",
        },
        words=TEXT,
    )
    rule = _object(
        "One rule: its result, why, and what would change it.",
        title=TEXT,
        topic=TEXT,
        kind=TEXT,
        result=TEXT,
        result_words=TEXT,
        unwelcome={**TRUTH, "description": "Whether met is a warning or a prompt."},
        reasons=_list(reason),
        follows={**TEXT, "description": "What the rule concludes; empty where nothing follows."},
        notes=_list(TEXT),
        source=_list(TEXT),
        changes=_list(change),
        missing=_list(missing),
        ambiguity=MAY_BE_TEXT,
        conflicts=_list(TEXT),
        origin=TEXT,
        origin_label={
            **TEXT,
            "description": "To be shown where it is not empty: the rule is not in the deck.",
        },
        strength=MAY_BE_TEXT,
        version={"type": "integer"},
    )
    resolve = _object(
        "A missing input, and which rules knowing it would settle: for all of its values, or for some.",
        input=inputs,
        label=TEXT,
        question=MAY_BE_TEXT,
        judgement=TRUTH,
        settles=_list(ids),
        may_settle=_list(ids),
        labels=_list(ids),
        may_label=_list(ids),
        blocks=_list(ids),
        words=TEXT,
    )
    explained = {"type": "object", "propertyNames": ids, "additionalProperties": rule}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:explanation:{SCHEMA_VERSION}",
        "title": "crlm pathway explain",
        **_object(
            "Why each result of a case is what it is, and what would change it.",
            schema_version={"const": SCHEMA_VERSION},
            version={**TEXT, "description": "Of the rules."},
            remark={"const": LOGIC_NOT_ADVICE},
            rules={**explained, "description": "All rules, or those that were asked for."},
            missing={**_list(resolve), "description": "What would settle most comes first."},
        ),
    }


def _object(description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": description,
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}
