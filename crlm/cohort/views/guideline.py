"""What the guideline document says of an episode, as far as recorded values decide it (see the dictionary's sources).

These are the document's thresholds applied to the registry's values, to describe a cohort; a tumour board decides.
"""

from __future__ import annotations

import polars as pl

from crlm.cohort.endpoints import DAYS_PER_MONTH
from crlm.cohort.views.derivations import of_episode
from crlm.cohort.views.episodes import EPISODE, EpisodeView
from crlm.cohort.views.rows import any_row, therapies

OXALIPLATIN = ("CAPOX", "FOLFOX", "FOLFOXIRI", "FOLFIRINOX", "oxaliplatin")
DAYS_PER_WEEK = 7


def _synchronous(view: EpisodeView) -> pl.Series:
    """As the registry recorded it, else diagnosed less than 6 months after the primary tumour."""
    return view.compute(
        pl.coalesce(pl.col("crlm_timing_recorded") == "synchronous", pl.col("crlm_synchronous_lt6mo")),
        "crlm_timing_recorded",
        "crlm_synchronous_lt6mo",
    )


def _bilobar(view: EpisodeView) -> pl.Series:
    """As recorded at diagnosis, else from the segments of the metastases."""
    return view.compute(
        pl.coalesce("bilobar_at_diagnosis", "bilobar_from_segments"),
        "bilobar_at_diagnosis",
        "bilobar_from_segments",
    )


@of_episode
def resectability_guideline(view: EpisodeView) -> pl.Series:
    """Technical resectability; the first that holds of unresectable, borderline and resectable, else unknown.

    Unresectable: more than 70 % of the liver, more than 6 segments, or invasion of both portal or all hepatic veins; an
    unknown one of these does not stand in the way of the next steps. When R0 cannot be achieved the document leaves
    borderline or unresectable open: unknown. Borderline: the future liver remnant, or inflow, outflow or biliary
    drainage, is not adequate. Resectable: R0 can be achieved and both are adequate. Extrahepatic disease and biology
    never change this class.
    """
    beyond = (
        (pl.col("liver_involvement_pct") > 70)
        | (pl.col("n_segments_involved") > 6)
        | pl.col("vascular_invasion_unresectable")
    )
    r0, remnant, vessels = (
        pl.col(name) for name in ("r0_achievable", "flr_adequate", "adequate_inflow_outflow_biliary")
    )
    return view.compute(
        pl.when(beyond)
        .then(pl.lit("unresectable"))
        .when(~r0)
        .then(None)
        .when(~remnant | ~vessels)
        .then(pl.lit("borderline"))
        .when(r0 & remnant & vessels)
        .then(pl.lit("resectable")),
        "liver_involvement_pct",
        "n_segments_involved",
        "vascular_invasion_unresectable",
        "r0_achievable",
        "flr_adequate",
        "adequate_inflow_outflow_biliary",
    )


@of_episode
def oncological_risk_guideline(view: EpisodeView) -> pl.Series:
    """Unfavourable: synchronous, more than 3 metastases, bilobar, or extrahepatic disease.

    The document says "limited" extrahepatic disease and does not define it; here any counts.
    """
    return view.compute(
        pl.lit(_synchronous(view))
        | (pl.col("n_crlm") > 3)
        | pl.lit(_bilobar(view))
        | pl.col("extrahepatic_disease"),
        "n_crlm",
        "extrahepatic_disease",
    )


@of_episode
def perioperative_chemo_indicated(view: EpisodeView) -> pl.Series:
    """Largest above 5 cm, bilobar, more than 4, extrahepatic disease, synchronous, or an interval below 12 months.

    The interval is the disease-free interval of the patient's first liver metastases.
    """
    return view.compute(
        (pl.col("size_largest_crlm_mm") > 50)
        | pl.lit(_bilobar(view))
        | (pl.col("n_crlm") > 4)
        | pl.col("extrahepatic_disease")
        | pl.lit(_synchronous(view))
        | (pl.col("disease_free_interval") < 12),
        "size_largest_crlm_mm",
        "n_crlm",
        "extrahepatic_disease",
        "disease_free_interval",
    )


