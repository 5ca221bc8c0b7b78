"""The declared model of the synthetic registry for `buisman-2020`: every figure that the generator uses.

Margins are those of the published tables; effects are round readings of the published models. No patient is reproduced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log

from crlm.registry.synthetic_registry.times import Hazard

KINDS = (
    "cohort",
    "haip_at_index",
    "no_recurrence",
    "extrahepatic_recurrence_only",
    "intra_and_extrahepatic_recurrence",
    "incomplete_index_resection",
    "haip_not_adjuvant",
    "sbrt_of_recurrence",
)
PATTERN = (0, 1, 0, 2, 0, 3, 0, 1, 2, 0, 0, 4, 0, 5, 0, 6, 0, 7, 0)
"""Kinds of successive patients, repeated: 10 of the cohort and 9 that the selection must exclude."""

CENTRES = ("MSKCC", "EMC")
CENTRE_NAMES = ("Memorial Sloan Kettering Cancer Center", "Erasmus MC Cancer Institute")
LOCATIONS = ("right", "left", "rectum")
SUBSITES = (
    "caecum",
    "ascending",
    "transverse",
    "splenic_flexure",
    "descending",
    "sigmoid",
    "rectosigmoid",
    "rectum",
)
TREATMENTS = ("resection_only", "resection_with_ablation", "ablation_only")

Effects = Mapping[str, float]


@dataclass(frozen=True)
class BuismanModel:
    """Shares are of non-missing values; hazards are per month; effects are log hazard ratios or log odds ratios."""

    mskcc: float = 0.612
    male: float = 0.628
    age: tuple[float, float] = (60.7, 11.7)
    """Mean and standard deviation at the index resection, cut at 25 and 88."""
    location: tuple[float, ...] = (0.214, 0.481, 0.305)
    t34: float = 0.836
    node_positive: float = 0.599
    interval_within_12: float = 0.794
    """Disease-free interval up to 12 months: the printed labels of the two groups are probably reversed."""
    several_index: float = 0.586
    large_index: float = 0.116
    cea_index_over_200: float = 0.088
    margin: tuple[float, ...] = (0.126, 0.821, 0.053)
    """Index margin positive, negative, and not assessable after ablation alone."""
    ablation_with_resection: float = 0.20
    """Ablation beside the index resection."""
    chemotherapy_index: float = 0.743
    recurrence_free: tuple[float, float] = (11.0, 19.3 / 7.0)
    """Median months from the index resection to the recurrence, and ratio of its quartiles."""
    n_recurrent: tuple[float, ...] = (0.60, 0.24, 0.10, 0.06)
    """1, 2, 3 and 4 recurrent metastases."""
    size_recurrent: tuple[float, float] = (2.1, 2.0)
    cea_recurrent: tuple[float, float] = (6.4, 15.2 / 3.0)
    """Median and quartile ratio, cut at 150 ug/L."""
    treatment: tuple[float, ...] = (0.674, 0.053, 0.273)
    chemotherapy_recurrence: float = 0.375
    """Share without a pump that have systemic chemotherapy around the treatment; with a pump all have it."""

    assignment_intercept: float = -3.38
    assignment: Effects = field(
        default_factory=lambda: {
            "age_group_70_index=>=70": -1.80,
            "sex=female": 0.80,
            "primary_node_status=N+": 0.70,
            "n_crlm_recurrent over 1": 0.30,
            "ablation_only_procedure=no": 2.70,
        }
    )
    """Log odds of adjuvant hepatic arterial infusion at MSKCC; Erasmus MC had none: confounding by indication."""

    death: Hazard = field(
        default_factory=lambda: Hazard((0.0, 2.0, 24.0, 120.0), (0.0, 0.0075, 0.0115, 0.0060))
    )
    """OS from the treatment of the recurrence; nobody dies in the first two months, so that infusion from the fourth
    week on selects nobody."""
    death_effects: Effects = field(
        default_factory=lambda: {
            "adjuvant_haip=yes": log(0.59),
            "resection_margin_index=yes": log(1.59),
            "cea_at_recurrence": log(1.01),
        }
    )
    either: Hazard = field(
        default_factory=lambda: Hazard((0.0, 2.0, 24.0, 60.0, 120.0), (0.0, 0.0230, 0.0130, 0.0118, 0.0061))
    )
    """hDFS from the treatment of the recurrence: liver recurrence or death."""
    either_effects: Effects = field(
        default_factory=lambda: {
            "adjuvant_haip=yes": log(0.59),
            "resection_margin_index=yes": log(1.59),
            "cea_at_recurrence": log(1.01),
            "n_crlm_recurrent": log(1.23),
            "ablation_only_procedure=yes": log(1.56),
        }
    )
    """Those of OS and two more that are not below 0, so that hDFS is never the later of the two."""
    dependence: float = 1.5
    """Clayton's parameter between liver recurrence and death: they share a frailty."""
    extrahepatic: float = 0.010
    """Hazard of an extrahepatic recurrence after the treatment, which is no event of hDFS."""
    follow_up: tuple[float, float] = (14.0, 200.0)
    """Months of follow-up from the treatment: the first, plus a uniform number to the power 1.25 of
    the rest; independent of everything else."""

    missing: Mapping[str, float] = field(
        default_factory=lambda: {
            "primary_tumour_location": 0.027,
            "pt_stage_group": 0.070,
            "primary_node_status": 0.027,
            "disease_free_interval_group": 0.003,
            "n_crlm_index_group": 0.032,
            "size_largest_index_group": 0.104,
            "cea_preop_index_group": 0.176,
            "resection_margin_index": 0.045,
            "n_crlm_recurrent": 0.043,
            "size_largest_recurrent": 0.163,
            "cea_at_recurrence": 0.251,
        }
    )
    """Shares missing completely at random."""
    crude: Mapping[str, tuple[float, float, int]] = field(
        default_factory=lambda: {"OS": (-0.5157, 0.0037, 900_000), "hDFS": (-0.5902, 0.0031, 900_000)}
    )
    """What the unadjusted Cox model of each endpoint converges to: log hazard ratio, standard error, patients."""
