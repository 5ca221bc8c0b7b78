"""What was run on what, and what was noticed in the data."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen


class DataReference(Frozen):
    """Which data the numbers come from."""

    name: str = Field(description="The file's name, without its folder.")
    format: str = Field(description="Its extension: csv, xlsx, sav, dta, parquet ...")
    sha256: str = Field(description="SHA-256 of the file.")
    rows: int = Field(description="Records in the file; blank rows are not counted.")
    columns: int = Field(description="Columns in the file, whether the study uses them or not.")
    synthetic: bool = Field(
        description="Whether the data are synthetic; then every page of a report says so."
    )
    sheet: str | None = Field(default=None, description="The worksheet, for a workbook.")
    snapshot: str | None = Field(
        default=None, description="The id of the registry's snapshot, when the data are one."
    )
    notes: tuple[str, ...] = Field(
        default=(),
        description="How the file was read, where that was found by looking: delimiter, decimal sign, encoding.",
    )


class Provenance(Frozen):
    """What was run on what, when and with which software."""

    protocol: str = Field(description="The protocol's file name or id.")
    protocol_sha256: str = Field(description="SHA-256 of the protocol.")
    data: DataReference = Field(description="Which data.")
    software: dict[str, str] = Field(description="Versions of crlm, Python and the numerical libraries.")
    created: str = Field(description="When, ISO 8601 in UTC.")
    seed: int = Field(description="Seed of everything random.")


class StudyInformation(Frozen):
    """The head of the report, from the protocol."""

    id: str = Field(description="The protocol's id.")
    title: str = Field(description="The title of the report.")
    version: str = Field(description="The protocol's own version.")
    question: str | None = Field(default=None, description="The objective, in a sentence.")
    design: str | None = Field(default=None, description="The design, in words.")
    source: str | None = Field(
        default=None, description="The publication or data set that the protocol follows."
    )
    authors: tuple[str, ...] = Field(default=(), description="Who is responsible for the protocol.")
    level: float = Field(description="Confidence level of every interval.")


class Finding(Frozen):
    """Something noticed in the data."""

    rule: str = Field(
        description="The stable id of the rule (docs/reference/problems.md), or the id of one of the protocol's checks."
    )
    severity: Literal["error", "warning", "info"] = Field(
        description="How much it matters; an error would have stopped the run."
    )
    sentence: str = Field(description="What was noticed, in words.")
    column: str | None = Field(
        default=None, description="The header of the column concerned, when it is one."
    )
    count: int = Field(default=0, description="How many records, values or headers it concerns.")
    rows: tuple[int, ...] = Field(
        default=(), description="The first rows concerned, as a spreadsheet counts."
    )
