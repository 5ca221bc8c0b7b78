"""Reading printed numbers, finding rows by words, and citing."""

import re

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.evidence import About, paper, papers
from crlm.evidence.citations import bibtex, csl, escaped, short
from crlm.evidence.reading import number, numbers, read_cell, sign
from crlm.evidence.search import search
from crlm.evidence.wording import printed, what

EVERY = [paper(name) for name in papers()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("26 (65.0)", (26, 65)),
        ("6.8 (4.0–13.0)", (6.8, 4, 13)),
        ("62 (52-69) (30-83)", (62, 52, 69, 30, 83)),
        ("1,102", (1102,)),
        ("12,345,678.5", (12345678.5,)),
        ("0,84", (0.84,)),
        ("0,384", (0.384,)),
        ("0·84", (0.84,)),
        (".005", (0.005,)),
        ("-0.3 to 0.2", (-0.3, 0.2)),
        ("−0.3 – −0.1", (-0.3, -0.1)),
        ("<0.001", (0.001,)),
        ("46.7%", (46.7,)),
        ("Reference", ()),
        ("*", ()),
        ("", ()),
    ],
)
def test_numbers_of_a_printed_text(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<0.001", "<"),
        ("p<0.05", "<"),
        ("≥4", ">="),
        ("<= 4", "<="),
        ("0.03", "="),
        ("= 0.03", "="),
        ("n.s.", ""),
        ("> .99", ">"),
    ],
)
def test_the_sign_of_a_printed_text(text, found):
    assert sign(text) == found


@given(st.decimals(min_value=0, max_value=9999, places=3), st.decimals(min_value=0, max_value=9999, places=2))
def test_an_interval_is_read_as_it_is_written(low, high):
    text = f"{low}–{high}"
    assert read_cell("ci_low", "effects", text) == f"{float(low):.15g}"
    assert float(read_cell("ci_high", "effects", text)) == float(high)
    assert number(f"<{low}") == float(low) and number(text) is None


def test_an_interval_with_one_limit_is_not_read():
    assert read_cell("ci_low", "effects", "0.4–") == "" and read_cell("est", "effects", "Reference") == ""
    assert read_cell("q3", "summaries", "1.0 (1.0–4.8)", "median_iqr") == "4.8"
    assert read_cell("q3", "summaries", "1.0 (1.0–4.8)", "mean_sd") == ""


def found_by(words, **kinds):
    return [(hit.paper.id, hit.row.row_id) for hit in search(words, EVERY).hits]


def test_search_takes_words_abbreviations_and_spellings_alike():
    assert found_by("overall survival haip") == found_by("OS haip") or set(found_by("OS haip")) <= set(
        found_by("overall survival haip")
    )
    assert found_by("Tumor size") == found_by("tumour SIZE") != []
    assert ("ligro", "E1") in found_by("alpps resection")
    assert found_by("alpps odds")[0][0] == "ligro" or found_by("alpps odds")


def test_every_word_must_occur_and_what_a_row_is_about_comes_first():
    hits = search("local recurrence synchronous", EVERY).hits
    assert hits and hits[0].row.outcome.startswith("local recurrence")
    for hit in hits:
        everything = f"{hit.row} {what(hit.row)} {hit.paper.about}".casefold()
        assert "recurr" in everything and "synchron" in everything
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_a_misspelt_word_gets_its_nearest():
    found = search("neoadjuvent", EVERY)
    assert not found.hits and found.instead == ("neoadjuvant",)
    assert search("", EVERY).hits == () and search("?!", EVERY).hits == ()


def test_every_row_has_words_and_what_is_printed():
    for one in EVERY:
        for row in one.numbers.every_row():
            assert what(row)
            if not printed(row):
                assert (
                    row.row_id == "F0001"
                    or getattr(row, "status", "") != "ok"
                    or not getattr(row, "value_printed", "")
                )


CSL_NAME = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"family": {"type": "string"}, "given": {"type": "string"}, "literal": {"type": "string"}},
}
CSL = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "type"],
    "properties": {
        "id": {"type": ["string", "number"]},
        "type": {"enum": ["article-journal", "document", "speech"]},
        "author": {"type": "array", "items": CSL_NAME},
        "issued": {
            "type": "object",
            "required": ["date-parts"],
            "properties": {
                "date-parts": {
                    "type": "array",
                    "maxItems": 2,
                    "items": {"type": "array", "maxItems": 3, "items": {"type": ["string", "number"]}},
                }
            },
        },
        **{key: {"type": "string"} for key in ("title", "container-title", "page", "volume", "issue", "DOI")},
    },
}
"""The part of the CSL-JSON schema (citationstyles.org, csl-data.json 1.0.2) that our items use."""


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)
def test_csl_items_have_the_form_of_csl(one):
    item = csl(one.about)
    jsonschema.validate(item, CSL)
    assert item["title"] == one.about.title and None not in item.values()


def test_bibtex_escapes_what_tex_takes_for_commands():
    about = About(
        id="a-2024",
        kind="cohort",
        title="5% of {A & B} cost $3_x",
        authors=("O'Neil, A.",),
        journal="J~x",
        pages="e1-e9",
    )
    entry = bibtex(about)
    assert entry.startswith("@article{a-2024,\n") and entry.endswith("\n}")
    assert r"title = {{5\% of \{A \& B\} cost \$3\_x}}" in entry
    assert r"J\textasciitilde{}x" in entry and "pages = {e1--e9}" in entry and "year" not in entry
    assert short(about) == "O'Neil" and short(paper("dijkstra-2021").about) == "Dijkstra 2021"


@given(st.text(max_size=40))
def test_escaped_text_has_balanced_braces_and_no_bare_command(text):
    made = escaped(text)
    bare = re.sub(r"\\textbackslash\{\}|\\textasciitilde\{\}|\\textasciicircum\{\}|\\[{}&%$#_]", "", made)
    assert not set(bare) & set("\\{}&%$#_~^")


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)
def test_bibtex_has_every_field_once_and_in_braces(one):
    entry = bibtex(one.about)
    names = re.findall(r"^  (\w+) = \{", entry, re.MULTILINE)
    assert len(names) == len(set(names)) == entry.count("\n") - 1
    assert entry.count(" and ") >= len(one.about.authors) - 1
