"""The tables of the synthetic registry for `hellingman-2021`, one function each, from the drawn patients."""

from __future__ import annotations

import numpy as np
import polars as pl

from crlm.registry.synthetic_registry import hellingman_model as declared
from crlm.registry.synthetic_registry.columns import (
    dates,
    day,
    in_patient_order,
    levels,
    numbers,
    same,
    yes_no,
)
from crlm.registry.synthetic_registry.draws import Draws, Integers
from crlm.registry.synthetic_registry.hellingman_model import HellingmanModel
from crlm.registry.synthetic_registry.hellingman_patients import (
    NAC,
    NO_RECURRENCE,
    SUPPORTIVE,
    SYSTEMIC,
    Patients,
)
from crlm.registry.synthetic_registry.registered import patient_table

CENTRE = "AmsterdamUMC"


def tables(model: HellingmanModel, p: Patients, draws: Draws) -> dict[str, pl.DataFrame]:
    """All non-empty tables by name."""
    return {
        "centre": pl.DataFrame(
            {
                "centre_id": [CENTRE],
                "centre_name": ["Amsterdam UMC (both locations)"],
                "registry_start_date": dates(np.array([day(2009, 1)])),
                "registry_end_date": dates(np.array([day(2021, 12, 31)])),
            }
        ),
        "patient": patient_table(p, same(CENTRE, p.size), "waived"),
        "primary_tumour": _primary(p, draws),
        "crlm_episode": _episode(p, draws),
        "systemic_therapy": _chemotherapy(p, draws),
        "local_treatment": _procedure(p, draws),
        "followup_event": _event(model, p, draws),
    }


def _primary(p: Patients, draws: Draws) -> pl.DataFrame:
    n, x = p.size, p.x
    left, right = draws.level("left", (4, 5, 1), n), 3 + draws.level("right", (4, 4, 2), n)
    return pl.DataFrame(
        {
            "primary_id": p.names.of("T", np.arange(n), 1),
            "patient_id": p.names.of("P", np.arange(n)),
            "date_primary_diagnosis": dates(p.days["primary"]),
            "primary_subsite": levels(
                np.where(x["left"], left, right),
                ("rectum", "sigmoid", "descending", "caecum", "ascending", "transverse"),
            ),
            "primary_resected": same("yes", n),
            "date_primary_resection": dates(
                np.where(x["synchronous"], p.days["initial"], p.days["primary"] + 30)
            ),
            "primary_resection_status": same("R0", n),
            "pt_stage": levels(draws.level("pt", (3, 13, 62, 22), n), ("T1", "T2", "T3", "T4")),
            "pn_stage": levels(draws.level("pn", (38, 39, 23), n), ("N0", "N1", "N2")),
        }
    )


def _second(p: Patients) -> Integers:
    return np.flatnonzero(p.kind != NO_RECURRENCE)


