"""`crlm evidence robustness` on the command line."""

import json
import sys

import pytest

from crlm.cli import main


def run(monkeypatch, *arguments):
    """The exit code of `crlm evidence robustness`."""
    monkeypatch.setattr(sys, "argv", ["crlm", "evidence", "robustness", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code or 0


def test_everything_is_written(tmp_path, monkeypatch, capsys):
    out = tmp_path / "robustness"
    assert run(monkeypatch, "hellingman-2021", "E0589", "--out", str(out)) == 0
    assert {one.name for one in out.iterdir()} == {
        "robustness.html",
        "robustness.docx",
        "robustness.pdf",
        "robustness.json",
        "figures",
    }
    figures = {one.name for one in (out / "figures").iterdir()}
    assert {"e-value-figure.svg", "tipping-figure.svg"} <= figures
    assert "E-value if the outcome is common: 3.03" in capsys.readouterr().out


def test_an_effect_by_hand(monkeypatch, capsys):
    given = ("--estimate", "3.9", "--lower", "1.8", "--upper", "8.7", "--measure", "rr", "--json")
    assert run(monkeypatch, *given) == 0
    found = json.loads(capsys.readouterr().out)
    assert round(found["e_values"][0]["estimate"], 2) == 7.26
    assert found["fragility"] is None
    assert found["fragility_reason"]


def test_another_confounder(monkeypatch, capsys):
    given = ("--estimate", "1.5", "--measure", "HR", "--outcome-common", "--json")
    own = ("--confounder", "frailty", "--confounder-effect", "3", "--prevalence", "0.1")
    assert run(monkeypatch, *given, *own) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["confounder"]["name"] == "frailty"
    # (1.5 x (1 + 0.1 x 2) - 1) / 2 = 0.4
    assert found["tipping"][0]["estimate"]["value"] == pytest.approx(0.4)
    assert [one["outcome"] for one in found["e_values"]] == ["common"]


def test_a_table_by_hand(monkeypatch, capsys):
    assert run(monkeypatch, "--estimate", "0.22", "--measure", "OR", "--table", "15/40,6/40", "--json") == 0
    assert json.loads(capsys.readouterr().out)["fragility"]["index"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        ((), 2, "robustness-option"),
        (("hellingman-2021",), 2, "robustness-option"),
        (("hellingman-2021", "E9"), 2, "robustness-row"),
        (("dijkstra-2021", "E0001"), 4, "robustness-estimate"),
        (("hellingman-2021", "E0589", "--lower", "0.2"), 2, "robustness-option"),
        (("hellingman-2021", "E0589", "--estimate", "0.2"), 2, "robustness-option"),
        (("--estimate", "0.2"), 2, "robustness-option"),
        (("--estimate", "0.2", "--measure", "RD"), 2, "robustness-option"),
        (("--estimate", "-1", "--measure", "HR"), 4, "robustness-estimate"),
        (("--estimate", "1", "--lower", "2", "--measure", "HR"), 4, "robustness-estimate"),
        (("--estimate", "2", "--measure", "OR", "--table", "9/5,1/5"), 4, "robustness-estimate"),
        (("--estimate", "2", "--measure", "OR", "--table", "9,1"), 2, "robustness-option"),
        (("--estimate", "2", "--measure", "OR", "--prevalence", "40"), 2, "robustness-option"),
        (("--estimate", "2", "--measure", "OR", "--confounder-effect", "0"), 2, "robustness-option"),
        (("--estimate", "2", "--measure", "OR", "--confounder", "frailty"), 2, "robustness-option"),
        (("--estimate", "2", "--measure", "OR", "--format", "pdf"), 2, "arguments"),
        (("--estimate", "2", "--measure", "OR", "--format", "odt", "--out", "x"), 2, "arguments"),
    ],
)
def test_mistakes_have_a_code_and_a_fix(tmp_path, monkeypatch, capsys, arguments, code, problem):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments, "--json") == code
    (first, *_) = json.loads(capsys.readouterr().out)["problems"]
    assert first["code"] == problem
    assert first["fix"]
