"""The tables of the synthetic registry for `buisman-2020`, one function each, from the drawn patients."""

from __future__ import annotations

import numpy as np
import polars as pl

from crlm.registry.synthetic_registry import buisman_model as declared
from crlm.registry.synthetic_registry.buisman_patients import (
    BOTH,
    HAIP_INDEX,
    HAIP_OTHER,
    INCOMPLETE,
    NO_RECURRENCE,
    OUTSIDE,
    SBRT,
    Patients,
)
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
from crlm.registry.synthetic_registry.draws import Booleans, Draws, Integers
from crlm.registry.synthetic_registry.registered import patient_table


def tables(p: Patients, draws: Draws) -> dict[str, pl.DataFrame]:
    """All non-empty tables by name."""
    return {
        "centre": pl.DataFrame(
            {
                "centre_id": list(declared.CENTRES),
                "centre_name": list(declared.CENTRE_NAMES),
                "registry_start_date": dates(np.array([day(1992, 1), day(2000, 1)])),
                "registry_end_date": dates(np.array([day(2018, 12, 31), day(2016, 12, 31)])),
            }
        ),
        "patient": patient_table(p, levels((~p.x["mskcc"]).astype(np.int64), declared.CENTRES), "waived"),
        "primary_tumour": _primary(p, draws),
        "crlm_episode": _episode(p),
        "metastasis": _metastasis(p, draws),
        "systemic_therapy": _systemic(p, draws),
        "haip": _haip(p, draws),
        "local_treatment": _procedure(p),
        "lab": _lab(p),
        "followup_event": _event(p),
    }


def _second(p: Patients) -> Integers:
    """Patients with an episode 2: a recurrence in the liver."""
    return np.flatnonzero(~np.isin(p.kind, (NO_RECURRENCE, OUTSIDE)))


def _primary(p: Patients, draws: Draws) -> pl.DataFrame:
    n, x = p.size, p.x
    subsite = np.select(
        [x["location"] == 0, x["location"] == 1],
        [draws.level("right", (4, 4, 2), n), 3 + draws.level("left", (1, 3, 7), n)],
        6 + draws.level("rectal", (2, 8), n),
    )
    unknown = p.missing["disease_free_interval_group"]
    return pl.DataFrame(
        {
            "primary_id": p.names.of("T", np.arange(n), 1),
            "patient_id": p.names.of("P", np.arange(n)),
            "date_primary_diagnosis": dates(p.days["primary"], unknown),
            "primary_subsite": levels(subsite, declared.SUBSITES, p.missing["primary_tumour_location"]),
            "primary_resected": same("yes", n),
            "date_primary_resection": dates(p.days["primary operation"], unknown),
            "primary_resection_status": same("R0", n),
            "pt_stage": levels(
                np.where(x["t34"], 2 + draws.level("t3 t4", (8, 2), n), draws.level("t1 t2", (1, 4), n)),
                ("T1", "T2", "T3", "T4"),
                p.missing["pt_stage_group"],
            ),
            "pn_stage": levels(
                np.where(x["node"], 1 + draws.level("n1 n2", (6, 4), n), 0),
                ("N0", "N1", "N2"),
                p.missing["primary_node_status"],
            ),
        }
    )


