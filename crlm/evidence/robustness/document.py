"""The JSON Schema of an assessment of robustness."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from crlm.evidence.robustness.assessment import Robustness
from crlm.evidence.schemas import dataclass_schema
from crlm.statistics.unmeasured_confounding import EValue


def robustness_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `crlm evidence robustness --json` prints."""
    e_value = TypeAdapter(EValue).json_schema(mode="serialization")
    named = {
        "type": "object",
        "description": e_value.get("description", ""),
        "required": ["outcome", *e_value["properties"]],
        "properties": {"outcome": {"enum": ["common", "rare", "any"]}, **e_value["properties"]},
        "additionalProperties": False,
    }
    words = "What would explain a published effect away: E-values, a known confounder, fragility."
    listed = {"type": "array", "items": named}
    schema = dataclass_schema(Robustness, "robustness", words, e_values=listed)
    schema["$defs"].pop("EValue", None)
    return schema
