"""Tables of what was measured twice."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen, Name
from crlm.study.protocol.model.baseline import NumberSummary
from crlm.study.protocol.model.common import Expression, Identifier, Unit

PairedTest = Literal["wilcoxon", "mcnemar", "none"]


class PairedRow(Frozen):
    """A characteristic before and after: two variables, or one of them when it was not measured twice."""

    before: Name | None = Field(default=None, description="The variable with the first value.")
    after: Name | None = Field(default=None, description="The variable with the second value.")
    label: str | None = Field(
        default=None, description="The words in the table; the label of the first variable when absent."
    )
    summary: NumberSummary | None = Field(
        default=None, description="How a number is summarised; the table's default when absent."
    )
    test: PairedTest | None = Field(
        default=None,
        description="How the pairs are compared: numbers by wilcoxon, a yes_no or a category with two levels by "
        "mcnemar, anything else not at all. These are the defaults.",
    )
    correction: bool = Field(
        default=True, description="Whether McNemar's test has its continuity correction, as it has in R."
    )

    @model_validator(mode="after")
    def _something_is_shown(self) -> Self:
        if self.before is None and self.after is None:
            raise ValueError("a row needs before, after or both")
        if self.test not in (None, "none") and None in (self.before, self.after):
            raise ValueError("a test compares before with after, and one of them is absent")
        return self


class Paired(Frozen):
    """A table of characteristics at two times, each compared within the same records."""

    id: Identifier = Field(default="paired", description="A short name; the file name of the table.")
    title: str = Field(default="Characteristics before and after", description="The table's title.")
    before: str = Field(default="Before", min_length=1, description="The words above the first values.")
    after: str = Field(default="After", min_length=1, description="The words above the second values.")
    number_summary: NumberSummary = Field(default="median_iqr", description="Default summary of numbers.")
    quartiles: Literal["r7", "spss"] = Field(
        default="r7", description="Definition of quartiles: R's type 7 or SPSS's weighted average."
    )
    unit: Unit | None = Field(
        default=None, description="What is counted, when it is not the population's own unit (registry only)."
    )
    where: Expression | None = Field(
        default=None,
        description="Only records for which this holds; the others, and the unknown, are counted.",
    )
    rows: tuple[PairedRow, ...] = Field(min_length=1, description="The rows, in order.")
