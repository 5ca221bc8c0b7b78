"""Loading: what is accepted, and for everything else the line, what was given, what is allowed and the fix."""

import hashlib
import os

import pytest

from crlm.problems import CrlmError, ProtocolError
from crlm.study.protocol.load import SHIPPED, find_protocol, load_protocol, shipped_protocols
from tests.protocol.samples import COMPLETE, changed, line_of, loaded, written


def problems_of(tmp_path, text):
    with pytest.raises(ProtocolError) as raised:
        loaded(tmp_path, text)
    return raised.value.problems


def test_a_protocol_knows_its_text_hash_and_lines(tmp_path):
    found = loaded(tmp_path, COMPLETE)
    assert found.protocol.study.id == "size-and-survival"
    assert found.text == COMPLETE
    assert found.sha256 == hashlib.sha256(COMPLETE.encode()).hexdigest()
    assert found.name == "study.toml"
    place = found.place("endpoint", 0, "landmarks", 2)
    assert str(place) == f"study.toml:{line_of(COMPLETE, 'landmarks')}, [endpoint.os.landmarks[3]]"


def test_windows_line_ends_and_a_byte_order_mark_are_read_but_hashed_as_they_are(tmp_path):
    content = b"\xef\xbb\xbf" + COMPLETE.replace("\n", "\r\n").encode()
    found = loaded(tmp_path, content)
    assert found.text == COMPLETE
    assert found.sha256 == hashlib.sha256(content).hexdigest()


def test_bare_names_stand_for_tables(tmp_path):
    text = changed(
        (
            'levels = [{ code = 1, name = "male", label = "Male" }, { code = 2, name = "female", label = "Female" }]',
            'levels = ["male", { name = "female" }]',
        )
    )
    protocol = loaded(tmp_path, text).protocol
    assert [(level.code, level.name) for level in protocol.column[1].levels] == [
        ("male", "male"),
        ("female", "female"),
    ]
    assert protocol.baseline[0].blocks[0].rows[0].variable == "sex"
    assert protocol.model[0].candidates[1].variable == "sex"


