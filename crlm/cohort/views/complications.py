"""Complications of the index procedure and toxicity of neoadjuvant chemotherapy.

No row is no statement: that there was no complication is said by a row whose status is known and that names none. One
such row of unknown status, or one complication without a grade, makes a worst grade unknown, unless it is 5 already.
"""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.chemotherapy import neoadjuvant_rows
from crlm.cohort.views.derivations import of_episode
from crlm.cohort.views.episodes import EPISODE, EpisodeView

TOXICITY_DAYS, MAJOR_DAYS = 60, 90
MAJOR = ("IIIa", "IIIb", "IVa", "IVb", "V")
WEIGHTS = {"I": 300, "II": 1750, "IIIa": 2750, "IIIb": 4550, "IVa": 7200, "IVb": 8550}
"""Of the comprehensive complication index, per Clavien-Dindo grade (Slankamenac 2013, Ann Surg 258:1-7)."""
WORST = 5


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Whether each row is a complication (`happened`), and its CTCAE grade, 0 when it says that there was none."""
    named = pl.any_horizontal(
        pl.col(name).is_not_null()
        for name in ("ctcae_grade", "clavien_dindo_grade", "accordion_grade", "category")
    )
    happened = pl.when(named).then(True).when(pl.col("complication_status_known")).then(False)
    return rows.with_columns(happened.alias("happened")).with_columns(
        pl.when(pl.col("happened"))
        .then(pl.col("ctcae_grade"))
        .when(~pl.col("happened"))
        .then(0)
        .alias("grade")
    )


def of_procedure(view: EpisodeView) -> pl.DataFrame:
    """Complications of each episode's index procedure."""
    index = view.frame(EPISODE, "index_procedure_id", "date_procedure").drop_nulls("index_procedure_id")
    rows = view.table("complication").join(
        index, left_on="procedure_id", right_on="index_procedure_id", how="inner"
    )
    return _judged(rows)


def of_neoadjuvant(view: EpisodeView) -> pl.DataFrame:
    """Toxicity of each episode's neoadjuvant chemotherapy that counts.

    Within 60 days of its first dose; later only when it is definitely due to it (Dijkstra names the 60 days and not
    their start). A later one that is not so does not count; without a date of onset, or later without a recorded
    relation, it is unknown whether it does.
    """
    given = view.once(neoadjuvant_rows).filter(pl.col("before")).select("therapy_id", EPISODE, "date_start")
    rows = _judged(view.table("complication").join(given, on="therapy_id", how="inner"))
    early = (pl.col("date_onset") - pl.col("date_start")).dt.total_days() <= TOXICITY_DAYS
    counts = early | (pl.col("relatedness") == "definite")
    return rows.with_columns((pl.col("happened") & counts).alias("happened")).with_columns(
        pl.when(pl.col("happened")).then(pl.col("grade")).when(~pl.col("happened")).then(0).alias("grade")
    )


def _worst(view: EpisodeView, rows: pl.DataFrame) -> pl.Series:
    grade = pl.col("grade")
    worst = (
        pl.when(grade.max() == WORST)
        .then(WORST)
        .when(grade.is_null().any())
        .then(None)
        .otherwise(grade.max())
    )
    return view.per_episode(rows, worst).replace_strict(
        {0: "none", **{one: f"grade_{one}" for one in range(1, WORST + 1)}},
        default=None,
        return_dtype=pl.String,
    )


@of_episode
def periprocedural_ctcae_grade(view: EpisodeView) -> pl.Series:
    """Worst CTCAE grade among the complications of the index procedure (of a staged course: of its last stage)."""
    return _worst(view, view.once(of_procedure))


@of_episode
def periprocedural_complication_any(view: EpisodeView) -> pl.Series:
    """Whether the index procedure had a complication, of whatever grade; one without a grade is one."""
    return view.per_episode(view.once(of_procedure), pl.col("happened").any(ignore_nulls=False))


@of_episode
def nac_ctcae_grade(view: EpisodeView) -> pl.Series:
    """Worst CTCAE grade of the neoadjuvant chemotherapy, within 60 days of its start or definitely due to it.

    Unknown for episodes without neoadjuvant chemotherapy.
    """
    return _worst(view, view.once(of_neoadjuvant))


@of_episode
def nac_toxicity_any(view: EpisodeView) -> pl.Series:
    """Whether the neoadjuvant chemotherapy had any toxicity that counts; unknown for episodes without it."""
    return view.per_episode(view.once(of_neoadjuvant), pl.col("happened").any(ignore_nulls=False))


@of_episode
def major_complication_90d(view: EpisodeView) -> pl.Series:
    """Clavien-Dindo IIIa or worse within 90 days of the index procedure.

    A complication without a grade or a date of onset may be one. "No" also needs the patient to have been seen alive
    90 days after the procedure: a death before that without a graded complication leaves it unknown.
    """
    days = (pl.col("date_onset") - pl.col("date_procedure")).dt.total_days()
    major = pl.col("happened") & pl.col("clavien_dindo_grade").is_in(MAJOR) & (days <= MAJOR_DAYS)
    found = pl.lit(view.per_episode(view.once(of_procedure), major.any(ignore_nulls=False)))
    seen = (pl.col("date_last_vital_status") - pl.col("date_procedure")).dt.total_days() >= MAJOR_DAYS
    died = (pl.col("date_of_death") - pl.col("date_procedure")).dt.total_days() <= MAJOR_DAYS
    return view.compute(
        pl.when(found).then(True).when(~found & seen & ~died.fill_null(False)).then(False),
        "date_last_vital_status",
        "date_of_death",
        "date_procedure",
    )


@of_episode
def comprehensive_complication_index(view: EpisodeView) -> pl.Series:
    """Half the square root of the summed weights of all complications of the index procedure; 0 none, 100 death.

    Weights by Clavien-Dindo grade (Slankamenac 2013). Death gives 100, which no sum exceeds. Unknown when a
    complication has no grade, or nothing is recorded.
    """
    grade = pl.col("clavien_dindo_grade")
    weight = (
        pl.when(pl.col("happened"))
        .then(grade.replace_strict(WEIGHTS, default=None, return_dtype=pl.Float64))
        .when(~pl.col("happened"))
        .then(0.0)
    )
    index = (
        pl.when((grade == "V").fill_null(False).any())
        .then(100.0)
        .when(weight.is_null().any())
        .then(None)
        .otherwise(pl.min_horizontal(weight.sum().sqrt() / 2, pl.lit(100.0)))
    )
    return view.per_episode(view.once(of_procedure), index)
