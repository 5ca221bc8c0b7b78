"""Excel workbooks as people make them: titles, merged headers, dates, errors, formulas, several and hidden sheets."""

import datetime
import zipfile

import openpyxl
import polars as pl
import pytest

from crlm.problems import DataError
from crlm.registry.reading import ReadOptions, read_table
from crlm.registry.reading.table import NO_STORED_VALUE
from tests.registry.tables import (
    category,
    date,
    number,
    one_problem,
    records,
    refused,
    text,
    write_book,
    yes_no,
)

HEADER = ["id", "age", "sex"]
PATIENTS = [["P1", 60, 1], ["P2", 70.5, 2]]


def book(folder, rows=(HEADER, *PATIENTS), options=None, **more):
    path = folder / "patients.xlsx"
    write_book(path, rows, **more)
    return read_table(path, options)


def cells(raw):
    return [column.values.to_list() for column in raw.columns]


# --- sheets ------------------------------------------------------------------------------------------------------


def two_sheets(folder, *, second_filled=True):
    workbook = openpyxl.Workbook()
    workbook.active.title = "Read me"
    sheet = workbook.create_sheet("Data & results ")
    for row in [HEADER, *PATIENTS]:
        sheet.append(row)
    if second_filled:
        workbook["Read me"].append(["This workbook holds ..."])
    path = folder / "patients.xlsx"
    workbook.save(path)
    return path


def test_several_sheets_and_none_named_are_listed(tmp_path):
    problem = one_problem(read_table, two_sheets(tmp_path), kind=DataError)
    assert problem.code == "sheet-not-named"
    assert '"Read me", "Data & results "' in problem.allowed and "[data] sheet" in problem.fix


@pytest.mark.parametrize("sheet", ["Data & results ", "Data & results"])
def test_the_named_sheet_is_read_blanks_around_its_name_aside(tmp_path, sheet):
    raw = read_table(two_sheets(tmp_path), ReadOptions(sheet=sheet))
    assert raw.sheet == "Data & results " and raw.headers == ("id", "age", "sex")


def test_an_unknown_sheet_suggests_the_nearest(tmp_path):
    problem = one_problem(
        read_table, two_sheets(tmp_path), ReadOptions(sheet="Data and results"), kind=DataError
    )
    assert problem.code == "sheet-not-found" and '"Data & results "' in problem.fix


def test_the_only_sheet_that_is_not_empty_is_taken_and_noted(tmp_path):
    raw = read_table(two_sheets(tmp_path, second_filled=False))
    assert raw.sheet == "Data & results " and any("only one of 2" in note for note in raw.notes)


def test_an_empty_sheet_and_one_with_headers_only(tmp_path):
    assert one_problem(book, tmp_path, [], kind=DataError).code == "table-empty"
    assert one_problem(book, tmp_path, [HEADER], kind=DataError).code == "table-without-records"
    problem = one_problem(book, tmp_path, options=ReadOptions(header_row=9), kind=DataError)
    assert problem.code == "header-row-beyond-end"


# --- rows and columns --------------------------------------------------------------------------------------------


def test_rows_count_as_the_sheet_shows_them(tmp_path):
    def beside(sheet):
        sheet.move_range("A1:C4", rows=3, cols=2)  # the table does not begin in A1

    raw = book(
        tmp_path, [HEADER, PATIENTS[0], [None] * 3, PATIENTS[1]], ReadOptions(header_row=4), change=beside
    )
    assert raw.headers == ("id", "age", "sex")
    assert raw.rows.to_list() == [5, 7] and raw.blank_rows == 1
    assert cells(raw) == [["P1", "P2"], ["60", "70.5"], ["1", "2"]]


def test_hidden_rows_and_columns_are_read_and_noted(tmp_path):
    def hide(sheet):
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True

    raw = book(tmp_path, change=hide)
    assert cells(raw)[1] == ["60", "70.5"]
    assert any("1 row" in note and "hidden" in note for note in raw.notes)
    assert any("columns" in note and "hidden" in note for note in raw.notes)


def test_headers_below_a_merged_title(tmp_path):
    rows = [["Liver database 2024", None, None], HEADER, *PATIENTS]
    raw = book(tmp_path, rows, merge=["A1:C1"])
    problem = one_problem(records, raw, number("age"), category("sex"))
    assert problem.code == "header-row-elsewhere"
    assert "row 2 holds 3" in problem.given and "A1:C1" in problem.given and "header_row = 2" in problem.fix
    typed = records(
        book(tmp_path, rows, ReadOptions(header_row=2), merge=["A1:C1"]), number("age"), category("sex")
    )
    assert typed.frame.rows() == [(3, 60.0, "male"), (4, 70.5, "female")]


