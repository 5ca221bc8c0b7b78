"""Export: what is written is read again, by our importer, pyreadstat and openpyxl, with every reason and precision."""

from __future__ import annotations

import datetime
import json
import os
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pyreadstat
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from crlm.dictionary.records import ROW, Registry
from crlm.dictionary.registry import registry_dictionary
from crlm.dictionary.registry.frames import precision_column
from crlm.dictionary.registry.short_names import short_name, shortened
from crlm.problems import ArgumentError, DataError, OutputError
from crlm.registry.export import LOST, WRITERS, export_registry
from crlm.registry.export.columns import CODES
from crlm.registry.export.redcap import patient_of_rows
from crlm.registry.snapshot import open_registry, write_snapshot
from crlm.registry.snapshot.content import snapshot_id, table_content, uniformly_missing
from crlm.registry.synthetic_registry import STUDIES, write_registry
from tests.registry.small_registries import EARLY, SIMPLE, registries

AGAIN = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
"""Without shrinking: a registry is large, and `_differences` names the column that matters."""


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small synthetic registry of each study, as snapshots."""
    found = {}
    for study in STUDIES:
        folder = tmp_path_factory.mktemp(study)
        write_registry(study, 12, 3, folder / "raw", "csv")
        write_snapshot(open_registry(folder / "raw"), folder / "snapshot")
        found[study] = folder / "snapshot"
    return found


def identity(registry: Registry) -> str:
    """The id that a snapshot of the registry would have, without writing one."""
    contents = {}
    for table in registry_dictionary().tables:
        records = registry.tables[table.name]
        order = records.frame.select(pl.arg_sort_by(list(table.key))).to_series()
        frame, reasons = records.frame[order], records.reasons[order]
        contents[table.name] = table_content(table, frame, reasons, uniformly_missing(frame, reasons))
    return snapshot_id(registry.dictionary_version, registry.source.synthetic, contents)


def again(path: Path) -> Registry:
    from crlm.registry.importing import read_registry

    return read_registry(path, accept_errors=True)


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("form", ["csv", "sav", "dta", "xlsx"])
def test_a_synthetic_study_comes_back_as_the_same_snapshot(
    study: str, form: str, snapshots: dict[str, Path], tmp_path: Path
) -> None:
    registry = open_registry(snapshots[study])
    export_registry(registry, form, tmp_path / "out")
    path = tmp_path / "out" / "registry.xlsx" if form == "xlsx" else tmp_path / "out"
    back = open_registry(path)
    assert write_snapshot(back, tmp_path / "back") == registry.snapshot
    assert back.source.synthetic


@pytest.mark.parametrize("form", ["csv", "sav", "dta", "xlsx"])
def test_any_tiny_registry_comes_back(form: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    @AGAIN
    @given(registries())
    def comes_back(registry: Registry) -> None:
        out = tmp_path_factory.mktemp("tiny")
        registry = to_15_digits(registry) if form == "xlsx" else registry
        export_registry(registry, form, out / "out")
        back = again(out / "out" / "registry.xlsx" if form == "xlsx" else out / "out")
        if identity(back) != identity(registry):
            _differences(registry, back)
            raise AssertionError("the content differs where frames and reasons do not")

    comes_back()


def to_15_digits(registry: Registry) -> Registry:
    """The registry with numbers that a workbook holds exactly."""
    tables = {}
    for name, records in registry.tables.items():
        numbers = [one for one in records.frame.columns if records.frame.schema[one] == pl.Float64]
        short = [
            pl.Series(
                one, [None if x is None else float(f"{x:.15g}") for x in records.frame[one]], dtype=pl.Float64
            )
            for one in numbers
        ]
        tables[name] = replace(records, frame=records.frame.with_columns(short))
    return replace(registry, tables=tables)


def _differences(one: Registry, other: Registry) -> None:
    """Fails at the first column that differs, with both."""
    for table in registry_dictionary().tables:
        left, right = one.tables[table.name], other.tables[table.name]
        for name in left.frame.columns:
            if name != ROW and left.frame.height:
                assert right.frame[name].to_list() == left.frame[name].to_list(), (table.name, name)
        for name in left.reasons.columns:
            if name != ROW:
                given = right.reasons[name].to_list() if name in right.reasons.columns else "none"
                assert given == left.reasons[name].to_list(), (table.name, name, "reasons")


@AGAIN
@given(registries(SIMPLE, partial=False))
def test_redcap_keeps_values_and_the_four_reasons(
    tmp_path_factory: pytest.TempPathFactory, registry: Registry
) -> None:
    out = tmp_path_factory.mktemp("redcap") / "out"
    lost = export_registry(registry, "redcap", out).lost
    back = again(out / "data.csv")
    none = 0
    for table in registry_dictionary().tables:
        left, right = registry.tables[table.name], back.tables[table.name]
        assert left.frame.height == right.frame.height
        for variable in table.variables if left.frame.height else ():
            values, got = left.frame[variable.name].to_list(), right.frame[variable.name].to_list()
            none += sum(one == [] for one in values)
            assert got == [None if one == [] else one for one in values], (table.name, variable.name)
            if variable.name in left.reasons.columns:
                given = left.reasons[variable.name].to_list()
                kept = (
                    right.reasons[variable.name].to_list()
                    if variable.name in right.reasons.columns
                    else given
                )
                for reason, found in zip(given, kept, strict=True):
                    assert found == reason or reason not in CODES
    assert any(
        "none of several" in sentence and sentence.startswith(f"{none} ") for sentence in lost
    ) == bool(none)


@AGAIN
@given(registries(days=EARLY))
def test_spss_and_stata_keep_days_before_1900(
    tmp_path_factory: pytest.TempPathFactory, registry: Registry
) -> None:
    out = tmp_path_factory.mktemp("early")
    export_registry(registry, "sav", out / "sav")
    export_registry(registry, "dta", out / "dta")
    for table in registry_dictionary().tables:
        frame = registry.tables[table.name].frame
        if not frame.height:
            continue
        spss, _ = pyreadstat.read_sav(out / "sav" / f"{table.name}.sav", output_format="dict")
        stata, _ = pyreadstat.read_dta(out / "dta" / f"{table.name}.dta", output_format="dict")
        for variable in table.variables:
            values = frame[variable.name].to_list()
            if variable.type == "date" and any(values):
                assert list(spss[variable.name]) == values
                assert list(stata[short_name(variable.name)]) == values


def test_redcap_is_importable_and_of_its_own_dictionary(snapshots: dict[str, Path], tmp_path: Path) -> None:
    for study, snapshot in snapshots.items():
        registry = open_registry(snapshot)
        export_registry(registry, "redcap", tmp_path / study)
        back = open_registry(tmp_path / study / "data.csv")
        for name, records in registry.tables.items():
            columns = [one for one in records.frame.columns if not one.endswith("__precision") and one != ROW]
            if records.frame.height:
                assert back.tables[name].frame.select(columns).equals(records.frame.select(columns)), (
                    study,
                    name,
                )
        data = pl.read_csv(tmp_path / study / "data.csv", infer_schema=False)
        fields = pl.read_csv(tmp_path / study / "data_dictionary.csv", infer_schema=False)
        known = {
            *fields["Variable / Field Name"],
            "redcap_repeat_instrument",
            "redcap_repeat_instance",
            "synthetic",
        }
        assert {one.partition("___")[0] for one in data.columns} <= known
        assert (
            data.select("patient_id", "redcap_repeat_instrument", "redcap_repeat_instance").is_unique().all()
        )
        assert set(data["redcap_repeat_instrument"].drop_nulls()) <= set(fields["Form Name"])


def test_rows_without_a_patient_column_find_theirs_through_their_links(snapshots: dict[str, Path]) -> None:
    registry = open_registry(snapshots["dijkstra-2021"])
    lesions = registry.tables["metastasis"].frame
    treated = registry.tables["treated_lesion"].frame
    expected = dict(zip(lesions["lesion_id"], lesions["patient_id"], strict=True))
    found = patient_of_rows(registry)
    assert found["treated_lesion"].to_list() == [expected[one] for one in treated["lesion_id"]]
    assert set(found["centre"]) == {"registry"}


def _with(registry: Registry, table: str, **cells: object) -> Registry:
    """The registry with the first row of a table changed: a value, or a reason in quotes after `why_`."""
    records = registry.tables[table]
    frame, reasons = records.frame, records.reasons
    for name, cell in cells.items():
        column = name.removeprefix("why_")
        series = frame[column]
        value = None if name.startswith("why_") else cell
        frame = frame.with_columns(pl.Series(column, [value, *series[1:].to_list()], dtype=series.dtype))
        given = (
            reasons[column]
            if column in reasons.columns
            else pl.Series(column, [None] * frame.height, dtype=pl.String)
        )
        reason = cell if name.startswith("why_") else None
        reasons = reasons.with_columns(pl.Series(column, [reason, *given[1:].to_list()], dtype=pl.String))
    changed = replace(records, frame=frame, reasons=reasons)
    return replace(registry, tables={**registry.tables, table: changed})


def test_spss_has_labels_and_user_missing_codes(snapshots: dict[str, Path], tmp_path: Path) -> None:
    registry = open_registry(snapshots["moretto-2024"])
    registry = _with(registry, "crlm_episode", why_asa_class="not done", why_date_crlm_diagnosis="refused")
    registry = _with(registry, "primary_tumour", why_kras_status="unknown")
    registry = _with(registry, "patient", sex="female")
    export_registry(registry, "sav", tmp_path / "out")
    values, about = pyreadstat.read_sav(
        tmp_path / "out" / "crlm_episode.sav", user_missing=True, output_format="dict"
    )
    assert values["asa_class"][0] == -9992
    assert about.missing_ranges["asa_class"] == [{"lo": -9999.0, "hi": -9990.0}]
    assert about.variable_value_labels["asa_class"][-9992.0] == "not done"
    assert values["date_crlm_diagnosis"][0] is None
    assert values["date_crlm_diagnosis__reason"][0] == "refused"
    without, _ = pyreadstat.read_sav(tmp_path / "out" / "crlm_episode.sav", output_format="dict")
    assert without["asa_class"][0] is None
    values, about = pyreadstat.read_sav(
        tmp_path / "out" / "primary_tumour.sav", user_missing=True, output_format="dict"
    )
    assert values["kras_status"][0] == -9991
    values, about = pyreadstat.read_sav(tmp_path / "out" / "patient.sav", output_format="dict")
    assert about.variable_value_labels["sex"] == {1.0: "Male", 2.0: "Female"}
    assert values["sex"][0] == 2
    assert (
        about.column_names_to_labels["date_of_birth"]
        == registry.tables["patient"].variables["date_of_birth"].label
    )
    assert "SYNTHETIC" in about.file_label
    assert about.notes[0].startswith("SYNTHETIC DATA")


def test_a_value_among_the_missing_codes_of_spss_moves_the_codes(
    snapshots: dict[str, Path], tmp_path: Path
) -> None:
    registry = _with(open_registry(snapshots["moretto-2024"]), "lab", why_value="not done")
    frame = registry.tables["lab"].frame
    frame = frame.with_columns(pl.Series("value", [None, -9995.0, *frame["value"][2:].to_list()]))
    registry = replace(
        registry, tables={**registry.tables, "lab": replace(registry.tables["lab"], frame=frame)}
    )
    export_registry(registry, "sav", tmp_path / "out")
    values, about = pyreadstat.read_sav(tmp_path / "out" / "lab.sav", user_missing=True, output_format="dict")
    assert list(values["value"][:2]) == [-99992, -9995]
    assert about.missing_ranges["value"] == [{"lo": -99999.0, "hi": -99990.0}]


def test_stata_has_extended_missing_values_and_cut_names(snapshots: dict[str, Path], tmp_path: Path) -> None:
    registry = open_registry(snapshots["moretto-2024"])
    registry = _with(registry, "crlm_episode", why_date_crlm_diagnosis="refused")
    registry = _with(registry, "primary_tumour", why_kras_status="not done")
    export_registry(registry, "dta", tmp_path / "out")
    values, about = pyreadstat.read_dta(
        tmp_path / "out" / "crlm_episode.dta", user_missing=True, output_format="dict"
    )
    assert values["date_crlm_diagnosis"][0] == "d"
    names = json.loads((tmp_path / "out" / "names.json").read_text("utf-8"))
    long = next(one for one in names if one["name"] == "adjuvant_chemotherapy_after_primary")
    cells, about = pyreadstat.read_dta(
        tmp_path / "out" / "primary_tumour.dta", user_missing=True, output_format="dict"
    )
    assert cells["kras_status"][0] == "b"
    assert about.variable_value_labels["kras_status"]["b"] == "not done"
    assert long["name_in_stata"] in about.column_names
    assert long["name_in_stata"].startswith("adjuvant_chemotherapy_")
    assert "SYNTHETIC" in about.file_label


def test_short_names_are_told_apart_and_leave_short_ones_alone() -> None:
    for table in registry_dictionary().tables:
        short = [short_name(one.name) for one in table.variables]
        assert len(set(short)) == len(short)
        assert all(len(one) <= 29 for one in short)
        assert {short_name(long) for long in shortened(table).values()} == set(shortened(table))
        assert not set(shortened(table)) & set(table.by_name)


def test_a_workbook_has_a_codebook_real_dates_and_no_formula(
    snapshots: dict[str, Path], tmp_path: Path
) -> None:
    registry = _with(
        open_registry(snapshots["dijkstra-2021"]), "patient",
        ethnicity='=HYPERLINK("http://x")', date_of_birth=datetime.date(1900, 2, 27),
    )  # fmt: skip
    export_registry(registry, "xlsx", tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames[:3] == ["about", "codebook", "centre"]
    assert book["about"]["A1"].value == "SYNTHETIC DATA: these are not patients."
    header = [cell.value for cell in book["patient"][1]]
    first = dict(zip(header, book["patient"][2], strict=True))
    assert first["ethnicity"].value == '=HYPERLINK("http://x")'
    assert first["ethnicity"].data_type == "s" or first["ethnicity"].data_type == "inlineStr"
    assert first["date_of_birth"].value == "1900-02-27"
    second = dict(zip(header, book["patient"][3], strict=True))
    assert second["date_of_birth"].value.date() == registry.tables["patient"].frame["date_of_birth"][1]
    assert {cell.value for cell in book["patient"][2] if cell.column == len(header)} == {1}
    listed = {(row[0].value, row[1].value) for row in book["codebook"].iter_rows(min_row=2)}
    assert ("patient", "sex") in listed
    variables = [one for one in header if one != "synthetic" and "__" not in one]
    assert all(("patient", one) in listed for one in variables)


@pytest.mark.parametrize("form", WRITERS)
def test_every_format_says_synthetic_and_what_it_loses(
    form: str, snapshots: dict[str, Path], tmp_path: Path
) -> None:
    export_registry(open_registry(snapshots["buisman-2020"]), form, tmp_path / "out")
    text = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "**SYNTHETIC DATA: these are not patients.**" in text
    assert all(sentence in text for sentence in LOST[form])
    assert open_registry(snapshots["buisman-2020"]).snapshot in text


def test_a_real_registry_is_marked_real(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "patient.csv").write_text("patient_id,sex,date_of_birth\nP1,male,1950-05\nP2,refused,\n", "utf-8")
    for form in ("csv", "sav", "dta"):
        export_registry(open_registry(raw), form, tmp_path / form)
        back = open_registry(tmp_path / form)
        assert not back.source.synthetic
        assert "SYNTHETIC" not in (tmp_path / form / "README.md").read_text("utf-8")
        patient = back.tables["patient"]
        assert patient.frame[precision_column("date_of_birth")].to_list() == ["month", None]
        assert patient.reasons["sex"].to_list() == [None, "refused"]


def test_an_export_replaces_an_earlier_one_and_nothing_else(
    snapshots: dict[str, Path], tmp_path: Path
) -> None:
    registry = open_registry(snapshots["hellingman-2021"])
    export_registry(registry, "csv", tmp_path / "out")
    export_registry(registry, "sav", tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.csv"))
    somebodys = tmp_path / "registry"
    somebodys.mkdir()
    (somebodys / "patient.csv").write_text("patient_id\n1\n", "utf-8")
    with pytest.raises(OutputError):
        export_registry(registry, "csv", somebodys)
    assert [one.name for one in somebodys.iterdir()] == ["patient.csv"]
    with pytest.raises(OutputError):
        export_registry(registry, "csv", snapshots["hellingman-2021"])
    export_registry(registry, "xlsx", tmp_path / "r.xlsx")
    before = (tmp_path / "r.xlsx").read_bytes()
    with pytest.raises(OutputError) as caught:
        export_registry(registry, "xlsx", tmp_path / "r.xlsx")
    assert caught.value.problems[0].code == "output-exists"
    assert (tmp_path / "r.xlsx").read_bytes() == before


def test_what_cannot_be_written_is_refused_and_nothing_is_left(
    snapshots: dict[str, Path], tmp_path: Path
) -> None:
    registry = open_registry(snapshots["hellingman-2021"])
    long = _with(registry, "patient", ethnicity="é" * 20_000)
    for form in ("sav",):
        with pytest.raises(DataError) as caught:
            export_registry(long, form, tmp_path / "out")
        assert caught.value.problems[0].code == "export-text-too-long"
        assert "40000 bytes" in caught.value.problems[0].given
    with pytest.raises(DataError) as caught:
        export_registry(_with(registry, "patient", ethnicity="x" * 40_000), "xlsx", tmp_path / "out.xlsx")
    assert caught.value.problems[0].place.column == "ethnicity"
    export_registry(long, "dta", tmp_path / "dta")
    assert again(tmp_path / "dta").tables["patient"].frame["ethnicity"][0] == "é" * 20_000
    for form in WRITERS:
        with pytest.raises(DataError) as caught:
            export_registry(_with(registry, "patient", ethnicity="a\0b"), form, tmp_path / "out")
        assert caught.value.problems[0].code == "export-null-character"
    with pytest.raises(ArgumentError):
        export_registry(registry, "sas", tmp_path / "out")
    assert [one.name for one in tmp_path.iterdir()] == ["dta"]


def test_an_interrupted_export_leaves_nothing(
    snapshots: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = open_registry(snapshots["hellingman-2021"])

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    with pytest.raises(OutputError, match="No space left"):
        export_registry(registry, "csv", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_the_page_is_what_the_formats_declare() -> None:
    from crlm.registry.export.reference import PAGE, page

    assert PAGE.read_text("utf-8") == page(), "run python -m crlm.registry.export.reference"
