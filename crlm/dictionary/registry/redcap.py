"""REDCap's data dictionary from ours: one form per table, one field per variable.

REDCap wants field names that are unique in the whole project, and the record's id first. So the patient's form comes
first, and a name that several tables have is written with its table before it. What REDCap has no place for (unit,
plausible range, source, codes, the table itself) stands in the field annotation as JSON after "crlm:", so that
`from_redcap` gives the same tables back.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from crlm.dictionary.registry.model import RecordedVariable, RegistryDictionary, Table
from crlm.dictionary.wording import number

HEADER = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?",
    "Branching Logic (Show field only if...)", "Required Field?", "Custom Alignment",
    "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?", "Field Annotation",
)  # fmt: skip
"""The 18 columns of a REDCap data dictionary."""

ANNOTATION = "crlm:"
RECORD = "patient"
"""The table whose key is the record of a REDCap project."""
NOT_OF_A_PATIENT = ("centre", "follow_up_schedule")
"""Tables that stand last, because they are not about one patient."""

VALIDATION = {"number": "number", "integer": "integer", "date": "date_ymd"}
FIELD_TYPES = {"category": "radio", "several": "checkbox", "yes_no": "yesno"}


def to_redcap(dictionary: RegistryDictionary) -> str:
    """The data dictionary that REDCap uploads, as CSV text with its 18 columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    fields = redcap_fields(dictionary)
    for table in _in_order(dictionary):
        for position, variable in enumerate(table.variables):
            field = _field(table, variable, fields[table.name, variable.name], first=position == 0)
            writer.writerow(field.get(column, "") for column in HEADER)
    return text.getvalue()


def redcap_fields(dictionary: RegistryDictionary) -> Mapping[tuple[str, str], str]:
    """The name of each variable's field in REDCap, by (table, variable)."""
    times = Counter(variable.name for table in dictionary.tables for variable in table.variables)
    record = dictionary.table(RECORD).key[0] if RECORD in dictionary.by_name else None
    return {
        (table.name, one.name): one.name
        if times[one.name] == 1 or (table.name == RECORD and one.name == record)
        else f"{table.name}_{one.name}"
        for table in dictionary.tables
        for one in table.variables
    }


def _in_order(dictionary: RegistryDictionary) -> list[Table]:
    places = {RECORD: 0, **dict.fromkeys(NOT_OF_A_PATIENT, 2)}
    return sorted(dictionary.tables, key=lambda table: places.get(table.name, 1))


def _field(table: Table, variable: RecordedVariable, name: str, *, first: bool) -> dict[str, str]:
    low, high = ("", "") if variable.range is None else (number(bound) for bound in variable.range)
    choices = variable.type in ("category", "several")
    return {
        "Variable / Field Name": name,
        "Form Name": table.name,
        "Section Header": table.label if first else "",
        "Field Type": FIELD_TYPES.get(variable.type, "text"),
        "Field Label": variable.label_with_unit,
        "Choices, Calculations, OR Slider Labels": " | ".join(
            f"{level.name}, {level.words}" for level in variable.levels if choices
        ),
        "Field Note": variable.definition or "",
        "Text Validation Type OR Show Slider Number": VALIDATION.get(variable.type, ""),
        "Text Validation Min": low,
        "Text Validation Max": high,
        "Required Field?": "y" if variable.name in table.key else "",
        "Field Annotation": f"{ANNOTATION} {json.dumps(_beside(table, variable, first), ensure_ascii=False)}",
    }


def _beside(table: Table, variable: RecordedVariable, first: bool) -> dict[str, Any]:
    """What REDCap has no column for; only what is there."""
    kept = variable.model_dump(
        mode="json", include={"name", "unit", "ordered", "plausible", "source", "used_by", "codes"}
    )
    codes = {level.name: level.code for level in variable.levels if level.code != level.name}
    found = {**kept, "level_codes": codes}
    if first:
        found["table"] = table.model_dump(mode="json", include={"label", "row", "key", "links", "definition"})
    return {key: value for key, value in found.items() if value not in (None, False, [], {})}
