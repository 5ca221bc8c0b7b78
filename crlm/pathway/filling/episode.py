"""Which episode is decided on, and which records belong to it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from crlm.dictionary.records import Registry
from crlm.pathway.filling.answers import Asked
from crlm.pathway.filling.dates import When, earlier, newest, no_later
from crlm.pathway.filling.history import History, Row, of_episode
from crlm.problems import DataError, Place, Problem, did_you_mean

CLEARING = frozenset({"resection", "rfa", "mwa", "ire", "sbrt", "transplantation"})
"""Procedures that treat the metastases; embolisation, a pump or an exploration do not clear them."""


def asked_about(registry: Registry, history: History, patient: str, episode: int | None) -> Asked:
    """The patient at the date, with the episode of that number, or the latest that had been diagnosed.

    A DataError when the patient is not there, has no such episode at the date, or when it cannot be told which is the
    latest (an episode without a date).
    """
    place = Place(registry.source.name)
    known = {row["patient_id"] for row in history.rows["patient"]}
    if not known:
        patients = registry.tables["patient"].frame["patient_id"].drop_nulls().to_list()
        given = f'there is no patient "{patient}"'
        raise DataError(
            Problem(
                "case-patient", given, "a patient_id of the registry.", did_you_mean(patient, patients), place
            )
        )
    died = history.rows["patient"][0].when("date_of_death")
    if died is not None and died.last < history.date:
        given = f"patient {patient} died on {died}, before {history.date}"
        raise DataError(
            Problem("case-patient", given, "a date before that.", "choose an earlier date.", place)
        )
    found = history.rows["crlm_episode"]
    if episode is not None:
        named = [row for row in found if row["episode_number"] == episode]
        if len(named) == 1:
            return Asked(history, named[0])
        raise _no_episode(history, place, f"liver episode {episode}")
    latest = newest([row.dates["date_crlm_diagnosis"] for row in found if "date_crlm_diagnosis" in row.dates])
    last = [row for row in found if row.when("date_crlm_diagnosis") == latest]
    if latest is None or len(last) != 1:
        raise _no_episode(history, place, "one latest liver episode")
    number = last[0]["episode_number"]
    doubtful = [row for row in history.unsure["crlm_episode"] if not _precedes(row["episode_number"], number)]
    if doubtful:
        given = f"episode {doubtful[0].key} has no date that says whether it was diagnosed by {history.date}"
        raise DataError(
            Problem(
                "case-episode",
                given,
                "an episode that had been diagnosed.",
                "name the episode (--episode N) or complete its date_crlm_diagnosis.",
                place,
            )
        )
    return Asked(history, last[0])


def _precedes(number: int | None, other: int | None) -> bool:
    return number is not None and other is not None and number < other


def _no_episode(history: History, place: Place, wanted: str) -> DataError:
    known = ", ".join(
        f"{row['episode_number']} ({row.when('date_crlm_diagnosis')})" for row in history.rows["crlm_episode"]
    )
    given = (
        f"patient {history.patient} has no {wanted} that is known to have been diagnosed by {history.date}"
    )
    allowed = f"the episodes known by then: {known}." if known else "none was known by then."
    return DataError(
        Problem("case-episode", given, allowed, "choose a later date or another episode.", place)
    )


def previous_episodes(case: Asked) -> tuple[Row, ...]:
    """The known episodes with a lower number."""
    return tuple(row for row in case.rows("crlm_episode") if _precedes(row["episode_number"], case.number))


def procedures(case: Asked, *, clearing: bool = True) -> tuple[Row, ...]:
    """The procedures of the episode that were done before the day of the decision."""
    found = of_episode(case.rows("local_treatment"), case.episode.key)
    return tuple(row for row in found if clears(row)) if clearing else found


def clears(row: Row) -> bool:
    """Whether a procedure treated metastases."""
    return bool(CLEARING & set(row["procedure_modalities"] or ()))


def earlier_procedures(case: Asked) -> tuple[Row, ...]:
    """The procedures that treated metastases in earlier episodes."""
    episodes = {row.key for row in previous_episodes(case)}
    return tuple(row for row in case.rows("local_treatment") if row["episode_id"] in episodes and clears(row))


def placed(case: Asked, rows: Iterable[Row], date: str) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The rows that belong to the episode, and those of which it cannot be told.

    A row belongs to the episode that it names. One that names none belongs to it when its date lies after the last
    treatment of the earlier episodes (without any, after their diagnosis; the first episode has no such limit), and on
    or before the diagnosis of the next one.
    """
    after = _last_of_earlier(case)
    before = _diagnosis_of_next(case)
    sure: list[Row] = []
    unsure: list[Row] = []
    for row in rows:
        if row["episode_id"] is not None:
            if row["episode_id"] == case.episode.key:
                sure.append(row)
            continue
        when = row.when(date)
        if when is None:
            unsure.append(row)
            continue
        later = True if after is None else earlier(after, when)
        sooner = True if before is None else earlier(when, before)
        if later and sooner:
            sure.append(row)
        elif later is not False and sooner is not False:
            unsure.append(row)
    return tuple(sure), tuple(unsure)


def _last_of_earlier(case: Asked) -> When | None:
    episodes = previous_episodes(case)
    if not episodes:
        return None
    dates = [row.dates["date_procedure"] for row in earlier_procedures(case)]
    dates = dates or [
        row.dates["date_crlm_diagnosis"] for row in episodes if row.dates.get("date_crlm_diagnosis")
    ]
    # Of dates whose order cannot be told, the latest day that any of them can be.
    return max(dates, key=lambda one: one.last, default=None)


def _diagnosis_of_next(case: Asked) -> When | None:
    found = [
        row.dates["date_crlm_diagnosis"]
        for row in case.rows("crlm_episode")
        if _precedes(case.number, row["episode_number"]) and "date_crlm_diagnosis" in row.dates
    ]
    return min(found, key=lambda one: one.first, default=None)


def therapies(case: Asked) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The systemic therapies for the episode that began before the day of the decision, and those in doubt.

    A therapy belongs to the episode that it names. One that names none belongs to the patient's latest episode
    diagnosed on or before its start; before every episode it was for the primary.
    """
    sure: list[Row] = []
    unsure: list[Row] = []
    for row in case.rows("systemic_therapy"):
        if row["episode_id"] is not None:
            if row["episode_id"] == case.episode.key:
                sure.append(row)
            continue
        start = row.when("date_start")
        mine = _began_in(case, start) if start is not None else None
        if mine is not False:
            (sure if mine else unsure).append(row)
    doubtful = [
        row for row in case.unsure("systemic_therapy") if row["episode_id"] in (None, case.episode.key)
    ]
    return tuple(sure), (*unsure, *doubtful)


def _began_in(case: Asked, start: When) -> bool | None:
    """Whether a therapy of that start falls to the episode: begun after its diagnosis, and before that of the next."""
    diagnosed = case.episode.when("date_crlm_diagnosis")
    if diagnosed is None:
        return None
    begun, next_one = no_later(diagnosed, start), _diagnosis_of_next(case)
    over = no_later(next_one, start) if next_one is not None else False
    if begun is False or over is True:
        return False
    return True if begun and over is False else None


def day(value: datetime.date) -> When:
    """A date known to the day."""
    return When(value, value)
