"""The declared model behind the synthetic table of resected patients: what is true in it, by construction.

Its figures are round numbers chosen to resemble a surgical cohort; no record and no exact figure of a real one is in
it. Everything random is a uniform number turned by an inverse distribution function, row by row: the first patients
of a longer table are those of a shorter one with the same seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

MISSING = -999

Column = np.ndarray


@dataclass(frozen=True)
class DeclaredModel:
    """Every figure of the model; `describe` prints them, `simulate` uses them. Times are months from the operation."""

    disease_free_log_hazard_ratios: Mapping[str, float] = field(
        default_factory=lambda: {
            "node_positive_primary": 0.40,
            "multiple_metastases": 0.35,
            "carcinoembryonic_antigen > 200": 0.40,
            "max_tumor_size > 5": 0.25,
            "extrahep_disease": 0.50,
        }
    )
    """Proportional hazards of recurrence or death; every other column has a log hazard ratio of 0."""
    disease_free_shape: float = 0.8
    """Weibull shape of the time to recurrence or death."""
    disease_free_scale: float = 90.0
    """Weibull scale, in months, of a patient with none of the above."""
    first_event_liver: float = 0.55
    """Share of first events that are a recurrence in the liver (with or without others)."""
    first_event_elsewhere: float = 0.40
    """Share of first events that are a recurrence elsewhere only; the rest is death without recurrence."""
    months_to_death_after_recurrence: float = 55.0
    """Mean of the exponential time from recurrence to death."""
    months_to_liver_after_elsewhere: float = 120.0
    """Mean of the exponential time from a recurrence elsewhere to one in the liver, if death does not come first."""
    follow_up: tuple[float, float] = (60.0, 130.0)
    """Administrative censoring: uniform between these months."""
    lost_per_month: float = 0.002
    """Constant hazard of being lost to follow-up."""
    preoperative_missing: float = 0.15
    """Share without carcinoembryonic antigen, and so without a clinical risk score; completely at random."""
    pathology_missing: float = 0.015
    """Share without the pathologist's percentages; completely at random."""
    bilobar_slip: float = 0.05
    """Share of patients with one metastasis whose disease is nevertheless recorded as bilobar."""
    size_zero: float = 0.01
    """Share of patients treated before resection whose largest tumour is recorded as 0."""


DRAWS = 40
"""Uniform numbers per patient, more than are used: another number would change every table."""


class _Draws:
    """Columns of uniform numbers, each used once, turned into the distributions of the model."""

    def __init__(self, patients: int, seed: int) -> None:
        self._uniform = np.random.default_rng(seed).random((patients, DRAWS))
        self._next = 0

    def uniform(self) -> Column:
        column: Column = self._uniform[:, self._next]
        self._next += 1
        return column

    def normal(self) -> Column:
        from scipy.special import ndtri

        return np.asarray(ndtri(np.clip(self.uniform(), 1e-12, 1 - 1e-12)))

    def yes(self, probability: Column | float) -> Column:
        return np.asarray(self.uniform() < probability)

    def exponential(self) -> Column:
        return np.asarray(-np.log1p(-self.uniform()))

    def poisson(self, mean: Column, highest: int) -> Column:
        uniform = self.uniform()
        probability = np.exp(-mean)
        count = np.zeros(mean.size, dtype=np.int64)
        reached = probability.copy()
        for value in range(1, highest + 1):
            count += uniform >= reached
            probability = probability * mean / value
            reached = reached + probability
        return count


def _chance(log_odds: Column | float) -> Column:
    return np.asarray(1 / (1 + np.exp(-np.asarray(log_odds))))