def test_merged_group_headers_above_the_headers(tmp_path):
    rows = [["Patient", None, None, "Outcome", None], [*HEADER, "months", "dead"], ["P1", 60, 1, 12.5, 1]]
    raw = book(tmp_path, rows, merge=["A1:C1", "D1:E1"])
    problem = one_problem(records, raw, number("age"), number("months"))
    assert problem.code == "header-row-elsewhere" and "A1:C1, D1:E1" in problem.given


def test_headers_merged_over_two_rows_are_asked_to_be_one(tmp_path):
    rows = [["id", "age", "Outcome", None], [None, None, "months", "dead"], ["P1", 60, 12.5, 1]]
    raw = book(tmp_path, rows, merge=["A1:A2", "B1:B2", "C1:D1"])
    problem = one_problem(records, raw, number("age"), number("months"), yes_no("dead"))
    assert problem.code == "headers-in-two-rows"
    assert "rows 1 and 2" in problem.given and "unmerge" in problem.fix


# --- cells -------------------------------------------------------------------------------------------------------


def test_numbers_are_exact_beside_text_in_the_same_column(tmp_path):
    # fastexcel's own text form of the first would be 39.833333333, and of the second 0
    rows = [
        ["id", "x"],
        ["P1", 39.8333333333333],
        ["P2", 1e-12],
        ["P3", "NA"],
        ["P4", 1e17],
        ["P5", " 12.25 "],
    ]
    raw = book(tmp_path, rows)
    missing = [{"code": "NA", "reason": "not asked"}]
    typed = records(raw, number("x", missing=missing))
    assert typed.frame["x"].to_list() == [39.8333333333333, 1e-12, None, 1e17, 12.25]
    assert typed.reasons["x"].to_list() == [None, None, "not asked", None, None]


def test_identifiers_keep_leading_zeros_as_text_and_lose_the_point_as_numbers(tmp_path):
    raw = book(tmp_path, [["id", "x"], ["012", 1], [12, 2], ["0012", 3]])
    assert cells(raw)[0] == ["012", "12", "0012"]


def test_true_and_false(tmp_path):
    raw = book(tmp_path, [["id", "x"], ["P1", True], ["P2", None], ["P3", False]])
    typed = records(raw, yes_no("x"))
    assert typed.frame["x"].to_list() == [True, None, False]
    assert typed.reasons["x"].to_list() == [None, "empty", None]


def test_text_that_says_true_is_not_true(tmp_path):
    raw = book(tmp_path, [["id", "x"], ["P1", "true"], ["P2", "false"]])
    assert [problem.code for problem in refused(records, raw, yes_no("x"))] == ["cell-level-undeclared"] * 2


def test_true_in_a_column_of_numbers(tmp_path):
    raw = book(tmp_path, [["id", "x"], ["P1", 1], ["P2", True]])
    problem = one_problem(records, raw, number("x"))
    assert problem.place.row == 3 and '"true"' in problem.given


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (datetime.date(2020, 3, 1), "2020-03-01"),
        (datetime.datetime(2020, 3, 1, 14, 30), "2020-03-01 14:30"),
        (datetime.time(14, 30), "14:30"),
    ],
)
def test_a_date_in_a_column_of_numbers(tmp_path, cell, shown):
    raw = book(tmp_path, [["id", "months"], ["P1", 12.5], ["P2", cell]])
    problem = one_problem(records, raw, number("months"))
    assert problem.code == "cell-is-a-date"
    assert (problem.place.row, problem.place.column, problem.place.sheet) == (3, "months", "Patients")
    assert shown in problem.given and "date" in problem.given


def test_a_whole_column_of_dates_declared_as_numbers(tmp_path):
    raw = book(tmp_path, [["id", "x"], ["P1", datetime.date(2020, 3, 1)], ["P2", datetime.date(2020, 4, 1)]])
    assert [problem.code for problem in refused(records, raw, number("x"))] == ["cell-is-a-date"] * 2


