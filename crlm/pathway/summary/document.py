"""The summary as a document to print, and as data."""

from __future__ import annotations

from typing import Any

from crlm.pathway.document import evaluation_document
from crlm.pathway.evaluate import Evaluation
from crlm.pathway.ruleset import RuleSet
from crlm.pathway.schema import evaluation_schema
from crlm.pathway.summary.appendix import appendix
from crlm.pathway.summary.model import Summary
from crlm.pathway.summary.sheet import TITLE, origin, sheet, subtitle
from crlm.rendering.tree import Document

SCHEMA_VERSION = "1.0"
BANNER = "SYNTHETIC: no real patient"


def summary_report(rules: RuleSet, evaluation: Evaluation, summary: Summary, created: str) -> Document:
    """The page with its appendix; `created` is ISO 8601 in UTC."""
    return Document(
        id="tumour-board",
        title=TITLE,
        subtitle=subtitle(summary),
        authors=(),
        banner=BANNER if summary.synthetic else None,
        data=origin(summary),
        created=created,
        sections=appendix(rules, evaluation, summary),
        sheet=sheet(summary),
    )


def summary_document(rules: RuleSet, evaluation: Evaluation, summary: Summary) -> dict[str, Any]:
    """The summary as JSON values, with the evaluation that it rests on."""
    return {
        "document": "crlm tumour board summary",
        "schema_version": SCHEMA_VERSION,
        "summary": summary.model_dump(mode="json"),
        "evaluation": evaluation_document(rules, evaluation),
    }


def summary_schema(rules: RuleSet) -> dict[str, Any]:
    """The JSON Schema of `summary_document`."""
    shape = Summary.model_json_schema(mode="serialization", ref_template="#/$defs/{model}")
    definitions = shape.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:summary:{SCHEMA_VERSION}",
        "title": "A summary for a tumour board",
        "type": "object",
        "required": ["document", "schema_version", "summary", "evaluation"],
        "properties": {
            "exit_code": {"const": 0},
            "document": {"const": "crlm tumour board summary"},
            "schema_version": {"const": SCHEMA_VERSION},
            "summary": {"$ref": "#/$defs/Summary"},
            "evaluation": evaluation_schema(rules),
        },
        "additionalProperties": False,
        "$defs": {**definitions, "Summary": shape},
    }
