"""The local treatment of an episode: its index procedure, and what was done in it."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from crlm.cohort.views.derivations import of_episode, of_lesion
from crlm.cohort.views.episodes import EPISODE, EpisodeView
from crlm.cohort.views.lesions import LesionView

THERMAL = ("rfa", "mwa")
LOCAL = ("resection", *THERMAL, "ire", "sbrt", "transplantation")
"""Modalities that treat metastases; a session with none of these (an embolisation, a pump) is no local treatment."""


def curative_sessions(view: EpisodeView) -> pl.DataFrame:
    """Sessions with curative intent in which metastases were treated."""
    treats = pl.col("procedure_modalities").list.eval(pl.element().is_in(LOCAL)).list.any()
    return (
        view.table("local_treatment")
        .filter((pl.col("treatment_intent") == "curative") & treats)
        .select(EPISODE, "procedure_id", "date_procedure", "stage_number", "planned_stages", "approach")
    )


@of_episode
def index_procedure_id(view: EpisodeView) -> pl.Series:
    """The procedure from which outcomes of the episode count: its first curative local treatment, in its last stage.

    Sessions with curative intent that treated metastases count, in order of date. When the first was planned in two
    stages, the last session recorded as stage 2 is taken, and without one the first. Sessions without a date come
    last; those of one day in the order of their stages, then of their keys.
    """
    sessions = curative_sessions(view)
    several = sessions[EPISODE].is_duplicated()
    only = sessions.filter(~several).select(EPISODE, pl.col("procedure_id").alias("index"))
    ordered = sessions.filter(several).sort("date_procedure", "stage_number", "procedure_id", nulls_last=True)
    chosen = ordered.group_by(EPISODE, maintain_order=True).agg(
        pl.col("procedure_id").first().alias("first"),
        (pl.col("planned_stages") == 2).first().alias("two_stages"),
        pl.col("procedure_id").filter(pl.col("stage_number") == 2).last().alias("second"),
    )
    index = pl.when(pl.col("two_stages")).then(pl.coalesce("second", "first")).otherwise("first")
    return view.joined(pl.concat([only, chosen.select(EPISODE, index.alias("index"))]), EPISODE, "index")


def uses(modalities: Iterable[str], column: str = "procedure_modalities") -> pl.Expr:
    """Whether one of some modalities was used in a procedure; unknown when the procedure's are."""
    return pl.any_horizontal(pl.col(column).list.contains(one) for one in modalities)


@of_episode
def initial_procedure_type(view: EpisodeView) -> pl.Series:
    """What the index procedure of episode 1 was; another mixture than resection with thermal ablation is unknown."""
    column = "initial_procedure_modalities"
    resected, ablated = uses(["resection"], column), uses(THERMAL, column)
    return view.compute(
        pl.when(resected & ablated)
        .then(pl.lit("resection_and_thermal_ablation"))
        .when(resected)
        .then(pl.lit("resection"))
        .when(ablated)
        .then(pl.lit("thermal_ablation"))
        .when(uses(["ire"], column))
        .then(pl.lit("ire"))
        .when(uses(["sbrt"], column))
        .then(pl.lit("sbrt")),
        column,
    )


@of_episode
def repeat_procedure_type(view: EpisodeView) -> pl.Series:
    """Resection, thermal ablation or both in the index procedure; unknown for any other."""
    return _kind(view, "resection", "thermal_ablation", "combination")


@of_episode
def recurrence_treatment(view: EpisodeView) -> pl.Series:
    """Resection only, resection with ablation, or ablation only in the index procedure; unknown for any other."""
    return _kind(view, "resection_only", "ablation_only", "resection_with_ablation")


def _kind(view: EpisodeView, resection: str, ablation: str, both: str) -> pl.Series:
    resected, ablated = uses(["resection"]), uses(THERMAL)
    return view.compute(
        pl.when(resected & ablated)
        .then(pl.lit(both))
        .when(resected)
        .then(pl.lit(resection))
        .when(ablated)
        .then(pl.lit(ablation)),
        "procedure_modalities",
    )


@of_episode
def ablation_only_procedure(view: EpisodeView) -> pl.Series:
    """Whether the index procedure was ablation without resection."""
    return view["recurrence_treatment"] == "ablation_only"


@of_episode
def ablation_at_index(view: EpisodeView) -> pl.Series:
    """Whether ablation was part of the index procedure of episode 1."""
    column = "initial_procedure_modalities"
    return view.compute(uses(THERMAL, column), column)


@of_episode
def resection_status(view: EpisodeView) -> pl.Series:
    """R0 or R1 of the index procedure; R2 is neither and unknown here."""
    status = pl.col("residual_disease")
    return view.compute(pl.when(status.is_in(["R0", "R1"])).then(status), "residual_disease")