def simulate(model: DeclaredModel, patients: int, seed: int) -> pl.DataFrame:
    """The synthetic table: the headers, codes and -999 of the public one, and the column `synthetic`."""
    draws = _Draws(patients, seed)
    before = _before_operation(model, draws)
    pathology = _pathology(model, draws, before)
    follow_up = _follow_up(model, draws, before)
    number = [f"{one:04d}" for one in range(1, patients + 1)]
    hidden = draws.yes(model.preoperative_missing)
    score = (
        before["node_positive_primary"].astype(np.int64)
        + before["multiple_metastases"]
        + (before["carcinoembryonic_antigen"] > 200)
        + (before["max_tumor_size"] > 5)
        + before["interval below 12 months"]
    )
    vanished = before["chemo_before_liver_resection"] & draws.yes(model.size_zero)
    columns: dict[str, Any] = {
        "Patient-ID": [f"SYNTHETIC-{one}" for one in number],
        "De-identify Scout Name": [f"SYNTHETIC-{one}_preop" for one in number],
        **{name: before[name] for name in ("age", "sex", "major_comorbidity", "body_mass_index")},
        **{
            name: before[name]
            for name in ("node_positive_primary", "synchronous_crlm", "multiple_metastases")
        },
        "clinrisk_score": np.where(hidden, MISSING, score),
        "clinrisk_stratified": np.where(hidden, MISSING, score >= 3),
        "carcinoembryonic_antigen": np.where(hidden, MISSING, before["carcinoembryonic_antigen"]),
        "max_tumor_size": np.where(vanished, 0.0, before["max_tumor_size"]),
        **{name: before[name] for name in ("bilobar_disease", "extrahep_disease")},
        **{name: before[name] for name in ("chemo_before_liver_resection", "preoperative_pve")},
        **pathology,
        **follow_up,
        "relevant_notes": [None] * patients,
        "synthetic": np.ones(patients, dtype=np.int64),
    }
    return pl.DataFrame(
        [
            pl.Series(
                name,
                values.astype(np.int64)
                if isinstance(values, np.ndarray) and values.dtype == bool
                else values,
            )
            for name, values in columns.items()
        ]
    )


def _before_operation(model: DeclaredModel, draws: _Draws) -> dict[str, Column]:
    age = np.clip(np.round(60 + 12 * draws.normal()), 25, 90).astype(np.int64)
    body_mass_index = np.clip(np.round(27 * np.exp(0.17 * draws.normal()), 1), 16, 50)
    node_positive = draws.yes(0.40)
    synchronous = draws.yes(_chance(0.0 + 0.4 * node_positive))
    multiple = draws.yes(_chance(-0.1 + 0.7 * synchronous))
    chemotherapy = draws.yes(_chance(-0.4 + 0.9 * synchronous + 0.7 * multiple))
    return {
        "age": age,
        "sex": 1 + draws.yes(0.40).astype(np.int64),
        "major_comorbidity": draws.yes(_chance(0.1 + 0.04 * (age - 60))),
        "body_mass_index": body_mass_index,
        "node_positive_primary": node_positive,
        "synchronous_crlm": synchronous,
        "multiple_metastases": multiple,
        "interval below 12 months": synchronous | draws.yes(0.40),
        "carcinoembryonic_antigen": np.maximum(np.round(7 * np.exp(1.7 * draws.normal()), 1), 0.2),
        "max_tumor_size": np.clip(np.round(3.0 * np.exp(0.65 * draws.normal()), 1), 0.3, 20),
        "bilobar_disease": np.where(multiple, draws.yes(0.60), draws.yes(model.bilobar_slip)),
        "extrahep_disease": draws.yes(0.08),
        "chemo_before_liver_resection": chemotherapy,
        "preoperative_pve": draws.yes(_chance(-2.7 + 1.0 * multiple)),
    }


def _pathology(model: DeclaredModel, draws: _Draws, before: Mapping[str, Column]) -> dict[str, Column]:
    """Liver background and tumour response; response is the sum of necrosis, fibrosis and mucin, in steps of 5 %."""
    chemotherapy, heavier = before["chemo_before_liver_resection"], before["body_mass_index"] - 27
    activity = draws.poisson(0.35 * np.exp(0.08 * heavier + 1.1 * draws.normal()), 8)
    response = np.round(20 * _chance(-0.2 + 0.5 * chemotherapy + 1.0 * draws.normal()))
    mucin = np.minimum(np.where(draws.yes(0.18), np.round(1 + 5 * draws.uniform()), 0), response)
    necrosis = np.round((response - mucin) * _chance(0.3 + draws.normal()))
    fibrosis = response - mucin - necrosis
    unread = draws.yes(model.pathology_missing)

    def recorded(twentieths: Column) -> Column:
        return np.where(unread, MISSING, np.round(twentieths / 20, 2))

    return {
        "steatosis_yesno": draws.yes(_chance(-0.7 + 0.12 * heavier)),
        "presence_sinusoidal_dilata": draws.yes(_chance(-2.5 + 0.9 * chemotherapy)),
        "NASH_score": activity,
        "NASH_yesno": activity >= 1,
        "NASH_greater_4": activity >= 4,
        "total_response_percent": recorded(response),
        "necrosis_percent": recorded(necrosis),
        "fibrosis_percent": recorded(fibrosis),
        "fibrosis_greater_40_percent": np.where(unread, MISSING, fibrosis >= 8),
        "mucin_percent": recorded(mucin),
    }


