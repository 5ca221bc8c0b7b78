"""The JSON Schema of the results document."""

from __future__ import annotations

from typing import Any

from crlm.study.results import SCHEMA_VERSION, Results


def results_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of results.json, with a description of every field."""
    schema = Results.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:results:{SCHEMA_VERSION}",
        **schema,
        "title": "crlm study results",
        "description": "Every number of a study with its denominator, its method and its provenance.",
    }
