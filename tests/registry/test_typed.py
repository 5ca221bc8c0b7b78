"""From cells to typed values: what is missing and why, what is refused and with which words."""

import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.dictionary.records import ROW
from crlm.dictionary.variables import MissingCode
from crlm.problems import DataError
from crlm.registry.cells import PLAIN_NUMBER, number_in
from crlm.registry.reading import ReadOptions
from tests.registry.tables import (
    NOT_AVAILABLE,
    category,
    column,
    date,
    integer,
    number,
    one_problem,
    raw_text,
    records,
    refused,
    text,
    yes_no,
)


def refused_column(folder, variable, *cells, missing=(NOT_AVAILABLE,), options=None):
    lines = "\n".join(f"P{position};{cell}" for position, cell in enumerate(cells, start=1))
    raw = raw_text(folder, f"id;{variable.name}\n{lines}\n", options=options)
    return refused(records, raw, variable, missing=missing, kind=DataError)


# --- missing -----------------------------------------------------------------------------------------------------


def test_an_empty_cell_is_empty_and_blanks_are_nothing(tmp_path):
    assert column(tmp_path, number(), "60", "", "  ") == ([60.0, None, None], [None, "empty", "empty"])


@pytest.mark.parametrize("cell", ["-999", "-999.0", "-999.000", " -999 ", "-9.99e2"])
@pytest.mark.parametrize("code", [-999, -999.0, "-999"])
@pytest.mark.parametrize("variable", [number(), integer(), category(), yes_no()])
def test_a_number_code_is_the_same_however_it_is_written(tmp_path, variable, cell, code):
    if isinstance(code, str) and cell.strip() != code:
        return  # a code declared as text is exactly that text
    values, why = column(tmp_path, variable, "1", cell, missing=[MissingCode(code=code, reason="not asked")])
    assert values[1] is None and why == [None, "not asked"]


def test_codes_of_the_column_go_before_codes_of_the_table(tmp_path):
    own = [{"code": -999, "reason": "lost"}, {"code": "NA", "reason": "not asked"}]
    values, why = column(tmp_path, number(missing=own), "-999", "NA", "60")
    assert (values, why) == ([None, None, 60.0], ["lost", "not asked", None])
    assert column(tmp_path, number(), "-999")[1] == ["not available"]


def test_an_empty_cell_may_be_given_another_reason(tmp_path):
    assert column(tmp_path, number(missing=[{"code": "", "reason": "not done"}]), "60", "")[1] == [
        None,
        "not done",
    ]


def test_missing_dates_may_have_a_code(tmp_path):
    dummy = date(missing=[{"code": "1900-01-01", "reason": "unknown"}])
    assert column(tmp_path, dummy, "1900-01-01", "2020-01-02") == (
        [None, datetime.date(2020, 1, 2)],
        ["unknown", None],
    )


def test_a_code_with_two_meanings_is_refused(tmp_path):
    levels = ((1, "male"), (9, "unclear"))
    missing = [MissingCode(code=9, reason="unknown")]
    (problem,) = refused_column(tmp_path, category(levels=levels), "1", "9", missing=missing)
    assert problem.code == "code-is-level-and-missing" and '"unclear"' in problem.given


def test_reasons_stand_only_where_something_is_missing(tmp_path):
    raw = raw_text(tmp_path, "id,x,y\nP1,1,\nP2,2,5\n")
    typed = records(raw, number("x"), number("y"))
    assert typed.reasons.columns == [ROW, "y"]
    assert typed.reasons.rows() == [(2, "empty"), (3, None)]


# --- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [("60", 60.0), (" 60.5 ", 60.5), ("-0.5", -0.5), ("+5", 5.0), (".5", 0.5), ("5.", 5.0), ("1e-3", 0.001),
     ("0060", 60.0), ("39.8333333333333", 39.8333333333333), ("\u00a060\u00a0", 60.0)],
)  # fmt: skip
def test_numbers(tmp_path, cell, value):
    assert column(tmp_path, number(), cell)[0] == [value]


