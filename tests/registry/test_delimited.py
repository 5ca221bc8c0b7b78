"""Delimited text: encodings, delimiters, quotation marks, rows and what is wrong with them."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.problems import DataError
from crlm.registry.reading import ReadOptions, read_table, rectangular
from crlm.registry.reading.delimited import _cut_record_by_record, read_delimited
from tests.registry.tables import one_problem, raw_text


def cells(raw):
    return [column.values.to_list() for column in raw.columns]


# --- encoding ----------------------------------------------------------------------------------------------------

NAMES = "id;name\n1;Ménière\n2;Åse\n"


@pytest.mark.parametrize(
    ("encoded", "note"),
    [
        (NAMES.encode("utf-8"), "Encoding: UTF-8 (every byte fits)."),
        (NAMES.encode("utf-8-sig"), "Encoding: UTF-8 (by its byte order mark)."),
        (NAMES.encode("utf-16"), "Encoding: UTF-16, by its byte order mark."),
        (b"\xfe\xff" + NAMES.encode("utf-16-be"), "Encoding: UTF-16, by its byte order mark."),
    ],
)
def test_an_encoding_that_proves_itself_is_found_and_noted(tmp_path, encoded, note):
    raw = raw_text(tmp_path, encoded)
    assert raw.headers == ("id", "name")
    assert cells(raw)[1] == ["Ménière", "Åse"]
    assert note in raw.notes


def test_windows_1252_is_never_chosen_silently(tmp_path):
    problem = one_problem(raw_text, tmp_path, NAMES.encode("windows-1252"), kind=DataError)
    assert problem.code == "encoding-not-utf-8"
    assert problem.place.line == 2
    assert "byte 12 (0xE9)" in problem.given and "Ménière" in problem.given
    assert 'encoding = "windows-1252"' in problem.fix


def test_windows_1252_is_read_when_declared(tmp_path):
    raw = raw_text(tmp_path, NAMES.encode("windows-1252"), options=ReadOptions(encoding="windows-1252"))
    assert cells(raw)[1] == ["Ménière", "Åse"]
    assert not any("Encoding" in note for note in raw.notes)


def test_utf_16_without_its_mark_is_read_when_declared_and_suggested_when_not(tmp_path):
    encoded = NAMES.encode("utf-16-le")
    raw = raw_text(tmp_path, encoded, options=ReadOptions(encoding="utf-16"))
    assert cells(raw)[1] == ["Ménière", "Åse"]
    plain = "id;name\n1;Anna\n".encode("utf-16-le")
    problem = one_problem(raw_text, tmp_path, plain, kind=DataError)
    assert problem.code == "text-has-null-characters" and 'encoding = "utf-16"' in problem.fix


def test_a_declared_encoding_that_the_mark_contradicts(tmp_path):
    options = ReadOptions(encoding="windows-1252")
    problem = one_problem(raw_text, tmp_path, NAMES.encode("utf-8-sig"), options=options, kind=DataError)
    assert problem.code == "encoding-contradicts-mark"


def test_a_declared_encoding_that_the_bytes_contradict(tmp_path):
    options = ReadOptions(encoding="utf-8")
    problem = one_problem(raw_text, tmp_path, b"id;x\n1;2\n2;\xe9\n", options=options, kind=DataError)
    assert problem.code == "encoding-not-utf-8" and problem.place.line == 3


def test_null_characters_are_refused_with_their_line(tmp_path):
    problem = one_problem(raw_text, tmp_path, b"id;x\n1;2\n2;\x00\n", kind=DataError)
    assert problem.code == "text-has-null-characters" and problem.place.line == 3


# --- delimiters --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delimiter", "word"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")]
)
def test_the_delimiter_is_found_and_noted(tmp_path, delimiter, word):
    raw = raw_text(tmp_path, "id,age,sex\nP1,60,1\nP2,70,2\n".replace(",", delimiter), name="patients.txt")
    assert cells(raw) == [["P1", "P2"], ["60", "70"], ["1", "2"]]
    assert any(f"Delimiter: {word}" in note for note in raw.notes)


def test_decimal_commas_do_not_pass_for_delimiters(tmp_path):
    raw = raw_text(tmp_path, "id;age;months\nP1;60,5;1,5\nP2;70,5;2,5\n")
    assert cells(raw) == [["P1", "P2"], ["60,5", "70,5"], ["1,5", "2,5"]]


def test_two_delimiters_that_both_fit_are_asked_about(tmp_path):
    problem = one_problem(raw_text, tmp_path, "id,no;age,years\nP1,1;60,5\n", kind=DataError)
    assert problem.code == "delimiter-ambiguous"
    assert "comma and semicolon" in problem.given and "delimiter" in problem.fix
    options = ReadOptions(delimiter=";")
    assert cells(raw_text(tmp_path, "id,no;age,years\nP1,1;60,5\n", options=options)) == [["P1,1"], ["60,5"]]


def test_no_delimiter_at_all(tmp_path):
    assert (
        one_problem(raw_text, tmp_path, "just words\nand more\n", kind=DataError).code
        == "delimiter-not-found"
    )


def test_the_separator_line_of_excel_is_obeyed_and_not_counted(tmp_path):
    raw = raw_text(tmp_path, "sep=|\nid|age\nP1|60\n")
    assert raw.headers == ("id", "age") and raw.rows.to_list() == [2]
    assert "Delimiter: vertical bar, by the file's first line." in raw.notes


# --- rows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_rows_count_as_in_a_spreadsheet_blank_ones_included(tmp_path, end, quote):
    lines = [f"{quote}id{quote},age", "P1,60", "", "P2,70", " , ", "P3,80", "", ""]
    raw = raw_text(tmp_path, end.join(lines))
    assert raw.rows.to_list() == [2, 4, 6]
    assert raw.blank_rows == 2  # those at the very end are no rows of a spreadsheet
    assert cells(raw) == [["P1", "P2", "P3"], ["60", "70", "80"]]


def test_a_quoted_cell_may_hold_delimiters_and_line_ends(tmp_path):
    raw = raw_text(tmp_path, 'id,remark,age\nP1,"bile, then\nleak ""B""",60\nP2,,70\n')
    assert cells(raw) == [["P1", "P2"], ['bile, then\nleak "B"', ""], ["60", "70"]]
    assert raw.rows.to_list() == [2, 3]


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ('P1,"open,60\nP2,x,70\n', 2, "never closed"),
        ('P1,"a"b,60\n', 2, "inside a quoted cell"),
    ],
)
def test_bad_quotation_marks(tmp_path, body, line, words):
    problem = one_problem(raw_text, tmp_path, f"id,remark,age\n{body}", kind=DataError)
    assert problem.code == "text-bad-quoting" and words in problem.given and problem.place.line == line


