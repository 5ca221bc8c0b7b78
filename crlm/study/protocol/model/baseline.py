"""Tables of characteristics."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen, Name
from crlm.study.protocol.model.common import Expression, Identifier, Unit

NumberSummary = Literal["mean_sd", "median_iqr", "median_range"]
Summary = Literal["mean_sd", "median_iqr", "median_range", "count"]
TestName = Literal["t", "welch", "anova", "mann-whitney", "kruskal-wallis", "fisher", "chi-square", "none"]


class Row(Frozen):
    """One variable of a baseline table, with its own summary and test."""

    variable: Name = Field(description="The variable.")
    summary: Summary | None = Field(
        default=None, description="How it is summarised; the table's default when absent."
    )
    test: TestName | None = Field(
        default=None, description="How groups are compared; the table's default when absent."
    )
    label: str | None = Field(default=None, description="Other words than the variable's label.")


class Block(Frozen):
    """A titled group of rows in a baseline table."""

    title: str | None = Field(default=None, description="The words above the rows.")
    rows: tuple[Row, ...] = Field(
        min_length=1, description="The rows; a bare name stands for a row with the defaults."
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_names(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("rows"), list):
            return {
                **given,
                "rows": [{"variable": row} if isinstance(row, str) else row for row in given["rows"]],
            }
        return given


class Baseline(Frozen):
    """A table of characteristics, overall and per group."""

    id: Identifier = Field(default="baseline", description="A short name; the file name of the table.")
    title: str = Field(default="Baseline characteristics", description="The table's title.")
    number_summary: NumberSummary = Field(default="median_iqr", description="Default summary of numbers.")
    number_test: Literal["t", "welch", "anova", "mann-whitney", "kruskal-wallis", "none"] = Field(
        default="mann-whitney",
        description="Default test of numbers (two groups: t, welch, mann-whitney; any: anova, kruskal-wallis).",
    )
    category_test: Literal["fisher", "chi-square", "none"] = Field(
        default="chi-square", description="Default test of categories."
    )
    quartiles: Literal["r7", "spss"] = Field(
        default="r7", description="Definition of quartiles: R's type 7 or SPSS's weighted average."
    )
    smd: bool = Field(default=False, description="Whether standardised mean differences are shown.")
    overall: bool = Field(default=True, description="Whether a column for all patients is shown.")
    unit: Unit | None = Field(
        default=None, description="What is counted, when it is not the population's own unit (registry only)."
    )
    where: Expression | None = Field(
        default=None,
        description="Only records for which this holds; the others, and the unknown, are counted.",
    )
    group: Name | None = Field(
        default=None, description="Other groups for the columns than those of the comparison."
    )
    by_group: bool = Field(default=True, description="Whether there is a column for each group.")
    blocks: tuple[Block, ...] = Field(min_length=1, description="The rows, in titled blocks.")