@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        ("12 mm", "cell-not-a-number", 'write 12 and declare the unit in the protocol: unit = "mm"'),
        ("5 maanden", "cell-not-a-number", 'unit = "maanden"'),
        ("5.4cm", "cell-not-a-number", 'write 5.4 and declare the unit in the protocol: unit = "cm"'),
        ("<0.5", "cell-not-a-number", "which number stands for it"),
        ("> 200", "cell-not-a-number", "which number stands for it"),
        ("NA", "cell-not-a-number", 'missing = [{ code = "NA", reason = "..." }]'),
        ("onbekend", "cell-not-a-number", 'code = "onbekend"'),
        ("?", "cell-not-a-number", 'code = "?"'),
        ("1.234.567", "cell-not-a-number", "write the number without them"),
        ("1 234", "cell-not-a-number", "write the number without them"),
        ("inf", "cell-not-finite", "correct the cell"),
        ("-Infinity", "cell-not-finite", "correct the cell"),
        ("NaN", "cell-not-finite", 'code = "NaN"'),
        ("1e999", "cell-not-finite", "correct the cell"),
        ("2020-03-01", "cell-is-a-date", "enter the value again"),
        ("01-03-2020", "cell-is-a-date", "enter the value again"),
        ("1/3/20", "cell-is-a-date", "enter the value again"),
        ("14:30", "cell-is-a-date", "enter the value again"),
        ("5-apr", "cell-is-a-date", "enter the value again"),  # what Excel makes of 5.4 in some countries
        ("Mar-05", "cell-is-a-date", "enter the value again"),
        ("#DIV/0!", "cell-workbook-error", "mend the formula"),
        ("1_000", "cell-not-a-number", "correct the cell"),
        ("0x1F", "cell-not-a-number", "correct the cell"),
        ("sixty", "cell-not-a-number", "correct the cell"),
    ],
)
def test_what_is_no_number_is_refused_with_its_place_and_fix(tmp_path, cell, code, words):
    (problem,) = refused_column(tmp_path, number("size"), "10.5", cell)
    assert problem.code == code
    assert cell in problem.given and words in problem.fix
    assert (problem.place.file, problem.place.row, problem.place.column) == ("patients.csv", 3, "size")


NUMBER_LIKE = st.text("0123456789+-.,eE_ xnaift", max_size=8) | st.floats().map(repr) | st.integers().map(str)


@given(st.lists(NUMBER_LIKE, min_size=1, max_size=20))
def test_one_text_and_a_column_of_texts_are_the_same_number(cells):
    from crlm.registry.cells import cell_frame
    from crlm.registry.reading import RawColumn

    for decimal in (".", ","):
        frame, (found,) = cell_frame([RawColumn("x", "x", pl.Series(cells, dtype=pl.String))], decimal)
        columnwise = frame.select(pl.when(found.number.is_finite()).then(found.number)).to_series().to_list()
        for cell, value in zip(cells, columnwise, strict=True):
            one = number_in(cell.strip(), decimal)
            if one is not None and abs(one) == float("inf"):
                one = None
            assert (one, str(one)) == (value, str(value)), cell


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_its_text_to_the_last_bit(value):
    assert PLAIN_NUMBER.fullmatch(repr(value)) and number_in(repr(value), ".") == value
    assert number_in(repr(value).replace(".", ","), ",") == value


def test_whole_numbers(tmp_path):
    assert column(tmp_path, integer(), "3", "3.0", "3e2", "-1", "")[0] == [3, 3, 300, -1, None]
    problems = refused_column(tmp_path, integer("nodes"), "3", "3.5", "three", "1e300")
    assert [problem.code for problem in problems] == ["cell-not-whole", "cell-not-a-number", "cell-not-whole"]
    assert 'type = "number"' in problems[0].fix


# --- the decimal sign --------------------------------------------------------------------------------------------


def test_decimal_commas_are_found_where_only_they_are_possible_and_noted(tmp_path):
    raw = raw_text(tmp_path, "id;size;cea\nP1;5,4;1,234\nP2;3;792\n")
    typed = records(raw, number("size"), number("cea"))
    assert typed.frame.rows() == [(2, 5.4, 1.234), (3, 3.0, 792.0)]
    assert any('found: "5,4" in row 2, column "size"' in note for note in typed.source.notes)


@pytest.mark.parametrize("cell", ["5,4", "5,45", "0,125", "1,2345", "1234,567", "-5,4"])
def test_what_can_only_be_a_decimal_comma(tmp_path, cell):
    assert column(tmp_path, number(), cell)[0] == [float(cell.replace(",", "."))]


def test_a_comma_that_may_be_a_thousand_is_asked_about(tmp_path):
    (problem,) = refused_column(tmp_path, number("cea"), "1,234", "5", "2,000")
    assert problem.code == "decimal-sign-ambiguous"
    assert '"1,234"' in problem.given and 'decimal = ","' in problem.fix and problem.place.row == 2
    values, _ = column(tmp_path, number("cea"), "1,234", "5", options=ReadOptions(decimal=","))
    assert values == [1.234, 5.0]
    (problem,) = refused_column(tmp_path, number("cea"), "1,234", options=ReadOptions(decimal="."))
    assert problem.code == "cell-decimal-sign"


