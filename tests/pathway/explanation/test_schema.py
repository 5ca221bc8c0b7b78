"""Every explanation fits its published schema, which allows nothing else."""

import json

import jsonschema
from typer.testing import CliRunner

from crlm.cli.schema import app
from crlm.pathway.evaluate import evaluate
from crlm.pathway.explanation import explain
from crlm.pathway.explanation.document import explanation_document
from crlm.pathway.explanation.schema import explanation_schema
from tests.pathway.explanation.cases import RULES, VIGNETTES, case_of, drawn, full, sparse

SCHEMA = explanation_schema(RULES)
VALID = jsonschema.Draft202012Validator(SCHEMA)
PARTLY = {"flr_pct": ">= 30", "n_crlm": {"more_than": 3}, "parenchyma_status": {"one_of": ["normal"]}}


def document(case, only=None):
    return json.loads(json.dumps(explanation_document(explain(RULES, evaluate(RULES, case)), only)))


def test_explanations_of_vignettes_and_partly_known_values_fit():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    cases = [case_of({}), case_of(PARTLY), drawn(3)]
    cases += [kind(number) for number in range(0, len(VIGNETTES), 6) for kind in (full, sparse)]
    for case in cases:
        VALID.validate(document(case))


def test_nothing_else_fits():
    found = document(sparse(0), ["FLR-02"])
    VALID.validate(found)
    assert list(found["rules"]) == ["FLR-02"]
    assert not VALID.is_valid({**found, "advice": "resect"})
    found["rules"]["FLR-02"]["probability"] = 0.3
    assert not VALID.is_valid(found)


def test_the_command_prints_it():
    assert json.loads(CliRunner().invoke(app, ["explanation"]).stdout) == SCHEMA
