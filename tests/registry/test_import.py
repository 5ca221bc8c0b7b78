"""A folder of files becomes a registry: typed values, reasons, keys, links, and all that is wrong at once."""

import datetime
import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from crlm.dictionary.records import ROW
from crlm.dictionary.registry import registry_dictionary
from crlm.problems import DataError
from crlm.registry.importing import check_registry, read_registry
from crlm.registry.importing.cells_of import levels_in
from tests.registry.small_registry import TABLES, changed, folder


def read(path, tables=None):
    return read_registry(folder(path / "registry", tables))


def errors(path, tables):
    return check_registry(folder(path / "registry", tables)).errors


def test_values_by_hand(tmp_path):
    registry = read(tmp_path)
    episodes = registry.table("crlm_episode").frame
    assert episodes["episode_id"].to_list() == ["E1", "E2", "E3"]
    assert episodes["size_largest_crlm_mm"].to_list() == [31.0, 12.5, None]
    assert episodes["n_crlm"].to_list() == [2, 1, None]
    lesions = registry.table("metastasis").frame
    assert lesions["segments"].to_list() == [
        ["segment_5", "segment_6"],
        ["segment_7"],
        ["segment_2", "segment_3"],
    ]
    assert registry.table("patient").frame["lost_to_follow_up"].to_list() == [False, None]
    assert registry.table("followup_event").frame["sites"].to_list() == [["lung", "bone"]]


def test_reasons_stand_beside_the_values(tmp_path):
    registry = read(tmp_path)
    assert registry.table("crlm_episode").reasons["n_crlm"].to_list() == [None, None, "unknown"]
    assert registry.table("crlm_episode").reasons["height_cm"].to_list() == [None, None, "empty"]
    assert registry.table("treated_lesion").reasons["margin_mm"].to_list() == [
        None,
        "empty",
        "not applicable",
    ]
    assert registry.table("primary_tumour").reasons["pt_stage"].to_list() == [None, "not done"]
    assert set(registry.table("patient").reasons["ethnicity"]) == {"not in the source"}


def test_every_table_and_variable_of_the_dictionary_is_there(tmp_path):
    registry = read(tmp_path)
    for table in registry_dictionary().tables:
        records = registry.table(table.name)
        assert set(records.frame.columns) >= {ROW, *table.by_name}
        for name in table.by_name:
            missing = records.frame[name].is_null()
            given_ = (
                records.reasons[name].is_not_null() if name in records.reasons.columns else ~missing & missing
            )
            assert (missing == given_).all(), (table.name, name)


def test_partial_dates_are_the_middle_of_their_period_and_remember_it(tmp_path):
    registry = read(tmp_path)
    patients = registry.table("patient").frame
    assert patients["date_of_birth"].to_list() == [datetime.date(1950, 6, 1), datetime.date(1960, 7, 1)]
    assert patients["date_of_birth__precision"].to_list() == ["day", "year"]
    primaries = registry.table("primary_tumour").frame
    assert primaries["date_primary_diagnosis"].to_list()[1] == datetime.date(2015, 5, 15)
    assert primaries["date_primary_diagnosis__precision"].to_list() == ["day", "month"]
    assert "date_crlm_diagnosis__precision" not in registry.table("crlm_episode").frame.columns


@pytest.mark.parametrize(
    ("cell", "value", "precision"),
    [
        ("2014-02-03", datetime.date(2014, 2, 3), None),
        ("2014-02-03 11:30", datetime.date(2014, 2, 3), None),
        ("2014-02", datetime.date(2014, 2, 15), "month"),
        ("2014", datetime.date(2014, 7, 1), "year"),
        *(
            (cell, None, None)
            for cell in (
                "03/02/2014",
                "2014-13",
                "2014-2-3",
                "1777",
                "1899-12-31",
                "2014-02-30",
                "43500",
                "20140203",
            )
        ),
    ],
)
def test_dates_that_read_one_way_only(tmp_path, cell, value, precision):
    checked = check_registry(folder(tmp_path / "r", changed("crlm_episode", "2014-02-03", cell)))
    frame = checked.registry.table("crlm_episode").frame
    assert frame["date_crlm_diagnosis"][0] == value
    assert [issue.rule for issue in checked.errors] == ([] if value else ["cell-not-a-date"])
    if precision:
        assert frame["date_crlm_diagnosis__precision"][0] == precision


