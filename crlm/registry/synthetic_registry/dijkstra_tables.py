"""The tables of the synthetic AmCORE registry, one function each, from the drawn patients."""

from __future__ import annotations

import numpy as np
import polars as pl

from crlm.registry.synthetic_registry import dijkstra_model as declared
from crlm.registry.synthetic_registry.columns import (
    dates,
    day,
    in_patient_order,
    levels,
    numbers,
    same,
    yes_no,
)
from crlm.registry.synthetic_registry.dijkstra_model import DijkstraModel
from crlm.registry.synthetic_registry.dijkstra_outcome_tables import (
    complication_table,
    event_table,
    treated_lesion_table,
)
from crlm.registry.synthetic_registry.dijkstra_patients import (
    IRE,
    LOST,
    NO_RECURRENCE,
    NO_REPEAT,
    SBRT,
    UNTREATABLE,
    Patients,
)
from crlm.registry.synthetic_registry.draws import Draws
from crlm.registry.synthetic_registry.registered import patient_table

CENTRE = "VUmc"


def tables(model: DijkstraModel, p: Patients, draws: Draws) -> dict[str, pl.DataFrame]:
    """All non-empty tables by name."""
    return {
        "centre": pl.DataFrame(
            {
                "centre_id": [CENTRE],
                "centre_name": ["Amsterdam UMC location VUmc"],
                "registry_start_date": dates(np.array([day(2002, 5)])),
                "registry_end_date": dates(np.array([day(2020, 12, 31)])),
            }
        ),
        "patient": patient_table(p, same(CENTRE, p.size), "waived", p.kind == LOST),
        "primary_tumour": _primary(p, draws),
        "crlm_episode": _episode(p, draws),
        "imaging": _imaging(p, draws),
        "metastasis": _metastasis(p, draws),
        "systemic_therapy": _systemic(model, p, draws),
        "local_treatment": _procedure(model, p, draws),
        "treated_lesion": treated_lesion_table(model, p, draws),
        "complication": complication_table(model, p, draws),
        "followup_event": event_table(p),
    }


def _primary(p: Patients, draws: Draws) -> pl.DataFrame:
    n = p.size
    location = p.x["location"]
    left, right = draws.level("left subsite", (7, 2, 1), n), draws.level("right subsite", (7, 7, 3, 3), n)
    subsite = np.select([location == 0, location == 1], [0, 1 + left], 4 + right)
    operated = np.where(p.x["synchronous"], p.days["initial"], p.days["primary"] + 30)
    unknown = p.missing["crlm_timing_initial"]
    return pl.DataFrame(
        {
            "primary_id": p.names.of("T", np.arange(n), 1),
            "patient_id": p.names.of("P", np.arange(n)),
            "date_primary_diagnosis": dates(p.days["primary"], unknown),
            "primary_subsite": levels(subsite, declared.SUBSITES),
            "primary_resected": same("yes", n),
            "date_primary_resection": dates(operated, unknown),
            "primary_resection_status": same("R0", n),
            "pt_stage": levels(draws.level("pt", (3, 13, 62, 22), n), ("T1", "T2", "T3", "T4")),
            "pn_stage": levels(draws.level("pn", (40, 38, 22), n), ("N0", "N1", "N2")),
        }
    )


