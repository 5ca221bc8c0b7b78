"""`crlm evidence audit`: what it prints, what it writes, and what it refuses."""

import json
import sys

import pytest

from crlm.cli import main
from tests.evidence.audit_report.papers import by_hand


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command; its exit code and what it printed."""

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["crlm", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code or 0, capsys.readouterr()

    return command


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return by_hand(tmp_path_factory.mktemp("papers"), wrong=True)


def test_a_summary_of_a_folder(run, folder):
    code, printed = run("evidence", "audit", folder)
    assert code == 0 and not printed.err
    assert printed.out.startswith("by-hand: ")
    assert "square root of 1.17 x 2.27 = 1.630" in printed.out
    assert "15/40" in printed.out


def test_a_library_of_ones_own(run, folder):
    code, printed = run("evidence", "audit", "by-hand", "--library", folder.parent)
    assert code == 0 and printed.out.startswith("by-hand: ")


def test_json_is_the_same_however_it_is_asked_for(run, folder):
    jsonschema = pytest.importorskip("jsonschema")
    code, printed = run("evidence", "audit", folder, "--json")
    again = run("evidence", "audit", folder, "--format", "json")[1]
    schema = json.loads(run("schema", "audit")[1].out)
    document = json.loads(printed.out)
    jsonschema.validate(document, schema)
    assert code == 0 and document == json.loads(again.out)
    assert [one["paper"]["id"] for one in document["audits"]] == ["by-hand"]


def test_files(run, folder, tmp_path):
    out = tmp_path / "audited"
    code, printed = run("evidence", "audit", folder, "--format", "html,json", "--out", out)
    assert code == 0 and "Written to" in printed.out
    assert {one.name for one in out.iterdir()} == {"by-hand.html", "audit.json"}
    assert run("evidence", "audit", folder, "--format", "html", "--out", out, "--quiet")[1].out == ""
    assert {one.name for one in out.iterdir()} == {"by-hand.html"}


def test_a_folder_that_holds_other_things_is_kept(run, folder, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    code, _ = run("evidence", "audit", folder, "--format", "html", "--out", tmp_path)
    assert code == 5 and (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_severity(run, folder):
    every = json.loads(run("evidence", "audit", folder, "--json")[1].out)["audits"][0]["entries"]
    grave = json.loads(run("evidence", "audit", folder, "--json", "--severity", "impossible")[1].out)[
        "audits"
    ][0]["entries"]
    assert [one["severity"] for one in grave] == ["impossible"] * len(grave)
    assert len(grave) == sum(one["severity"] == "impossible" for one in every) > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("buisman",), "buisman-2020"),
        (("buisman-2020", "--format", "odt"), "html, docx, pdf, json"),
        (("buisman-2020", "--format", "pdf"), "--out"),
        (("buisman-2020", "--severity", "grave"), "contradiction"),
    ],
)
def test_refusals_say_what_is_allowed(run, arguments, words):
    code, printed = run("evidence", "audit", *arguments)
    assert code == 2 and words in printed.err and not printed.out
