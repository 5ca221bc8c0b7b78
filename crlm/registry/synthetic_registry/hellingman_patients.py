"""The patients of the synthetic registry for `hellingman-2021`: covariates, treatment, events, in row order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crlm.registry.synthetic_registry import hellingman_model as declared
from crlm.registry.synthetic_registry.columns import Names, day
from crlm.registry.synthetic_registry.draws import Column, Draws, Floats, Integers
from crlm.registry.synthetic_registry.hellingman_model import HellingmanModel
from crlm.registry.synthetic_registry.patterns import registered
from crlm.registry.synthetic_registry.registered import Registered
from crlm.registry.synthetic_registry.times import (
    DAYS_PER_MONTH,
    Survival,
    days_after,
    event_months,
    partner_months,
)

COHORT, LATE, NO_RECURRENCE, SUPPORTIVE = range(4)
UPFRONT, NAC, SYSTEMIC = range(3)


@dataclass(frozen=True, kw_only=True)
class Patients(Registered):
    """What this study draws besides."""

    strategy: Integers


def draw_patients(model: HellingmanModel, cohort: int, draws: Draws) -> Patients:
    """All registered patients: covariates, then treatment, then times, then what is missing."""
    kind = registered(declared.PATTERN, cohort)
    n = kind.size
    x = _covariates(model, draws, kind)
    systemic = draws.yes("systemic only", 1 / (1 + np.exp(-_systemic(model, x))), n)
    b = model.nac
    odds = (
        model.nac_intercept
        + b["interval_initial_to_recurrence at most 4"] * x["early"]
        + b["n_tumours_recurrent=2-5"] * (x["n_recurrent"] == 1)
    )
    nac = draws.yes("nac", 1 / (1 + np.exp(-odds)), n)
    strategy = np.where(systemic | (kind == SUPPORTIVE), SYSTEMIC, np.where(nac, NAC, UPFRONT))
    missing = {name: draws.yes(f"missing {name}", share, n) for name, share in model.missing.items()}
    days = _days(model, draws, kind, x, strategy)
    return Patients(kind=kind, x=x, strategy=strategy, days=days, missing=missing, names=Names(n))


def _covariates(model: HellingmanModel, draws: Draws, kind: Integers) -> dict[str, Column]:
    n = kind.size
    size = draws.level("size", model.size_recurrent, n)
    group = draws.level("number", model.n_recurrent, n)
    drawn = np.log(draws.lognormal("interval", *model.interval, n))
    reflected = np.where(drawn > np.log(12), 2 * np.log(12) - drawn, drawn)
    days = np.floor(np.clip(np.exp(reflected), 1, 12) * DAYS_PER_MONTH)
    later = np.round(draws.between("late interval", 13, 40, n) * DAYS_PER_MONTH)
    days = np.where(kind == LATE, later, days)
    uniform = draws.uniform("millimetres", n)
    return {
        "male": draws.yes("sex", model.male, n),
        "age": np.clip(model.age[0] + model.age[1] * draws.normal("age", n), 27, 92),
        "comorbidity": draws.level("comorbidity", model.comorbidity, n),
        "left": draws.yes("side", model.left_or_rectum, n),
        "synchronous": draws.yes("synchronous", model.synchronous, n),
        "n_recurrent": group,
        "count": np.select(
            [group == 0, group == 1],
            [1, 2 + draws.level("few", (5, 3, 1, 1), n)],
            6 + draws.level("many", (4, 3, 2), n),
        ),
        "size_recurrent": size,
        "largest": np.select(
            [size == 0, size == 1],
            [np.ceil(4 + 26 * uniform), np.ceil(30 + 20 * uniform)],
            np.ceil(50 + 40 * uniform),
        ),
        "interval days": days,
        "early": days / DAYS_PER_MONTH <= 4,
    }


def _systemic(model: HellingmanModel, x: Mapping[str, Column]) -> Floats:
    b = model.systemic
    return np.asarray(
        model.systemic_intercept
        + b["n_tumours_recurrent=2-5"] * (x["n_recurrent"] == 1)
        + b["n_tumours_recurrent=>5"] * (x["n_recurrent"] == 2)
        + b["size_largest_recurrent=31-50"] * (x["size_recurrent"] == 1)
        + b["size_largest_recurrent=>50"] * (x["size_recurrent"] == 2)
        + b["comorbidity_category=major"] * (x["comorbidity"] == 2)
    )


def _days(
    model: HellingmanModel, draws: Draws, kind: Integers, x: Mapping[str, Column], strategy: Integers
) -> dict[str, Floats]:
    """Calendar around the diagnosis of the recurrence, which is time zero, and what happens after it."""
    n = kind.size
    followed = np.round(draws.between("follow-up", *model.follow_up, n) * DAYS_PER_MONTH)
    earliest = day(2009, 1) + x["interval days"]
    diagnosis = np.floor(
        draws.between("calendar", earliest, np.maximum(day(2021, 12, 31) - followed, earliest), n)
    )
    initial = diagnosis - x["interval days"]
    first = initial - np.round(draws.between("initial wait", 20, 80, n))
    early, late = (
        draws.between("synchronous days", 0, 160, n),
        draws.lognormal("metachronous months", 14, 2.6, n),
    )
    primary = first - np.where(
        x["synchronous"], np.floor(early), np.round(np.clip(7 + late, 7, 120) * DAYS_PER_MONTH)
    )
    start = diagnosis + np.round(draws.between("start of chemotherapy", 10, 25, n))
    given = np.round(draws.between("chemotherapy", 42, 90, n))
    washout = np.round(draws.between("washout", 28, 50, n))
    direct = diagnosis + np.round(draws.between("wait for treatment", 14, 75, n))
    repeat = np.select([strategy == UPFRONT, strategy == NAC], [direct, start + given + washout], np.inf)
    repeat = np.where(kind == NO_RECURRENCE, np.inf, repeat)
    death, progression = _events(model, draws, n, x, strategy)
    dead_on, progressed_on = diagnosis + days_after(death), diagnosis + days_after(progression)
    end = diagnosis + followed
    died = (dead_on <= end) & (kind != NO_RECURRENCE)
    last = np.where(died, dead_on, end)
    assessed = np.where(died, dead_on, end - np.floor(draws.between("last assessment", 0, 90, n)))
    seen = (progressed_on < dead_on) & (progressed_on <= assessed) & (kind != NO_RECURRENCE)
    return {
        "birth": diagnosis - np.round(x["age"] * 365.25),
        "primary": primary,
        "first": first,
        "initial": initial,
        "diagnosis": diagnosis,
        "chemotherapy": np.where((strategy != UPFRONT) & (kind != SUPPORTIVE), start, np.inf),
        "last dose": start + given,
        "repeat": repeat,
        "death": np.where(died, dead_on, np.inf),
        "progression": np.where(seen, progressed_on, np.inf),
        "assessed": assessed,
        "last": last,
    }


def survival(
    model: HellingmanModel, x: Mapping[str, Column], strategy: Integers
) -> tuple[Floats, Survival, Survival]:
    """The log hazard ratio of death, survival, and survival without progression."""
    b, c = model.death_effects, model.either_treatment
    shared = (
        b["n_tumours_recurrent=2-5"] * (x["n_recurrent"] == 1)
        + b["n_tumours_recurrent=>5"] * (x["n_recurrent"] == 2)
        + b["size_largest_recurrent=31-50"] * (x["size_recurrent"] == 1)
        + b["size_largest_recurrent=>50"] * (x["size_recurrent"] == 2)
        + b["comorbidity_category=minimal"] * (x["comorbidity"] == 1)
        + b["comorbidity_category=major"] * (x["comorbidity"] == 2)
    )
    to_death = np.asarray(shared + b["treatment_group=repeat_local"] * (strategy != SYSTEMIC))
    to_either = (
        shared
        + c["repeat_local"] * (strategy != SYSTEMIC)
        + c["nac_then_repeat_local, interval at most 4"] * ((strategy == NAC) & x["early"])
        + c["nac_then_repeat_local, interval over 4"] * ((strategy == NAC) & ~x["early"])
    )

    def alive(months: Floats) -> Floats:
        return np.asarray(np.exp(-model.death.cumulative(months) * np.exp(to_death)))

    def event_free(months: Floats) -> Floats:
        return np.asarray(np.exp(-model.either.cumulative(months) * np.exp(to_either)))

    return to_death, alive, event_free


def _events(
    model: HellingmanModel, draws: Draws, n: int, x: Mapping[str, Column], strategy: Integers
) -> tuple[Floats, Floats]:
    """Months to death and to progression: OS and PFS both have proportional hazards, exactly."""
    to_death, alive, event_free = survival(model, x, strategy)
    lived = draws.exponential("death", n)
    progression = partner_months(
        draws.uniform("progression", n), np.exp(-lived), model.dependence, event_free, alive, 250.0
    )
    return event_months(lived, to_death, model.death), progression
