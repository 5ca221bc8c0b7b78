"""The patients of the synthetic AmCORE registry: covariates, treatment, events, as arrays in row order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crlm.registry.synthetic_registry import dijkstra_model as declared
from crlm.registry.synthetic_registry.columns import Names, day, repeated
from crlm.registry.synthetic_registry.dijkstra_model import DijkstraModel
from crlm.registry.synthetic_registry.draws import Booleans, Column, Draws, Floats, Integers
from crlm.registry.synthetic_registry.patterns import registered
from crlm.registry.synthetic_registry.registered import Registered
from crlm.registry.synthetic_registry.times import DAYS_PER_MONTH, days_after, event_months

COHORT, NO_RECURRENCE, SBRT, IRE, UNTREATABLE, NO_REPEAT, LOST = range(7)


@dataclass(frozen=True)
class Lesions:
    """Arrays by recurrent tumour of episode 2; `row` is the patient's."""

    row: Integers
    number: Integers
    diameter: Floats
    resected: Booleans
    ltp_day: Floats


@dataclass(frozen=True, kw_only=True)
class Patients(Registered):
    """What this study draws besides."""

    nac: Booleans
    repeat: Integers
    regimen: Integers
    cycles: Integers
    device: Integers
    site: Integers
    lesions: Lesions

    @property
    def treated_again(self) -> Booleans:
        """Whether episode 2 was treated locally."""
        return ~np.isin(self.kind, (NO_RECURRENCE, NO_REPEAT))


def draw_patients(model: DijkstraModel, cohort: int, draws: Draws) -> Patients:
    """All registered patients: covariates, then treatment, then times, then what is missing."""
    kind = registered(declared.PATTERN, cohort)
    n = kind.size
    before = _covariates(model, draws, n)
    nac = draws.yes("nac", _chance(_assignment(model, before)), n) & np.isin(kind, (COHORT, LOST))
    chemotherapy = nac | np.isin(kind, (UNTREATABLE, NO_REPEAT))
    several = before["n_recurrent"] > 0
    draw = draws.uniform("repeat procedure", n)
    repeat = np.where(
        several, _level(draw, model.repeat_procedure_several), _level(draw, model.repeat_procedure_single)
    )
    regimen = draws.level("regimen", model.regimen, n)
    many = draws.yes("many cycles", model.many_cycles, n)
    cycles = np.where(
        many, 7 + draws.level("cycles over 6", (1, 1), n), 3 + draws.level("cycles to 6", (1, 1, 1, 1), n)
    )
    missing = {
        name: draws.yes(f"missing {name}", np.where(nac, *shares), n)
        for name, shares in model.missing.items()
        if name not in ("tumour_treatment_device", "margin_size")
    }
    days = _days_of_treatment(model, draws, n, kind, before, chemotherapy, regimen, cycles)
    _days_of_events(model, draws, kind, before, nac, days)
    site = draws.level("distant site", model.distant_site, n)
    _third_episode(model, draws, kind, site, days)
    lesions = _lesions(model, draws, before, nac, repeat, days, kind)
    device = np.where(
        nac,
        draws.level("device nac", model.device_nac, n),
        draws.level("device upfront", model.device_upfront, n),
    )
    return Patients(
        kind=kind,
        x=before,
        days=days,
        missing=missing,
        names=Names(n),
        nac=nac,
        repeat=repeat,
        regimen=regimen,
        cycles=cycles,
        device=device,
        site=site,
        lesions=lesions,
    )


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _level(uniform: Floats, shares: tuple[float, ...]) -> Integers:
    bounds = np.cumsum(shares)
    return np.searchsorted(bounds[:-1] / bounds[-1], uniform, side="right").astype(np.int64)


