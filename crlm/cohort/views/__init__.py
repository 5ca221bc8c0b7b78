"""A registry seen from one unit: an episode or a treated lesion with everything that is known of it in one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from crlm.dictionary.records import Records
from crlm.dictionary.variables import Variable

Unit = Literal["patient", "episode", "lesion"]


def view_variables(unit: Unit) -> Mapping[str, Variable]:
    """The variables that a protocol may name for a unit, by name; no data are needed."""
    return {}


def unit_records(registry: object, unit: Unit, names: Iterable[str]) -> Records:
    """One row per unit with the variables asked for, and the keys of the units above it."""
    raise NotImplementedError
