"""SPSS, Stata and Parquet: stored types, value labels, and missing values with their reasons."""

import datetime

import pandas
import polars as pl
import pyreadstat
import pytest

from crlm.problems import DataError
from crlm.registry.reading import read_table
from tests.registry.tables import category, date, integer, number, one_problem, records, refused, text, yes_no


def sav(folder, frame, **more):
    path = folder / "patients.sav"
    pyreadstat.write_sav(frame, str(path), **more)
    return read_table(path)


def dta(folder, frame, **more):
    path = folder / "patients.dta"
    pyreadstat.write_dta(frame, str(path), version=15, **more)
    return read_table(path)


def parquet(folder, frame):
    path = folder / "patients.parquet"
    frame.write_parquet(path)
    return read_table(path)


# --- SPSS --------------------------------------------------------------------------------------------------------


def test_user_missing_values_of_spss_come_with_their_label(tmp_path):
    frame = pl.DataFrame({"id": ["P1", "P2", "P3", "P4", "P5"], "x": [60.5, 997.0, 998.0, None, 999.0]})
    raw = sav(
        tmp_path,
        frame,
        missing_ranges={"x": [{"lo": 997, "hi": 999}]},
        variable_value_labels={"x": {997: "refused", 998: "not asked"}},
    )
    typed = records(raw, number("x"))
    assert typed.frame["x"].to_list() == [60.5, None, None, None, None]
    assert typed.reasons["x"].to_list() == [None, "refused", "not asked", "empty", "user-missing 999"]
    assert "x: user-missing in SPSS are 997 to 999." in typed.source.notes


def test_a_declared_code_goes_before_the_label_of_the_file(tmp_path):
    frame = pl.DataFrame({"id": ["P1", "P2"], "x": [60.5, -999.0]})
    raw = sav(tmp_path, frame, missing_ranges={"x": [-999]}, variable_value_labels={"x": {-999: "onbekend"}})
    assert records(raw, number("x")).reasons["x"].to_list() == [None, "not available"]
    assert records(raw, number("x"), missing=()).reasons["x"].to_list() == [None, "onbekend"]


def test_user_missing_text_of_spss(tmp_path):
    frame = pl.DataFrame({"id": ["P1", "P2"], "x": ["left", "??"]})
    raw = sav(tmp_path, frame, missing_ranges={"x": ["??"]})
    typed = records(raw, text("x"))
    assert typed.frame["x"].to_list() == ["left", None]
    assert typed.reasons["x"].to_list() == [None, "user-missing ??"]


def test_value_labels_that_contradict_the_protocol(tmp_path):
    frame = pl.DataFrame({"id": ["P1", "P2"], "sex": [1.0, 2.0]})
    raw = sav(tmp_path, frame, variable_value_labels={"sex": {1: "Female", 2: "Male"}})
    problems = refused(records, raw, category("sex"))
    assert [one.code for one in problems] == ["label-contradicts-level"] * 2
    assert 'code 1 "female"' in problems[0].given and '"male"' in problems[0].given


def test_value_labels_in_other_words_are_accepted(tmp_path):
    frame = pl.DataFrame({"id": ["P1", "P2"], "sex": [1.0, 2.0]})
    raw = sav(tmp_path, frame, variable_value_labels={"sex": {1: "man", 2: "vrouw"}})
    assert records(raw, category("sex")).frame["sex"].to_list() == ["male", "female"]


def test_dates_of_spss(tmp_path):
    days = [datetime.date(1950, 5, 17), None]
    raw = sav(tmp_path, pl.DataFrame({"id": ["P1", "P2"], "x": days}))
    assert records(raw, date("x")).frame["x"].to_list() == days
    problem = one_problem(records, raw, number("x"))
    assert problem.code == "cell-is-a-date" and "1950-05-17" in problem.given and problem.place.row == 2


# --- Stata -------------------------------------------------------------------------------------------------------


def test_extended_missing_values_of_stata_come_with_their_label(tmp_path):
    frame = pandas.DataFrame({"id": ["P1", "P2", "P3", "P4"], "x": [60.5, "a", "b", None]})
    raw = dta(
        tmp_path,
        frame,
        missing_user_values={"x": ["a", "b"]},
        variable_value_labels={"x": {"a": "not asked"}},
    )
    typed = records(raw, number("x"))
    assert typed.frame["x"].to_list() == [60.5, None, None, None]
    assert typed.reasons["x"].to_list() == [None, "not asked", "missing value .b", "empty"]
    assert "x: missing values of Stata are .a, .b." in typed.source.notes


