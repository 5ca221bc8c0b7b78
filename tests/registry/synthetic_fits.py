"""The models that a synthetic registry's declared effects belong to, fitted from its tables without the study room."""

from __future__ import annotations

import polars as pl

from crlm.registry.synthetic_registry import TrueEffect
from crlm.statistics.cox import cox
from crlm.statistics.logistic import logistic
from tests.registry import synthetic_cohorts as cohorts

Columns = dict[str, pl.Expr]


def is_(column: str, level: str) -> pl.Expr:
    return pl.col(column).cast(pl.String) == level


def of(column: str, **terms: str) -> Columns:
    """Indicators: the declared `term=level` by the level, from a column that is null where missing."""
    return {
        f"{term}={level}": is_(column, level) for term, levels in terms.items() for level in levels.split("|")
    }


DIJKSTRA: Columns = {
    "treatment_group=nac": pl.col("nac"),
    "crlm_timing_initial=metachronous": is_("timing", "metachronous"),
    "interval_initial_to_recurrence": pl.col("interval"),
    **of("comorbidity_category", comorbidity_category="minimal|major"),
    **of("location", primary_tumour_location="colon_left|colon_right"),
    **of("n_recurrent", n_tumours_recurrent="2-5|>5"),
    **of("size_recurrent", size_largest_recurrent="31-50|>50"),
}
MORETTO: Columns = {
    "primary_resected_at_diagnosis=yes": pl.col("resected"),
    "baseline_lobe_involvement=unilobar": pl.col("unilobar"),
    "baseline_n_lesions": pl.col("baseline_n_lesions"),
    "n_vanished_crlm": pl.col("vanished"),
    "ecog_ps_group=1-2": pl.col("ecog_ps") > 0,
    **of("ras_braf", ras_braf_status="ras_mut|braf_mut"),
    "first_line_duration_ge_median_3_7mo=yes": pl.col("long"),
}
BUISMAN: Columns = {
    "adjuvant_haip=yes": pl.col("haip"),
    # after ablation alone the margin is not assessable, which the study takes as missing
    "resection_margin_index=yes": pl.when(~is_("margin", "ablation_not_assessable")).then(
        is_("margin", "positive")
    ),
    "cea_at_recurrence": pl.col("cea"),
    "n_crlm_recurrent": pl.col("n_crlm"),
    "ablation_only_procedure=yes": pl.col("ablation_only"),
}
HELLINGMAN: Columns = {
    "treatment_group=repeat_local": pl.col("local"),
    "treatment_strategy=nac_then_repeat_local": pl.col("nac"),
    **of("n_recurrent", n_tumours_recurrent="2-5|>5"),
    **of("size_recurrent", size_largest_recurrent="31-50|>50"),
    **of("comorbidity_category", comorbidity_category="minimal|major"),
}
TIMES = {"OS": "os", "DPFS": "dp", "LTPFS": "lt", "hDFS": "hdfs", "PFS": "pfs", "DFS": "dfs"}
OUTCOMES = {"relapse_or_death_6mo": "within_6", "relapse_or_death_12mo": "within_12"}


def cohort_frames(study: str, tables: cohorts.Tables) -> tuple[dict[str, pl.DataFrame], Columns]:
    """The cohort by its unit, and the columns of the declared terms."""
    if study == "dijkstra-2021":
        patients, lesions = cohorts.dijkstra(tables)
        return {"patient": patients, "lesion": lesions}, DIJKSTRA
    select = {
        "moretto-2024": cohorts.moretto,
        "buisman-2020": cohorts.buisman,
        "hellingman-2021": cohorts.hellingman,
    }
    columns = {"moretto-2024": MORETTO, "buisman-2020": BUISMAN, "hellingman-2021": HELLINGMAN}
    return {"patient": select[study](tables)}, columns[study]


def fit_effect(effect: TrueEffect, frame: pl.DataFrame, columns: Columns) -> tuple[float, float]:
    """The log ratio and its standard error by the model that the effect names, complete cases only."""
    if effect.where:
        frame = frame.filter(pl.col("local"))
        early = pl.col("interval") <= 4
        frame = frame.filter(~early if "not (" in effect.where else early)
    exposure = f"{effect.term}={effect.level}" if effect.level else effect.term
    wanted = [name for name in columns if name.partition("=")[0] in (effect.term, *effect.adjust)]
    outcome = OUTCOMES.get(effect.endpoint)
    measured = ["event"] if outcome else ["time", "event"]
    event = pl.col(outcome or f"{TIMES[effect.endpoint]}_event").cast(pl.Float64).alias("event")
    time = [] if outcome else [pl.col(f"{TIMES[effect.endpoint]}_months").alias("time")]
    data = frame.select(
        *time, event, *(columns[name].cast(pl.Float64).alias(name) for name in wanted)
    ).drop_nulls()
    X = data.select(wanted).to_numpy()
    assert set(data.columns) == {*measured, *wanted}
    if outcome:
        fit = logistic(data["event"].to_numpy(), X, wanted)
    else:
        fit = cox(data["time"].to_numpy(), data["event"].to_numpy(), X, wanted)
    names = [name for name in fit.names if name in wanted]
    estimate = fit.coefficients[list(fit.names).index(exposure)]
    assert names and estimate.value is not None and estimate.standard_error is not None
    return estimate.value, estimate.standard_error