def test_shipped_protocols_are_found_by_their_id():
    shipped = shipped_protocols()
    assert shipped
    for one in shipped:
        assert one.name == f"{one.protocol.study.id}.toml"
        assert find_protocol(one.protocol.study.id) == one
    assert find_protocol(str(SHIPPED / shipped[0].name)) == shipped[0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("resected-crlm-pulbic", 'did you mean "resected-crlm-public"?'),
        ("nothing-like-it", "resected-crlm-public, or a path."),
        ("absent.toml", "there is no such file"),
        ("patients.xlsx", "give the table with --data."),
        ("folder.d", "this is a folder"),
        ("studdy.toml", 'did you mean "study.toml"?'),
        ("study", 'did you mean the file "study.toml"?'),
    ],
)
def test_what_is_not_there_is_said(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.d").mkdir()
    written(tmp_path, COMPLETE)
    with pytest.raises(CrlmError) as raised:
        find_protocol(name)
    assert words in str(raised.value)


def test_a_file_that_is_no_short_text_is_refused(tmp_path):
    path = tmp_path / "huge.toml"
    path.touch()
    os.truncate(path, 5_000_000_000)
    with pytest.raises(ProtocolError, match="5,000,000,000 bytes"):
        load_protocol(path)


SYNTAX = [
    ("label = Age", 'put a text in quotes: "text".'),
    ("a = “text”", 'write plain quotes: "text".'),
    ('label: "x"', "write `key = value`, with an equals sign."),
    ("smd = True", "write true or false in small letters."),
    ("level = None", "leave the key out; there is no empty value."),
    ("level = 0,95", "write decimals with a point: 0.5."),
    ("level = .95", "write a digit before the point: 0.5."),
    ("level =", "give the key a value, or remove it."),
    ("[study", "close the bracket: [table] or [[table]]."),
    ("max size = 3", "write a name without blanks"),
    ('sheet = "C:\\data"', "a backslash must be doubled"),
    ('title = "a', 'close the text with ".'),
    ("a = [1, 2", "check the commas and the closing bracket."),
    ("a = [1 2]", "check the commas and the closing bracket."),
    ("[a]\n[a]", "a table that repeats is written [[name]]"),
    ("a = 1\na = 2", "a key or table may stand once"),
    ("{", "check the quotes, brackets and commas."),
    ("a = " + "[" * 3000, "check that every [ has its ]."),
]


@pytest.mark.parametrize(("text", "fix"), SYNTAX, ids=[text[:12] for text, _ in SYNTAX])
def test_what_is_not_toml_is_shown_with_its_line_and_the_likeliest_fix(tmp_path, text, fix):
    (problem,) = problems_of(tmp_path, f"# first line\n{text}\n")
    assert problem.code == "protocol-toml"
    assert fix in problem.fix
    assert problem.place.file == "study.toml"
    if problem.place.line is not None:
        assert problem.place.line == 1 + len(text.split("\n"))


@pytest.mark.parametrize("content", ["é = 1\n".encode("latin-1"), COMPLETE.encode("utf-16"), b"a = 1\n\xff"])
def test_what_is_not_utf8_is_refused_with_the_byte(tmp_path, content):
    (problem,) = problems_of(tmp_path, content)
    assert problem.code == "protocol-encoding"
    assert "save the file as UTF-8" in problem.fix


SHAPE = [
    # what is changed, into what, the code, words of what was given, words of the fix or of what is allowed
    ('reference = "no"', 'refrence = "no"', "protocol-unknown-key", 'no key "refrence"', 'did you mean "reference"?'),
    ('time = "months"', 'tiem = "months"', "protocol-unknown-key", 'no key "tiem"', 'did you mean "time"?'),
    ("[comparison]", "[comparisson]", "protocol-unknown-key", 'no key "comparisson"', 'did you mean "comparison"?'),
    ("[population]", "[population]\nseed = 3", "protocol-unknown-key", 'no key "seed"', '"seed" is a key of [study].'),
    ('time = "months"\n', "", "protocol-missing-key", '[endpoint.os] needs "time"', "add `time = ...`."),
    ('title = "Tumour', '# "Tumour', "protocol-missing-key", '[study] needs "title"', "add `title = ...`."),
    ("landmarks = [", 'interval = "loglog"\nlandmarks = [', "protocol-value", '"loglog"', 'did you mean "log-log"?'),
    ('type = "number"', 'type = "numbr"', "protocol-value", '"numbr"', 'did you mean "number"?'),
    ('test = "t"', 'test = "students t"', "protocol-value", '"students t"', '"welch"'),
    ('id = "size-and-survival"', 'id = "Size & survival"', "protocol-value", "is not a name", 'write "size-survival".'),
    ('name = "age"', 'name = "age at surgery"', "protocol-value", "is not a name", 'write "age_at_surgery".'),
    ('name = "age"', 'name = "5fu"', "protocol-value", "is not a name", 'write "x5fu".'),
    ('label = "Age at operation"', 'label = ""', "protocol-value", "the text is empty", "at least one letter."),
    ("landmarks = [12,", "landmarks = [0,", "protocol-value", "0 is not allowed", "a number above 0."),
    ("landmarks = [12,", 'landmarks = ["12",', "protocol-type", '"12" is not a number', "write it without quotes: 12."),
    ("landmarks = [12,", "landmarks = [inf,", "protocol-type", "inf is no number", "leave the key out"),
    ("landmarks = [12, 36, 60]", "landmarks = 12", "protocol-type", "12 is not a list", "in square brackets: [12]."),
    ('event = ["dead"]', 'event = "dead"', "protocol-type", '"dead" is not a list', '["dead"]'),
    ('event = ["dead"]', "event = []", "protocol-value", "the list is empty", "at least one."),
    ('event = ["dead"]', 'event = ["dead", "alive"]', "protocol-value", '"alive" stands twice', ""),
    ('category_test =', 'smd = "yes"\ncategory_test =', "protocol-type", '"yes" is not true or', "without quotes."),
    ('question = "Is', 'seed = true\nquestion = "Is', "protocol-type", "true is not a whole number", "a whole number."),
    ('question = "Is', 'seed = 1.5\nquestion = "Is', "protocol-type", "1.5 is not a whole number", "a whole number."),
    ('question = "Is', 'version = 2\nquestion = "Is', "protocol-type", "2 is not a text", 'put it in quotes: "2".'),
    ('question = "Is', 'version = 2020-01-01\nquestion = "Is', "protocol-type", "2020-01-01 is not", '"2020-01-01"'),
    ('question = "Is', 'level = 95\nquestion = "Is', "protocol-value", "95 is not allowed", "write 0.95."),
    ("range = [0, 120]", "range = [0]", "protocol-value", "the list has 1 of its 2 values", "[lowest, highest]"),
    ("range = [0, 120]", "range = [120, 0]", "protocol-value", "[lowest, highest]", ""),
    ("[comparison]", "[[comparison]]", "protocol-type", "a list is not a table", "write [comparison], with single"),
    ("[[subgroups]]", "[subgroups]", "protocol-type", "a table is not a list", "write [[subgroups]], with double"),
    ('rows = ["bilobar"]', "rows = [3]", "protocol-type", "3 is not a table", "or a name in quotes."),
    ('rows = ["bilobar"]', 'rows = ["bi lobar"]', "protocol-value", "is not a name", 'write "bi_lobar".'),
    ("{ code = 1, name", "{ code = [1], name", "protocol-type", "a list is not a number", "a number, a text"),
    ('exclude = "size >= 20"', "", "protocol-value", "exactly one of include, exclude and first_by", ""),
    ("keep = { univariable_p = 0.10 }", "keep = { }", "protocol-value", "keep has exactly one", ""),
    ("ordered = true\nlevels", "# levels", "protocol-value", "needs at least two levels", ""),
    ('reference = "no"', "reference = 0", "protocol-type", "0 is not a text", 'put it in quotes: "0".'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "given", "fix"), SHAPE, ids=[f"{one[1][:30]!r}" for one in SHAPE]
)
def test_one_slip_is_one_problem_with_its_line(tmp_path, old, new, code, given, fix):
    text = changed((old, new))
    (problem,) = problems_of(tmp_path, text)
    assert problem.code == code
    assert given in problem.given
    assert fix in f"{problem.allowed} {problem.fix}"
    assert problem.severity == "error"


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ('time = "months"', 'tiem = "months"', "tiem"),
        ("landmarks = [12,", "landmarks = [\n  0,", "  0,"),
        ('rows = ["bilobar"]', 'rows = [\n"bilobar",\n{ variabel = "sex" }]', "variabel"),
        ("{ code = 2, name", "{ code = 2, nam", "nam ="),
        ('time = "months"\n', "", "[[endpoint]]"),
    ],
)
def test_the_line_is_that_of_the_slip(tmp_path, old, new, shown):
    text = changed((old, new))
    (problem,) = problems_of(tmp_path, text)
    assert problem.place.line == line_of(text, shown)


def test_all_problems_are_listed_at_once_in_the_order_of_lines(tmp_path):
    text = changed(
        ('design = "', 'desing = "'),
        ('type = "number"', 'type = "numbr"'),
        ("landmarks = [12,", "landmarks = [-1,"),
    )
    problems = problems_of(tmp_path, text)
    assert [problem.code for problem in problems] == [
        "protocol-unknown-key",
        "protocol-value",
        "protocol-value",
    ]
    assert [problem.place.key for problem in problems] == [
        "study.desing",
        "column.age.type",
        "endpoint.os.landmarks[1]",
    ]


def test_an_empty_file_names_what_a_protocol_needs(tmp_path):
    assert [problem.place.key for problem in problems_of(tmp_path, "")] == [
        "study",
        "data",
        "column",
        "endpoint",
    ]
