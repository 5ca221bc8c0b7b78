"""What happened after an episode's index procedure: relapse, its pattern, and its treatment."""

from __future__ import annotations

import polars as pl

from crlm.cohort.endpoints import DAYS_PER_MONTH
from crlm.cohort.views.derivations import date_of_episode, of_episode
from crlm.cohort.views.episodes import EPISODE, PATIENT, EpisodeView

LOCAL, INTRAHEPATIC, EXTRAHEPATIC = (
    "local_tumour_progression",
    "intrahepatic_recurrence",
    "extrahepatic_recurrence",
)
LIVER_SITES = ("liver_local", "liver_distant")
LRT = {
    "liver_surgery": ("liver_surgery", "liver"),
    "liver_nonsurgical_lrt": ("liver_nonsurgical", "liver"),
    "lung_surgery": ("lung_surgery", "lung"),
    "lung_radiotherapy": ("lung_radiotherapy", "lung"),
    "other_single_organ_lrt": ("other_single_organ", "other_single"),
    "multiorgan_lrt": ("multiorgan", "multiorgan"),
}
"""Treatment after relapse as recorded: its name and its site among locoregional treatments."""


def relapses(view: EpisodeView) -> pl.DataFrame:
    """The patient's relapses after each episode's index procedure: a row per episode and event, with a date."""
    events = view.table("followup_event").filter(
        pl.col("event_type").is_in([LOCAL, INTRAHEPATIC, EXTRAHEPATIC]) & pl.col("date_event").is_not_null()
    )
    pairs = view.frame(EPISODE, PATIENT, "date_procedure").join(
        events, on=PATIENT, how="inner", maintain_order="left", suffix="_of_event"
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
    """First progression of any tumour treated in the index procedure."""
    treated = view.table("treated_lesion").select("procedure_id", "date_ltp")
    of_lesions = view.joined(
        treated.group_by("procedure_id")
        .agg(pl.col("date_ltp").min())
        .rename({"procedure_id": "index_procedure_id"}),
        "index_procedure_id",
        "date_ltp",
    )
    return pl.select(pl.min_horizontal(of_lesions, _first(view, LOCAL))).to_series()


@date_of_episode("First progression or relapse after the diagnosis of the episode")
def date_first_progression(view: EpisodeView) -> pl.Series:
    """First recurrence or progression of any kind after the diagnosis of this episode, treated locally or not.

    An event on the day of diagnosis is the episode itself and does not count.
    """
    events = view.table("followup_event").filter(
        pl.col("event_type").is_in([LOCAL, INTRAHEPATIC, EXTRAHEPATIC])
    )
    pairs = view.frame(EPISODE, PATIENT, "date_crlm_diagnosis").join(
        events, on=PATIENT, how="inner", maintain_order="left", suffix="_of_event"
    )
    later = pairs.filter(pl.col("date_event") > pl.col("date_crlm_diagnosis"))
    return view.per_episode(later, pl.col("date_event").min())


def _happened(view: EpisodeView, date: str) -> pl.Series:
    """Whether a date of relapse exists: "no" needs a disease assessment after the procedure."""
    assessed = pl.col("date_last_disease_assessment") >= pl.col("date_procedure")
    return view.compute(
        pl.when(pl.col(date).is_not_null()).then(True).when(assessed).then(False),
        date,
        "date_last_disease_assessment",
        "date_procedure",
    )


@of_episode
def relapse(view: EpisodeView) -> pl.Series:
    """Whether the disease came back after the index procedure."""
    return _happened(view, "date_first_relapse")


@of_episode
def distant_progression(view: EpisodeView) -> pl.Series:
    """Whether it came back away from the treated site."""
    return _happened(view, "date_first_distant_progression")


@of_episode
def relapse_pattern(view: EpisodeView) -> pl.Series:
    """Hepatic only, one organ outside the liver, or several, at the first relapse; all events of that day count.

    The liver and one other organ are several. An extrahepatic relapse without recorded sites is unknown, unless the
    liver is involved as well.
    """
    rows = view.with_variables(view.once(relapses), "date_first_relapse")
    first = rows.filter(pl.col("date_event") == pl.col("date_first_relapse"))
    sites = pl.col("sites").explode().drop_nulls()
    summary = first.group_by(EPISODE).agg(
        (pl.col("event_type").is_in([LOCAL, INTRAHEPATIC]).any() | sites.is_in(LIVER_SITES).any()).alias(
            "liver"
        ),
        (pl.col("event_type") == EXTRAHEPATIC).any().alias("outside"),
        sites.filter(~sites.is_in(LIVER_SITES)).n_unique().alias("organs"),
    )
    outside = pl.col("outside") | (pl.col("organs") > 0)
    pattern = (
        pl.when(pl.col("liver") & ~outside)
        .then(pl.lit("hepatic_only"))
        .when((pl.col("liver") & outside) | (pl.col("organs") > 1))
        .then(pl.lit("multiorgan"))
        .when(pl.col("organs") == 1)
        .then(pl.lit("extrahepatic_single_organ"))
    )
    return view.joined(summary.with_columns(pattern.alias("pattern")), EPISODE, "pattern")


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
    """Whether relapse or death came within so many months; "no" needs so long an assessment, or a later event."""
    event = pl.min_horizontal("date_first_relapse", "date_of_death")
    happened, seen = (
        (end - pl.col("date_procedure")).dt.total_days() / DAYS_PER_MONTH
        for end in (event, pl.col("date_last_disease_assessment"))
    )
    return view.compute(
        pl.when(happened <= months).then(True).when((happened > months) | (seen >= months)).then(False),
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


def locoregional(view: EpisodeView) -> pl.DataFrame:
    """Locoregional treatments with curative intent on or after the first relapse of an episode, in order of date."""
    rows = view.table("post_relapse_treatment").filter(pl.col("prt_type").is_in(list(LRT)))
    pairs = view.frame(EPISODE, PATIENT, "date_first_relapse").join(
        rows, on=PATIENT, how="inner", maintain_order="left", suffix="_of_treatment"
    )
    after = pairs.filter(
        (pl.col("date_start") >= pl.col("date_first_relapse")) & pl.col("curative_intent").fill_null(False)
    )
    return after.sort("date_start", "prt_id", nulls_last=True)


def _count_locoregional(view: EpisodeView) -> pl.Series:
    """How many such treatments a relapsed patient had; unknown without a relapse, or without the table."""
    counts = view.per_episode(view.once(locoregional), pl.len())
    if not view.is_recorded("post_relapse_treatment"):
        return pl.Series([None] * counts.len(), dtype=pl.Int64)
    return view.compute(
        pl.when(pl.col("date_first_relapse").is_not_null()).then(pl.lit(counts.cast(pl.Int64)).fill_null(0)),
        "date_first_relapse",
    )


@of_episode
def any_lrt_after_relapse(view: EpisodeView) -> pl.Series:
    """Among the relapsed: at least one locoregional treatment with curative intent."""
    return _count_locoregional(view) >= 1


@of_episode
def more_than_one_lrt(view: EpisodeView) -> pl.Series:
    """Among the relapsed: more than one."""
    return _count_locoregional(view) > 1


@date_of_episode("First locoregional treatment after relapse")
def date_first_locoregional_treatment(view: EpisodeView) -> pl.Series:
    """Start of the first locoregional treatment with curative intent after the first relapse."""
    return view.per_episode(view.once(locoregional), pl.col("date_start").min())


def _first_locoregional(view: EpisodeView, place: int) -> pl.Series:
    first = view.once(locoregional).unique(EPISODE, keep="first", maintain_order=True)
    names = {recorded: names[place] for recorded, names in LRT.items()}
    return view.joined(first, EPISODE, "prt_type").replace_strict(names, default=None, return_dtype=pl.String)


@of_episode
def lrt_type(view: EpisodeView) -> pl.Series:
    """What the first locoregional treatment after relapse was."""
    return _first_locoregional(view, 0)


@of_episode
def lrt_site(view: EpisodeView) -> pl.Series:
    """Where the first locoregional treatment after relapse was given."""
    return _first_locoregional(view, 1)
