"""The cohorts of synthetic registries, selected from the tables with plain joins: an oracle beside the cohort room."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

Tables = Mapping[str, pl.DataFrame]
DAYS_PER_MONTH = 30.4375


def months(start: str, end: str) -> pl.Expr:
    return (pl.col(end) - pl.col(start)).dt.total_days() / DAYS_PER_MONTH


def known(name: str) -> pl.Expr:
    """The value as text, null where its reason for being missing is written instead."""
    text = pl.col(name).cast(pl.String)
    return pl.when(~text.is_in(["unknown", "not_applicable", "not_done", "refused"])).then(text)


def ended(start: str, event: str, until: str) -> tuple[pl.Expr, pl.Expr]:
    """Months to the event, or to the end of observation, and whether it was the event."""
    return (
        (pl.coalesce(event, until) - pl.col(start)).dt.total_days() / DAYS_PER_MONTH,
        pl.col(event).is_not_null(),
    )


def first_progression(tables: Tables, kinds: tuple[str, ...], name: str) -> pl.DataFrame:
    """The first event of these kinds after each procedure."""
    events = tables["followup_event"].filter(pl.col("event_type").cast(pl.String).is_in(kinds))
    return events.group_by("relative_to_procedure_id").agg(pl.col("date_event").min().alias(name))


def dijkstra(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per patient of the cohort, and one per treated tumour."""
    patient, episode = tables["patient"], tables["crlm_episode"]
    initial = episode.filter(pl.col("episode_number") == 1).select(
        "patient_id", "crlm_timing_recorded", pl.col("n_crlm").alias("initial_n"),
        pl.col("size_largest_crlm_mm").alias("initial_size"), pl.col("extrahepatic_disease").alias("initial_extra"),
    )  # fmt: skip
    procedure = tables["local_treatment"].with_columns(pl.col("procedure_modalities").cast(pl.String))
    first = procedure.filter(pl.col("procedure_id").str.ends_with("-1")).select(
        "patient_id", pl.col("date_procedure").alias("date_initial"),
        pl.col("procedure_modalities").alias("initial_modalities"),
    )  # fmt: skip
    nac = tables["systemic_therapy"].filter(pl.col("intent").cast(pl.String) == "neoadjuvant")
    cohort = (
        episode.filter(
            (pl.col("episode_number") > 1) & (pl.col("upfront_locally_treatable").cast(pl.String) == "yes")
        )
        .join(procedure.drop("patient_id"), on="episode_id")
        .filter(~pl.col("procedure_modalities").is_in(["sbrt", "ire"]))
        .join(patient, on="patient_id")
        .filter(pl.col("lost_to_follow_up").cast(pl.String) == "no")
        .sort("patient_id", "episode_number")
        .unique("patient_id", keep="first", maintain_order=True)
        .join(initial, on="patient_id", suffix="_1", maintain_order="left")
        .join(first, on="patient_id", maintain_order="left")
        .join(tables["primary_tumour"].drop("primary_id"), on="patient_id", maintain_order="left")
        .join(nac.select("episode_id", "therapy_id", "regimen", "n_cycles"), on="episode_id", how="left")
        .join(
            first_progression(tables, ("intrahepatic_recurrence", "extrahepatic_recurrence"), "date_distant"),
            left_on="procedure_id", right_on="relative_to_procedure_id", how="left", maintain_order="left",
        )
    )  # fmt: skip
    number = pl.col("n_crlm")
    size = pl.col("size_largest_crlm_mm")
    subsite = pl.col("primary_subsite").cast(pl.String)
    cohort = cohort.with_columns(
        nac=pl.col("therapy_id").is_not_null(),
        location=pl.when(subsite == "rectum")
        .then(pl.lit("rectum"))
        .when(subsite.is_in(["sigmoid", "descending", "splenic_flexure"]))
        .then(pl.lit("colon_left"))
        .otherwise(pl.lit("colon_right")),
        timing=pl.when(pl.col("crlm_timing_recorded_1").cast(pl.String) != "unknown").then(
            pl.col("crlm_timing_recorded_1").cast(pl.String)
        ),
        age=months("date_of_birth", "date_crlm_diagnosis") / 12,
        bmi=pl.col("weight_kg") / (pl.col("height_cm") / 100) ** 2,
        interval=months("date_initial", "date_crlm_diagnosis"),
        n_recurrent=pl.when(number == 1)
        .then(pl.lit("1"))
        .when(number <= 5)
        .then(pl.lit("2-5"))
        .otherwise(pl.lit(">5")),
        size_recurrent=pl.when(size <= 30)
        .then(pl.lit("1-30"))
        .when(size <= 50)
        .then(pl.lit("31-50"))
        .when(size > 50)
        .then(pl.lit(">50")),
        os_months=ended("date_crlm_diagnosis", "date_of_death", "date_last_vital_status")[0],
        os_event=pl.col("date_of_death").is_not_null(),
        dp_months=ended("date_procedure", "date_distant", "date_last_disease_assessment")[0],
        dp_event=pl.col("date_distant").is_not_null(),
    )
    lesions = (
        tables["treated_lesion"]
        .join(cohort, on="procedure_id", maintain_order="left")
        .with_columns(
            lt_months=ended("date_procedure", "date_ltp", "date_last_disease_assessment")[0],
            lt_event=pl.col("date_ltp").is_not_null(),
        )
    )
    return cohort, lesions