def _covariates(model: DijkstraModel, draws: Draws, n: int) -> dict[str, Column]:
    comorbidity = draws.level("comorbidity", model.comorbidity, n)
    asa_draw = draws.uniform("asa", n)
    asa = np.select([comorbidity == k for k in range(3)], [_level(asa_draw, model.asa[k]) for k in range(3)])
    n_initial = draws.level("initial number", model.n_initial, n)
    n_recurrent = draws.level("recurrent number", model.n_recurrent, n)
    median, ratio = model.interval
    size = draws.level("recurrent size", model.size_recurrent, n)
    return {
        "male": draws.yes("sex", model.male, n),
        "age": np.clip(model.age[0] + model.age[1] * draws.normal("age", n), 27, 95),
        "bmi": np.clip(model.bmi[0] + model.bmi[1] * draws.normal("bmi", n), 16, 45),
        "location": draws.level("location", model.location, n),
        "comorbidity": comorbidity,
        "asa": asa,
        "synchronous": draws.yes("synchronous", model.synchronous, n),
        "n_initial": n_initial,
        "count_initial": _count(draws, "initial", n_initial, (0.40, 0.30, 0.18, 0.12), (5, 4, 3, 2, 1, 1, 1)),
        "size_initial": draws.level("initial size", model.size_initial, n),
        "extrahepatic_initial": draws.yes("initial extrahepatic", model.extrahepatic_initial, n),
        "initial_procedure": draws.level("initial procedure", model.initial_procedure, n),
        "interval": np.clip(draws.lognormal("interval", median, ratio, n), 1, 80),
        "n_recurrent": n_recurrent,
        "count_recurrent": _count(draws, "recurrent", n_recurrent, (0.50, 0.33, 0.12, 0.05), (6, 3, 1)),
        "size_recurrent": size,
        "largest_recurrent": _millimetres(size, draws.uniform("recurrent millimetres", n)),
    }


def _count(
    draws: Draws, name: str, group: Integers, few: tuple[float, ...], many: tuple[float, ...]
) -> Integers:
    """A number of tumours within its group: 1, 2 to 5 with shares `few`, 6 and more with shares `many`."""
    some, lots = (
        draws.level(f"{name} 2 to 5", few, group.size),
        draws.level(f"{name} over 5", many, group.size),
    )
    return np.asarray(np.select([group == 0, group == 1], [1, 2 + some], 6 + lots))


def _millimetres(size: Integers, uniform: Floats) -> Floats:
    """A whole diameter within its group: 5 to 30, 31 to 50, 51 to 90 mm."""
    small = np.ceil(4 + 26 * uniform**0.85)
    return np.asarray(
        np.select([size == 0, size == 1], [small, np.ceil(30 + 20 * uniform)], np.ceil(50 + 40 * uniform))
    )


def _assignment(model: DijkstraModel, x: Mapping[str, Column]) -> Floats:
    b = model.assignment
    return np.asarray(
        model.assignment_intercept
        + b["crlm_timing_initial=synchronous"] * x["synchronous"]
        + b["n_tumours_recurrent=2-5"] * (x["n_recurrent"] == 1)
        + b["n_tumours_recurrent=>5"] * (x["n_recurrent"] == 2)
        + b["age_at_recurrence per 10 years over 65"] * (x["age"] - 65) / 10
        + b["comorbidity_category=major"] * (x["comorbidity"] == 2)
        + b["primary_tumour_location=colon_right"] * (x["location"] == 2)
    )


def _days_of_treatment(
    model: DijkstraModel,
    draws: Draws,
    n: int,
    kind: Integers,
    x: Mapping[str, Column],
    chemotherapy: Booleans,
    regimen: Integers,
    cycles: Integers,
) -> dict[str, Floats]:
    """Calendar: the repeat treatment is placed so that follow-up ends by the end of 2020; the rest is counted back."""
    least, mean, most = model.follow_up
    followed = np.minimum(least + mean * draws.exponential("follow-up", n), most)
    followed = np.where(kind == LOST, draws.between("lost after", 1, 3, n), followed)
    to_start = np.round(DAYS_PER_MONTH * draws.between("start of chemotherapy", 0.5, 1.2, n))
    given = (cycles - 1) * np.asarray(declared.CYCLE_DAYS)[regimen]
    washout = np.round(draws.between("weeks after chemotherapy", 4, 7, n) * 7)
    direct = np.round(DAYS_PER_MONTH * draws.between("wait for treatment", 0.5, 2.5, n))
    wait = np.where(chemotherapy, to_start + given + washout, direct)
    interval = np.round(x["interval"] * DAYS_PER_MONTH)
    to_initial = np.round(DAYS_PER_MONTH * draws.between("wait for initial treatment", 1, 4, n))
    end = np.round(followed * DAYS_PER_MONTH)
    earliest = day(2002, 5) + to_initial + interval + wait
    repeat = np.floor(draws.between("calendar", earliest, day(2020, 12, 31) - end, n))
    diagnosis = repeat - wait
    initial = diagnosis - interval
    first = initial - to_initial
    early, late = (
        draws.between("synchronous months", 0, 5.5, n),
        draws.lognormal("metachronous months", 14, 2.6, n),
    )
    primary = first - np.round(DAYS_PER_MONTH * np.where(x["synchronous"], early, np.clip(7 + late, 7, 120)))
    return {
        "birth": diagnosis - np.round(x["age"] * 365.25),
        "primary": primary,
        "first": first,
        "initial": initial,
        "diagnosis": diagnosis,
        "chemotherapy": diagnosis + to_start,
        "last dose": diagnosis + to_start + given,
        "repeat": repeat,
        "end": repeat + end,
    }


