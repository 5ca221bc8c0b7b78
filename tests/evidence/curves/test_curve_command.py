"""`crlm evidence curve` on the command line."""

import csv
import json
import sys
from pathlib import Path

import pytest

from crlm.cli import main

FREIREICH = str(Path(__file__).parents[3] / "docs" / "evidence" / "freireich.csv")


def run(monkeypatch, *arguments):
    """The exit code of `crlm evidence curve`."""
    monkeypatch.setattr(sys, "argv", ["crlm", "evidence", "curve", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code or 0


def test_everything_is_written(tmp_path, monkeypatch, capsys):
    out = tmp_path / "curve"
    assert run(monkeypatch, FREIREICH, "--reference", "placebo", "--out", str(out)) == 0
    assert sorted(one.name for one in out.iterdir()) == [
        "curve.docx",
        "curve.html",
        "curve.pdf",
        "figures",
        "pseudo-patients.csv",
        "recovery.json",
    ]
    assert sorted(one.name for one in (out / "figures").iterdir()) == ["curve.pdf", "curve.png", "curve.svg"]
    rows = list(csv.DictReader((out / "pseudo-patients.csv").open(encoding="utf-8")))
    assert [row["arm"] for row in rows[:1]] == ["placebo"]
    assert json.loads((out / "recovery.json").read_text(encoding="utf-8"))["warning"].endswith("not patients")
    assert "not patients" in capsys.readouterr().out


def test_only_what_was_asked_for_is_written(tmp_path, monkeypatch):
    out = tmp_path / "curve"
    assert run(monkeypatch, FREIREICH, "--out", str(out), "--format", "docx") == 0
    assert sorted(one.name for one in out.iterdir()) == ["curve.docx", "figures", "pseudo-patients.csv"]
    assert run(monkeypatch, FREIREICH, "--format", "docx") == 2


def test_json_says_where_numbers_come_from(monkeypatch, capsys):
    assert run(monkeypatch, "dijkstra-2021", "--endpoint", "DPFS", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["exit_code"] == 0
    assert found["coarse"] is True
    assert found["comparisons"][0]["hazard_ratio"]["printed"]["place"] == "Table 8"
    assert found["arms"][0]["landmarks"][0]["time"] == 12


def test_landmarks_of_a_file(tmp_path, monkeypatch, capsys):
    path = tmp_path / "os.csv"
    path.write_text("arm,time,survival_percent\na,12,80\na,24,60\n", encoding="utf-8")
    given = (str(path), "--patients", "a=100", "--events", "a=40", "--json")
    assert run(monkeypatch, *given, "--landmarks") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["coarse"], found["arms"][0]["events_recovered"]) == (True, 40)
    assert run(monkeypatch, *given) == 0
    assert json.loads(capsys.readouterr().out)["coarse"] is False


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("dijkstra-2021",), 2, "curve-endpoint"),
        (("dijkstra-2021", "--endpoint", "PFS"), 2, "curve-endpoint"),
        (("dijkstra-2021", "--endpoint", "OS", "--reference", "no"), 2, "curve-arm-unknown"),
        (("dijkstra-2021", "--endpoint", "OS", "--events", "nac=3"), 2, "curve-option"),
        (("moretto-2024",), 2, "curve-endpoint"),
        (("nobody-2020",), 2, "evidence-paper"),
        ((FREIREICH, "--reference", "drug"), 2, "curve-arm-unknown"),
        ((FREIREICH, "--endpoint", "OS"), 2, "curve-option"),
        ((FREIREICH, "--events", "placebo"), 2, "curve-option"),
        ((FREIREICH, "--events", "placebo=22"), 4, "curve-refused"),
        ((FREIREICH, "--patients", "placebo=22"), 4, "curve-two-numbers"),
        (("missing.csv",), 4, "curve-file"),
    ],
)
def test_mistakes_have_a_code_and_a_fix(tmp_path, monkeypatch, capsys, arguments, code, problem):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments, "--json") == code
    (first, *_) = json.loads(capsys.readouterr().out)["problems"]
    assert first["code"] == problem
    assert first["fix"]