def moretto(tables: Tables) -> pl.DataFrame:
    """One row per patient of the cohort."""
    text = {name: pl.col(name).cast(pl.String) for name in ("resectability_class", "extrahepatic_disease")}
    scans = tables["imaging"].with_columns(pl.col("timepoint").cast(pl.String))
    wanted = ("n_lesions", "bilobar", "n_segments_involved", "max_lesion_diameter_mm", "modality", "recist_response",
              "n_lesions_major_vessel_contact")  # fmt: skip

    def at(timepoint: str) -> pl.DataFrame:
        return scans.filter(pl.col("timepoint") == timepoint).select(
            "patient_id", *(pl.col(name).alias(f"{timepoint}_{name}") for name in wanted)
        )

    def cea(timepoint: str) -> pl.DataFrame:
        return (
            tables["lab"]
            .filter(pl.col("timepoint").cast(pl.String) == timepoint)
            .select("patient_id", pl.col("value").alias(f"{timepoint}_cea"))
        )

    seen = tables["lesion_imaging"].with_columns(pl.col("visible").cast(pl.String))
    vanished = (
        seen.filter((pl.col("visible") == "no") & pl.col("imaging_id").str.ends_with("-2"))
        .join(tables["metastasis"].select("lesion_id", "patient_id"), on="lesion_id")
        .group_by("patient_id")
        .agg(vanished=pl.len())
    )
    relapse = (
        tables["followup_event"]
        .filter(pl.col("event_type").cast(pl.String).str.ends_with("recurrence"))
        .group_by("patient_id")
        .agg(date_relapse=pl.col("date_event").min())
    )
    last_stage = (
        tables["local_treatment"].sort("patient_id", "stage_number").unique("patient_id", keep="last")
    )
    first_line = tables["systemic_therapy"].filter(pl.col("intent").cast(pl.String) == "induction_conversion")
    return (
        tables["crlm_episode"]
        .filter(
            (text["resectability_class"] != "resectable")
            & (text["extrahepatic_disease"] == "no")
            & (pl.col("progression_on_preop_chemo").cast(pl.String) == "no")
        )
        .join(tables["patient"], on="patient_id")
        .join(tables["primary_tumour"].drop("primary_id"), on="patient_id")
        .join(first_line.drop("episode_id"), on="patient_id")
        .filter(pl.col("regimen").cast(pl.String) != "capecitabine")
        .join(at("baseline"), on="patient_id")
        .join(at("pre_surgery"), on="patient_id")
        .join(last_stage.drop("episode_id"), on="patient_id")
        .filter(pl.col("residual_disease").cast(pl.String) != "R2")
        .filter(
            pl.col("date_of_death").is_not_null() | (months("date_procedure", "date_last_vital_status") >= 12)
        )
        .join(relapse, on="patient_id", how="left")
        .join(vanished, on="patient_id", how="left")
        .join(cea("baseline"), on="patient_id", how="left")
        .join(cea("pre_surgery"), on="patient_id", how="left")
        .sort("patient_id")
        .with_columns(
            vanished=pl.col("vanished").fill_null(0),
            date_either=pl.min_horizontal("date_relapse", "date_of_death"),
        )
        .with_columns(
            dfs_months=ended("date_procedure", "date_either", "date_last_disease_assessment")[0],
            dfs_event=pl.col("date_either").is_not_null(),
            os_months=ended("date_procedure", "date_of_death", "date_last_vital_status")[0],
            os_event=pl.col("date_of_death").is_not_null(),
            resected=pl.col("date_primary_resection") < pl.col("date_start"),
            unilobar=pl.col("baseline_bilobar").cast(pl.String) == "no",
            duration=months("date_start", "date_end"),
            age=months("date_of_birth", "date_crlm_diagnosis") / 12,
            ras_braf=pl.when(known("kras_status").is_null())
            .then(None)
            .when((known("kras_status") == "mutant") | (known("nras_status") == "mutant"))
            .then(pl.lit("ras_mut"))
            .when(known("braf_status") == "v600e")
            .then(pl.lit("braf_mut"))
            .otherwise(pl.lit("wt")),
        )
        .with_columns(
            within_6=pl.col("dfs_event") & (pl.col("dfs_months") <= 6),
            within_12=pl.col("dfs_event") & (pl.col("dfs_months") <= 12),
            long=pl.col("duration") >= 3.7,
        )
    )