def _days_of_events(
    model: DijkstraModel,
    draws: Draws,
    kind: Integers,
    x: Mapping[str, Column],
    nac: Booleans,
    days: dict[str, Floats],
) -> None:
    n = kind.size
    b = model.death_effects
    death_ratio = (
        b["treatment_group=nac"] * nac
        + b["comorbidity_category=minimal"] * (x["comorbidity"] == 1)
        + b["comorbidity_category=major"] * (x["comorbidity"] == 2)
        + b["primary_tumour_location=colon_left"] * (x["location"] == 1)
        + b["primary_tumour_location=colon_right"] * (x["location"] == 2)
    )
    death = days["diagnosis"] + days_after(
        event_months(draws.exponential("death", n), death_ratio, model.death)
    )
    death = np.where((death <= days["end"]) & (kind != NO_RECURRENCE) & (kind != LOST), death, np.inf)
    last = np.minimum(death, days["end"])
    gap = np.floor(draws.between("last assessment", 0, 75, n))
    # those who die are seen until then: a death that ends follow-up for recurrence must leave no time unseen before it
    assessed = np.where(np.isfinite(death), death, np.maximum(last - gap, days["repeat"] + 1))
    d = model.distant_effects
    distant_ratio = (
        d["treatment_group=nac"] * nac
        + d["crlm_timing_initial=metachronous"] * ~np.asarray(x["synchronous"], dtype=bool)
        + d["interval_initial_to_recurrence"] * (days["diagnosis"] - days["initial"]) / DAYS_PER_MONTH
        + d["n_tumours_recurrent=2-5"] * (x["n_recurrent"] == 1)
        + d["n_tumours_recurrent=>5"] * (x["n_recurrent"] == 2)
        + d["size_largest_recurrent=31-50"] * (x["size_recurrent"] == 1)
        + d["size_largest_recurrent=>50"] * (x["size_recurrent"] == 2)
    )
    distant = days["repeat"] + days_after(
        event_months(draws.exponential("distant", n), distant_ratio, model.distant)
    )
    treated = ~np.isin(kind, (NO_RECURRENCE, NO_REPEAT))
    days["death"] = death
    days["last"] = last
    days["assessed"] = assessed
    days["distant"] = np.where((distant <= assessed) & treated, distant, np.inf)


def _third_episode(
    model: DijkstraModel, draws: Draws, kind: Integers, site: Integers, days: dict[str, Floats]
) -> None:
    """Episode 3: an intrahepatic recurrence of the cohort, found on its day and ablated if there is time for it."""
    n = kind.size
    wait = np.round(draws.between("wait for third treatment", 14, 45, n))
    again = draws.yes("third episode", model.third_episode, n)
    possible = (kind == COHORT) & again & (site != 1) & (days["distant"] + wait < days["assessed"])
    days["third"] = np.where(possible, days["distant"], np.inf)
    days["third treatment"] = np.where(possible, days["distant"] + wait, np.inf)


def _lesions(
    model: DijkstraModel,
    draws: Draws,
    x: Mapping[str, Column],
    nac: Booleans,
    repeat: Integers,
    days: Mapping[str, Floats],
    kind: Integers,
) -> Lesions:
    counts = np.where(kind == NO_RECURRENCE, 0, x["count_recurrent"]).astype(np.int64)
    row, number = repeated(counts)
    m = row.size
    share = draws.between("smaller lesions", 0.35, 1, m)
    diameter = np.where(number == 1, 1.0, share) * x["largest_recurrent"][row]
    b = model.local_effects
    ratio = (
        b["treatment_group=nac"] * nac
        + b["crlm_timing_initial=metachronous"] * ~np.asarray(x["synchronous"], dtype=bool)
        + b["interval_initial_to_recurrence"] * (days["diagnosis"] - days["initial"]) / DAYS_PER_MONTH
    )[row]
    ltp = days["repeat"][row] + days_after(event_months(draws.exponential("local", m), ratio, model.local))
    seen = (ltp <= days["assessed"][row]) & (kind[row] != NO_REPEAT)
    resected = (repeat[row] == 0) | ((repeat[row] == 2) & (number == 1))
    return Lesions(row, number, np.ceil(diameter), resected, np.where(seen, ltp, np.inf))
