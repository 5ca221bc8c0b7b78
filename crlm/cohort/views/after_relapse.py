"""The pattern of the first relapse, and the locoregional treatment that followed it."""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.derivations import date_of_episode, of_episode
from crlm.cohort.views.episodes import EPISODE, PATIENT, EpisodeView
from crlm.cohort.views.events import EXTRAHEPATIC, INTRAHEPATIC, LOCAL, relapses

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