def buisman(tables: Tables) -> pl.DataFrame:
    """One row per patient of the cohort."""
    events = tables["followup_event"].with_columns(pl.col("event_type").cast(pl.String))
    at_recurrence = events.filter(pl.col("relative_to_procedure_id").str.ends_with("-1"))
    outside = at_recurrence.filter(pl.col("event_type") == "extrahepatic_recurrence").select("patient_id")
    pumps = tables["haip"].with_columns(pl.col("haip_setting").cast(pl.String))
    adjuvant = pumps.filter(pl.col("episode_id").str.ends_with("-2") & (pl.col("haip_setting") == "adjuvant"))
    other = pumps.join(adjuvant, on="haip_id", how="anti").select("patient_id")
    procedure = tables["local_treatment"].with_columns(pl.col("procedure_modalities").cast(pl.String))
    index = procedure.filter(pl.col("procedure_id").str.ends_with("-1")).select(
        "patient_id", date_index="date_procedure", margin=known("margin_category_recorded"),
        index_residual=pl.col("residual_disease").cast(pl.String),
    )  # fmt: skip
    cea = tables["lab"].filter(pl.col("timepoint").cast(pl.String) == "at_recurrence")
    episode = tables["crlm_episode"]
    first = episode.filter(pl.col("episode_number") == 1).select(
        "patient_id", date_first="date_crlm_diagnosis"
    )
    return (
        tables["crlm_episode"]
        .filter(pl.col("episode_number") == 2)
        .join(tables["patient"], on="patient_id")
        .join(tables["primary_tumour"].drop("primary_id"), on="patient_id")
        .join(procedure.drop("patient_id"), on="episode_id")
        .join(index, on="patient_id")
        .join(first, on="patient_id")
        .filter((pl.col("procedure_modalities") != "sbrt") & (pl.col("index_residual") != "R2"))
        .join(outside, on="patient_id", how="anti")
        .join(other, on="patient_id", how="anti")
        .join(adjuvant.select("patient_id", "haip_id"), on="patient_id", how="left")
        .join(cea.select("patient_id", cea="value"), on="patient_id", how="left")
        .join(
            first_progression(tables, ("intrahepatic_recurrence",), "date_liver"),
            left_on="procedure_id", right_on="relative_to_procedure_id", how="left",
        )
        .sort("patient_id")
        .with_columns(date_either=pl.min_horizontal("date_liver", "date_of_death"))
        .with_columns(
            haip=pl.col("haip_id").is_not_null(),
            os_months=ended("date_procedure", "date_of_death", "date_last_vital_status")[0],
            os_event=pl.col("date_of_death").is_not_null(),
            hdfs_months=ended("date_procedure", "date_either", "date_last_disease_assessment")[0],
            hdfs_event=pl.col("date_either").is_not_null(),
            free=months("date_index", "date_crlm_diagnosis"),
            interval=months("date_primary_resection", "date_first"),
            age=months("date_of_birth", "date_index") / 12,
            ablation_only=pl.col("procedure_modalities") == "rfa",
            location=pl.when(known("primary_subsite").is_in(["caecum", "ascending", "transverse"]))
            .then(pl.lit("right"))
            .when(known("primary_subsite").is_in(["splenic_flexure", "descending", "sigmoid"]))
            .then(pl.lit("left"))
            .when(known("primary_subsite").is_not_null())
            .then(pl.lit("rectum")),
        )
    )  # fmt: skip


