"""The synthetic registry for `moretto-2024`: what is true in it, and the tables."""

from __future__ import annotations

import polars as pl

from crlm.registry.synthetic_registry.draws import Draws
from crlm.registry.synthetic_registry.moretto_model import KINDS, MorettoModel
from crlm.registry.synthetic_registry.moretto_patients import draw_patients
from crlm.registry.synthetic_registry.moretto_tables import tables
from crlm.registry.synthetic_registry.truth import (
    Margin,
    TrueEffect,
    Truth,
    conditional_effects,
    declared_truth,
)

STUDY = "moretto-2024"

REFERENCES = {
    "primary_resected_at_diagnosis": "no",
    "baseline_lobe_involvement": "bilobar",
    "ecog_ps_group": "0",
    "ras_braf_status": "wt",
    "first_line_duration_ge_median_3_7mo": "no",
}


def make(patients: int, seed: int) -> tuple[dict[str, pl.DataFrame], Truth]:
    """The tables and the truth; `patients` is the size of the cohort after selection."""
    model, draws = MorettoModel(), Draws(STUDY, seed)
    drawn = draw_patients(model, patients, draws)
    truth = declared_truth(
        STUDY, patients, seed, (drawn.kind, KINDS), model, effects(model), margins(model), STATEMENTS
    )
    return tables(drawn, draws), truth


def effects(model: MorettoModel) -> tuple[TrueEffect, ...]:
    """The odds ratios of the two logistic models and the hazard ratios of OS, adjusted (exact) and crude."""
    crude = []
    for name, (value, error, simulated) in model.simulated.items():
        endpoint, _, term = name.partition(" ")
        crude.append(
            TrueEffect(
                name=f"{name}, crude",
                endpoint=endpoint,
                unit="patient",
                term=term,
                level="unilobar" if term == "baseline_lobe_involvement" else "yes",
                reference=REFERENCES[term],
                measure="odds ratio" if endpoint.startswith("relapse") else "hazard ratio",
                log_value=value,
                kind="monte-carlo",
                standard_error=error,
                simulated=simulated,
                note="the value to which the univariable model converges",
            )
        )
    return (
        *conditional_effects("relapse_or_death_6mo", "patient", "odds ratio", model.within_6, REFERENCES),
        *conditional_effects("relapse_or_death_12mo", "patient", "odds ratio", model.within_12, REFERENCES),
        *conditional_effects("OS", "patient", "hazard ratio", model.death_effects, REFERENCES),
        *crude,
    )


def margins(model: MorettoModel) -> tuple[Margin, ...]:
    """The declared shares and medians of the cohort."""
    mutant = model.ras_braf[0]
    targeted = [
        mutant * with_it + (1 - mutant) * without
        for with_it, without in zip(model.targeted_mutant, model.targeted_wild_type, strict=True)
    ]
    resected = 1 - model.synchronous * (1 - model.resected_if_synchronous)
    return (
        Margin("sex", "male", model.male),
        Margin("age_at_crlm_diagnosis", "", model.age[0], statistic="median"),
        Margin("ecog_ps", "0", model.ecog[0]),
        Margin("primary_tumour_side", "left_or_rectum", model.left_or_rectum),
        Margin("crlm_synchronous_lt6mo", "yes", model.synchronous),
        Margin("primary_resected_at_diagnosis", "yes", resected),
        Margin("ras_braf_status", "ras_mut", model.ras_braf[0]),
        Margin("ras_braf_status", "braf_mut", model.ras_braf[1]),
        Margin("mri_done baseline", "yes", model.mri[0]),
        Margin("mri_done pre_surgery", "yes", model.mri[1]),
        Margin("first_line_backbone", "triplet", model.triplet),
        Margin("first_line_targeted_therapy", "anti_vegf", targeted[0]),
        Margin("first_line_targeted_therapy", "anti_egfr", targeted[1]),
        Margin("first_line_duration", "", model.duration[0], statistic="median"),
        Margin("objective_response", "yes", model.response),
        Margin("baseline_cea", "", model.cea[0], statistic="median"),
        Margin("pre_surgery_cea", "", model.cea_before_surgery[0], statistic="median"),
        Margin("baseline_max_diameter_mm", "", model.diameter[0], statistic="median"),
        Margin("baseline_n_lesions_ge_4", "yes", 0.5),
        Margin("scheduled_surgery_stages", "two_steps", model.two_steps),
        Margin("concurrent_ablation", "yes", model.concurrent_ablation),
        Margin("resection_status", "R0", model.r0),
    )


STATEMENTS = (
    "Covariates come first, then death (proportional hazards), then relapse, then what is missing. Nothing is "
    "assigned by indication: every exposure is a characteristic of the patient or of the disease.",
    "Relapse or death within 6 months follows exactly the declared logistic model, and so does relapse or "
    "death within 12 months with its own coefficients: each time to relapse or death is drawn from the "
    "survival function that both imply. 6 and 12 months are 182 and 365 days.",
    "OS has proportional hazards with the declared ratios. Relapse and death share a frailty (Clayton's "
    "copula): who relapses early dies early. DFS has therefore no constant hazard ratio; what Cox's model "
    "converges to is simulated.",
    "The pattern of relapse and the treatment after it are drawn given the remaining life: they foretell "
    "survival, and do not change it.",
    "Follow-up is uniform and independent. Recurrence is seen until the last disease assessment, 0 to 90 days "
    "before the last follow-up, or until death.",
    "Values are missing completely at random, with the declared shares.",
    "The registry also holds patients whom the selection must exclude: extrahepatic disease, resectable "
    "upfront, another regimen, progression before surgery, no imaging before surgery, incomplete resection, "
    "alive and followed for less than 12 months.",
)
