"""The synthetic registry for `dijkstra-2021`: what is true in it, and the tables."""

from __future__ import annotations

import polars as pl

from crlm.registry.synthetic_registry import dijkstra_model as declared
from crlm.registry.synthetic_registry.dijkstra_model import KINDS, DijkstraModel
from crlm.registry.synthetic_registry.dijkstra_patients import draw_patients
from crlm.registry.synthetic_registry.dijkstra_tables import tables
from crlm.registry.synthetic_registry.draws import Draws
from crlm.registry.synthetic_registry.truth import (
    Margin,
    TrueEffect,
    Truth,
    conditional_effects,
    declared_truth,
    shares,
)

STUDY = "dijkstra-2021"


def make(patients: int, seed: int) -> tuple[dict[str, pl.DataFrame], Truth]:
    """The tables and the truth; `patients` is the size of the cohort after selection."""
    model, draws = DijkstraModel(), Draws(STUDY, seed)
    drawn = draw_patients(model, patients, draws)
    truth = declared_truth(
        STUDY, patients, seed, (drawn.kind, KINDS), model, effects(model), margins(model), STATEMENTS
    )
    return tables(model, drawn, draws), truth


def effects(model: DijkstraModel) -> tuple[TrueEffect, ...]:
    """The treatment effect of each endpoint, adjusted (exact) and crude (found by simulation), then the covariates'."""
    found: list[TrueEffect] = []
    for endpoint, unit, ratios in (
        ("OS", "patient", model.death_effects),
        ("LTPFS", "lesion", model.local_effects),
        ("DPFS", "patient", model.distant_effects),
    ):
        log_value, error, simulated = model.crude[endpoint]
        found += conditional_effects(endpoint, unit, "hazard ratio", ratios, REFERENCES)
        found.append(
            TrueEffect(
                name=f"{endpoint} treatment_group=nac, crude",
                endpoint=endpoint,
                unit=unit,
                term="treatment_group",
                level="nac",
                reference="upfront",
                measure="hazard ratio",
                log_value=log_value,
                kind="monte-carlo",
                standard_error=error,
                simulated=simulated,
                note="the value to which the unadjusted Cox model converges, confounding included",
            )
        )
    return tuple(found)


REFERENCES = {
    "treatment_group": "upfront",
    "comorbidity_category": "none",
    "primary_tumour_location": "rectum",
    "crlm_timing_initial": "synchronous",
    "n_tumours_recurrent": "1",
    "size_largest_recurrent": "1-30",
}


def margins(model: DijkstraModel) -> tuple[Margin, ...]:
    """The declared shares and medians of the cohort."""
    return (
        Margin("sex", "male", model.male),
        Margin("age_at_recurrence", "", model.age[0], statistic="mean"),
        Margin("bmi", "", model.bmi[0], statistic="mean"),
        *shares("primary_tumour_location", declared.LOCATIONS, model.location),
        *shares("comorbidity_category", declared.COMORBIDITY, model.comorbidity),
        Margin("crlm_timing_initial", "synchronous", model.synchronous),
        *shares("n_tumours_initial", declared.NUMBERS, model.n_initial),
        *shares("size_largest_initial", declared.SIZES, model.size_initial),
        Margin("extrahepatic_disease_initial", "yes", model.extrahepatic_initial),
        *shares("initial_procedure_type", declared.INITIAL_PROCEDURES, model.initial_procedure),
        Margin("interval_initial_to_recurrence", "", model.interval[0], statistic="median"),
        *shares("n_tumours_recurrent", declared.NUMBERS, model.n_recurrent),
        *shares("size_largest_recurrent", declared.SIZES, model.size_recurrent),
        *shares("nac_regimen", declared.REGIMENS, model.regimen, "nac"),
        Margin("nac_cycles", ">6", model.many_cycles, "nac"),
        *shares("periprocedural_ctcae_grade", ("none", "1", "2", "3", "4"), model.complication),
        *shares("nac_ctcae_grade", ("none", "1", "2", "3"), model.toxicity, "nac"),
    )


STATEMENTS = (
    "Covariates come first, then treatment (log odds in model.assignment: confounding by indication), then "
    "times, then what is missing.",
    "OS counts from the diagnosis of the recurrence; nobody of the cohort dies before 9 months and every "
    "repeat treatment is done by then, so that the hazard ratio is exact from time zero although treatment "
    "comes later.",
    "Death, distant progression and local progression of each tumour are independent given the covariates; "
    "each has proportional hazards with the declared ratios. Real recurrences shorten life: here they do not.",
    "Follow-up is independent of everything else. Recurrence is seen until the last disease "
    "assessment, 0 to 75 days before the last follow-up, or until death.",
    "Values are missing at random within each treatment group, with the declared shares.",
    "The registry also holds patients whom the selection must exclude, one of each kind for 20 of the cohort: "
    "without recurrence, SBRT repeat, IRE repeat, not treatable upfront (induction), never treated again, "
    "lost to follow-up. Some of the cohort have a third, again eligible episode.",
)
