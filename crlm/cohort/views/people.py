"""Variables of the patient, the primary tumour and the episode at its diagnosis."""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.derivations import of_episode
from crlm.cohort.views.episodes import EpisodeView
from crlm.cohort.views.intervals import months_between, years_between

RIGHT = ("caecum", "ascending", "hepatic_flexure", "transverse")
"""Subsites proximal to the splenic flexure."""


@of_episode
def age_at_crlm_diagnosis(view: EpisodeView) -> pl.Series:
    """Years from birth to the diagnosis of this episode; unknown without either date."""
    return years_between(view, "date_of_birth", "date_crlm_diagnosis")


@of_episode
def age_at_recurrence(view: EpisodeView) -> pl.Series:
    """Years from birth to the diagnosis of this episode, for recurrent episodes (number 2 and later) only."""
    age = view["age_at_crlm_diagnosis"]
    return view.compute(pl.when(pl.col("episode_number") >= 2).then(pl.lit(age)), "episode_number")


@of_episode
def age_at_index_resection(view: EpisodeView) -> pl.Series:
    """Years from birth to the index procedure of episode 1."""
    return years_between(view, "date_of_birth", "initial_date_procedure")


@of_episode
def bmi(view: EpisodeView) -> pl.Series:
    """Body mass index: weight in kg over the square of height in m; unknown for a height of 0."""
    height = pl.col("height_cm")
    index = pl.when(height > 0).then(pl.col("weight_kg") / (height / 100) ** 2)
    return view.compute(index, "weight_kg", "height_cm")


@of_episode
def primary_right_sided(view: EpisodeView) -> pl.Series:
    """Whether the primary lay proximal to the splenic flexure (caecum to transverse colon)."""
    return view.compute(pl.col("primary_subsite").is_in(RIGHT), "primary_subsite")


@of_episode
def primary_node_status(view: EpisodeView) -> pl.Series:
    """Node-negative (N0) or node-positive (N1, N2); Nx is unknown."""
    node = pl.col("pn_stage")
    return view.compute(
        pl.when(node == "N0")
        .then(pl.lit("N0"))
        .when(node.str.starts_with("N1") | node.str.starts_with("N2"))
        .then(pl.lit("N_plus")),
        "pn_stage",
    )


@of_episode
def primary_resected_at_diagnosis(view: EpisodeView) -> pl.Series:
    """Whether the primary was resected before first-line chemotherapy of the episode started.

    Without chemotherapy the episode's diagnosis is the moment. A primary never resected is "no"; a resected one without
    a date is unknown.
    """
    start = view["date_first_line_start"]
    moment = pl.coalesce(pl.lit(start), pl.col("date_crlm_diagnosis"))
    return view.compute(
        pl.when(pl.col("primary_resected") == False)  # noqa: E712  (a polars expression)
        .then(False)
        .when(pl.col("date_primary_resection").is_not_null() & moment.is_not_null())
        .then(pl.col("date_primary_resection") < moment),
        "primary_resected",
        "date_primary_resection",
        "date_crlm_diagnosis",
    )


@of_episode
def adjuvant_chemotherapy_primary(view: EpisodeView) -> pl.Series:
    """Adjuvant chemotherapy after resection of the primary, as recorded."""
    return view["adjuvant_chemotherapy_after_primary"]


@of_episode
def ras_braf_status(view: EpisodeView) -> pl.Series:
    """RAS mutated, else BRAF mutated, else both wild type.

    RAS is mutated when KRAS or NRAS is; wild type needs all three to be known as wild type. BRAF of any class counts as
    mutated. When RAS is unknown nothing is known, unless BRAF is mutated: the two exclude each other almost always,
    and the paper names one of the two.
    """
    ras = (pl.col("kras_status") == "mutant") | (pl.col("nras_status") == "mutant")
    braf = pl.col("braf_status").is_in(["v600e", "non_v600e"])
    return view.compute(
        pl.when(ras)
        .then(pl.lit("ras_mut"))
        .when(braf)
        .then(pl.lit("braf_mut"))
        .when(~ras & ~braf)
        .then(pl.lit("wt")),
        "kras_status",
        "nras_status",
        "braf_status",
    )


@of_episode
def mmr_msi_status(view: EpisodeView) -> pl.Series:
    """Mismatch repair or microsatellite status, as recorded."""
    return view["mmr_msi_status_raw"]


@of_episode
def crlm_synchronous_lt6mo(view: EpisodeView) -> pl.Series:
    """Whether this episode was diagnosed less than 6 months after the primary, or before it."""
    months = months_between(view, "date_primary_diagnosis", "date_crlm_diagnosis")
    return months < 6


@of_episode
def crlm_timing_initial(view: EpisodeView) -> pl.Series:
    """Timing of the first episode: as the registry recorded it, else synchronous up to 6 months after the primary."""
    months = months_between(view, "date_primary_diagnosis", "initial_date_crlm_diagnosis")
    by_date = (
        pl.when(pl.lit(months) <= 6)
        .then(pl.lit("synchronous"))
        .when(pl.lit(months) > 6)
        .then(pl.lit("metachronous"))
    )
    return view.compute(
        pl.coalesce(pl.col("initial_crlm_timing_recorded"), by_date), "initial_crlm_timing_recorded"
    )


@of_episode
def disease_free_interval(view: EpisodeView) -> pl.Series:
    """Months from resection of the primary to detection of the first episode; negative when that came first."""
    return months_between(view, "date_primary_resection", "initial_date_crlm_diagnosis")


@of_episode
def extrahepatic_disease_initial(view: EpisodeView) -> pl.Series:
    """Extrahepatic disease at the first episode."""
    return view["initial_extrahepatic_disease"]


@of_episode
def interval_initial_to_recurrence(view: EpisodeView) -> pl.Series:
    """Months from the local treatment of episode 1 to the diagnosis of this one, for recurrent episodes only."""
    months = months_between(view, "initial_date_procedure", "date_crlm_diagnosis")
    return view.compute(pl.when(pl.col("episode_number") >= 2).then(pl.lit(months)), "episode_number")


@of_episode
def recurrence_free_interval(view: EpisodeView) -> pl.Series:
    """The same interval under the name that Buisman gives it."""
    return view["interval_initial_to_recurrence"]


@of_episode
def death(view: EpisodeView) -> pl.Series:
    """Whether the patient has died; a date of death says so, a status of alive says no."""
    return view.compute(
        pl.when(pl.col("date_of_death").is_not_null() | (pl.col("vital_status") == "dead"))
        .then(True)
        .when(pl.col("vital_status") == "alive")
        .then(False),
        "date_of_death",
        "vital_status",
    )


@of_episode
def tumour_burden_score(view: EpisodeView) -> pl.Series:
    """Square root of the largest diameter in cm squared plus the number of metastases squared."""
    size = pl.col("size_largest_crlm_mm") / 10
    return view.compute((size**2 + pl.col("n_crlm") ** 2).sqrt(), "size_largest_crlm_mm", "n_crlm")
