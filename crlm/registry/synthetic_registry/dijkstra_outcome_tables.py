"""The tables of the synthetic AmCORE registry that hold what came of a treatment: tumours, complications, events."""

from __future__ import annotations

import numpy as np
import polars as pl

from crlm.registry.synthetic_registry import dijkstra_model as declared
from crlm.registry.synthetic_registry.columns import dates, in_patient_order, levels, numbers, same, yes_no
from crlm.registry.synthetic_registry.dijkstra_model import DijkstraModel
from crlm.registry.synthetic_registry.dijkstra_patients import IRE, NO_RECURRENCE, SBRT, Patients
from crlm.registry.synthetic_registry.draws import Draws


def treated_lesion_table(model: DijkstraModel, p: Patients, draws: Draws) -> pl.DataFrame:
    """The tumours of the repeat treatment and of the third episode."""
    done = np.flatnonzero(p.treated_again[p.lesions.row])
    third = np.flatnonzero(np.isfinite(p.days["third"]))
    row, kind, order = in_patient_order([p.lesions.row[done], third])
    episode = kind + 2
    number = np.concatenate([p.lesions.number[done], np.ones(third.size, dtype=np.int64)])[order]
    resected = np.concatenate([p.lesions.resected[done], np.zeros(third.size, dtype=bool)])[order]
    ltp = np.concatenate([p.lesions.ltp_day[done], np.full(third.size, np.inf)])[order]
    diameter = np.concatenate([p.lesions.diameter[done], np.full(third.size, 12.0)])[order]
    size = row.size
    progressed = np.isfinite(ltp)
    device = p.device[row]
    other = np.select(
        [(p.kind[row] == SBRT) & (episode == 2), (p.kind[row] == IRE) & (episode == 2)], [4, 3], 0
    )
    modality = np.where(other > 0, other, np.where(resected, 0, np.where(device <= 2, 1, 2)))
    modality = np.where(episode == 3, 2, modality)
    ablated = np.isin(modality, (1, 2))
    lost = draws.uniform("missing tumour_treatment_device", size) < np.where(
        p.nac[row], *model.missing["tumour_treatment_device"]
    )
    unknown_margin = draws.uniform("missing margin_size", size) < np.where(
        p.nac[row], *model.missing["margin_size"]
    )
    margin = draws.level("margin", model.margin, size)
    millimetres = np.select(
        [margin == 0, margin == 1],
        [0, 1 + draws.level("narrow margin", (1, 1, 1, 1), size)],
        5 + draws.level("wide margin", (5, 3, 2, 2, 1, 4, 1, 1, 1, 1, 1), size),
    )
    return pl.DataFrame(
        {
            "treated_lesion_id": p.names.of("A", row, episode, number),
            "procedure_id": p.names.of("O", row, episode),
            "lesion_id": p.names.of("L", row, episode, number),
            "modality": levels(modality, ("resection", "rfa", "mwa", "ire", "sbrt")),
            "ablation_device": levels(
                np.where(ablated, np.where(episode == 3, 3, device), 6),
                (*declared.DEVICES, "not_applicable"),
                lost & ablated,
            ),
            "resection_extent": levels(
                np.where(
                    modality == 0, draws.yes("major lesion", model.major_resection, size).astype(int), 2
                ),
                ("minor_lt3_segments", "major_ge3_segments", "not_applicable"),
                lost & (modality == 0),
            ),
            "diameter_at_treatment_mm": numbers(
                diameter, 0, p.missing["size_largest_recurrent"][row] & (episode == 2)
            ),
            "margin_mm": numbers(millimetres, 0, unknown_margin | (other > 0)),
            "complete_ablation": levels(np.where(ablated, 0, 1), ("yes", "not_applicable")),
            "ltp": yes_no(progressed),
            "date_ltp": dates(ltp),
            "ltp_evidence": levels(
                np.where(progressed, draws.level("ltp evidence", (6, 3, 1), size), 3),
                ("enlarging_mass", "fdg_avid", "histology", "not_applicable"),
            ),
        }
    )