@pytest.mark.parametrize(
    ("table", "old", "new", "rule", "column", "rows"),
    [
        ("patient", "P1,C1,male", "P1,C1,man", "cell-level-undeclared", "sex", [2]),
        ("crlm_episode", "180,82.5", "180,heavy", "cell-not-a-number", "weight_kg", [2]),
        ("crlm_episode", "180,82.5", "1.80,82.5", "value-out-of-range", "height_cm", [2]),
        ("crlm_episode", "P1,1,", "P1,1.5,", "cell-not-whole", "episode_number", [2]),
        ("crlm_episode", "82.5,2,31", "82.5,2,nan", "cell-not-finite", "size_largest_crlm_mm", [2]),
        ("crlm_episode", "E2,", "E1,", "key-repeated", "episode_id", [2, 3]),
        ("crlm_episode", "E2,", ",", "key-missing", "episode_id", [3]),
        ("crlm_episode", "E3,P2", "E3,P7", "link-orphan", "patient_id", [4]),
        ("crlm_episode", "E3,P2", "E3,unknown", "link-missing", "patient_id", [4]),
        ("metastasis", "5;6", "5;9", "cell-level-undeclared", "segments", [2]),
        ("metastasis", "5;6", "5;unknown", "cell-level-undeclared", "segments", [2]),
        ("treated_lesion", "X2,O1", "X2,O7", "link-orphan", "procedure_id", [3]),
    ],
)
def test_each_error_names_its_rule_column_and_rows(tmp_path, table, old, new, rule, column, rows):
    found = [issue for issue in errors(tmp_path, changed(table, old, new)) if issue.rule == rule]
    assert [(one.table, one.column, one.rows.to_list()) for one in found] == [(table, column, rows)]
    assert found[0].fix or found[0].allowed


def test_all_errors_are_told_at_once(tmp_path):
    tables = {
        **changed("patient", "male", "man"),
        **{"crlm_episode": changed("crlm_episode", "82.5", "x")["crlm_episode"]},
    }
    with pytest.raises(DataError) as refused:
        read(tmp_path, tables)
    assert {problem.place.file for problem in refused.value.problems} == {"patient.csv", "crlm_episode.csv"}


def test_a_compound_key_is_unique_as_a_whole(tmp_path):
    seen = "lesion_id,imaging_id\nL1,I1\nL2,I1\n"
    imaging = "imaging_id,patient_id,episode_id,date_imaging,modality\nI1,P1,E1,2014-02-03,ceCT\n"
    assert not errors(tmp_path, {**TABLES, "imaging": imaging, "lesion_imaging": seen})
    twice = errors(tmp_path, {**TABLES, "imaging": imaging, "lesion_imaging": seen + "L1,I1\n"})
    assert [(one.rule, one.rows.to_list()) for one in twice] == [("key-repeated", [2, 4])]


def test_accepted_errors_leave_missing_values_with_a_reason(tmp_path):
    path = folder(tmp_path / "registry", changed("patient", "P1,C1,male", "P1,C1,man"))
    registry = read_registry(path, accept_errors=True)
    assert registry.table("patient").frame["sex"].to_list() == [None, "female"]
    assert registry.table("patient").reasons["sex"].to_list() == ["not a value", None]
    with pytest.raises(DataError):  # a registry whose links do not hold is never accepted
        read_registry(
            folder(tmp_path / "other", changed("crlm_episode", "E3,P2", "E3,P7")), accept_errors=True
        )


def test_an_unreadable_table_does_not_make_orphans_of_the_others(tmp_path):
    tables = changed("patient", "P1,C1", "P1,C1,C1")
    assert {issue.rule for issue in errors(tmp_path, tables)} == {"table-ragged"}


