"""Every key of a TOML text has the line where it stands."""

import tomllib

import pytest

from crlm.dictionary.toml_lines import lines_of
from crlm.study.protocol.load import shipped_protocols
from tests.protocol.samples import COMPLETE

NASTY = '''# a comment = [not, a, table]
title = "a # b = [c]" # [x]
"quoted key" = 1
'literal "key"' = 2
a.b."c.d" = 3
many = """
[not.a.table]
key = "no" \\""" still
"""
raw = \'\'\'
x = 1 \'\' y
\'\'\'
ends = """a"""""
windows = 'C:\\folder\\'
dates = [1979-05-27T07:32:00Z, 1979-05-27 07:32:00,
  07:32:00]
list = [ # first
  1, 2,
  [3, # three
   4], "5 ] ,",
  {x = 1, y = {z = "}"}},
] # end
[table]
inf = -inf
[table.sub]
one = 1
[[rows]]
n = 1
[[rows]]
n = 2
[rows.inner]
deep = true
[[rows.inner.most]]
x = 1
[[rows.inner.most]]
y.z = 2
[[rows]]
[rows.inner]
deep = false
[ spaced . "out" ]
  indented = 1
'''

EXPECTED = {
    ("title",): 2,
    ("quoted key",): 3,
    ('literal "key"',): 4,
    ("a", "b", "c.d"): 5,
    ("many",): 6,
    ("raw",): 10,
    ("ends",): 13,
    ("windows",): 14,
    ("dates", 0): 15,
    ("dates", 2): 16,
    ("list", 1): 18,
    ("list", 2): 19,
    ("list", 2, 1): 20,
    ("list", 3): 20,
    ("list", 4, "y", "z"): 21,
    ("table",): 23,
    ("table", "inf"): 24,
    ("table", "sub", "one"): 26,
    ("rows",): 27,
    ("rows", 0): 27,
    ("rows", 1, "n"): 30,
    ("rows", 1, "inner", "deep"): 32,
    ("rows", 1, "inner", "most", 0, "x"): 34,
    ("rows", 1, "inner", "most", 1, "y", "z"): 36,
    ("rows", 2): 37,
    ("rows", 2, "inner", "deep"): 39,
    ("spaced", "out", "indented"): 41,
}


@pytest.mark.parametrize(("path", "line"), EXPECTED.items(), ids=str)
def test_the_line_of_a_path(path, line):
    assert lines_of(NASTY).at[path] == line


def paths(part, path=()):
    yield path
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inside:
        yield from paths(value, (*path, key))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(NASTY, id="nasty"),
        pytest.param(COMPLETE, id="complete"),
        *(pytest.param(one.text, id=one.name) for one in shipped_protocols()),
    ],
)
def test_every_path_that_the_parser_finds_has_a_line_that_shows_it(text):
    lines, rows = lines_of(text), text.split("\n")
    found = [path for path in paths(tomllib.loads(text)) if path]
    assert [path for path in found if path not in lines.at] == []
    for path in found:
        if isinstance(path[-1], str):
            assert path[-1] in rows[lines.at[path] - 1]


def test_an_unknown_path_has_the_line_of_what_is_around_it():
    lines = lines_of(NASTY)
    assert lines.of(("rows", 1, "inner", "absent")) == 31
    assert lines.of(("list", 9)) == 17
    assert lines.of(("absent", "key")) is None


@pytest.mark.parametrize(
    "text", ["", "[", "a = ", "a = [1", '"', "[[a]", "a = {", "=", 'a = """x', "[[[[", "\x00"]
)
def test_a_text_that_is_no_toml_does_no_harm(text):
    lines_of(text)


@pytest.mark.parametrize("opened", ["'", '"', "'''", '"""', "'''\n", '"\\'])
def test_a_text_that_never_closes_comes_to_an_end(opened: str) -> None:
    assert lines_of(f"a = 1\nb = {opened}text").of(("b",)) == 2
