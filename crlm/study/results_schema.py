"""The JSON Schema of results.json: it refuses unknown keys, absent keys, and absent numbers without a reason."""

from __future__ import annotations

from typing import Any

from crlm.study.results import SCHEMA_VERSION, Results

Schema = dict[str, Any]

NEED_A_REASON = {"Number": ("value",), "Interval": ("value", "lower", "upper"), "Test": ("p",)}
"""What may be null only beside a `reason`, by model."""


def results_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of results.json, with a description of every field."""
    schema = Results.model_json_schema(mode="serialization")
    for part in (schema, *schema["$defs"].values()):
        part["required"] = list(part["properties"])  # a run writes every key, also those that have a default
    for name, numbers in NEED_A_REASON.items():
        schema["$defs"][name]["anyOf"] = [
            {"properties": {number: {"type": "number"} for number in numbers}},
            {"properties": {"reason": {"type": "string", "minLength": 1}}},
        ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:results:{SCHEMA_VERSION}",
        **schema,
        "title": "crlm study results",
        "description": "Every number of a study with its denominator, its method and its provenance.",
    }
