"""The report as PDF: A4, tagged, archivable (PDF/A-2a) and accessible (PDF/UA-1), the same bytes on every machine."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crlm.rendering import sheet
from crlm.rendering.escaping import without_control_characters
from crlm.rendering.layout import TALLEST, head_places, lay_out
from crlm.rendering.tree import (
    Block,
    BulletList,
    Checklist,
    Columns,
    Document,
    Figure,
    Inline,
    KeyValues,
    Paragraph,
    Ruled,
    Section,
    SheetBlock,
    Table,
)
from crlm.rendering.typeface import FONTS

if TYPE_CHECKING:
    import typst

TEMPLATE = Path(__file__).with_name("report.typ")
STANDARDS = ["a-2a", "ua-1"]
_DRAWING = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", alt: sys.inputs.alt)
"""
_DRAWING_DOCUMENT = (
    b"""#set document(title: sys.inputs.title, date: none)
#set text(lang: "en")
"""
    + _DRAWING
)


def compiler(*, system_fonts: bool = False) -> typst.Compiler:
    """A typst compiler, one per thread; it sees the shipped fonts and, unless asked, no others."""
    import typst

    return typst.Compiler(font_paths=[FONTS], ignore_system_fonts=not system_fonts)


def render_pdf(document: Document) -> bytes:
    """The whole report; its dates are those of the results.

    Letters that the shipped fonts lack (Chinese, emoji) are taken from the machine's fonts when it has them; when it
    has not, the file is an ordinary PDF instead of an archivable one: those standards forbid letters without a shape.
    """
    import typst

    created = _created(document)
    tree = {
        "id": document.id,
        "title": document.title,
        "subtitle": document.subtitle,
        "authors": document.authors,
        "banner": document.banner,
        "data": document.data,
        "origin": document.origin,
        "date": {"year": created.year, "month": created.month, "day": created.day},
        "sections": [_block(section, 1) for section in document.sections],
        "contents": document.contents,
        "sheet": [_sheet_block(block, 1) for block in document.sheet],
        "measures": _MEASURES,
    }
    inputs = {"document": json.dumps(_shown(tree), ensure_ascii=False)}
    for system_fonts, standards in ((False, STANDARDS), (True, STANDARDS)):
        try:
            return _report(compiler(system_fonts=system_fonts), inputs, standards, created)
        except typst.TypstError as problem:
            if "could not be displayed" not in str(problem):
                raise
    return _report(compiler(system_fonts=True), inputs, [], created)


def _report(using: typst.Compiler, inputs: dict[str, str], standards: list[str], created: datetime) -> bytes:
    made = using.compile(
        input=TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=standards,  # type: ignore[arg-type]
        timestamp=created,
    )
    return _bytes(made)


def figure_pdf(figure: Figure, document: Document, using: typst.Compiler) -> bytes:
    """One figure as a PDF of its own size."""
    made = using.compile(
        input=_DRAWING_DOCUMENT,
        format="pdf",
        sys_inputs={"svg": figure.svg, "alt": figure.alt, "title": f"{figure.label}. {figure.caption}"},
        timestamp=_created(document),
    )
    return _bytes(made)


def figure_png(figure: Figure, using: typst.Compiler, *, ppi: float = 300.0) -> bytes:
    """One figure as pixels, 300 to the inch."""
    return _bytes(
        using.compile(
            input=_DRAWING, format="png", ppi=ppi, sys_inputs={"svg": figure.svg, "alt": figure.alt}
        )
    )


def _bytes(made: bytes | list[bytes] | None) -> bytes:
    if isinstance(made, bytes):
        return made
    if made is None or len(made) != 1:
        raise ValueError("one file was expected")
    return made[0]


def _shown(value: Any) -> Any:
    """The same value, its texts without what no font can show."""
    if isinstance(value, str):
        return without_control_characters(value)
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(one) for one in value]
    return value


