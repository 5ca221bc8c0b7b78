"""How wide the columns of a table are on paper: as wide as their words, and never so narrow that a number is broken."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from crlm.rendering.tree import Table
from crlm.rendering.typeface import text_width

PORTRAIT, LANDSCAPE = 481.0, 728.0
"""Points: the text width of an A4 page with margins of 20 mm, upright and on its side."""
TALLEST = 640.0
"""Points: a figure on a page with its caption is no taller; a taller one is made smaller."""
TABLE_SIZE = 8.0
PADDING = 9.5
"""Points: what a cell leaves free left and right, together, and a little slack for other typesetters."""
SHORT = 30
"""Rows: a table with no more than these is kept on one page, if it fits on one."""
TALLEST_TABLE, TALLEST_SIDEWAYS = 600.0, 400.0
"""Points: what a table can be tall on an upright page, and on one on its side."""
LINE, ROW = 11.0, 5.4
"""Points: the height of a line, and what a row adds above and below."""
INDENT = 9.0
_SHORT_HEAD = 48.0
"""Points: the head of a column of numbers that is wider than this may be set in several lines."""
_PAGE_NUMBER = " (p. 99)"
_READABLE = 75.0
"""Points: no column of words is made narrower; rather are numbers broken between words."""
_COMFORTABLE = 105.0
"""Points: a column of words narrower than this reads badly; a table that would need that goes on its side."""


@dataclass(frozen=True)
class TableLayout:
    """The widths of a table's columns in points, whether it needs a page on its side, and whether it is kept on one."""

    widths: tuple[float, ...]
    landscape: bool
    short: bool


def lay_out(table: Table) -> TableLayout:
    """Widths that fill the page: columns of numbers as wide as their longest number, the words share what is left."""
    natural, narrowest = _needs(table)
    words = [column.align == "left" for column in table.columns]
    narrowest = [
        max(least, min(one, _READABLE)) if is_words else least
        for one, least, is_words in zip(natural, narrowest, words, strict=True)
    ]
    wanted = sum(
        min(one, _COMFORTABLE) if is_words else one for one, is_words in zip(natural, words, strict=True)
    )
    landscape = wanted > PORTRAIT
    widths = _share(natural, narrowest, words, LANDSCAPE if landscape else PORTRAIT)
    tallest = TALLEST_SIDEWAYS if landscape else TALLEST_TABLE
    short = len(table.body) <= SHORT and _height(table, widths) <= tallest
    return TableLayout(tuple(widths), landscape, short)


def _height(table: Table, widths: list[float]) -> float:
    """How tall the rows are, about: as many lines as the words of their fullest cell fill."""
    total = 0.0
    for row in table.body:
        lines, column = 1, 0
        for one in row.cells:
            room = max(sum(widths[column : column + one.columns]) - PADDING, 1.0)
            own = sum(max(math.ceil(_width(part, False) / room), 1) for part in one.text.split("\n"))
            lines, column = max(lines, own), column + one.columns
        total += LINE * lines + ROW
    return total


def _share(natural: list[float], narrowest: list[float], words: list[bool], room: float) -> list[float]:
    if sum(natural) <= room:
        return _spread(natural, words, room - sum(natural))
    fixed = sum(one for one, is_words in zip(natural, words, strict=True) if not is_words)
    least = sum(one for one, is_words in zip(narrowest, words, strict=True) if is_words)
    if fixed + least > room:  # even numbers must wrap, between words if possible
        return _fill(natural, narrowest, room)
    flexible = [k for k, is_words in enumerate(words) if is_words]
    shared = _fill([natural[k] for k in flexible], [narrowest[k] for k in flexible], room - fixed)
    widths = list(natural)
    for k, width in zip(flexible, shared, strict=True):
        widths[k] = width
    return widths


def _spread(natural: list[float], words: list[bool], spare: float) -> list[float]:
    """Spare room goes to all columns, more to wide ones, a first column of words taking a double share."""
    shares = [one**0.5 * (2.0 if k == 0 and words[0] else 1.0) for k, one in enumerate(natural)]
    return [one + spare * share / sum(shares) for one, share in zip(natural, shares, strict=True)]


def _fill(natural: list[float], narrowest: list[float], room: float) -> list[float]:
    """Each column what it needs, the wide ones cut in proportion to the square root of that; none below its narrowest.

    The square root gives a column of sentences more room than one of single words, which makes the table lowest.
    """
    if sum(narrowest) >= room:
        return [one * room / sum(narrowest) for one in narrowest]

    def widths(share: float) -> list[float]:
        return [max(least, min(one, share * one**0.5)) for one, least in zip(natural, narrowest, strict=True)]

    low, high = 0.0, max(natural)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if sum(widths(middle)) > room else (middle, high)
    return widths(low)


def _needs(table: Table) -> tuple[list[float], list[float]]:
    """The width of each column's longest line, and of its longest word."""
    natural = [20.0] * len(table.columns)
    narrowest = [20.0] * len(table.columns)
    for column, text, extra, bold in _texts(table):
        lines = text.split("\n")
        wide = max(_width(line, bold) for line in lines) + extra + PADDING
        word = max(_width(part, bold) for line in lines for part in line.split(" ")) + extra + PADDING
        may_wrap = bold and table.columns[column].align != "left" and wide > _SHORT_HEAD
        natural[column] = max(natural[column], word if may_wrap else wide)
        narrowest[column] = max(narrowest[column], word)
    return natural, narrowest


def _texts(table: Table) -> Iterator[tuple[int, str, float, bool]]:
    """Every cell that stands in one column: its column, text, what marks and indent add, and whether it is bold."""
    for row, places in zip(table.header, head_places(table), strict=True):
        for head, column in zip(row, places, strict=True):
            if head.columns == 1:
                yield column, head.text, 0.0, True
    for body in table.body:
        column = 0
        for one in body.cells:
            if one.columns == 1:
                extra = text_width(",".join(one.marks), TABLE_SIZE * 0.7)
                if any(run.target for run in one.runs):
                    extra += _width(_PAGE_NUMBER, False)
                yield column, one.text, extra + (INDENT * body.indent if column == 0 else 0.0), False
            column += one.columns


def head_places(table: Table) -> list[list[int]]:
    """The column in which each cell of the head begins, row by row."""
    taken: set[tuple[int, int]] = set()
    places = []
    for r, row in enumerate(table.header):
        at: list[int] = []
        c = 0
        for one in row:
            while (r, c) in taken:
                c += 1
            at.append(c)
            taken.update((r + i, c + j) for i in range(one.rows) for j in range(one.columns))
            c += one.columns
        places.append(at)
    return places


def _width(text: str, bold: bool) -> float:
    return text_width(text, TABLE_SIZE, bold=bold)
