"""The report as a tree of meaning: sections, paragraphs, tables, figures. Every format is a rendering of this.

The tree holds finished words: numbers are formatted when it is built (`content`), so that HTML, Word, PDF and CSV
cannot differ. A line break inside a text is a newline character.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "right", "center"]
Role = Literal["group", "variable", "level", "missing", "note", "plain"]
Tone = Literal["normal", "muted", "attention"]
Sign = Literal["yes", "no", "unknown", "warning", "plain"]
"""How the answer in front of a statement is framed, so that answers differ without colour: yes is filled, no has a thin
frame, unknown a broken one, a warning a thick one, plain none."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style; `target` is the id of a section, table or figure that it links to.

    A run with a `sign` is a framed word, in sheets only.
    """

    text: str
    bold: bool = False
    italic: bool = False
    superscript: bool = False
    subscript: bool = False
    code: bool = False
    target: str | None = None
    sign: Sign | None = None


Inline = tuple[Run, ...]


def inline(*parts: str | Run) -> Inline:
    """Text and runs, one after another."""
    return tuple(Run(part) if isinstance(part, str) else part for part in parts if part != "")


def plain(runs: Inline) -> str:
    """The text of runs without their style."""
    return "".join(run.text for run in runs)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `attention` is for what a reader must not miss."""

    runs: Inline
    tone: Tone = "normal"


@dataclass(frozen=True, slots=True)
class BulletList:
    """A list without order."""

    items: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Terms with their values, in two columns."""

    items: tuple[tuple[str, Inline], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: a stable id and how its cells are aligned."""

    id: str
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A cell of a table's head, over one or more columns and rows."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table's body: text, the footnote marks behind it, and how many columns it covers."""

    runs: Inline = ()
    marks: tuple[str, ...] = ()
    columns: int = 1
    tone: Tone = "normal"

    @property
    def text(self) -> str:
        """The text without the marks."""
        return plain(self.runs)


def cell(text: str, *marks: str, columns: int = 1, tone: Tone = "normal", target: str | None = None) -> Cell:
    """A cell of plain text, whose link is kept when there is one; empty marks are dropped."""
    runs = (Run(text, target=target),) if text else ()
    return Cell(runs, tuple(mark for mark in marks if mark), columns, tone)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: the role says what it is, the indent how far its first cell stands in (0, 1, 2)."""

    cells: tuple[Cell, ...]
    role: Role = "plain"
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note under a table; one without a mark concerns the whole table."""

    text: str
    mark: str | None = None
    tone: Tone = "normal"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the cells of each row, with what they cover, add up to the columns."""

    id: str
    number: int
    caption: str
    columns: tuple[Column, ...]
    header: tuple[tuple[HeaderCell, ...], ...]
    body: tuple[Row, ...]
    footnotes: tuple[Footnote, ...] = ()

    def __post_init__(self) -> None:
        for row in self.body:
            covered = sum(one.columns for one in row.cells)
            if covered != len(self.columns):
                raise ValueError(
                    f'a row of table "{self.id}" covers {covered} of {len(self.columns)} columns'
                )

    @property
    def label(self) -> str:
        """What the text calls it."""
        return f"Table {self.number}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: one SVG drawing, its size in points, and the words for those who cannot see it."""

    id: str
    number: int
    caption: str
    alt: str
    svg: str
    width: float
    height: float

    @property
    def label(self) -> str:
        """What the text calls it."""
        return f"Figure {self.number}"


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the report; sections may hold sections."""

    id: str
    number: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def heading(self) -> str:
        """The number and the title."""
        return f"{self.number} {self.title}"


Block = Paragraph | BulletList | KeyValues | Table | Figure | Section


@dataclass(frozen=True, slots=True)
class Check:
    """A statement with an answer in front of it: a framed word."""

    sign: Sign
    answer: str
    runs: Inline


@dataclass(frozen=True, slots=True)
class Checklist:
    """Statements with their answers, one under the other."""

    items: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Ruled:
    """Room to write on paper: a label over empty ruled lines."""

    label: str
    lines: int


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side; `shares` are the relative widths."""

    columns: tuple[tuple[SheetBlock, ...], ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.columns) != len(self.shares):
            raise ValueError("each column has a share of the width")


@dataclass(frozen=True, slots=True)
class Box:
    """A titled part of a sheet. `heavy` frames are for what a reader must not miss, `none` is for parts of a box."""

    title: str
    blocks: tuple[SheetBlock, ...]
    frame: Literal["line", "heavy", "none"] = "line"


SheetBlock = Paragraph | Checklist | Ruled | Columns | Box


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. With a `sheet`, its first page is one dense page that stands alone, and there are no contents."""

    id: str
    title: str
    subtitle: str
    authors: tuple[str, ...]
    banner: str | None
    """Words on every page and in every figure when the data are synthetic."""
    data: str
    """The data set in a few words with a short hash: the foot of every page, the last column of every CSV."""
    created: str
    """ISO 8601, UTC."""
    sections: tuple[Section, ...]
    language: str = "en-GB"
    sheet: tuple[SheetBlock, ...] = ()
    contents: int = 2
    """How deep the contents list the sections: 1 leaves sections in sections out."""

    @property
    def origin(self) -> str:
        """The data and the moment in words: the line under the title and at the foot of every page."""
        moment = f"{self.created[:16].replace('T', ' ')} UTC" if self.created.endswith("Z") else self.created
        return f"{self.data} \u00b7 created {moment}"

    def blocks(self) -> Iterator[Block]:
        """Every block in reading order, sections before what they hold."""
        for section in self.sections:
            yield from _walk(section)

    def tables(self) -> tuple[Table, ...]:
        """The tables in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, Table))

    def figures(self) -> tuple[Figure, ...]:
        """The figures in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, Figure))

    def targets(self) -> frozenset[str]:
        """Everything that a link may point to."""
        return frozenset(block.id for block in self.blocks() if isinstance(block, (Section, Table, Figure)))


def _walk(section: Section) -> Iterator[Block]:
    yield section
    for block in section.blocks:
        if isinstance(block, Section):
            yield from _walk(block)
        else:
            yield block