def _follow_up(model: DeclaredModel, draws: _Draws, before: Mapping[str, Column]) -> dict[str, Column]:
    """Months to one decimal, so that many are tied; what happens after the end of follow-up is not recorded."""
    log_ratio = np.zeros(before["age"].size)
    for name, effect in model.disease_free_log_hazard_ratios.items():
        column, _, threshold = name.partition(" > ")
        log_ratio += effect * (before[column] > float(threshold) if threshold else before[column])
    # Weibull, proportional hazards: S(t | x) = exp(-(t / scale)^shape * exp(log_ratio))
    first = model.disease_free_scale * (draws.exponential() / np.exp(log_ratio)) ** (
        1 / model.disease_free_shape
    )
    which = draws.uniform()
    liver_first = which < model.first_event_liver
    recurs = which < model.first_event_liver + model.first_event_elsewhere
    death = first + np.where(recurs, model.months_to_death_after_recurrence * draws.exponential(), 0)
    later_liver = first + model.months_to_liver_after_elsewhere * draws.exponential()
    liver = np.where(liver_first, first, np.where(recurs & (later_liver < death), later_liver, np.inf))
    earliest, latest = model.follow_up
    end = np.minimum(
        earliest + (latest - earliest) * draws.uniform(), draws.exponential() / model.lost_per_month
    )
    dead = death <= end
    recurred, event = recurs & (first <= end), first <= end
    liver_recurred = liver <= end
    return {
        "overall_survival_months": _months(np.minimum(death, end)),
        "vital_status": dead,
        "progression_or_recurrence": recurred,
        "months_to_DFS_progression": _months(np.minimum(first, end)),
        "vital_status_DFS": event,
        "progression_or_recurrence_liveronly": liver_recurred,
        "months_to_liver_DFS_progression": _months(np.minimum(np.minimum(liver, death), end)),
        "vital_status_liver_DFS": liver_recurred | dead,
    }


def _months(time: Column) -> Column:
    return np.maximum(np.round(time, 1), 0.1)


def describe(model: DeclaredModel) -> tuple[str, ...]:
    """The model's truth in sentences, with the figures that `simulate` uses."""
    effects = "; ".join(
        f"{name}: {effect:+.2f} (hazard ratio {np.exp(effect):.2f})"
        for name, effect in model.disease_free_log_hazard_ratios.items()
    )
    died_first = 1 - model.first_event_liver - model.first_event_elsewhere
    return (
        "Recurrence or death (disease-free survival) has proportional hazards: Weibull with shape "
        f"{model.disease_free_shape:g} and, for a patient with none of the factors, scale "
        f"{model.disease_free_scale:g} months.",
        f"Its log hazard ratios are {effects}. Those of all other columns are 0.",
        f"The first event is a recurrence in the liver in {100 * model.first_event_liver:.0f} %, a recurrence "
        f"elsewhere only in {100 * model.first_event_elsewhere:.0f} % and death without recurrence in "
        f"{100 * died_first:.0f} %, whatever the patient's factors.",
        "After a recurrence, death follows at a constant hazard with a mean of "
        f"{model.months_to_death_after_recurrence:g} months; after one elsewhere, the liver follows with a mean of "
        f"{model.months_to_liver_after_elsewhere:g} months unless death comes first.",
        f"Follow-up ends uniformly between {model.follow_up[0]:g} and {model.follow_up[1]:g} months, or earlier by "
        f"loss at {model.lost_per_month:g} per month. Months are rounded to 0.1, so that times are tied.",
        f"Carcinoembryonic antigen and the clinical risk score are missing together in "
        f"{100 * model.preoperative_missing:g} %, the pathologist's percentages in "
        f"{100 * model.pathology_missing:g} %, completely at random, coded {MISSING}.",
        f"Slips are planted for the data report: bilobar disease with a single metastasis "
        f"({100 * model.bilobar_slip:g} % of these), and "
        f"a largest tumour of 0 ({100 * model.size_zero:g} % after chemotherapy).",
        "The covariates depend on each other: synchronous disease on node-positive, multiple on synchronous, "
        "chemotherapy on both, comorbidity on age, steatosis and its score on body mass index.",
    )
