"""Whether the liver metastases have come back, and after how long."""

from __future__ import annotations

from decimal import Decimal

from crlm.pathway.conditions.values import Span
from crlm.pathway.filling.answers import Answer, Asked, Found, Left, fills, origin
from crlm.pathway.filling.dates import When, days_from, earlier, months, newest
from crlm.pathway.filling.episode import earlier_procedures, previous_episodes, procedures
from crlm.pathway.filling.history import Row

NUMBERED = (
    "episode 1 is the index presentation, and 2 the first recurrence in the liver, by the data dictionary"
)
LIVER = ("local_tumour_progression", "intrahepatic_recurrence")


def _back_in_episode(case: Asked) -> tuple[Row, ...]:
    """Events of the liver after a treatment of the metastases in this episode."""
    done = [row.dates["date_procedure"] for row in procedures(case)]
    later = [
        row.when("date_crlm_diagnosis")
        for row in case.rows("crlm_episode")
        if (row["episode_number"] or 0) > (case.number or 0)
    ]
    return tuple(
        row
        for row in case.rows("followup_event")
        if row["event_type"] in LIVER
        and any(earlier(one, row.dates["date_event"]) for one in done)
        and all(one is not None and earlier(row.dates["date_event"], one) for one in later)
    )


@fills("recurrence", "crlm_episode.episode_number", "followup_event.event_type", "followup_event.date_event",
       absence=NUMBERED)  # fmt: skip
def recurrence(case: Asked) -> Answer:
    """Yes from the second episode on, or after an event in the liver since this episode's treatment; no in the
    first one otherwise.
    """
    if case.number is None:
        return Left("The episode has no number.")
    where = (origin(case.episode, "episode_number"),)
    if case.number >= 2:
        return Found("yes", where, NUMBERED)
    if any((row["episode_number"] or 0) > case.number for row in case.rows("crlm_episode")):
        return Left("A later episode is known by then.")
    events = _back_in_episode(case)
    if events:
        return Found(
            "yes", tuple(origin(row, "event_type") for row in events), "in the liver after its treatment"
        )
    doubtful = [row.key for row in case.unsure("followup_event") if row["event_type"] in LIVER]
    if doubtful:
        return Left(f"Whether {doubtful[0]} came before the decision is not known.")
    return Found("no", where, NUMBERED)


@fills("recurrence_interval_months", "local_treatment.date_procedure", "local_treatment.procedure_modalities",
       "crlm_episode.date_crlm_diagnosis", "followup_event.date_event")  # fmt: skip
def recurrence_interval(case: Asked) -> Answer:
    """Months (30.44 days) from the last treatment of the metastases before it to the diagnosis of a recurrent
    episode, or to the first event in the liver of this one.
    """
    if (case.number or 1) >= 2:
        found, source, variable = (
            case.episode.when("date_crlm_diagnosis"),
            case.episode,
            "date_crlm_diagnosis",
        )
        done = earlier_procedures(case)
        episodes = {row.key for row in previous_episodes(case)}
    else:
        events = _back_in_episode(case)
        if not events:
            return Left("No recurrence is known by then.")
        source, variable = min(events, key=lambda row: row.dates["date_event"].first), "date_event"
        found, done, episodes = source.dates["date_event"], procedures(case), {case.episode.key}
    doubtful = [row.key for row in case.unsure("local_treatment") if row["episode_id"] in (None, *episodes)]
    if found is None or doubtful:
        return Left(f"{'The recurrence' if found is None else doubtful[0]} has no date that tells.")
    before: list[tuple[Row, When]] = [
        (row, row.dates["date_procedure"])
        for row in done
        if earlier(found, row.dates["date_procedure"]) is not True
    ]
    last = newest([when for _, when in before])
    if last is None or earlier(last, found) is None:
        return Left("The last treatment before the recurrence is not known, or cannot be told.")
    where = tuple(origin(row, "date_procedure") for row, when in before if when == last)
    value: Decimal | Span = months(*days_from(last, found))
    return Found(value, (*where, origin(source, variable)), "days between the two dates / 30.44")
