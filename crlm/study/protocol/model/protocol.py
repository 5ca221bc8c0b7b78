"""The whole protocol."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen, Variable
from crlm.study.protocol.model.baseline import Baseline
from crlm.study.protocol.model.common import Unit
from crlm.study.protocol.model.data import Check, Data, Derived, Relabel
from crlm.study.protocol.model.endpoint import Endpoint
from crlm.study.protocol.model.paired import Paired
from crlm.study.protocol.model.population import Comparison, Population
from crlm.study.protocol.model.regression import Model, Subgroups
from crlm.study.protocol.model.study import Reporting, Study


class Protocol(Frozen):
    """A whole study protocol: what one TOML file says."""

    study: Study = Field(description="What the study is.")
    data: Data = Field(description="How the table is read.")
    column: tuple[Variable, ...] = Field(
        description="The columns of the table that the study uses. Required for a table; a registry has none, for its "
        "variables are those of the dictionary.",
    )
    relabel: tuple[Relabel, ...] = Field(
        default=(), description="Other words or references for variables of the dictionary (registry only)."
    )
    derived: tuple[Derived, ...] = Field(default=(), description="Variables computed from columns, in order.")
    check: tuple[Check, ...] = Field(default=(), description="Expectations about the data.")
    population: Population = Field(default_factory=Population, description="Who is studied.")
    comparison: Comparison | None = Field(default=None, description="The groups that are compared.")
    endpoint: tuple[Endpoint, ...] = Field(min_length=1, description="The outcomes.")
    baseline: tuple[Baseline, ...] = Field(default=(), description="Tables of characteristics.")
    paired: tuple[Paired, ...] = Field(default=(), description="Tables of what was measured twice.")
    model: tuple[Model, ...] = Field(default=(), description="Regression models.")
    subgroups: tuple[Subgroups, ...] = Field(default=(), description="Subgroup analyses of the comparison.")
    reporting: Reporting = Field(
        default_factory=Reporting, description="Sentences for the report and the checklist."
    )

    @model_validator(mode="before")
    @classmethod
    def _a_registry_has_no_columns(cls, given: Any) -> Any:
        data = given.get("data") if isinstance(given, dict) else None
        registry = isinstance(data, dict) and data.get("registry") is True
        return {"column": (), **given} if registry else given

    @model_validator(mode="after")
    def _columns_or_a_registry(self) -> Self:
        if self.data.registry and self.column:
            raise ValueError("a registry has the variables of the dictionary: remove every [[column]]")
        if not self.data.registry and not self.column:
            raise ValueError(
                "the list of columns is empty: declare a [[column]], or registry = true in [data]"
            )
        if not self.data.registry and self.relabel:
            raise ValueError("[[relabel]] is for a registry: give the [[column]] its words instead")
        return self

    def variables(self) -> dict[str, Variable]:
        """Every variable by name: columns (or the dictionary's), then those of endpoints, then derived ones in order.

        A lesion has the variables of its episode too, so one name means one thing in every unit.
        """
        return dict(self._variables)

    def recorded(self) -> dict[str, Variable]:
        """The variables before any is derived: the columns, or the dictionary's in the words of this study."""
        return dict(self._recorded)

    @cached_property
    def lesion_variables(self) -> frozenset[str]:
        """The variables that only a lesion has, the derived ones among them."""
        if not self.data.registry:
            return frozenset()
        from crlm.study.protocol.usage import only_of_lesions

        return only_of_lesions(self)

    @cached_property
    def _recorded(self) -> dict[str, Variable]:
        if not self.data.registry:
            return {variable.name: variable for variable in self.column}
        from crlm.cohort.views import view_variables  # reads the dictionary, which a table does not need

        found = dict(view_variables("lesion"))
        for one in self.relabel:
            if one.name in found:
                found[one.name] = one.applied_to(found[one.name])
        return found

    @cached_property
    def _variables(self) -> dict[str, Variable]:
        found = dict(self._recorded)
        for endpoint in self.endpoint:
            found |= {variable.name: variable for variable in endpoint.variables()}
        return found | {one.name: one.variable() for one in self.derived}

    def unit_of(self, model: Model) -> Unit:
        """Whose outcome a model is about; for a protocol whose models have endpoints that exist."""
        own = model.unit if model.endpoint is None else self.endpoint_named(model.endpoint).unit
        return own or self.population.unit

    def endpoint_named(self, identifier: str) -> Endpoint:
        """The endpoint of that id; a KeyError when there is none."""
        for endpoint in self.endpoint:
            if endpoint.id == identifier:
                return endpoint
        raise KeyError(identifier)
