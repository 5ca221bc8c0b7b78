"""The synthetic registry for `hellingman-2021`: what is true in it, and the tables."""

from __future__ import annotations

import polars as pl

from crlm.registry.synthetic_registry import hellingman_model as declared
from crlm.registry.synthetic_registry.draws import Draws
from crlm.registry.synthetic_registry.hellingman_model import KINDS, HellingmanModel
from crlm.registry.synthetic_registry.hellingman_patients import draw_patients
from crlm.registry.synthetic_registry.hellingman_tables import tables
from crlm.registry.synthetic_registry.truth import (
    Margin,
    TrueEffect,
    Truth,
    conditional_effects,
    declared_truth,
    shares,
)

STUDY = "hellingman-2021"

REFERENCES = {
    "treatment_group": "systemic_only",
    "n_tumours_recurrent": "1",
    "size_largest_recurrent": "1-30",
    "comorbidity_category": "none",
}
ADJUST = ("n_tumours_recurrent", "size_largest_recurrent", "comorbidity_category")
EARLY = "interval_initial_to_recurrence <= 4"


def make(patients: int, seed: int) -> tuple[dict[str, pl.DataFrame], Truth]:
    """The tables and the truth; `patients` is the size of the cohort after selection."""
    model, draws = HellingmanModel(), Draws(STUDY, seed)
    drawn = draw_patients(model, patients, draws)
    truth = declared_truth(
        STUDY, patients, seed, (drawn.kind, KINDS), model, effects(model), margins(model), STATEMENTS
    )
    return tables(model, drawn, draws), truth


def effects(model: HellingmanModel) -> tuple[TrueEffect, ...]:
    """OS of local against systemic treatment; PFS of neoadjuvant against upfront by the interval; crude ones."""
    treatment = model.either_treatment
    early = treatment["nac_then_repeat_local, interval at most 4"]
    late = treatment["nac_then_repeat_local, interval over 4"]
    local = "treatment_strategy != 'systemic_only'"

    def of_nac(name: str, value: float, where: str, **known: float) -> TrueEffect:
        return TrueEffect(
            name=f"PFS treatment_strategy=nac_then_repeat_local, {name}",
            endpoint="PFS",
            unit="patient",
            term="treatment_strategy",
            level="nac_then_repeat_local",
            reference="upfront_repeat_local",
            measure="hazard ratio",
            log_value=value,
            adjust=() if known else ADJUST,
            kind="monte-carlo" if known else "exact",
            standard_error=known.get("standard_error", 0.0),
            simulated=int(known.get("simulated", 0)),
            where=where,
        )

    os, pfs = model.crude["OS"], model.crude["PFS"]
    return (
        *conditional_effects("OS", "patient", "hazard ratio", model.death_effects, REFERENCES),
        TrueEffect(
            name="OS treatment_group=repeat_local, crude",
            endpoint="OS",
            unit="patient",
            term="treatment_group",
            level="repeat_local",
            reference="systemic_only",
            measure="hazard ratio",
            log_value=os[0],
            kind="monte-carlo",
            standard_error=os[1],
            simulated=os[2],
        ),
        of_nac("interval at most 4 months, adjusted", early, f"{local} and {EARLY}"),
        of_nac("interval over 4 months, adjusted", late, f"{local} and not ({EARLY})"),
        of_nac(
            "interval at most 4 months, crude",
            pfs[0],
            f"{local} and {EARLY}",
            standard_error=pfs[1],
            simulated=pfs[2],
        ),
    )


def margins(model: HellingmanModel) -> tuple[Margin, ...]:
    """The declared shares and medians of the cohort."""
    return (
        Margin("sex", "male", model.male),
        Margin("age_at_recurrence", "", model.age[0], statistic="mean"),
        *shares("comorbidity_category", declared.COMORBIDITY, model.comorbidity),
        Margin("crlm_timing_initial", "synchronous", model.synchronous),
        *shares("n_tumours_recurrent", declared.NUMBERS, model.n_recurrent),
        *shares("size_largest_recurrent", declared.SIZES, model.size_recurrent),
    )


STATEMENTS = (
    "Covariates come first, then treatment (log odds in model.systemic and model.nac: confounding by "
    "indication), then times, then what is missing.",
    "OS and PFS (progression or death) count from the diagnosis of the recurrence, and both have proportional "
    "hazards with the declared ratios, exactly: progression is drawn so that the earlier of the two follows "
    "PFS. Progression and death share a frailty (Clayton's copula).",
    "Nobody dies or progresses in the first 6 months, and every local treatment is done by then, so that "
    "surviving until treatment selects nobody.",
    "Neoadjuvant chemotherapy changes PFS by the interval from initial treatment to recurrence: its hazard "
    "ratio against upfront local treatment is one value up to 4 months and another beyond. It does not change "
    "OS.",
    "Follow-up is uniform and independent. Progression is seen until the last disease assessment, 0 to 90 "
    "days before the last follow-up, or until death.",
    "The largest size is missing completely at random, with the declared share.",
    "The abstract gives no margins: those declared are assumptions. The registry also holds patients whom the "
    "selection must exclude: recurrence after more than 12 months, no recurrence, best supportive care.",
)
