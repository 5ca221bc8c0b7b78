"""The declared model of the synthetic registry for `hellingman-2021`: every figure that the generator uses.

Only an abstract is published: the margins are assumptions near those of `dijkstra-2021`, the effects of treatment are
the published ones. No patient is reproduced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log

from crlm.registry.synthetic_registry.times import Hazard

KINDS = ("cohort", "recurrence_after_12_months", "no_recurrence", "best_supportive_care")
PATTERN = (0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 0, 0, 3, 0)
"""Kinds of successive patients, repeated: 10 of the cohort and 4 that the selection must exclude."""

STRATEGIES = ("upfront_repeat_local", "nac_then_repeat_local", "systemic_only")
NUMBERS = ("1", "2-5", ">5")
SIZES = ("1-30", "31-50", ">50")
COMORBIDITY = ("none", "minimal", "major")

Effects = Mapping[str, float]


@dataclass(frozen=True)
class HellingmanModel:
    """Shares are of non-missing values; hazards are per month; effects are log hazard ratios or log odds ratios."""

    male: float = 0.68
    age: tuple[float, float] = (64.5, 10.5)
    comorbidity: tuple[float, ...] = (0.50, 0.36, 0.14)
    left_or_rectum: float = 0.74
    synchronous: float = 0.65
    n_recurrent: tuple[float, ...] = (0.48, 0.42, 0.10)
    size_recurrent: tuple[float, ...] = (0.76, 0.18, 0.06)
    interval: tuple[float, float] = (4.6, 2.4)
    """Median months from initial treatment to recurrence and ratio of its quartiles, from 1 to 12; 4 or fewer is early.
    Drawn again beyond 12, by reflection at the logarithm of 12."""

    systemic_intercept: float = -1.05
    systemic: Effects = field(
        default_factory=lambda: {
            "n_tumours_recurrent=2-5": 0.60,
            "n_tumours_recurrent=>5": 2.00,
            "size_largest_recurrent=31-50": 0.40,
            "size_largest_recurrent=>50": 0.80,
            "comorbidity_category=major": 0.50,
        }
    )
    """Log odds of systemic treatment alone: confounding by indication."""
    nac_intercept: float = -0.90
    nac: Effects = field(
        default_factory=lambda: {
            "interval_initial_to_recurrence at most 4": 0.70,
            "n_tumours_recurrent=2-5": 0.40,
        }
    )
    """Log odds of neoadjuvant chemotherapy among those treated locally."""

    death: Hazard = field(default_factory=lambda: Hazard((0.0, 6.0, 36.0), (0.0, 0.029, 0.022)))
    """OS from the diagnosis of the recurrence; nobody dies or progresses in the first 6 months, and every local
    treatment is done by then, so that surviving until treatment selects nobody."""
    death_effects: Effects = field(
        default_factory=lambda: {
            "treatment_group=repeat_local": log(0.42),
            "n_tumours_recurrent=2-5": log(1.30),
            "n_tumours_recurrent=>5": log(1.80),
            "size_largest_recurrent=31-50": log(1.40),
            "size_largest_recurrent=>50": log(1.90),
            "comorbidity_category=minimal": log(1.20),
            "comorbidity_category=major": log(1.60),
        }
    )
    either: Hazard = field(default_factory=lambda: Hazard((0.0, 6.0, 18.0, 36.0), (0.0, 0.170, 0.085, 0.062)))
    """PFS from the diagnosis of the recurrence: progression or death."""
    either_treatment: Effects = field(
        default_factory=lambda: {
            "repeat_local": log(0.55),
            "nac_then_repeat_local, interval at most 4": log(0.36),
            "nac_then_repeat_local, interval over 4": log(0.80),
        }
    )
    """PFS: upfront local treatment against systemic treatment, and neoadjuvant chemotherapy against upfront local
    treatment by the interval. The other effects are those of OS."""
    dependence: float = 1.5
    """Clayton's parameter between progression and death: they share a frailty."""
    follow_up: tuple[float, float] = (12.0, 130.0)
    """Months of follow-up from the diagnosis of the recurrence, uniform and independent of everything else."""
    intrahepatic: tuple[float, ...] = (0.5, 0.3, 0.2)
    """Progression in the liver only, outside only, both."""
    missing: Mapping[str, float] = field(default_factory=lambda: {"size_largest_recurrent": 0.08})
    """Shares missing completely at random."""
    crude: Mapping[str, tuple[float, float, int]] = field(
        default_factory=lambda: {"OS": (-0.9833, 0.0026, 900_000), "PFS": (-0.9559, 0.0049, 900_000)}
    )
    """What the unadjusted Cox model converges to: OS of local against systemic treatment; PFS of neoadjuvant against
    upfront where the interval is at most 4 months: log hazard ratio, standard error, patients."""
