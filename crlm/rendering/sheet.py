"""The measures of a sheet, one dense A4 page, and how high its blocks are: what fits is known before it is printed.

HTML, PDF and Word set a sheet with these same measures and fonts of the same width (`typeface`), so that one estimate
holds for all three.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from crlm.rendering.tree import Check, Checklist, Columns, Inline, Paragraph, Ruled, SheetBlock
from crlm.rendering.typeface import text_width

MARGIN_X, MARGIN_TOP, MARGIN_BOTTOM = 34.0, 38.0, 32.0
"""Points: the margins of the page; the banner stands in the top one, the foot in the bottom one."""
WIDTH, HEIGHT = 595.3 - 2 * MARGIN_X, 841.9 - MARGIN_TOP - MARGIN_BOTTOM
SIZE, LINE = 8.5, 10.2
"""Points: the text and the distance between its lines."""
SMALL, SMALL_LINE = 7.5, 9.0
TITLE, TITLE_LINE = 8.8, 10.8
GAP = 2.0
"""Points between the blocks of a box, and between the statements of a list."""
BETWEEN = 4.0
"""Points between boxes."""
PAD_X, PAD_Y = 5.0, 3.0
GUTTER = 9.0
SIGN = 44.0
"""Points: the column of the answers in front of statements."""
RULED = 18.0
"""Points between ruled lines, wide enough for handwriting."""
HEAD, HEAD_LINE = 13.0, 16.0
SUBHEAD, SUBHEAD_LINE = 10.5, 13.0
_SLACK = 1.008
"""Other typesetters break a line a little earlier."""


def head_height(title: str, subtitle: str, origin: str) -> float:
    """The height of a sheet's head in points: title, subtitle, the line of its origin and the rule under them."""
    heads = (
        (title, HEAD, HEAD_LINE, True),
        (subtitle, SUBHEAD, SUBHEAD_LINE, True),
        (origin, SMALL, SMALL_LINE, False),
    )
    return (
        sum(_lines(text, WIDTH, size, bold) * line for text, size, line, bold in heads if text)
        + BETWEEN
        + 4.0
    )


def sheet_height(blocks: Iterable[SheetBlock]) -> float:
    """The height in points of the blocks of a sheet over its whole width, without its head."""
    return sum(_height(one, WIDTH) + BETWEEN for one in blocks)


def _height(block: SheetBlock, width: float) -> float:
    if isinstance(block, Paragraph):
        small = block.tone == "muted"
        return _text(block.runs, width, SMALL if small else SIZE, SMALL_LINE if small else LINE)
    if isinstance(block, Checklist):
        return _stack([_check(one, width) for one in block.items])
    if isinstance(block, Ruled):
        return SMALL_LINE + RULED * block.lines
    if isinstance(block, Columns):
        room = width - GUTTER * (len(block.columns) - 1)
        widths = [room * share / sum(block.shares) for share in block.shares]
        return max(
            _stack([_height(one, own) for one in column])
            for column, own in zip(block.columns, widths, strict=True)
        )
    framed = block.frame != "none"
    inside = width - 2 * PAD_X if framed else width
    parts = [_height(one, inside) for one in block.blocks]
    title = [_lines(block.title, inside, TITLE, True) * TITLE_LINE] if block.title else []
    return _stack([*title, *parts]) + (2 * PAD_Y + 1.5 if framed else 0.0)


def _check(one: Check, width: float) -> float:
    return _text(one.runs, width - SIGN, SIZE, LINE)


def _stack(heights: list[float]) -> float:
    return sum(heights) + GAP * max(0, len(heights) - 1)


def _text(runs: Inline, width: float, size: float, line: float) -> float:
    parts = ((f"{run.text}mm" if run.sign else run.text, run.bold) for run in runs)
    return _count(parts, width, size) * line


def _lines(text: str, width: float, size: float, bold: bool) -> int:
    return _count([(text, bold)], width, size)


def _count(parts: Iterable[tuple[str, bool]], width: float, size: float) -> int:
    """The lines that parts of text, bold or not, take one after another; words are never broken."""
    room, lines, used = width / _SLACK, 1, 0.0
    word = 0.0
    for text, bold in parts:
        for k, piece in enumerate(text.split(" ")):
            if k:
                space = _word(" ", size, bold)
                used, lines = (
                    (used + word + space, lines) if used + word <= room else (word + space, lines + 1)
                )
                word = 0.0
            word += _word(piece, size, bold)
    return lines if used + word <= room else lines + 1


@lru_cache(maxsize=8192)
def _word(text: str, size: float, bold: bool) -> float:
    return text_width(text, size, bold=bold)
