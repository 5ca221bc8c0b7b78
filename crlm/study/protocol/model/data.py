"""How data are read, derived variables, and expectations about each record."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from crlm.dictionary.variables import Frozen, Level, MissingCode, Name, Variable, VariableType
from crlm.study.protocol.model.common import Expression, Identifier


class Data(Frozen):
    """How the table is read. Everything is optional but the identifier; what is absent is detected and reported.

    With `registry = true` the data are related tables, the variables are those of the dictionary, and nothing here
    but `synthetic` applies.
    """

    registry: bool = Field(
        default=False,
        description="Whether the data are a registry (a snapshot, a folder or a workbook of related tables); the "
        "variables are then those of the dictionary, and there are no columns to declare.",
    )
    identifier: str = Field(
        description="Header of the column that identifies a patient; it must be unique. Required for a table."
    )
    sheet: str | None = Field(
        default=None, description="Worksheet of an Excel workbook; needed when there are several."
    )
    header_row: int = Field(
        default=1, ge=1, description="Row that holds the headers, as a spreadsheet counts."
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        default=None, description="Delimiter of a text file."
    )
    decimal: Literal[".", ","] | None = Field(default=None, description="Decimal sign of a text file.")
    encoding: Literal["utf-8", "windows-1252", "utf-16"] | None = Field(
        default=None, description="Encoding of a text file."
    )
    missing: tuple[MissingCode, ...] = Field(
        default=(), description="Codes that mean missing in every column, for example -999."
    )
    synthetic: bool = Field(
        default=False, description="Whether the data are synthetic; then every page says so."
    )

    @model_validator(mode="before")
    @classmethod
    def _a_registry_knows_its_patients(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("registry") is True and "identifier" not in given:
            return {**given, "identifier": "patient_id"}
        return given


class Relabel(Frozen):
    """Other words, another order or another reference for a variable of the dictionary, in this study only."""

    name: Name = Field(description="The variable.")
    label: str | None = Field(default=None, description="Other words in tables and figures.")
    levels: tuple[Level, ...] = Field(
        default=(), description="The levels in another order or with other words; all of them."
    )
    reference: Name | None = Field(default=None, description="The reference level in models.")

    def applied_to(self, variable: Variable) -> Variable:
        """The variable in this study's words."""
        changed: dict[str, object] = {}
        if self.label is not None:
            changed["label"] = self.label
        if self.levels:
            known = {level.name: level for level in variable.levels}
            changed["levels"] = tuple(
                level.model_copy(update={"code": known[level.name].code}) if level.name in known else level
                for level in self.levels
            )
        if self.reference is not None:
            changed["reference"] = self.reference
        return variable.model_copy(update=changed)


class Derived(Frozen):
    """A variable computed from others by an expression."""

    name: Name = Field(description="The new variable's name.")
    expression: Expression = Field(description="The expression; unknown inputs give an unknown result.")
    label: str = Field(min_length=1, description="The words in tables and figures.")
    type: VariableType = Field(description="The type of the result.")
    unit: str | None = Field(default=None, description="The unit of a number.")
    levels: tuple[Level, ...] = Field(
        default=(), description="For a category: the results allowed, in table order."
    )
    reference: Name | None = Field(default=None, description="The reference level in models.")
    ordered: bool = Field(default=False, description="Whether the levels have an order.")
    definition: str | None = Field(default=None, description="What exactly the variable means.")
    source: str | None = Field(default=None, description="Where the definition comes from.")

    @model_validator(mode="after")
    def _is_a_variable(self) -> Self:
        try:
            self.variable()
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        return self

    def variable(self) -> Variable:
        """The derived variable as the rest of the software sees it."""
        return Variable(**self.model_dump(exclude={"expression"}))


class Check(Frozen):
    """An expectation about each record; records that break it are listed in the data report, never changed."""

    id: Identifier = Field(description="A stable id, shown with every finding.")
    expect: Expression = Field(
        description="What should hold. Unknown is not a violation and is counted apart."
    )
    sentence: str = Field(min_length=1, description="What it means when it does not hold.")
    severity: Literal["error", "warning", "info"] = Field(
        default="warning", description="An error stops the run."
    )
    source: str | None = Field(default=None, description="Where the rule comes from.")