def _created(document: Document) -> datetime:
    moment = datetime.fromisoformat(document.created.replace("Z", "+00:00"))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _block(block: Block, level: int) -> dict[str, Any]:
    """A block as the template reads it."""
    if isinstance(block, Section):
        within = [_block(one, level + 1) for one in block.blocks]
        return {"kind": "section", "id": block.id, "level": level, "heading": block.heading, "blocks": within}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "tone": block.tone, "runs": _inline(block.runs)}
    if isinstance(block, BulletList):
        return {"kind": "list", "items": [_inline(item) for item in block.items]}
    if isinstance(block, KeyValues):
        return {"kind": "terms", "items": [[term, _inline(value)] for term, value in block.items]}
    if isinstance(block, Figure):
        return {
            "kind": "figure",
            "id": block.id,
            "label": block.label,
            "caption": block.caption,
            "alt": block.alt,
            "svg": block.svg,
            "width": block.width * min(1.0, TALLEST / block.height),
        }
    return _table(block)


_MEASURES = {
    "margin-x": sheet.MARGIN_X, "margin-top": sheet.MARGIN_TOP, "margin-bottom": sheet.MARGIN_BOTTOM,
    "size": sheet.SIZE, "line": sheet.LINE, "small": sheet.SMALL, "small-line": sheet.SMALL_LINE,
    "title": sheet.TITLE, "title-line": sheet.TITLE_LINE, "gap": sheet.GAP, "between": sheet.BETWEEN,
    "pad-x": sheet.PAD_X, "pad-y": sheet.PAD_Y, "gutter": sheet.GUTTER, "sign": sheet.SIGN, "ruled": sheet.RULED,
    "head": sheet.HEAD, "head-line": sheet.HEAD_LINE, "subhead": sheet.SUBHEAD, "subhead-line": sheet.SUBHEAD_LINE,
}  # fmt: skip


def _sheet_block(block: SheetBlock, level: int) -> dict[str, Any]:
    """A block of the sheet as the template reads it."""
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "tone": block.tone, "runs": _inline(block.runs)}
    if isinstance(block, Checklist):
        items = [{"sign": one.sign, "answer": one.answer, "runs": _inline(one.runs)} for one in block.items]
        return {"kind": "checks", "items": items}
    if isinstance(block, Ruled):
        return {"kind": "ruled", "label": block.label, "lines": block.lines}
    if isinstance(block, Columns):
        columns = [[_sheet_block(one, level) for one in column] for column in block.columns]
        return {"kind": "columns", "columns": columns, "shares": block.shares}
    within = [_sheet_block(one, level + bool(block.title)) for one in block.blocks]
    return {"kind": "box", "level": level, "title": block.title, "frame": block.frame, "blocks": within}


def _inline(runs: Inline) -> list[dict[str, Any]]:
    letters = (("bold", "b"), ("italic", "i"), ("superscript", "^"), ("subscript", "_"), ("code", "c"))
    return [
        {
            "text": run.text,
            "style": "".join(letter for name, letter in letters if getattr(run, name)),
            "target": run.target,
            "sign": run.sign,
        }
        for run in runs
    ]


def _table(table: Table) -> dict[str, Any]:
    layout = lay_out(table)
    header = [
        [
            {
                "text": one.text,
                "columns": one.columns,
                "rows": one.rows,
                "place": place,
                "align": table.columns[place].align,
            }
            for one, place in zip(row, places, strict=True)
        ]
        for row, places in zip(table.header, head_places(table), strict=True)
    ]
    body = []
    for row in table.body:
        cells, place = [], 0
        for one in row.cells:
            cells.append(
                {
                    "runs": _inline(one.runs),
                    "marks": one.marks,
                    "columns": one.columns,
                    "tone": one.tone,
                    "align": table.columns[place].align,
                }
            )
            place += one.columns
        body.append({"role": row.role, "indent": row.indent, "cells": cells})
    return {
        "kind": "table",
        "id": table.id,
        "label": table.label,
        "caption": table.caption,
        "columns": [column.id for column in table.columns],
        "widths": layout.widths,
        "landscape": layout.landscape,
        "short": layout.short,
        "header": header,
        "body": body,
        "notes": [
            {"text": note.text, "marks": [note.mark] if note.mark else [], "tone": note.tone}
            for note in table.footnotes
        ],
    }