def hellingman(tables: Tables) -> pl.DataFrame:
    """One row per patient of the cohort."""
    procedure = tables["local_treatment"]
    initial = procedure.filter(pl.col("procedure_id").str.ends_with("-1"))
    repeat = procedure.filter(pl.col("procedure_id").str.ends_with("-2"))
    progression = (
        tables["followup_event"]
        .filter(pl.col("event_type").cast(pl.String).str.ends_with("recurrence"))
        .join(tables["crlm_episode"].filter(pl.col("episode_number") == 2), on="patient_id")
        .filter(pl.col("date_event") > pl.col("date_crlm_diagnosis"))
        .group_by("patient_id")
        .agg(date_progression=pl.col("date_event").min())
    )
    number, size = pl.col("n_crlm"), pl.col("size_largest_crlm_mm")
    first = (
        tables["crlm_episode"]
        .filter(pl.col("episode_number") == 1)
        .select("patient_id", timing=known("crlm_timing_recorded"))
    )
    return (
        tables["crlm_episode"]
        .filter(pl.col("episode_number") == 2)
        .join(tables["patient"], on="patient_id")
        .join(initial.select("patient_id", date_initial="date_procedure"), on="patient_id")
        .join(first, on="patient_id")
        .join(repeat.select("patient_id", "date_procedure"), on="patient_id", how="left")
        .join(tables["systemic_therapy"].select("patient_id", "therapy_id"), on="patient_id", how="left")
        .join(progression, on="patient_id", how="left")
        .with_columns(interval=months("date_initial", "date_crlm_diagnosis"))
        .filter(
            (pl.col("interval") <= 12)
            & (pl.col("date_procedure").is_not_null() | pl.col("therapy_id").is_not_null())
        )
        .sort("patient_id")
        .with_columns(date_either=pl.min_horizontal("date_progression", "date_of_death"))
        .with_columns(
            local=pl.col("date_procedure").is_not_null(),
            nac=pl.col("date_procedure").is_not_null() & pl.col("therapy_id").is_not_null(),
            n_recurrent=pl.when(number == 1)
            .then(pl.lit("1"))
            .when(number <= 5)
            .then(pl.lit("2-5"))
            .otherwise(pl.lit(">5")),
            size_recurrent=pl.when(size <= 30)
            .then(pl.lit("1-30"))
            .when(size <= 50)
            .then(pl.lit("31-50"))
            .when(size > 50)
            .then(pl.lit(">50")),
            os_months=ended("date_crlm_diagnosis", "date_of_death", "date_last_vital_status")[0],
            os_event=pl.col("date_of_death").is_not_null(),
            pfs_months=ended("date_crlm_diagnosis", "date_either", "date_last_disease_assessment")[0],
            pfs_event=pl.col("date_either").is_not_null(),
        )
    )
