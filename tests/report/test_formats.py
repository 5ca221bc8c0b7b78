"""What each format owes its reader besides the words: safety, accessibility, editability, stable bytes."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import docx
import pytest
from pypdf import PdfReader

from crlm.rendering.html import render_html
from crlm.rendering.layout import LANDSCAPE, PORTRAIT, lay_out
from crlm.rendering.pdf import render_pdf
from crlm.rendering.tree import (
    Cell,
    Column,
    Document,
    HeaderCell,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
    cell,
    inline,
)
from crlm.study.report import build_document

from .sample import sample_results
from .test_contract import word

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Elements(HTMLParser):
    """Every element of an HTML file with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(html)
    return parser.seen


def test_html_asks_nothing_of_anyone(document: Document) -> None:
    seen = elements(render_html(document))
    names = {tag for tag, _ in seen}
    assert not names & {
        "script",
        "link",
        "iframe",
        "img",
        "object",
        "embed",
        "form",
        "audio",
        "video",
        "base",
    }
    policy = next(
        attrs["content"] for tag, attrs in seen if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None and policy.startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    for tag, attrs in seen:
        assert not [name for name in attrs if name.startswith("on")], tag
        for name in ("href", "src", "xlink:href", "action"):
            target = attrs.get(name)
            assert target is None or target.startswith("#"), (tag, target)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", render_html(document))


def test_html_can_be_found_and_read_by_everyone(document: Document) -> None:
    seen = elements(render_html(document))
    ids = [attrs["id"] for _, attrs in seen if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for tag, attrs in seen if tag == "a"]
    assert links and all(link is not None and link[1:] in ids for link in links)
    assert dict(seen)["html"] == {"lang": "en-GB"}
    headings = [int(tag[1]) for tag, _ in seen if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert all(
        attrs.get("scope") in ("col", "colgroup", "row", "rowgroup") for tag, attrs in seen if tag == "th"
    )
    assert all(
        attrs.get("role") == "img" and attrs.get("aria-labelledby") for tag, attrs in seen if tag == "svg"
    )
    labels = {one for _, attrs in seen for one in (attrs.get("aria-labelledby") or "").split()}
    assert labels <= set(ids)


def test_what_users_write_stays_text() -> None:
    results = sample_results(groups=2, small=True)
    nasty = '<script>alert("1")</script> & {{ x }} $y$ #let \\ "quoted" \x07'
    results = results.model_copy(
        update={"study": results.study.model_copy(update={"title": nasty, "question": nasty})}
    )
    document = build_document(results)
    html = render_html(document)
    assert "<script" not in html and "&lt;script&gt;" in html
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(render_pdf(document))).pages[:1])
    assert "#let" in text and "$y$" in text and "{{ x }}" in text
    titles = [
        one.text
        for one in docx.Document(io.BytesIO(word(document))).paragraphs
        if one.style and one.style.name == "Title"
    ]
    assert titles == [nasty.replace("\x07", "")]


# The order of elements that Word demands inside property blocks (ECMA-376 Part 1: 17.3.1.26, 17.3.2.28, 17.4.59, ...).
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens spacing ind contextualSpacing jc textDirection outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs caps color spacing w kern position sz szCs highlight u vertAlign lang",
    "tblPr": "tblStyle tblpPr tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook "
    "tblCaption tblDescription",
    "trPr": "cantSplit tblHeader",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign",
    "tcBorders": "top left bottom right insideH insideV",
    "sectPr": "headerReference footerReference type pgSz pgMar paperSrc pgBorders lnNumType pgNumType "
    "cols titlePg docGrid",
    "style": "name aliases basedOn next link uiPriority semiHidden unhideWhenUsed qFormat locked pPr rPr "
    "tblPr trPr tcPr",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlJc pPr rPr",
    "tbl": "tblPr tblGrid tr",
    "tc": "tcPr p",
}


def test_word_elements_are_in_the_order_that_word_demands(document: Document) -> None:
    archive = zipfile.ZipFile(io.BytesIO(word(document)))
    for part in (name for name in archive.namelist() if name.endswith(".xml") or name.endswith(".rels")):
        for element in ET.fromstring(archive.read(part)).iter():
            order = ORDER.get(element.tag.removeprefix(W), "").split()
            if order and element.tag.startswith(W):
                places = [order.index(child.tag.removeprefix(W)) for child in element]
                assert places == sorted(places), (part, element.tag, [child.tag for child in element])


