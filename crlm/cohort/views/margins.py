"""Residual disease after resection under each definition in use: 1 mm, 0 mm, and vascular margins counted as clear."""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.derivations import helper_of_episode
from crlm.cohort.views.episodes import EpisodeView

STATUS = (("R0", "R0"), ("R1", "R1"))


def resected_lesions(view: EpisodeView) -> pl.DataFrame:
    """The lesions resected in each index procedure."""
    index = view["index_procedure_id"].drop_nulls()
    return (
        view.table("treated_lesion")
        .filter((pl.col("modality") == "resection") & pl.col("procedure_id").is_in(index.implode()))
        .rename({"procedure_id": "index_procedure_id"})
    )


def _status(view: EpisodeView, involved: pl.Expr, recorded: pl.Expr) -> pl.Series:
    """R1 when the margin of one resected lesion is involved, R0 when none is; R2 is unknown here.

    `involved` is of a lesion; when the lesions leave it unknown, `recorded` (of the procedure) stands in.
    """
    lesions = (
        view.once(resected_lesions)
        .group_by("index_procedure_id")
        .agg(involved.any(ignore_nulls=False).alias("involved"))
    )
    of_lesions = pl.lit(view.joined(lesions, "index_procedure_id", "involved"))
    either = pl.coalesce(of_lesions, recorded)
    return view.compute(
        pl.when(pl.col("residual_disease") == "R2")
        .then(None)
        .when(either)
        .then(pl.lit("R1"))
        .when(~either)
        .then(pl.lit("R0")),
        "residual_disease",
        "resection_margin_mm",
    )


@helper_of_episode("Margin status, 1 mm", "category", levels=STATUS, known_at="date_procedure")
def resection_status_1mm(view: EpisodeView) -> pl.Series:
    """R0: every resected lesion has a margin of 1 mm or more and touches no vessel; else R1.

    A margin recorded as parenchymal or vascular R1 is R1 whatever its width. Where the lesions' margins leave it
    unknown, the margin recorded for the procedure decides.
    """
    kind, below = pl.col("margin_type"), pl.col("margin_mm") < 1
    involved = (
        pl.when(kind.is_in(["R1_parenchymal", "R1_vascular"]))
        .then(True)
        .when(below.is_not_null())
        .then(below)
        .when(kind == "R0")
        .then(False)
    )
    return _status(view, involved, pl.col("resection_margin_mm") < 1)


@helper_of_episode("Margin status, 0 mm", "category", levels=STATUS, known_at="date_procedure")
def resection_status_0mm(view: EpisodeView) -> pl.Series:
    """R0: no tumour at the margin (a margin above 0 mm) of any resected lesion; else R1."""
    return _status(view, pl.col("margin_mm") <= 0, pl.col("resection_margin_mm") <= 0)


@helper_of_episode(
    "Margin status, vascular counted as R0", "category", levels=STATUS, known_at="date_procedure"
)
def resection_status_parenchymal(view: EpisodeView) -> pl.Series:
    """R1: a parenchymal margin below 1 mm; a lesion detached from a vessel (R1 vascular) counts as R0.

    It needs the kind of margin of each lesion, except where a margin is 1 mm or more.
    """
    kind, below = pl.col("margin_type"), pl.col("margin_mm") < 1
    involved = (
        pl.when(kind == "R1_parenchymal")
        .then(True)
        .when(kind.is_in(["R1_vascular", "R0"]) | ~below)
        .then(False)
    )
    return _status(view, involved, pl.lit(None, dtype=pl.Boolean))
