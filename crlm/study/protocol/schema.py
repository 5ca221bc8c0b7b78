"""The JSON Schema of a protocol, for editors and for other software: it accepts what the loader accepts.

Pydantic writes it from the models; what its validators add (bare names, either-or keys, levels by type) is added here.
Whether the parts of a protocol fit together is beyond a schema: `crlm study check` says that.
"""

from __future__ import annotations

from typing import Any

from crlm.study.protocol.model import Protocol
from crlm.study.protocol.model.regression import OF_COX, OF_LOGISTIC

SCHEMA_VERSION = "1"

Schema = dict[str, Any]


def protocol_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a protocol, as TOML or JSON, with a description of every key."""
    schema = _without_nulls(Protocol.model_json_schema())
    tables = schema["$defs"]
    for name in ("Variable", "Derived"):
        tables[name]["allOf"] = _levels_by_type()
    tables["Criterion"]["oneOf"] = [{"required": [name]} for name in ("include", "exclude", "first_by")]
    tables["Keep"]["oneOf"] = [
        {"required": ["univariable_p"]},
        {"required": ["all"], "properties": {"all": {"const": True}}},
        {"required": ["variables"], "properties": {"variables": {"minItems": 1}}},
    ]
    _for_registries(schema)
    tables["Endpoint"]["required"] = ["id", "label"]
    tables["Endpoint"]["allOf"] = _columns_or_dates()
    tables["Model"]["allOf"] = _keys_by_model()
    tables["PairedRow"]["allOf"] = [{"anyOf": [{"required": ["before"]}, {"required": ["after"]}]}]
    tables["Level"]["required"] = ["name"]
    for name, key in (("Level", "name"), ("Row", "variable"), ("Candidate", "variable")):
        tables[name] = _or_a_bare_text(tables[name], tables[name]["properties"][key])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:protocol:{SCHEMA_VERSION}",
        **schema,
        "title": "crlm study protocol",
        "description": "A study stated before it runs: data, population, groups, endpoints, tables and models.",
    }


def _without_nulls(part: Any) -> Any:
    """TOML has no null: an optional key is left out. Titles that only repeat a key are left out as well."""
    if isinstance(part, list):
        return [_without_nulls(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {
        key: value
        for key, value in part.items()
        if not (key == "default" and value is None) and not (key == "title" and isinstance(value, str))
    }
    if "anyOf" in kept:
        choices = [choice for choice in kept.pop("anyOf") if choice != {"type": "null"}]
        kept = {**choices[0], **kept} if len(choices) == 1 else {"anyOf": choices, **kept}
    if "description" in kept and "properties" in kept:
        kept["description"] = " ".join(kept["description"].split("\n\n")[0].split())
    return {key: _without_nulls(value) for key, value in kept.items()}


def _or_a_bare_text(table: Schema, text: Schema) -> Schema:
    bare = {key: value for key, value in text.items() if key != "description"}
    return {"description": table["description"], "anyOf": [table, bare]}


def _without(*names: str) -> Schema:
    return {"not": {"anyOf": [{"required": [name]} for name in names]}}


def _for_registries(schema: Schema) -> None:
    """A table has an identifier and columns; a registry has neither, and may have other words for its variables."""
    is_registry = {"properties": {"registry": {"const": True}}, "required": ["registry"]}
    data = schema["$defs"]["Data"]
    data["required"] = []
    data["allOf"] = [{"if": is_registry, "else": {"required": ["identifier"]}}]
    schema["required"].remove("column")
    schema["allOf"] = [
        {
            "if": {"properties": {"data": is_registry}},
            "then": {"properties": {"column": {"maxItems": 0}}},
            "else": {
                "required": ["column"],
                "properties": {"column": {"minItems": 1}, "relabel": {"maxItems": 0}},
            },
        }
    ]


def _columns_or_dates() -> list[Schema]:
    """An outcome is columns and codes, or dates, which make them; a cumulative incidence needs competing events."""
    columns = ("time", "status", "event", "censor")
    incidence = {
        "properties": {"cumulative_incidence": {"const": True}},
        "required": ["cumulative_incidence"],
    }
    competing = {"required": ["competing"], "properties": {"competing": {"minItems": 1}}}
    of_dates = {"required": ["dates"], "properties": {"dates": competing}}
    return [
        {"if": {"required": ["dates"]}, "then": _without(*columns), "else": {"required": [*columns]}},
        {"if": incidence, "then": {"anyOf": [competing, of_dates]}},
    ]


def _keys_by_model() -> list[Schema]:
    """A Cox model has an endpoint, a logistic one an outcome; each refuses keys of the other."""
    logistic = {"properties": {"type": {"const": "logistic"}}, "required": ["type"]}
    fine_gray = {"properties": {"competing": {"const": "fine-gray"}}, "required": ["competing"]}
    wald = {"p": {"const": "wald"}, "interval": {"const": "wald"}}
    confounder = {
        "properties": {"keep": {"type": "object", "required": ["confounder"]}},
        "required": ["keep"],
    }
    return [
        {
            "if": logistic,
            "then": {"required": ["outcome"], **_without(*OF_COX)},
            "else": {"required": ["endpoint"], **_without(*OF_LOGISTIC)},
        },
        {
            "if": fine_gray,
            "then": {"properties": wald, **_without("ties", "proportional_hazards", "cluster")},
        },
        {"if": {"required": ["cluster"]}, "then": {"properties": {"p": {"const": "wald"}}}},
        {"if": confounder, "then": {"required": ["exposure"]}},
    ]


def _levels_by_type() -> list[Schema]:
    """A category has at least two levels, a yes_no two or none given, anything else none."""

    def when(*types: str, then: Schema) -> Schema:
        return {"if": {"properties": {"type": {"enum": list(types)}}, "required": ["type"]}, "then": then}

    return [
        when("category", "several", then={"required": ["levels"], "properties": {"levels": {"minItems": 2}}}),
        when("yes_no", then={"properties": {"levels": {"maxItems": 2}}}),
        when("number", "integer", "text", "date", then={"properties": {"levels": {"maxItems": 0}}}),
    ]