@pytest.mark.parametrize("quote", ["", '"'])
def test_ragged_rows_are_named(tmp_path, quote):
    content = f"id,age,{quote}sex{quote}\nP1,60,1\nP2,70\n\nP3,80,1,9\nP4,50,2\nP5,51,2\n"
    problem = one_problem(raw_text, tmp_path, content, kind=DataError)
    assert problem.code == "table-ragged" and problem.place.row == 3
    assert "row 3 has 2 cells, the header in row 1 has 3 (2 rows differ: 3, 5)." in problem.given


def test_an_unquoted_decimal_comma_between_commas_is_suspected(tmp_path):
    problem = one_problem(raw_text, tmp_path, "id,age\nP1,60,5\nP2,70\nP3,71\n", kind=DataError)
    assert problem.place.row == 2 and "12,5" in problem.fix


def test_headers_below_a_title_are_suggested(tmp_path):
    content = "Database of the department\n\nid;age;sex\nP1;60;1\nP2;70;2\n"
    problem = one_problem(raw_text, tmp_path, content, kind=DataError)
    assert "header_row = 3" in problem.fix
    raw = raw_text(tmp_path, content, options=ReadOptions(header_row=3))
    assert raw.headers == ("id", "age", "sex") and raw.rows.to_list() == [4, 5]


def test_row_names_without_a_header_are_recognised(tmp_path):
    problem = one_problem(raw_text, tmp_path, "id,age\n1,P1,60\n2,P2,70\n", kind=DataError)
    assert "one cell more than the header" in problem.fix


@pytest.mark.parametrize("content", ["\n \n\n", "  "])
def test_nothing_but_blanks(tmp_path, content):
    assert one_problem(raw_text, tmp_path, content, kind=DataError).code == "table-empty"


@pytest.mark.parametrize("content", ["id,age\n", "id,age", "id,age\n,\n", '"id",age\n\n'])
def test_headers_and_nothing_below(tmp_path, content):
    problem = one_problem(raw_text, tmp_path, content, kind=DataError)
    assert problem.code == "table-without-records"


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_header_row_that_the_file_does_not_reach(tmp_path, quote):
    content = f"{quote}id{quote},age\nP1,60\n"
    options = ReadOptions(header_row=9, delimiter=",")
    problem = one_problem(raw_text, tmp_path, content, options=options, kind=DataError)
    assert problem.code == "header-row-beyond-end" and "only 2 rows" in problem.given


def test_headers_keep_their_blanks_as_written_and_lose_them_for_use(tmp_path):
    raw = raw_text(tmp_path, "id, age ,sex\u00a0\nP1,60,1\n")
    assert raw.headers == ("id", "age", "sex")
    assert [column.written for column in raw.columns] == ["id", " age ", "sex\u00a0"]


