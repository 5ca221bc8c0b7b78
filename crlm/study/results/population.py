"""From rows read to the groups that are compared."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen


class Removed(Frozen):
    """Records that left, with the reason."""

    label: str = Field(description="Why they left.")
    n: int = Field(description="How many.")


class FlowStep(Frozen):
    """One criterion of the population, applied to those who were left."""

    label: str = Field(description="The words in the flow chart.")
    kind: Literal["include", "exclude", "first"] = Field(
        description="Whether those who meet the expression stay or leave; `first`: of several records of a patient "
        "the one with the smallest value of the variable named by `expression` stays."
    )
    expression: str = Field(description="The criterion, as the protocol has it.")
    before: int = Field(description="Records before the step.")
    met: int = Field(description="Records for which the expression holds.")
    not_met: int = Field(description="Records for which it does not hold.")
    unknown: int = Field(description="Records for which it is unknown.")
    unknown_policy: Literal["include", "exclude"] | None = Field(
        description="What the protocol says about the unknown."
    )
    removed: int = Field(description="Records that left, the unknown among them when the policy is exclude.")
    after: int = Field(description="Records after the step.")


class Group(Frozen):
    """A group of the comparison."""

    level: str = Field(description="The level of the compared variable.")
    label: str = Field(description="The words in tables and figures.")
    n: int = Field(description="Records of the population in this group.")


class Flow(Frozen):
    """From rows read to patients analysed; computed by the population expressions themselves."""

    read: int = Field(description="Rows read from the file.")
    unusable: tuple[Removed, ...] = Field(
        default=(), description="Rows that could not enter the first box, and why."
    )
    first: int = Field(description="Records in the first box.")
    steps: tuple[FlowStep, ...] = Field(
        description="The criteria in their order. When the comparison leaves out the unknown, that is the last step."
    )
    final: int = Field(description="Records in the study.")
    unit: Literal["patient", "episode"] = Field(
        default="patient",
        description="What a record is. Episodes of which each patient has one are patients.",
    )
    groups: tuple[Group, ...] = Field(default=(), description="The final groups, when there is a comparison.")


class Comparison(Frozen):
    """What is compared."""

    variable: str = Field(description="The variable whose levels are the groups.")
    label: str = Field(description="What the groups are, in words.")
    reference: str = Field(description="The level of the reference group.")
    groups: tuple[Group, ...] = Field(description="The groups, in table order.")