def test_slips_in_names_are_errors_and_other_names_warnings(tmp_path):
    slip = {name: content for name, content in TABLES.items() if name != "followup_event"}
    issues = check_registry(folder(tmp_path / "a", {**slip, "follow_up_event": "a,b\n1,2\n"})).issues
    assert [(one.rule, one.severity) for one in issues] == [("table-unknown", "error")]
    issues = check_registry(
        folder(tmp_path / "b", changed("patient", "date_of_death", "date_of_deth"))
    ).issues
    assert ("column-unknown", "error") in [(one.rule, one.severity) for one in issues]
    issues = check_registry(folder(tmp_path / "c", {**TABLES, "notes": "a,b\n1,2\n"})).issues
    assert [(one.rule, one.severity) for one in issues] == [("table-unknown", "warning")]


def test_synthetic_is_marked_and_never_mixed(tmp_path):
    lines = TABLES["patient"].splitlines()
    marked = "\n".join([f"{lines[0]},synthetic", f"{lines[1]},1", f"{lines[2]},1"])
    assert read(tmp_path, {**TABLES, "patient": marked}).source.synthetic
    assert not read_registry(folder(tmp_path / "real")).source.synthetic
    mixed = marked.removesuffix("1") + "0"
    assert [one.rule for one in errors(tmp_path, {**TABLES, "patient": mixed})] == ["synthetic-and-real"]


def test_a_table_with_headers_only_has_no_rows(tmp_path):
    registry = read(tmp_path, {**TABLES, "lab": "lab_id,patient_id,value\n"})
    assert registry.table("lab").frame.height == 0


@given(
    st.lists(st.sampled_from(["segment_1", "1", "4a", " 7 ", "segment_4"]), min_size=1), st.sampled_from(";|")
)
def test_several_levels_are_a_set_in_level_order(parts, separator):
    variable = registry_dictionary().table("metastasis").variable("segments")
    names = {
        "segment_1": "segment_1",
        "1": "segment_1",
        "4a": "segment_4a",
        " 7 ": "segment_7",
        "segment_4": "segment_4",
    }
    expected = {names[one] for one in parts}
    found = levels_in(separator.join(parts), variable)
    assert set(found) == expected and len(found) == len(expected)
    assert found == sorted(found, key=variable.level_names.index)


def test_the_order_of_rows_and_columns_does_not_matter(tmp_path):
    shuffle = random.Random(4)
    first = read(tmp_path)
    tables = {}
    for name, text in TABLES.items():
        header, *rows = (line.split(",") for line in text.splitlines())
        order = list(range(len(header)))
        shuffle.shuffle(order)
        shuffle.shuffle(rows)
        tables[name] = "\n".join(",".join(line[place] for place in order) for line in [header, *rows])
    other = read_registry(folder(tmp_path / "other", tables))
    for name, records in first.tables.items():
        assert_frame_equal(
            records.frame.drop(ROW), other.table(name).frame.drop(ROW), check_column_order=False
        )
        assert_frame_equal(
            records.reasons.drop(ROW), other.table(name).reasons.drop(ROW), check_column_order=False
        )


def test_findings_name_rows_of_the_file(tmp_path):
    tables = changed("treated_lesion", "X3,O2,L3,mwa,not_applicable", "X3,O2,L3,mwa,-5")
    tables["treated_lesion"] = "\n".join(
        [tables["treated_lesion"].splitlines()[0], *reversed(tables["treated_lesion"].splitlines()[1:])]
    )
    found = errors(tmp_path, tables)
    assert [(one.rule, one.rows.to_list()) for one in found] == [("value-out-of-range", [2])]


def test_parquet_files_are_read_as_they_are_stored(tmp_path):
    registry = read(tmp_path)
    path = tmp_path / "parquet"
    path.mkdir()
    for name, records in registry.tables.items():
        if records.frame.height:
            kept = [one for one in records.frame.columns if one != ROW and not one.endswith("__reason")]
            frame = records.frame.select(kept)
            frame.select([one for one in kept if frame[one].null_count() < frame.height]).write_parquet(
                path / f"{name}.parquet"
            )
    again = read_registry(path)
    for name, records in registry.tables.items():
        assert_frame_equal(
            records.frame.drop(ROW), again.table(name).frame.drop(ROW), check_column_order=False
        )
    assert again.table("metastasis").frame.schema["segments"] == pl.List(pl.String)
