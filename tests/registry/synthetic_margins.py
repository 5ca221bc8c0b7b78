"""Where each declared margin of a synthetic registry stands in the cohort that is selected from its tables."""

from __future__ import annotations

import polars as pl

from crlm.registry.synthetic_registry import Margin
from tests.registry.synthetic_cohorts import known
from tests.registry.synthetic_fits import is_

PROCEDURES = {
    "resection": "resection",
    "mwa": "thermal_ablation",
    "resection;mwa": "resection_and_thermal_ablation",
}
LEVELS: dict[str, pl.Expr] = {
    "sex": known("sex"),
    "primary_tumour_location": pl.col("location"),
    "comorbidity_category": known("comorbidity_category"),
    "crlm_timing_initial": pl.col("timing"),
    "extrahepatic_disease_initial": known("initial_extra"),
    "initial_procedure_type": pl.col("initial_modalities").replace(PROCEDURES),
    "n_tumours_recurrent": pl.col("n_recurrent"),
    "size_largest_recurrent": pl.col("size_recurrent"),
    "nac_regimen": known("regimen"),
    "center": known("centre_id"),
    "resection_margin_index": pl.col("margin").replace(
        {"positive": "yes", "negative": "no", "ablation_not_assessable": "rfa"}
    ),
    "recurrence_treatment": pl.col("procedure_modalities").replace(
        {"resection": "resection_only", "resection;rfa": "resection_with_ablation", "rfa": "ablation_only"}
    ),
    "ecog_ps": pl.col("ecog_ps").cast(pl.String),
    "ras_braf_status": pl.col("ras_braf"),
    "resection_status": known("residual_disease"),
    "n_crlm_recurrent": pl.col("n_crlm").cast(pl.String),
}
TRUE: dict[str, pl.Expr] = {
    "nac_cycles": pl.col("n_cycles") > 6,
    "pt_stage_group": known("pt_stage").is_in(["T3", "T4"]),
    "primary_node_status": known("pn_stage") != "N0",
    "disease_free_interval_group": pl.col("interval") <= 12,
    "primary_tumour_side": known("primary_subsite").is_in(["rectum", "sigmoid", "descending"]),
    "crlm_synchronous_lt6mo": (
        pl.col("date_crlm_diagnosis") - pl.col("date_primary_diagnosis")
    ).dt.total_days()
    < 182,
    "primary_resected_at_diagnosis": pl.col("resected"),
    "mri_done baseline": known("baseline_modality").str.starts_with("ceMRI"),
    "mri_done pre_surgery": known("pre_surgery_modality").str.starts_with("ceMRI"),
    "first_line_backbone": is_("regimen", "FOLFOXIRI"),
    "objective_response": known("pre_surgery_recist_response") == "PR",
    "baseline_n_lesions_ge_4": pl.col("baseline_n_lesions") >= 4,
    "scheduled_surgery_stages": pl.col("planned_stages") == 2,
    "concurrent_ablation": is_("concurrent_ablation", "yes"),
}
VALUES: dict[str, pl.Expr] = {
    "age_at_recurrence": (pl.col("date_crlm_diagnosis") - pl.col("date_of_birth")).dt.total_days() / 365.25,
    "age_at_crlm_diagnosis": (pl.col("date_crlm_diagnosis") - pl.col("date_of_birth")).dt.total_days()
    / 365.25,
    "age_at_index_resection": pl.col("age"),
    "bmi": pl.col("bmi"),
    "interval_initial_to_recurrence": pl.col("interval"),
    "recurrence_free_interval": pl.col("free"),
    "first_line_duration": pl.col("duration"),
    "baseline_cea": pl.col("baseline_cea"),
    "pre_surgery_cea": pl.col("pre_surgery_cea"),
    "baseline_max_diameter_mm": pl.col("baseline_max_lesion_diameter_mm"),
    "size_largest_recurrent": pl.col("size_largest_crlm_mm") / 10,
    "cea_at_recurrence": pl.col("cea"),
}
GROUPS = {"all": pl.lit(True), "nac": pl.col("nac")}
ELSEWHERE = ("periprocedural_ctcae_grade", "nac_ctcae_grade", "n_tumours_initial", "size_largest_initial",
             "n_crlm_index_group", "size_largest_index_group", "cea_preop_index_group", "perioperative_sys_index",
             "first_line_targeted_therapy")  # fmt: skip
"""Margins whose tables are not joined to the cohort: looked at in tests of their own."""


def observed(margin: Margin, cohort: pl.DataFrame) -> tuple[float, float]:
    """The share, mean or median among the known values, and a standard error of it."""
    inside = cohort.filter(GROUPS[margin.group])
    if margin.statistic != "share":
        values = inside.select(value=VALUES[margin.variable]).drop_nulls()["value"]
        spread = float(values.std() or 0.0) / values.len() ** 0.5  # type: ignore[arg-type]
        found = values.mean() if margin.statistic == "mean" else values.median()
        return float(found), spread * (1.0 if margin.statistic == "mean" else 1.6)  # type: ignore[arg-type]
    expression = TRUE.get(margin.variable)
    if expression is None:
        expression = LEVELS[margin.variable] == margin.level
    flags = inside.select(flag=expression).drop_nulls()["flag"]
    return float(flags.mean()), (margin.value * (1 - margin.value) / flags.len()) ** 0.5  # type: ignore[arg-type]
