"""JSON Schemas of documents that are written from frozen dataclasses."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def dataclass_schema(kind: Any, name: str, description: str, **changes: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `dataclasses.asdict` of one, with `exit_code` in front.

    `changes`: properties that the document has instead or besides, each as a schema. Every property is required and no
    other is allowed; what a class says of itself is the description of its objects.
    """
    schema = TypeAdapter(kind).json_schema(mode="serialization", ref_template="#/$defs/{model}")
    definitions = schema.pop("$defs", {})
    for one in definitions.values():
        if one.get("type") == "object":
            one |= {"required": [*one["properties"]], "additionalProperties": False}
    properties = {"exit_code": {"const": 0}, **schema["properties"], **changes}
    return {
        "$schema": DRAFT,
        "$id": f"urn:crlm:schema:{name}:1",
        "title": f"crlm evidence {name}",
        "description": description,
        "type": "object",
        "required": [*properties],
        "properties": properties,
        "additionalProperties": False,
        "$defs": definitions,
    }