def complication_table(model: DijkstraModel, p: Patients, draws: Draws) -> pl.DataFrame:
    """One row per repeat treatment and per neoadjuvant chemotherapy: the worst grade, none, or not known."""
    after, during = np.flatnonzero(p.treated_again), np.flatnonzero(p.nac)
    row, part, _ = in_patient_order([during, after])
    toxic = part == 0
    size = row.size
    grade = np.where(
        toxic,
        draws.level("toxicity", model.toxicity, p.size)[row],
        draws.level("complication", model.complication, p.size)[row],
    )
    known = ~np.where(toxic, p.missing["nac_ctcae_grade"][row], p.missing["periprocedural_ctcae_grade"][row])
    happened = (grade > 0) & known
    category = np.where(
        toxic,
        draws.level("kind of toxicity", (3, 2, 4, 2, 3), size),
        5 + draws.level("kind of complication", (4, 2, 2, 3, 2), size),
    )
    names = ("nausea", "diarrhea", "neutropenia", "thrombocytopenia", "polyneuropathy",
             "abdominal_pain", "pneumonia", "bleeding", "organ_space_infection", "other")  # fmt: skip
    onset = np.where(toxic, p.days["chemotherapy"][row], p.days["repeat"][row]) + draws.level(
        "onset", (1,) * 14, size
    )
    frame = pl.DataFrame(
        {
            "complication_id": p.names.of("K", row, toxic.astype(np.int64) + 1),
            "procedure_id": p.names.of("O", row, 2),
            "therapy_id": p.names.of("C", row, 2),
            "date_onset": dates(onset, ~happened),
            "category": levels(np.where(happened, category, 10), (*names, "not_applicable")),
            "ctcae_grade": numbers(grade, 0, ~happened),
            "ctcae_version": same("5.0", size),
            "relatedness": levels(np.where(happened & toxic, 0, 1), ("definite", "not_applicable")),
            "complication_status_known": yes_no(known),
            "toxic": toxic,
        }
    )
    return frame.with_columns(
        procedure_id=pl.when(~pl.col("toxic")).then(pl.col("procedure_id")),
        therapy_id=pl.when("toxic").then(pl.col("therapy_id")),
    ).drop("toxic")


def event_table(p: Patients) -> pl.DataFrame:
    """The recurrence that is episode 2, progression after its treatment, death, and the last follow-up."""
    every = np.arange(p.size)
    second = np.flatnonzero(p.kind != NO_RECURRENCE)
    distant = np.isfinite(p.days["distant"])
    inside, outside = np.flatnonzero(distant & (p.site != 1)), np.flatnonzero(distant & (p.site != 0))
    local = np.flatnonzero(np.isfinite(p.lesions.ltp_day))
    died = np.flatnonzero(np.isfinite(p.days["death"]))
    lesion_row = p.lesions.row[local]
    row, kind, order = in_patient_order([second, inside, outside, lesion_row, died, every])
    happened = np.concatenate(
        [p.days["diagnosis"][second], p.days["distant"][inside], p.days["distant"][outside],
         p.lesions.ltp_day[local], p.days["death"][died], p.days["last"]]
    )[order]  # fmt: skip
    number = np.ones(row.size, dtype=np.int64)
    number[kind == 3] = p.lesions.number[local]  # tumours are in patient order already
    names = (
        "intrahepatic_recurrence",
        "extrahepatic_recurrence",
        "local_tumour_progression",
        "death",
        "last_follow_up",
    )
    sites = ("liver_distant", "lung", "liver_local", "not_applicable")
    frame = pl.DataFrame(
        {
            "event_id": p.names.of("V", row, kind + 1, number),
            "patient_id": p.names.of("P", row),
            "date_event": dates(happened),
            "event_type": levels(np.array([0, 0, 1, 2, 3, 4])[kind], names),
            "sites": levels(np.array([0, 0, 1, 2, 3, 3])[kind], sites),
            "evidence": levels((kind > 3).astype(np.int64), ("imaging", "clinical")),
            "lesion_id": p.names.of("L", row, 2, number),
            "relative_to_procedure_id": p.names.of("O", row, np.where(kind == 0, 1, 2)),
            "kind": kind,
        }
    )
    return frame.with_columns(
        lesion_id=pl.when(pl.col("kind") == 3).then(pl.col("lesion_id")),
        relative_to_procedure_id=pl.when(pl.col("kind") < 4).then(pl.col("relative_to_procedure_id")),
    ).drop("kind")
