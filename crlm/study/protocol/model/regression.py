"""Regression models and subgroup analyses."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen, Name
from crlm.study.protocol.model.common import Identifier, Probability


class Candidate(Frozen):
    """A covariate of a model."""

    variable: Name = Field(description="The variable.")
    per: float | None = Field(
        default=None, gt=0, description="For a number: the hazard ratio is per this many units."
    )


class Keep(Frozen):
    """Which candidates of the univariable analyses enter the multivariable model: exactly one rule."""

    univariable_p: Probability | None = Field(
        default=None, description="Those with a univariable p at or below this."
    )
    strictly_below: bool = Field(default=False, description="Whether p must be strictly below univariable_p.")
    backward_p: Probability | None = Field(
        default=None, description="After entering, drop the largest p above this, one at a time."
    )
    all: bool = Field(default=False, description="All candidates enter.")
    variables: tuple[Name, ...] = Field(default=(), description="Exactly these enter.")

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = (self.univariable_p is not None) + self.all + bool(self.variables)
        if rules != 1:
            raise ValueError("keep has exactly one of univariable_p, all and variables")
        return self


class Model(Frozen):
    """A Cox model: univariable for each candidate, then multivariable by the declared rule."""

    id: Identifier = Field(description="A short name; the file name of its table.")
    endpoint: Identifier = Field(description="The endpoint's id.")
    type: Literal["cox"] = Field(default="cox", description="The kind of model.")
    title: str | None = Field(default=None, description="The table's title.")
    candidates: tuple[Candidate, ...] = Field(
        min_length=1, description="The covariates; a bare name stands for a candidate without options."
    )
    always: tuple[Name, ...] = Field(
        default=(), description="Candidates that enter the multivariable model whatever their p."
    )
    keep: Keep | None = Field(
        default=None, description="The rule for the multivariable model; absent: univariable only."
    )
    p: Literal["wald", "likelihood-ratio"] = Field(
        default="wald", description="Which p the rule looks at, and the table prints."
    )
    ties: Literal["efron", "breslow"] = Field(
        default="efron", description="Approximation for tied event times (R: efron; SPSS: breslow)."
    )
    missing: Literal["complete-case"] = Field(
        default="complete-case", description="How missing covariates are treated, per model."
    )
    proportional_hazards: Literal["km", "rank", "identity"] = Field(
        default="km", description="Time transformation of the test of proportional hazards."
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_names(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("candidates"), list):
            named = [{"variable": one} if isinstance(one, str) else one for one in given["candidates"]]
            return {**given, "candidates": named}
        return given


class Subgroups(Frozen):
    """The comparison's effect within each level of other variables, with a test of interaction."""

    id: Identifier = Field(
        default="subgroups", description="A short name; the file name of its table and figure."
    )
    endpoint: Identifier = Field(description="The endpoint's id.")
    title: str | None = Field(default=None, description="The figure's title.")
    variables: tuple[Name, ...] = Field(
        min_length=1, description="Categories or yes_no whose levels are the subgroups."
    )
    ties: Literal["efron", "breslow"] = Field(
        default="efron", description="Approximation for tied event times."
    )
    minimum_events: int = Field(
        default=5, ge=1, description="Fewer events than this in a subgroup: no estimate, and said so."
    )
