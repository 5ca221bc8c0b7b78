"""`crlm pathway check` on tiny rule sets: what it prints and its exit codes."""

import json

from typer.testing import CliRunner

from crlm.cli import app
from tests.pathway.checking.tiny import rule, written

IMPOSSIBLE = rule("ONE-01", 'condition = "number < 3 and number == 4"')
KNOWN = '[[known]]\ncheck = "unreachable"\nsubjects = ["ONE-01 met"]\nreason = "It is so."\n'
OPPOSITE = """
[[proposition]]
name = "few"
means = "they are few"
says_so = ["ONE-01 met"]
says_not = ["ONE-02 met"]
"""


def run(*arguments):
    return CliRunner().invoke(app, ["pathway", "check", *map(str, arguments)])


def test_nothing_new(tmp_path):
    done = run(written(tmp_path / "r"))
    assert done.exit_code == 0
    assert done.stdout.startswith("1 rules. 3 of 3 results come out of some case.")
    assert "0 findings are known, 0 are new." in done.stdout


def test_a_new_finding_is_shown_with_its_case_and_stops(tmp_path):
    rules = [rule("ONE-01", 'condition = "number < 5"'), rule("ONE-02", 'condition = "number > 3"')]
    done = run(written(tmp_path / "r", *rules, checks=OPPOSITE))
    assert done.exit_code == 3
    assert "opposites: few: ONE-01 met / ONE-02 met\n" in done.stdout
    assert (
        "  ONE-01 met and ONE-02 met on one case: they are few, and not.\n  case: number 4\n  new: "
        in done.stdout
    )


def test_known_findings_are_shown_when_asked_for(tmp_path):
    folder = written(tmp_path / "r", IMPOSSIBLE, checks=KNOWN)
    quiet, full = run(folder), run(folder, "--all")
    assert "ONE-01 met" in full.stdout and "  known: It is so." in full.stdout
    assert "It is so." not in quiet.stdout


def test_json(tmp_path):
    document = json.loads(run(written(tmp_path / "r", IMPOSSIBLE, checks=KNOWN), "--json").stdout)
    assert set(document) == {"version", "sha256", "counts", "new", "known"}
    (known,) = [one for one in document["known"] if one["check"] == "unreachable"]
    assert known == {
        "check": "unreachable",
        "subject": "ONE-01 met",
        "says": "ONE-01 met comes out of no case at all.",
        "reason": "It is so.",
    }
    assert document["counts"]["rules"] == 2
