"""Tables of what was measured twice."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen
from crlm.study.results.baseline import Count, NumberSummary
from crlm.study.results.numbers import Test
from crlm.study.results.population import Removed


class PairedValues(Frozen):
    """One of the two values, over all records that have it."""

    variable: str = Field(description="The variable's name.")
    number: NumberSummary | None = Field(default=None, description="For a number; null for a category.")
    levels: tuple[Count, ...] = Field(
        default=(), description="For a category, in the order of the row's levels."
    )
    missing: int = Field(description="Records without this value.")


class PairedLevel(Frozen):
    """A level of a category."""

    level: str = Field(description="The level's name.")
    label: str = Field(description="The words in the table.")


class PairedRow(Frozen):
    """A characteristic before and after."""

    label: str = Field(description="The words in the table, with the unit.")
    summary: Literal["mean_sd", "median_iqr", "median_range", "count"] = Field(
        description="How a report shows it."
    )
    levels: tuple[PairedLevel, ...] = Field(default=(), description="The levels of a category.")
    before: PairedValues | None = Field(description="The first values; null when there are none.")
    after: PairedValues | None = Field(description="The second values; null when there are none.")
    pairs: int | None = Field(
        description="Records with both values, on which the test is made; null when only one value exists."
    )
    test: Test | None = Field(description="Comparison of the pairs; null when none was asked for.")


class PairedTable(Frozen):
    """A table of characteristics at two times."""

    id: str = Field(description="The table's id in the protocol.")
    title: str = Field(description="The table's title.")
    unit: Literal["patient", "episode", "tumour"] = Field(
        default="patient", description="What is counted in this table."
    )
    n: int = Field(description="Records in the table.")
    before: str = Field(description="The words above the first values.")
    after: str = Field(description="The words above the second values.")
    rows: tuple[PairedRow, ...] = Field(description="The rows, in order.")
    quartiles: str = Field(description="Definition of the quartiles, in words.")
    excluded: tuple[Removed, ...] = Field(
        default=(), description="Records of the population that are not in the table, and why."
    )
    notes: tuple[str, ...] = Field(default=(), description="Footnotes.")
