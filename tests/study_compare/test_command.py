"""`crlm study compare` on the command line."""

import json
import sys

import pytest

from crlm.cli import main
from tests.registry_study.runs import results


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["crlm", "study", "compare", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code or 0


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("results") / "results.json"
    path.write_text(results("hellingman-2021").model_dump_json(), encoding="utf-8")
    return path


def test_results_beside_the_paper(monkeypatch, capsys, tmp_path, file):
    assert run(monkeypatch, "hellingman-2021", "--results", file, "--out", tmp_path / "out") == 0
    printed = capsys.readouterr().out
    assert "5 printed rows; 5 have a place" in printed and "SYNTHETIC" in printed
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "comparison.html", "comparison.json", "results.json",
    ]  # fmt: skip
    document = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))
    assert document["counts"]["in_run"] == 5


def test_json(monkeypatch, capsys, file):
    assert run(monkeypatch, "hellingman-2021", "--results", file, "--json") == 0
    assert json.loads(capsys.readouterr().out)["exit_code"] == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("resected-crlm-public",), "compare-study"),
        (("hellingman-2021", "--results", "nothing.json"), "compare-results"),
        (("hellingman-2021", "--results", "a.json", "--data", "b"), "compare-two-runs"),
    ],
)
def test_mistakes_are_named(monkeypatch, capsys, arguments, code):
    assert run(monkeypatch, *arguments) == 2
    assert code in capsys.readouterr().err


def test_results_of_another_study(monkeypatch, capsys, file):
    assert run(monkeypatch, "dijkstra-2021", "--results", file) == 2
    assert 'these are results of "hellingman-2021"' in capsys.readouterr().err
