"""A variable in words: what may stand in it, how it is checked, what others call it."""

from __future__ import annotations

from crlm.dictionary.registry.model import RecordedVariable, Table
from crlm.dictionary.variables import Level
from crlm.dictionary.wording import number

STUDIES = {
    "dijkstra-2021": "Dijkstra 2021",
    "moretto-2024": "Moretto 2024",
    "buisman-2020": "Buisman 2020",
    "hellingman-2021": "Hellingman 2021",
    "guideline-2024": "guideline 2024",
}
"""The studies and the guideline for which the variables are recorded, as pages name them."""


def kind_in_words(variable: RecordedVariable) -> str:
    """The type with its unit: `number, mm`, `one of`, `any of`, `yes or no`, `date`, `text`."""
    names = {"integer": "whole number", "category": "one of", "several": "any of", "yes_no": "yes or no"}
    kind = names.get(variable.type, variable.type)
    return f"{kind}, {variable.unit}" if variable.unit else kind


def levels_of(variable: RecordedVariable) -> tuple[Level, ...]:
    """The levels worth listing: those of a category or several; yes and no speak for themselves."""
    return () if variable.type == "yes_no" else variable.levels


def bounds_in_words(variable: RecordedVariable) -> tuple[str, ...]:
    """The hard range and the plausible one, each as a phrase."""
    phrases = []
    if variable.range is not None:
        low, high = variable.range
        phrases.append(f"possible: {number(low)} to {number(high)}")
    if variable.plausible is not None:
        low, high = variable.plausible
        phrases.append(f"plausible: {number(low)} to {number(high)}")
    return tuple(phrases)


def codes_in_words(variable: RecordedVariable) -> tuple[str, ...]:
    """The published codes, those of a level with the level's label: `ICD-O-3 C18.0 (Caecum)`."""
    return tuple(
        f"{one.system} {one.code}" + (f" ({variable.level(one.level).words})" if one.level else "")
        for one in variable.codes
    )


def users_in_words(variable: RecordedVariable) -> str:
    """The studies that need the variable."""
    return ", ".join(STUDIES[one] for one in variable.used_by)


def links_in_words(table: Table) -> str:
    """What a row belongs to: `patient_id` names a row of `patient`; optional links are marked."""
    return "; ".join(
        f"`{link.column}` names a row of `{link.table}`{'' if link.required else ' (where known)'}"
        for link in table.links
    )
