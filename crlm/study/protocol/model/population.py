"""Who is studied, and which groups are compared."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen, Name
from crlm.study.protocol.model.common import Expression, Unknown


class Criterion(Frozen):
    """One step of the selection, applied in the order written."""

    label: str = Field(min_length=1, description="The words in the flow chart.")
    include: Expression | None = Field(
        default=None, description="Who stays (give this, exclude or first_by)."
    )
    exclude: Expression | None = Field(default=None, description="Who leaves.")
    first_by: Name | None = Field(
        default=None,
        description="Of several records of a patient, the one with the smallest value of this variable stays; "
        "for an episode usually episode_number.",
    )
    unknown: Unknown | None = Field(
        default=None,
        description="What happens to records for which the expression is unknown: include or exclude. "
        "It must be said as soon as one record is unknown.",
    )

    @model_validator(mode="after")
    def _one_expression(self) -> Self:
        if sum(one is not None for one in (self.include, self.exclude, self.first_by)) != 1:
            raise ValueError("a criterion has exactly one of include, exclude and first_by")
        return self

    @property
    def kind(self) -> Literal["include", "exclude", "first"]:
        """What the criterion does."""
        return "first" if self.first_by else "include" if self.include is not None else "exclude"

    @property
    def expression(self) -> str:
        """The expression, whichever side it is on; for `first_by` the variable."""
        return self.include or self.exclude or self.first_by or ""


class Population(Frozen):
    """Who is studied."""

    unit: Literal["patient", "episode"] = Field(
        default="patient",
        description="What one record is: a patient, or a liver episode of a patient (registry only).",
    )
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
