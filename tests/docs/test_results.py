"""The results document: its page is current, its schema accepts what a run writes and refuses what is not that."""

import copy
import json
import math

import jsonschema
import pytest
from pydantic import ValidationError

from crlm.registry.synthetic import write_synthetic
from crlm.study import results as document
from crlm.study.results_reference import PAGE, page
from crlm.study.results_schema import results_schema

SCHEMA = results_schema()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The results.json of the shipped study on its synthetic table, and its text."""
    from crlm.cli.flow import checked_protocol, read_records
    from crlm.study.run import run_study

    folder = tmp_path_factory.mktemp("results")
    table = write_synthetic("resected-crlm-public", patients=197, seed=1, directory=folder / "table")
    loaded = checked_protocol("resected-crlm-public", quiet=True)
    return run_study(loaded, read_records(loaded.protocol, table)).model_dump_json(indent=1)


@pytest.fixture
def results(written):
    return json.loads(written)


def refused(results):
    """Whether the schema refuses a document."""
    return list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(results))


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m crlm.study.results_reference"


@pytest.mark.parametrize("name", ["Results", *SCHEMA["$defs"]])
def test_every_key_is_described(name):
    part = SCHEMA if name == "Results" else SCHEMA["$defs"][name]
    absent = [key for key, field in part["properties"].items() if not field.get("description")]
    assert not absent and part["description"]


def test_every_part_has_a_section():
    text = page()
    assert all(f"\n### {name}\n" in text for name in SCHEMA["$defs"])


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].endswith(f":{document.SCHEMA_VERSION}")


def test_a_run_fits_the_schema(written, results):
    def constant(word):
        raise AssertionError(f"{word} is not JSON")

    json.loads(written, parse_constant=constant)
    assert not refused(results)
    assert document.Results.model_validate_json(written).model_dump_json(indent=1) == written


def objects(part, path=()):
    """Every object of a document with the path to it."""
    if isinstance(part, dict):
        yield path
        for key, value in part.items():
            yield from objects(value, (*path, key))
    elif isinstance(part, list):
        for place, value in enumerate(part[:2]):
            yield from objects(value, (*path, place))


FREE = {"software", "numbers", "cells", "missing", "missing_reasons"}
"""Objects whose keys are ids, not keys of the schema."""


def at(part, path):
    for step in path:
        part = part[step]
    return part


def test_an_unknown_key_is_refused_everywhere(results):
    for part in (SCHEMA, *SCHEMA["$defs"].values()):
        assert part["additionalProperties"] is False
    for path in [path for path in objects(results) if not path or path[-1] not in FREE][::40]:
        changed = copy.deepcopy(results)
        at(changed, path)["unheard_of"] = 1
        assert refused(changed), path


def test_an_absent_key_is_refused(results):
    for path in [path for path in objects(results) if not path or path[-1] not in FREE][::40]:
        changed = copy.deepcopy(results)
        part = at(changed, path)
        part.pop(next(iter(part)))
        assert refused(changed), path


def test_an_absent_number_needs_its_reason(results):
    median = results["endpoints"][0]["overall"]["median"]
    assert median["value"] is not None and median["reason"] is None
    median["upper"] = None
    assert refused(results)
    median["reason"] = "not reached"
    assert not refused(results)
    test = results["models"][0]["terms"][0]["univariable"]
    test.update(p=None, reason="")
    assert refused(results)


def test_another_version_is_refused(results):
    results["schema_version"] = "1.0"
    assert refused(results)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_is_not_finite(value):
    with pytest.raises(ValidationError):
        document.Number(value=value)
    with pytest.raises(ValidationError):
        document.Interval(value=1.0, lower=value, upper=2.0, level=0.95)
    with pytest.raises(ValidationError):
        document.Test(method="wald", words="Wald test", p=value, n=3)
    with pytest.raises(ValidationError):
        document.NumberSummary(n=3, mean=value)


@pytest.mark.parametrize(
    "made",
    [
        lambda: document.Number(value=None),
        lambda: document.Interval(value=1.0, lower=None, upper=2.0, level=0.95),
        lambda: document.Test(method="wald", words="Wald test", p=None, n=3),
    ],
)
def test_no_absence_without_a_reason(made):
    with pytest.raises(ValidationError):
        made()