# --- both ways of cutting agree ----------------------------------------------------------------------------------

# Control characters are left out: Python and polars differ on which of them are blank, and no table has them.
CELL = st.text(
    st.characters(codec="utf-8", exclude_characters='",\n\r\0', exclude_categories=["Cs", "Cc"]), max_size=6
)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12))
def test_text_with_and_without_quotation_marks_is_cut_alike(rows):
    header = ("id", "b", "c")
    plain = "\n".join(",".join(row) for row in [header, *rows]) + "\n"
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *rows])
    quoted = buffer.getvalue()
    if not any(any(cell.strip() for cell in row) for row in rows):
        return  # nothing but blank rows: no table
    options = ReadOptions(delimiter=",")
    one = read_delimited(plain.encode(), "a.csv", "csv", "", options)
    other = read_delimited(quoted.encode(), "a.csv", "csv", "", options)
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert cells(one) == cells(other) == [list(column) for column in zip(*expected, strict=True)]
    assert one.rows.to_list() == other.rows.to_list()
    assert one.blank_rows == other.blank_rows == len(rows) - len(expected)


def test_a_table_longer_than_one_chunk_keeps_its_order(tmp_path, monkeypatch):
    monkeypatch.setattr("crlm.registry.reading.delimited.CHUNK_RECORDS", 7)
    lines = "".join(
        f'"P{row}",{row},5" tube\n' for row in range(50)
    )  # not quoted as a whole: record by record
    (tmp_path / "patients.csv").write_text(f"id,x,drain\n{lines}")
    raw = read_table(tmp_path / "patients.csv")
    assert cells(raw)[:2] == [[f"P{row}" for row in range(50)], [str(row) for row in range(50)]]
    assert set(cells(raw)[2]) == {'5" tube'}


# --- cutting at once and record by record agree -------------------------------------------------------------------

PIECES = [
    "a",
    "7",
    " ",
    '"',
    '""',
    ",",
    "\n",
    "é",
    "\x1c",
    "\u2003",
    "\ufeff",
    "#",
    ';"',
    'a,"b",c\n',
    '"d, \ne",,\n',
]


def record_by_record(text, header_row=1):
    """The oracle: Python's csv reader, or None for a refusal."""
    try:
        return _cut_record_by_record(text, ",", header_row, "a.csv")
    except DataError:
        return None


def content(cut):
    columns = [column.to_list() for column in cut.columns]
    return list(cut.header), columns, cut.rows.to_list(), cut.blank_rows


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=25),
    st.integers(1, 3),
    st.sampled_from([1, 3, 1000]),
)
def test_what_is_cut_at_once_is_what_the_csv_reader_cuts(pieces, header_row, chunk):
    text = ("id,x,y\n" + "".join(pieces)).rstrip("\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rectangular, "CHUNK_BYTES", chunk)
        cut = rectangular.cut_rectangular(text, ",", header_row)
    if cut is not None:
        expected = record_by_record(text, header_row)
        assert expected is not None and content(cut) == content(expected)


ANYTHING = st.text(st.sampled_from(list('ab 7",;\n\t#é\x1c\u2003\ufeff')), max_size=5)


@given(st.lists(st.tuples(ANYTHING, ANYTHING, ANYTHING), min_size=1, max_size=12), st.sampled_from([2, 1000]))
def test_well_formed_text_is_cut_at_once(rows, chunk):
    rows = [("P1", *rows[0][1:]), *rows[1:]]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([("id", "x", "y"), *rows])
    text = buffer.getvalue().rstrip("\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rectangular, "CHUNK_BYTES", chunk)
        cut = rectangular.cut_rectangular(text, ",", 1)
    assert cut is not None
    assert content(cut) == content(record_by_record(text))


def test_many_cells_with_line_ends_are_cut_at_once_and_keep_their_order():
    rows = [(f"P{row}", 'bile,\nthen "leak"\n' * (row % 3), str(row % 7)) for row in range(60_000)]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([("id", "remark", "x"), *rows])
    cut = rectangular.cut_rectangular(buffer.getvalue().rstrip("\n"), ",", 1)
    assert [column.to_list() for column in cut.columns] == [
        list(column) for column in zip(*rows, strict=True)
    ]
    assert cut.rows.to_list() == list(range(2, 60_002))


def test_a_cell_that_is_too_long_is_refused_as_a_mark_never_closed(tmp_path):
    text = f'id,x\nP1,"{"a" * 140_000}"\n'
    problem = one_problem(raw_text, tmp_path, text, kind=DataError)
    assert problem.code == "text-bad-quoting" and problem.place.line == 2
