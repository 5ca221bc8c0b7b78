"""The report as a Word document that authors can go on with: styles, real tables, captions, alternative text.

Written as WordprocessingML directly: a fifth of a second is saved and every byte follows from the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crlm.rendering import sheet
from crlm.rendering.escaping import escape
from crlm.rendering.layout import PORTRAIT, TALLEST, lay_out
from crlm.rendering.tree import (
    Block,
    BulletList,
    Document,
    Figure,
    Footnote,
    KeyValues,
    Paragraph,
    Section,
    Table,
)
from crlm.rendering.word.markup import (
    TWIPS,
    Bookmarks,
    field_instruction,
    field_mark,
    hyperlink,
    marks,
    paragraph,
    run,
    runs,
    simple_field,
)
from crlm.rendering.word.package import FOOTER, HEADER, MAIN, RELATIONS, image_relation, write_package
from crlm.rendering.word.sheet_page import sheet_page
from crlm.rendering.word.table import table, terms

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_DRAWING_SPACES = {"wp": "wordprocessingDrawing", "a": "main", "pic": "picture"}
_EMU = 12700
"""English metric units in a point."""
_SHORT_SIDE, _LONG_SIDE, _MARGIN = 11906, 16838, 1134
_NOTE_COLOURS = {"normal": "", "muted": "595959", "attention": "A30000"}


def render_word(document: Document, images: Mapping[str, bytes]) -> bytes:
    """The .docx file; `images` are the figures as PNG, by id."""
    figures = document.figures()
    places = {figure.id: k for k, figure in enumerate(figures)}
    bookmarks = Bookmarks(document.targets())
    if document.sheet:
        body = [*sheet_page(document, bookmarks), paragraph("", "TableNote", section=_sheet_section())]
    else:
        body = [*_title(document), *_contents(document, bookmarks)]
    for section in document.sections:
        body.extend(_section(section, 1, bookmarks, places))
    body.append(_page(landscape=False))
    spaces = {
        "w": MAIN,
        "r": RELATIONS,
        **{short: f"{_DRAWING}/{name}" for short, name in _DRAWING_SPACES.items()},
    }
    declared = " ".join(f'xmlns:{short}="{space}"' for short, space in spaces.items())
    whole = f"{_DECLARATION}<w:document {declared}><w:body>{''.join(body)}</w:body></w:document>"
    parts = {"document.xml": whole, "header.xml": _header(document), "footer.xml": _footer(document)}
    return write_package(document, parts, [images[figure.id] for figure in figures])


def _title(document: Document) -> list[str]:
    made = [paragraph(run(document.title), "Title")]
    under = [
        document.subtitle,
        "; ".join(document.authors),
        document.origin,
    ]
    return [*made, *(paragraph(run(text), "Subtitle") for text in under if text)]


def _contents(document: Document, bookmarks: Bookmarks) -> list[str]:
    """A table of contents that Word fills with page numbers when it is asked to update it."""
    entries: list[tuple[int, Section]] = []
    for section in document.sections:
        entries.append((1, section))
        if document.contents > 1:
            entries += [(2, block) for block in section.blocks if isinstance(block, Section)]
    made = [paragraph(run("Contents"), "TOCHeading")]
    for k, (level, section) in enumerate(entries):
        link = hyperlink(bookmarks.name(section.id), run(section.heading))
        start = (
            field_mark("begin")
            + field_instruction(f'TOC \\o "1-{document.contents}" \\h')
            + field_mark("separate")
            if k == 0
            else ""
        )
        end = field_mark("end") if k == len(entries) - 1 else ""
        made.append(paragraph(start + link + end, f"TOC{level}"))
    return made


def _section(section: Section, level: int, bookmarks: Bookmarks, places: Mapping[str, int]) -> Iterator[str]:
    heading = paragraph(bookmarks.around(section.id, run(section.heading)), f"Heading{min(level, 3)}")
    blocks = list(section.blocks)
    if blocks and isinstance(blocks[0], Table) and lay_out(blocks[0]).landscape:
        yield from _sideways([heading, *_table(blocks.pop(0), bookmarks)])  # type: ignore[arg-type]
    else:
        yield heading
    for k, block in enumerate(blocks):
        if isinstance(block, Section):
            yield from _section(block, level + 1, bookmarks, places)
        elif isinstance(block, Table) and lay_out(block).landscape:
            yield from _sideways(_table(block, bookmarks))
        else:
            opens = k + 1 < len(blocks) and isinstance(blocks[k + 1], (Figure, Table))
            yield from _block(block, bookmarks, places, opens=opens)


def _block(block: Block, bookmarks: Bookmarks, places: Mapping[str, int], *, opens: bool) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield paragraph(runs(block.runs, bookmarks, tone=block.tone), keep_next=opens)
    elif isinstance(block, BulletList):
        yield from (paragraph(runs(item, bookmarks), "ListBullet") for item in block.items)
    elif isinstance(block, KeyValues):
        yield terms(block, bookmarks)
        yield paragraph("", "TableNote")
    elif isinstance(block, Figure):
        yield paragraph(_picture(block, places[block.id]), "Figure")
        yield _caption(block, bookmarks)
    elif isinstance(block, Table):
        yield from _table(block, bookmarks)


def _table(block: Table, bookmarks: Bookmarks) -> list[str]:
    notes = [
        paragraph(_note(note), "TableNote", above=3.0 if k == 0 else None)
        for k, note in enumerate(block.footnotes)
    ]
    return [_caption(block, bookmarks), table(block, bookmarks), *notes, paragraph("", "TableNote")]


def _note(note: Footnote) -> str:
    mark = f"{marks((note.mark,))}{run(' ')}" if note.mark else ""
    return mark + run(note.text, colour=_NOTE_COLOURS[note.tone])


def _caption(block: Table | Figure, bookmarks: Bookmarks) -> str:
    kind = "Table" if isinstance(block, Table) else "Figure"
    number = simple_field(f"SEQ {kind} \\* ARABIC", str(block.number), bold=True)
    label = bookmarks.around(block.id, run(f"{kind} ", bold=True) + number)
    words = label + run(". ", bold=True) + run(block.caption)
    if isinstance(block, Table):
        return paragraph(words, "Caption", keep_next=True, above=8.0, below=3.0)
    return paragraph(words, "Caption")


def _picture(figure: Figure, index: int) -> str:
    scale = min(1.0, TALLEST / figure.height, PORTRAIT / figure.width)
    width, height = (round(one * scale * _EMU) for one in (figure.width, figure.height))
    alt = escape(figure.alt)
    name = escape(figure.label)
    number = index + 1
    graphic = (
        f'<a:graphic><a:graphicData uri="{_DRAWING}/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="{name}" descr="{alt}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{image_relation(index)}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
    )
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{number}" name="{name}" descr="{alt}"/>{graphic}</wp:inline></w:drawing></w:r>'
    )


def _sideways(content: list[str]) -> list[str]:
    """Content on pages of their own that lie on their side."""
    return [
        paragraph("", "TableNote", section=_page(landscape=False)),
        *content,
        paragraph("", "TableNote", section=_page(landscape=True)),
    ]


def _page(*, landscape: bool) -> str:
    width, height = (_LONG_SIDE, _SHORT_SIDE) if landscape else (_SHORT_SIDE, _LONG_SIDE)
    turned = ' w:orient="landscape"' if landscape else ""
    return (
        f'<w:sectPr><w:headerReference w:type="default" r:id="{HEADER}"/>'
        f'<w:footerReference w:type="default" r:id="{FOOTER}"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        f'<w:pgMar w:top="{_MARGIN + 100}" w:right="{_MARGIN}" w:bottom="{_MARGIN}" w:left="{_MARGIN}" '
        'w:header="560" w:footer="560" w:gutter="0"/></w:sectPr>'
    )


def _sheet_section() -> str:
    """The page of a sheet; what follows begins on the next one."""
    x, top, bottom = (round(one * TWIPS) for one in (sheet.MARGIN_X, sheet.MARGIN_TOP, sheet.MARGIN_BOTTOM))
    return (
        f'<w:sectPr><w:headerReference w:type="default" r:id="{HEADER}"/>'
        f'<w:footerReference w:type="default" r:id="{FOOTER}"/>'
        f'<w:pgSz w:w="{_SHORT_SIDE}" w:h="{_LONG_SIDE}"/>'
        f'<w:pgMar w:top="{top}" w:right="{x}" w:bottom="{bottom}" w:left="{x}" '
        'w:header="340" w:footer="280" w:gutter="0"/></w:sectPr>'
    )


def _header(document: Document) -> str:
    return f'{_DECLARATION}<w:hdr xmlns:w="{MAIN}">{paragraph(run(document.banner or ""), "Header")}</w:hdr>'


def _footer(document: Document) -> str:
    page = run("\u2003page ") + simple_field("PAGE", "1") + run(" of ") + simple_field("NUMPAGES", "1")
    words = run(document.origin) + "<w:r><w:tab/></w:r>" + page
    return f'{_DECLARATION}<w:ftr xmlns:w="{MAIN}">{paragraph(words, "Footer")}</w:ftr>'
