"""What happened after an episode's index procedure: dates of relapse and progression, and what they say."""

from __future__ import annotations

import polars as pl

from crlm.cohort.endpoints import DAYS_PER_MONTH
from crlm.cohort.views.derivations import date_of_episode, helper_of_episode, of_episode
from crlm.cohort.views.episodes import EPISODE, PATIENT, EpisodeView

LOCAL, INTRAHEPATIC, EXTRAHEPATIC = (
    "local_tumour_progression",
    "intrahepatic_recurrence",
    "extrahepatic_recurrence",
)
OF_PROCEDURE = "relative_to_procedure_id"


def recurrences(view: EpisodeView) -> pl.DataFrame:
    """Every dated recurrence or progression of each patient, of which procedure where that is recorded.

    Those are the recorded events and the local progressions of treated lesions. A later liver episode is one as well,
    in the liver away from the treated site, when nothing in the liver explains it: nothing on or before its diagnosis
    and after the treatment of the episode before (or, untreated, after the diagnosis of that).
    """
    events = pl.concat([_recorded(view), _of_lesions(view)])
    in_liver = events.filter(pl.col("event_type").is_in([LOCAL, INTRAHEPATIC])).select(PATIENT, "date_event")
    names = ("previous_date_procedure", "previous_date_crlm_diagnosis")
    later = view.frame(EPISODE, PATIENT, "episode_number", "date_crlm_diagnosis", *names).filter(
        (pl.col("episode_number") >= 2) & pl.col("date_crlm_diagnosis").is_not_null()
    )
    explained = later.join(in_liver, on=PATIENT, how="inner").filter(
        (pl.col("date_event") > pl.coalesce(*names, pl.date(1, 1, 1)))
        & (pl.col("date_event") <= pl.col("date_crlm_diagnosis"))
    )
    unexplained = later.join(explained, on=EPISODE, how="anti").select(
        PATIENT,
        pl.col("date_crlm_diagnosis").alias("date_event"),
        pl.lit(INTRAHEPATIC).alias("event_type"),
        pl.lit(["liver_distant"]).alias("sites"),
        pl.lit(None, dtype=pl.String).alias(OF_PROCEDURE),
    )
    return pl.concat([events, unexplained])


def _recorded(view: EpisodeView) -> pl.DataFrame:
    recurrent = pl.col("event_type").is_in([LOCAL, INTRAHEPATIC, EXTRAHEPATIC])
    rows = view.table("followup_event").filter(recurrent & pl.col("date_event").is_not_null())
    return rows.select(PATIENT, "date_event", "event_type", "sites", OF_PROCEDURE)


def _of_lesions(view: EpisodeView) -> pl.DataFrame:
    progressed = view.table("treated_lesion").filter(pl.col("date_ltp").is_not_null())
    patients = view.table("local_treatment").select("procedure_id", PATIENT)
    return progressed.join(patients, on="procedure_id", how="inner").select(
        PATIENT,
        pl.col("date_ltp").alias("date_event"),
        pl.lit(LOCAL).alias("event_type"),
        pl.lit(["liver_local"]).alias("sites"),
        pl.col("procedure_id").alias(OF_PROCEDURE),
    )


def relapses(view: EpisodeView) -> pl.DataFrame:
    """The patient's recurrences after each episode's index procedure: a row per episode and recurrence."""
    pairs = view.frame(EPISODE, PATIENT, "index_procedure_id", "date_procedure").join(
        view.once(recurrences), on=PATIENT, how="inner", maintain_order="left"
    )
    return pairs.filter(pl.col("date_event") > pl.col("date_procedure"))


def _first(view: EpisodeView, *types: str) -> pl.Series:
    rows = view.once(relapses).filter(pl.col("event_type").is_in(types))
    return view.per_episode(rows, pl.col("date_event").min())


@date_of_episode("First relapse")
def date_first_relapse(view: EpisodeView) -> pl.Series:
    """First recurrence of any kind, anywhere, after the index procedure."""
    return _first(view, LOCAL, INTRAHEPATIC, EXTRAHEPATIC)


@date_of_episode("First distant progression")
def date_first_distant_progression(view: EpisodeView) -> pl.Series:
    """First recurrence away from the treated site, in the liver or outside it, after the index procedure."""
    return _first(view, INTRAHEPATIC, EXTRAHEPATIC)


@date_of_episode("First liver recurrence")
def date_first_liver_recurrence(view: EpisodeView) -> pl.Series:
    """First recurrence in the liver, at the treated site or elsewhere, after the index procedure."""
    return _first(view, LOCAL, INTRAHEPATIC)


@date_of_episode("First recurrence in the liver away from the treated site")
def date_first_intrahepatic_recurrence(view: EpisodeView) -> pl.Series:
    """First new metastasis in the liver after the index procedure."""
    return _first(view, INTRAHEPATIC)


@date_of_episode("First extrahepatic recurrence")
def date_first_extrahepatic_recurrence(view: EpisodeView) -> pl.Series:
    """First recurrence outside the liver after the index procedure."""
    return _first(view, EXTRAHEPATIC)