def _episode(p: Patients, draws: Draws) -> pl.DataFrame:
    x, n = p.x, p.size
    row, kind, _ = in_patient_order([np.arange(n), _second(p)])
    first = kind == 0
    diagnosed = np.where(first, p.days["first"][row], p.days["diagnosis"][row])
    decision = np.where(first, 0, np.where((p.kind == SUPPORTIVE)[row], 3, p.strategy[row]))
    initial_number = 1 + draws.level("initial number", (3, 2, 2, 1, 1, 1), n)
    initial_size = np.ceil(draws.between("initial size", 8, 70, n))
    return pl.DataFrame(
        {
            "episode_id": p.names.of("E", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "episode_number": (kind + 1).astype(np.int8),
            "date_crlm_diagnosis": dates(diagnosed),
            "crlm_timing_recorded": levels(
                (~(x["synchronous"][row] & first)).astype(np.int64), ("synchronous", "metachronous")
            ),
            "asa_class": levels(np.minimum(x["comorbidity"][row] + 1, 2), ("1", "2", "3")),
            "comorbidity_category": levels(x["comorbidity"][row], declared.COMORBIDITY),
            "n_crlm": numbers(np.where(first, initial_number[row], x["count"][row]), 0),
            "size_largest_crlm_mm": numbers(
                np.where(first, initial_size[row], x["largest"][row]),
                0,
                p.missing["size_largest_recurrent"][row] & ~first,
            ),
            "extrahepatic_disease": same("no", row.size),
            "upfront_locally_treatable": same("yes", row.size),
            "mdt_date": dates(diagnosed + 7),
            "mdt_intent": levels((decision >= SYSTEMIC).astype(np.int64), ("curative", "palliative")),
            "mdt_decision": levels(
                decision, ("upfront_local", "neoadjuvant_then_local", "systemic_only", "best_supportive_care")
            ),
        }
    )


def _chemotherapy(p: Patients, draws: Draws) -> pl.DataFrame:
    row = np.flatnonzero(np.isfinite(p.days["chemotherapy"]) & (p.kind != NO_RECURRENCE))
    nac = (p.strategy == NAC)[row]
    start, end = p.days["chemotherapy"][row], p.days["last dose"][row]
    return pl.DataFrame(
        {
            "therapy_id": p.names.of("C", row, 2),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, 2),
            "intent": levels((~nac).astype(np.int64), ("neoadjuvant", "palliative")),
            "line": np.ones(row.size, dtype=np.int8),
            "route": same("intravenous_oral", row.size),
            "regimen": levels(draws.level("regimen", (7, 2, 1), row.size), ("CAPOX", "FOLFOX", "FOLFIRI")),
            "targeted_agent": levels(
                draws.level("agent", (6, 1, 3), row.size), ("bevacizumab", "panitumumab", "none")
            ),
            "date_start": dates(start),
            "date_end": dates(end),
            "n_cycles": numbers(np.maximum(1, np.round((end - start) / 21)), 0),
            "given_before_local_treatment": yes_no(nac),
        }
    )


def _procedure(p: Patients, draws: Draws) -> pl.DataFrame:
    row, kind, _ = in_patient_order([np.arange(p.size), np.flatnonzero(np.isfinite(p.days["repeat"]))])
    date = np.where(kind == 0, p.days["initial"][row], p.days["repeat"][row])
    modality = draws.level("modality", (4, 4, 2), row.size)
    return pl.DataFrame(
        {
            "procedure_id": p.names.of("O", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, kind + 1),
            "date_procedure": dates(date),
            "procedure_modalities": levels(modality, ("resection", "mwa", "resection;mwa")),
            "treatment_intent": same("curative", row.size),
            "approach": levels((modality == 1).astype(np.int64), ("open", "percutaneous")),
            "planned_stages": np.ones(row.size, dtype=np.int8),
            "stage_number": np.ones(row.size, dtype=np.int8),
            "residual_disease": same("R0", row.size),
            "date_admission": dates(date),
            "date_discharge": dates(date + np.where(modality == 1, 1, 6)),
        }
    )


def _event(model: HellingmanModel, p: Patients, draws: Draws) -> pl.DataFrame:
    """The recurrence that is episode 2, progression after it, death, and the last follow-up."""
    site = draws.level("site", model.intrahepatic, p.size)
    progressed = np.isfinite(p.days["progression"])
    row, kind, _ = in_patient_order(
        [
            _second(p),
            np.flatnonzero(progressed & (site != 1)),
            np.flatnonzero(progressed & (site != 0)),
            np.flatnonzero(np.isfinite(p.days["death"])),
            np.arange(p.size),
        ]
    )
    when = np.stack([p.days[name] for name in ("diagnosis", "progression", "progression", "death", "last")])
    local = np.isfinite(p.days["repeat"])[row]
    frame = pl.DataFrame(
        {
            "event_id": p.names.of("V", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "date_event": dates(when[kind, row]),
            "event_type": levels(
                np.array([0, 0, 1, 2, 3])[kind],
                ("intrahepatic_recurrence", "extrahepatic_recurrence", "death", "last_follow_up"),
            ),
            "sites": levels(np.array([0, 0, 1, 2, 2])[kind], ("liver_distant", "lung", "not_applicable")),
            "evidence": levels((kind > 2).astype(np.int64), ("imaging", "clinical")),
            "relative_to_procedure_id": p.names.of("O", row, np.where((kind == 0) | ~local, 1, 2)),
            "kind": kind,
        }
    )
    return frame.with_columns(
        relative_to_procedure_id=pl.when(pl.col("kind") < 3).then(pl.col("relative_to_procedure_id"))
    ).drop("kind")