@of_episode
def resection_margin_index(view: EpisodeView) -> pl.Series:
    """Positive or negative margin at the index resection, or ablation only, where no margin can be seen.

    The margin as recorded; else positive for R1 and R2 and negative for R0; ablation without resection comes first.
    """
    recorded, residual = pl.col("initial_margin_category_recorded"), pl.col("initial_residual_disease")
    modalities = "initial_procedure_modalities"
    return view.compute(
        pl.when(
            (recorded == "ablation_not_assessable")
            | (uses(THERMAL, modalities) & ~uses(["resection"], modalities))
        )
        .then(pl.lit("rfa"))
        .when(recorded.is_in(["positive", "negative"]))
        .then(recorded)
        .when(residual.is_in(["R1", "R2"]))
        .then(pl.lit("positive"))
        .when(residual == "R0")
        .then(pl.lit("negative")),
        "initial_margin_category_recorded",
        "initial_residual_disease",
        modalities,
    )


@of_episode
def scheduled_surgery_stages(view: EpisodeView) -> pl.Series:
    """One step or two, as planned for the index procedure."""
    stages = pl.col("planned_stages")
    return view.compute(
        pl.when(stages == 1).then(pl.lit("one_step")).when(stages == 2).then(pl.lit("two_steps")),
        "planned_stages",
    )


@of_episode
def one_stage_surgery(view: EpisodeView) -> pl.Series:
    """Whether the index procedure was planned in one stage."""
    return view["planned_stages"] == 1


@of_episode
def concurrent_ablation(view: EpisodeView) -> pl.Series:
    """Ablation in the same session as the index resection, as recorded."""
    return view.recorded("concurrent_ablation")


@of_episode
def is_repeat_of_crlm(view: EpisodeView) -> pl.Series:
    """Whether the episode is a recurrence, so that its procedure is a repeat one."""
    return view["episode_number"] >= 2


@of_episode
def approach_derived(view: EpisodeView) -> pl.Series:
    """The most invasive approach of the sessions up to the index procedure: open, laparoscopic, percutaneous.

    Robotic counts as laparoscopic. Unknown when it is so for one session, unless another was open. Sessions are those
    of `index_procedure_id`; a later one of the same episode does not count.
    """
    rows = view.with_variables(curative_sessions(view), "index_procedure_id", "date_procedure").filter(
        (pl.col("procedure_id") == pl.col("index_procedure_id"))
        | (pl.col("date_procedure") < pl.col("date_procedure_of_episode"))
    )
    approach = pl.col("approach")
    worst = (
        pl.when((approach == "open").fill_null(False).any())
        .then(pl.lit("open"))
        .when(approach.is_null().any())
        .then(None)
        .when(approach.is_in(["laparoscopic", "robotic"]).any())
        .then(pl.lit("laparoscopic"))
        .otherwise(pl.lit("percutaneous"))
    )
    return view.per_episode(rows, worst)


@of_episode
def hepatectomy_extent(view: EpisodeView) -> pl.Series:
    """Minor (fewer than 3 segments) or major, from the segments resected, else as recorded."""
    segments = pl.col("n_segments_resected")
    by_count = pl.when(segments >= 3).then(pl.lit("major")).when(segments >= 1).then(pl.lit("minor"))
    return view.compute(
        pl.coalesce(by_count, pl.col("hepatectomy_extent_recorded")),
        "n_segments_resected",
        "hepatectomy_extent_recorded",
    )


@of_episode
def length_of_stay(view: EpisodeView) -> pl.Series:
    """Days from the index procedure to discharge (a discharge on the same day is 0)."""
    return view.compute(
        (pl.col("date_discharge") - pl.col("date_procedure")).dt.total_days().cast(pl.Float64),
        "date_discharge",
        "date_procedure",
    )


@of_episode
def mortality_90d(view: EpisodeView) -> pl.Series:
    """Death within 90 days of the index procedure; unknown when follow-up is shorter."""
    died, seen = (
        (pl.col(end) - pl.col("date_procedure")).dt.total_days()
        for end in ("date_of_death", "date_last_vital_status")
    )
    return view.compute(
        pl.when(died <= 90).then(True).when((died > 90) | (seen >= 90)).then(False),
        "date_of_death",
        "date_last_vital_status",
        "date_procedure",
    )


@of_lesion
def tumour_size_recurrent(view: LesionView) -> pl.Series:
    """Diameter of the tumour at its treatment, in mm."""
    return view["diameter_at_treatment_mm"].cast(pl.Float64)


@of_lesion
def local_tumour_progression(view: LesionView) -> pl.Series:
    """Whether the treated tumour progressed at its site; a date of progression says so."""
    return view.compute(
        pl.when(pl.col("date_ltp").is_not_null()).then(True).otherwise(pl.col("ltp")), "date_ltp", "ltp"
    )
