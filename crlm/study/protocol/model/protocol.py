"""The whole protocol."""

from __future__ import annotations

from pydantic import Field

from crlm.dictionary.variables import Frozen, Variable
from crlm.study.protocol.model.baseline import Baseline
from crlm.study.protocol.model.data import Check, Data, Derived
from crlm.study.protocol.model.endpoint import Endpoint
from crlm.study.protocol.model.population import Comparison, Population
from crlm.study.protocol.model.regression import Model, Subgroups
from crlm.study.protocol.model.study import Reporting, Study


class Protocol(Frozen):
    """A whole study protocol: what one TOML file says."""

    study: Study = Field(description="What the study is.")
    data: Data = Field(description="How the table is read.")
    column: tuple[Variable, ...] = Field(
        min_length=1, description="The columns of the table that the study uses."
    )
    derived: tuple[Derived, ...] = Field(default=(), description="Variables computed from columns, in order.")
    check: tuple[Check, ...] = Field(default=(), description="Expectations about the data.")
    population: Population = Field(default_factory=Population, description="Who is studied.")
    comparison: Comparison | None = Field(default=None, description="The groups that are compared.")
    endpoint: tuple[Endpoint, ...] = Field(min_length=1, description="The outcomes.")
    baseline: tuple[Baseline, ...] = Field(default=(), description="Tables of characteristics.")
    model: tuple[Model, ...] = Field(default=(), description="Regression models.")
    subgroups: tuple[Subgroups, ...] = Field(default=(), description="Subgroup analyses of the comparison.")
    reporting: Reporting = Field(
        default_factory=Reporting, description="Sentences for the report and the checklist."
    )

    def variables(self) -> dict[str, Variable]:
        """Every variable by name, columns first, then derived ones in order."""
        return {
            variable.name: variable for variable in (*self.column, *(one.variable() for one in self.derived))
        }

    def endpoint_named(self, identifier: str) -> Endpoint:
        """The endpoint of that id; a KeyError when there is none."""
        for endpoint in self.endpoint:
            if endpoint.id == identifier:
                return endpoint
        raise KeyError(identifier)
