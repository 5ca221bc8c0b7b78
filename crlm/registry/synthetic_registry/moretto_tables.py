"""The tables of the synthetic registry for `moretto-2024`, one function each, from the drawn patients."""

from __future__ import annotations

import numpy as np
import polars as pl

from crlm.registry.synthetic_registry import moretto_model as declared
from crlm.registry.synthetic_registry.columns import (
    dates,
    day,
    in_patient_order,
    levels,
    numbers,
    repeated,
    same,
    yes_no,
)
from crlm.registry.synthetic_registry.draws import Booleans, Draws
from crlm.registry.synthetic_registry.moretto_patients import (
    EXTRAHEPATIC,
    INCOMPLETE,
    NO_IMAGING,
    OTHER_REGIMEN,
    PROGRESSED,
    RESECTABLE,
)
from crlm.registry.synthetic_registry.registered import Registered, patient_table


def tables(p: Registered, draws: Draws) -> dict[str, pl.DataFrame]:
    """All non-empty tables by name."""
    metastasis, lesion_imaging = _lesions(p, draws)
    return {
        "centre": pl.DataFrame(
            {
                "centre_id": list(declared.CENTRES),
                "centre_name": list(declared.CENTRE_NAMES),
                "registry_start_date": dates(np.full(3, day(2009, 1))),
                "registry_end_date": dates(np.full(3, day(2022, 1, 31))),
            }
        ),
        "patient": patient_table(p, levels(p.x["centre"], declared.CENTRES), "consent"),
        "primary_tumour": _primary(p, draws),
        "crlm_episode": _episode(p, draws),
        "imaging": _imaging(p),
        "metastasis": metastasis,
        "lesion_imaging": lesion_imaging,
        "systemic_therapy": _systemic(p, draws),
        "local_treatment": _procedure(p),
        "lab": _lab(p),
        "followup_event": _event(p, draws),
        "post_relapse_treatment": _after_relapse(p, draws),
    }


def _primary(p: Registered, draws: Draws) -> pl.DataFrame:
    """PT and pN are those of a primary resected before first-line treatment, as the study uses them."""
    n, x = p.size, p.x
    later = ~x["resected"]
    unknown = p.missing["ras_braf_status"]
    ras, braf = x["ras_braf"] == 0, x["ras_braf"] == 1
    nras = ras & (draws.uniform("nras", n) < 0.08)
    strategy = np.select([later, x["synchronous"]], [2, 0], 3)
    return pl.DataFrame(
        {
            "primary_id": p.names.of("T", np.arange(n), 1),
            "patient_id": p.names.of("P", np.arange(n)),
            "date_primary_diagnosis": dates(p.days["primary"]),
            "primary_subsite": levels(
                np.where(
                    x["left"], draws.level("left", (4, 5, 1), n), 3 + draws.level("right", (4, 4, 2), n)
                ),
                declared.SUBSITES,
            ),
            "primary_resected": same("yes", n),
            "date_primary_resection": dates(p.days["primary operation"]),
            "primary_resection_status": same("R0", n),
            "pt_stage": levels(
                np.where(later, 4, np.where(x["t4"], 3, draws.level("pt", (1, 2, 12), n))),
                ("T1", "T2", "T3", "T4", "not_applicable"),
            ),
            "pn_stage": levels(
                np.where(later, 3, np.where(x["node"], 1 + draws.level("pn", (3, 2), n), 0)),
                ("N0", "N1", "N2", "not_applicable"),
            ),
            "kras_status": levels((~(ras & ~nras)).astype(np.int64), ("mutant", "wild_type"), unknown),
            "nras_status": levels((~nras).astype(np.int64), ("mutant", "wild_type"), unknown),
            "braf_status": levels((~braf).astype(np.int64), ("v600e", "wild_type"), unknown),
            "mmr_msi_status_raw": levels(
                x["deficient"].astype(np.int64), ("pMMR_MSS", "dMMR_MSI"), p.missing["mmr_msi_status"]
            ),
            "adjuvant_chemotherapy_after_primary": yes_no(x["adjuvant"]),
            "synchronous_strategy": levels(
                strategy, ("primary_first", "liver_first", "simultaneous", "not_applicable")
            ),
        }
    )


