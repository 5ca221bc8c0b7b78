"""The JSON Schema of a registry as a set of records: one list per table, one object per row."""

from __future__ import annotations

from typing import Any

from crlm.dictionary.registry.model import RecordedVariable, RegistryDictionary, Table

Schema = dict[str, Any]

DATE = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
"""A date, or a year and month, or a year."""


def registry_schema(dictionary: RegistryDictionary) -> Schema:
    """The JSON Schema (2020-12) of `{"patient": [{...}, ...], "crlm_episode": [...], ...}`.

    Values are as in a registry's files: a level's code, yes or no, an ISO date that may be partial, a number in the
    dictionary's unit. null, or one of the texts that mean missing, stands for a value that is not there. Every table
    may be absent; a row has its key and its required links, and no column that the dictionary does not know.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:registry:{dictionary.version}",
        "title": f"A registry of colorectal liver metastases, dictionary {dictionary.version}",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            table.name: {
                "description": f"{table.label}: {table.row}.",
                "type": "array",
                "items": {"$ref": f"#/$defs/{table.name}"},
            }
            for table in dictionary.tables
        },
        "$defs": {
            "missing": {
                "description": "A value that is not there: null, or a text that says why.",
                "enum": [None, *(str(one.code) for one in dictionary.missing)],
            },
            **{table.name: _row(table) for table in dictionary.tables},
        },
    }


def _row(table: Table) -> Schema:
    required = [
        *table.key,
        *(one.column for one in table.links if one.required and one.column not in table.key),
    ]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {
            **{one.name: _column(one, one.name in required) for one in table.variables},
            "synthetic": {"description": "1 in every row of synthetic data.", "enum": [0, 1]},
        },
    }


def _column(variable: RecordedVariable, required: bool) -> Schema:
    words = variable.label_with_unit + (f". {variable.definition}" if variable.definition else "")
    value = _value(variable)
    if required:
        return {"description": words, **value}
    return {"description": words, "anyOf": [value, {"$ref": "#/$defs/missing"}]}


def _value(variable: RecordedVariable) -> Schema:
    codes = [level.code for level in variable.levels]
    match variable.type:
        case "number" | "integer":
            kind: Schema = {"type": "number" if variable.type == "number" else "integer"}
            if variable.range is not None:
                kind |= {"minimum": variable.range[0], "maximum": variable.range[1]}
            return kind
        case "category" | "yes_no":
            return {"enum": codes}
        case "several":
            return {"type": "array", "items": {"enum": codes}, "uniqueItems": True}
        case "date":
            return {"type": "string", "pattern": DATE}
        case _:
            return {"type": "string", "minLength": 1}
