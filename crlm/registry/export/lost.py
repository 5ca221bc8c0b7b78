"""What each format cannot hold: in general, and counted for one registry."""

from __future__ import annotations

from crlm.dictionary.records import Registry
from crlm.dictionary.registry import registry_dictionary
from crlm.dictionary.wording import counted
from crlm.registry.export.columns import CODES, columns_of
from crlm.registry.export.fhir.kept import KEPT
from crlm.registry.importing.redcap import NO_BOX

LOST: dict[str, tuple[str, ...]] = {
    "csv": (
        "Carriage returns inside texts are read again as line feeds.",
        "A text of more than 131,072 characters is not read again.",
    ),
    "sav": (
        "Texts, several levels and dates have no user-missing codes: the reason of a text stands in the cell as "
        "unknown, not_done, not_applicable or refused, and that of a date in a column beside it.",
        "A text of more than 32,767 bytes is refused: SPSS has no room for it.",
        "A column can have nine labelled reasons; further ones stand in a column beside it.",
    ),
    "dta": (
        "Names of more than 29 characters are cut; names.json has every name.",
        "Labels of variables end after 80 characters; names.json has all of them.",
        "Texts and several levels have no extended missing values: their reason stands in the cell, or beside it.",
        "A variable without any value has its reasons in a column beside it.",
    ),
    "xlsx": (
        "Numbers have 16 digits: one that needs 17 is read again with a difference in the last.",
        "Days before 1 March 1900 are text: Excel has no such dates.",
        "A text of more than 32,767 characters, or a table of more than 1,048,575 rows, is refused.",
        "Carriage returns and other control characters inside texts may be changed by the software that reads them.",
    ),
    "redcap": (
        "How precisely a partial date is known: REDCap has whole dates only, and gets the middle of the period.",
        "That none of several levels applies: boxes that are all empty are read as missing.",
        f'Why a value is missing where that is not one of the four missing data codes ("{NO_BOX}", or an empty cell).',
        "REDCap knows repeating instruments but no links between them: these are texts.",
    ),
    "fhir": (
        "Every variable that is not in the table of what a bundle keeps (docs/reference/export.md).",
        "Why a value is missing: what is missing is left out.",
        "The words of levels without a certain code can be read by people only.",
    ),
}
"""Sentences for the page and the README, by format."""


def counted_losses(registry: Registry, form: str) -> tuple[str, ...]:
    """What of this registry the format loses, in numbers; nothing for formats that lose nothing of any registry."""
    if form == "redcap":
        return _lost_in_redcap(registry)
    return _lost_in_fhir(registry) if form == "fhir" else ()


def _lost_in_redcap(registry: Registry) -> tuple[str, ...]:
    partial = reasons = none = 0
    for table in registry_dictionary().tables:
        for column in columns_of(table, registry.tables[table.name]):
            if column.precision is not None:
                partial += int(column.precision.is_in(["month", "year"]).sum())
            other = column.other_reasons()
            reasons += 0 if other is None else other.len() - other.null_count()
            if column.variable.type == "several":
                none += int((column.values.list.len() == 0).sum())
    said = (
        (partial, "partial date", "became a whole one"),
        (reasons, "reason", "why a value is missing became an empty cell"),
        (none, "answer", "that none of several levels applies became empty boxes"),
    )
    return tuple(f"{counted(number, what)} {became}." for number, what, became in said if number)


def _lost_in_fhir(registry: Registry) -> tuple[str, ...]:
    kept = {(one.table, one.variable) for one in KEPT}
    whole: list[str] = []
    known = lost = reasons = 0
    for table in registry_dictionary().tables:
        records = registry.tables[table.name]
        if records.frame.height and not any((table.name, one.name) in kept for one in table.variables):
            whole.append(f"{table.name} ({records.frame.height})")
        for column in columns_of(table, records):
            values = column.values.len() - column.values.null_count()
            known += values
            lost += 0 if (table.name, column.name) in kept else values
            reasons += int(column.reasons.is_in(list(CODES)).sum())
    lab = registry.tables["lab"].frame
    unsaid = int((lab["analyte"].is_null() | lab["value"].is_null()).sum())
    sentences = [f"{lost} of {known} known values are of variables that a bundle does not keep."]
    if whole:
        sentences.append(f"Tables of which nothing is kept, with their rows: {', '.join(whole)}.")
    if unsaid:
        sentences.append(f"{counted(unsaid, 'laboratory value')} without an analyte or a number left out.")
    if reasons:
        sentences.append(f"{counted(reasons, 'reason')} why a value is missing left out.")
    return tuple(sentences)