def test_both_signs_are_refused_with_both_places(tmp_path):
    (problem,) = refused_column(tmp_path, number("size"), "5,4", "5.4")
    assert problem.code == "decimal-sign-mixed"
    assert 'row 2, column "size": "5,4"' in problem.given and 'row 3, column "size": "5.4"' in problem.given
    (problem,) = refused_column(tmp_path, number("size"), "5,4", "5.4", options=ReadOptions(decimal=","))
    assert problem.code == "cell-decimal-sign" and problem.place.row == 3


def test_commas_in_words_and_codes_decide_nothing(tmp_path):
    raw = raw_text(tmp_path, "id;remark;size\nP1;1,5;5.4\n")
    typed = records(raw, text("remark"), number("size"))
    assert typed.frame.rows() == [(2, "1,5", 5.4)] and not any(
        "Decimal" in note for note in typed.source.notes
    )


# --- categories --------------------------------------------------------------------------------------------------


def test_a_level_is_its_code_or_exactly_its_name_or_label(tmp_path):
    levels = ((1, "male"), (2, "female"))
    assert column(tmp_path, category(levels=levels), "1", "2.0", "male", "Female", "01")[0] == [
        "male", "female", "male", "female", "male",
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["3", "MALE", "m", "vrouw", "1.5", "1 male", "true"])
def test_an_undeclared_level_lists_the_declared_ones(tmp_path, cell):
    (problem,) = refused_column(tmp_path, category("sex"), "1", cell)
    assert problem.code == "cell-level-undeclared" and problem.place.row == 3
    assert f'"{cell}"' in problem.given and "1 (male), 2 (female)" in problem.allowed


def test_an_undeclared_level_suggests_the_nearest_and_how_to_declare_it(tmp_path):
    (problem,) = refused_column(tmp_path, category("sex"), "femal")
    assert 'did you mean "Female"?' in problem.fix
    (problem,) = refused_column(tmp_path, category("sex"), "X")
    assert 'code = "X"' in problem.fix


def test_text_codes_are_exact(tmp_path):
    levels = (("R0", "radical"), ("r1", "marginal"), ("02", "other"))
    assert column(tmp_path, category(levels=levels), "R0", "r1", "02")[0] == ["radical", "marginal", "other"]
    problems = refused_column(tmp_path, category(levels=levels), "r0", "R1", "2")
    assert len(problems) == 3


def test_a_code_goes_before_a_label_that_looks_like_it(tmp_path):
    levels = [{"code": 1, "name": "a", "label": "2"}, {"code": 2, "name": "b", "label": "1"}]
    assert column(tmp_path, category().model_validate({**category().model_dump(), "levels": levels}), "1", "2")[0] == [
        "a", "b",
    ]  # fmt: skip


def test_a_label_of_two_levels_means_neither(tmp_path):
    levels = [{"code": 1, "name": "a", "label": "Same"}, {"code": 2, "name": "b", "label": "Same"}]
    variable = category().model_validate({**category().model_dump(), "levels": levels})
    assert refused_column(tmp_path, variable, "Same")[0].code == "cell-level-undeclared"


def test_yes_and_no(tmp_path):
    assert column(tmp_path, yes_no(), "1", "0", "yes", "No", "")[0] == [True, False, True, False, None]
    for cell in ("ja", "nee", "TRUE", "true", "y", "2"):
        assert refused_column(tmp_path, yes_no(), cell)[0].code == "cell-level-undeclared"
    declared = [{"code": "nee", "name": "no"}, {"code": "ja", "name": "yes"}]
    assert column(tmp_path, yes_no(levels=declared), "ja", "nee")[0] == [True, False]
    stored = [{"code": False, "name": "no"}, {"code": True, "name": "yes"}]
    assert column(tmp_path, yes_no(levels=stored), "TRUE", "false")[0] == [True, False]


# --- text and dates ----------------------------------------------------------------------------------------------


def test_text_is_kept_without_blanks_around_it(tmp_path):
    assert column(tmp_path, text(), " bile leak ", "012", "")[0] == ["bile leak", "012", None]


def test_dates_are_year_month_day(tmp_path):
    day = datetime.date(2020, 2, 29)
    assert column(tmp_path, date(), "2020-02-29", "2020-02-29 14:30", "2020-02-29T00:00:00")[0] == [day] * 3
    for cell in ("29-02-2020", "02/03/2020", "2021-02-29", "2020-02", "20200229", "1899-12-30", "43890"):
        (problem,) = refused_column(tmp_path, date(), cell)
        assert problem.code == "cell-not-a-date" and "year-month-day" in problem.fix


# --- ranges ------------------------------------------------------------------------------------------------------


