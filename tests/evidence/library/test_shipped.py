"""The shipped papers: what was printed, with its place; held against the sources where these lie beside the project."""

import re
from pathlib import Path

import pytest

from crlm.evidence import paper, papers, published_numbers, published_studies
from crlm.evidence.asked import sides_of
from crlm.evidence.checking import check_paper
from crlm.evidence.loading import SHIPPED
from crlm.evidence.numbers import ROWS
from tests.evidence.library.format_page import PAGE, generated
from tests.shared import SHARED, needs

SEEDS = SHARED / "seeds"
SOURCES = {
    "dijkstra-2021": "000_28b2da9ed2b83b17.txt",
    "moretto-2024": "001_59bfb06953962787.txt",
    "buisman-2020": "002_2e84b669246c67ac.txt",
    "hellingman-2021": "003_8fde488c6bf21a8b.txt",
    "deck-2024": "004_ab7c340e2d421fb1.txt",
    "ligro": "004_ab7c340e2d421fb1.txt",
}
PRINTED = (
    "n_printed",
    "percent_as_printed",
    "est_printed",
    "ci_printed",
    "p_printed",
    "value_printed",
    "pct_printed",
)
WORDS_OF_OURS = {"qualitative"}
"""Units of statements whose value is what was said, in our words."""


def plain(text):
    """A text without what typesetting adds: kinds of dash and minus, thin blanks, HTML's and LaTeX's signs."""
    for old, new in (
        ("&lt;", "<"),
        ("\\leq", "≤"),
        ("\\geq", "≥"),
        ("$", ""),
        ("−", "-"),
        ("–", "-"),
        ("—", "-"),
    ):
        text = text.replace(old, new)
    return re.sub(r"\s*([<>≤≥=])\s*", r"\1", re.sub(r"\s+", " ", text))


def test_every_shipped_paper_is_in_the_format():
    assert papers() == tuple(sorted(SOURCES))
    for name in papers():
        assert check_paper(SHIPPED / name) == ()


def test_row_ids_are_unique_and_every_row_has_a_place():
    for name in papers():
        rows = list(paper(name).numbers.every_row())
        assert len({row.row_id for row in rows}) == len(rows)
        assert all(row.locator for row in rows)
        assert [paper(name).row(row.row_id) for row in rows[:5]] == rows[:5]
    with pytest.raises(KeyError):
        paper("ligro").row("E99")


def test_how_many_rows_there_are():
    """The tables of the four papers, the deck's statements, and what is printed again in texts and abstracts."""
    four = [paper(name) for name in ("dijkstra-2021", "moretto-2024", "buisman-2020", "hellingman-2021")]
    restated = sum(row.status == "restated" for one in four for row in one.numbers.rows())
    assert sum(1 for one in four for _ in one.numbers.rows()) - restated == 427 + 41 + 64 + 590 + 75 + 28
    assert len(paper("deck-2024").numbers.statements) == 918
    assert set(published_studies()) == set(papers()) - {"deck-2024"}
    assert published_numbers("ligro") is paper("ligro").numbers


@needs(SEEDS)
@pytest.mark.parametrize("name", SOURCES)
def test_what_was_entered_is_printed_in_the_source(name):
    """Restated rows, statements and the whole fifth paper occur in their sources, sign by sign."""
    source = (SEEDS / SOURCES[name]).read_text(encoding="utf-8")
    whole, lines = plain(source), source.split("\n")
    looked_at = 0
    for row in paper(name).numbers.every_row():
        statement = hasattr(row, "series")
        if not (statement or row.status == "restated" or name in ("ligro", "hellingman-2021")):
            continue
        if statement and row.unit in WORDS_OF_OURS:
            continue
        between = re.search(r"lines (\d+)-(\d+)", row.locator)
        text = (
            plain("\n".join(lines[int(between[1]) - 1 : int(between[2])])) if between and statement else whole
        )
        for column in PRINTED:
            printed = plain(getattr(row, column, ""))
            looked_at += bool(printed)
            # A slide's range may be printed with other words between its ends, a mark of significance once for all.
            parts = printed.split("-") if statement and "-" in printed else [printed]
            for part in parts:
                assert part in text, (row.row_id, column, printed)
    assert looked_at


@needs(SEEDS)
@pytest.mark.parametrize("name", SOURCES)
def test_citations_stand_in_the_source(name):
    source = (SEEDS / SOURCES[name]).read_text(encoding="utf-8")
    flat = re.sub(r"[\s*]+", " ", source)
    about = paper(name).about
    for family in (one.partition(",")[0] for one in about.authors):
        assert family in flat.replace("’", "'"), family
    if about.doi:
        assert about.doi in flat
    assert not about.pages or about.pages in flat
    assert about.year is None or str(about.year) in flat
    title = re.sub(r"\W+", " ", about.title).casefold()
    assert title in re.sub(r"\W+", " ", flat).casefold()


@needs(SEEDS)
def test_no_words_are_copied():
    """Sentences are ours: no run of nine words of a caution, note or description stands in a source."""
    sources = [
        " ".join(re.findall(r"\w+", path.read_text(encoding="utf-8").casefold()))
        for path in sorted(SEEDS.glob("*.txt"))
    ]
    for name in papers():
        about = paper(name).description
        texts = [one.sentence for one in about.caution] + [
            about.paper.design,
            about.paper.setting,
            about.paper.note,
        ]
        texts += [one.population for one in about.cohort]
        for text in texts:
            words = re.findall(r"\w+", text.casefold())
            for start in range(len(words) - 8):
                run = " ".join(words[start : start + 9])
                assert not any(run in source for source in sources), (name, run)


def test_questions_name_rows_that_compare_their_groups():
    """The effects of a question are ratios of its treatment against its control at its endpoint."""
    for name in papers():
        one = paper(name)
        for question in one.questions:
            treatment, control = sides_of(one, question)
            for row in (one.row(row_id) for row_id in question.effects):
                expected = (question.endpoint, treatment.level, control.level)
                assert (row.endpoint, row.level, row.reference) == expected


def test_sizes_and_events_are_those_of_the_tables():
    """Hand-worked: group sizes and deaths of Dijkstra's text."""
    dijkstra = paper("dijkstra-2021")
    sizes = {(one.id, one.unit): one.n for one in dijkstra.groups}
    assert sizes["nac", "patient"] + sizes["upfront", "patient"] == sizes["all", "patient"] == 152
    assert sizes["nac", "tumour"] + sizes["upfront", "tumour"] == sizes["all", "tumour"] == 267
    deaths = {one.group: one.n for one in dijkstra.events if one.endpoint == "OS"}
    assert deaths == {"all": 49, "upfront": 39, "nac": 10}
    assert dijkstra.group("nac").label and dijkstra.group("other") is None


def test_the_page_of_the_format_is_up_to_date():
    """When this fails: python -m tests.evidence.library.format_page."""
    assert PAGE.read_text(encoding="utf-8") == generated()


def test_every_file_of_the_library_is_known():
    for path in Path(SHIPPED).rglob("*"):
        assert (
            path.is_dir() or path.name == "paper.toml" or path.stem in ROWS or path.parent.name == "curves"
        ), path
