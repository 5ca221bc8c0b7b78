"""`crlm pathway summary` on the command line."""

import datetime
import json
import sys

import jsonschema
import pytest

from crlm.cli import main
from crlm.pathway.evaluate import evaluate
from crlm.pathway.filling import case_from_registry
from crlm.pathway.load import shipped_rules
from crlm.pathway.summary.build import summarise
from crlm.pathway.summary.document import summary_report
from crlm.registry.snapshot import open_registry
from crlm.registry.synthetic_registry.registries import write_registry
from crlm.rendering.html import render_html

from .cases import FOLDER

CASE = str(FOLDER / "bilobar.json")


def run(monkeypatch, *arguments):
    """The exit code of `crlm` with some arguments."""
    monkeypatch.setattr(sys, "argv", ["crlm", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code or 0


def summary(monkeypatch, *arguments):
    """The exit code of `crlm pathway summary`."""
    return run(monkeypatch, "pathway", "summary", *arguments)


def test_every_format_is_written(tmp_path, monkeypatch, capsys):
    out = tmp_path / "board"
    asked = ("--question", "Two stages or ALPPS?", "--date", "2026-11-24", "--synthetic")
    assert summary(monkeypatch, CASE, *asked, "--out", str(out)) == 0
    names = {one.name for one in out.iterdir()}
    assert names == {f"tumour-board.{one}" for one in ("html", "docx", "pdf", "json", "cds.json")}
    assert "Undetermined" in capsys.readouterr().out
    html = (out / "tumour-board.html").read_text(encoding="utf-8")
    assert "Question: Two stages or ALPPS?" in html and "board of 2026-11-24" in html and "SYNTHETIC" in html
    cards = json.loads((out / "tumour-board.cds.json").read_text(encoding="utf-8"))["cards"]
    assert cards[0]["source"]["topic"]["code"] == "DER-04"


def test_only_what_was_asked_for(tmp_path, monkeypatch, capsys):
    out = tmp_path / "board"
    assert summary(monkeypatch, CASE, "--format", "cds", "--out", str(out), "--quiet") == 0
    assert [one.name for one in out.iterdir()] == ["tumour-board.cds.json"]
    assert capsys.readouterr().out == ""


def test_the_schemas_describe_what_is_written(tmp_path, monkeypatch, capsys):
    out = tmp_path / "board"
    assert summary(monkeypatch, CASE, "--format", "json,cds", "--out", str(out), "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    for name, file in (("summary", "tumour-board.json"), ("cds", "tumour-board.cds.json")):
        assert run(monkeypatch, "schema", name) == 0
        schema = json.loads(capsys.readouterr().out)
        jsonschema.validate(json.loads((out / file).read_text(encoding="utf-8")), schema)
    assert printed == json.loads((out / "tumour-board.json").read_text(encoding="utf-8"))
    assert printed["summary"]["patient_label"] == "case bilobar"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--question", "x" * 161), "161 characters"),
        (("--patient-label", "x" * 61), "61 characters"),
        (("--format", "rtf"), "rtf"),
        (("--date", "soon"), "soon"),
        (("--episode", "2"), "--episode"),
    ],
)
def test_wrong_options_are_explained(tmp_path, monkeypatch, capsys, given, said):
    assert summary(monkeypatch, CASE, "--out", str(tmp_path / "board"), *given) == 2
    error = capsys.readouterr().err
    assert said in error and "fix:" in error
    assert not (tmp_path / "board").exists()


def test_a_folder_of_somebody_else_is_kept(tmp_path, monkeypatch, capsys):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert summary(monkeypatch, CASE, "--out", str(tmp_path)) == 5
    assert "notes.txt" in capsys.readouterr().err


def test_a_patient_of_a_registry_as_known_on_the_day(tmp_path, monkeypatch, capsys):
    folder, out = tmp_path / "registry", tmp_path / "board"
    write_registry("hellingman-2021", 15, 7, folder)
    treated = open_registry(folder).tables["local_treatment"].frame.drop_nulls("date_procedure")
    patient, day = treated["patient_id"][0], treated["date_procedure"][0].isoformat()
    asked = (str(folder), "--patient", patient, "--date", day, "--format", "html,json", "--out", str(out))
    assert summary(monkeypatch, *asked) == 0
    found = json.loads((out / "tumour-board.json").read_text(encoding="utf-8"))
    assert found["summary"]["synthetic"] and found["summary"]["patient_label"].startswith(
        f"patient {patient}"
    )
    origins = [
        one["origin"] for group in found["summary"]["known"] for one in group["values"] if one["value"]
    ]
    assert origins and all(origins)
    assert origins[0].replace('"', "&quot;").replace(">", "&gt;") in (out / "tumour-board.html").read_text(
        "utf-8"
    )
    assert found["summary"]["records"].startswith(f"as known on {day} (registry registry")
    sourced = {one["title"]: one["sources"] for one in found["summary"]["known"] if one["sources"]}
    assert sourced["Patient"].startswith("patient")
    assert "liver episode" in sourced["Liver metastases"] and sourced["Liver metastases"][:4].isdigit()
    said = (out / "tumour-board.html").read_text(encoding="utf-8")
    assert f"Recorded, as known on {day}" in said and sourced["Liver metastases"] in said


def test_records_that_contradict_each_other_and_what_is_noted_stand_behind(tmp_path):
    """Two CEA values of one day, and a recorded fitness that fills nothing: both are shown with their records."""
    notes = tmp_path / "notes"
    notes.mkdir()
    tables = {
        "patient": "patient_id,date_of_birth,medically_fit_for_major_surgery\nB,1952-11,yes\n",
        "primary_tumour": "primary_id,patient_id,date_primary_diagnosis\nTB,B,2023-12-18\n",
        "crlm_episode": "episode_id,patient_id,episode_number,date_crlm_diagnosis,n_crlm\nEB1,B,1,2023-12-20,7\n",
        "lab": "lab_id,patient_id,date_sample,analyte,value,unit,timepoint\n"
        "BB1,B,2023-12-21,CEA,212,ng/mL,baseline\nBB2,B,2023-12-21,CEA,21.2,ng/mL,baseline\n",
    }
    for name, text in tables.items():
        (notes / f"{name}.csv").write_text(text, encoding="utf-8")
    rules, day = shipped_rules(), datetime.date(2024, 4, 2)
    filled = case_from_registry(open_registry(notes), "B", day)
    evaluation = evaluate(rules, filled.case(rules.inputs))
    found = summarise(rules, evaluation, date=day, filled=filled)
    (clash,) = found.contradictions
    assert "different CEA values" in clash.says and not clash.used
    assert [one.rpartition(" = ")[2] for one in clash.records] == ["212", "21.2"]
    html = render_html(summary_report(rules, evaluation, found, "2024-04-02T10:00:00Z"))
    behind = html[html.index("</article>") :]
    assert "lab BB1 (2023-12-21): value = 212" in behind
    assert "noted, and not used: patient B: medically_fit_for_major_surgery = yes" in behind
