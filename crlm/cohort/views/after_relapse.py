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
        ((pl.col("event_type") == EXTRAHEPATIC) & (pl.col("sites").list.len().fill_null(0) == 0))
        .any()
        .alias("somewhere"),
    )
    outside = pl.col("outside") | (pl.col("organs") > 0)
    pattern = (
        pl.when(pl.col("liver") & ~outside)
        .then(pl.lit("hepatic_only"))
        .when((pl.col("liver") & outside) | (pl.col("organs") > 1))
        .then(pl.lit("multiorgan"))
        .when((pl.col("organs") == 1) & ~pl.col("somewhere"))
        .then(pl.lit("extrahepatic_single_organ"))
    )
    return view.joined(summary.with_columns(pattern.alias("pattern")), EPISODE, "pattern")


def locoregional(view: EpisodeView) -> pl.DataFrame:
    """Treatments that are, or may be, locoregional, curative and on or after the first relapse.

    `certain` is true for those that are, unknown for those that may be; what is known not to be one is left out. In
    order of date, those without one first: they may be the first.
    """
    rows = view.table("post_relapse_treatment")
    pairs = view.frame(EPISODE, PATIENT, "date_first_relapse").filter(
        pl.col("date_first_relapse").is_not_null()
    )
    certain = (
        pl.col("prt_type").is_in(list(LRT))
        & (pl.col("date_start") >= pl.col("date_first_relapse"))
        & pl.col("curative_intent")
    )
    joined = pairs.join(rows, on=PATIENT, how="inner", suffix="_of_treatment").with_columns(
        certain.alias("certain")
    )
    return joined.filter(pl.col("certain").fill_null(True)).sort("date_start", "prt_id", nulls_last=False)


def _at_least(view: EpisodeView, number: int) -> pl.Series:
    """Whether a relapsed patient had so many; "no" needs the uncertain ones not to make them so many."""
    certain = pl.col("certain").fill_null(False).sum()
    counts = view.once(locoregional).group_by(EPISODE).agg(certain.alias("least"), pl.len().alias("most"))
    least, most = (pl.lit(view.joined(counts, EPISODE, name)).fill_null(0) for name in ("least", "most"))
    if not view.is_recorded("post_relapse_treatment"):
        return pl.Series([None] * view.episodes.height, dtype=pl.Boolean)
    return view.compute(
        pl.when(pl.col("date_first_relapse").is_not_null()).then(
            pl.when(least >= number).then(True).when(most < number).then(False)
        ),
        "date_first_relapse",
    )


@of_episode
def any_lrt_after_relapse(view: EpisodeView) -> pl.Series:
    """Among the relapsed: at least one locoregional treatment with curative intent."""
    return _at_least(view, 1)


@of_episode
def more_than_one_lrt(view: EpisodeView) -> pl.Series:
    """Among the relapsed: more than one."""
    return _at_least(view, 2)


def _first(view: EpisodeView, column: str) -> pl.Series:
    """Of the first such treatment; unknown when it is not certain which is the first."""
    first = view.once(locoregional).unique(EPISODE, keep="first", maintain_order=True)
    return view.joined(first.filter(pl.col("certain").fill_null(False)), EPISODE, column)


@date_of_episode("First locoregional treatment after relapse")
def date_first_locoregional_treatment(view: EpisodeView) -> pl.Series:
    """Start of the first locoregional treatment with curative intent after the first relapse."""
    return _first(view, "date_start")


@of_episode
def lrt_type(view: EpisodeView) -> pl.Series:
    """What the first locoregional treatment after relapse was."""
    names = {recorded: kind for recorded, (kind, _) in LRT.items()}
    return _first(view, "prt_type").replace_strict(names, default=None, return_dtype=pl.String)


@of_episode
def lrt_site(view: EpisodeView) -> pl.Series:
    """Where the first locoregional treatment after relapse was given."""
    sites = {recorded: site for recorded, (_, site) in LRT.items()}
    return _first(view, "prt_type").replace_strict(sites, default=None, return_dtype=pl.String)
