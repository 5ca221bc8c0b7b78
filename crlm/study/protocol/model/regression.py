"""Regression models and subgroup analyses."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen, Name
from crlm.study.protocol.model.common import Expression, Identifier, Probability, Unit


class Candidate(Frozen):
    """A covariate of a model."""

    variable: Name = Field(description="The variable.")
    per: float | None = Field(
        default=None, gt=0, description="For a number: the hazard or odds ratio is per this many units."
    )


class Confounder(Frozen):
    """Which covariates of the multivariable model are confounders of the exposure.

    Those that are significant in the multivariable model are potential confounders. They are confounders when
    adjustment for them together changes the effect of the exposure, relative to the crude one, by more than was
    declared; then the corrected effect is adjusted for them, and otherwise it is the crude effect.
    """

    p: Probability = Field(
        description="A potential confounder has a p at or below this in the multivariable model."
    )
    change_in_estimate: float = Field(
        gt=0, description="The relative change of the effect that is too much: 0.10 is 10 %."
    )
    scale: Literal["coefficient", "ratio"] = Field(
        default="coefficient",
        description="What changes: the coefficient (the logarithm of the ratio), or the ratio itself. Papers "
        "seldom say which they mean, and near a ratio of 1 the two differ without bound.",
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
    confounder: Confounder | None = Field(
        default=None,
        description="The rule by which covariates of the multivariable model are confounders of the exposure.",
    )

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = (self.univariable_p is not None) + self.all + bool(self.variables)
        if rules != 1:
            raise ValueError("keep has exactly one of univariable_p, all and variables")
        if self.confounder is not None and self.backward_p is not None:
            raise ValueError("keep has backward_p or confounder, not both")
        return self


OF_COX = ("endpoint", "ties", "proportional_hazards", "competing")
"""Keys that a logistic model does not have."""
OF_LOGISTIC = ("outcome", "unit")
"""Keys that only a logistic model has: a Cox model has those of its endpoint."""


class Model(Frozen):
    """A regression model: univariable for each candidate, then multivariable by the declared rule.

    A Cox model is of an endpoint, a logistic one of an outcome that is yes or no.
    """

    id: Identifier = Field(description="A short name; the file name of its table.")
    endpoint: Identifier | None = Field(default=None, description="A Cox model: the endpoint's id.")
    type: Literal["cox", "logistic"] = Field(default="cox", description="The kind of model.")
    outcome: Name | None = Field(
        default=None,
        description="A logistic model: the yes_no whose odds of yes are modelled. Records for which it is unknown "
        "are left out, and counted.",
    )
    unit: Unit | None = Field(
        default=None,
        description="A logistic model: whose outcome it is, when it is not the population's own unit (registry only).",
    )
    where: Expression | None = Field(
        default=None,
        description="Only records for which this holds; the others, and the unknown, are counted.",
    )
    title: str | None = Field(default=None, description="The table's title.")
    candidates: tuple[Candidate, ...] = Field(
        min_length=1, description="The covariates; a bare name stands for a candidate without options."
    )
    exposure: Name | None = Field(
        default=None,
        description="The candidate whose effect is the question: its crude effect and its adjusted ones are shown "
        "together, and it enters every multivariable model.",
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
    competing: Literal["cause-specific", "fine-gray"] = Field(
        default="cause-specific",
        description="How competing events are treated: censored (cause-specific hazards), or kept at risk (Fine and "
        "Gray: hazards of the subdistribution, with Breslow's ties).",
    )
    cluster: Name | None = Field(
        default=None,
        description="Records with the same value are not independent (the lesions of a patient_id): intervals and p "
        "with a robust variance are shown beside those of the model.",
    )
    interval: Literal["wald", "profile"] = Field(
        default="wald", description="Intervals of the ratios: Wald's, or of the profile likelihood."
    )

    @property
    def forced(self) -> tuple[str, ...]:
        """The candidates that enter the multivariable model whatever their p: `always`, and the exposure."""
        own = () if self.exposure is None or self.exposure in self.always else (self.exposure,)
        return (*own, *self.always)

    @model_validator(mode="after")
    def _keys_of_its_type(self) -> Self:
        needed, foreign = ("outcome", OF_COX) if self.type == "logistic" else ("endpoint", OF_LOGISTIC)
        given = [name for name in foreign if name in self.model_fields_set]
        if given:
            raise ValueError(f'a {self.type} model has no key "{given[0]}"')
        if getattr(self, needed) is None:
            raise ValueError(f'a {self.type} model needs "{needed}"')
        if self.keep is not None and self.keep.confounder is not None and self.exposure is None:
            raise ValueError("a rule for confounders needs an exposure")
        if self.competing == "fine-gray":
            self._keys_of_fine_gray()
        if self.cluster is not None and self.p != "wald":
            raise ValueError("a robust variance has no likelihood-ratio test: with cluster, p is wald")
        return self

    def _keys_of_fine_gray(self) -> None:
        given = [
            name for name in ("ties", "proportional_hazards", "cluster") if name in self.model_fields_set
        ]
        if given:
            raise ValueError(f'a Fine-Gray model has no key "{given[0]}"')
        if self.p != "wald" or self.interval != "wald":
            raise ValueError("a Fine-Gray model has a robust variance: its p and its intervals are wald")

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
    where: Expression | None = Field(
        default=None,
        description="Only records for which this holds; the others, and the unknown, are counted.",
    )
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
