"""The JSON Schema accepts what the loader accepts, and refuses what the loader refuses for its shape."""

import copy
import json
import random
import tomllib

import jsonschema
import pytest

from crlm.dictionary.toml_lines import lines_of
from crlm.study.protocol.load import shipped_protocols
from crlm.study.protocol.reference import SMALLEST
from crlm.study.protocol.schema import protocol_schema
from crlm.study.protocol.shape import shape_problems
from tests.protocol.samples import COMPLETE

SCHEMA = protocol_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
WHOLE = {"complete": COMPLETE, "smallest": SMALLEST, **{one.name: one.text for one in shipped_protocols()}}

BEYOND_A_SCHEMA = (
    "stands twice",
    "[lowest, highest]",
    "is not a level of",
    "share the",
    "must be named",
    "needs at least two levels",
)
"""What only the models say: it compares one key with another."""


def test_the_schema_is_a_schema_with_a_name():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == "urn:crlm:schema:protocol:1"
    assert SCHEMA["title"] == "crlm study protocol"
    json.dumps(SCHEMA, allow_nan=False)


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE.keys())
def test_whole_protocols_are_accepted(text):
    VALIDATOR.validate(tomllib.loads(text))


def described(part, path=""):
    for name, field in part.get("properties", {}).items():
        yield f"{path}.{name}", field
    for one in part.get("anyOf", ()):
        yield from described(one, path)


def test_every_key_is_described_and_none_may_be_null():
    for name, table in SCHEMA["$defs"].items():
        for path, field in described(table, name):
            assert field.get("description") or "$ref" in field, path
    assert '"null"' not in json.dumps(SCHEMA)


def places(part, path=()):
    """Every key and element of a parsed protocol."""
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def mutated(protocol, chance):
    """The protocol with one thing changed at random: removed, renamed, added or given another value."""
    changed = copy.deepcopy(protocol)
    path = chance.choice(list(places(changed)))
    parent = changed
    for part in path[:-1]:
        parent = parent[part]
    values = ["", "x", "a b", 0, 1, -1, 0.5, True, False, [], {}, ["x"], [1], {"x": 1}, "none", "count", 2.0]
    match chance.choice(["remove", "add", "replace", "replace", "replace"]):
        case "remove":
            del parent[path[-1]]
        case "add" if isinstance(parent, dict):
            keys = [
                "unknown",
                "unknwon",
                "label",
                "type",
                "levels",
                "code",
                "p",
                "missing",
                "summary",
                "all",
                "id",
            ]
            parent[chance.choice(keys)] = chance.choice(values)
        case _:
            parent[path[-1]] = chance.choice(values)
    return changed


@pytest.mark.parametrize("seed", range(2))
def test_schema_and_loader_agree_on_broken_protocols(seed):
    chance = random.Random(seed)
    protocol = tomllib.loads(COMPLETE)
    refused = 0
    for _ in range(200):
        broken = mutated(protocol, chance)
        problems = shape_problems(broken, "study.toml", lines_of(""))
        beyond = [one for one in problems if any(words in str(one) for words in BEYOND_A_SCHEMA)]
        faults = [error.message for error in VALIDATOR.iter_errors(broken)]
        if not problems:
            assert faults == []
        elif len(beyond) < len(problems):
            refused += 1
            assert faults, [str(problem) for problem in problems]
    assert refused > 50
