"""The page about export, made from what the formats themselves declare: `python -m crlm.registry.export.reference`."""

from __future__ import annotations

from pathlib import Path

from crlm.dictionary.registry import registry_dictionary
from crlm.registry.export.fhir import KEPT
from crlm.registry.export.lost import LOST
from crlm.registry.export.readme import AGAIN, FORMATS, MISSING

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "export.md"

TITLES = {
    "csv": "CSV",
    "sav": "SPSS",
    "dta": "Stata",
    "xlsx": "Excel",
    "redcap": "REDCap",
    "fhir": "FHIR",
}

HEAD = """<!-- Written by `python -m crlm.registry.export.reference`. Change crlm/registry/export/, not this page. -->

# Export

`crlm data export SNAPSHOT --format FORMAT --out PATH` writes a registry for other software. SNAPSHOT is a snapshot, or
anything that `crlm data import` reads. The output appears complete or not at all. An earlier export in the same folder
is replaced; any other folder or file that holds something is refused.

Every export says from which snapshot it comes and, of synthetic records, that they are synthetic: in its README.md, and
in the data themselves (a column `synthetic`, a file's title, or the tag HTEST of every FHIR resource). What a format
cannot hold is refused, or it is listed below and, where it depends on the records, counted in the README.md.

"""

FHIR = """The bundles are meant for the profiles CancerPatient, PrimaryCancerCondition, SecondaryCancerCondition, Tumor,
TumorSize, TumorMarkerTest and ECOGPerformanceStatus; their structure is tested as far as these profiles fix it, but not
with the HL7 validator. Procedures and drugs claim no profile, because mCODE asks for codes that the dictionary does not
have. Codes are those of the [dictionary](dictionary/README.md) and, for what the profiles fix themselves, mCODE's:
SNOMED CT 363346000 (malignant neoplastic disease), 128462008 (secondary malignant neoplastic disease), 367651003
(morphology of a tumour), 10200004 (liver structure), LOINC 21889-1 and 33728-7 (tumour size). Everything else is in
words. Patients have no name (data-absent-reason: masked) and the registry's own study number; other ids are made from
the snapshot's, so the same snapshot gives the same ids. Dates are exact where the registry's are: treat the bundles as
personal data.

"""


def page() -> str:
    """The page in Markdown."""
    parts = [HEAD]
    for form, sentence in FORMATS.items():
        parts.append(f"## {TITLES[form]}: `--format {form}`\n\n{sentence}\n\n")
        if form == "csv":
            parts.append(f"{MISSING}\n\n")
        if form == "fhir":
            parts.append(FHIR)
        parts.append(f"{AGAIN[form]}\n\nLost:\n\n" + "".join(f"- {one}\n" for one in LOST[form]) + "\n")
    return "".join([*parts, *_kept()])


def _kept() -> list[str]:
    """What a bundle keeps, and for each table how much it does not."""
    tables = registry_dictionary().tables
    total = sum(len(table.variables) for table in tables)
    lines = [
        "## What a FHIR bundle keeps\n\n",
        f"{len(KEPT)} of {total} variables; all others are lost.\n\n",
        "| table | variable | element | note |\n|---|---|---|---|\n",
        *(f"| {one.table} | {one.variable} | {one.element} | {one.note} |\n" for one in KEPT),
        "\n## What a FHIR bundle loses\n\n| table | variables kept | lost |\n|---|---|---|\n",
    ]
    for table in tables:
        kept = [one.variable for one in KEPT if one.table == table.name]
        lost = [one.name for one in table.variables if one.name not in kept]
        lines.append(f"| {table.name} | {len(kept)} | {', '.join(lost)} |\n")
    return lines


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
