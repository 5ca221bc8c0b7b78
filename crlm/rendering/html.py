"""The report as one HTML file: no script, no request to anywhere, readable by a screen reader and on paper."""

from __future__ import annotations

from pathlib import Path

from crlm.rendering.escaping import escape
from crlm.rendering.layout import head_places
from crlm.rendering.sheet_html import render_sheet, sheet_style
from crlm.rendering.tree import (
    Block,
    BulletList,
    Cell,
    Column,
    Document,
    Figure,
    HeaderCell,
    Inline,
    KeyValues,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
)

STYLE = Path(__file__).with_name("report.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_FIRST_LEVEL = 2


def render_html(document: Document) -> str:
    """The whole file as text, UTF-8; the same document always gives the same text."""
    head = [
        "<!DOCTYPE html>",
        f'<html lang="{document.language}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(document.title)}</title>",
        f"<style>\n{STYLE.read_text(encoding='utf-8')}{_sheet_style(document)}{_print_banner(document)}</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#summary">To the summary</a>',
    ]
    if document.banner:
        head.append(f'<div class="banner" role="note">{escape(document.banner)}</div>')
    body = ['<div class="page">']
    if document.sheet:
        body += [*render_sheet(document, _inline), "<main>"]
    else:
        body += [*_title(document), _contents(document), "<main>"]
    for section in document.sections:
        body.extend(_section(section, _FIRST_LEVEL))
    foot = [
        "</main>",
        f"<footer>{escape(document.origin)}</footer>",
        "</div>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join([*head, *body, *foot])


def _sheet_style(document: Document) -> str:
    return sheet_style() if document.sheet else ""


def _print_banner(document: Document) -> str:
    """The banner at the head of every printed page, where the browser knows page margins."""
    if not document.banner:
        return ""
    words = document.banner.replace("\\", "").replace('"', "'")
    style = "font: bold 8pt sans-serif; color: #a30000"
    return f'@media print {{ @page {{ @top-center {{ content: "{words}"; {style}; }} }} }}\n'


def _title(document: Document) -> list[str]:
    lines = ['<header class="title">', f"<h1>{escape(document.title)}</h1>"]
    if document.subtitle:
        lines.append(f"<p>{escape(document.subtitle)}</p>")
    if document.authors:
        lines.append(f'<p class="byline">{escape("; ".join(document.authors))}</p>')
    lines.append(f'<p class="byline">{escape(document.origin)}</p>')
    return [*lines, "</header>"]


def _contents(document: Document) -> str:
    return f'<nav aria-label="Contents"><h2>Contents</h2>{_contents_list(document.sections, document.contents)}</nav>'


def _contents_list(sections: tuple[Section, ...], depth: int) -> str:
    items = []
    for section in sections:
        within = tuple(block for block in section.blocks if isinstance(block, Section))
        nested = _contents_list(within, depth - 1) if within and depth > 1 else ""
        items.append(f'<li><a href="#{escape(section.id)}">{escape(section.heading)}</a>{nested}</li>')
    return f"<ol>{''.join(items)}</ol>"


def _section(section: Section, level: int) -> list[str]:
    lines = [f'<section id="{escape(section.id)}" aria-labelledby="{escape(section.id)}-heading">']
    lines.append(f'<h{level} id="{escape(section.id)}-heading">{escape(section.heading)}</h{level}>')
    for block in section.blocks:
        lines.extend(_section(block, min(level + 1, 6)) if isinstance(block, Section) else _block(block))
    return [*lines, "</section>"]


def _block(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        tone = "" if block.tone == "normal" else f' class="{block.tone}"'
        return [f"<p{tone}>{_inline(block.runs)}</p>"]
    if isinstance(block, BulletList):
        return ["<ul>", *(f"<li>{_inline(item)}</li>" for item in block.items), "</ul>"]
    if isinstance(block, KeyValues):
        pairs = (f"<dt>{escape(term)}</dt><dd>{_inline(value)}</dd>" for term, value in block.items)
        return ["<dl>", *pairs, "</dl>"]
    if isinstance(block, Figure):
        return _figure(block)
    if isinstance(block, Table):
        return _table(block)
    raise TypeError(f"no rendering of {type(block).__name__}")


def _inline(runs: Inline) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    text = escape(run.text).replace("\n", "<br>")
    if run.sign is not None:
        return f'<span class="sign {run.sign}">{text}</span>'
    for wanted, tag in (
        (run.code, "code"),
        (run.superscript, "sup"),
        (run.subscript, "sub"),
        (run.italic, "em"),
        (run.bold, "strong"),
    ):
        if wanted:
            text = f"<{tag}>{text}</{tag}>"
    return f'<a href="#{escape(run.target)}">{text}</a>' if run.target else text


def _figure(figure: Figure) -> list[str]:
    caption = f"<strong>{figure.label}.</strong> {escape(figure.caption)}"
    return [
        f'<figure id="{escape(figure.id)}">',
        figure.svg.rstrip(),
        f"<figcaption>{caption}</figcaption>",
        "</figure>",
    ]


def _table(table: Table) -> list[str]:
    label = escape(f"{table.label}. {table.caption}")
    lines = [
        f'<div class="table" id="{escape(table.id)}">',
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">',
        "<table>",
        f"<caption><strong>{table.label}.</strong> {escape(table.caption)}</caption>",
        "<thead>",
    ]
    places = head_places(table)
    for row, at in zip(table.header, places, strict=True):
        lines.append(
            "<tr>"
            + "".join(_head(one, table.columns[place]) for one, place in zip(row, at, strict=True))
            + "</tr>"
        )
    lines += [
        "</thead>",
        "<tbody>",
        *(_row(row, table) for row in table.body),
        "</tbody>",
        "</table>",
        "</div>",
    ]
    if table.footnotes:
        lines.append('<div class="notes">')
        for note in table.footnotes:
            mark = f"<sup>{note.mark}</sup> " if note.mark else ""
            tone = "" if note.tone == "normal" else f' class="{note.tone}"'
            lines.append(f"<p{tone}>{mark}{escape(note.text)}</p>")
        lines.append("</div>")
    return [*lines, "</div>"]


def _head(one: HeaderCell, column: Column) -> str:
    text = escape(one.text).replace("\n", "<br>")
    if not one.text:
        return "<td></td>"
    if one.columns > 1:
        return f'<th scope="colgroup" colspan="{one.columns}" class="spans">{text}</th>'
    spans = f' rowspan="{one.rows}"' if one.rows > 1 else ""
    aligned = "" if column.align == "left" else f' class="{column.align}"'
    return f'<th scope="col"{spans}{aligned}>{text}</th>'


def _row(row: Row, table: Table) -> str:
    cells = []
    place = 0
    for k, one in enumerate(row.cells):
        cells.append(_cell(one, row, table.columns[place], first=k == 0))
        place += one.columns
    return f'<tr class="{row.role}">{"".join(cells)}</tr>'


def _cell(one: Cell, row: Row, column: Column, *, first: bool) -> str:
    text = _inline(one.runs) + (f"<sup>{','.join(one.marks)}</sup>" if one.marks else "")
    classes = [f"indent{row.indent}"] if first and row.indent else []
    if column.align != "left":
        classes.append("center" if one.columns > 1 else column.align)
    if one.tone != "normal":
        classes.append(one.tone)
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    if one.columns > 1:
        attributes += f' colspan="{one.columns}"'
    if first:
        scope = "rowgroup" if row.role == "group" else "row"
        return f'<th scope="{scope}"{attributes}>{text}</th>'
    return f"<td{attributes}>{text}</td>"
