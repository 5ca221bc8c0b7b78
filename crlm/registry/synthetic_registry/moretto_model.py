"""The declared model of the synthetic registry for `moretto-2024`: every figure that the generator uses.

Margins are those of the published tables; effects are round readings of the published models. No patient is reproduced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log

from crlm.registry.synthetic_registry.times import DAYS_PER_MONTH, Hazard

KINDS = (
    "cohort",
    "extrahepatic_at_diagnosis",
    "resectable_upfront",
    "not_a_doublet_or_triplet",
    "progression_before_surgery",
    "no_imaging_before_surgery",
    "incomplete_resection",
    "followed_less_than_12_months",
)
PATTERN = (0, 0, 2, 0, 1, 0, 2, 0, 0, 3, 0, 4, 0, 0, 5, 0, 6, 0, 7, 0)
"""Kinds of successive patients, repeated: 12 of the cohort and 8 that the selection must exclude."""

CENTRES = ("Pisa", "Padua", "Rome")
CENTRE_NAMES = (
    "Azienda Ospedaliero-Universitaria Pisana",
    "Veneto Institute of Oncology IOV Padua",
    "Fondazione Policlinico Gemelli Rome",
)
SUBSITES = ("rectum", "sigmoid", "descending", "caecum", "ascending", "transverse")
REASONS = ("technical", "gt5_metastases", "size_ge_50mm", "tsh_needed", "resection_plus_ablation")
CUT_6, CUT_12 = 182 / DAYS_PER_MONTH, 365 / DAYS_PER_MONTH
"""The last whole days that are within 6 and 12 months: the declared chances are those of an event by these days."""

Effects = Mapping[str, float]


@dataclass(frozen=True)
class MorettoModel:
    """Shares are of non-missing values; hazards are per month; effects are log odds ratios or log hazard ratios."""

    centre: tuple[float, ...] = (0.5, 0.3, 0.2)
    male: float = 0.593
    age: tuple[float, float] = (62.0, 12.6)
    """Mean and standard deviation at diagnosis of the metastases, cut at 30 and 85."""
    ecog: tuple[float, ...] = (0.866, 0.130, 0.004)
    left_or_rectum: float = 0.724
    synchronous: float = 0.817
    resected_if_synchronous: float = 0.476
    """Primary resected before first-line treatment; always so in metachronous disease."""
    adjuvant_if_metachronous: float = 0.388
    t4: float = 0.201
    node_positive: float = 0.701
    ras_braf: tuple[float, ...] = (0.530, 0.023, 0.447)
    """RAS mutant, BRAF V600E, both wild type."""
    deficient_mmr: float = 0.021
    lesions: tuple[float, float] = (3.0, 3.0)
    """Median and quartile ratio of a log-normal number, rounded up: half have 4 or more."""
    segments: tuple[float, float] = (3.11, 0.5)
    """Log-normal median and spread of the segments involved, correlated 0.7 with the lesions, rounded up, at most 8."""
    bilobar_threshold: float = -0.27
    """Bilobar where 0.6 of the lesions' normal score plus 0.8 of another exceeds this and two segments are involved."""
    diameter: tuple[float, float] = (42.0, 65 / 28)
    shrinkage: tuple[float, float] = (0.60, 1.55)
    """Median and quartile ratio of the diameter before surgery divided by that at baseline, at most 1."""
    stays_bilobar: float = 0.92
    fewer_segments: tuple[float, ...] = (0.50, 0.35, 0.15)
    vanished: float = 0.37
    """Chance that a lesion vanished, where there are two or more; each further one then with `vanished_more`."""
    vanished_more: float = 0.35
    contact: float = 0.634
    contact_stays: float = 0.93
    mri: tuple[float, float, float] = (0.34, 0.49, 0.61)
    """Gadolinium MRI at baseline, before surgery, at either."""
    response: float = 0.754
    cea: tuple[float, float] = (6.7, 20.8)
    cea_before_surgery: tuple[float, float] = (5.2, 5.5)
    """Median and quartile ratio, such that 43 % and 30 % are 10 ng/mL or more as printed; the printed median of 17 at
    baseline contradicts the printed 43 %."""
    triplet: float = 0.418
    targeted_mutant: tuple[float, ...] = (0.88, 0.0, 0.12)
    targeted_wild_type: tuple[float, ...] = (0.40, 0.54, 0.06)
    """Anti-VEGF, anti-EGFR and none, with and without a RAS mutation: 65, 25 and 9 % of all."""
    duration: tuple[float, float] = (3.7, 5.1 / 2.7)
    two_steps: float = 0.0896
    concurrent_ablation: float = 0.190
    r0: float = 0.746
    postoperative_chemotherapy: float = 0.563

    within_6_intercept: float = -0.17
    within_6: Effects = field(
        default_factory=lambda: {
            "primary_resected_at_diagnosis=yes": log(0.53),
            "baseline_lobe_involvement=unilobar": log(0.68),
            "baseline_n_lesions": log(1.02),
        }
    )
    """Log odds of relapse or death within 6 months: a logistic model, exactly."""
    within_12_intercept: float = 0.67
    within_12: Effects = field(
        default_factory=lambda: {
            "primary_resected_at_diagnosis=yes": log(0.70),
            "baseline_lobe_involvement=unilobar": log(0.50),
            "baseline_n_lesions": log(1.04),
            "n_vanished_crlm": log(1.14),
        }
    )
    """Log odds of relapse or death within 12 months: a logistic model, exactly."""
    early_shape: float = 1.3
    """Within the first 6 months the cumulative hazard grows as time to this power; from 6 to 12 months linearly."""
    late: Hazard = field(
        default_factory=lambda: Hazard((0.0, CUT_12, 24.0, 48.0, 84.0), (0.0, 0.014, 0.006, 0.002, 0.0))
    )
    """Hazard of relapse after 12 months, beside that of death."""
    death: Hazard = field(
        default_factory=lambda: Hazard((0.0, 2.0, 6.0, 12.0, 60.0), (0.0, 0.0025, 0.0070, 0.0175, 0.0070))
    )
    """OS from the last liver surgery."""
    death_effects: Effects = field(
        default_factory=lambda: {
            "ecog_ps_group=1-2": log(2.14),
            "ras_braf_status=ras_mut": log(1.53),
            "ras_braf_status=braf_mut": log(1.73),
            "first_line_duration_ge_median_3_7mo=yes": log(0.60),
            "baseline_lobe_involvement=unilobar": log(0.62),
        }
    )
    dependence: float = 1.5
    """Clayton's parameter between relapse and death: an early relapse goes with an early death."""
    follow_up: tuple[float, float] = (16.0, 168.0)
    """Months of follow-up from the last surgery, uniform and independent of everything else."""
    lrt: tuple[float, float] = (-1.70, 1.8)
    """Log odds of locoregional treatment after relapse: intercept, and per logarithm of the remaining life in months
    divided by 20. It is drawn given the remaining life: prognostic, without effect."""
    lrt_hepatic: float = 0.5
    lrt_again: float = 0.24
    multiorgan: tuple[float, float] = (0.14, 0.50)
    """Chance of a multiorgan relapse: the first plus the second times exp(-remaining months / 30)."""
    single_organ: float = 0.28
    """Chance of a single extrahepatic organ among the others; the rest are hepatic only."""

    missing: Mapping[str, float] = field(
        default_factory=lambda: {
            "ecog_ps": 0.052,
            "baseline_cea": 0.172,
            "pre_surgery_cea": 0.343,
            "ras_braf_status": 0.015,
            "mmr_msi_status": 0.108,
        }
    )
    """Shares missing completely at random."""
    simulated: Mapping[str, tuple[float, float, int]] = field(
        default_factory=lambda: {
            "relapse_or_death_6mo primary_resected_at_diagnosis": (-0.6187, 0.0044, 900_000),
            "relapse_or_death_6mo baseline_lobe_involvement": (-0.4356, 0.0046, 900_000),
            "relapse_or_death_12mo primary_resected_at_diagnosis": (-0.3365, 0.0044, 900_000),
            "relapse_or_death_12mo baseline_lobe_involvement": (-0.8173, 0.0044, 900_000),
            "DFS primary_resected_at_diagnosis": (-0.1974, 0.0023, 900_000),
            "DFS baseline_lobe_involvement": (-0.4360, 0.0024, 900_000),
            "OS first_line_duration_ge_median_3_7mo": (-0.4778, 0.0028, 900_000),
        }
    )
    """What univariable models converge to: log ratio, standard error, patients."""
