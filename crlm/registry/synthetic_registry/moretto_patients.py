"""The patients of the synthetic registry for `moretto-2024`: covariates and outcomes, as arrays in row order."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from crlm.registry.synthetic_registry import moretto_model as declared
from crlm.registry.synthetic_registry.columns import Names, day
from crlm.registry.synthetic_registry.draws import Column, Draws, Floats, Integers
from crlm.registry.synthetic_registry.moretto_model import CUT_6, CUT_12, MorettoModel
from crlm.registry.synthetic_registry.patterns import registered
from crlm.registry.synthetic_registry.registered import Registered
from crlm.registry.synthetic_registry.times import (
    DAYS_PER_MONTH,
    Survival,
    days_after,
    event_months,
    partner_months,
)

COHORT, EXTRAHEPATIC, RESECTABLE, OTHER_REGIMEN, PROGRESSED, NO_IMAGING, INCOMPLETE, SHORT = range(8)


def draw_patients(model: MorettoModel, cohort: int, draws: Draws) -> Registered:
    """All registered patients: covariates, then relapse and death, then what is missing."""
    kind = registered(declared.PATTERN, cohort)
    n = kind.size
    x = _covariates(model, draws, n)
    x |= _disease(model, draws, n)
    days = _days(model, draws, kind, x)
    _after_relapse(model, draws, x, days)
    missing = {name: draws.yes(f"missing {name}", share, n) for name, share in model.missing.items()}
    return Registered(kind=kind, x=x, days=days, missing=missing, names=Names(n))


def _covariates(model: MorettoModel, draws: Draws, n: int) -> dict[str, Column]:
    synchronous = draws.yes("synchronous", model.synchronous, n)
    resected = ~synchronous | draws.yes("resected", model.resected_if_synchronous, n)
    ras_braf = draws.level("ras braf", model.ras_braf, n)
    mri = np.asarray(model.mri)
    both = mri[0] + mri[1] - mri[2]
    scans = draws.level("mri", (both, mri[0] - both, mri[1] - both, 1 - mri[2]), n)
    return {
        "centre": draws.level("centre", model.centre, n),
        "male": draws.yes("sex", model.male, n),
        "age": np.clip(model.age[0] + model.age[1] * draws.normal("age", n), 30, 85),
        "ecog": draws.level("ecog", model.ecog, n),
        "left": draws.yes("side", model.left_or_rectum, n),
        "synchronous": synchronous,
        "resected": resected,
        "adjuvant": ~synchronous & draws.yes("adjuvant", model.adjuvant_if_metachronous, n),
        "t4": draws.yes("t4", model.t4, n),
        "node": draws.yes("node", model.node_positive, n),
        "ras_braf": ras_braf,
        "deficient": draws.yes("mmr", model.deficient_mmr, n),
        "triplet": draws.yes("triplet", model.triplet, n),
        "targeted": np.where(
            ras_braf == 0,
            draws.level("targeted mutant", model.targeted_mutant, n),
            draws.level("targeted wild type", model.targeted_wild_type, n),
        ),
        "duration": np.clip(draws.lognormal("duration", *model.duration, n), 0.6, 30),
        "two_steps": draws.yes("two steps", model.two_steps, n),
        "ablation": draws.yes("ablation", model.concurrent_ablation, n),
        "r0": draws.yes("r0", model.r0, n),
        "postoperative": draws.yes("postoperative", model.postoperative_chemotherapy, n),
        "response": draws.yes("response", model.response, n),
        "mri_baseline": scans <= 1,
        "mri_before_surgery": (scans == 0) | (scans == 2),
        "cea": np.maximum(draws.lognormal("cea", *model.cea, n), 0.3),
        "cea_before_surgery": np.maximum(draws.lognormal("cea before", *model.cea_before_surgery, n), 0.3),
    }


def _disease(model: MorettoModel, draws: Draws, n: int) -> dict[str, Column]:
    """The liver at baseline and before surgery."""
    score = draws.normal("lesions", n)
    median, ratio = model.lesions
    count = np.clip(np.ceil(median * np.exp(np.log(ratio) / 1.3489795 * score)), 1, 40).astype(np.int64)
    middle, spread = model.segments
    other = 0.7 * score + np.sqrt(1 - 0.49) * draws.normal("segments", n)
    segments = np.clip(np.ceil(middle * np.exp(spread * other)), 1, 8).astype(np.int64)
    bilobar = (0.6 * score + 0.8 * draws.normal("bilobar", n) > model.bilobar_threshold) & (segments > 1)
    diameter = np.clip(np.round(draws.lognormal("diameter", *model.diameter, n)), 6, 200)
    shrunk = np.minimum(draws.lognormal("shrinkage", *model.shrinkage, n), 1.0)
    any_vanished = draws.yes("vanished", model.vanished, n) & (count > 1)
    # each further lesion vanishes with the same chance: a geometric number, at most all but one
    further = np.floor(draws.exponential("vanished more", n) / -np.log(model.vanished_more)).astype(np.int64)
    vanished = np.where(any_vanished, np.minimum(1 + further, count - 1), 0)
    fewer = draws.level("fewer segments", model.fewer_segments, n)
    left = np.maximum(segments - fewer, 1)
    stays = bilobar & draws.yes("stays bilobar", model.stays_bilobar, n) & (left > 1) & (count - vanished > 0)
    touching = draws.yes("contact", model.contact, n)
    touched = np.where(touching, np.minimum(1 + draws.level("contacts", (5, 3, 2), n), count), 0)
    still = np.where(
        draws.yes("contact stays", model.contact_stays, n), np.minimum(touched, count - vanished), 0
    )
    return {
        "lesions": count,
        "segments": segments,
        "bilobar": bilobar,
        "diameter": diameter,
        "diameter_before_surgery": np.maximum(np.round(diameter * shrunk), 3),
        "vanished": vanished,
        "segments_before_surgery": left,
        "bilobar_before_surgery": stays,
        "contacts": touched,
        "contacts_before_surgery": still,
    }


def _days(model: MorettoModel, draws: Draws, kind: Integers, x: dict[str, Column]) -> dict[str, Floats]:
    """Calendar around the last liver surgery, which is time zero, and the two events after it."""
    n = kind.size
    followed = np.round(draws.between("follow-up", *model.follow_up, n) * DAYS_PER_MONTH)
    followed = np.where(kind == SHORT, np.round(draws.between("short follow-up", 90, 300, n)), followed)
    surgery = np.floor(draws.between("calendar", day(2009, 7), day(2023, 6) - followed, n))
    surgery = np.where(
        surgery > day(2022, 1), surgery - 365, surgery
    )  # short follow-up ends in 2022 at the latest
    given = np.ceil(x["duration"] * DAYS_PER_MONTH)
    stage_1 = np.where(
        x["two_steps"], surgery - np.round(draws.between("between stages", 28, 60, n)), surgery
    )
    last_dose = stage_1 - np.round(draws.between("washout", 28, 56, n))
    start = last_dose - given
    diagnosis = start - np.round(draws.between("diagnosis to start", 10, 40, n))
    early, late = (
        draws.between("synchronous days", 0, 150, n),
        draws.lognormal("metachronous months", 18, 2.4, n),
    )
    primary = diagnosis - np.where(
        x["synchronous"], np.floor(early), np.round(np.clip(7 + late, 7, 120) * DAYS_PER_MONTH)
    )
    early_operation = np.where(x["synchronous"], np.minimum(diagnosis + 5, start - 3), primary + 30)
    x["long"] = (last_dose - start) / DAYS_PER_MONTH >= 3.7
    death, relapse = _events(model, draws, n, x)
    dead_on, relapse_on = surgery + days_after(death), surgery + days_after(relapse)
    end = surgery + followed
    died = (dead_on <= end) & (kind != SHORT)
    last = np.where(died, dead_on, end)
    assessed = np.where(
        died, dead_on, np.maximum(end - np.floor(draws.between("last assessment", 0, 90, n)), surgery + 1)
    )
    relapsed = (relapse_on < dead_on) & (relapse_on <= assessed)
    x["remaining"] = np.maximum(death - relapse, 0.0)
    return {
        "birth": diagnosis - np.round(x["age"] * 365.25),
        "primary": primary,
        "primary operation": np.where(x["resected"], early_operation, surgery),
        "diagnosis": diagnosis,
        "start": start,
        "last dose": last_dose,
        "scan": stage_1 - np.round(draws.between("scan before surgery", 5, 25, n)),
        "stage 1": stage_1,
        "surgery": surgery,
        "death": np.where(died, dead_on, np.inf),
        "relapse": np.where(relapsed, relapse_on, np.inf),
        "assessed": assessed,
        "last": last,
    }


def log_odds(model: MorettoModel, x: Mapping[str, Column]) -> tuple[Floats, Floats]:
    """The log odds of relapse or death within 6 and within 12 months."""
    a, b = model.within_6, model.within_12
    six = (
        model.within_6_intercept
        + a["primary_resected_at_diagnosis=yes"] * x["resected"]
        + a["baseline_lobe_involvement=unilobar"] * ~x["bilobar"]
        + a["baseline_n_lesions"] * x["lesions"]
    )
    twelve = (
        model.within_12_intercept
        + b["primary_resected_at_diagnosis=yes"] * x["resected"]
        + b["baseline_lobe_involvement=unilobar"] * ~x["bilobar"]
        + b["baseline_n_lesions"] * x["lesions"]
        + b["n_vanished_crlm"] * x["vanished"]
    )
    return np.asarray(six), np.asarray(twelve)


def survival(model: MorettoModel, x: Mapping[str, Column]) -> tuple[Floats, Survival, Survival]:
    """The log hazard ratio of death, survival, and survival without relapse."""
    b = model.death_effects
    ratio = np.asarray(
        b["ecog_ps_group=1-2"] * (x["ecog"] > 0)
        + b["ras_braf_status=ras_mut"] * (x["ras_braf"] == 0)
        + b["ras_braf_status=braf_mut"] * (x["ras_braf"] == 1)
        + b["first_line_duration_ge_median_3_7mo=yes"] * x["long"]
        + b["baseline_lobe_involvement=unilobar"] * ~x["bilobar"]
    )
    six, twelve = log_odds(model, x)
    free_6, free_12 = 1 / (1 + np.exp(six)), 1 / (1 + np.exp(twelve))

    def alive(months: Floats) -> Floats:
        return np.asarray(np.exp(-model.death.cumulative(months) * np.exp(ratio)))

    alive_12 = alive(np.full(ratio.size, CUT_12))

    def event_free(months: Floats) -> Floats:
        first = free_6 ** np.minimum(months / CUT_6, 1.0) ** model.early_shape
        second = (free_12 / free_6) ** np.clip((months - CUT_6) / (CUT_12 - CUT_6), 0.0, 1.0)
        third = np.minimum(alive(months) / alive_12, 1.0) * np.exp(-model.late.cumulative(months))
        return np.asarray(first * second * third)

    return ratio, alive, event_free


def _events(model: MorettoModel, draws: Draws, n: int, x: Mapping[str, Column]) -> tuple[Floats, Floats]:
    """Months to death and to relapse: OS has proportional hazards, relapse or death the declared odds, both exactly."""
    ratio, alive, event_free = survival(model, x)
    lived = draws.exponential("death", n)
    relapse = partner_months(
        draws.uniform("relapse", n), np.exp(-lived), model.dependence, event_free, alive, 400.0
    )
    return event_months(lived, ratio, model.death), relapse


def _after_relapse(model: MorettoModel, draws: Draws, x: dict[str, Column], days: dict[str, Floats]) -> None:
    """Pattern and treatment after relapse, drawn given the remaining life."""
    remaining = x["remaining"]
    n = remaining.size
    soon = np.exp(-remaining / 30)
    multi = draws.yes("multiorgan", model.multiorgan[0] + model.multiorgan[1] * soon, n)
    single = draws.yes("single organ", model.single_organ, n)
    x["pattern"] = np.where(multi, 2, single.astype(np.int64))
    x["two_outside"] = multi & draws.yes("both outside", 0.3, n)
    log_odds_lrt = (
        model.lrt[0]
        + model.lrt[1] * np.log(np.maximum(remaining, 0.5) / 20)
        + model.lrt_hepatic * (x["pattern"] == 0)
    )
    treated = draws.yes("lrt", 1 / (1 + np.exp(-log_odds_lrt)), n)
    first = days["relapse"] + np.round(draws.between("wait for lrt", 20, 80, n))
    second = first + np.round(draws.between("second lrt", 60, 300, n))
    again = draws.yes("second lrt given", model.lrt_again, n)
    systemic = days["relapse"] + np.round(draws.between("systemic after relapse", 14, 60, n))
    days["lrt"] = np.where(treated & (first < days["last"]), first, np.inf)
    days["second lrt"] = np.where(again & np.isfinite(days["lrt"]) & (second < days["last"]), second, np.inf)
    days["systemic after"] = np.where(~np.isfinite(days["lrt"]) & (systemic < days["last"]), systemic, np.inf)
