"""Cox models: univariable and multivariable side by side, and how the covariates were chosen."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen
from crlm.study.results.numbers import Interval, Number, Test


class Effect(Frozen):
    """A coefficient of a Cox model."""

    hazard_ratio: Interval = Field(
        description="The hazard ratio, against the reference level or per so many units."
    )
    coefficient: float | None = Field(
        description="Its natural logarithm, the model's coefficient; null when not estimable."
    )
    standard_error: float | None = Field(description="Standard error of the coefficient.")
    p: Test = Field(description="Wald test of this coefficient.")


class TermLevel(Frozen):
    """A row of a Cox table: a level of a category, or a number's single row."""

    level: str | None = Field(description="The level's name; null for a number.")
    label: str = Field(description="The words in the table.")
    reference: bool = Field(description="Whether it is the reference level.")
    n: int = Field(description="Records of this level in the univariable analysis.")
    events: int = Field(description="Events among these records.")
    univariable: Effect | None = Field(description="Null for the reference level.")
    multivariable: Effect | None = Field(
        description="Null for the reference level and for what did not enter."
    )


class Term(Frozen):
    """A covariate: its rows, its overall tests and why it is or is not in the multivariable model."""

    variable: str = Field(description="The variable's name.")
    label: str = Field(description="The words in the table.")
    per: float | None = Field(description="The hazard ratio of a number is per this many units.")
    unit: str | None = Field(description="The variable's unit.")
    n: int = Field(description="Records in the univariable analysis.")
    events: int = Field(description="Events in the univariable analysis.")
    missing: int = Field(description="Records of the endpoint without a value of this covariate.")
    levels: tuple[TermLevel, ...] = Field(
        description="The rows: one for a number, one per level of a category, the reference among them."
    )
    univariable: Test = Field(description="Overall test of the covariate alone.")
    univariable_proportional_hazards: Test = Field(
        description="Test of proportional hazards of the covariate alone."
    )
    multivariable: Test | None = Field(description="Overall test in the multivariable model.")
    proportional_hazards: Test | None = Field(description="Of this term in the multivariable model.")
    entered: bool = Field(description="Whether it is in the multivariable model.")
    why: str = Field(description="Why it entered or not, in words.")
    notes: tuple[str, ...] = Field(default=(), description="What belongs under its univariable analysis.")


class Fit(Frozen):
    """The multivariable model as a whole."""

    n: int = Field(description="Records in the model.")
    events: int = Field(description="Events in the model.")
    dropped_missing: int = Field(description="Records left out because a covariate is missing.")
    parameters: int = Field(description="Coefficients that could be estimated.")
    events_per_parameter: Number = Field(description="Events divided by `parameters`.")
    log_likelihood: float | None = Field(description="Partial log-likelihood of the model.")
    log_likelihood_null: float | None = Field(description="The same without covariates.")
    likelihood_ratio: Test = Field(description="Overall likelihood-ratio test.")
    wald: Test = Field(description="Overall Wald test.")
    score: Test = Field(description="Overall score test.")
    concordance: Interval = Field(
        description="Harrell's C on the same records (apparent: not corrected for optimism)."
    )
    proportional_hazards: Test = Field(description="Global test of proportional hazards.")


class SelectionStep(Frozen):
    """One decision on the way to the multivariable model."""

    action: Literal["entered", "not entered", "dropped", "kept", "forced"] = Field(
        description="What was decided."
    )
    variable: str = Field(description="About which candidate.")
    p: float | None = Field(description="The p that the decision rests on; null when it rests on none.")
    why: str = Field(description="Why, in words.")


class ModelResult(Frozen):
    """A Cox model: univariable and multivariable side by side."""

    id: str = Field(description="The model's id in the protocol.")
    endpoint: str = Field(description="The id of its endpoint.")
    title: str = Field(description="The table's title.")
    type: Literal["cox"] = Field(description="The kind of model.")
    ties: Literal["efron", "breslow"] = Field(description="How tied event times are treated.")
    rule: str = Field(description="The rule for the multivariable model, in words.")
    terms: tuple[Term, ...] = Field(description="Every candidate, in the order of the protocol.")
    multivariable: Fit | None = Field(
        description="The multivariable model as a whole; null when there is none."
    )
    multivariable_reason: str | None = Field(default=None, description="Why there is no multivariable model.")
    selection: tuple[SelectionStep, ...] = Field(
        default=(), description="Every decision that led to the multivariable model, in order."
    )
    notes: tuple[str, ...] = Field(default=(), description="What belongs under the table.")
