"""A sheet as Word: boxes and columns are tables, so that they stay where they are when somebody edits them."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.rendering import sheet
from crlm.rendering.tree import Box, Check, Checklist, Columns, Document, Paragraph, Ruled, SheetBlock
from crlm.rendering.word.markup import TWIPS, Bookmarks, paragraph, run, runs, sign

_SIDES = ("top", "left", "bottom", "right")
_FRAMES = {"line": (5, "8C8C8C"), "heavy": (12, "1A1A1A")}
"""Eighths of a point and colour of a box's frame."""
_TINY = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
"""Word wants a paragraph after a table at the end of a cell; this one is a point high."""


def sheet_page(document: Document, bookmarks: Bookmarks) -> Iterator[str]:
    """The head and the blocks of the sheet, without the section properties that end its page."""
    yield paragraph(run(document.title), "SheetTitle")
    if document.subtitle:
        yield paragraph(run(document.subtitle), "SheetQuestion")
    yield paragraph(run(document.origin), "SheetOrigin")
    for block in document.sheet:
        yield _gap(sheet.BETWEEN)
        yield from _block(block, sheet.WIDTH, 1, bookmarks)


def _block(block: SheetBlock, width: float, level: int, bookmarks: Bookmarks) -> Iterator[str]:
    if isinstance(block, Paragraph):
        style = "SheetSmall" if block.tone == "muted" else "SheetText"
        yield paragraph(runs(block.runs, bookmarks, tone=block.tone), style)
    elif isinstance(block, Checklist):
        for k, one in enumerate(block.items):
            yield _check(one, bookmarks, above=sheet.GAP if k else None)
    elif isinstance(block, Ruled):
        yield _ruled(block, width)
    elif isinstance(block, Columns):
        yield _columns(block, width, level, bookmarks)
    elif block.frame == "none":
        yield from _stack(_inside(block, width, level, bookmarks))
    else:
        inside = "".join(_stack(_inside(block, width - 2 * sheet.PAD_X, level, bookmarks)))
        yield _table([width], [_cell(_ended(inside), width, frame=block.frame)], sheet.PAD_X, sheet.PAD_Y)


def _inside(box: Box, width: float, level: int, bookmarks: Bookmarks) -> list[list[str]]:
    """The heading and the blocks of a box, each as its paragraphs and tables."""
    heading = [[paragraph(run(box.title), f"SheetHeading{min(level, 2)}")]] if box.title else []
    return heading + [list(_block(one, width, level + bool(box.title), bookmarks)) for one in box.blocks]


def _stack(parts: list[list[str]]) -> Iterator[str]:
    for k, part in enumerate(parts):
        if k:
            yield _gap(sheet.GAP)
        yield from part


def _check(one: Check, bookmarks: Bookmarks, above: float | None) -> str:
    """The answer, a tab, and the statement, whose further lines begin under its first."""
    words = sign(one.sign, one.answer) + "<w:r><w:tab/></w:r>" + runs(one.runs, bookmarks)
    return paragraph(words, "SheetText", above=above, left=sheet.SIGN, hanging=sheet.SIGN)


def _ruled(block: Ruled, width: float) -> str:
    line = _borders({"bottom": (4, "8C8C8C")})
    cells = [_cell(paragraph(run(block.label), "SheetSmall"), width)]
    cells += [_cell(paragraph("", "SheetSmall"), width, borders=line) for _ in range(block.lines)]
    heights = [None, *[sheet.RULED] * block.lines]
    return _table([width], cells, 0.0, 0.0, heights) + _TINY


def _columns(block: Columns, width: float, level: int, bookmarks: Bookmarks) -> str:
    """A row of cells; the gutters are empty cells."""
    room = width - sheet.GUTTER * (len(block.columns) - 1)
    cells, widths = [], []
    for k, (column, share) in enumerate(zip(block.columns, block.shares, strict=True)):
        own = room * share / sum(block.shares)
        if k:
            cells.append(_cell(_TINY, sheet.GUTTER))
            widths.append(sheet.GUTTER)
        parts = [list(_block(one, own, level, bookmarks)) for one in column]
        cells.append(_cell(_ended("".join(_stack(parts))), own))
        widths.append(own)
    return _table(widths, ["".join(cells)], 0.0, 0.0)


def _ended(content: str) -> str:
    return content + _TINY if content.endswith("</w:tbl>") or not content else content


def _gap(height: float) -> str:
    twips = round(height * TWIPS)
    return (
        f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="{twips}" w:lineRule="exact"/>'
        '<w:rPr><w:sz w:val="4"/></w:rPr></w:pPr></w:p>'
    )


def _table(
    widths: list[float],
    rows: list[str],
    pad_x: float,
    pad_y: float,
    heights: list[float | None] | None = None,
) -> str:
    twips = [round(width * TWIPS) for width in widths]
    pads = dict(zip(_SIDES, (pad_y, pad_x, pad_y, pad_x), strict=True))
    margins = "".join(f'<w:{side} w:w="{round(pad * TWIPS)}" w:type="dxa"/>' for side, pad in pads.items())
    made = []
    for k, cells in enumerate(rows):
        height = heights[k] if heights else None
        exact = "" if height is None else f'<w:trHeight w:val="{round(height * TWIPS)}" w:hRule="exact"/>'
        made.append(f"<w:tr><w:trPr><w:cantSplit/>{exact}</w:trPr>{cells}</w:tr>")
    grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in twips)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(made)}</w:tbl>"
    )


def _cell(content: str, width: float, *, frame: str = "none", borders: str = "") -> str:
    if frame in _FRAMES:
        borders = _borders(dict.fromkeys(_SIDES, _FRAMES[frame]))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{round(width * TWIPS)}" w:type="dxa"/>{borders}</w:tcPr>{content}</w:tc>'
    )


def _borders(sides: dict[str, tuple[int, str]]) -> str:
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
        for side, (size, colour) in sides.items()
    )
    return f"<w:tcBorders>{lines}</w:tcBorders>"
