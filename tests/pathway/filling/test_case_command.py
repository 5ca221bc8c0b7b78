"""`crlm pathway case`, and `--patient` of the other commands."""

import json
import sys

import pytest

from crlm.cli import main
from crlm.pathway.filling import filled_document
from tests.pathway.filling.small import case

TABLES = {
    "patient": "patient_id,date_of_birth,date_of_death\nP1,1950-03-15,\nP2,1960-01,2016-01-31\n",
    "primary_tumour": "primary_id,patient_id,date_primary_diagnosis,kras_status,nras_status\n"
    "T1,P1,2013-12-01,mutant,wild_type\n",
    "crlm_episode": "episode_id,patient_id,episode_number,date_crlm_diagnosis,n_crlm\n"
    "E1,P1,1,2015-01-10,3\nE2,P1,2,2016-02-01,1\nE3,P2,1,2015-01-10,2\n",
    "imaging": "imaging_id,patient_id,episode_id,date_imaging,timepoint,n_lesions\nI1,P1,E1,2015-05,baseline,4\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tables").mkdir()
    for name, text in TABLES.items():
        (tmp_path / "tables" / f"{name}.csv").write_text(text)
    return tmp_path


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["crlm", "pathway", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    printed = capsys.readouterr()
    return stop.value.code or 0, printed.out, printed.err


def test_a_case_with_where_everything_came_from(folder, monkeypatch, capsys):
    code, out, err = run(
        monkeypatch,
        capsys,
        "case",
        "tables",
        "P1",
        "--episode",
        "1",
        "--date",
        "2015-06-01",
        "--out",
        "case.json",
    )
    assert (code, err) == (0, "")
    assert out.startswith("Patient P1, liver episode 1, as known on 2015-06-01.")
    assert "n_crlm = 4\n    the newest record, of 2015-05: imaging I1 (2015-05): n_lesions = 4" in out
    assert "n_crlm_baseline: The number at the diagnosis and the number on the baseline scan differ." in out
    assert "crlm_episode: 1 later than the date" in out
    assert "not say when these were determined: kras_status, nras_status, ras_status." in out
    given = json.loads((folder / "case.json").read_text())
    assert given["n_crlm"] == 4 and given["age_years"] == 65
    code, out, _ = run(monkeypatch, capsys, "evaluate", "case.json")
    assert code == 0


def test_the_document_and_the_same_by_patient(folder, monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "case", "tables", "P1", "--date", "2016-03-01", "--json")
    document = json.loads(out)
    assert code == 0 and document["episode"] == "E2"
    assert set(document) == set(filled_document(case("2015-06-01")))
    assert document["provenance"]["n_crlm"]["records"] == [
        {
            "table": "crlm_episode", "key": "E2", "number": 3, "variable": "n_crlm", "value": "1", "date": "2016-02-01",
        }
    ]  # fmt: skip
    code, out, _ = run(monkeypatch, capsys, "evaluate", "tables", "--patient", "P1", "--date", "2016-03-01")
    evaluated = json.loads(out)
    assert code == 0 and set(evaluated["details"]["origins"]) == set(document["case"])
    assert "crlm_episode E2 (2016-02-01): n_crlm = 1" in evaluated["details"]["origins"]["n_crlm"]
    run(
        monkeypatch,
        capsys,
        "case",
        "tables",
        "P1",
        "--episode",
        "1",
        "--date",
        "2015-06-01",
        "--out",
        "case.json",
    )
    evaluated = json.loads(
        run(
            monkeypatch,
            capsys,
            "evaluate",
            "tables",
            "--patient",
            "P1",
            "--episode",
            "1",
            "--date",
            "2015-06-01",
        )[1]
    )
    (found,) = (one for one in evaluated["contradictions"] if one["id"] == "records")
    assert found["inputs"] == ["n_crlm_baseline"] and found["used"] is False


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["case", "tables", "P11"], 4, 'did you mean "P1"'),
        (["case", "tables", "P1", "--date", "1.6.2015"], 2, "year-month-day"),
        (["case", "tables", "P1", "--date", "2015-02-30"], 2, "year-month-day"),
        (["case", "tables", "P1", "--date", "2014-12-31"], 4, "none was known by then"),
        (["case", "tables", "P1", "--date", "2015-12-31", "--episode", "2"], 4, "1 (2015-01-10)"),
        (["case", "tables", "P2", "--date", "2016-02-01"], 4, "died on 2016-01-31"),
        (["case", "nothing", "P1"], 2, "nothing"),
        (["evaluate", "case.json", "--date", "2015-06-01"], 2, "--patient"),
        (["evaluate", "case.json", "--episode", "1"], 2, "--patient"),
    ],
)
def test_mistakes(folder, monkeypatch, capsys, arguments, code, says):
    found, _, err = run(monkeypatch, capsys, *arguments)
    assert says in err and "Traceback" not in err
    assert found == code
