"""The README of an export: what it is, where it comes from, how to read it again, what is not in it."""

from __future__ import annotations

from crlm.dictionary.records import Registry
from crlm.registry.export.files import filled_tables
from crlm.registry.export.lost import LOST, counted_losses
from crlm.registry.export.words import SYNTHETIC, origin

README = "README.md"
TITLE = "# Export of a registry of colorectal liver metastases"

FORMATS = {
    "csv": "One CSV file per table: UTF-8, commas, decimal points, dates as 2019-05-31.",
    "sav": "One SPSS file per table, with variable labels, value labels and user-missing codes.",
    "dta": "One Stata file per table, with variable labels, value labels and extended missing values.",
    "xlsx": "One Excel workbook with a codebook and a sheet per table.",
    "redcap": "data.csv is a REDCap import with repeating instruments, data_dictionary.csv the project's dictionary.",
    "fhir": "One FHIR R4 bundle per patient, after the mCODE profiles (STU 4).",
}
"""What each format's folder holds, in a sentence."""

MISSING = """unknown, not_done, not_applicable and refused mean that there is no value, and why. A column
`<date>__precision` says whether a date is known to the day, the month or the year; such a date is the middle of its
period. A column `<variable>__reason` says in words why a value is missing where no such code does."""

AGAIN = {
    "csv": "`crlm data import` of this folder gives the same snapshot.",
    "sav": "`crlm data import` of this folder gives the same snapshot.",
    "dta": "`crlm data import` of this folder gives the same snapshot; it knows the shortened names.",
    "xlsx": "`crlm data import` of the workbook gives the same snapshot, where no number has more than 16 digits.",
    "redcap": """In REDCap: make a project from data_dictionary.csv, let every instrument but patient repeat, add the
missing data codes unknown, not_done, not_applicable and refused, then import data.csv (of synthetic data: without its
last column). `crlm data import` reads data.csv.""",
    "fhir": "Study numbers stand in the identifiers; who may have these may have the bundles. They are not read again.",
}


def readme_text(registry: Registry, form: str) -> str:
    """The text, in Markdown."""
    tables = "\n".join(
        f"| {table.name} | {table.row} | {registry.tables[table.name].frame.height} |"
        for table in filled_tables(registry)
    )
    lost = "\n".join(f"- {sentence}" for sentence in (*LOST[form], *counted_losses(registry, form)))
    missing = f"{MISSING}\n\n" if form in ("csv", "sav", "dta", "xlsx") else ""
    mark = f"**{SYNTHETIC}**\n\n" if registry.source.synthetic else ""
    return f"""{TITLE}

{mark}{FORMATS[form]}

From {origin(registry)}. Data dictionary version {registry.dictionary_version}.

| table | what a row is | rows |
|---|---|---|
{tables}

## Reading it

{missing}{AGAIN[form]}

## What is lost

{lost}
"""