def test_an_impossible_value_is_an_error_an_implausible_one_a_warning(tmp_path):
    variable = number("age", range=(0, 120), plausible=(18, 95), unit="years")
    problems = refused_column(tmp_path, variable, "60", "121", "-1", "120")
    assert [(problem.code, problem.place.row) for problem in problems] == [
        ("value-out-of-range", 3),
        ("value-out-of-range", 4),
    ]
    assert "121" in problems[0].given and "0 to 120 years" in problems[0].allowed
    typed = records(raw_text(tmp_path, "id,age\nP1,17\nP2,18\nP3,95\nP4,96\n"), variable)
    (finding,) = typed.findings
    assert (finding.rule, finding.severity, finding.count, finding.rows) == (
        "value-implausible",
        "warning",
        2,
        (2, 5),
    )
    assert "18 to 95 years" in finding.sentence and "17, 96" in finding.sentence


# --- many problems at once ---------------------------------------------------------------------------------------


def test_all_problems_are_reported_at_once_and_at_most_20_per_column(tmp_path):
    lines = "".join(f"P{row},bad,{row},{3 if row % 2 else 1}\n" for row in range(50))
    raw = raw_text(tmp_path, f"id,a,b,sex\n{lines}")
    problems = refused(records, raw, number("a"), number("b"), category("sex"))
    by_column = {name: [one for one in problems if one.place.column == name] for name in ("a", "sex")}
    assert len(by_column["a"]) == 21 and by_column["a"][-1].given.startswith("30 more cells")
    assert len(by_column["sex"]) == 21 and by_column["sex"][-1].given.startswith("5 more cells")
    assert len(problems) == 42
    assert [one.place.row for one in by_column["a"][:3]] == [2, 3, 4]


def test_the_rows_named_are_those_of_the_file_blank_rows_included(tmp_path):
    raw = raw_text(tmp_path, "id,x\nP1,1\n\n\nP2,bad\n")
    assert one_problem(records, raw, number("x")).place.row == 5


# --- identifiers -------------------------------------------------------------------------------------------------


def test_repeated_identifiers_name_their_rows(tmp_path):
    raw = raw_text(tmp_path, "id,x\nP1,1\nP2,2\n P1 ,3\nP3,4\nP2,5\n")
    problems = refused(records, raw, number("x"))
    assert [problem.code for problem in problems] == ["identifier-repeated"] * 2
    assert '"P1" stands in 2 records (rows 2, 4)' in problems[0].given
    assert '"P2" stands in 2 records (rows 3, 6)' in problems[1].given


def test_missing_identifiers_name_their_rows(tmp_path):
    raw = raw_text(tmp_path, "id,x\nP1,1\n,2\n-999,3\n#N/A,4\n")
    problem = one_problem(records, raw, number("x"))
    assert (
        problem.code == "identifier-missing"
        and "3 records without an identifier (rows 3, 4, 5)" in problem.given
    )


def test_many_repeated_identifiers_are_counted(tmp_path):
    lines = "".join(f"P{row // 2},{row}\n" for row in range(60))
    problems = refused(records, raw_text(tmp_path, f"id,x\n{lines}"), number("x"))
    assert len(problems) == 21 and problems[-1].given.startswith("10 more identifiers")


def test_identifiers_are_not_kept(tmp_path):
    typed = records(raw_text(tmp_path, "id,x\nP1,1\n"), number("x"))
    assert typed.frame.columns == [ROW, "x"] and "P1" not in repr(typed)


# --- where the records come from ---------------------------------------------------------------------------------


def test_the_source_says_how_the_file_was_read(tmp_path):
    typed = records(raw_text(tmp_path, "id;x;y\nP1;5,4;1\n\nP2;1;2\n"), number("x"))
    source = typed.source
    assert (source.name, source.format, source.rows, source.columns) == ("patients.csv", "csv", 2, 3)
    assert not source.synthetic and len(source.notes) == 3
    assert typed.unusable == (("blank row", 1),)


@pytest.mark.parametrize(
    ("marks", "synthetic"),
    [(("1", "1"), True), (("true", "TRUE"), True), (("0", "0"), False), (("", ""), False)],
)
def test_a_column_synthetic_marks_the_table(tmp_path, marks, synthetic):
    raw = raw_text(tmp_path, f"id,x,synthetic\nP1,1,{marks[0]}\nP2,2,{marks[1]}\n")
    assert records(raw, number("x")).source.synthetic is synthetic
    assert records(raw, number("x"), synthetic=True).source.synthetic


def test_synthetic_and_real_records_do_not_mix(tmp_path):
    raw = raw_text(tmp_path, "id,x,synthetic\nP1,1,1\nP2,2,0\n")
    problem = one_problem(records, raw, number("x"))
    assert problem.code == "synthetic-and-real" and "1 of 2" in problem.given and problem.place.row == 3
