"""Endpoints: curves, what is read off them, and the numbers at risk."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen
from crlm.study.results.baseline import NumberSummary
from crlm.study.results.numbers import Interval, Test
from crlm.study.results.population import Removed


class Landmark(Frozen):
    """Survival at a stated time."""

    time: float = Field(description="The time.")
    survival: Interval = Field(description="The probability of being free of the event beyond that time.")
    at_risk: int = Field(description="Records at risk just before that time.")


class Curve(Frozen):
    """A Kaplan-Meier curve as data, with what is read off it."""

    group: str | None = Field(description="The level of the comparison; null for everyone.")
    label: str = Field(description="The words in tables and figures.")
    n: int = Field(description="Records.")
    events: int = Field(description="Events.")
    time: tuple[float, ...] = Field(description="Distinct times of events and censorings, ascending.")
    at_risk: tuple[int, ...] = Field(description="Records at risk just before each time.")
    events_at: tuple[int, ...] = Field(description="Events at each time.")
    censored_at: tuple[int, ...] = Field(description="Follow-up that ended without the event at each time.")
    survival: tuple[float, ...] = Field(
        description="Survival from each time until the next; before the first time it is 1."
    )
    lower: tuple[float | None, ...] = Field(
        description="Lower bound of `survival`; null where the interval does not exist (survival 0 or 1)."
    )
    upper: tuple[float | None, ...] = Field(description="As `lower`.")
    median: Interval = Field(description="Median time to the event.")
    landmarks: tuple[Landmark, ...] = Field(description="Survival at the times that the protocol names.")
    follow_up: Interval = Field(description="Median follow-up, reverse Kaplan-Meier.")
    survivors: NumberSummary | None = Field(
        default=None,
        description="Follow-up of those who were censored (neither event nor competing event); null unless the "
        "protocol asks for it.",
    )
    last_time: float = Field(description="The longest follow-up.")


class RiskRow(Frozen):
    """Numbers under the curves, at the times of the axis: at each, the three counts add up to all records."""

    group: str | None = Field(description="The level of the comparison; null for everyone.")
    label: str = Field(description="The words beside the row.")
    at_risk: tuple[int, ...] = Field(description="Records at risk just before each time.")
    events: tuple[int, ...] = Field(description="Cumulative events before each time.")
    censored: tuple[int, ...] = Field(description="Cumulative censorings before each time.")


class RiskTable(Frozen):
    """The number-at-risk table; its times are the ticks of the figure's axis."""

    times: tuple[float, ...] = Field(description="The times.")
    overall: RiskRow = Field(description="Everyone.")
    groups: tuple[RiskRow, ...] = Field(description="The groups of the comparison.")


class ObservedExpected(Frozen):
    """A group in the log-rank test."""

    group: str = Field(description="The level of the comparison.")
    label: str = Field(description="The words in tables.")
    n: int = Field(description="Records.")
    observed: int = Field(description="Events observed.")
    expected: float = Field(description="Events expected if the groups did not differ.")


class IncidenceLandmark(Frozen):
    """Cumulative incidence at a stated time."""

    time: float = Field(description="The time.")
    incidence: Interval = Field(description="The probability of having had the event by that time.")
    at_risk: int = Field(description="Records at risk just before that time.")


class IncidenceCurve(Frozen):
    """A cumulative incidence curve as data: the probability of the event while competing events act too."""

    group: str | None = Field(description="The level of the comparison; null for everyone.")
    label: str = Field(description="The words in tables and figures.")
    n: int = Field(description="Records.")
    events: int = Field(description="Events.")
    competing: int = Field(description="Competing events.")
    time: tuple[float, ...] = Field(description="Distinct times of events and censorings, ascending.")
    at_risk: tuple[int, ...] = Field(description="Records at risk just before each time.")
    events_at: tuple[int, ...] = Field(description="Events at each time.")
    competing_at: tuple[int, ...] = Field(description="Competing events at each time.")
    censored_at: tuple[int, ...] = Field(description="Follow-up that ended without any event at each time.")
    incidence: tuple[float, ...] = Field(
        description="Incidence from each time until the next; before the first time it is 0."
    )
    lower: tuple[float | None, ...] = Field(
        description="Lower bound of `incidence`; null where the interval does not exist (incidence 0 or 1)."
    )
    upper: tuple[float | None, ...] = Field(description="As `lower`.")
    landmarks: tuple[IncidenceLandmark, ...] = Field(description="At the times that the protocol names.")
    last_time: float = Field(description="The longest follow-up.")


class CumulativeIncidence(Frozen):
    """The event in the presence of competing events, by the Aalen-Johansen method."""

    overall: IncidenceCurve = Field(description="Everyone.")
    groups: tuple[IncidenceCurve, ...] = Field(description="The groups, in the order of the endpoint's.")
    gray: Test | None = Field(description="Gray's test of the groups; null when the protocol compares none.")


class EndpointResult(Frozen):
    """An endpoint: who was analysed and how they fared."""

    id: str = Field(description="The endpoint's id in the protocol.")
    label: str = Field(description="The words in tables and figures.")
    time_unit: str = Field(description="The unit of every time of this endpoint.")
    time_zero: str | None = Field(description="From when time counts, in words.")
    definition: str | None = Field(description="What counts as the event, in words.")
    unit: Literal["patient", "episode", "tumour"] = Field(
        default="patient", description="Whose outcome it is: what is counted in this endpoint."
    )
    n: int = Field(description="Records analysed.")
    events: int = Field(description="Events.")
    censored: int = Field(description="Follow-up that ended without the event and without a competing event.")
    competing: int = Field(description="Follow-up ended by a competing event; censored in these analyses.")
    excluded: tuple[Removed, ...] = Field(
        description="Records of the population that could not be analysed, and why."
    )
    horizon: float | None = Field(
        description="End of follow-up as declared: what came later is censored there."
    )
    interval: str = Field(description="The interval's transformation.")
    median_interval: Literal["curve", "spss"] = Field(
        default="curve",
        description="Interval of medians: read off that of the curve, or the median plus and minus a multiple of its "
        "standard error.",
    )
    follow_up: tuple[Literal["reverse-kaplan-meier", "survivors"], ...] = Field(
        default=("reverse-kaplan-meier",), description="How the report summarises follow-up."
    )
    axis_until: float = Field(description="Where the time axis of the figures ends.")
    overall: Curve = Field(description="Everyone.")
    groups: tuple[Curve, ...] = Field(
        description="The groups of the comparison; one without a record is left out, and a note says so."
    )
    log_rank: Test | None = Field(
        description="Comparison of the groups; null when the protocol compares none."
    )
    observed_expected: tuple[ObservedExpected, ...] = Field(
        default=(), description="The groups in the log-rank test."
    )
    risk_table: RiskTable = Field(description="Numbers at risk under the figures.")
    incidence: CumulativeIncidence | None = Field(
        default=None, description="Cumulative incidence of the event; null unless the protocol asks for it."
    )
    late_group: str | None = Field(
        default=None,
        description="That the groups became known only after time zero, and what that does to their comparison; null "
        "when they did not, or when it is not known. It is one of the notes as well.",
    )
    notes: tuple[str, ...] = Field(default=(), description="What a reader should know or doubt.")
