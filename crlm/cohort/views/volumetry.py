"""The future liver remnant: its share of the liver, its growth, and whether it is enough."""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.derivations import date_of_episode, of_episode
from crlm.cohort.views.episodes import EPISODE, EpisodeView

NORMAL, INJURED, FIBROTIC = 20, 30, 40
"""The least share of the liver that must remain, in percent, by the state of the parenchyma."""


def measurements(view: EpisodeView) -> pl.DataFrame:
    """The baseline measurement of each episode, and the last one before its index procedure, side by side.

    A measurement counts when it was made on or before the day of the index procedure, or, where either has no date,
    in another phase than the postoperative. Baseline is the first with that phase.
    """
    rows = view.with_variables(view.table("liver_volumetry"), "date_procedure")
    in_time = pl.coalesce(
        pl.col("date_volumetry") <= pl.col("date_procedure"), pl.col("volumetry_phase") != "postoperative"
    )
    before = rows.filter(in_time & (pl.col("volumetry_phase") != "postoperative").fill_null(True)).sort(
        "date_volumetry", "volumetry_id", nulls_last=False
    )
    first = pl.col("volumetry_phase") == "baseline"
    return before.group_by(EPISODE, maintain_order=True).agg(
        pl.col("date_volumetry").last().alias("date"),
        pl.col("flr_volume_ml").last().alias("volume"),
        pl.col("total_liver_volume_ml").last().alias("total"),
        pl.col("date_volumetry").filter(first).first().alias("baseline_date"),
        pl.col("flr_volume_ml").filter(first).first().alias("baseline_volume"),
    )


def _measured(view: EpisodeView, expression: pl.Expr) -> pl.Series:
    return view.joined(view.once(measurements).with_columns(expression.alias("of_it")), EPISODE, "of_it")


@date_of_episode("Last volumetry before the procedure")
def date_volumetry(view: EpisodeView) -> pl.Series:
    """Date of the last volume measurement before the index procedure."""
    return _measured(view, pl.col("date"))


@of_episode
def flr_pct(view: EpisodeView) -> pl.Series:
    """Future liver remnant in percent of the total liver volume, in the last measurement before the index procedure."""
    return _measured(view, pl.when(pl.col("total") > 0).then(100 * pl.col("volume") / pl.col("total")))


@of_episode
def flr_growth_rate_ml_day(view: EpisodeView) -> pl.Series:
    """Growth of the future liver remnant per day, from the baseline measurement to the last before the procedure.

    Unknown without two measurements on different days.
    """
    days = (pl.col("date") - pl.col("baseline_date")).dt.total_days()
    return _measured(view, pl.when(days > 0).then((pl.col("volume") - pl.col("baseline_volume")) / days))


@of_episode
def flr_hypertrophy_pct(view: EpisodeView) -> pl.Series:
    """Growth of the future liver remnant between the same two measurements, in percent of the baseline volume."""
    later = pl.col("date") > pl.col("baseline_date")
    growth = 100 * (pl.col("volume") / pl.col("baseline_volume") - 1)
    return _measured(view, pl.when(later & (pl.col("baseline_volume") > 0)).then(growth))


def _injured(view: EpisodeView) -> pl.Series:
    """Whether the pathologist found injury of the parenchyma by chemotherapy; "none" or an empty list says no."""
    found = pl.col("chemotherapy_associated_liver_injury").list
    rows = view.table("pathology_liver").select(
        pl.col("procedure_id").alias("index_procedure_id"),
        found.set_difference(["none"]).list.len().gt(0).alias("injured"),
    )
    return view.joined(rows, "index_procedure_id", "injured")


@of_episode
def flr_adequate(view: EpisodeView) -> pl.Series:
    """Whether the future liver remnant reaches 40 % (fibrosis or cirrhosis), 30 % (injury by chemotherapy) or 20 %.

    The limits are inclusive. Injury is what the pathologist reports of the index procedure. Where the state of the
    parenchyma is not known, the answer is known only when it is the same for every state that is still possible.
    """
    fibrotic = pl.col("cirrhosis_or_fibrosis").is_in(["fibrosis", "cirrhosis"])
    injury, share = pl.lit(_injured(view)), pl.col("flr_pct")
    least = pl.when(fibrotic).then(FIBROTIC).when(injury).then(INJURED).otherwise(NORMAL)
    most = (
        pl.when(fibrotic.fill_null(True))
        .then(FIBROTIC)
        .when(injury.fill_null(True))
        .then(INJURED)
        .otherwise(NORMAL)
    )
    return view.compute(
        pl.when(share >= most).then(True).when(share < least).then(False), "flr_pct", "cirrhosis_or_fibrosis"
    )
