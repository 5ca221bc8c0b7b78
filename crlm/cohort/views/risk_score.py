"""Fong's clinical risk score, from its five items, with what it must be when some are unknown."""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.derivations import of_episode
from crlm.cohort.views.episodes import EpisodeView
from crlm.cohort.views.intervals import months_between

HIGH = 3
"""Scores from here on are high."""


def items(view: EpisodeView) -> pl.DataFrame:
    """The five items of the score (Boolean), of the patient's episode 1; see `clinical_risk_score`."""
    interval, from_diagnosis = (
        view["disease_free_interval"],
        months_between(view, "date_primary_diagnosis", "initial_date_crlm_diagnosis"),
    )
    early = pl.coalesce(
        pl.lit(interval) < 12,
        pl.when(pl.lit(from_diagnosis) < 12).then(True),
    )
    number = pl.coalesce("initial_n_crlm_treated", "initial_n_crlm")
    size = pl.coalesce("initial_size_largest_pathology_mm", "initial_size_largest_crlm_mm")
    return view.frame(
        "primary_node_status",
        "initial_n_crlm_treated",
        "initial_n_crlm",
        "initial_size_largest_pathology_mm",
        "initial_size_largest_crlm_mm",
        "initial_preoperative_cea",
    ).select(
        (pl.col("primary_node_status") == "N_plus").alias("node_positive"),
        early.alias("interval_below_12"),
        (number > 1).alias("more_than_one"),
        (size > 50).alias("above_5_cm"),
        (pl.col("initial_preoperative_cea") > 200).alias("cea_above_200"),
    )


@of_episode
def clinical_risk_score(view: EpisodeView) -> pl.Series:
    """Fong's score of the first presentation (episode 1): a point for each of five items; unknown when one is.

    Node-positive primary; less than 12 months from resection of the primary to the liver metastases; more than one
    metastasis; largest above 5 cm; CEA above 200 ng/mL. All limits are strict: exactly 12 months, 5 cm and 200 score
    nothing. Number and size are those at pathology (Buisman), else those recorded at diagnosis. When the primary has no
    date of resection, less than 12 months from its diagnosis is less than 12 months from its resection; more is
    unknown. Fong 1999, Ann Surg 230:309-318.
    """
    points = view.once(items)
    return points.select(pl.sum_horizontal(pl.all().cast(pl.Int64), ignore_nulls=False)).to_series()


@of_episode
def clinical_risk_score_group(view: EpisodeView) -> pl.Series:
    """Low (0-2) or high (3-5); also known when the unknown items cannot change the class."""
    bounds = view.once(items).select(
        pl.sum_horizontal(pl.all().fill_null(False).cast(pl.Int64)).alias("lowest"),
        pl.sum_horizontal(pl.all().fill_null(True).cast(pl.Int64)).alias("highest"),
    )
    return bounds.select(
        pl.when(pl.col("lowest") >= HIGH)
        .then(pl.lit("high"))
        .when(pl.col("highest") < HIGH)
        .then(pl.lit("low"))
    ).to_series()
