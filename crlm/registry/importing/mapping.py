"""The mapping: which column of a source is which variable, in which unit, code and date format, as data."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from crlm.dictionary.variables import Code, Frozen, MissingCode, Name

Header = Annotated[str, StringConstraints(min_length=1)]
DateFormat = Annotated[str, StringConstraints(pattern=r"%")]

UNITS: dict[str, dict[str, float]] = {
    "length": {"mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4},
    "mass": {"g": 0.001, "kg": 1.0, "lb": 0.45359237},
    "volume": {"mL": 1.0, "ml": 1.0, "cc": 1.0, "cm3": 1.0, "dL": 100.0, "L": 1000.0},
    "time": {"s": 1 / 60, "min": 1.0, "minutes": 1.0, "h": 60.0, "hours": 60.0},
    "days": {"days": 1.0, "weeks": 7.0},
    "share": {"%": 1.0, "percent": 1.0, "fraction": 100.0},
}
"""Units that can be converted without knowing what was measured: each in one of its kind."""


def conversion(given: str, wanted: str) -> float | None:
    """What a number in one unit is multiplied by to be in another; None when that is not known."""
    if given == wanted:
        return 1.0
    for kind in UNITS.values():
        if given in kind and wanted in kind:
            return kind[given] / kind[wanted]
    return None


class ColumnSource(Frozen):
    """Where the values of one variable come from, and how they are recorded there.

    Exactly one of column, constant, template and ticked says where. A bare text stands for column.
    """

    column: Header | None = Field(default=None, description="The header of the source's column.")
    constant: Code | None = Field(default=None, description="One value for every row.")
    template: str | None = Field(
        default=None,
        description='A text made of columns: "{Patient-ID}-1"; missing where one of them is empty.',
    )
    ticked: dict[Name, Header] | None = Field(
        default=None,
        description="For a variable with several levels: the column of each level, whose cell says yes or no.",
    )
    values: dict[str, Code] | None = Field(
        default=None,
        description='What recorded codes mean: { "1" = "male", "2" = "female" }; a cell that is not among them is an '
        "error unless it reads as a value itself.",
    )
    missing: tuple[MissingCode, ...] = Field(
        default=(), description="Codes of this column that mean missing, each with its reason."
    )
    unit: str | None = Field(default=None, description="The unit in which a number is recorded.")
    multiply: float | None = Field(
        default=None,
        gt=0,
        description="What a recorded number is multiplied by, where its unit cannot be converted by itself.",
    )
    date_format: DateFormat | tuple[DateFormat, ...] | None = Field(
        default=None,
        description='How dates are written: "%d-%m-%Y"; "%m/%Y" for months. Years have four digits.',
    )
    days_after: datetime.date | None = Field(
        default=None,
        description="For a date recorded as a number of days: the day that is 0 (Excel: 1899-12-30).",
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_text(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _fits(self) -> ColumnSource:
        given = [
            one for one in ("column", "constant", "template", "ticked") if getattr(self, one) is not None
        ]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(
                f"exactly one of column, constant, template and ticked is needed; here is {found}"
            )
        if self.unit is not None and self.multiply is not None:
            raise ValueError("unit and multiply are two ways to say the same: keep one")
        if self.days_after is not None and self.date_format is not None:
            raise ValueError("days_after is for numbers and date_format for text: keep one")
        for one in self.date_formats:
            if "%y" in one or "%D" in one:
                raise ValueError(
                    f'"{one}" has years of two digits, whose century nobody knows: export four digits'
                )
            if "%Y" not in one:
                raise ValueError(f'"{one}" has no year (%Y)')
        return self

    @property
    def date_formats(self) -> tuple[str, ...]:
        """The formats of dates in the order in which they are tried."""
        if self.date_format is None:
            return ()
        return (self.date_format,) if isinstance(self.date_format, str) else self.date_format


class RowChoice(Frozen):
    """Which rows of a source are rows of the table; the others are counted."""

    column: Header = Field(description="The header of the column that decides.")
    among: tuple[Code, ...] | None = Field(default=None, description="Rows whose cell is one of these.")
    filled: bool | None = Field(default=None, description="true: rows whose cell is not empty.")

    @model_validator(mode="after")
    def _one_way(self) -> RowChoice:
        if (self.among is None) == (self.filled is None) or self.filled is False:
            raise ValueError("either among = [...] or filled = true is needed")
        return self


class Reading(Frozen):
    """How the files are read; the keys mean what they mean in a protocol's [data]."""

    header_row: int = Field(default=1, ge=1, description="The row of the headers.")
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(default=None, description="Found when absent.")
    decimal: Literal[".", ","] | None = Field(default=None, description="Found when absent.")
    encoding: Literal["utf-8", "windows-1252", "utf-16"] | None = Field(
        default=None, description="Found when absent."
    )
    missing: tuple[MissingCode, ...] = Field(
        default=(), description="Codes that mean missing in every column, each with its reason."
    )
    date_format: DateFormat | tuple[DateFormat, ...] | None = Field(
        default=None, description="How dates are written in every column that does not say otherwise."
    )
    synthetic: bool = Field(default=False, description="Whether the records are synthetic.")


class TableSource(Frozen):
    """One source of rows of one table. A table may have several: one per lesion of a wide file, for example."""

    name: Name = Field(description="The dictionary's table.")
    file: Header | None = Field(
        default=None, description="The file in the folder; absent: the source itself."
    )
    sheet: Header | None = Field(default=None, description="The sheet of a workbook.")
    sql: str | None = Field(default=None, description="The table or view of a database, or a SELECT.")
    header_row: int | None = Field(default=None, ge=1, description="As in [data], for this table.")
    rows: RowChoice | tuple[RowChoice, ...] = Field(
        default=(),
        description="Which rows belong in the table (of several conditions all hold); all when absent.",
    )
    columns: dict[Name, ColumnSource] | None = Field(
        default=None,
        description="Where each variable comes from; absent: from the column of its own name. Variables that are not "
        "named are not in the source.",
    )

    @property
    def choices(self) -> tuple[RowChoice, ...]:
        """The conditions of its rows."""
        return self.rows if isinstance(self.rows, tuple) else (self.rows,)


class Mapping(Frozen):
    """What a mapping file says."""

    schema_version: Literal["1.0"] = Field(description="The version of the mapping language.")
    title: str | None = Field(default=None, description="What it maps, in words.")
    data: Reading = Field(default_factory=Reading, description="How the files are read.")
    table: tuple[TableSource, ...] = Field(min_length=1, description="The tables.")
