"""The user's own files with one more column, which says what is wrong with each row."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from crlm.registry.importing.checked import Checked
from crlm.registry.importing.issues import Issue
from crlm.registry.importing.sources import WORKBOOKS
from crlm.registry.reading.delimited import SEPARATOR_LINE
from crlm.registry.reading.delimiter import DELIMITERS
from crlm.registry.reading.workbook_marks import sheet_part

COLUMN = "crlm_findings"
"""The header of the added column."""

TEXT_FILES = (".csv", ".tsv", ".tab", ".txt")
LONGEST = 2_000
"""Characters of one row's words."""


def annotated_files(checked: Checked, path: Path, folder: Path) -> list[str]:
    """Copies of the source's text files and workbooks that have findings in rows, written into a folder; their names.

    Everything else in a copy is as it was, byte by byte in text files. Formats of statistical packages, Parquet and
    databases are not copied: findings.csv has their rows too.
    """
    written = []
    for name, sheets in _by_file(checked).items():
        source = path / name if path.is_dir() else path
        suffix = source.suffix.lower()
        target = folder / source.name
        if source.name != name or not source.is_file():
            continue
        if suffix in TEXT_FILES:
            target.write_bytes(
                annotated_text(source.read_bytes(), sheets.get(None, {}), _delimiter(checked, name))
            )
        elif suffix in WORKBOOKS:
            target.write_bytes(annotated_workbook(source.read_bytes(), sheets))
        else:
            continue
        written.append(source.name)
    return written


def findings_csv(checked: Checked) -> str:
    """Every finding of every row as one line: file, sheet, table, row, column, rule, severity, sentence."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("file", "sheet", "table", "row", "column", "rule", "severity", "sentence"))
    for issue in checked.issues:
        file, sheet = _place(issue, checked.places)
        for row in issue.rows if issue.rows.len() else [None]:
            line = (file, sheet, issue.table, row, issue.header or issue.column, issue.rule, issue.severity)
            writer.writerow([_harmless(one) for one in (*line, issue.sentence)])
    return out.getvalue()


def _harmless(value: object) -> object:
    """Text that a spreadsheet would take for a formula gets an apostrophe, as spreadsheets write it."""
    if not isinstance(value, str):
        return "" if value is None else value
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _place(issue: Issue, places: Mapping[str, tuple[str, str | None]]) -> tuple[str | None, str | None]:
    if issue.file is not None:
        return issue.file, issue.sheet
    return places.get(issue.table or "", (None, None))


def _by_file(checked: Checked) -> dict[str, dict[str | None, dict[int, str]]]:
    """For each file and sheet the words of each row."""
    found: dict[str, dict[str | None, dict[int, list[str]]]] = {}
    for issue in checked.issues:
        name, sheet = _place(issue, checked.places)
        if name is None or not issue.rows.len():
            continue
        column = issue.header or issue.column
        words = f"{issue.severity}: {f'{column}: ' if column else ''}{issue.sentence} [{issue.rule}]"
        rows = found.setdefault(name, {}).setdefault(sheet, {})
        for row in issue.rows:
            rows.setdefault(row, []).append(words)
    return {
        name: {sheet: {row: _joined(words) for row, words in rows.items()} for sheet, rows in sheets.items()}
        for name, sheets in found.items()
    }


def _joined(words: Iterable[str]) -> str:
    whole = " | ".join(words)
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]} ..."


def _delimiter(checked: Checked, name: str) -> str:
    notes = [note for one in checked.files if one.name == name for note in one.notes]
    said = next((note for note in notes if note.startswith("Delimiter: ")), "")
    return next((one for one, words in DELIMITERS.items() if said.startswith(f"Delimiter: {words}")), ",")


def annotated_text(data: bytes, words: Mapping[int, str], delimiter: str, header_row: int = 1) -> bytes:
    """A delimited text with the column added: each record keeps its bytes and gets one cell more."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding, text = "cp1252", data.decode("cp1252", errors="replace")
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    reader = csv.reader(
        (line if line.endswith("\n") else line.rstrip("\r") + "\n" for line in lines if line),
        delimiter=delimiter,
    )
    out, row, taken = [], 0, 0
    if SEPARATOR_LINE.match(lines[0].strip().strip('"\ufeff ')):
        row = -1
    for record in reader:
        row += 1
        whole = "".join(lines[taken : reader.line_num])
        taken = reader.line_num
        body = whole.rstrip("\r\n")
        end = whole[len(body) :]
        if row == header_row:
            out.append(f"{body}{delimiter}{COLUMN}{end}")
        elif row < header_row or not any(cell.strip() for cell in record):
            out.append(whole)
        else:
            said = words.get(row, "")
            out.append(f"{body}{delimiter}{_cell(said)}{end}")
    return "".join(out).encode(encoding, errors="replace")


def _cell(words: str) -> str:
    return '"' + words.replace('"', '""').replace("\n", " ").replace("\r", " ") + '"' if words else ""


ROW = re.compile(r"<((?:\w+:)?)row\b([^>]*?)(/>|>)", re.DOTALL)
ROW_NUMBER = re.compile(r"\br\s*=\s*[\"'](\d+)[\"']")
REFERENCE = re.compile(r"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Z]+)\d+[\"']")


def annotated_workbook(data: bytes, sheets: Mapping[str | None, Mapping[int, str]]) -> bytes:
    """A workbook with the column added to its sheets, right of everything that is there; all else as it was."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        parts = {sheet_part(archive, sheet): words for sheet, words in sheets.items() if sheet is not None}
        for one in archive.infolist():
            content = archive.read(one)
            if one.filename in parts:
                content = _annotated_sheet(content.decode("utf-8"), parts[one.filename]).encode()
            copy.writestr(one, content)
    return out.getvalue()


def _annotated_sheet(xml: str, words: Mapping[int, str]) -> str:
    column = _letters(max((_number(found) for found in REFERENCE.findall(xml)), default=0) + 1)
    out, place, row = [], 0, 0
    for found in ROW.finditer(xml):
        prefix, attributes, closing = found.groups()
        stated = ROW_NUMBER.search(attributes)
        row = int(stated.group(1)) if stated else row + 1
        said = COLUMN if row == 1 else words.get(row)
        if said is None or closing == "/>":
            continue
        end = xml.index(f"</{prefix}row>", found.end())
        cell = (
            f'<{prefix}c r="{column}{row}" t="inlineStr"><{prefix}is><{prefix}t>{_xml(said)}</{prefix}t>'
            f"</{prefix}is></{prefix}c>"
        )
        attributes_ = re.sub(r"\sspans\s*=\s*([\"'])[^\"']*\1", "", attributes)
        out += [xml[place : found.start()], f"<{prefix}row{attributes_}>", xml[found.end() : end], cell]
        place = end
    return "".join([*out, xml[place:]])


def _xml(words: str) -> str:
    return escape("".join(one for one in words if one.isprintable() or one == " "))


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