def test_word_tables_can_be_edited_and_break_well(document: Document) -> None:
    archive = zipfile.ZipFile(io.BytesIO(word(document)))
    root = ET.fromstring(archive.read("word/document.xml"))
    for table in root.iter(f"{W}tbl"):
        widths = [int(one.get(f"{W}w", "0")) for one in table.iter(f"{W}gridCol")]
        assert sum(widths) <= LANDSCAPE * 20 + 5
        for row in table.iter(f"{W}tr"):
            assert row.find(f"{W}trPr/{W}cantSplit") is not None
            spans = [int(one.get(f"{W}val", "1")) for one in row.iter(f"{W}gridSpan")]
            assert len(list(row.iter(f"{W}tc"))) + sum(spans) - len(spans) == len(widths)
            assert sum(int(one.get(f"{W}w", "0")) for one in row.iter(f"{W}tcW")) == sum(widths)
        style = table.find(f"{W}tblPr/{W}tblStyle")
        if style is not None and style.get(f"{W}val") == "ReportTable":
            first = next(table.iter(f"{W}tr"))
            assert first.find(f"{W}trPr/{W}tblHeader") is not None
            assert table.find(f"{W}tblPr/{W}tblCaption") is not None


def test_word_links_lead_somewhere_and_pictures_have_words(document: Document) -> None:
    archive = zipfile.ZipFile(io.BytesIO(word(document)))
    text = archive.read("word/document.xml").decode()
    names = re.findall(r'bookmarkStart w:id="(\d+)" w:name="([^"]+)"', text)
    assert len({number for number, _ in names}) == len({name for _, name in names}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z]\w{0,39}", name) for _, name in names)
    anchors = set(re.findall(r'w:anchor="([^"]+)"', text))
    assert anchors and anchors <= {name for _, name in names}
    descriptions = re.findall(r'<wp:docPr id="\d+" name="[^"]+" descr="([^"]+)"', text)
    assert len(descriptions) == len(document.figures())
    related = re.findall(r'Id="(rId\d+)"', archive.read("word/_rels/document.xml.rels").decode())
    assert set(re.findall(r'r:(?:embed|id)="([^"]+)"', text)) <= set(related)


def test_word_says_who_when_and_that_it_is_synthetic(two_groups: Document) -> None:
    opened = docx.Document(io.BytesIO(word(two_groups)))
    assert opened.core_properties.title == two_groups.title
    assert opened.core_properties.author == "; ".join(two_groups.authors)
    assert opened.core_properties.created is not None
    assert opened.core_properties.created.isoformat()[:19] + "Z" == two_groups.created
    assert "SYNTHETIC DATA" in opened.sections[0].header.paragraphs[0].text
    headings = [
        one.text for one in opened.paragraphs if one.style is not None and one.style.name == "Heading 1"
    ]
    assert headings == [section.heading for section in two_groups.sections]


def test_pdf_is_tagged_dated_and_brings_its_fonts() -> None:
    two_groups = build_document(sample_results(groups=2, small=True))
    reader = PdfReader(io.BytesIO(render_pdf(two_groups)))
    assert reader.metadata is not None
    assert reader.metadata.title == two_groups.title
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.strftime("%Y-%m-%d") == two_groups.created[:10]
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).lower() == "en-gb"
    xmp = root["/Metadata"].get_data().decode()
    assert "pdfaid:part>2" in xmp and "pdfaid:conformance>A" in xmp and "pdfuaid:part>1" in xmp
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts and all("+LiberationSans" in font for font in fonts)
    for k, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert f"page {k} of {len(reader.pages)}" in text
        assert "SYNTHETIC DATA" in text
        assert "SHA-256" in text


def test_a_wide_table_lies_on_its_side() -> None:
    document = build_document(sample_results(groups=6))
    sizes = {
        (round(float(page.mediabox.width)), round(float(page.mediabox.height)))
        for page in PdfReader(io.BytesIO(render_pdf(document))).pages
    }
    assert sizes == {(595, 842), (842, 595)}
    text = zipfile.ZipFile(io.BytesIO(word(document))).read("word/document.xml").decode()
    assert 'w:orient="landscape"' in text


