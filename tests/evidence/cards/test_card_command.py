"""`crlm evidence card` on the command line."""

import json
import sys

import pytest

from crlm.cli import main


def run(monkeypatch, *arguments):
    """The exit code of `crlm evidence card`."""
    monkeypatch.setattr(sys, "argv", ["crlm", "evidence", "card", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code or 0


def test_pages_and_json_are_written(tmp_path, monkeypatch, capsys):
    out = tmp_path / "cards"
    asked = ("adjuvant-haip-versus-none", "--endpoint", "OS", "--as-of", "2026-11-22")
    assert run(monkeypatch, *asked, "--out", str(out)) == 0
    assert {one.name for one in out.iterdir()} == {
        "cards.html", "cards.docx", "cards.pdf", "cards.json", "figures",
    }  # fmt: skip
    said = capsys.readouterr().out
    assert "HR 0.59 (0.38–0.92), p = 0.02, adjusted" in said and "2020, 6 years ago" in said
    written = json.loads((out / "cards.json").read_text(encoding="utf-8"))
    assert written["cards"][0]["id"] == "adjuvant-haip-versus-none/OS"


def test_the_nearest_question_is_named(monkeypatch, capsys):
    assert run(monkeypatch, "adjuvant-haip-versus-non") == 2
    assert "adjuvant-haip-versus-none" in capsys.readouterr().err


@pytest.mark.parametrize("given", [("--format", "rtf"), ("--format", "html"), ("--as-of", "soon")])
def test_wrong_options_are_explained(monkeypatch, capsys, given):
    assert run(monkeypatch, *given) == 2
    assert "fix:" in capsys.readouterr().err
