"""What a sheet says beside its values: errors, formulas never calculated, merged headers, hidden rows.

These stand in the sheet's XML (ECMA-376 part 1, 18.3.1) and are read from there.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.parsers import expat

from crlm.registry.reading.table import NO_STORED_VALUE

MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?hidden\s*=\s*[\"'](?:1|true)[\"']")
HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*?hidden\s*=\s*[\"'](?:1|true)[\"']")
ERROR_OR_FORMULA = re.compile(rb"\st\s*=\s*[\"']e[\"']|<(?:\w+:)?f[\s>/]")
CELL = re.compile(r"^([A-Z]+)(\d+)$")


@dataclass(frozen=True)
class SheetMarks:
    """`cells`: what stands in (row from 1, column from 0) with an error or a formula never calculated."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[tuple[str, int, str, int], ...] = ()
    hidden_rows: int = 0
    hidden_columns: bool = False

    def merged_touching(self, row: int) -> tuple[str, ...]:
        """The merged ranges that reach a row, as a workbook writes them."""
        return tuple(
            f"{left}{top}:{right}{bottom}" for left, top, right, bottom in self.merged if top <= row <= bottom
        )

    def hidden_notes(self) -> tuple[str, ...]:
        """Sentences on what a person looking at the sheet does not see."""
        notes = []
        if self.hidden_rows:
            notes.append(
                f"{self.hidden_rows} rows of the sheet are hidden (a filter?); they are read like all others."
            )
        if self.hidden_columns:
            notes.append("Some columns of the sheet are hidden; they are read like all others.")
        return tuple(notes)


def sheet_marks(data: bytes, sheet: str) -> SheetMarks:
    """The marks of one sheet of a workbook that is known to open."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(sheet_part(archive, sheet))
    return SheetMarks(
        cells=_unusual_cells(xml) if ERROR_OR_FORMULA.search(xml) else {},
        merged=tuple(
            (found[0].decode(), int(found[1]), found[2].decode(), int(found[3]))
            for found in MERGED.findall(xml)
        ),
        hidden_rows=len(HIDDEN_ROW.findall(xml)),
        hidden_columns=HIDDEN_COLUMN.search(xml) is not None,
    )


def sheet_part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The path inside the archive of the sheet with that name, by the workbook's relationships."""
    root = _parsed(archive, "_rels/.rels")
    workbook = next(
        one.get("Target", "") for one in root if one.get("Type", "").endswith("/officeDocument")
    ).lstrip("/")
    folder, base = posixpath.split(workbook)
    identifier = next(
        value
        for element in _parsed(archive, workbook).iter()
        if _local(element.tag) == "sheet" and element.get("name") == sheet
        for attribute, value in element.attrib.items()
        if _local(attribute) == "id"
    )
    relations = _parsed(archive, posixpath.join(folder, "_rels", f"{base}.rels"))
    target = next(one.get("Target", "") for one in relations if one.get("Id") == identifier)
    return (
        target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    )


def _parsed(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(part))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


class _Cells:
    """Collects, while the sheet's XML goes by, the cells that hold an error or a formula without a value."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], str] = {}
        self._place: tuple[int, int] = (0, -1)
        self._kind = ""
        self._formula = False
        self._value = ""
        self._in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._place = (int(attributes.get("r", self._place[0] + 1)), -1)
        elif name == "c":
            self._place = _place(attributes.get("r"), self._place)
            self._kind, self._formula, self._value = attributes.get("t", "n"), False, ""
        elif name == "f":
            self._formula = True
        elif name == "v":
            self._in_value = True

    def text(self, data: str) -> None:
        if self._in_value:
            self._value += data

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self._in_value = False
        elif name == "c":
            if self._kind == "e":
                self.found[self._place] = self._value or "#N/A"
            elif (
                self._formula and not self._value and self._kind != "str"
            ):  # str: a formula whose result is ""
                self.found[self._place] = NO_STORED_VALUE


def _unusual_cells(xml: bytes) -> dict[tuple[int, int], str]:
    cells = _Cells()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = cells.start
    parser.CharacterDataHandler = cells.text
    parser.EndElementHandler = cells.end
    parser.Parse(xml, True)
    return cells.found


def _place(reference: str | None, before: tuple[int, int]) -> tuple[int, int]:
    """Row from 1 and column from 0 of a reference like C4; the next cell of the row where there is none."""
    found = CELL.match(reference or "")
    if found is None:
        return before[0], before[1] + 1
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found.group(2)), column - 1