@of_episode
def ablation_eligible_guideline(view: EpisodeView) -> pl.Series:
    """At most 5 metastases, the largest below 3 cm (exactly 3 cm is not)."""
    return view.compute(
        (pl.col("n_crlm") <= 5) & (pl.col("size_largest_crlm_mm") < 30), "n_crlm", "size_largest_crlm_mm"
    )


def _small(view: EpisodeView) -> pl.Series:
    """Whether a metastasis was below 2 cm at diagnosis; "no" needs every metastasis of the episode to be measured."""
    small = view.table("metastasis").with_columns((pl.col("diameter_baseline_mm") < 20).alias("small"))
    found = view.per_episode(small, pl.col("small").any(ignore_nulls=False))
    recorded = view.per_episode(small, pl.len().cast(pl.Int64))
    return view.compute(
        pl.when(pl.lit(found))
        .then(True)
        .when(~pl.lit(found) & (pl.lit(recorded) >= pl.col("n_crlm")))
        .then(False),
        "n_crlm",
    )


def preoperative_therapies(view: EpisodeView) -> pl.DataFrame:
    """Systemic therapies of an episode that started before its index procedure, by date, else as recorded."""
    rows = view.with_variables(view.once(therapies), "date_procedure")
    before = (
        pl.when(pl.col("date_start").is_not_null())
        .then(pl.col("date_start") < pl.col("date_procedure"))
        .otherwise(pl.col("given_before_local_treatment"))
    )
    return rows.with_columns(before.alias("before"))


@of_episode
def dlm_risk_factors(view: EpisodeView) -> pl.Series:
    """How many of four predispose to disappearing metastases: any below 2 cm, 3 or more, synchronous, oxaliplatin.

    Oxaliplatin counts when it was given before the index procedure. The document names "more cycles" without a number,
    which cannot be counted. Unknown when one of the four is.
    """
    rows = view.once(preoperative_therapies)
    platinum = any_row(
        view, rows, pl.col("before") & pl.col("regimen").is_in(OXALIPLATIN), "systemic_therapy"
    )
    factors = pl.DataFrame(
        {
            "small": _small(view),
            "several": view["n_crlm"] >= 3,
            "synchronous": _synchronous(view),
            "platinum": platinum,
        }
    )
    return factors.select(pl.sum_horizontal(pl.all().cast(pl.Int64), ignore_nulls=False)).to_series()


@of_episode
def surgery_timing_months_on_chemo(view: EpisodeView) -> pl.Series:
    """Months from the first to the last dose of systemic therapy before the index procedure.

    A course that goes on after the procedure counts up to it. Unknown without such therapy, and when a start or an end
    is.
    """
    rows = view.once(preoperative_therapies).filter(pl.col("before"))
    start, end = pl.col("date_start"), pl.min_horizontal("date_end", "date_procedure")
    known = start.is_not_null().all() & pl.col("date_end").is_not_null().all()
    days = pl.when(known).then((end.max() - start.min()).dt.total_days())
    return view.per_episode(rows, days).cast(pl.Float64) / DAYS_PER_MONTH


@of_episode
def bevacizumab_interval_weeks(view: EpisodeView) -> pl.Series:
    """Weeks from the last dose of a therapy with bevacizumab to the index procedure.

    Unknown without such therapy, without its last dose, and when it went on after the procedure: the last dose before
    is then not recorded.
    """
    rows = view.once(preoperative_therapies).filter(
        pl.col("before") & pl.col("targeted_agent").list.contains("bevacizumab")
    )
    ended = pl.col("date_end").is_not_null().all() & (pl.col("date_end") <= pl.col("date_procedure")).all()
    days = pl.when(ended).then((pl.col("date_procedure").first() - pl.col("date_end").max()).dt.total_days())
    return (
        view.joined(rows.group_by(EPISODE).agg(days.cast(pl.Float64).alias("days")), EPISODE, "days")
        / DAYS_PER_WEEK
    )
