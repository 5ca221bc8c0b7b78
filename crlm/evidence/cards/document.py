"""Evidence cards as a document for other software, and its schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crlm.evidence.cards.model import EvidenceCard

VERSION = "1"


def cards_document(cards: Sequence[EvidenceCard]) -> dict[str, Any]:
    """The cards as JSON-ready data."""
    return {
        "document": "crlm evidence card",
        "version": VERSION,
        "cards": [one.model_dump(mode="json") for one in cards],
    }


def cards_schema() -> dict[str, Any]:
    """The JSON Schema of `cards_document`."""
    card = EvidenceCard.model_json_schema(mode="serialization", ref_template="#/$defs/{model}")
    definitions = card.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "crlm evidence card",
        "type": "object",
        "required": ["document", "version", "cards"],
        "properties": {
            "exit_code": {"const": 0},
            "document": {"const": "crlm evidence card"},
            "version": {"const": VERSION},
            "cards": {"type": "array", "items": {"$ref": "#/$defs/EvidenceCard"}},
        },
        "additionalProperties": False,
        "$defs": {**definitions, "EvidenceCard": card},
    }
