"""The data report: column summaries, declared checks, and what deserves a second look in any table."""

import pytest

from crlm.problems import DataError
from crlm.registry.findings import DeclaredCheck, column_summaries, with_findings
from tests.registry.tables import category, date, number, raw_text, records, refused, text, yes_no


def table(folder, content, *variables, **more):
    return records(raw_text(folder, content), *variables, **more)


def found(typed, rule):
    return [finding for finding in typed.findings if finding.rule == rule]


# --- summaries ---------------------------------------------------------------------------------------------------


def test_a_summary_of_each_type(tmp_path):
    typed = table(
        tmp_path,
        "id,age,sex,bilobar,operated,remark\nP1,60,1,1,2020-01-02,a\nP2,-999,2,0,2019-01-02,a\nP3,,1,,,b\nP4,71,1,1,,\n",
        number("age"),
        category("sex", levels=((1, "male"), (2, "female"), (3, "other"))),
        yes_no("bilobar"),
        date("operated"),
        text("remark"),
    )
    age, sex, bilobar, operated, remark = column_summaries(typed)
    assert (age.known, age.distinct, age.lowest, age.median, age.highest) == (2, 2, 60.0, 65.5, 71.0)
    assert age.missing == (("empty", 1), ("not available", 1))
    assert sex.levels == (("male", 3), ("female", 1), ("other", 0)) and sex.missing == ()
    assert bilobar.levels == (("no", 1), ("yes", 2)) and bilobar.missing == (("empty", 1),)
    assert (operated.lowest, operated.highest, operated.median) == ("2019-01-02", "2020-01-02", None)
    assert remark.distinct == 2
    assert age.in_words() == "age: 2 known, 2 missing (empty 1, not available 1); median 65.5, from 60 to 71"
    assert sex.in_words() == "sex: 4 known; male 3, female 1, other 0"
    assert operated.in_words() == "operated: 2 known, 2 missing (empty 2); from 2019-01-02 to 2020-01-02"
    assert remark.in_words() == "remark: 3 known, 1 missing (empty 1); 2 different"


def test_a_column_without_any_value(tmp_path):
    typed = table(tmp_path, "id,age,sex\nP1,,\nP2,-999,\n", number("age"), category("sex"))
    age, sex = column_summaries(typed)
    assert (age.known, age.lowest, age.median, age.highest) == (0, None, None, None)
    assert sex.levels == (("male", 0), ("female", 0))
    (first, second) = found(typed, "column-without-values")
    assert first.column == "age" and first.count == 2 and first.severity == "warning"
    assert "empty 1" in first.sentence and "not available 1" in first.sentence
    assert second.column == "sex"


# --- declared checks ---------------------------------------------------------------------------------------------


def checked(folder, expect, severity="warning"):
    typed = table(folder, "id,a,b\nP1,1,2\nP2,3,2\nP3,,2\nP4,5,1\nP5,1,1\n", number("a"), number("b"))
    return with_findings(typed, [DeclaredCheck("a-below-b", expect, "a is above b.", severity)])


def test_a_broken_check_counts_names_rows_and_says_how_many_could_not_be_judged(tmp_path):
    (finding,) = found(checked(tmp_path, "a <= b"), "a-below-b")
    assert (finding.severity, finding.count, finding.rows) == ("warning", 2, (3, 5))
    assert finding.sentence == "a is above b. (4 records could be judged, 1 could not.)"


def test_unknown_is_no_violation_but_is_said(tmp_path):
    (finding,) = found(checked(tmp_path, "a < 10"), "a-below-b")
    assert (finding.severity, finding.count, finding.rows) == ("info", 1, (4,))
    assert "holds in all 4 records that can be judged; in 1 an input is unknown" in finding.sentence


def test_a_check_that_always_holds_finds_nothing(tmp_path):
    assert not found(checked(tmp_path, "b > 0"), "a-below-b")


