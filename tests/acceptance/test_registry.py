"""From a folder of files to a snapshot, as a user types it: what is written, what is said, and with which exit code."""

import json
import sys

import pytest

from crlm.cli import main
from tests.registry.small_registry import changed, folder


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["crlm", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code or 0


def test_check_correct_import_and_verify(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder("registry", changed("patient", "P1,C1,male", "P1,C1,man"))
    assert run(monkeypatch, "data", "check", "registry", "--out", "checked") == 4
    assert "1 errors" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "checked").iterdir()} == {
        "annotated", "findings.csv", "report.html", "report.json",
    }  # fmt: skip
    report = json.loads((tmp_path / "checked" / "report.json").read_text())
    (finding,) = [one for one in report["findings"] if one["severity"] == "error"]
    assert (finding["table"], finding["column"], finding["rows"]) == ("patient", "sex", [2])
    assert "cell-level-undeclared" in (tmp_path / "checked" / "annotated" / "patient.csv").read_text()
    assert "man" in (tmp_path / "checked" / "report.html").read_text()

    assert run(monkeypatch, "data", "import", "registry", "--out", "snapshot") == 4
    assert not (tmp_path / "snapshot").exists()
    assert (
        run(monkeypatch, "data", "import", "registry", "--out", "accepted", "--accept-errors", "--quiet") == 0
    )

    folder("registry")
    assert run(monkeypatch, "data", "import", "registry", "--out", "snapshot") == 0
    assert (
        run(monkeypatch, "data", "import", "registry", "--out", "accepted") == 5
    )  # another snapshot is there
    capsys.readouterr()
    assert run(monkeypatch, "data", "check", "snapshot", "--json") == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 1 + 2 + 2 + 3 + 3 + 2 + 3 + 1


def test_a_table_of_a_protocol_has_no_mapping(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    arguments = ("resected-crlm-public", "--data", "clinical.csv", "--mapping", "tcia")
    assert run(monkeypatch, "data", "check", *arguments) == 2
    assert "mapping-without-registry" in capsys.readouterr().err
