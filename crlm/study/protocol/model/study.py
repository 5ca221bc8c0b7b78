"""The head of a protocol, and what only a person can write."""

from __future__ import annotations

from pydantic import Field

from crlm.dictionary.variables import Frozen
from crlm.study.protocol.model.common import Identifier, Probability


class Study(Frozen):
    """What the study is: the head of its report."""

    id: Identifier = Field(description="A short stable name: lower-case letters, digits, dots and hyphens.")
    title: str = Field(min_length=1, description="The title of the report.")
    question: str | None = Field(default=None, description="The objective, in a sentence.")
    design: str | None = Field(
        default=None, description="The design, for example: retrospective single-centre cohort."
    )
    source: str | None = Field(
        default=None, description="The publication or data set that the protocol follows."
    )
    authors: tuple[str, ...] = Field(default=(), description="Who is responsible for the protocol.")
    version: str = Field(default="1", description="The protocol's own version.")
    seed: int = Field(default=1, ge=0, description="Seed of everything random in the run.")
    level: Probability = Field(default=0.95, description="Confidence level of every interval.")


class Reporting(Frozen):
    """What a computer cannot know: sentences for the report and the STROBE checklist. Absent is "not answered"."""

    background: str | None = Field(
        default=None, description="Scientific background and rationale (STROBE 2)."
    )
    setting: str | None = Field(default=None, description="Setting, locations and relevant dates (STROBE 5).")
    participants: str | None = Field(
        default=None, description="Sources and methods of selection and follow-up (STROBE 6)."
    )
    data_sources: str | None = Field(
        default=None, description="Sources of data and methods of assessment (STROBE 8)."
    )
    bias: str | None = Field(
        default=None, description="Efforts to address potential sources of bias (STROBE 9)."
    )
    study_size: str | None = Field(default=None, description="How the study size was arrived at (STROBE 10).")
    limitations: str | None = Field(default=None, description="Limitations (STROBE 19).")
    interpretation: str | None = Field(
        default=None, description="Cautious overall interpretation (STROBE 20)."
    )
    generalisability: str | None = Field(default=None, description="External validity (STROBE 21).")
    funding: str | None = Field(
        default=None, description="Source of funding and role of funders (STROBE 22)."
    )
    ethics: str | None = Field(default=None, description="Approval and consent.")
