"""A sheet as HTML: boxes are sections with headings, answers are words in front of their statements."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crlm.rendering import sheet
from crlm.rendering.escaping import escape
from crlm.rendering.tree import Box, Checklist, Columns, Document, Inline, Paragraph, Ruled, SheetBlock

_STYLE = Path(__file__).with_name("sheet.css")
_TOP_LEVEL = 2
BANNER = 14.0
"""Points of the top margin that the banner takes in print: it stands on the sheet, for every browser."""


def sheet_style() -> str:
    """The style sheet, its measures those of `crlm.rendering.sheet`."""
    lengths = {
        "size": sheet.SIZE, "line": sheet.LINE, "small": sheet.SMALL, "small-line": sheet.SMALL_LINE,
        "title": sheet.TITLE, "title-line": sheet.TITLE_LINE, "gap": sheet.GAP, "between": sheet.BETWEEN,
        "pad-x": sheet.PAD_X, "pad-y": sheet.PAD_Y, "gutter": sheet.GUTTER, "sign": sheet.SIGN,
        "ruled": sheet.RULED, "head": sheet.HEAD, "head-line": sheet.HEAD_LINE, "subhead": sheet.SUBHEAD,
        "subhead-line": sheet.SUBHEAD_LINE, "width": sheet.WIDTH, "banner": BANNER,
    }  # fmt: skip
    declared = " ".join(f"--{name}: {length:g}pt;" for name, length in lengths.items())
    margins = f"{sheet.MARGIN_TOP - BANNER:g}pt {sheet.MARGIN_X - 1:g}pt {sheet.MARGIN_BOTTOM:g}pt"
    inside = "size: A4; @top-center { content: none; }"
    page = f"@media print {{ @page sheet {{ margin: {margins}; {inside} }} }}\n"
    return f".sheet {{ {declared} }}\n{_STYLE.read_text(encoding='utf-8')}{page}"


def render_sheet(document: Document, inline: Callable[[Inline], str]) -> list[str]:
    """The sheet with its head, as lines of HTML."""
    lines = ['<article class="sheet" id="summary">']
    lines += [f'<p class="marked" aria-hidden="true">{escape(document.banner or "")}</p>', "<header>"]
    lines.append(f"<h1>{escape(document.title)}</h1>")
    if document.subtitle:
        lines.append(f'<p class="question">{escape(document.subtitle)}</p>')
    lines += [f'<p class="muted">{escape(document.origin)}</p>', "</header>"]
    for block in document.sheet:
        lines += _block(block, _TOP_LEVEL, inline)
    return [*lines, "</article>"]


def _block(block: SheetBlock, level: int, inline: Callable[[Inline], str]) -> list[str]:
    if isinstance(block, Paragraph):
        tone = "" if block.tone == "normal" else f' class="{block.tone}"'
        return [f"<p{tone}>{inline(block.runs)}</p>"]
    if isinstance(block, Checklist):
        items = (
            f'<li><span class="sign {one.sign}">{escape(one.answer)}</span> <span>{inline(one.runs)}</span></li>'
            for one in block.items
        )
        return ['<ul class="checks">', *items, "</ul>"]
    if isinstance(block, Ruled):
        rules = '<span class="rule"></span>' * block.lines
        return [f'<div class="ruled"><p class="muted">{escape(block.label)}</p>{rules}</div>']
    if isinstance(block, Columns):
        shares = " ".join(f"minmax(0, {share:g}fr)" for share in block.shares)
        lines = [f'<div class="columns" style="--shares: {shares}">']
        for column in block.columns:
            lines += ["<div>", *(line for one in column for line in _block(one, level, inline)), "</div>"]
        return [*lines, "</div>"]
    return _box(block, level, inline)


def _box(box: Box, level: int, inline: Callable[[Inline], str]) -> list[str]:
    heading = [f"<h{level}>{escape(box.title)}</h{level}>"] if box.title else []
    within = [line for one in box.blocks for line in _block(one, level + bool(box.title), inline)]
    return [f'<section class="box {box.frame}">', *heading, *within, "</section>"]
