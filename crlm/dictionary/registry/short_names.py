"""Names for software that allows fewer characters: the same for the same dictionary, and readable again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from crlm.dictionary.registry.frames import precision_column, reason_column
from crlm.dictionary.registry.model import Table

LONGEST = 29
"""Stata's names have at most 32 characters; pyreadstat makes a value label's name from a variable's and its place."""


def short_name(name: str) -> str:
    """The name itself where it has at most 29 characters, else its first 24 and four digits of its SHA-256."""
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 5]}_{hashlib.sha256(name.encode()).hexdigest()[:4]}"


def shortened(table: Table) -> Mapping[str, str]:
    """The long name of each short one, for the columns that a table's file can have and whose names are too long."""
    names = [
        name
        for one in table.variables
        for name in (one.name, precision_column(one.name), reason_column(one.name))
    ]
    return {short_name(name): name for name in names if len(name) > LONGEST}