@date_of_episode("First local progression")
def date_first_local_progression(view: EpisodeView) -> pl.Series:
    """First progression at the site of the index procedure; one recorded of another procedure does not count."""
    of = pl.col(OF_PROCEDURE)
    local = view.once(relapses).filter(
        (pl.col("event_type") == LOCAL) & (of.is_null() | (of == pl.col("index_procedure_id")))
    )
    return view.per_episode(local, pl.col("date_event").min())


@date_of_episode("First progression or relapse after the diagnosis of the episode")
def date_first_progression(view: EpisodeView) -> pl.Series:
    """First recurrence or progression of any kind after the diagnosis of this episode, treated locally or not.

    An event on the day of diagnosis is the episode itself and does not count.
    """
    pairs = view.frame(EPISODE, PATIENT, "date_crlm_diagnosis").join(
        view.once(recurrences), on=PATIENT, how="inner", maintain_order="left"
    )
    later = pairs.filter(pl.col("date_event") > pl.col("date_crlm_diagnosis"))
    return view.per_episode(later, pl.col("date_event").min())


@helper_of_episode("Recurrence without a date", "yes_no")
def recurrence_uncertain(view: EpisodeView) -> pl.Series:
    """Whether the patient has a recurrence without a date, a local progression without one, or an event of no kind.

    No date of such an event enters an endpoint, so a patient who has one looks longer free of recurrence than is known.
    Unknown in a registry without events.
    """
    if not view.is_recorded("followup_event"):
        return pl.Series([None] * view.episodes.height, dtype=pl.Boolean)
    kind = pl.col("event_type")
    events = view.table("followup_event").filter(
        kind.is_null() | (kind.is_in([LOCAL, INTRAHEPATIC, EXTRAHEPATIC]) & pl.col("date_event").is_null())
    )
    lesions = view.table("treated_lesion").filter(pl.col("ltp") & pl.col("date_ltp").is_null())
    sessions = view.table("local_treatment").filter(
        pl.col("procedure_id").is_in(lesions["procedure_id"].implode())
    )
    patients = pl.concat([events[PATIENT], sessions[PATIENT]])
    return view[PATIENT].is_in(patients.implode())


def _happened(view: EpisodeView, date: str) -> pl.Series:
    """Whether a date of relapse exists: "no" needs a disease assessment after the procedure, and no undated event."""
    assessed = pl.col("date_last_disease_assessment") >= pl.col("date_procedure")
    return view.compute(
        pl.when(pl.col(date).is_not_null())
        .then(True)
        .when(assessed & ~pl.col("recurrence_uncertain"))
        .then(False),
        date,
        "date_last_disease_assessment",
        "date_procedure",
        "recurrence_uncertain",
    )


@of_episode
def relapse(view: EpisodeView) -> pl.Series:
    """Whether the disease came back after the index procedure."""
    return _happened(view, "date_first_relapse")


@of_episode
def distant_progression(view: EpisodeView) -> pl.Series:
    """Whether it came back away from the treated site."""
    return _happened(view, "date_first_distant_progression")


def _relapsed_within(view: EpisodeView, months: int) -> pl.Series:
    """Among the relapsed: whether within so many months of the index procedure; unknown for all others."""
    elapsed = (pl.col("date_first_relapse") - pl.col("date_procedure")).dt.total_days() / DAYS_PER_MONTH
    return view.compute(elapsed <= months, "date_first_relapse", "date_procedure")


@of_episode
def early_recurrence_6mo(view: EpisodeView) -> pl.Series:
    """Relapse within 6 months of the index procedure, among those who relapsed."""
    return _relapsed_within(view, 6)


@of_episode
def early_recurrence_12mo(view: EpisodeView) -> pl.Series:
    """Relapse within 12 months of the index procedure, among those who relapsed."""
    return _relapsed_within(view, 12)


def _relapsed_or_died_within(view: EpisodeView, months: int) -> pl.Series:
    """Whether relapse or death came within so many months.

    "No" needs so long an assessment, or a later event, and no recurrence without a date.
    """
    event = pl.min_horizontal("date_first_relapse", "date_of_death")
    happened, seen = (
        (end - pl.col("date_procedure")).dt.total_days() / DAYS_PER_MONTH
        for end in (event, pl.col("date_last_disease_assessment"))
    )
    return view.compute(
        pl.when(happened <= months)
        .then(True)
        .when(((happened > months) | (seen >= months)) & ~pl.col("recurrence_uncertain"))
        .then(False),
        "recurrence_uncertain",
        "date_first_relapse",
        "date_of_death",
        "date_procedure",
        "date_last_disease_assessment",
    )


@of_episode
def relapse_or_death_6mo(view: EpisodeView) -> pl.Series:
    """Relapse or death within 6 months of the index procedure."""
    return _relapsed_or_died_within(view, 6)


@of_episode
def relapse_or_death_12mo(view: EpisodeView) -> pl.Series:
    """Relapse or death within 12 months of the index procedure."""
    return _relapsed_or_died_within(view, 12)


@of_episode
def follow_up(view: EpisodeView) -> pl.Series:
    """Months from the index procedure to the last date on which vital status is known."""
    return view.compute(
        (pl.col("date_last_vital_status") - pl.col("date_procedure")).dt.total_days() / DAYS_PER_MONTH,
        "date_last_vital_status",
        "date_procedure",
    )
