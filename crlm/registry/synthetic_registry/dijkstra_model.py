"""The declared model of the synthetic AmCORE registry (`dijkstra-2021`): every figure that the generator uses.

Margins are those of the published tables; effects are round readings of the published models. No patient is reproduced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log

from crlm.registry.synthetic_registry.times import Hazard

KINDS = (
    "cohort",
    "no_recurrence",
    "sbrt_repeat",
    "ire_repeat",
    "not_upfront_treatable",
    "no_repeat_local_treatment",
    "lost_to_follow_up",
)
PATTERN = (0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 6, 0)
"""Kinds of successive patients, repeated: 20 of the cohort, and one of each kind that the selection must exclude."""

LOCATIONS = ("rectum", "colon_left", "colon_right")
SUBSITES = (
    "rectum",
    "sigmoid",
    "descending",
    "splenic_flexure",
    "caecum",
    "ascending",
    "hepatic_flexure",
    "transverse",
)
COMORBIDITY = ("none", "minimal", "major")
NUMBERS = ("1", "2-5", ">5")
SIZES = ("1-30", "31-50", ">50")
INITIAL_PROCEDURES = ("resection", "thermal_ablation", "resection_and_thermal_ablation", "ire", "sbrt")
REPEAT_PROCEDURES = ("resection", "thermal_ablation", "combination")
DEVICES = ("LeVeen", "Cool-tip", "RFA_other", "Emprint", "Covidien_Evident", "MWA_other")
REGIMENS = ("CAPOX", "capecitabine", "irinotecan", "FOLFOX", "CAPIRI", "FOLFIRI")
CYCLE_DAYS = (21, 21, 14, 14, 21, 14)

Effects = Mapping[str, float]


@dataclass(frozen=True)
class DijkstraModel:
    """Shares are of non-missing values; hazards are per month; effects are log hazard ratios or log odds ratios."""

    male: float = 0.757
    age: tuple[float, float] = (65.4, 11.0)
    """Mean and standard deviation at diagnosis of the recurrence, cut at 27 and 95."""
    bmi: tuple[float, float] = (26.1, 4.1)
    location: tuple[float, ...] = (0.263, 0.487, 0.250)
    comorbidity: tuple[float, ...] = (0.493, 0.368, 0.138)
    asa: tuple[tuple[float, ...], ...] = ((0.114, 0.766, 0.120), (0.020, 0.680, 0.300), (0.0, 0.450, 0.550))
    """Shares of ASA 1, 2 and 3 given no, minimal and major comorbidity."""
    synchronous: float = 0.537
    n_initial: tuple[float, ...] = (0.289, 0.454, 0.257)
    size_initial: tuple[float, ...] = (0.627, 0.291, 0.082)
    extrahepatic_initial: float = 0.081
    initial_procedure: tuple[float, ...] = (0.329, 0.309, 0.336, 0.013, 0.013)
    chemotherapy_before_initial: float = 0.366
    interval: tuple[float, float] = (6.8, 3.25)
    """Median months from initial treatment to recurrence and ratio of its quartiles; cut at 1 and 80 months."""
    n_recurrent: tuple[float, ...] = (0.592, 0.388, 0.020)
    size_recurrent: tuple[float, ...] = (0.847, 0.138, 0.015)
    repeat_procedure_single: tuple[float, ...] = (0.26, 0.74, 0.0)
    repeat_procedure_several: tuple[float, ...] = (0.22, 0.57, 0.21)
    """Repeat treatment given one recurrent tumour, and given several (a combination needs two)."""

    assignment_intercept: float = -2.03
    assignment: Effects = field(
        default_factory=lambda: {
            "crlm_timing_initial=synchronous": 0.75,
            "n_tumours_recurrent=2-5": 0.65,
            "n_tumours_recurrent=>5": 2.6,
            "age_at_recurrence per 10 years over 65": -0.15,
            "comorbidity_category=major": -0.30,
            "primary_tumour_location=colon_right": -0.20,
        }
    )
    """Log odds of neoadjuvant chemotherapy: confounding by indication."""

    death: Hazard = field(
        default_factory=lambda: Hazard((0.0, 9.0, 12.0, 36.0), (0.0, 0.0027, 0.0080, 0.0125))
    )
    """OS from diagnosis of the recurrence: nobody of the cohort dies before 9 months, and every repeat treatment is
    done by then, so that surviving until treatment selects nobody and the hazard ratio is exact from time zero."""
    death_effects: Effects = field(
        default_factory=lambda: {
            "treatment_group=nac": log(0.839),
            "comorbidity_category=minimal": log(1.776),
            "comorbidity_category=major": log(3.489),
            "primary_tumour_location=colon_left": log(0.735),
            "primary_tumour_location=colon_right": log(1.958),
        }
    )
    distant: Hazard = field(
        default_factory=lambda: Hazard((0.0, 2.0, 12.0, 36.0, 90.0), (0.038, 0.104, 0.036, 0.013, 0.0))
    )
    """DPFS from the repeat treatment."""
    distant_effects: Effects = field(
        default_factory=lambda: {
            "treatment_group=nac": log(0.798),
            "crlm_timing_initial=metachronous": log(0.663),
            "interval_initial_to_recurrence": log(0.972),
            "n_tumours_recurrent=2-5": log(1.320),
            "n_tumours_recurrent=>5": log(2.500),
            "size_largest_recurrent=31-50": log(2.114),
            "size_largest_recurrent=>50": log(4.000),
        }
    )
    local: Hazard = field(default_factory=lambda: Hazard((0.0, 12.0, 36.0), (0.0032, 0.0020, 0.0)))
    """LTPFS of each tumour from the repeat treatment, tumours of a patient independent given the effects."""
    local_effects: Effects = field(
        default_factory=lambda: {
            "treatment_group=nac": log(0.662),
            "crlm_timing_initial=metachronous": log(2.559),
            "interval_initial_to_recurrence": log(1.023),
        }
    )
    distant_site: tuple[float, ...] = (0.45, 0.30, 0.25)
    """Intrahepatic only, extrahepatic only, both (an assumption: not published)."""
    third_episode: float = 0.40
    """Share of intrahepatic recurrences that are treated again, as episode 3 (an assumption)."""
    follow_up: tuple[float, float, float] = (8.0, 30.0, 120.0)
    """Follow-up from the repeat treatment in months: the first plus an exponential time of this mean, cut at the last;
    its median is 28. It is independent of everything else."""

    approach_ablation: tuple[float, ...] = (0.17, 0.0, 0.83)
    approach_resection: tuple[float, ...] = (0.865, 0.135, 0.0)
    """Open, laparoscopic and percutaneous; a combination is open."""
    device_nac: tuple[float, ...] = (7, 7, 1, 33, 3, 0)
    device_upfront: tuple[float, ...] = (58, 5, 1, 61, 2, 14)
    major_resection: float = 0.027
    margin: tuple[float, ...] = (0.015, 0.088, 0.897)
    """A margin of 0, of 1 to 4 mm, of 5 mm and more."""
    complication: tuple[float, ...] = (0.797, 0.058, 0.058, 0.072, 0.015)
    regimen: tuple[float, ...] = (22, 2, 3, 1, 1, 1)
    antibody: tuple[float, ...] = (0.70, 0.033, 0.267)
    """Bevacizumab, panitumumab, none."""
    many_cycles: float = 0.367
    toxicity: tuple[float, ...] = (0.533, 0.0, 0.300, 0.167)
    """No toxicity, grades 1, 2 and 3."""

    missing: Mapping[str, tuple[float, float]] = field(
        default_factory=lambda: {
            "crlm_timing_initial": (0.0, 0.025),
            "size_largest_initial": (0.219, 0.092),
            "extrahepatic_disease_initial": (0.031, 0.125),
            "size_largest_recurrent": (0.125, 0.142),
            "approach": (0.0, 0.033),
            "tumour_treatment_device": (0.0, 0.010),
            "nac_regimen and nac_cycles": (0.0625, 0.0),
            "periprocedural_ctcae_grade": (0.0625, 0.100),
            "nac_ctcae_grade": (0.0625, 0.0),
            "margin_size": (0.25, 0.25),
        }
    )
    """Shares missing after neoadjuvant chemotherapy and upfront: at random within each group. The last is assumed."""

    crude: Mapping[str, tuple[float, float, int]] = field(
        default_factory=lambda: {
            "OS": (-0.2179, 0.0034, 1_800_000),
            "LTPFS": (-0.5595, 0.0044, 1_800_000),
            "DPFS": (-0.0605, 0.0023, 1_800_000),
        }
    )
    """What the unadjusted Cox model of each endpoint converges to: log hazard ratio, standard error, patients."""
