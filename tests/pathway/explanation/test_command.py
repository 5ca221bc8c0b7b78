"""`crlm pathway explain`, and its JSON."""

import dataclasses
import json

import pytest
from typer.testing import CliRunner

from crlm.cli.pathway import app
from crlm.pathway.evaluate import evaluate
from crlm.pathway.explanation import explain
from crlm.pathway.explanation.text import in_brief
from tests.pathway.explanation.cases import RULES, case_of, sparse

runner = CliRunner()


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(
        json.dumps({"flr_pct": 28, "parenchyma_status": "chemo_injury", "n_crlm": 6}), encoding="utf-8"
    )
    return str(path)


def test_everything_in_brief(case):
    said = runner.invoke(app, ["explain", case])
    assert said.exit_code == 0
    assert "What would change a result is logic" in said.stdout
    assert said.stdout.index("MISSING, what settles most first") < said.stdout.index("IN SHORT")
    assert "Future liver remnant 28 % is below the 30 % asked for." in said.stdout
    assert "[Not in the deck: a convention of this software]" in " ".join(said.stdout.split())
    assert max(map(len, said.stdout.splitlines())) <= 110


def test_in_brief_it_says_what_is_recorded_what_missing_blocks_what_follows_and_where_it_stands(case):
    said = " ".join(runner.invoke(app, ["explain", case]).stdout.split())
    assert "RECORDED Number of metastases: 6; future liver remnant: 28 %; background liver: injured" in said
    assert "Share of the liver involved. Settles" in said
    assert "Blocks Technical class (DER-01);" in said
    assert "PER-03 MET: More than 4 metastases (S11) Number of metastases 6 is above 4. What follows." in said
    assert (
        "RES-04 NOT KNOWN: More than 70 % of the liver involved (S13) Share of the liver involved is not"
        in said
    )
    assert "Met if share of the liver involved" not in said, "the reason asks it already"
    assert "DER-01 BORDERLINE (not settled: what is missing can still change it): Technical class" in said
    assert "FLR-02 NOT MET: Chemotherapy-associated injury" in said
    for id_ in RULES.rules:
        assert id_ in said, id_


def test_where_a_value_came_from_is_said_of_a_case_from_records():
    given = case_of({"n_crlm": 6, "flr_pct": 28})
    filled = dataclasses.replace(given, origins={"n_crlm": "counted: CT of 2026-01-02"})
    evaluation = evaluate(RULES, filled)
    said = list(in_brief(RULES, evaluation, explain(RULES, evaluation)))
    assert "  Number of metastases: 6 (counted: CT of 2026-01-02)" in said
    assert "  Future liver remnant: 28 %" in said


def test_one_rule_and_one_topic_in_full(case):
    said = runner.invoke(app, ["explain", case, "--rule", "flr-02", "--topic", "13"]).stdout
    heads = [line[:6] for line in said.splitlines() if line[:1].isupper() and line[3:4] == "-"]
    assert heads == ["FLR-02", "BEV-01", "BEV-02", "BEV-03"]
    assert "- Met if future liver remnant were at least 30 %" in said
    assert "- slide S10, " in said


def test_json_has_values_and_words(case):
    said = json.loads(runner.invoke(app, ["explain", case, "--rule", "FLR-02", "--json"]).stdout)
    assert list(said["rules"]) == ["FLR-02"]
    change = said["rules"]["FLR-02"]["changes"][0]
    assert change["becomes"] == "met"
    assert change["steps"][0]["was"] == 28
    assert change["steps"][0]["to"] == {"at_least": 30, "at_most": 100}
    assert {one["input"] for one in said["missing"]} >= {"r0_expected", "segments_involved"}


@pytest.mark.parametrize(
    ("option", "given", "nearest"), [("--rule", "RES-99", "RES-"), ("--topic", "resection", "resectability")]
)
def test_an_unknown_rule_or_topic_names_the_nearest(case, option, given, nearest):
    said = runner.invoke(app, ["explain", case, option, given])
    assert said.exit_code != 0
    assert nearest in str(said.exception)


def test_every_explanation_can_be_printed(tmp_path):
    for number in (0, 5, 11):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(dict(sparse(number).given), default=str), encoding="utf-8")
        assert runner.invoke(app, ["explain", str(path)]).exit_code == 0
        assert runner.invoke(app, ["explain", str(path), "--json"]).exit_code == 0
