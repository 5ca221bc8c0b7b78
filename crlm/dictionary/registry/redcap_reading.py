"""Tables from a REDCap data dictionary: ours, written by `to_redcap` and perhaps changed in REDCap, or any other."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from crlm.dictionary.registry.model import Table
from crlm.dictionary.registry.redcap import ANNOTATION, HEADER
from crlm.problems import DataError, Place, Problem

Row = Mapping[str, str]

NAME, FORM, TYPE, LABEL, CHOICES, NOTE, VALIDATION, LOW, HIGH, BESIDE = (
    HEADER[index] for index in (0, 1, 3, 4, 5, 6, 7, 8, 9, 17)
)
WITHOUT_VALUE = ("descriptive", "file", "signature", "sql")
"""Field types that hold no value that a table could have."""
NUMBERS = ("number", "number_1dp", "number_2dp", "number_3dp", "number_4dp")


@dataclass(frozen=True)
class RedcapTables:
    """One table per form, and the fields that hold no value, each with its type."""

    tables: tuple[Table, ...]
    left_out: tuple[tuple[str, str], ...] = ()


def from_redcap(text: str) -> RedcapTables:
    """The tables that a REDCap data dictionary (CSV text) describes, one per form, in the order of the forms.

    radio, dropdown and truefalse or yesno become a category or a yes_no, checkbox becomes several, text becomes what
    its validation says (number, integer, date, else text). A form of another project has the record's id as its key.
    A text that is no data dictionary, or a field that cannot be a variable, is a DataError with the code
    `redcap-dictionary`.
    """
    rows = _rows(text)
    record = rows[0][NAME]
    forms: dict[str, list[tuple[int, Row]]] = {}
    left_out = []
    for line, row in enumerate(rows, start=2):
        if row[TYPE] in WITHOUT_VALUE:
            left_out.append((row[NAME], row[TYPE]))
        else:
            forms.setdefault(row[FORM], []).append((line, row))
    tables = tuple(_table(name, fields, rows[0], record) for name, fields in forms.items())
    return RedcapTables(tables, tuple(left_out))


def _rows(text: str) -> list[Row]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    rows: list[Row] = []
    try:
        absent = [column for column in HEADER if column not in (reader.fieldnames or ())]
        if not absent:
            rows = [{key: (row[key] or "").strip() for key in HEADER} for row in reader]
    except csv.Error as error:
        raise _refused(f"the file cannot be cut into cells ({error})", reader.line_num or 1) from None
    if not rows:
        given = f"this is no REDCap data dictionary: it has no {absent[0]!r}" if absent else "it has no field"
        raise _refused(given, 1)
    return rows


def _refused(given: str, row: int) -> DataError:
    return DataError(
        Problem(
            code="redcap-dictionary",
            given=f"{given}.",
            allowed="the CSV file that REDCap's Data Dictionary page downloads.",
            fix="download it again, or correct the field.",
            place=Place(row=row),
        )
    )


def _table(name: str, fields: list[tuple[int, Row]], first: Row, record: str) -> Table:
    variables = [_variable(line, row) for line, row in fields]
    described = _beside(*fields[0]).get("table")
    if described is None:
        if record not in [one["name"] for one in variables]:
            variables.insert(0, {**_variable(2, first), "name": record})
        label = name.replace("_", " ").capitalize()
        described = {"label": label, "row": f"one row per {label.lower()}", "key": [record]}
    try:
        return Table.model_validate({**described, "name": name, "variables": variables})
    except ValidationError as error:
        words = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise _refused(f'form "{name}": {words}', fields[0][0]) from error


def _beside(line: int, row: Row) -> dict[str, Any]:
    """What `to_redcap` wrote into the annotation; nothing in other projects."""
    if not row[BESIDE].startswith(ANNOTATION):
        return {}
    try:
        found = json.loads(row[BESIDE].removeprefix(ANNOTATION))
    except ValueError as error:
        raise _refused(f'the annotation of "{row[NAME]}" is damaged', line) from error
    return found if isinstance(found, dict) else {}


def _variable(line: int, row: Row) -> dict[str, Any]:
    beside = {key: value for key, value in _beside(line, row).items() if key != "table"}
    codes = beside.pop("level_codes", {})
    unit = beside.get("unit")
    label = row[LABEL].removesuffix(f", {unit}") if unit else row[LABEL]
    kind = _type(line, row)
    found: dict[str, Any] = {
        "name": row[NAME],
        **beside,
        "label": re.sub(r"<[^>]+>", " ", label).strip() or row[NAME],
        "type": kind,
        "definition": row[NOTE] or None,
    }
    if kind in ("category", "several"):
        found["levels"] = [_level(one, codes, line, row) for one in row[CHOICES].split("|") if one.strip()]
    elif kind in ("number", "integer") and row[LOW] and row[HIGH]:
        found["range"] = (_bound(row[LOW], line, row), _bound(row[HIGH], line, row))
    return found


def _type(line: int, row: Row) -> str:
    match row[TYPE]:
        case "radio" | "dropdown":
            return "category"
        case "checkbox":
            return "several"
        case "yesno" | "truefalse":
            return "yes_no"
        case "calc" | "slider":
            return "number"
        case "notes":
            return "text"
        case "text":
            validation = row[VALIDATION]
            if validation.startswith("date"):
                return "date"
            return "number" if validation in NUMBERS else "integer" if validation == "integer" else "text"
        case other:
            raise _refused(f'"{row[NAME]}" has the field type "{other}"', line)


def _level(choice: str, codes: Mapping[str, Any], line: int, row: Row) -> dict[str, Any]:
    """A choice `code, label`; a code that is no name (1, -99) becomes one: level_1, level_minus_99."""
    code, comma, label = (part.strip() for part in choice.partition(","))
    if not comma or not code:
        raise _refused(f'the choice "{choice.strip()}" of "{row[NAME]}" is not "code, label"', line)
    plain = re.sub(r"\W", "_", code.replace("-", "minus_"))
    name = code if re.fullmatch(r"[A-Za-z]\w*", code, re.ASCII) else f"level_{plain}"
    return {"code": codes.get(code, code), "name": name, "label": label or code}


def _bound(text: str, line: int, row: Row) -> float:
    try:
        return float(text)
    except ValueError:
        raise _refused(f'the limit "{text}" of "{row[NAME]}" is no number', line) from None
