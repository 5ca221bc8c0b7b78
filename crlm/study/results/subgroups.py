"""The effect of the comparison within subgroups."""

from __future__ import annotations

from pydantic import Field

from crlm.dictionary.variables import Frozen
from crlm.study.results.numbers import Interval, Test


class SubgroupGroup(Frozen):
    """One group of the comparison inside one subgroup."""

    group: str = Field(description="The level of the comparison.")
    n: int = Field(description="Patients.")
    events: int = Field(description="Events.")


class SubgroupLevel(Frozen):
    """The comparison's effect within one subgroup."""

    level: str = Field(description='The level\'s name; "all" for everyone.')
    label: str = Field(description="The words in the figure.")
    n: int = Field(description="Patients.")
    events: int = Field(description="Events.")
    groups: tuple[SubgroupGroup, ...] = Field(
        description="The groups of the comparison inside this subgroup."
    )
    hazard_ratio: Interval = Field(description="The comparison's hazard ratio in this subgroup.")
    p: Test = Field(description="Wald test of that hazard ratio.")


class SubgroupVariable(Frozen):
    """A variable, its subgroups and the test of interaction."""

    variable: str = Field(description="The variable's name.")
    label: str = Field(description="The words in the figure.")
    missing: int = Field(description="Patients of the endpoint without a value; they are in no subgroup.")
    levels: tuple[SubgroupLevel, ...] = Field(description="The subgroups.")
    interaction: Test = Field(
        description="Test of whether the comparison's effect differs between the subgroups."
    )


class SubgroupResult(Frozen):
    """A subgroup analysis, drawn as a forest plot."""

    id: str = Field(description="The analysis's id in the protocol.")
    endpoint: str = Field(description="The id of its endpoint.")
    title: str = Field(description="The figure's title.")
    contrast: str = Field(description="Which group against which, in words.")
    favours: tuple[str, str] = Field(description="Words for the left and the right of 1.")
    overall: SubgroupLevel = Field(description="Everyone.")
    variables: tuple[SubgroupVariable, ...] = Field(description="The variables that make subgroups.")
    notes: tuple[str, ...] = Field(default=(), description="What belongs under the figure.")
