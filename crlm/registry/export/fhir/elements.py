"""The pieces of FHIR R4 resources: codings, quantities, references, dates with their precision.

Codes come from the dictionary, or are those that the mCODE profiles (STU 4, http://hl7.org/fhir/us/mcode) themselves
fix or name for the purpose. Where neither has a code, words stand in `text` and no code is made up.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crlm.dictionary.registry import RecordedVariable, registry_dictionary
from crlm.dictionary.registry.frames import precision_column

Element = dict[str, Any]
Row = Mapping[str, Any]

MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
FHIR = "http://hl7.org/fhir/StructureDefinition/"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
SYSTEMS = {
    "SNOMED CT": "http://snomed.info/sct",
    "LOINC": "http://loinc.org",
    "UCUM": "http://unitsofmeasure.org",
    "ICD-O-3": f"{TERMINOLOGY}icd-o-3",
}

PRIMARY_CANCER = ("SNOMED CT", "363346000", "Malignant neoplastic disease")
SECONDARY_CANCER = ("SNOMED CT", "128462008", "Secondary malignant neoplastic disease")
"""The disorders that mCODE asks for where site and histology are coded elsewhere."""
LIVER = ("SNOMED CT", "10200004", "Liver structure")
TUMOUR_MORPHOLOGY = (
    "SNOMED CT",
    "367651003",
    "Malignant neoplasm of primary, secondary, or uncertain origin",
)
TUMOUR_SIZE = ("LOINC", "21889-1", "Size Tumor")
LONGEST_DIMENSION = ("LOINC", "33728-7", "Size.maximum dimension in Tumor")
"""What the profiles Tumor and TumorSize fix."""
TEST_DATA = {
    "system": f"{TERMINOLOGY}v3-ActReason",
    "code": "HTEST",
    "display": "test health data (SYNTHETIC)",
}


@dataclass(frozen=True)
class Identity:
    """What makes the ids of one registry's resources: the same records give the same ids."""

    registry: str
    synthetic: bool

    def of(self, table: str, key: str, what: str = "") -> str:
        """The id of a resource; nothing of the record can be read from it."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, "\0".join((self.registry, table, key, what))))

    def reference(self, table: str, key: str, what: str = "") -> Element:
        """A reference to another resource of the same bundle."""
        return {"reference": f"urn:uuid:{self.of(table, key, what)}"}

    def start(
        self, kind: str, table: str, key: str, what: str = "", *, profile: str | None = None
    ) -> Element:
        """A resource with its type, id, profile and identifier; synthetic ones are tagged as test data."""
        meta: Element = {}
        if profile is not None:
            meta["profile"] = [MCODE + profile]
        if self.synthetic:
            meta["tag"] = [TEST_DATA]
        return {
            "resourceType": kind,
            "id": self.of(table, key, what),
            **({"meta": meta} if meta else {}),
            "identifier": [{"system": f"urn:crlm:{table}", "value": key}],
        }


def coding(code: tuple[str, str, str]) -> Element:
    """A coding from system, code and display."""
    system, value, display = code
    return {"system": SYSTEMS[system], "code": value, "display": display}


def concept(text: str, *codes: Element) -> Element:
    """Words, with the codes that are certain."""
    return {**({"coding": list(codes)} if codes else {}), "text": text}


def variable(table: str, name: str) -> RecordedVariable:
    """A variable of the dictionary."""
    return registry_dictionary().table(table).variable(name)


def certain_codes(table: str, name: str, level: str | None, system: str) -> list[Element]:
    """The dictionary's codes of a level (of the variable itself: None) in one terminology."""
    return [
        {"system": SYSTEMS[one.system], "code": one.code}
        for one in variable(table, name).codes
        if one.system == system and one.level == level
    ]


def words_of(table: str, name: str, levels: list[str]) -> str:
    """The labels of levels, separated by semicolons."""
    return "; ".join(variable(table, name).level(level).words for level in levels)


def date_of(row: Row, name: str) -> str | None:
    """A date as far as it is known: 2019-05-31, 2019-05 or 2019."""
    value: datetime.date | None = row[name]
    if value is None:
        return None
    text = value.isoformat()
    return {"month": text[:7], "year": text[:4]}.get(row.get(precision_column(name)) or "day", text)


def dated(element: str, date: str | None) -> Element:
    """An element with a date, or nothing."""
    return {} if date is None else {element: date}


def quantity(value: float, unit: str, ucum: str | None) -> Element:
    """A number with its unit, coded where UCUM's code is certain."""
    number = int(value) if value == int(value) and abs(value) < 2**53 else value
    coded = {} if ucum is None else {"system": SYSTEMS["UCUM"], "code": ucum}
    return {"value": number, "unit": unit, **coded}


def category(kind: str, code: str) -> list[Element]:
    """The category of an observation or condition."""
    return [{"coding": [{"system": f"{TERMINOLOGY}{kind}-category", "code": code}]}]
