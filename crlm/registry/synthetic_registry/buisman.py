"""The synthetic registry for `buisman-2020`: what is true in it, and the tables."""

from __future__ import annotations

import polars as pl

from crlm.registry.synthetic_registry import buisman_model as declared
from crlm.registry.synthetic_registry.buisman_model import KINDS, BuismanModel
from crlm.registry.synthetic_registry.buisman_patients import draw_patients
from crlm.registry.synthetic_registry.buisman_tables import tables
from crlm.registry.synthetic_registry.draws import Draws
from crlm.registry.synthetic_registry.truth import (
    Margin,
    TrueEffect,
    Truth,
    conditional_effects,
    declared_truth,
    shares,
)

STUDY = "buisman-2020"

REFERENCES = {"adjuvant_haip": "no", "resection_margin_index": "no", "ablation_only_procedure": "no"}


def make(patients: int, seed: int) -> tuple[dict[str, pl.DataFrame], Truth]:
    """The tables and the truth; `patients` is the size of the cohort after selection."""
    model, draws = BuismanModel(), Draws(STUDY, seed)
    drawn = draw_patients(model, patients, draws)
    truth = declared_truth(
        STUDY, patients, seed, (drawn.kind, KINDS), model, effects(model), margins(model), STATEMENTS
    )
    return tables(drawn, draws), truth


def effects(model: BuismanModel) -> tuple[TrueEffect, ...]:
    """The hazard ratios of OS and hDFS, adjusted (exact) and crude (simulated)."""
    found: list[TrueEffect] = []
    for endpoint, ratios in (("OS", model.death_effects), ("hDFS", model.either_effects)):
        log_value, error, simulated = model.crude[endpoint]
        found += conditional_effects(endpoint, "patient", "hazard ratio", ratios, REFERENCES)
        found.append(
            TrueEffect(
                name=f"{endpoint} adjuvant_haip=yes, crude",
                endpoint=endpoint,
                unit="patient",
                term="adjuvant_haip",
                level="yes",
                reference="no",
                measure="hazard ratio",
                log_value=log_value,
                kind="monte-carlo",
                standard_error=error,
                simulated=simulated,
                note="the value to which the unadjusted Cox model converges, confounding included",
            )
        )
    return tuple(found)


def margins(model: BuismanModel) -> tuple[Margin, ...]:
    """The declared shares and medians of the cohort."""
    return (
        Margin("center", "MSKCC", model.mskcc),
        Margin("sex", "male", model.male),
        Margin("age_at_index_resection", "", model.age[0], statistic="median"),
        *shares("primary_tumour_location", declared.LOCATIONS, model.location),
        Margin("pt_stage_group", "T3-T4", model.t34),
        Margin("primary_node_status", "N+", model.node_positive),
        Margin("disease_free_interval_group", "<=12", model.interval_within_12),
        Margin("n_crlm_index_group", ">1", model.several_index),
        Margin("size_largest_index_group", ">5", model.large_index),
        Margin("cea_preop_index_group", ">200", model.cea_index_over_200),
        *shares("resection_margin_index", ("yes", "no", "rfa"), model.margin),
        Margin("perioperative_sys_index", "yes", model.chemotherapy_index),
        Margin("recurrence_free_interval", "", model.recurrence_free[0], statistic="median"),
        *shares("n_crlm_recurrent", ("1", "2", "3", "4"), model.n_recurrent),
        Margin("size_largest_recurrent", "", model.size_recurrent[0], statistic="median"),
        Margin("cea_at_recurrence", "", model.cea_recurrent[0], statistic="median"),
        *shares("recurrence_treatment", declared.TREATMENTS, model.treatment),
    )


STATEMENTS = (
    "Covariates come first, then treatment (log odds in model.assignment, at MSKCC only: confounding by "
    "indication), then times, then what is missing.",
    "OS and hDFS (liver recurrence or death) count from the treatment of the recurrence, and both have "
    "proportional hazards with the declared ratios, exactly: liver recurrence is drawn so that the earlier of "
    "the two follows hDFS. Liver recurrence and death share a frailty (Clayton's copula).",
    "Nobody dies or recurs in the first two months, so that infusion from the fourth week on selects nobody.",
    "The margin effect is that of a positive index margin; negative and not assessable (ablation alone) have "
    "none.",
    "Extrahepatic recurrence after the treatment is independent of the rest, and no event of hDFS.",
    "Follow-up is independent of everything else. Recurrence is seen until the last disease assessment, 0 to "
    "90 days before the last follow-up, or until death.",
    "Values are missing completely at random, with the declared shares.",
    "The registry also holds patients whom the selection must exclude: infusion at the index resection, no "
    "recurrence, extrahepatic recurrence alone or beside the liver, incomplete index resection, infusion for "
    "another purpose, SBRT.",
)
