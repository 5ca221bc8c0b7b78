"""Regression models: univariable and multivariable side by side, and how the covariates were chosen."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen
from crlm.study.results.numbers import Interval, Number, Test
from crlm.study.results.population import Removed

Ratio = Literal["hazard ratio", "subdistribution hazard ratio", "odds ratio"]
Stage = Literal["univariable", "elimination", "multivariable", "change-in-estimate"]
Role = Literal["crude", "full", "adjusted", "final"]


class RobustEffect(Frozen):
    """What a variance that allows for clusters makes of a coefficient; the estimate itself stays."""

    ratio: Interval = Field(description="The ratio with its robust interval.")
    standard_error: float | None = Field(description="Robust standard error of the coefficient.")
    p: Test = Field(description="Wald test with the robust standard error.")


class Effect(Frozen):
    """A coefficient of a regression model."""

    hazard_ratio: Interval | None = Field(
        description="The hazard ratio, against the reference level or per so many units (of the subdistribution in a "
        "Fine-Gray model); null in a logistic model."
    )
    odds_ratio: Interval | None = Field(
        default=None, description="The same as an odds ratio, in a logistic model; null in others."
    )
    coefficient: float | None = Field(
        description="Its natural logarithm, the model's coefficient; null when not estimable."
    )
    standard_error: float | None = Field(description="Standard error of the coefficient.")
    p: Test = Field(description="Wald test of this coefficient.")
    robust: RobustEffect | None = Field(
        default=None, description="With a variance that allows for clusters, when the model declares them."
    )

    @property
    def ratio(self) -> Interval:
        """The hazard ratio or the odds ratio, whichever there is."""
        found = self.hazard_ratio or self.odds_ratio
        assert found is not None
        return found


class TermLevel(Frozen):
    """A row of a model's table: a level of a category, or a number's single row."""

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
    per: float | None = Field(description="The ratio of a number is per this many units.")
    unit: str | None = Field(description="The variable's unit.")
    n: int = Field(description="Records in the univariable analysis.")
    events: int = Field(description="Events in the univariable analysis.")
    missing: int = Field(description="Records of the model without a value of this covariate.")
    levels: tuple[TermLevel, ...] = Field(
        description="The rows: one for a number, one per level of a category, the reference among them."
    )
    univariable: Test = Field(description="Overall test of the covariate alone.")
    univariable_proportional_hazards: Test | None = Field(
        description="Test of proportional hazards of the covariate alone; null in other models than Cox's."
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
    events_per_parameter: Number = Field(
        description="Events divided by `parameters`; in a logistic model the rarer of yes and no."
    )
    log_likelihood: float | None = Field(description="Log-likelihood of the model (partial, in a Cox model).")
    log_likelihood_null: float | None = Field(description="The same without covariates.")
    likelihood_ratio: Test = Field(description="Overall likelihood-ratio test.")
    wald: Test = Field(description="Overall Wald test.")
    score: Test = Field(description="Overall score test.")
    concordance: Interval = Field(
        description="Harrell's C on the same records, in a logistic model the area under the ROC curve (apparent: not "
        "corrected for optimism)."
    )
    proportional_hazards: Test | None = Field(
        description="Global test of proportional hazards; null in other models than Cox's."
    )


class SelectionStep(Frozen):
    """One decision on the way to the multivariable model, or from there to the confounders of the exposure."""

    stage: Stage = Field(
        default="univariable",
        description="univariable: what enters the multivariable model; elimination: what leaves it again; "
        "multivariable: which of its covariates are potential confounders; change-in-estimate: whether they are.",
    )
    action: Literal["entered", "not entered", "dropped", "kept", "forced"] = Field(
        description="What was decided."
    )
    variable: str = Field(description="About which candidate.")
    p: float | None = Field(description="The p that the decision rests on; null when it rests on none.")
    change: float | None = Field(
        default=None,
        description="The relative change of the exposure's effect that the decision rests on; null when it rests on "
        "none.",
    )
    why: str = Field(description="Why, in words.")


class ExposureEffect(Frozen):
    """The effect of the exposure in one model."""

    level: str | None = Field(description="The level against the reference; null for a number.")
    label: str = Field(description="The contrast in words.")
    effect: Effect = Field(description="The effect.")


class ExposureModel(Frozen):
    """One model's effect of the exposure."""

    role: Role = Field(
        description="crude: the exposure alone; full: in the multivariable model; adjusted: for the potential "
        "confounders; final: for the confounders, or the crude model when there is none."
    )
    adjusted_for: tuple[str, ...] = Field(description="The other covariates of the model.")
    n: int = Field(description="Records in the model.")
    events: int = Field(description="Events in the model.")
    effects: tuple[ExposureEffect, ...] = Field(
        description="One for a number and for two levels, one per level against the reference otherwise."
    )


