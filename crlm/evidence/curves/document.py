"""The JSON Schema of a reconstructed curve's report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crlm.evidence.curves.recovery import NOT_PATIENTS, ArmRecovery, Beside, Comparison
from crlm.evidence.schemas import dataclass_schema


@dataclass(frozen=True)
class _Document:
    """What `crlm evidence curve --json` prints, and recovery.json holds."""

    source: str
    warning: str
    id: str
    title: str
    time_unit: str
    coarse: bool
    arms: tuple[ArmRecovery, ...]
    comparisons: tuple[Comparison, ...]
    log_rank_p: Beside


def curve_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `crlm evidence curve --json` prints."""
    words = "How well pseudo-individual data from a published survival curve give back what is printed. No patients."
    schema = dataclass_schema(_Document, "curve", words, warning={"const": NOT_PATIENTS})
    beside = schema["$defs"]["Beside"]
    schema["$defs"]["ArmRecovery"]["properties"]["landmarks"] = {
        "type": "array",
        "items": {
            **beside,
            "description": f"Survival at a time, in months for a paper. {beside.get('description', '')}".strip(),
            "required": ["time", *beside["required"]],
            "properties": {"time": {"type": "number"}, **beside["properties"]},
        },
    }
    return schema
