"""Synthetic registries: whole, marked, the same for the same seed, and of the shape of the dictionary."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from crlm.cli import app
from crlm.dictionary.registry import registry_dictionary
from crlm.problems import ArgumentError, OutputError
from crlm.registry.importing import read_registry
from crlm.registry.synthetic_registry import STUDIES, make_registry, write_registry
from crlm.registry.synthetic_registry.registries import TABLES
from tests.registry.synthetic_fits import cohort_frames
from tests.registry.tables import one_problem

EVERY = tuple(STUDIES)


@pytest.mark.parametrize("study", EVERY)
def test_the_cohort_has_the_patients_asked_for_and_the_rest_are_counted(study):
    for patients in (1, 2, 3, 4, 5, 60):
        tables, truth = make_registry(study, patients, 3)
        frames, _ = cohort_frames(study, tables)
        assert frames["patient"].height == patients == truth.patients
        assert tables["patient"].height == truth.registered == patients + sum(truth.excluded.values())
    assert all(count > 0 for count in truth.excluded.values())


@pytest.mark.parametrize("study", EVERY)
def test_keys_are_unique_links_lead_somewhere_and_every_column_is_in_the_dictionary(study):
    dictionary = registry_dictionary()
    tables, _ = make_registry(study, 400, 8)
    assert set(tables) <= set(TABLES)
    for name, frame in tables.items():
        table = dictionary.table(name)
        own = {
            *table.key,
            *(variable.name for variable in table.variables),
            *(one.column for one in table.links),
        }
        assert set(frame.columns) - {"synthetic"} <= own, name
        if table.key:
            key = frame.select(table.key)
            assert not key.is_duplicated().any() and not any(key[one].null_count() for one in table.key)
        for link in table.links:
            if link.column in frame.columns:
                parents = tables[link.table][dictionary.table(link.table).key[0]].cast(pl.String)
                children = frame[link.column].drop_nulls().cast(pl.String)
                assert children.is_in(parents.to_list()).all(), (name, link.column)


@pytest.mark.parametrize("study", EVERY)
def test_the_importer_reads_it_and_the_checks_of_the_dictionary_find_nothing(study, tmp_path):
    write_registry(study, 300, 5, tmp_path / "registry")
    registry = read_registry(tmp_path / "registry")
    assert registry.source.synthetic
    assert [(one.rule, one.sentence) for one in registry.findings] == []


@pytest.mark.parametrize("study", EVERY)
def test_the_same_seed_gives_the_same_tables_and_a_longer_one_begins_with_a_shorter(study):
    tables, _ = make_registry(study, 40, 4)
    again, _ = make_registry(study, 40, 4)
    longer, _ = make_registry(study, 333, 4)
    other, _ = make_registry(study, 40, 5)
    assert all(tables[name].equals(again[name]) for name in tables)
    assert not tables["patient"].equals(other["patient"])
    last = tables["patient"]["patient_id"][-1]
    for name, frame in tables.items():
        if name == "centre":
            continue
        assert longer[name].head(frame.height).equals(frame), name
        if "patient_id" in frame.columns and longer[name].height > frame.height:
            assert longer[name]["patient_id"][frame.height] > last, name


@pytest.mark.parametrize("study", EVERY)
def test_nothing_happens_before_birth_or_after_death(study):
    tables, _ = make_registry(study, 2_000, 6)
    lives = tables["patient"].select("patient_id", "date_of_birth", "date_of_death", "date_last_vital_status")
    for name, frame in tables.items():
        if "patient_id" not in frame.columns or name == "patient":
            continue
        joined = frame.join(lives, on="patient_id")
        for column, kind in frame.schema.items():
            if kind == pl.Date:
                dates = joined.drop_nulls(column)
                assert (dates[column] > dates["date_of_birth"]).all(), (name, column)
                dead = dates.drop_nulls("date_of_death")
                assert (dead[column] <= dead["date_of_death"]).all(), (name, column)
    assert (
        (lives["date_of_death"] == lives["date_last_vital_status"]) | lives["date_of_death"].is_null()
    ).all()


def test_the_folder_holds_the_tables_a_readme_and_the_truth(tmp_path):
    rows = write_registry("dijkstra-2021", 30, 1, tmp_path / "amcore")
    names = {one.name for one in (tmp_path / "amcore").iterdir()}
    assert names == {*(f"{table}.csv" for table in rows), "README.md", "truth.json"}
    readme = (tmp_path / "amcore" / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# SYNTHETIC registry: no patient is in these tables")
    assert "| OS treatment_group=nac, adjusted | 0.8390 |" in readme
    truth = json.loads((tmp_path / "amcore" / "truth.json").read_text(encoding="utf-8"))
    assert truth["synthetic"] and "SYNTHETIC" in truth["warning"] and truth["patients"] == 30
    assert {one["name"] for one in truth["effects"]} >= {"OS treatment_group=nac, crude"}
    assert pl.read_csv(tmp_path / "amcore" / "patient.csv")["synthetic"].unique().to_list() == [1]


def test_parquet_holds_the_same_as_csv(tmp_path):
    tables, _ = make_registry("moretto-2024", 20, 2)
    write_registry("moretto-2024", 20, 2, tmp_path / "parquet", "parquet")
    assert pl.read_parquet(tmp_path / "parquet" / "lab.parquet").equals(tables["lab"])
    assert not list((tmp_path / "parquet").glob("*.csv"))


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    problem = one_problem(write_registry, "buisman-2020", 3, 1, tmp_path, kind=OutputError)
    assert "thesis.docx" in problem.given and [one.name for one in tmp_path.iterdir()] == ["thesis.docx"]


def test_an_unknown_study_suggests_the_nearest_and_numbers_have_bounds():
    problem = one_problem(make_registry, "dijkstra-2020", 10, 1, kind=ArgumentError)
    assert problem.code == "synthetic-kind-unknown" and "dijkstra-2021" in problem.fix
    for patients, seed in ((0, 1), (10, -1)):
        found = one_problem(make_registry, "dijkstra-2021", patients, seed, kind=ArgumentError)
        assert found.code == "synthetic-numbers"


def test_the_command_makes_a_registry_of_the_size_of_the_study(tmp_path: Path):
    runner = CliRunner()
    result = runner.invoke(
        app, ["data", "synth", "hellingman-2021", "--out", str(tmp_path / "out"), "--json"]
    )
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (
        answer["patients"] == 135
        and {one["table"]: one["rows"] for one in answer["tables"]}["patient"] > 135
        and answer["synthetic"] is True
    )