class ConfounderRule(Frozen):
    """When a covariate of the multivariable model is a confounder."""

    p: float = Field(description="A potential confounder has a p at or below this.")
    change_in_estimate: float = Field(description="Confounders together change the effect by more than this.")
    scale: Literal["coefficient", "ratio"] = Field(description="What changes.")


class Exposure(Frozen):
    """The effect in question: crude, multivariable, and corrected for confounders."""

    variable: str = Field(description="The exposure.")
    label: str = Field(description="The words in the table.")
    models: tuple[ExposureModel, ...] = Field(description="Its effect in each model, the crude one first.")
    rule: ConfounderRule | None = Field(description="The rule for confounders; null when there is none.")
    change: Number | None = Field(
        description="The relative change from the crude to the adjusted effect, on the scale of the rule; null "
        "without a rule."
    )
    confounders: tuple[str, ...] | None = Field(description="The confounders found; null without a rule.")
    sentence: str | None = Field(description="What the rule decided, in words; null without a rule.")


class Clusters(Frozen):
    """Records that are not independent."""

    variable: str = Field(description="The variable that says which records belong together.")
    label: str = Field(description="Its words.")
    n: int = Field(description="How many clusters the model's records have.")


class ModelResult(Frozen):
    """A regression model: univariable and multivariable side by side."""

    id: str = Field(description="The model's id in the protocol.")
    endpoint: str | None = Field(description="The id of its endpoint; null in a logistic model.")
    outcome: str | None = Field(default=None, description="The outcome of a logistic model; null in others.")
    outcome_label: str = Field(default="", description="The words for the endpoint or the outcome.")
    title: str = Field(description="The table's title.")
    type: Literal["cox", "logistic"] = Field(description="The kind of model.")
    ratio: Ratio = Field(default="hazard ratio", description="What its ratios are.")
    interval: Literal["wald", "profile"] = Field(
        default="wald", description="Wald's intervals of the ratios, or those of the profile likelihood."
    )
    ties: Literal["efron", "breslow"] | None = Field(
        description="How tied event times are treated in a Cox model; null in others."
    )
    unit: Literal["patient", "episode", "tumour"] = Field(
        default="patient", description="Whose outcome it is: what is counted in this model."
    )
    where: str | None = Field(
        default=None,
        description="The condition, in words, that restricts the model; null when there is none.",
    )
    n: int = Field(default=0, description="Records with a known outcome.")
    events: int = Field(default=0, description="Events among them.")
    excluded: tuple[Removed, ...] = Field(
        default=(), description="Records of the population without a place in the model, and why."
    )
    rule: str = Field(description="The rule for the multivariable model, in words.")
    terms: tuple[Term, ...] = Field(description="Every candidate, in the order of the protocol.")
    multivariable: Fit | None = Field(
        description="The multivariable model as a whole; null when there is none."
    )
    multivariable_reason: str | None = Field(default=None, description="Why there is no multivariable model.")
    selection: tuple[SelectionStep, ...] = Field(
        default=(), description="Every decision that led to the multivariable model, in order."
    )
    exposure: Exposure | None = Field(
        default=None, description="The effect in question; null when the protocol names no exposure."
    )
    clusters: Clusters | None = Field(
        default=None, description="Which records are not independent; null when the protocol names none."
    )
    notes: tuple[str, ...] = Field(default=(), description="What belongs under the table.")
