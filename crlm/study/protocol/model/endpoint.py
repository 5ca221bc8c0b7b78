"""The outcomes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen, Level, Name, Variable
from crlm.study.protocol.model.common import Expression, Identifier, Unit

DEATH = "date_of_death"
"""The date of the dictionary that is death; an endpoint of dates must say how it is treated."""


class Dates(Frozen):
    """An outcome as dates of a registry: where time starts, which dates are the event, and where it ends."""

    start: Name = Field(description="The date that is time zero.")
    event: tuple[Name, ...] = Field(
        min_length=1, description="Dates that are the event; the first one counts."
    )
    competing: tuple[Name, ...] = Field(
        default=(), description="Dates that prevent the event when they come first."
    )
    until: Name = Field(description="The last date on which the outcome is known not to have happened.")
    death: Literal["event", "competing", "censored"] = Field(
        description="How death is treated: it is the event or part of it, a competing event, or follow-up ends there."
    )

    @model_validator(mode="after")
    def _death_is_where_it_is_said_to_be(self) -> Self:
        stands = {"event": DEATH in self.event, "competing": DEATH in self.competing, "censored": False}
        if self.death != "censored" and not stands[self.death]:
            raise ValueError(f'death = "{self.death}" needs "{DEATH}" among the dates of {self.death}')
        if any(there for where, there in stands.items() if where != self.death):
            raise ValueError(
                f'"{DEATH}" is a date of the endpoint, and death = "{self.death}" says otherwise'
            )
        return self


class Endpoint(Frozen):
    """A time-to-event outcome: columns and codes, or dates; time zero and how death is treated, all explicit.

    With `dates` the columns are made: `<id>_time` in months (of 30.4375 days) and `<id>_status` with the levels event,
    competing and censored, which derived variables may use.
    """

    id: Identifier = Field(description="A short name: os, dfs.")
    label: str = Field(min_length=1, description="The words in tables and figures.")
    dates: Dates | None = Field(
        default=None,
        description="The outcome as dates of a registry, in place of time, status and their codes.",
    )
    unit: Unit | None = Field(
        default=None,
        description="Whose outcome it is, when it is not the population's own unit (registry only).",
    )
    where: Expression | None = Field(
        default=None,
        description="Only records for which this holds; the others, and the unknown, are counted.",
    )
    group: Name | None = Field(
        default=None, description="Other groups for the curves than those of the comparison."
    )
    time: Name = Field(
        description="The column with the time from time zero to event or censoring. Required without `dates`."
    )
    status: Name = Field(
        description="The category or yes_no that says how follow-up ended. Required without `dates`."
    )
    event: tuple[Name, ...] = Field(
        min_length=1, description="Levels of status that are the event. Required without `dates`."
    )
    censor: tuple[Name, ...] = Field(
        description="Levels of status that are censoring. Required without `dates`."
    )
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
    follow_up: tuple[Literal["reverse-kaplan-meier", "survivors"], ...] = Field(
        default=("reverse-kaplan-meier",),
        min_length=1,
        description="How follow-up is summarised in the report: the median of the reverse Kaplan-Meier curve, or the "
        "median (quartiles) of the times of those who were censored.",
    )
    median_interval: Literal["curve", "spss"] = Field(
        default="curve",
        description="Interval of median survival: read off the interval of the curve (R), or the median plus and "
        "minus a multiple of its standard error (as SPSS prints).",
    )
    cumulative_incidence: bool = Field(
        default=False,
        description="Whether the cumulative incidence of the event is shown beside (Aalen-Johansen), with Gray's test "
        "of the groups; the endpoint then has competing events.",
    )

    @model_validator(mode="before")
    @classmethod
    def _dates_make_the_columns(cls, given: Any) -> Any:
        if not (isinstance(given, dict) and isinstance(given.get("dates"), dict)):
            return given
        stem = str(given.get("id", "")).replace("-", "_").replace(".", "_")
        made = {
            "time": f"{stem}_time",
            "status": f"{stem}_status",
            "event": ["event"],
            "censor": ["censored"],
        }
        if given["dates"].get("competing"):
            made["competing"] = ["competing"]
        twice = sorted(set(made) & set(given))
        if twice:
            raise ValueError(f'an endpoint with dates has no key "{twice[0]}"')
        return {**given, **made}

    @model_validator(mode="after")
    def _codes_are_distinct(self) -> Self:
        codes = [*self.event, *self.censor, *self.competing]
        repeated = sorted({code for code in codes if codes.count(code) > 1})
        if repeated:
            raise ValueError(f'"{repeated[0]}" stands twice among event, censor and competing')
        if len(set(self.follow_up)) < len(self.follow_up):
            raise ValueError(f'"{self.follow_up[0]}" stands twice in follow_up')
        if self.cumulative_incidence and not self.competing:
            raise ValueError(
                "cumulative_incidence is for an endpoint with competing events: without them it is one minus survival"
            )
        return self

    def variables(self) -> tuple[Variable, ...]:
        """The columns that dates make; none for an endpoint that names its columns."""
        if self.dates is None:
            return ()
        levels = tuple(
            Level(code=name, name=name, label=label)
            for name, label in (
                ("event", "Event"),
                ("competing", "Competing event"),
                ("censored", "Censored"),
            )
            if name != "competing" or self.dates.competing
        )
        return (
            Variable(name=self.time, label=f"Time of {self.label}", type="number", unit="months"),
            Variable(name=self.status, label=f"Status of {self.label}", type="category", levels=levels),
        )
