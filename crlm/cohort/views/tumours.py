"""What is counted over an episode's metastases: those treated, their size at pathology, those that disappeared."""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.derivations import helper_of_episode, of_episode, of_lesion
from crlm.cohort.views.episodes import EPISODE, EpisodeView
from crlm.cohort.views.lesions import LesionView
from crlm.cohort.views.timepoints import BASELINE, PRE_SURGERY

ABLATION = ("rfa", "mwa")
ULTRASOUND = ("US", "CEUS", "IOUS", "CE_IOUS")
LEFT = ("segment_2", "segment_3", "segment_4", "segment_4a", "segment_4b")
RIGHT = ("segment_5", "segment_6", "segment_7", "segment_8")
"""Couinaud's segments by lobe; segment 1 (the caudate lobe) belongs to neither."""


def metastases(view: EpisodeView) -> pl.DataFrame:
    """Every metastasis: `ablated` when one of its treatments was thermal ablation, `counts` as in `n_crlm_treated`."""
    ablated = (
        view.table("treated_lesion")
        .group_by("lesion_id")
        .agg(pl.col("modality").is_in(ABLATION).any().alias("ablated"))
    )
    return (
        view.table("metastasis")
        .join(ablated, on="lesion_id", how="left", maintain_order="left")
        .with_columns(pl.col("ablated").fill_null(False))
        .with_columns(
            pl.when(pl.col("ablated"))
            .then(True)
            .otherwise(pl.col("found_in_specimen_or_ablated"))
            .alias("counts")
        )
    )


def disappearance(view: EpisodeView) -> pl.DataFrame:
    """Every metastasis, with `disappeared`: seen at baseline and on no cross-sectional scan before surgery.

    Ultrasound does not count, and on a scan of unknown modality nothing is known. Seen on one scan of a role is seen;
    not seen needs all of them. A metastasis that was not seen at baseline did not disappear.
    """
    modality = pl.col("modality")
    seen = (
        view.table("lesion_imaging")
        .join(
            view.table("imaging").select("imaging_id", "timepoint", "modality"), on="imaging_id", how="inner"
        )
        .filter(~modality.is_in(ULTRASOUND).fill_null(False))
        .with_columns(pl.when(modality.is_not_null()).then(pl.col("visible")).alias("visible"))
    )

    def visible(role: str) -> pl.DataFrame:
        return (
            seen.filter(pl.col("timepoint") == role)
            .group_by("lesion_id")
            .agg(pl.col("visible").any(ignore_nulls=False).alias(role))
        )

    return (
        view.table("metastasis")
        .select("lesion_id", EPISODE)
        .join(visible(BASELINE), on="lesion_id", how="left", maintain_order="left")
        .join(visible(PRE_SURGERY), on="lesion_id", how="left", maintain_order="left")
        .with_columns((pl.col(BASELINE) & ~pl.col(PRE_SURGERY)).alias("disappeared"))
    )


@of_lesion
def disappeared(view: LesionView) -> pl.Series:
    """Seen on a baseline scan and on no cross-sectional scan before surgery."""
    found = view.of_episodes.once(disappearance).select("lesion_id", "disappeared")
    return view.lesions.select("lesion_id").join(found, on="lesion_id", how="left", maintain_order="left")[
        "disappeared"
    ]


@of_episode
def n_vanished_crlm(view: EpisodeView) -> pl.Series:
    """How many of the episode's metastases disappeared; unknown when it is so for one of them, or none is recorded."""
    gone = pl.col("disappeared")
    return view.per_episode(
        view.once(disappearance),
        pl.when(gone.is_null().any()).then(None).otherwise(gone.sum().cast(pl.Int64)),
    )


@of_episode
def any_crlm_disappeared(view: EpisodeView) -> pl.Series:
    """Whether one disappeared: "yes" as soon as one did, "no" only when it is known of all that they did not."""
    return view.per_episode(view.once(disappearance), pl.col("disappeared").any(ignore_nulls=False))


@helper_of_episode("Number of liver metastases treated", "integer", known_at="date_procedure")
def n_crlm_treated(view: EpisodeView) -> pl.Series:
    """Metastases found in the specimen or ablated (as recorded; one with a thermal ablation counts in any case).

    Unknown when that is unknown for one metastasis of the episode, or when none is recorded.
    """
    counts = pl.col("counts")
    return view.per_episode(
        view.once(metastases),
        pl.when(counts.is_null().any()).then(None).otherwise(counts.sum().cast(pl.Int64)),
    )


@of_episode
def n_crlm_recurrent(view: EpisodeView) -> pl.Series:
    """The same of a recurrent episode (number 2 and later)."""
    count = view["n_crlm_treated"]
    return view.compute(pl.when(pl.col("episode_number") >= 2).then(pl.lit(count)), "episode_number")


@helper_of_episode("Largest liver metastasis at pathology", "number", unit="mm", known_at="date_procedure")
def size_largest_pathology_mm(view: EpisodeView) -> pl.Series:
    """Largest diameter at pathology among the episode's metastases.

    Ablated metastases, and those known not to have been in the specimen, have no size at pathology and are left
    out. Unknown when one of the others has none either, or when no metastasis is left.
    """
    size = pl.col("pathology_diameter_mm")
    measured = view.once(metastases).filter(
        size.is_not_null() | (~pl.col("ablated") & pl.col("counts").fill_null(True))
    )
    return view.per_episode(measured, pl.when(size.is_null().any()).then(None).otherwise(size.max()))


@helper_of_episode("Bilobar by segments", "yes_no", known_at="date_crlm_diagnosis")
def bilobar_from_segments(view: EpisodeView) -> pl.Series:
    """Metastases in both lobes, from their Couinaud segments (left 2-4, right 5-8), else from their recorded lobe.

    The caudate lobe (segment 1) belongs to neither. "No" needs every metastasis of the episode to be recorded with
    its place; the number at diagnosis says how many there are.
    """

    def lies_in(segments: tuple[str, ...], lobe: str) -> pl.Expr:
        listed = pl.when(pl.col("segments").list.len() > 0).then(
            pl.any_horizontal(pl.col("segments").list.contains(one) for one in segments)
        )
        return pl.coalesce(listed, pl.col("lobe").is_in([lobe, "both"]))

    sides = (
        view.table("metastasis")
        .group_by(EPISODE)
        .agg(
            lies_in(LEFT, "left").any(ignore_nulls=False).alias("left"),
            lies_in(RIGHT, "right").any(ignore_nulls=False).alias("right"),
            pl.len().cast(pl.Int64).alias("recorded"),
        )
        .with_columns((pl.col("left") & pl.col("right")).alias("both"))
    )
    both, recorded = view.joined(sides, EPISODE, "both"), view.joined(sides, EPISODE, "recorded")
    return view.compute(
        pl.when(pl.lit(both))
        .then(True)
        .when(~pl.lit(both) & (pl.lit(recorded) >= pl.col("n_crlm")))
        .then(False),
        "n_crlm",
    )
