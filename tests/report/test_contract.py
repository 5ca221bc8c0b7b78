"""One contract for every format: the same cells, footnotes and captions in the same order."""

from __future__ import annotations

import csv
import io
import re
import struct
import zlib
from html.parser import HTMLParser

import docx
import pytest
from docx.document import Document as WordDocument
from docx.table import Table as WordTable
from pypdf import PdfReader

from crlm.rendering.html import render_html
from crlm.rendering.layout import head_places
from crlm.rendering.pdf import render_pdf
from crlm.rendering.tables_csv import render_csv
from crlm.rendering.tree import Document, KeyValues, Table, plain
from crlm.rendering.word import render_word


def dot() -> bytes:
    """A white PNG of one pixel, in place of the figures."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00\xff"))
        + chunk(b"IEND", b"")
    )


def word(document: Document) -> bytes:
    return render_word(document, {figure.id: dot() for figure in document.figures()})


@pytest.fixture(scope="session")
def word_file(document: Document) -> WordDocument:
    return docx.Document(io.BytesIO(word(document)))


@pytest.fixture(scope="session")
def pdf_text(document: Document) -> str:
    """The text of every page without its head, foot and blanks."""
    pages = PdfReader(io.BytesIO(render_pdf(document))).pages
    return "".join("".join((page.extract_text() or "").split()) for page in pages)


class Tables(HTMLParser):
    """The tables, captions, notes and figure captions of an HTML file, as text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.captions: list[str] = []
        self.notes: list[str] = []
        self._text: list[str] | None = None
        self._in_notes = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th", "caption", "figcaption") or (tag == "p" and self._in_notes):
            self._text = []
        elif tag == "br" and self._text is not None:
            self._text.append("\n")
        elif tag == "div" and ("class", "notes") in attrs:
            self._in_notes = True

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._text is not None and tag in ("td", "th", "caption", "figcaption", "p"):
            text = "".join(self._text)
            self._text = None
            if tag in ("td", "th"):
                self.tables[-1][-1].append(text)
            elif tag == "p":
                self.notes.append(text)
            else:
                self.captions.append(text)
        elif tag == "div":
            self._in_notes = False


def cells(table: Table) -> list[list[str]]:
    """Head and body as text, marks behind their cells."""
    head = [[one.text for one in row] for row in table.header]
    return [*head, *([one.text + ",".join(one.marks) for one in row.cells] for row in table.body)]


def notes(document: Document) -> list[str]:
    return [
        f"{note.mark} {note.text}" if note.mark else note.text
        for table in document.tables()
        for note in table.footnotes
    ]


def captions(document: Document) -> list[str]:
    """In reading order, tables and figures together."""
    return [f"{one.label}. {one.caption}" for one in document.blocks() if hasattr(one, "caption")]


def test_html(document: Document) -> None:
    seen = Tables()
    seen.feed(render_html(document))
    assert seen.tables == [cells(table) for table in document.tables()]
    assert seen.captions == captions(document)
    assert seen.notes == notes(document)


def grid(table: Table) -> list[list[str]]:
    """Head and body with every cell repeated over what it covers, as Word's object model shows merged cells."""
    width, height = len(table.columns), len(table.header)
    head = [[""] * width for _ in range(height)]
    for r, (row, places) in enumerate(zip(table.header, head_places(table), strict=True)):
        for one, column in zip(row, places, strict=True):
            for i in range(r, r + one.rows):
                head[i][column : column + one.columns] = [one.text] * one.columns
    body = [
        [one.text + ",".join(one.marks) for one in row.cells for _ in range(one.columns)]
        for row in table.body
    ]
    return head + body


def test_word(document: Document, word_file: WordDocument) -> None:
    tables = [one for one in word_file.tables if one.style is not None and one.style.name == "Report Table"]
    assert [shown(one) for one in tables] == [grid(table) for table in document.tables()]
    paragraphs = [(one.style.name, one.text) for one in word_file.paragraphs if one.style is not None]
    assert [field_free(text) for style, text in paragraphs if style == "Caption"] == [
        field_free(text) for text in captions(document)
    ]
    assert [text for style, text in paragraphs if style == "Table Note" and text] == notes(document)


def shown(table: WordTable) -> list[list[str]]:
    return [[one.text for one in row.cells] for row in table.rows]


def field_free(caption: str) -> str:
    """A caption without its number, which Word keeps in a field that python-docx does not read."""
    return re.sub(r"^(Table|Figure) \d*\. ", r"\1 ", caption)


def test_word_numbers_its_captions(document: Document) -> None:
    import zipfile

    text = zipfile.ZipFile(io.BytesIO(word(document))).read("word/document.xml").decode()
    for kind, wanted in (("Table", document.tables()), ("Figure", document.figures())):
        numbers = re.findall(rf'SEQ {kind} [^"]*">.*?<w:t [^>]*>(\d+)</w:t>', text)
        assert [int(one) for one in numbers] == [one.number for one in wanted]


def test_pdf(document: Document, pdf_text: str) -> None:
    place = 0

    def found(text: str, start: int) -> int:
        """Where the text ends, its blanks left out; it must stand at or behind the start."""
        bare = "".join(text.split())
        at = pdf_text.find(bare, start)
        assert at >= 0, (text, pdf_text[start : start + 200])
        return at + len(bare)

    for block in document.blocks():
        if isinstance(block, Table):
            place = found(f"{block.label}. {block.caption}", place)
            heads = [one.text for row in block.header for one in row]
            place = max(
                found(text, place) for text in heads
            )  # cells of a head over several rows come in any order
            for text in [text for row in cells(block)[len(block.header) :] for text in row if text]:
                place = found(text, place)
            for note in block.footnotes:
                place = found(f"{note.mark or ''} {note.text}", place)
        elif isinstance(block, KeyValues):
            for term, value in block.items:
                place = found(plain(value), found(term, place))
        elif hasattr(block, "caption"):
            place = found(f"{block.label}. {block.caption}", place)


def test_csv(document: Document) -> None:
    for table in document.tables():
        rows = list(csv.reader(io.StringIO(render_csv(table, document).decode("utf-8-sig"))))
        assert len({len(row) for row in rows}) == 1
        assert rows[0][-2:] == ["notes", "data"]
        assert len(rows) - 1 == len([row for row in table.body if row.role != "group"])
        assert all(row[-1].startswith("SYNTHETIC clinical.csv, SHA-256 ") for row in rows[1:])
        for row, written in zip([row for row in table.body if row.role != "group"], rows[1:], strict=True):
            values = [one.text for one in row.cells[1:] if one.columns == 1]
            assert [text for text in values if text] == [
                text for text in written[-2 - sum(one.columns for one in row.cells[1:]) : -2] if text
            ] or any(one.columns > 1 for one in row.cells)
            for mark in (mark for one in row.cells for mark in one.marks):
                assert next(note.text for note in table.footnotes if note.mark == mark) in written[-2]
