"""Tables as Word tables: editable, their head repeated on every page, no row split over two pages."""

from __future__ import annotations

from crlm.rendering.escaping import escape
from crlm.rendering.layout import INDENT, SHORT, head_places, lay_out
from crlm.rendering.tree import Cell, HeaderCell, KeyValues, Row, Table
from crlm.rendering.word.markup import TWIPS, Bookmarks, marks, paragraph, run, runs

_LIGHT = '<w:top w:val="single" w:sz="4" w:space="0" w:color="E3E3E3"/>'
_UNDER = '<w:bottom w:val="single" w:sz="4" w:space="0" w:color="8C8C8C"/>'
_HEAD = '<w:bottom w:val="single" w:sz="6" w:space="0" w:color="1A1A1A"/>'
_TERM_WIDTH, _VALUE_WIDTH = 116.0, 365.0


def table(block: Table, bookmarks: Bookmarks) -> str:
    """The table without its caption and notes."""
    widths = [round(width * TWIPS) for width in lay_out(block).widths]
    short = len(block.body) <= SHORT
    rows = _head(block, widths)
    for k, row in enumerate(block.body):
        last = k == len(block.body) - 1
        following = "" if last else block.body[k + 1].role
        opens = row.role == "group" or (row.role == "variable" and following in ("level", "missing"))
        noted = last and bool(block.footnotes)
        rows.append(_row(row, block, widths, bookmarks, keep_next=opens or (short and not last) or noted))
    properties = (
        '<w:tblStyle w:val="ReportTable"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/>'
        f"{_look('0020', first_row=1)}"
        f'<w:tblCaption w:val="{escape(f"{block.label}. {block.caption}")}"/>'
    )
    return _table(properties, widths, rows)


def terms(block: KeyValues, bookmarks: Bookmarks) -> str:
    """Terms and their values, without lines."""
    widths = [round(width * TWIPS) for width in (_TERM_WIDTH, _VALUE_WIDTH)]
    rows = []
    for term, value in block.items:
        cells = (paragraph(run(term, bold=True), below=3.0), paragraph(runs(value, bookmarks), below=3.0))
        made = "".join(_cell(content, [width]) for content, width in zip(cells, widths, strict=True))
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{made}</w:tr>")
    properties = (
        '<w:tblStyle w:val="TermTable"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/>'
        f"{_look('0000', first_row=0)}"
    )
    return _table(properties, widths, rows)


def _look(value: str, *, first_row: int) -> str:
    """Which parts of the table style apply: the head row or nothing."""
    others = 'w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"'
    return f'<w:tblLook w:val="{value}" w:firstRow="{first_row}" {others}/>'


def _table(properties: str, widths: list[int], rows: list[str]) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _head(block: Table, widths: list[int]) -> list[str]:
    """The rows of the head; a cell over several rows is a merged one, continued below."""
    open_below: dict[int, HeaderCell] = {}
    rows = []
    height = len(block.header)
    for r, (row, places) in enumerate(zip(block.header, head_places(block), strict=True)):
        cells: dict[int, str] = {}
        for column, above in open_below.items():
            cells[column] = _head_cell(
                "", above, widths[column : column + above.columns], "continue", last=r == height - 1
            )
        for one, column in zip(row, places, strict=True):
            merge = "restart" if one.rows > 1 else ""
            align = "center" if one.columns > 1 else block.columns[column].align
            text = paragraph(run(one.text, bold=True), "TableText", keep_next=True, align=_align(align))
            last = r + one.rows == height
            cells[column] = _head_cell(text, one, widths[column : column + one.columns], merge, last=last)
            if one.rows > 1:
                open_below[column] = one
        made = "".join(cells[column] for column in sorted(cells))
        rows.append(f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{made}</w:tr>")
    return rows


def _head_cell(text: str, one: HeaderCell, widths: list[int], merge: str, *, last: bool) -> str:
    border = _HEAD if last else _UNDER if one.columns > 1 else ""
    content = text or paragraph("", "TableText", keep_next=True)
    return _cell(content, widths, merge=merge, borders=border, vertical="bottom")


def _row(row: Row, block: Table, widths: list[int], bookmarks: Bookmarks, *, keep_next: bool) -> str:
    cells = []
    column = 0
    border = _LIGHT if row.role in ("variable", "plain") else ""
    for k, one in enumerate(row.cells):
        align = block.columns[column].align
        if one.columns > 1 and align == "right":
            align = "center"
        left = INDENT * row.indent if k == 0 else 0.0
        content = paragraph(
            _content(one, row, bookmarks), "TableText", keep_next=keep_next, left=left, align=_align(align)
        )
        cells.append(_cell(content, widths[column : column + one.columns], borders=border))
        column += one.columns
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _content(one: Cell, row: Row, bookmarks: Bookmarks) -> str:
    tone = "muted" if row.role == "missing" and one.tone == "normal" else one.tone
    return runs(one.runs, bookmarks, tone=tone, bold=row.role == "group") + marks(one.marks)


def _cell(content: str, widths: list[int], *, merge: str = "", borders: str = "", vertical: str = "") -> str:
    properties = f'<w:tcW w:w="{sum(widths)}" w:type="dxa"/>'
    properties += f'<w:gridSpan w:val="{len(widths)}"/>' if len(widths) > 1 else ""
    properties += f'<w:vMerge w:val="{merge}"/>' if merge else ""
    properties += f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
    properties += f'<w:vAlign w:val="{vertical}"/>' if vertical else ""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def _align(align: str) -> str:
    return "" if align == "left" else align