def test_dates_are_dates_and_a_time_of_day_alone_is_none(tmp_path):
    day = datetime.date(2020, 3, 1)
    raw = book(
        tmp_path, [["id", "x"], ["P1", day], ["P2", datetime.datetime(2020, 3, 1, 14, 30)], ["P3", None]]
    )
    assert records(raw, date("x")).frame["x"].to_list() == [day, day, None]
    raw = book(tmp_path, [["id", "x"], ["P1", day], ["P2", datetime.time(14, 30)]])
    assert one_problem(records, raw, date("x")).code == "cell-not-a-date"


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!"])
@pytest.mark.parametrize(
    "variable", [number("x"), text("x"), category("x", levels=((1, "a"), (2, "b"))), date("x")]
)
def test_error_cells_are_no_empty_cells(tmp_path, error, variable):
    def broken(sheet):
        sheet["B3"] = error
        sheet["B3"].data_type = "e"

    raw = book(tmp_path, [["id", "x"], ["P1", None], ["P2", None], ["P3", None]], change=broken)
    problem = one_problem(records, raw, variable)
    assert problem.code == "cell-workbook-error"
    assert error in problem.given and problem.place.row == 3


def test_an_error_declared_as_missing_is_missing(tmp_path):
    def broken(sheet):
        sheet["B2"] = "#N/A"

    raw = book(tmp_path, [["id", "x"], ["P1", None], ["P2", 5]], change=broken)
    typed = records(
        raw, number("x", missing=[{"code": "#N/A", "reason": "not found in the laboratory system"}])
    )
    assert typed.reasons["x"].to_list() == ["not found in the laboratory system", None]


def test_a_formula_without_a_stored_value_is_no_empty_cell(tmp_path):
    # openpyxl writes formulas without their results, as many programs do that make workbooks
    raw = book(tmp_path, [["id", "x"], ["P1", 5], ["P2", "=B2+1"]])
    assert cells(raw)[1] == ["5", NO_STORED_VALUE]
    problem = one_problem(records, raw, number("x"))
    assert problem.code == "cell-formula-without-value"
    assert problem.place.row == 3 and "save it" in problem.fix


def test_formulas_without_a_value_in_rows_of_their_own_at_the_end(tmp_path):
    raw = book(tmp_path, [["id", "x"], ["P1", 5], [None, "=B2+1"]])
    assert raw.rows.to_list() == [2, 3] and cells(raw) == [["P1", None], ["5", NO_STORED_VALUE]]


def test_formulas_with_a_stored_value_are_that_value(tmp_path):
    path = tmp_path / "patients.xlsx"
    write_book(path, [["id", "x", "y"], ["P1", "=1+1", '=IF(1,"",2)'], ["P2", 7, 3]])
    edited = tmp_path / "edited.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(edited, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part.endswith("sheet1.xml"):
                assert (
                    b'<c r="B2"><f>1+1</f><v></v></c>' in content
                    or b'<c r="B2"><f>1+1</f><v /></c>' in content
                )
                content = content.replace(
                    b'<c r="B2"><f>1+1</f><v></v></c>', b'<c r="B2"><f>1+1</f><v>2</v></c>'
                )
                content = content.replace(
                    b'<c r="B2"><f>1+1</f><v /></c>', b'<c r="B2"><f>1+1</f><v>2</v></c>'
                )
                content = content.replace(
                    b'<c r="C2">', b'<c r="C2" t="str">'
                )  # a result that is an empty text
            target.writestr(part, content)
    typed = records(read_table(edited), number("x"), number("y"))
    assert typed.frame["x"].to_list() == [2.0, 7.0]
    assert typed.reasons["y"].to_list() == ["empty", None]


def test_a_decimal_comma_stored_as_text(tmp_path):
    raw = book(tmp_path, [["id", "x"], ["P1", "12,5"], ["P2", "7,25"]])
    typed = records(raw, number("x"))
    assert typed.frame["x"].to_list() == [12.5, 7.25]
    assert any("Decimal sign: comma" in note for note in typed.source.notes)


def test_a_decimal_comma_as_text_beside_true_numbers(tmp_path):
    raw = book(tmp_path, [["id", "x", "y"], ["P1", "12,5", 0.5], ["P2", 7.25, 1.5]])
    typed = records(raw, number("x"), number("y"))
    assert typed.frame.select("x", "y").rows() == [(12.5, 0.5), (7.25, 1.5)]


def test_every_cell_of_a_wide_sheet_is_in_its_place(tmp_path):
    width = 60  # beyond Z and AZ
    rows = [["id", *(f"c{one}" for one in range(width))], ["P1", *range(width)]]

    def broken(sheet):
        sheet.cell(2, 55).value = "#N/A"
        sheet.cell(2, 60).value = "=1+1"

    raw = book(tmp_path, rows, change=broken)
    expected = ["P1", *(str(one) for one in range(width))]
    expected[54], expected[59] = "#N/A", NO_STORED_VALUE
    assert [column.values[0] for column in raw.columns] == expected
    assert all(column.values.dtype == pl.String for column in raw.columns)
