"""A source's table under the dictionary's names: what reading hands to typing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crlm.dictionary.variables import MissingCode
from crlm.registry.reading import RawTable


@dataclass(frozen=True)
class Declared:
    """The cells of one table of the dictionary as they stand in a source, under the names of its variables.

    `raw.columns` have the names of variables (and of precision columns) as headers; `headers` gives the source's own.
    """

    table: str
    raw: RawTable
    headers: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, tuple[MissingCode, ...]] = field(default_factory=dict)
    """Codes that mean missing, by variable, beside those of every registry."""
    factors: Mapping[str, float] = field(default_factory=dict)
    """What the recorded number of a variable is multiplied by to be in the dictionary's unit."""
    constants: tuple[str, ...] = ()
    """Variables whose value the mapping gives: no column of the source."""

    def header(self, variable: str) -> str:
        """The header of a variable in the source."""
        return self.headers.get(variable, variable)
