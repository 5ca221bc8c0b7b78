"""A paper as one JSON document, and the JSON Schema of it: what paper.toml and the tables may hold."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from crlm.evidence.columns import Column, table_columns
from crlm.evidence.description import Description
from crlm.evidence.numbers import ROWS, PublishedRow, TwoByTwo
from crlm.evidence.paper import Paper

SCHEMA_VERSION = "1.0"
KINDS: dict[str, list[str]] = {
    "text": ["string"],
    "number": ["number", "null"],
    "whole number": ["integer", "null"],
    "yes/no": ["boolean"],
}


def paper_document(paper: Paper) -> dict[str, Any]:
    """A whole paper: `description` as in paper.toml, and every table as a list of rows."""
    tables = {name: [row_document(row) for row in getattr(paper.numbers, name)] for name in ROWS}
    return {
        "schema_version": SCHEMA_VERSION,
        "description": paper.description.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "tables": {name: rows for name, rows in tables.items() if rows},
    }


def row_document(row: PublishedRow | TwoByTwo) -> dict[str, Any]:
    """A row, every column; the paper's id is left to what holds the row."""
    return {key: value for key, value in asdict(row).items() if key != "study"}


def paper_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a paper: of its paper.toml as `description`, and of each table's rows."""
    description = Description.model_json_schema(by_alias=True)
    definitions = description.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:paper:{SCHEMA_VERSION}",
        "title": "crlm paper",
        "description": "What a paper printed: its description (paper.toml) and its tables (CSV files, here as rows).",
        "type": "object",
        "required": ["schema_version", "description", "tables"],
        "additionalProperties": False,
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION},
            "description": description,
            "tables": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: _table_schema(name) for name in ROWS},
            },
        },
        "$defs": definitions,
    }


def _table_schema(name: str) -> dict[str, Any]:
    table = table_columns(name)
    names = [one.name for one in table.columns]
    columns = {one.name: _column_schema(one) for one in table.columns}
    if "status" not in columns:
        columns["status"] = {"type": "string"}
    row = {"type": "object", "required": names, "additionalProperties": False, "properties": columns}
    return {"type": "array", "description": f"A row is {table.row}.", "items": row}


def _column_schema(column: Column) -> dict[str, Any]:
    kinds = KINDS[column.kind]
    found: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds, "description": column.words}
    if column.allowed:
        found["enum"] = list(column.allowed) if column.needed else ["", *column.allowed]
    elif column.needed:
        found["minLength"] = 1
    return found