def test_a_broken_check_of_severity_error_stops(tmp_path):
    (problem,) = refused(checked, tmp_path, "a <= b", "error", kind=DataError)
    assert problem.code == "check-broken" and problem.place.row == 3
    assert "2 records (row 3, row 5)" in problem.given and 'severity = "warning"' in problem.fix


# --- any table ---------------------------------------------------------------------------------------------------


def test_a_constant_column(tmp_path):
    typed = table(tmp_path, "id,x,y,z\nP1,5,1,1\nP2,5,1,\nP3,,1,\n", number("x"), yes_no("y"), number("z"))
    assert [finding.column for finding in found(typed, "column-constant")] == ["x", "y"]
    assert '"Y" is yes in all 3 records' in found(typed, "column-constant")[1].sentence


def test_much_missing_is_named_with_its_share_and_reasons(tmp_path):
    lines = "".join(f"P{row},{'' if row < 2 else row},{'' if row < 1 else row}\n" for row in range(20))
    typed = table(tmp_path, f"id,x,y\n{lines}", number("x"), number("y"))
    (finding,) = found(typed, "much-missing")
    assert (
        finding.column == "x"
        and finding.count == 2
        and "2 of 20 records, 10.0 % (empty 2)" in finding.sentence
    )


def test_columns_missing_in_the_same_records(tmp_path):
    typed = table(
        tmp_path,
        "id,a,b,c,d\nP1,1,1,1,\nP2,,,1,1\nP3,-999,,1,1\nP4,4,4,,1\n",
        *(number(name) for name in "abcd"),
    )
    (finding,) = found(typed, "missing-together")
    assert finding.sentence == '"a" and "b" are missing in the same 2 records.' and finding.rows == (3, 4)


@pytest.mark.parametrize(
    ("others", "code", "suspected"),
    [
        ((30, 88, 60), 999, True),
        ((30, 88, 60), -9, True),
        ((30, 88, 60), 99, False),  # someone may be 99
        ((0.7, 1074, 5), 999, False),  # carcinoembryonic antigen of 999 is a value like others
        ((-3, 4, 1), -9, False),
        ((-3, 4, 1), -99, True),
        ((0, 1, 0), 9999, True),
        ((5, 5, 5), 999, False),  # one value only: nothing to compare with
    ],
)
def test_numbers_that_look_like_a_missing_code(tmp_path, others, code, suspected):
    lines = "".join(f"P{row},{value}\n" for row, value in enumerate([*others, code]))
    typed = table(tmp_path, f"id,x\n{lines}", number("x"), missing=())
    findings = found(typed, "looks-like-missing")
    assert bool(findings) == suspected
    if suspected:
        assert findings[0].rows == (5,) and f"{code} looks like a missing code" in findings[0].sentence


def test_records_alike_under_another_identifier(tmp_path):
    names = [f"c{one}" for one in range(8)]
    same = ",".join("3" for _ in names)
    rows = [f"P1,{same}", f"P2,{same}", "P3," + ",".join("4" for _ in names)]
    content = f"id,{','.join(names)}\n" + "\n".join(rows)
    (finding,) = found(table(tmp_path, content, *(number(name) for name in names)), "records-alike")
    assert finding.count == 2 and finding.rows == (2, 3)
    assert not found(table(tmp_path, content, *(number(name) for name in names[:7])), "records-alike")


def test_identifiers_that_may_be_the_same_patient(tmp_path):
    typed = table(tmp_path, "id,x\np 007,1\nP-7,2\nP8,3\nQ70,4\n", number("x"))
    (finding,) = found(typed, "identifiers-alike")
    assert finding.count == 2 and finding.rows == (2, 3)


def test_identifiers_of_another_form(tmp_path):
    lines = "".join(f"CRLM-{row},{row}\n" for row in range(19))
    (finding,) = found(table(tmp_path, f"id,x\n{lines}Jansen,1\n", number("x")), "identifier-form")
    assert finding.rows == (21,) and "CRLM-0" in finding.sentence and "Jansen" not in finding.sentence
