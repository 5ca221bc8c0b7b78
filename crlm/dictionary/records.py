"""Typed records and what is known about them: the one shape in which data travel from a door to a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from crlm.dictionary.variables import Variable
from crlm.problems import Severity

ROW = "__row"
"""Name of the frame column that holds each record's row in its file, as a spreadsheet counts (header = row 1)."""


@dataclass(frozen=True)
class Finding:
    """Something a check noticed in the data: a stable rule id, a severity, a sentence, and the rows it concerns."""

    rule: str
    severity: Severity
    sentence: str
    column: str | None = None
    count: int = 0
    rows: tuple[int, ...] = ()
    """The first rows concerned, as a spreadsheet counts them; `count` has them all."""
    table: str | None = None
    """The registry's table, where there is one."""
    unknown: int = 0
    """Rows for which the check could not be decided because a value is missing; they are not in `count`."""


@dataclass(frozen=True)
class DataSource:
    """Which data these are: enough to recognise them again, nothing that identifies a machine or a person."""

    name: str
    format: str
    sha256: str
    rows: int
    columns: int
    synthetic: bool = False
    sheet: str | None = None
    notes: tuple[str, ...] = ()
    """How the file was read, where that was decided by looking at it: delimiter, decimal sign, encoding."""


@dataclass(frozen=True)
class Records:
    """A typed table, its variables, why values are missing, where it came from and what was found in it.

    `frame` has one row per record and the columns of `variables` (types as in `Variable`) plus ROW.
    `reasons` has the same height and ROW, and for each variable with a missing value a String column of reasons
    (null where the value is known).
    """

    frame: pl.DataFrame
    variables: Mapping[str, Variable]
    reasons: pl.DataFrame
    source: DataSource
    findings: tuple[Finding, ...] = ()
    unusable: tuple[tuple[str, int], ...] = ()
    """Rows of the file that could not become a record at all, as (why, how many): blank rows, for example."""

    def with_columns(self, frame: pl.DataFrame, added: Mapping[str, Variable]) -> Records:
        """The same records with derived columns added."""
        return replace(self, frame=frame, variables={**self.variables, **added})


@dataclass(frozen=True)
class Registry:
    """All tables of one centre, typed, under the names and variables of the data dictionary.

    Every table of the dictionary is present: one that the source lacks has no rows. Each table's frame has ROW and
    all variables of its table; a column that the source lacks is null with a reason. One that was read for a study has
    the columns and the reasons that the study needs.
    """

    tables: Mapping[str, Records]
    source: DataSource
    snapshot: str | None
    """The id of the snapshot that it was read from; None when it was read from files that can still change."""
    dictionary_version: str
    findings: tuple[Finding, ...] = ()

    def table(self, name: str) -> Records:
        """The table of that name; a KeyError when there is none."""
        return self.tables[name]