def _episode(p: Registered, draws: Draws) -> pl.DataFrame:
    n, x = p.size, p.x
    resectable = p.kind == RESECTABLE
    reason = np.select(
        [x["lesions"] > 5, x["diameter"] >= 50, x["two_steps"], x["ablation"]], [1, 2, 3, 4], 0
    )
    frame = pl.DataFrame(
        {
            "episode_id": p.names.of("E", np.arange(n), 1),
            "patient_id": p.names.of("P", np.arange(n)),
            "episode_number": np.ones(n, dtype=np.int8),
            "date_crlm_diagnosis": dates(p.days["diagnosis"]),
            "detection_modality": levels(draws.level("modality", (8, 1, 1), n), ("ceCT", "PET_CT", "ceMRI")),
            "crlm_timing_recorded": levels(
                (~x["synchronous"]).astype(np.int64), ("synchronous", "metachronous")
            ),
            "ecog_ps": numbers(x["ecog"], 0, p.missing["ecog_ps"]),
            "n_crlm": numbers(x["lesions"], 0),
            "size_largest_crlm_mm": numbers(x["diameter"], 0),
            "bilobar_at_diagnosis": yes_no(x["bilobar"]),
            "n_segments_involved": numbers(x["segments"], 0),
            "extrahepatic_disease": yes_no(p.kind == EXTRAHEPATIC),
            "resectability_class": levels(
                np.where(resectable, 0, 1 + draws.level("class", (1, 1), n)),
                ("resectable", "borderline", "unresectable"),
            ),
            "unresectability_reason": levels(
                np.where(resectable, len(declared.REASONS), reason), (*declared.REASONS, "not_applicable")
            ),
            "mdt_date": dates(p.days["diagnosis"] + 5),
            "mdt_intent": levels((~resectable).astype(np.int64), ("curative", "conversion")),
            "mdt_decision": levels(
                (~resectable).astype(np.int64), ("upfront_local", "induction_chemotherapy")
            ),
            "progression_on_preop_chemo": levels(
                np.select([resectable, p.kind == PROGRESSED], [2, 1], 0), ("no", "yes", "not_applicable")
            ),
        }
    )
    return frame


def _scans(p: Registered) -> tuple[np.ndarray, Booleans]:
    """The patient's row of each scan, and whether it is the one before surgery."""
    before = np.flatnonzero((p.kind != NO_IMAGING) & (p.kind != RESECTABLE))
    row, kind, _ = in_patient_order([np.arange(p.size), before])
    return row, kind == 1


def _imaging(p: Registered) -> pl.DataFrame:
    x = p.x
    row, before = _scans(p)

    def at(baseline: str, later: np.ndarray) -> np.ndarray:
        return np.asarray(np.where(before, later[row], x[baseline][row]))

    mri = at("mri_baseline", x["mri_before_surgery"]).astype(np.int64)
    response = np.select([(p.kind == PROGRESSED)[row], x["response"][row]], [2, 0], 1)
    return pl.DataFrame(
        {
            "imaging_id": p.names.of("I", row, before.astype(np.int64) + 1),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, 1),
            "date_imaging": dates(np.where(before, p.days["scan"][row], p.days["diagnosis"][row])),
            "timepoint": levels(before.astype(np.int64), ("baseline", "pre_surgery")),
            "modality": levels(mri, ("ceCT", "ceMRI_liver_specific")),
            "contrast_agent": levels(mri, ("iodinated", "gadoxetic_acid")),
            "reviewer_blinded": same("yes", row.size),
            "n_lesions": numbers(at("lesions", x["lesions"] - x["vanished"]), 0),
            "max_lesion_diameter_mm": numbers(at("diameter", x["diameter_before_surgery"]), 0),
            "n_segments_involved": numbers(at("segments", x["segments_before_surgery"]), 0),
            "bilobar": yes_no(at("bilobar", x["bilobar_before_surgery"])),
            "n_lesions_major_vessel_contact": numbers(at("contacts", x["contacts_before_surgery"]), 0),
            "recist_response": levels(np.where(before, response, 3), ("PR", "SD", "PD", "not_applicable")),
        }
    )