def _episode(p: Patients, draws: Draws) -> pl.DataFrame:
    x, n = p.x, p.size
    metres = np.where(x["male"], 1.77, 1.65) + 0.065 * draws.normal("height", n)
    height = np.round(np.clip(metres, 1.45, 2.05) * 100)
    weight = np.round(x["bmi"] * (height / 100) ** 2, 1)
    initial_size = np.select(
        [x["size_initial"] == 0, x["size_initial"] == 1],
        [
            np.ceil(8 + 22 * draws.uniform("initial small", n)),
            np.ceil(30 + 20 * draws.uniform("initial middle", n)),
        ],
        np.ceil(50 + 50 * draws.uniform("initial large", n)),
    )
    second, third = np.flatnonzero(p.kind != NO_RECURRENCE), np.flatnonzero(np.isfinite(p.days["third"]))
    every = np.arange(n)
    row, kind, _ = in_patient_order([every, second, third])
    number = kind + 1
    first = number == 1
    diagnosed = np.select(
        [first, number == 2], [p.days["first"][row], p.days["diagnosis"][row]], p.days["third"][row]
    )
    decision = np.select([p.kind == UNTREATABLE, p.kind == NO_REPEAT, p.nac], [2, 3, 1], 0)
    induction, nac = (decision == 2)[row], (decision == 1)[row] & (number == 2)
    synchronous = x["synchronous"][row] & first
    cause = draws.level("indication", (5, 3, 2), n)[row]
    frame = pl.DataFrame(
        {
            "episode_id": p.names.of("E", row, number),
            "patient_id": p.names.of("P", row),
            "episode_number": number.astype(np.int8),
            "date_crlm_diagnosis": dates(diagnosed),
            "detection_modality": levels(
                draws.level("modality", (6, 3, 1), n)[row], ("ceCT", "PET_CT", "ceMRI")
            ),
            "crlm_timing_recorded": levels(
                (~synchronous).astype(np.int64),
                ("synchronous", "metachronous"),
                p.missing["crlm_timing_initial"][row] & first,
            ),
            "asa_class": levels(x["asa"][row], ("1", "2", "3")),
            "comorbidity_category": levels(x["comorbidity"][row], declared.COMORBIDITY),
            "height_cm": numbers(height[row], 0),
            "weight_kg": numbers(weight[row], 1),
            "n_crlm": numbers(
                np.select([first, number == 2], [x["count_initial"][row], x["count_recurrent"][row]], 1), 0
            ),
            "size_largest_crlm_mm": numbers(
                np.select([first, number == 2], [initial_size[row], x["largest_recurrent"][row]], 12),
                0,
                np.where(
                    first, p.missing["size_largest_initial"][row], p.missing["size_largest_recurrent"][row]
                )
                & (number < 3),
            ),
            "extrahepatic_disease": yes_no(
                x["extrahepatic_initial"][row] & first, p.missing["extrahepatic_disease_initial"][row] & first
            ),
            "upfront_locally_treatable": yes_no(~((number == 2) & induction)),
            "nac_indication": levels(
                np.where(nac, cause, 3), ("early_recurrence", "risk_reduction", "downsizing", "none")
            ),
            "mdt_date": dates(diagnosed + 7),
            "mdt_intent": levels(
                ((number == 2) & (p.kind == NO_REPEAT)[row]).astype(np.int64), ("curative", "palliative")
            ),
            "mdt_decision": levels(
                np.where(number == 2, decision[row], 0),
                ("upfront_local", "neoadjuvant_then_local", "induction_chemotherapy", "systemic_only"),
            ),
        }
    )
    return frame.with_columns(
        nac_indication=pl.when(pl.col("nac_indication") != "none").then(
            pl.col("nac_indication").cast(pl.String)
        )
    )


def _imaging(p: Patients, draws: Draws) -> pl.DataFrame:
    """The scan that found each episode from the second on, and the one that found a progression."""
    second, third = np.flatnonzero(p.kind != NO_RECURRENCE), np.flatnonzero(np.isfinite(p.days["third"]))
    found = np.flatnonzero(np.isfinite(p.days["distant"]))
    row, kind, _ = in_patient_order([second, found, third])
    episode, running = np.array([2, 2, 3])[kind], np.array([1, 2, 1])[kind]
    later = running == 2
    evidence = np.where(later, p.site[row], 3)
    names = ("intrahepatic_distant", "extrahepatic", "combined", "none")
    return pl.DataFrame(
        {
            "imaging_id": p.names.of("I", row, episode, running),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, episode),
            "date_imaging": dates(
                np.select(
                    [later, episode == 3],
                    [p.days["distant"][row], p.days["third"][row]],
                    p.days["diagnosis"][row],
                )
            ),
            "timepoint": levels(later.astype(np.int64), ("baseline", "recurrence")),
            "modality": levels(draws.level("scan", (6, 4), row.size), ("ceCT", "PET_CT")),
            "evidence_of_recurrence": levels(evidence, names),
        }
    )


def _metastasis(p: Patients, draws: Draws) -> pl.DataFrame:
    """The tumours of episodes 2 and 3; those of episode 1 are known by their number and largest size only."""
    third = np.flatnonzero(np.isfinite(p.days["third"]))
    row, kind, order = in_patient_order([p.lesions.row, third])
    episode = kind + 2
    number = np.concatenate([p.lesions.number, np.ones(third.size, dtype=np.int64)])[order]
    diameter = np.concatenate([p.lesions.diameter, np.full(third.size, 12.0)])[order]
    segment = draws.level("segment", (2, 10, 10, 16, 12, 14, 16, 20), row.size)
    return pl.DataFrame(
        {
            "lesion_id": p.names.of("L", row, episode, number),
            "episode_id": p.names.of("E", row, episode),
            "patient_id": p.names.of("P", row),
            "lesion_number": number.astype(np.int8),
            "segments": levels(segment, tuple("12345678")),
            "lobe": levels(np.select([segment == 0, segment <= 3], [2, 0], 1), ("left", "right", "caudate")),
            "diameter_baseline_mm": numbers(
                diameter, 0, p.missing["size_largest_recurrent"][row] & (episode == 2)
            ),
            "date_first_seen": dates(np.where(episode == 2, p.days["diagnosis"][row], p.days["third"][row])),
        }
    )


