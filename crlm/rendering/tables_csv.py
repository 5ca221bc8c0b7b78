"""Each table as a CSV file: one line per row, every line complete, readable by a spreadsheet and by a program.

A table in the report says things once that a file must say on every line. So the block title and the variable stand in
columns of their own; footnotes stand in the column `notes`; and the column `data` says on every line which data the
numbers come from, with "SYNTHETIC" in front when they are made up. UTF-8 with a byte order mark, which Excel needs.
"""

from __future__ import annotations

import csv
import io

from crlm.rendering.layout import head_places
from crlm.rendering.tree import Document, Row, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render_csv(table: Table, document: Document) -> bytes:
    """The file of a table. Cells are as printed; a cell over several columns stands in the first of them."""
    outline = any(row.role in ("group", "level", "missing") for row in table.body)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    heads = _heads(table)
    first = ["group", "variable", "level"] if outline else heads[:1]
    writer.writerow([*first, *heads[1:], "notes", "data"])
    notes = {note.mark: note.text for note in table.footnotes if note.mark}
    group = variable = ""
    for row in table.body:
        if row.role == "group":
            group, variable = row.cells[0].text, ""
            continue
        label, *rest = _cells(row)
        if row.role == "variable":
            variable = label
        place = [group, variable, label if row.role in ("level", "missing") else ""] if outline else [label]
        marks = dict.fromkeys(mark for cell in row.cells for mark in cell.marks)
        said = " ".join(notes[mark] for mark in marks if mark in notes)
        writer.writerow([_safe(text) for text in (*place, *rest, said, document.data)])
    return buffer.getvalue().encode("utf-8-sig")


def _heads(table: Table) -> list[str]:
    """One head per column: the words of all the cells above it."""
    parts: list[list[str]] = [[] for _ in table.columns]
    for row, places in zip(table.header, head_places(table), strict=True):
        for one, column in zip(row, places, strict=True):
            for k in range(column, column + one.columns):
                parts[k].append(one.text.replace("\n", ", "))
    return [": ".join(words for words in part if words) for part in parts]


def _cells(row: Row) -> list[str]:
    texts = []
    for one in row.cells:
        texts += [one.text.replace("\n", " "), *([""] * (one.columns - 1))]
    return texts


def _safe(text: str) -> str:
    """Text that a spreadsheet will not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
