"""Endpoints: from a time and a status column to arrays that an estimator can use, refusing what cannot be true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from crlm.cohort.groups import level_values
from crlm.dictionary.records import ROW, Records
from crlm.dictionary.wording import counted
from crlm.problems import DataError, Place, Problem

LOOKS_CENSORED = ("alive", "no", "censored", "event_free", "none", "disease_free", "lost", "living")
"""Level names that, declared as the event, suggest that the coding is the wrong way round."""


DAYS_PER_MONTH = 30.4375
"""A year of 365.25 days has twelve of these."""


@dataclass(frozen=True)
class EndpointDefinition:
    """Which columns and codes make a time-to-event outcome; `unknown` says what happens to incomplete records."""

    label: str
    time: str
    status: str
    event: tuple[str, ...]
    censor: tuple[str, ...]
    competing: tuple[str, ...] = ()
    horizon: float | None = None
    unknown: Literal["exclude"] | None = None


@dataclass(frozen=True)
class SurvivalData:
    """Arrays of one endpoint.

    `rows` (int64, n) index the population's frame; `time` (float64, n) is in the endpoint's unit, at least 0;
    `event` (bool, n) is the event of interest; `competing` (bool, n) a competing event (not an `event`).
    `excluded` lists what was left out and why; `notes` what a reader should doubt.
    """

    rows: np.ndarray
    time: np.ndarray
    event: np.ndarray
    competing: np.ndarray
    excluded: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


def dated(
    frame: pl.DataFrame, start: str, event: Sequence[str], competing: Sequence[str], until: str
) -> tuple[pl.Series, pl.Series]:
    """Time in months and status ("event", "competing", "censored") from dates; both null where they are unknown.

    The earliest event date and the earliest competing date are taken; on the same day the event counts. What comes
    first ends the time; without either, `until` does, and is needed. Time is unknown without a start, and negative
    when the dates say so (see `survival_data`, which refuses it). A month has 30.4375 days.
    """
    first_event, first_competing = _earliest(event), _earliest(competing)
    happened = first_event.is_not_null() & (first_competing.is_null() | (first_event <= first_competing))
    prevented = first_competing.is_not_null() & ~happened
    end = pl.when(happened).then(first_event).when(prevented).then(first_competing).otherwise(pl.col(until))
    time = (end - pl.col(start)).dt.total_days() / DAYS_PER_MONTH
    status = (
        pl.when(time.is_null())
        .then(None)
        .when(happened)
        .then(pl.lit("event"))
        .when(prevented)
        .then(pl.lit("competing"))
        .otherwise(pl.lit("censored"))
    )
    both = frame.select(time.cast(pl.Float64).alias("time"), status.alias("status"))
    return both["time"], both["status"]


def _earliest(dates: Sequence[str]) -> pl.Expr:
    return pl.min_horizontal(*dates) if dates else pl.lit(None, dtype=pl.Date)


def survival_data(records: Records, definition: EndpointDefinition) -> SurvivalData:
    """The endpoint's arrays for a population.

    A negative or unknown time, and a status that is unknown, are DataErrors naming rows, unless the definition
    excludes the unknown (then they are counted). Times beyond the horizon are censored there. When the coding looks
    the wrong way round a note says so; nothing is changed.
    """
    frame = records.frame
    time = frame[definition.time].cast(pl.Float64)
    status = level_values(frame, records.variables[definition.status])
    _refuse(records, definition, time, status)
    known = (time.is_not_null() & status.is_not_null()).to_numpy()
    excluded = tuple(
        (f"{records.variables[name].label} unknown", count)
        for name, count in (
            (definition.time, int(time.is_null().sum())),
            (definition.status, int((status.is_null() & time.is_not_null()).sum())),
        )
        if count
    )
    rows = np.flatnonzero(known)
    if not rows.size:
        raise DataError(_nobody(records, definition))
    times = time.to_numpy()[rows].astype(np.float64)
    event = status.is_in(definition.event).fill_null(False).to_numpy()[rows]
    competing = status.is_in(definition.competing).fill_null(False).to_numpy()[rows]
    notes = _coding_notes(records, definition, times, event)
    if definition.horizon is not None:
        later = times > definition.horizon
        times = np.minimum(times, definition.horizon)
        event, competing = event & ~later, competing & ~later
    return SurvivalData(rows, times, event, competing, excluded, notes)


def _refuse(records: Records, definition: EndpointDefinition, time: pl.Series, status: pl.Series) -> None:
    problems = []
    negative = (time < 0).fill_null(False)
    if negative.any():
        problems.append(
            _problem(
                records,
                negative,
                definition.time,
                "endpoint-time-negative",
                given=f"the time of {definition.label} is negative ({time.filter(negative)[0]:g})",
                allowed="0 or more; a time counts from time zero.",
                fix="correct the dates behind it, or leave the record out with a criterion in [population].",
            )
        )
    declared = (*definition.event, *definition.censor, *definition.competing)
    undeclared = (~status.is_in(declared)).fill_null(False)
    if undeclared.any():
        problems.append(
            _problem(
                records,
                undeclared,
                definition.status,
                "endpoint-status-undeclared",
                given=f'the status of {definition.label} is "{status.filter(undeclared)[0]}", '
                "which is neither event, censor nor competing",
                allowed=", ".join(f'"{name}"' for name in declared) + ".",
                fix=f'add "{status.filter(undeclared)[0]}" to event, censor or competing of the endpoint.',
            )
        )
    if definition.unknown is None:
        for column, values in ((definition.time, time), (definition.status, status)):
            missing = values.is_null()
            if missing.any():
                problems.append(
                    _problem(
                        records,
                        missing,
                        column,
                        "endpoint-unknown",
                        given=f"{records.variables[column].label} of {definition.label} is missing",
                        allowed="a known time and status for every record, or a rule for those without.",
                        fix=f'complete the data, add the criterion include = "known({column})", '
                        'or set unknown = "exclude" in the endpoint.',
                    )
                )
    if problems:
        raise DataError(problems)


def _problem(
    records: Records, wrong: pl.Series, column: str, code: str, *, given: str, allowed: str, fix: str
) -> Problem:
    rows = records.frame.filter(wrong)[ROW].to_list()
    listed = ", ".join(map(str, rows[:5])) + (" ..." if len(rows) > 5 else "")
    variable = records.variables[column]
    place = Place(file=records.source.name, row=rows[0], column=variable.header or variable.name)
    return Problem(
        code=code,
        given=f"{given} in {counted(len(rows), 'record')} (row{'s' if len(rows) > 1 else ''} {listed}).",
        allowed=allowed,
        fix=fix,
        place=place,
    )


def _nobody(records: Records, definition: EndpointDefinition) -> Problem:
    return Problem(
        code="endpoint-empty",
        given=f"no record has a known time and status of {definition.label}.",
        allowed="at least one.",
        fix="check the endpoint's time and status columns.",
        place=Place(file=records.source.name, column=definition.time),
    )


def _coding_notes(
    records: Records, definition: EndpointDefinition, time: np.ndarray, event: np.ndarray
) -> tuple[str, ...]:
    """Reasons to believe that event and censoring were swapped: the words of the levels, and the times.

    Follow-up usually ends later for the censored than events happen. When events come later than censorings in more
    than 70 of 100 pairs, and there are at least 10 of each, that deserves a look; it can be true of a young cohort.
    """
    notes = []
    suspicious = [name for name in definition.event if name in LOOKS_CENSORED]
    if suspicious:
        notes.append(
            f'The event of {definition.label} is the level "{suspicious[0]}", which usually means censoring: '
            "check that event and censor are not the wrong way round."
        )
    if event.sum() >= 10 and (~event).sum() >= 10:
        share = _share_later(time[event], time[~event])
        if share > 0.7:
            notes.append(
                f"Events of {definition.label} come later than censorings in {100 * share:.0f} of 100 pairs of "
                f"patients, which is unusual: check that {_quoted(definition.event)} is the event and "
                f"{_quoted(definition.censor)} is censoring, and not the wrong way round."
            )
    return tuple(notes)


def _share_later(first: np.ndarray, second: np.ndarray) -> float:
    """The share of pairs in which the first is larger, ties counting half."""
    ordered = np.sort(second)
    below = np.searchsorted(ordered, first, side="left")
    through = np.searchsorted(ordered, first, side="right")
    return float((below + through).sum() / (2 * first.size * second.size))


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
