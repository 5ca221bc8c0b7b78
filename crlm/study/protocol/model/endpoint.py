"""The outcomes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen, Name
from crlm.study.protocol.model.common import Identifier


class Endpoint(Frozen):
    """A time-to-event outcome: columns, codes, time zero and how death is treated, all explicit."""

    id: Identifier = Field(description="A short name: os, dfs.")
    label: str = Field(min_length=1, description="The words in tables and figures.")
    time: Name = Field(description="The column with the time from time zero to event or censoring.")
    status: Name = Field(description="The category or yes_no that says how follow-up ended.")
    event: tuple[Name, ...] = Field(min_length=1, description="Levels of status that are the event.")
    censor: tuple[Name, ...] = Field(description="Levels of status that are censoring.")
    competing: tuple[Name, ...] = Field(
        default=(),
        description="Levels of status that prevent the event; censored in the cause-specific analyses here.",
    )
    unknown: Literal["exclude"] | None = Field(
        default=None,
        description='Patients without a known time or status: "exclude" leaves them out of this endpoint, '
        "counted. When absent, one such patient is an error.",
    )
    time_zero: str | None = Field(default=None, description="From when time counts, in words.")
    definition: str | None = Field(
        default=None, description="What counts as the event and how death is treated, in words."
    )
    landmarks: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(), description="Times at which survival is reported."
    )
    horizon: float | None = Field(
        default=None,
        gt=0,
        description="End of follow-up for this endpoint: whatever comes later is censored there.",
    )
    axis_until: float | None = Field(default=None, gt=0, description="Where the figure's time axis ends.")
    axis_step: float | None = Field(
        default=None, gt=0, description="Distance between ticks of the time axis."
    )
    interval: Literal["log-log", "log", "plain"] = Field(
        default="log-log", description="Transformation of the interval of the Kaplan-Meier curve."
    )
    by_group: bool = Field(default=True, description="Whether the comparison's groups are also analysed.")

    @model_validator(mode="after")
    def _codes_are_distinct(self) -> Self:
        codes = [*self.event, *self.censor, *self.competing]
        repeated = sorted({code for code in codes if codes.count(code) > 1})
        if repeated:
            raise ValueError(f'"{repeated[0]}" stands twice among event, censor and competing')
        return self
