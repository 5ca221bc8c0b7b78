"""The JSON of an evaluation and of the command: the contract that others read."""

import io
import json
import random
import sys
import time
from decimal import Decimal

import jsonschema
import pytest

from crlm.cli import main
from crlm.pathway.case import read_case
from crlm.pathway.conditions import OneOf, Span
from crlm.pathway.document import evaluation_document, json_value
from crlm.pathway.evaluate import evaluate
from crlm.pathway.load import shipped_rules
from crlm.pathway.schema import case_schema, evaluation_schema
from tests.pathway.random_cases import random_case
from tests.pathway.test_oracle import BASELINE, drawn

RULES = shipped_rules()


def document(case):
    return evaluation_document(RULES, evaluate(RULES, read_case(case, RULES.inputs)))


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["crlm", "pathway", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    printed = capsys.readouterr()
    return stop.value.code or 0, printed.out, printed.err


def test_the_contract():
    found = document({**BASELINE, "flr_pct": 35, "parenchyma_status": None, "n_crlm": 4})
    assert list(found)[:2] == ["schema_version", "version"]
    assert set(found["rules"]) == set(RULES.rules)
    assert found["derived"] == {
        "DER-01": "undetermined",
        "DER-02": "unknown",
        "DER-03": "incomplete",
        "DER-04": found["missing"],
        "DER-05": "supported",
    }
    assert {"AMB-01", "AMB-03"} <= set(found["conflicts"])
    assert "parenchyma_status" in found["missing"] and "flr_pct" not in found["missing"]
    detail = found["details"]["rules"]["DER-02"]
    assert detail["inputs"] == {"flr_pct": 35, "parenchyma_status": None}
    assert detail["could_change"] == ["parenchyma_status"]
    (missing,) = (one for one in found["details"]["missing"] if one["input"] == "parenchyma_status")
    assert {"DER-02", "RES-01", "FLR-05"} <= set(missing["settles"])
    assert missing["question"]


def test_both_sides_of_a_conflict_with_their_places():
    (conflict,) = (one for one in document({"n_crlm": 4})["details"]["conflicts"] if one["id"] == "AMB-01")
    assert conflict["bites"] == "yes" and len(conflict["sides"]) >= 2
    places = [side["source"] for side in conflict["sides"]]
    assert {place["slide"] for place in places} >= {"S11", "S16"}
    assert all(place["heading"] and len(place["lines"]) == 2 for place in places)
    assert "AMB-01" not in document({"n_crlm": 5})["conflicts"]
    unknown = [one for one in document({})["details"]["conflicts"] if one["id"] == "AMB-01"]
    assert unknown[0]["bites"] == "unknown" and unknown[0]["could_change"] == ["n_crlm"]


def test_every_document_fits_the_schema():
    """Cases and evaluations of random patients, partly known values included."""
    evaluation, case = evaluation_schema(RULES), case_schema(RULES)
    jsonschema.Draft202012Validator.check_schema(evaluation)
    jsonschema.Draft202012Validator.check_schema(case)
    of_case, of_document = jsonschema.Draft202012Validator(case), jsonschema.Draft202012Validator(evaluation)
    partly = {"flr_pct": ">= 30", "n_crlm": {"more_than": 3}, "parenchyma_status": {"one_of": ["normal"]}}
    for seed in range(12):
        given = {**drawn(seed, RULES.inputs), **(partly if seed % 3 else {})}
        of_case.validate(given)
        found = json.loads(json.dumps(document(given)))
        of_document.validate(found)
    assert not of_case.is_valid({"flr_percent": 3})
    assert not of_case.is_valid({"primary_site": "colon"})


def test_missing_is_what_is_unknown_and_belongs_to_a_rule_that_applies():
    """DER-04, worked out again from the results: with the inputs that settle an unknown gate."""
    for seed in range(40):
        given = random_case(random.Random(seed), RULES.inputs)
        evaluation = evaluate(RULES, read_case(given, RULES.inputs))
        expected = set()
        for id_, one in evaluation.results.items():
            names = set(RULES.rules[id_].inputs) if one.applies == "yes" else set()
            expected |= {name for name in names | one.could_change if name not in given}
        assert {one.name for one in evaluation.missing} == expected
        for one in evaluation.results.values():
            if one.result in ("unknown", "gate_unknown"):
                assert one.could_change, one.id
                assert set(one.could_change) <= {missing.name for missing in evaluation.missing}


def test_nothing_is_missing_when_everything_is_recorded():
    given = random_case(random.Random(7), RULES.inputs, unknown=0.0)
    assert document(given)["missing"] == []
    assert not {"unknown", "gate_unknown"} & set(document(given)["rules"].values()) - {"DER-05", "SYN-01"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("19.9"), 19.9),
        (Decimal("20.0"), 20),
        (Decimal("49.99999999999999999999"), "49.99999999999999999999"),
        (Span(Decimal(3), None), {"at_least": 3}),
        (Span(Decimal(3), Decimal("4.5"), True, True), {"more_than": 3, "less_than": 4.5}),
        (OneOf(frozenset({"b", "a"})), {"one_of": ["a", "b"]}),
        (None, None),
        (("yes", "unknown"), ["yes", "unknown"]),
    ],
)
def test_values_are_written_as_a_case_gives_them(value, written):
    assert json_value(value) == written


def test_numbers_given_as_text_are_reported_once_beside_the_result():
    found = document({"n_crlm": "4", "flr_pct": "140", "max_diameter_mm": "30"})["contradictions"]
    assert [(one["id"], one["inputs"], one["used"]) for one in found] == [
        ("impossible-value", ["flr_pct"], False),
        ("number-as-text", ["n_crlm", "max_diameter_mm"], True),
    ]


def test_computed_values_stand_beside_the_result():
    details = document({"n_crlm": 4, "max_diameter_mm": 30})["details"]["rules"]["MAR-12"]
    assert list(details["computed"].values()) == [5]


def test_the_command(tmp_path, monkeypatch, capsys):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"flr_pct": 140, "n_crlm": 4}), encoding="utf-8")
    code, out, err = run(monkeypatch, capsys, "evaluate", str(path))
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads(json.dumps(document({"flr_pct": 140, "n_crlm": 4})))
    assert [one["inputs"] for one in json.loads(out)["contradictions"]] == [["flr_pct"]]
    for given in ('{"n_crlm": 4}', '\ufeff{"n_crlm": 4}'):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode()), encoding="ascii"))
        assert json.loads(run(monkeypatch, capsys, "evaluate", "-")[1])["rules"]["PER-08"] == "met"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"distribution": "\xe9"}')))
    code, out, err = run(monkeypatch, capsys, "evaluate", "-")
    assert (code, out) == (4, "") and "not UTF-8" in err
    path.write_text('{"flr_percent": 40, "recurrence": "perhaps"}', encoding="utf-8")
    code, out, err = run(monkeypatch, capsys, "evaluate", str(path))
    assert code == 4 and not out and '"flr_pct"' in err and "recurrence is perhaps" in err
    code, out, err = run(monkeypatch, capsys, "evaluate", str(path), "--json")
    assert code == 4 and [one["code"] for one in json.loads(out)["problems"]] == ["case-input", "case-value"]
    assert run(monkeypatch, capsys, "evaluate", str(tmp_path / "none.json"))[0] == 4


def test_speed():
    """A case takes about 4 ms; on a machine that does other things, no test should fail for less than tenfold."""
    case = read_case(BASELINE, RULES.inputs)
    evaluate(RULES, case)
    times = []
    for _ in range(10):
        began = time.perf_counter()
        evaluate(RULES, case)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.04
