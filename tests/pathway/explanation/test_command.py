"""`crlm pathway explain`, and its JSON."""

import json

import pytest
from typer.testing import CliRunner

from crlm.cli.pathway import app
from tests.pathway.explanation.cases import sparse

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
