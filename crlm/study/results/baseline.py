"""Tables of characteristics."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen
from crlm.study.results.numbers import Number, Test


class NumberSummary(Frozen):
    """A numeric variable in one column of a table."""

    n: int = Field(description="Records with a known value: the denominator.")
    mean: float | None = Field(default=None, description="Arithmetic mean.")
    sd: float | None = Field(default=None, description="Standard deviation of the sample (n - 1).")
    median: float | None = Field(default=None, description="Median.")
    q1: float | None = Field(
        default=None, description="First quartile, as the table's `quartiles` defines it."
    )
    q3: float | None = Field(default=None, description="Third quartile.")
    minimum: float | None = Field(default=None, description="Smallest value.")
    maximum: float | None = Field(default=None, description="Largest value.")
    reason: str | None = Field(default=None, description="Why one of these is absent.")


class Count(Frozen):
    """A level of a category in one column of a table."""

    n: int = Field(description="Records at this level.")
    denominator: int = Field(description="Records with a known value.")
    percent: float | None = Field(description="100 n / denominator; null when the denominator is 0.")


class BaselineLevel(Frozen):
    """One level of a category, in every column."""

    level: str = Field(description="The level's name.")
    label: str = Field(description="The words in the table.")
    cells: dict[str, Count] = Field(description="By column id.")


class BaselineRow(Frozen):
    """One variable of a baseline table."""

    variable: str = Field(description="The variable's name.")
    label: str = Field(description="With its unit.")
    summary: Literal["mean_sd", "median_iqr", "median_range", "count"] = Field(
        description="How a report shows it; `numbers` hold every statistic in any case."
    )
    numbers: dict[str, NumberSummary] = Field(default_factory=dict, description="By column id, for a number.")
    levels: tuple[BaselineLevel, ...] = Field(default=(), description="For a category.")
    missing: dict[str, int] = Field(description="Records without a value, by column id.")
    missing_reasons: dict[str, int] = Field(
        default_factory=dict, description="Why values are missing, over all."
    )
    test: Test | None = Field(
        default=None, description="Comparison of the groups; null when none was asked for."
    )
    smd: Number | None = Field(
        default=None, description="Standardised mean difference (largest pair when several)."
    )


class BaselineBlock(Frozen):
    """A titled group of rows."""

    title: str | None = Field(description="The words above the rows; null when there are none.")
    rows: tuple[BaselineRow, ...] = Field(description="The rows, in order.")


class BaselineColumn(Frozen):
    """A column: everyone ("all") or a group."""

    id: str = Field(description='"all", or the level of a group.')
    label: str = Field(description="The words above the column.")
    n: int = Field(description="Records in the column, with and without known values.")


class BaselineTable(Frozen):
    """A table of characteristics."""

    id: str = Field(description="The table's id in the protocol.")
    title: str = Field(description="The table's title.")
    unit: Literal["patient", "episode", "tumour"] = Field(
        default="patient", description="What is counted in this table."
    )
    columns: tuple[BaselineColumn, ...] = Field(
        description="Everyone first, unless the protocol leaves that column out, then the groups."
    )
    blocks: tuple[BaselineBlock, ...] = Field(description="The rows, in titled groups.")
    quartiles: str = Field(description="Definition of the quartiles, in words.")
    notes: tuple[str, ...] = Field(default=(), description="Footnotes.")
