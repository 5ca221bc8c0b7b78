"""Finding the declared columns: exactly, then but for blanks around, and never by guessing."""

import pytest

from crlm.problems import DataError
from crlm.registry.reading import ReadOptions
from tests.registry.tables import number, one_problem, raw_text, records, refused, text


def test_a_header_is_found_exactly_then_without_blanks(tmp_path):
    raw = raw_text(tmp_path, "id , age,sex\nP1,60,1\n")
    typed = records(raw, number("age"), number("sex"))
    assert typed.frame.rows() == [(2, 60.0, 1.0)]
    (finding,) = typed.findings
    assert finding.rule == "headers-with-blanks" and finding.severity == "info"
    assert '"id", "age"' in finding.sentence and finding.count == 2


def test_the_header_need_not_be_the_name(tmp_path):
    raw = raw_text(tmp_path, "id,Age (years)\nP1,60\n")
    assert records(raw, number("age", header="Age (years)")).frame["age"].to_list() == [60.0]


@pytest.mark.parametrize(
    ("header", "nearest"), [("Age", '"Age"'), ("AGE", '"AGE"'), ("agee", '"agee"'), ("Ages", '"Ages"')]
)
def test_another_case_or_spelling_is_suggested_never_used(tmp_path, header, nearest):
    problem = one_problem(records, raw_text(tmp_path, f"id,{header}\nP1,60\n"), number("age"), kind=DataError)
    assert problem.code == "column-not-found" and problem.place.column == "age"
    assert nearest in problem.fix


def test_all_absent_columns_are_reported_together_the_identifier_too(tmp_path):
    raw = raw_text(tmp_path, "ID,age,months\nP1,60,5\n")
    problems = refused(records, raw, number("age"), number("sex"), number("month"))
    assert [problem.place.column for problem in problems] == ["id", "sex", "month"]
    assert '"ID"' in problems[0].fix and '"months"' in problems[2].fix
    assert '"ID", "months"' in problems[1].fix  # nothing is near: the headers that are still free


def test_two_columns_with_the_declared_header(tmp_path):
    problem = one_problem(records, raw_text(tmp_path, "id,age,age\nP1,60,61\n"), number("age"))
    assert problem.code == "header-repeated" and "columns 2, 3" in problem.given
    blanks = raw_text(tmp_path, "id, age,age \nP1,60,61\n")
    assert one_problem(records, blanks, number("age")).code == "header-repeated"


def test_repeated_and_blank_headers_that_nobody_asks_for_do_not_matter(tmp_path):
    raw = raw_text(tmp_path, ",id,note,note,age\n1,P1,a,b,60\n")
    assert records(raw, number("age")).frame["age"].to_list() == [60.0]


def test_an_exact_header_beside_one_that_differs_in_blanks_is_used_and_noted(tmp_path):
    typed = records(raw_text(tmp_path, "id,age,age \nP1,60,61\n"), number("age"))
    assert typed.frame["age"].to_list() == [60.0]
    assert "header-almost-repeated" in {finding.rule for finding in typed.findings}


def test_two_variables_may_read_the_same_column(tmp_path):
    raw = raw_text(tmp_path, "id,age\nP1,60\n")
    typed = records(raw, number("age"), text("age_as_text", header="age"))
    assert typed.frame.rows() == [(2, 60.0, "60")]


def test_headers_in_a_lower_row_are_found_in_text_too(tmp_path):
    raw = raw_text(tmp_path, "a,b,c\nid,age,sex\nP1,60,1\n")
    problem = one_problem(records, raw, number("age"), number("sex"))
    assert problem.code == "header-row-elsewhere" and "header_row = 2" in problem.fix
    raw = raw_text(tmp_path, "id,age,sex\nP1,60,1\nP2,61,2\n", options=ReadOptions(header_row=2))
    problem = one_problem(records, raw, number("age"), number("sex"))
    assert "header_row = 1" in problem.fix


def test_a_few_absent_headers_are_not_taken_for_a_wrong_header_row(tmp_path):
    raw = raw_text(tmp_path, "id,age,sex\nP1,60,1\nx,months,1\n")
    assert one_problem(records, raw, number("age"), number("months")).code == "column-not-found"