# --- Parquet -----------------------------------------------------------------------------------------------------


def test_stored_types_of_parquet(tmp_path):
    frame = pl.DataFrame(
        {
            "id": [101, 102, 103],
            "flag": [True, False, None],
            "count": pl.Series([1, 2, 3], dtype=pl.UInt8),
            "level": pl.Series(["male", None, "female"], dtype=pl.Categorical),
            "cost": pl.Series([1, 2, 3]).cast(pl.Decimal(10, 2)),
            "single": pl.Series([0.5, 0.25, None], dtype=pl.Float32),
            "moment": [datetime.datetime(2020, 1, 2, 3, 4), None, datetime.datetime(2021, 1, 2)],
        }
    )
    typed = records(
        parquet(tmp_path, frame), yes_no("flag"), integer("count"), category("level"), number("cost"),
        number("single"), date("moment"),
    )  # fmt: skip
    assert typed.frame.rows() == [
        (2, True, 1, "male", 1.0, 0.5, datetime.date(2020, 1, 2)),
        (3, False, 2, None, 2.0, 0.25, None),
        (4, None, 3, "female", 3.0, None, datetime.date(2021, 1, 2)),
    ]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_in_a_stored_column(tmp_path, bad):
    raw = parquet(tmp_path, pl.DataFrame({"id": ["P1", "P2"], "x": [1.0, bad]}))
    problem = one_problem(records, raw, number("x"))
    assert problem.code == "cell-not-finite" and problem.place.row == 3


def test_a_stored_nan_may_be_declared_missing(tmp_path):
    raw = parquet(tmp_path, pl.DataFrame({"id": ["P1", "P2"], "x": [1.0, float("nan")]}))
    typed = records(raw, number("x", missing=[{"code": "NaN", "reason": "lost on export"}]))
    assert typed.frame["x"].to_list() == [1.0, None] and typed.reasons["x"].to_list() == [
        None,
        "lost on export",
    ]


def test_a_boolean_means_yes_or_no_and_no_other_category(tmp_path):
    raw = parquet(tmp_path, pl.DataFrame({"id": ["P1", "P2"], "x": [True, False]}))
    assert records(raw, yes_no("x")).frame["x"].to_list() == [True, False]
    reversed_codes = [{"code": 2, "name": "no"}, {"code": 1, "name": "yes"}]
    assert records(raw, yes_no("x", levels=reversed_codes)).frame["x"].to_list() == [True, False]
    assert len(refused(records, raw, category("x", levels=((0, "alive"), (1, "dead"))))) == 2


def test_a_column_of_lists_holds_no_text(tmp_path):
    raw = parquet(tmp_path, pl.DataFrame({"id": ["P1"], "x": [[1, 2]]}))
    assert one_problem(records, raw, text("x")).code == "cell-not-text"


@pytest.mark.parametrize("nested", [[[1, 2]], [["a"]], [{"a": 1}]])
def test_a_nested_value_is_no_level(tmp_path, nested):
    raw = parquet(tmp_path, pl.DataFrame({"id": ["P1"], "x": pl.Series(nested)}))
    assert one_problem(records, raw, category("x", levels=((0, "alive"), (1, "dead")))).place.column == "x"


def test_records_without_any_value_are_counted_not_kept(tmp_path):
    raw = parquet(tmp_path, pl.DataFrame({"id": ["P1", None, "P3"], "x": [1.0, None, 3.0]}))
    typed = records(raw, number("x"))
    assert typed.frame.rows() == [(2, 1.0), (4, 3.0)] and typed.unusable == (("blank row", 1),)


@pytest.mark.parametrize("write", [sav, dta, parquet])
def test_a_table_without_records(tmp_path, write):
    frame = pl.DataFrame({"id": [], "x": []}, schema={"id": pl.String, "x": pl.Float64})
    assert one_problem(write, tmp_path, frame, kind=DataError).code == "table-without-records"