def _lesions(p: Registered, draws: Draws) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every lesion of the episode, and what each scan shows of it: the last ones vanish."""
    x = p.x
    row, number = repeated(x["lesions"])
    share = draws.between("smaller lesions", 0.3, 1, row.size)
    diameter = np.ceil(np.where(number == 1, 1.0, share) * x["diameter"][row])
    metastasis = pl.DataFrame(
        {
            "lesion_id": p.names.of("L", row, 1, number),
            "episode_id": p.names.of("E", row, 1),
            "patient_id": p.names.of("P", row),
            "lesion_number": number.astype(np.int16),
            "diameter_baseline_mm": numbers(diameter, 0),
            "date_first_seen": dates(p.days["diagnosis"][row]),
        }
    )
    later = np.flatnonzero((p.kind != NO_IMAGING)[row] & (p.kind != RESECTABLE)[row])
    lesion, kind, _ = in_patient_order([np.arange(row.size), later])
    before, at = kind == 1, row[lesion]
    gone = before & (number[lesion] > (x["lesions"] - x["vanished"])[at])
    ratio = (x["diameter_before_surgery"] / x["diameter"])[at]
    size = np.where(before, np.ceil(diameter[lesion] * ratio), diameter[lesion])
    contacts = np.where(before, x["contacts_before_surgery"][at], x["contacts"][at])
    seen = pl.DataFrame(
        {
            "lesion_id": p.names.of("L", at, 1, number[lesion]),
            "imaging_id": p.names.of("I", at, before.astype(np.int64) + 1),
            "visible": yes_no(~gone),
            "diameter_mm": numbers(np.where(gone, 0, size), 0),
            "vessel_contact": yes_no(number[lesion] <= contacts),
        }
    )
    return metastasis, seen


def _systemic(p: Registered, draws: Draws) -> pl.DataFrame:
    x, n = p.x, p.size
    first = np.flatnonzero(p.kind != RESECTABLE)
    after_start = p.days["surgery"] + np.round(draws.between("start after surgery", 30, 70, n))
    stops = np.minimum(p.days["last"], p.days["relapse"])
    after = np.flatnonzero(x["postoperative"] & (after_start < stops))
    row, kind, _ = in_patient_order([first, after])
    before = kind == 0
    doublet = draws.level("doublet", (6, 2, 3), n)
    regimen = np.where(x["triplet"], 3, doublet)
    regimen = np.where(p.kind == OTHER_REGIMEN, 4, regimen)[row]
    agent = np.where(
        x["targeted"] == 1, 1 + draws.level("anti-EGFR", (1, 1), n), np.where(x["targeted"] == 0, 0, 3)
    )
    start = np.where(before, p.days["start"][row], after_start[row])
    end = np.where(before, p.days["last dose"][row], np.minimum(after_start + 90, stops)[row])
    return pl.DataFrame(
        {
            "therapy_id": p.names.of("C", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, 1),
            "intent": levels(kind, ("induction_conversion", "adjuvant")),
            "line": np.ones(row.size, dtype=np.int8),
            "route": same("intravenous_oral", row.size),
            "regimen": levels(
                np.where(before, regimen, 0), ("FOLFOX", "CAPOX", "FOLFIRI", "FOLFOXIRI", "capecitabine")
            ),
            "targeted_agent": levels(
                np.where(before, agent[row], 3), ("bevacizumab", "cetuximab", "panitumumab", "none")
            ),
            "date_start": dates(start),
            "date_end": dates(end),
            "n_cycles": numbers(np.clip(np.round((end - start) / 14), 1, 24), 0),
            "best_response": levels(
                np.where(before, np.where(x["response"][row], 0, 1), 2), ("PR", "SD", "not_applicable")
            ),
            "given_before_local_treatment": yes_no(before),
        }
    )


def _procedure(p: Registered) -> pl.DataFrame:
    x = p.x
    staged = np.flatnonzero(x["two_steps"])
    row, kind, _ = in_patient_order([np.arange(p.size), staged])
    last = (kind == 1) | ~x["two_steps"][row]
    stage = kind + 1
    date = np.where(last, p.days["surgery"][row], p.days["stage 1"][row])
    ablation = x["ablation"][row] & last
    status = np.select([(p.kind == INCOMPLETE)[row], x["r0"][row]], [2, 0], 1)
    return pl.DataFrame(
        {
            "procedure_id": p.names.of("O", row, 1, stage),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, 1),
            "date_procedure": dates(date),
            "procedure_modalities": levels(ablation.astype(np.int64), ("resection", "resection;mwa")),
            "treatment_intent": same("curative", row.size),
            "approach": same("open", row.size),
            "hepatectomy_strategy": levels(x["two_steps"][row].astype(np.int64), ("one_stage", "two_stage")),
            "planned_stages": numbers(1 + x["two_steps"][row].astype(np.int64), 0),
            "stage_number": numbers(stage, 0),
            "concurrent_ablation": yes_no(ablation),
            "residual_disease": levels(status, ("R0", "R1", "R2")),
            "date_admission": dates(date - 1),
            "date_discharge": dates(date + 8),
        }
    )


def _lab(p: Registered) -> pl.DataFrame:
    x = p.x
    first = np.flatnonzero(~p.missing["baseline_cea"])
    second = np.flatnonzero(~p.missing["pre_surgery_cea"] & (p.kind != RESECTABLE))
    row, kind, _ = in_patient_order([first, second])
    return pl.DataFrame(
        {
            "lab_id": p.names.of("B", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "date_sample": dates(np.where(kind == 0, p.days["diagnosis"][row] + 2, p.days["scan"][row])),
            "analyte": same("CEA", row.size),
            "value": numbers(np.where(kind == 0, x["cea"][row], x["cea_before_surgery"][row]), 1),
            "unit": same("ng/mL", row.size),
            "timepoint": levels(kind, ("baseline", "pre_surgery")),
        }
    )


def _relapsed(p: Registered) -> Booleans:
    return np.isfinite(p.days["relapse"])


def _event(p: Registered, draws: Draws) -> pl.DataFrame:
    """The first relapse (a row for the liver, one for elsewhere), death, and the last follow-up."""
    x = p.x
    relapsed, n = _relapsed(p), p.size
    liver = np.flatnonzero(relapsed & (x["pattern"] != 1) & ~x["two_outside"])
    outside = np.flatnonzero(relapsed & (x["pattern"] > 0))
    died = np.flatnonzero(np.isfinite(p.days["death"]))
    row, kind, _ = in_patient_order([liver, outside, died, np.arange(n)])
    organ = 1 + draws.level("organ", (5, 2, 2), n)
    sites = np.select([kind == 0, kind == 1], [0, np.where(x["two_outside"], 4, organ)[row]], 5)
    return pl.DataFrame(
        {
            "event_id": p.names.of("V", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "date_event": dates(
                np.select(
                    [kind <= 1, kind == 2],
                    [p.days["relapse"][row], p.days["death"][row]],
                    p.days["last"][row],
                )
            ),
            "event_type": levels(
                kind, ("intrahepatic_recurrence", "extrahepatic_recurrence", "death", "last_follow_up")
            ),
            "sites": levels(
                sites,
                ("liver_distant", "lung", "lymph_node", "peritoneum", "lung;peritoneum", "not_applicable"),
            ),
            "evidence": levels((kind > 1).astype(np.int64), ("imaging", "clinical")),
        }
    )


def _after_relapse(p: Registered, draws: Draws) -> pl.DataFrame:
    """Locoregional treatments by the site of the relapse, or systemic treatment."""
    n, pattern = p.size, p.x["pattern"]
    parts = [np.flatnonzero(np.isfinite(p.days[name])) for name in ("lrt", "second lrt", "systemic after")]
    row, kind, _ = in_patient_order(parts)
    types = ("liver_surgery", "liver_nonsurgical_lrt", "lung_surgery", "lung_radiotherapy", "other_single_organ_lrt",
             "multiorgan_lrt", "systemic")  # fmt: skip
    liver, elsewhere = draws.level("liver lrt", (78, 22), n), 2 + draws.level("elsewhere lrt", (13, 2, 4), n)
    lrt = np.select(
        [pattern == 0, pattern == 1], [liver, elsewhere], np.where(draws.uniform("multi", n) < 0.3, 5, liver)
    )
    date = np.select(
        [kind == 0, kind == 1], [p.days["lrt"][row], p.days["second lrt"][row]], p.days["systemic after"][row]
    )
    return pl.DataFrame(
        {
            "prt_id": p.names.of("Q", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "event_id": p.names.of("V", row, np.where((pattern == 1) | p.x["two_outside"], 2, 1)[row]),
            "date_start": dates(date),
            "prt_type": levels(np.where(kind == 2, 6, lrt[row]), types),
            "curative_intent": yes_no(kind < 2),
        }
    )