def _systemic(model: DijkstraModel, p: Patients, draws: Draws) -> pl.DataFrame:
    n = p.size
    before = draws.yes("chemotherapy before initial", model.chemotherapy_before_initial, n)
    initial = np.flatnonzero(before)
    second = np.flatnonzero(p.nac | np.isin(p.kind, (UNTREATABLE, NO_REPEAT)))
    row, kind, _ = in_patient_order([initial, second])
    episode, late = kind + 1, kind == 1
    unknown = p.missing["nac_regimen and nac_cycles"][row] & late & p.nac[row]
    intent = np.select([~late, p.nac[row], (p.kind == UNTREATABLE)[row]], [0, 0, 1], 2)
    antibody = draws.level("antibody", model.antibody, n)[row]
    start = np.where(late, p.days["chemotherapy"][row], p.days["first"][row] + 5)
    end = np.where(
        late, p.days["last dose"][row], np.maximum(p.days["initial"][row] - 10, p.days["first"][row] + 6)
    )
    return pl.DataFrame(
        {
            "therapy_id": p.names.of("C", row, episode),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, episode),
            "intent": levels(intent, ("neoadjuvant", "induction_conversion", "palliative")),
            "line": np.ones(row.size, dtype=np.int8),
            "route": same("intravenous_oral", row.size),
            "regimen": levels(np.where(late, p.regimen[row], 0), declared.REGIMENS, unknown),
            "targeted_agent": levels(antibody, ("bevacizumab", "panitumumab", "none"), unknown),
            "date_start": dates(start),
            "date_end": dates(end),
            "n_cycles": numbers(np.where(late, p.cycles[row], 3), 0, unknown | ~late),
            "given_before_local_treatment": yes_no(~((p.kind == NO_REPEAT)[row] & late)),
        }
    )


def _procedure(model: DijkstraModel, p: Patients, draws: Draws) -> pl.DataFrame:
    x, n = p.x, p.size
    second, third = np.flatnonzero(p.treated_again), np.flatnonzero(np.isfinite(p.days["third"]))
    row, kind, _ = in_patient_order([np.arange(n), second, third])
    number = kind + 1
    names = ("resection", "mwa", "resection;mwa", "ire", "sbrt", "rfa", "resection;rfa")
    radiofrequency = p.device <= 2
    repeat = np.select(
        [p.kind == SBRT, p.kind == IRE, p.repeat == 0, p.repeat == 1],
        [4, 3, 0, np.where(radiofrequency, 5, 1)],
        np.where(radiofrequency, 6, 2),
    )
    modality = np.select([number == 1, number == 2], [x["initial_procedure"][row], repeat[row]], 1)
    uniform = draws.uniform("approach", row.size)
    cut = np.isin(modality, (0, 2, 6))
    together = np.isin(modality, (2, 6))
    resection, ablation = np.cumsum(model.approach_resection), np.cumsum(model.approach_ablation)
    approach = np.where(
        together,
        0,
        np.where(cut, (uniform >= resection[0]).astype(int), np.where(uniform < ablation[0], 0, 2)),
    )
    date = np.select(
        [number == 1, number == 2],
        [p.days["initial"][row], p.days["repeat"][row]],
        p.days["third treatment"][row],
    )
    long = draws.lognormal("stay", 4.4, 1.9, row.size)
    short = draws.level("short stay", (97, 2, 1), row.size) + 1
    stay = np.where(approach == 2, short, np.clip(np.round(long), 1, 60))
    major = draws.yes("major", model.major_resection, row.size)
    segments = np.where(
        major,
        3 + draws.level("major segments", (1, 1), row.size),
        1 + draws.level("minor segments", (7, 3), row.size),
    )
    return pl.DataFrame(
        {
            "procedure_id": p.names.of("O", row, number),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, number),
            "date_procedure": dates(date),
            "procedure_modalities": levels(modality, names),
            "treatment_intent": same("curative", row.size),
            "approach": levels(
                approach, ("open", "laparoscopic", "percutaneous"), p.missing["approach"][row] & (number == 2)
            ),
            "planned_stages": np.ones(row.size, dtype=np.int8),
            "stage_number": np.ones(row.size, dtype=np.int8),
            "n_segments_resected": numbers(segments, 0, ~cut),
            "concurrent_ablation": yes_no(together),
            "residual_disease": same("R0", row.size),
            "date_admission": dates(date),
            "date_discharge": dates(np.minimum(date + stay, p.days["death"][row])),
            "operator_type": levels(
                (approach == 2).astype(np.int64), ("hpb_surgeon", "interventional_radiologist")
            ),
        }
    )
