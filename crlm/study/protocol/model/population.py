"""Who is studied, and which groups are compared."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen, Name
from crlm.study.protocol.model.common import Expression, Unknown


class Criterion(Frozen):
    """One step of the selection, applied in the order written."""

    label: str = Field(min_length=1, description="The words in the flow chart.")
    include: Expression | None = Field(default=None, description="Who stays (give this or exclude).")
    exclude: Expression | None = Field(default=None, description="Who leaves (give this or include).")
    unknown: Unknown | None = Field(
        default=None,
        description="What happens to records for which the expression is unknown: include or exclude. "
        "It must be said as soon as one record is unknown.",
    )

    @model_validator(mode="after")
    def _one_expression(self) -> Self:
        if (self.include is None) == (self.exclude is None):
            raise ValueError("a criterion has exactly one of include and exclude")
        return self

    @property
    def expression(self) -> str:
        """The expression, whichever side it is on."""
        return self.include if self.include is not None else self.exclude or ""


class Population(Frozen):
    """Who is studied."""

    unit: Literal["patient"] = Field(default="patient", description="What one row is.")
    description: str | None = Field(default=None, description="The population in words.")
    criteria: tuple[Criterion, ...] = Field(default=(), description="The selection, in order.")


class Comparison(Frozen):
    """The groups that are compared."""

    variable: Name = Field(description="A category or yes_no; its levels are the groups.")
    reference: Name | None = Field(
        default=None,
        description="The reference group, in models too unless the column declares its own; "
        "the variable's reference when absent.",
    )
    label: str | None = Field(default=None, description="What the groups are, in words.")
    unknown: Literal["exclude"] | None = Field(
        default=None,
        description='Records whose group is unknown: "exclude" takes them out of the population, as a step of the '
        "flow. When absent, an unknown group is an error.",
    )