@pytest.mark.parametrize("columns", [1, 3, 9, 25])
@pytest.mark.parametrize(
    "words", ["1.23 (1.00 to 1.50)", "a sentence that goes on for quite a while, as reasons do", "x" * 90]
)
def test_columns_fill_the_page_and_no_more(columns: int, words: str) -> None:
    cells = tuple(cell(words) for _ in range(columns))
    table = Table(
        "t",
        1,
        "c",
        tuple(Column(f"c{k}", "left" if k == 0 else "right") for k in range(columns)),
        (tuple(HeaderCell(f"Head {k}") for k in range(columns)),),
        (Row(cells),),
    )
    layout = lay_out(table)
    assert sum(layout.widths) == pytest.approx(LANDSCAPE if layout.landscape else PORTRAIT, abs=0.5)
    assert min(layout.widths) > 0


def test_a_row_must_fill_its_table() -> None:
    with pytest.raises(ValueError, match="covers 1 of 2 columns"):
        Table(
            "t",
            1,
            "c",
            (Column("a"), Column("b")),
            ((HeaderCell("A"), HeaderCell("B")),),
            (Row((cell("x"),)),),
        )


def test_every_style_of_text_comes_through() -> None:
    runs = inline(
        Run("b", bold=True),
        Run("i", italic=True),
        "x",
        Run("2", superscript=True),
        Run("0", subscript=True),
        Run("c", code=True),
    )
    section = Section("s", "1", "S", (Paragraph(runs), Paragraph(inline("mind"), "attention")))
    document = Document("d", "T", "", (), None, "data", "2026-01-02T03:04:05Z", (section,))
    html = render_html(document)
    assert "<strong>b</strong><em>i</em>x<sup>2</sup><sub>0</sub><code>c</code>" in html
    assert '<p class="attention">mind</p>' in html
    assert "banner" not in html.split("</style>")[1]
    body = zipfile.ZipFile(io.BytesIO(word(document))).read("word/document.xml").decode()
    assert "superscript" in body and "subscript" in body and "A30000" in body
    assert len(PdfReader(io.BytesIO(render_pdf(document))).pages) == 1


def test_control_characters_do_not_cost_the_standards() -> None:
    section = Section("s", "1", "S", (Paragraph(inline("a\x07b\x85c")),))
    document = Document("d", "T", "", (), None, "data", "2026-01-02T03:04:05Z", (section,))
    reader = PdfReader(io.BytesIO(render_pdf(document)))
    assert "abc" in reader.pages[0].extract_text()
    assert "pdfaid:part>2" in reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "abc" in render_html(document)
    assert "\x07" not in zipfile.ZipFile(io.BytesIO(word(document))).read("word/document.xml").decode()


def test_an_unusual_letter_does_not_stop_the_report() -> None:
    section = Section(
        "s", "1", "S", (Paragraph(inline("\u65e5\u672c \U0001f600 \u0645\u0631\u062d\u0628\u0627")),)
    )
    document = Document("d", "T", "", (), None, "data", "2026-01-02T03:04:05Z", (section,))
    assert render_pdf(document).startswith(b"%PDF")


def test_real_data_carry_no_banner() -> None:
    document = build_document(sample_results(groups=2, synthetic=False, small=True))
    assert document.banner is None
    assert "SYNTHETIC" not in render_html(document).split("</style>")[1]
    assert all("SYNTHETIC" not in figure.svg for figure in document.figures())


def test_cells_can_be_empty_or_marked() -> None:
    assert cell("") == Cell()
    assert cell("x", "", "a", "").marks == ("a",)
    assert replace(cell("x"), columns=2).columns == 2


def test_the_fonts_are_those_under_the_open_licence() -> None:
    """Liberation 2 is under the SIL Open Font License; version 1 of the same name is not."""
    from crlm.rendering.typeface import FONTS

    files = sorted(FONTS.glob("*.ttf"))
    assert [path.stem for path in files] == [
        f"LiberationSans-{style}" for style in ("Bold", "BoldItalic", "Italic", "Regular")
    ]
    for path in files:
        content = path.read_bytes()
        assert "Version 2.1".encode("utf-16-be") in content
        assert "SIL Open Font License".encode("utf-16-be") in content
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
