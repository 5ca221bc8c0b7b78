"""The patients of the synthetic registry for `buisman-2020`: covariates, treatment, events, as arrays in row order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crlm.registry.synthetic_registry import buisman_model as declared
from crlm.registry.synthetic_registry.buisman_model import BuismanModel
from crlm.registry.synthetic_registry.columns import Names, day
from crlm.registry.synthetic_registry.draws import Booleans, Column, Draws, Floats, Integers
from crlm.registry.synthetic_registry.patterns import registered
from crlm.registry.synthetic_registry.registered import Registered
from crlm.registry.synthetic_registry.times import (
    DAYS_PER_MONTH,
    Survival,
    days_after,
    event_months,
    partner_months,
)

COHORT, HAIP_INDEX, NO_RECURRENCE, OUTSIDE, BOTH, INCOMPLETE, HAIP_OTHER, SBRT = range(8)


@dataclass(frozen=True, kw_only=True)
class Patients(Registered):
    """What this study draws besides."""

    haip: Booleans


def draw_patients(model: BuismanModel, cohort: int, draws: Draws) -> Patients:
    """All registered patients: covariates, then treatment, then times, then what is missing."""
    kind = registered(declared.PATTERN, cohort)
    n = kind.size
    x = _covariates(model, draws, n)
    # only MSKCC has pumps: patients excluded for one were treated there
    x["mskcc"] = x["mskcc"] | np.isin(kind, (HAIP_INDEX, HAIP_OTHER))
    chance = 1 / (1 + np.exp(-_assignment(model, x)))
    haip = draws.yes("haip", chance, n) & x["mskcc"] & (kind == COHORT)
    x["chemotherapy_recurrence"] = x["chemotherapy_recurrence"] | haip
    missing = {name: draws.yes(f"missing {name}", share, n) for name, share in model.missing.items()}
    days = _days(model, draws, kind, x, haip)
    return Patients(kind=kind, x=x, haip=haip, days=days, missing=missing, names=Names(n))


def _covariates(model: BuismanModel, draws: Draws, n: int) -> dict[str, Column]:
    several = draws.yes("several index", model.several_index, n)
    large = draws.yes("large index", model.large_index, n)
    over = draws.yes("cea index", model.cea_index_over_200, n)
    treatment = draws.level("treatment", model.treatment, n)
    size = np.clip(np.round(draws.lognormal("size", *model.size_recurrent, n), 1), 0.4, 12)
    return {
        "mskcc": draws.yes("centre", model.mskcc, n),
        "male": draws.yes("sex", model.male, n),
        "age": np.clip(model.age[0] + model.age[1] * draws.normal("age", n), 25, 88),
        "location": draws.level("location", model.location, n),
        "t34": draws.yes("t34", model.t34, n),
        "node": draws.yes("node", model.node_positive, n),
        "early": draws.yes("interval", model.interval_within_12, n),
        "count_index": np.where(several, 2 + draws.level("index 2 to 6", (5, 3, 2, 1, 1), n), 1),
        "size_index": np.where(
            large, np.ceil(draws.between("large", 51, 120, n)), np.ceil(draws.between("small", 8, 50, n))
        ),
        "cea_index": np.where(
            over,
            draws.between("high cea", 201, 900, n),
            np.clip(draws.lognormal("low cea", 12, 5, n), 0.5, 200),
        ),
        "margin": draws.level("margin", model.margin, n),
        "ablation_index": draws.yes("ablation index", model.ablation_with_resection, n),
        "chemotherapy_index": draws.yes("chemotherapy index", model.chemotherapy_index, n),
        "free": np.clip(draws.lognormal("recurrence-free", *model.recurrence_free, n), 2, 90),
        "count": 1 + draws.level("recurrent number", model.n_recurrent, n),
        "size": size,
        "cea": np.round(np.clip(draws.lognormal("cea", *model.cea_recurrent, n), 0.3, 150), 1),
        "treatment": treatment,
        "chemotherapy_recurrence": draws.yes("chemotherapy recurrence", model.chemotherapy_recurrence, n),
    }


def _assignment(model: BuismanModel, x: Mapping[str, Column]) -> Floats:
    b = model.assignment
    return np.asarray(
        model.assignment_intercept
        + b["age_group_70_index=>=70"] * (x["age"] >= 70)
        + b["sex=female"] * ~x["male"]
        + b["primary_node_status=N+"] * x["node"]
        + b["n_crlm_recurrent over 1"] * (x["count"] > 1)
        + b["ablation_only_procedure=no"] * (x["treatment"] != 2)
    )


def _days(
    model: BuismanModel, draws: Draws, kind: Integers, x: dict[str, Column], haip: Booleans
) -> dict[str, Floats]:
    """Calendar around the treatment of the recurrence, which is time zero, and what happens after it."""
    n = kind.size
    least, most = model.follow_up
    followed = np.round((least + (most - least) * draws.uniform("follow-up", n) ** 1.25) * DAYS_PER_MONTH)
    free = np.round(x["free"] * DAYS_PER_MONTH)
    wait = np.round(draws.between("wait", 20, 75, n))
    before = free + wait
    opened = np.where(x["mskcc"], day(1992, 1), day(2000, 1))
    closed = np.where(x["mskcc"], day(2018, 12), day(2016, 12))
    latest = np.minimum(closed, day(2020, 6) - followed)
    treatment = np.floor(
        draws.between("calendar", opened + before, np.maximum(latest, opened + before + 1), n)
    )
    index = treatment - before
    interval = np.where(
        x["early"],
        draws.between("short interval", -5, 11.9, n),
        np.clip(draws.lognormal("long", 24, 1.8, n), 12.2, 120),
    )
    crlm = index - np.round(draws.between("index wait", 20, 75, n))
    # metastases before the primary's resection count as an interval below 0: both are found with the primary
    primary_operation = np.minimum(crlm - np.round(interval * DAYS_PER_MONTH), index)
    death, liver = _events(model, draws, n, x, haip)
    dead_on = treatment + days_after(death)
    end = treatment + followed
    died = dead_on <= end
    last = np.where(died, dead_on, end)
    assessed = np.where(
        died, dead_on, np.maximum(end - np.floor(draws.between("last assessment", 0, 90, n)), treatment + 1)
    )
    liver_on = treatment + days_after(liver)
    outside = treatment + days_after(draws.exponential("outside", n) / model.extrahepatic)
    recurs = ~np.isin(kind, (NO_RECURRENCE, OUTSIDE))
    return {
        "birth": index - np.round(x["age"] * 365.25),
        "primary": np.minimum(primary_operation, crlm) - np.round(draws.between("primary wait", 10, 40, n)),
        "primary operation": primary_operation,
        "first": crlm,
        "index": index,
        "recurrence": np.where(kind == NO_RECURRENCE, np.inf, index + free),
        "treatment": treatment,
        "death": np.where(died, dead_on, np.inf),
        "liver": np.where(recurs & (liver_on < dead_on) & (liver_on <= assessed), liver_on, np.inf),
        "outside": np.where(recurs & (outside < dead_on) & (outside <= assessed), outside, np.inf),
        "assessed": assessed,
        "last": last,
    }


def survival(
    model: BuismanModel, x: Mapping[str, Column], haip: Booleans
) -> tuple[Floats, Survival, Survival]:
    """The log hazard ratio of death, survival, and survival without liver recurrence."""

    def log_ratio(b: Mapping[str, float]) -> Floats:
        return np.asarray(
            b["adjuvant_haip=yes"] * haip
            + b["resection_margin_index=yes"] * (x["margin"] == 0)
            + b["cea_at_recurrence"] * x["cea"]
            + b.get("n_crlm_recurrent", 0.0) * x["count"]
            + b.get("ablation_only_procedure=yes", 0.0) * (x["treatment"] == 2)
        )

    to_death, to_either = log_ratio(model.death_effects), log_ratio(model.either_effects)

    def alive(months: Floats) -> Floats:
        return np.asarray(np.exp(-model.death.cumulative(months) * np.exp(to_death)))

    def event_free(months: Floats) -> Floats:
        return np.asarray(np.exp(-model.either.cumulative(months) * np.exp(to_either)))

    return to_death, alive, event_free


def _events(
    model: BuismanModel, draws: Draws, n: int, x: Mapping[str, Column], haip: Booleans
) -> tuple[Floats, Floats]:
    """Months to death and to liver recurrence: OS and hDFS both have proportional hazards, exactly."""
    to_death, alive, event_free = survival(model, x, haip)
    lived = draws.exponential("death", n)
    liver = partner_months(
        draws.uniform("liver", n), np.exp(-lived), model.dependence, event_free, alive, 250.0
    )
    return event_months(lived, to_death, model.death), liver
