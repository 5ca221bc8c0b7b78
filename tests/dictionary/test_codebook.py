"""The codebook is current, complete and readable by the browsers and readers that it is written for."""

import html
import html.parser

import pytest

from crlm.dictionary.registry import registry_dictionary
from crlm.dictionary.registry.codebook import FOLDER, codebook_markdown, codebook_pages

DICTIONARY = registry_dictionary()
PAGES = codebook_pages(DICTIONARY)


@pytest.mark.parametrize("name", list(PAGES))
def test_the_committed_page_is_current(name):
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name], "run python -m crlm.dictionary.registry.codebook"


def test_no_other_page_is_there():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(PAGES)


@pytest.mark.parametrize(
    "text", [codebook_markdown(DICTIONARY), html.unescape(PAGES["codebook.html"])], ids=["md", "html"]
)
def test_everything_is_in_it(text):
    for table in DICTIONARY.tables:
        assert table.label in text
        for variable in table.variables:
            assert variable.name in text and variable.label in text
    for derived in DICTIONARY.derived:
        assert derived.name in text
    for check in DICTIONARY.checks:
        assert check.id in text and check.sentence in text


def test_every_row_of_a_markdown_table_has_as_many_cells_as_its_head():
    cells = None
    for line in codebook_markdown(DICTIONARY).splitlines():
        if not line.startswith("|"):
            cells = None
            continue
        found = line.replace("\\|", "").count("|")
        assert cells in (None, found), line
        cells = found


class _Balanced(html.parser.HTMLParser):
    OPEN = ("meta", "br")

    def __init__(self):
        super().__init__()
        self.open, self.ids = [], []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.OPEN:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_html_is_balanced_and_its_anchors_are_unique():
    page = _Balanced()
    page.feed(PAGES["codebook.html"])
    assert page.open == []
    assert len(page.ids) == len(set(page.ids)) == len(DICTIONARY.tables) + 2