def _episode(p: Patients) -> pl.DataFrame:
    x = p.x
    row, kind, _ = in_patient_order([np.arange(p.size), _second(p)])
    first = kind == 0
    outside = (p.kind == BOTH)[row] & ~first
    return pl.DataFrame(
        {
            "episode_id": p.names.of("E", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "episode_number": (kind + 1).astype(np.int8),
            "date_crlm_diagnosis": dates(np.where(first, p.days["first"][row], p.days["recurrence"][row])),
            "n_crlm": numbers(
                np.where(first, x["count_index"][row], x["count"][row]),
                0,
                np.where(first, p.missing["n_crlm_index_group"][row], p.missing["n_crlm_recurrent"][row]),
            ),
            "size_largest_crlm_mm": numbers(
                np.where(first, x["size_index"][row], 10 * x["size"][row]),
                0,
                np.where(
                    first,
                    p.missing["size_largest_index_group"][row],
                    p.missing["size_largest_recurrent"][row],
                ),
            ),
            "extrahepatic_disease": yes_no(outside),
            "date_extrahepatic_first": dates(np.where(outside, p.days["recurrence"][row], np.inf)),
            "resectability_class": same("resectable", row.size),
            "mdt_intent": same("curative", row.size),
            "mdt_decision": same("upfront_local", row.size),
        }
    )


def _metastasis(p: Patients, draws: Draws) -> pl.DataFrame:
    """The lesions in the specimen or ablated; none where their number is not known."""
    x, second = p.x, _second(p)
    counts_index = np.where(p.missing["n_crlm_index_group"], 0, x["count_index"])
    index_row, index_number = repeated(counts_index)
    later_row, later_number = repeated(np.where(p.missing["n_crlm_recurrent"], 0, x["count"])[second])
    row, kind, order = in_patient_order([index_row, second[later_row]])
    number = np.concatenate([index_number, later_number])[order]
    first = kind == 0
    largest = np.where(first, x["size_index"][row], 10 * x["size"][row])
    size = np.where(number == 1, 1.0, draws.between("smaller lesions", 0.3, 1, row.size)) * largest
    unknown = np.where(
        first, p.missing["size_largest_index_group"][row], p.missing["size_largest_recurrent"][row]
    )
    return pl.DataFrame(
        {
            "lesion_id": p.names.of("L", row, kind + 1, number),
            "episode_id": p.names.of("E", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "lesion_number": number.astype(np.int8),
            "date_first_seen": dates(np.where(first, p.days["first"][row], p.days["recurrence"][row])),
            "found_in_specimen_or_ablated": same("yes", row.size),
            "pathology_diameter_mm": numbers(np.maximum(np.round(size), 1), 0, unknown),
        }
    )


def _systemic(p: Patients, draws: Draws) -> pl.DataFrame:
    """Chemotherapy within six months of the index resection and of the treatment of the recurrence."""
    x, n = p.x, p.size
    second = np.zeros(n, dtype=bool)
    second[_second(p)] = True
    row, kind, _ = in_patient_order(
        [np.flatnonzero(x["chemotherapy_index"]), np.flatnonzero(x["chemotherapy_recurrence"] & second)]
    )
    early = draws.yes("before resection", 0.55, row.size) & ~((kind == 1) & p.haip[row])
    anchor = np.where(kind == 0, p.days["index"][row], p.days["treatment"][row])
    found = np.where(kind == 0, p.days["first"][row], p.days["recurrence"][row])
    # before: between the diagnosis and the treatment; after: ended before a recurrence can be found
    length = np.round(draws.between("length after", 10, 30, row.size))
    start = np.where(early, found + 7, anchor + 28)
    end = np.where(early, anchor - 7, anchor + 28 + length)
    regimen = draws.level("regimen", (6, 3, 1), row.size)
    return pl.DataFrame(
        {
            "therapy_id": p.names.of("C", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, kind + 1),
            "intent": levels((~early).astype(np.int64), ("neoadjuvant", "adjuvant")),
            "route": same("intravenous_oral", row.size),
            "regimen": levels(regimen, ("FOLFOX", "FOLFIRI", "5FU_LV")),
            "targeted_agent": same("none", row.size),
            "date_start": dates(start),
            "date_end": dates(end),
            "given_before_local_treatment": yes_no(early),
        }
    )


def _haip(p: Patients, draws: Draws) -> pl.DataFrame:
    """Pumps: adjuvant after the recurrence (the exposure), at the index resection, and for another purpose."""
    pump = p.haip | np.isin(p.kind, (HAIP_INDEX, HAIP_OTHER))
    row = np.flatnonzero(pump)
    index = (p.kind == HAIP_INDEX)[row]
    placed = np.where(index, p.days["index"][row], p.days["treatment"][row])
    return pl.DataFrame(
        {
            "haip_id": p.names.of("H", row, 1),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, np.where(index, 1, 2)),
            "date_pump_placement": dates(placed),
            "haip_setting": levels((p.kind == HAIP_OTHER)[row].astype(np.int64), ("adjuvant", "conversion")),
            "haip_drug": same("floxuridine", row.size),
            "date_haip_start": dates(placed + 28),
            "haip_cycles": numbers(1 + draws.level("cycles", (1, 1, 1, 2, 2, 5), row.size), 0),
        }
    )


def _procedure(p: Patients) -> pl.DataFrame:
    x = p.x
    row, kind, _ = in_patient_order([np.arange(p.size), _second(p)])
    first = kind == 0
    names = ("resection", "resection;rfa", "rfa", "sbrt")
    alone = (x["margin"] == 2)[row]
    index = np.where(alone, 2, np.where(x["ablation_index"][row], 1, 0))
    modality = np.where(first, index, np.where((p.kind == SBRT)[row], 3, x["treatment"][row]))
    unknown = p.missing["resection_margin_index"][row]
    margin = np.where(first, x["margin"][row], np.where(modality == 2, 2, 1))
    incomplete = (p.kind == INCOMPLETE)[row] & first
    margin = np.where(incomplete, 0, margin)
    status = np.select([incomplete, first & (margin == 0)], [2, 1], 0)
    date = np.where(first, p.days["index"][row], p.days["treatment"][row])
    return pl.DataFrame(
        {
            "procedure_id": p.names.of("O", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "episode_id": p.names.of("E", row, kind + 1),
            "date_procedure": dates(date),
            "procedure_modalities": levels(modality, names),
            "treatment_intent": same("curative", row.size),
            "approach": levels((~np.isin(modality, (0, 1))).astype(np.int64), ("open", "percutaneous")),
            "planned_stages": np.ones(row.size, dtype=np.int8),
            "stage_number": np.ones(row.size, dtype=np.int8),
            "concurrent_ablation": yes_no(modality == 1),
            "residual_disease": levels(status, ("R0", "R1", "R2"), first & unknown & ~incomplete),
            "margin_category_recorded": levels(
                margin, ("positive", "negative", "ablation_not_assessable"), first & unknown
            ),
        }
    )


def _lab(p: Patients) -> pl.DataFrame:
    x = p.x
    known = np.zeros(p.size, dtype=bool)
    known[_second(p)] = True
    parts: list[Booleans] = [~p.missing["cea_preop_index_group"], known & ~p.missing["cea_at_recurrence"]]
    row, kind, _ = in_patient_order([np.flatnonzero(one) for one in parts])
    return pl.DataFrame(
        {
            "lab_id": p.names.of("B", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "date_sample": dates(np.where(kind == 0, p.days["index"][row] - 5, p.days["treatment"][row] - 5)),
            "analyte": same("CEA", row.size),
            "value": numbers(np.where(kind == 0, x["cea_index"][row], x["cea"][row]), 1),
            "unit": same("ug/L", row.size),
            "timepoint": levels(kind, ("index_preoperative", "at_recurrence")),
        }
    )


def _event(p: Patients) -> pl.DataFrame:
    """Recurrence after the index resection, then what follows its treatment, death, and the last follow-up."""
    intrahepatic, extrahepatic = _second(p), np.flatnonzero(np.isin(p.kind, (OUTSIDE, BOTH)))
    liver, outside = (
        np.flatnonzero(np.isfinite(p.days["liver"])),
        np.flatnonzero(np.isfinite(p.days["outside"])),
    )
    died = np.flatnonzero(np.isfinite(p.days["death"]))
    row, kind, _ = in_patient_order([intrahepatic, extrahepatic, liver, outside, died, np.arange(p.size)])
    when = np.stack(
        [p.days[name] for name in ("recurrence", "recurrence", "liver", "outside", "death", "last")]
    )
    frame = pl.DataFrame(
        {
            "event_id": p.names.of("V", row, kind + 1),
            "patient_id": p.names.of("P", row),
            "date_event": dates(when[kind, row]),
            "event_type": levels(
                np.array([0, 1, 0, 1, 2, 3])[kind],
                ("intrahepatic_recurrence", "extrahepatic_recurrence", "death", "last_follow_up"),
            ),
            "sites": levels(np.array([0, 1, 0, 1, 2, 2])[kind], ("liver_distant", "lung", "not_applicable")),
            "evidence": levels((kind > 3).astype(np.int64), ("imaging", "clinical")),
            "relative_to_procedure_id": p.names.of("O", row, np.where(kind < 2, 1, 2)),
            "kind": kind,
        }
    )
    return frame.with_columns(
        relative_to_procedure_id=pl.when(pl.col("kind") < 4).then(pl.col("relative_to_procedure_id"))
    ).drop("kind")
