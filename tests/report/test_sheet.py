"""A sheet: the same words in every format, one page, and answers that differ without colour."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from itertools import pairwise

import docx
import pytest
from pypdf import PdfReader

from crlm.rendering import sheet
from crlm.rendering.html import render_html
from crlm.rendering.pdf import render_pdf
from crlm.rendering.tree import (
    Box,
    Check,
    Checklist,
    Columns,
    Document,
    Paragraph,
    Ruled,
    Run,
    Section,
    inline,
)
from crlm.rendering.word import render_word

from .test_formats import elements

SIGNS = ("yes", "no", "unknown", "warning", "plain")
CHECKS = Checklist(tuple(Check(one, f"is {one}", inline(f"a statement with {one}")) for one in SIGNS))
SHEET = (
    Box("What is missing", (CHECKS, Paragraph(inline("a small remark"), "muted")), "heavy"),
    Box(
        "",
        (
            Columns(
                (
                    (Box("Left part", (CHECKS,), "none"),),
                    (Paragraph(inline("right ", Run("met", sign="yes"))),),
                ),
                (2.0, 1.0),
            ),
        ),
    ),
    Box("Room to write", (Columns(((Ruled("Decision", 3),), (Ruled("Reason", 3),)), (1.0, 1.0)),)),
)
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def document(blocks=SHEET, **more):
    """A document with a sheet and one section behind it."""
    behind = Section("behind", "1", "Behind the sheet", (Paragraph(inline("the last page")),))
    made = Document(
        id="sheet", title="A title", subtitle="A question?", authors=(), banner="SYNTHETIC", data="case A",
        created="2026-11-22T10:00:00Z", sections=(behind,), sheet=blocks,
    )  # fmt: skip
    return replace(made, **more)


def texts():
    """The text of the sheet's page in each format."""
    html = render_html(document())
    body = html[html.index("<article") : html.index("</article>")]
    word = docx.Document(io.BytesIO(render_word(document(), {})))
    return {
        "html": re.sub(r"<[^>]+>", " ", body),
        "pdf": PdfReader(io.BytesIO(render_pdf(document()))).pages[0].extract_text(),
        "word": "\n".join(one.text or "" for one in word.element.body.iter(f"{WORD}t")),
    }


@pytest.mark.parametrize("kind", ["html", "pdf", "word"])
def test_every_word_is_in_every_format(kind):
    said = re.sub(r"\s+", " ", texts()[kind].replace("\u00a0", " "))
    wanted = ["A title", "A question?", "What is missing", "Left part", "Room to write", "Decision", "Reason"]
    wanted += [f"is {one}" for one in SIGNS] + [f"a statement with {one}" for one in SIGNS]
    for words in [*wanted, "a small remark", "right met"]:
        assert words in said, words


def test_a_sheet_has_no_contents_and_the_rest_begins_on_the_next_page():
    html = render_html(document())
    assert "<nav" not in html and html.count("<h1>") == 1
    pages = PdfReader(io.BytesIO(render_pdf(document()))).pages
    assert len(pages) == 2
    assert "the last page" not in pages[0].extract_text() and "the last page" in pages[1].extract_text()
    parts = zipfile.ZipFile(io.BytesIO(render_word(document(), {})))
    body = ET.fromstring(parts.read("word/document.xml"))
    assert len(list(body.iter(f"{WORD}sectPr"))) == 2


def test_answers_differ_without_colour():
    """Filled, thin, broken, thick and no frame: in the style sheet, and in Word's run properties."""
    style = render_html(document())
    frames = {one: re.search(rf"\.sign\.{one} {{ ([^}}]*) }}", style) for one in SIGNS if one != "plain"}
    assert "background: var(--ink)" in frames["yes"][1] and "border-color" in frames["no"][1]
    assert "dashed" in frames["unknown"][1] and "1.5pt solid" in frames["warning"][1]
    parts = zipfile.ZipFile(io.BytesIO(render_word(document(), {})))
    body = ET.fromstring(parts.read("word/document.xml"))
    found = {}
    for run in body.iter(f"{WORD}r"):
        words = "".join(one.text or "" for one in run.iter(f"{WORD}t")).strip().replace("\u00a0", " ").strip()
        if words.startswith("is "):
            frame, fill = run.find(f".//{WORD}bdr"), run.find(f".//{WORD}shd")
            found[words.removeprefix("is ")] = (
                None if frame is None else (frame.get(f"{WORD}val"), frame.get(f"{WORD}sz")),
                fill is not None,
            )
    assert len(set(found.values())) == len(SIGNS)


def test_headings_do_not_skip_a_level():
    levels = [int(tag[1]) for tag, _ in elements(render_html(document())) if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))


def test_the_banner_is_on_paper_and_on_screen():
    html = render_html(document())
    assert html.count("SYNTHETIC") >= 2 and 'class="banner"' in html
    assert "SYNTHETIC" in PdfReader(io.BytesIO(render_pdf(document()))).pages[0].extract_text()
    assert "SYNTHETIC" not in render_html(document(banner=None))


def test_the_same_sheet_gives_the_same_bytes():
    assert render_pdf(document()) == render_pdf(document())
    assert render_word(document(), {}) == render_word(document(), {})


def test_an_ordinary_document_is_as_it_was():
    html = render_html(document(blocks=()))
    assert "<nav" in html and "<article" not in html and "--gutter" not in html


def test_columns_need_their_shares():
    with pytest.raises(ValueError, match="share"):
        Columns(((Paragraph(()),),), (1.0, 2.0))


@pytest.mark.parametrize("lines", [1, 5, 20])
def test_the_height_is_known_before_it_is_printed(lines):
    """The estimate against where the last word stands on the page, read from the PDF: within a tenth, never below."""
    words = " ".join(f"word{k}" for k in range(12 * lines))
    blocks = (Box("A box", (Paragraph(inline(words)), CHECKS)), Paragraph(inline("the very end"), "muted"))
    estimated = sheet.head_height("A title", "A question?", "case A") + sheet.sheet_height(blocks)
    places = []

    def visit(text, place, _matrix, _font, _size):
        if text.strip():
            places.append(place[5])

    page = PdfReader(io.BytesIO(render_pdf(document(blocks)))).pages[0]
    page.extract_text(visitor_text=visit)
    foot = sheet.MARGIN_BOTTOM
    printed = float(page.mediabox.height) - min(one for one in places if one > foot) - sheet.MARGIN_TOP
    assert printed - 2 <= estimated <= 1.1 * printed + 12
