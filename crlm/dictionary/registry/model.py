"""What a registry can hold: tables, their variables and links, derived variables, and checks across them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from crlm.dictionary.variables import Frozen, MissingCode, Name, Variable
from crlm.problems import Severity

Unit = Literal["patient", "episode", "lesion", "procedure"]
"""What one row of an analysis stands for."""

CheckId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]

MISSING_CODES: tuple[MissingCode, ...] = (
    MissingCode(code="unknown", reason="unknown"),
    MissingCode(code="not_done", reason="not done"),
    MissingCode(code="not_applicable", reason="not applicable"),
    MissingCode(code="refused", reason="refused"),
)
"""Texts that mean missing in every column of a registry. They are never levels: their reason stands beside."""

EMPTY = "empty"
"""The reason of a value whose cell is empty."""


class ExternalCode(Frozen):
    """What a variable or one of its levels is called in a published terminology."""

    system: Literal["SNOMED CT", "LOINC", "ICD-O-3", "mCODE", "UCUM", "HL7"] = Field(
        description="The terminology."
    )
    code: str = Field(min_length=1, description="The code, or the name of the profile or element.")
    level: Name | None = Field(
        default=None, description="The level that has this code; absent: the variable."
    )


class RecordedVariable(Variable):
    """A variable of a registry's table, with the studies that need it and its published codes.

    A yes_no is recorded as yes or no. The texts of MISSING_CODES mean missing in every column.
    """

    used_by: tuple[str, ...] = Field(default=(), description="Which studies and guidelines need it.")
    codes: tuple[ExternalCode, ...] = Field(default=(), description="Its names in published terminologies.")

    @model_validator(mode="before")
    @classmethod
    def _yes_no_has_its_levels(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("type") == "yes_no" and not given.get("levels"):
            return {**given, "levels": [{"name": "no", "label": "No"}, {"name": "yes", "label": "Yes"}]}
        return given

    @model_validator(mode="after")
    def _codes_name_its_levels(self) -> RecordedVariable:
        for code in self.codes:
            if code.level is not None and code.level not in self.level_names:
                raise ValueError(f'"{self.name}" has a code for {code.level}, which is none of its levels')
        return self


class Link(Frozen):
    """A column that names a row of another table by that table's key."""

    column: Name = Field(description="The column of this table.")
    table: Name = Field(description="The table whose key it holds.")
    required: bool = Field(default=True, description="Whether every row must have one.")


class Table(Frozen):
    """One table: what a row is, how rows are told apart, what they belong to, and their variables in order."""

    name: Name = Field(description="The name of the file, sheet or database table.")
    label: str = Field(min_length=1, description="The words for it in pages and reports.")
    row: str = Field(min_length=1, description="What one row is.")
    key: tuple[Name, ...] = Field(
        min_length=1, description="The columns that together tell its rows apart, never missing."
    )
    links: tuple[Link, ...] = Field(default=(), description="The rows of other tables that a row belongs to.")
    definition: str | None = Field(default=None, description="What belongs in it and what does not.")
    variables: tuple[RecordedVariable, ...] = Field(min_length=1, description="Its columns, in order.")

    @model_validator(mode="after")
    def _columns_exist(self) -> Table:
        names = [variable.name for variable in self.variables]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f'table "{self.name}" has two variables called {repeated[0]}')
        for column in (*self.key, *(link.column for link in self.links)):
            if column not in names:
                raise ValueError(f'table "{self.name}" has no variable {column}')
        return self

    @cached_property
    def by_name(self) -> Mapping[str, RecordedVariable]:
        """Its variables by name."""
        return {variable.name: variable for variable in self.variables}

    def variable(self, name: str) -> RecordedVariable:
        """The variable of that name; a KeyError when there is none."""
        return self.by_name[name]

    def link_to(self, table: str) -> Link | None:
        """The first link to another table, or None."""
        return next((link for link in self.links if link.table == table), None)


class DerivedDefinition(Frozen):
    """A variable that is computed and never typed in: what it is, from what, and when its value is known."""

    variable: RecordedVariable = Field(description="Its name, label, type, unit, levels and definition.")
    unit: Unit = Field(description="What one value belongs to.")
    derived_from: str = Field(min_length=1, description="What it is computed from, in words.")
    known_at: Name | None = Field(
        default=None,
        description="The date at which its value becomes known; absent when that differs between studies.",
    )
    computed_in: Literal["cohort", "protocol"] = Field(
        description="cohort: one function for every study. protocol: each study states its own cut-offs."
    )
    endpoint: bool = Field(
        default=False, description="Whether it is a time to an event, made by an [[endpoint]]."
    )
    table: Name | None = Field(
        default=None, description="The table whose rows it describes, where that is not the unit's own."
    )

    @model_validator(mode="before")
    @classmethod
    def _flat_in_the_file(cls, given: Any) -> Any:
        """In derived.toml the variable's own keys stand beside the others."""
        if not isinstance(given, dict) or "variable" in given:
            return given
        own = {"unit_of_analysis", "derived_from", "known_at", "computed_in", "endpoint", "table"}
        beside = {key: value for key, value in given.items() if key in own}
        variable = {key: value for key, value in given.items() if key not in own}
        if "unit_of_analysis" in beside:
            beside["unit"] = beside.pop("unit_of_analysis")
        return {**beside, "variable": variable}

    @property
    def name(self) -> str:
        """The name of the variable."""
        return self.variable.name


class RecordCheck(Frozen):
    """Something that must be true of every row of a table, across columns, parents and children.

    `expect` is an expression; see docs/reference/dictionary/checks.md for `parent.column` and `any(child, ...)`.
    Unknown is no violation.
    """

    id: CheckId = Field(description="Stable; reports name it.")
    table: Name = Field(description="The table whose rows are checked.")
    expect: str = Field(min_length=1, description="What must be true.")
    severity: Severity = Field(description="error, warning or info.")
    sentence: str = Field(min_length=1, description="What a row that violates it shows, as a sentence.")
    source: str | None = Field(default=None, description="Where the rule comes from; absent: it is logic.")


class RegistryDictionary(Frozen):
    """All tables of a registry, the derived variables and the checks, under one version."""

    version: str = Field(description="Changes whenever what can be recorded changes.")
    missing: tuple[MissingCode, ...] = Field(
        default=MISSING_CODES, description="Texts that mean missing in every column."
    )
    tables: tuple[Table, ...]
    derived: tuple[DerivedDefinition, ...] = ()
    checks: tuple[RecordCheck, ...] = ()

    @model_validator(mode="after")
    def _links_resolve(self) -> RegistryDictionary:
        for table in self.tables:
            for link in table.links:
                if link.table not in self.by_name:
                    raise ValueError(f'"{table.name}" is linked to "{link.table}", which is no table')
                if len(self.by_name[link.table].key) != 1:
                    raise ValueError(
                        f'"{table.name}" is linked to "{link.table}", whose key has several columns'
                    )
        return self

    @cached_property
    def by_name(self) -> Mapping[str, Table]:
        """The tables by name."""
        return {table.name: table for table in self.tables}

    def table(self, name: str) -> Table:
        """The table of that name; a KeyError when there is none."""
        return self.by_name[name]

    def children_of(self, name: str) -> tuple[Table, ...]:
        """The tables with a link to a table, in order."""
        return tuple(table for table in self.tables if table.link_to(name) is not None)
