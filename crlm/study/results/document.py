"""The whole document."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen
from crlm.study.protocol.model import Reporting
from crlm.study.results.baseline import BaselineTable
from crlm.study.results.paired import PairedTable
from crlm.study.results.population import Comparison, Flow
from crlm.study.results.provenance import Finding, Provenance, StudyInformation
from crlm.study.results.regression import ModelResult
from crlm.study.results.subgroups import SubgroupResult
from crlm.study.results.survival import EndpointResult

SCHEMA_VERSION: Literal["1.1"] = "1.1"


class ChecklistItem(Frozen):
    """An item of the STROBE checklist and where the report answers it."""

    item: str = Field(description="Number, with its letter.")
    section: str = Field(description="The section of the checklist.")
    topic: str = Field(description="What the item asks, in our words.")
    status: Literal["answered", "partly answered", "not answered", "not applicable"] = Field(
        description="Whether the report answers it."
    )
    where: str | None = Field(description="The section of the report that answers it.")
    anchor: str | None = Field(default=None, description="Id of that section.")
    comment: str | None = Field(default=None, description="What a reader of the checklist should know.")


class WordsSection(Frozen):
    """A titled list of sentences."""

    title: str = Field(description="The section's title.")
    sentences: tuple[str, ...] = Field(description="Its sentences.")


class Results(Frozen):
    """The whole document."""

    schema_version: Literal["1.1"] = Field(
        default=SCHEMA_VERSION,
        description="Version of this document's schema: the second number rises when keys are added, the first when "
        "one is removed, renamed or changes its meaning.",
    )
    study: StudyInformation = Field(description="Which study.")
    provenance: Provenance = Field(description="Where the numbers come from.")
    findings: tuple[Finding, ...] = Field(description="What was noticed in the data.")
    flow: Flow = Field(description="From rows read to patients analysed.")
    comparison: Comparison | None = Field(description="What is compared; null when nothing is.")
    baseline: tuple[BaselineTable, ...] = Field(description="The tables of characteristics.")
    paired: tuple[PairedTable, ...] = Field(default=(), description="The tables of what was measured twice.")
    endpoints: tuple[EndpointResult, ...] = Field(description="The outcomes.")
    models: tuple[ModelResult, ...] = Field(description="The regression models.")
    subgroups: tuple[SubgroupResult, ...] = Field(description="The subgroup analyses.")
    protocol: tuple[WordsSection, ...] = Field(description="The protocol in words.")
    methods: tuple[WordsSection, ...] = Field(description="The methods of a paper, in titled paragraphs.")
    reporting: Reporting = Field(description="Sentences of the protocol that only a person can write.")
    strobe: tuple[ChecklistItem, ...] = Field(description="The STROBE checklist for cohort studies.")
