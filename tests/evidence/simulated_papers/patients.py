"""Patients of an invented cohort: two groups, characteristics with gaps, measurements twice, times to events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MISSING = -1
"""The code of a level that is not known."""


@dataclass(frozen=True)
class Factor:
    """A characteristic with named levels; `codes` holds a level's place, -1 where it is missing."""

    name: str
    levels: tuple[str, ...]
    codes: np.ndarray
    section: str


@dataclass(frozen=True)
class Quantity:
    """A measured characteristic; NaN where it is missing. `whole` when it is counted in whole units."""

    name: str
    unit: str
    values: np.ndarray
    whole: bool
    section: str


@dataclass(frozen=True)
class Times:
    """Months to an event or to the end of follow-up."""

    endpoint: str
    time: np.ndarray
    event: np.ndarray


@dataclass(frozen=True)
class Score:
    """A score of one point for the second level of each item: high from `at_least` points."""

    factor: Factor
    items: tuple[str, ...]
    at_least: int


@dataclass(frozen=True)
class Cohort:
    """One cohort: everything that its paper is computed from."""

    group: np.ndarray
    groups: tuple[str, str]
    factors: tuple[Factor, ...]
    quantities: tuple[Quantity, ...]
    before_after: tuple[tuple[Factor, Factor], ...]
    measured_twice: tuple[tuple[Quantity, Quantity], ...]
    endpoints: tuple[Times, ...]
    score: Score
    early: np.ndarray
    """1 where the disease came back within half a year: an outcome of logistic models."""

    @property
    def n(self) -> int:
        return len(self.group)


SEVERAL = (
    ("asa_class", ("1", "2", "3"), "Patient characteristics"),
    ("primary_location", ("Right", "Left", "Rectum"), "Primary tumour"),
    ("comorbidity", ("None", "Minimal", "Major"), "Patient characteristics"),
    ("procedure_type", ("Resection", "Ablation", "Both"), "Treatment"),
    ("regimen", ("Doublet", "Triplet", "Other", "None"), "Treatment"),
)
TWO = (
    ("sex", ("Male", "Female"), "Patient characteristics"),
    ("timing", ("Synchronous", "Metachronous"), "Liver metastases"),
    ("node_status", ("N0", "N+"), "Primary tumour"),
    ("margin", ("R0", "R1"), "Treatment"),
    ("ras_status", ("Wild-type", "Mutated"), "Primary tumour"),
    ("extrahepatic_disease", ("No", "Yes"), "Liver metastases"),
    ("response", ("No", "Yes"), "Treatment"),
)
QUANTITIES = (
    ("age", "years", False, 64.0, 10.5, "Patient characteristics"),
    ("bmi", "kg/m2", False, 26.0, 4.0, "Patient characteristics"),
)
SKEWED = (
    ("cea", "ug/L", False, 2.2, 1.3, "Liver metastases"),
    ("interval_to_recurrence", "months", False, 2.1, 0.7, "Liver metastases"),
    ("n_metastases", "count", True, 0.8, 0.8, "Liver metastases"),
    ("largest_diameter", "mm", True, 3.2, 0.5, "Liver metastases"),
)


def invented_cohort(make: np.random.Generator) -> Cohort:
    """A cohort of 60 to about 2,000 patients; what differs between groups and what predicts events is drawn too."""
    n = int(np.exp(make.uniform(np.log(60), np.log(700))))
    if make.random() < 0.06:
        n = int(make.integers(1_050, 2_000))
    group = (make.random(n) < make.uniform(0.25, 0.6)).astype(int)
    factors = [
        _factor(make, group, name, levels, section)
        for name, levels, section in (*_some(make, TWO, 4), *_some(make, SEVERAL, 3))
    ]
    quantities = [_normal(make, group, *one) for one in QUANTITIES]
    quantities += [_skewed(make, group, *one) for one in _some(make, SKEWED, 3)]
    age = quantities[0]
    elderly = np.where(np.isnan(age.values), MISSING, (age.values >= 65).astype(int))
    factors.append(Factor("age_group_65", ("<65 years", ">=65 years"), elderly, "Patient characteristics"))
    risk = _risk(make, group, factors, quantities)
    first = _times(make, "OS", group, risk, make.uniform(25, 60))
    second = _times(make, "DFS", group, risk, make.uniform(7, 22))
    early = ((second.time <= 6) & (second.event == 1)).astype(int)
    return Cohort(
        group=group,
        groups=_names(make),
        factors=tuple(factors),
        quantities=tuple(quantities),
        before_after=tuple(
            _twice(make, n, name) for name in ("bilobar", "vessel_contact", "disease_outside_liver")
        ),
        measured_twice=tuple(
            _measured_twice(make, n, *one)
            for one in (("n_lesions", "count", True, 1.2, 0.7), ("max_diameter", "mm", True, 3.6, 0.6))
        ),
        endpoints=(first, second),
        score=_score(make, factors),
        early=early,
    )


def _some(make: np.random.Generator, pool: tuple, at_most: int) -> list:
    chosen = make.choice(len(pool), size=int(make.integers(2, at_most + 1)), replace=False)
    return [pool[place] for place in sorted(chosen)]


def _names(make: np.random.Generator) -> tuple[str, str]:
    pairs = (("upfront", "chemotherapy"), ("no_pump", "pump"), ("control", "treated"))
    return pairs[int(make.integers(len(pairs)))]


def _missing(make: np.random.Generator, n: int) -> np.ndarray:
    """Nobody, a few or up to a quarter are missing."""
    share = make.choice([0.0, 0.0, make.uniform(0.0, 0.04), make.uniform(0.04, 0.25)])
    return make.random(n) < share


def _factor(
    make: np.random.Generator, group: np.ndarray, name: str, levels: tuple[str, ...], section: str
) -> Factor:
    alike = make.random() < 0.6
    shares = [make.dirichlet(np.full(len(levels), 3.0)) for _ in range(2)]
    if alike:
        shares[1] = shares[0]
    codes = np.array([make.choice(len(levels), p=shares[one]) for one in group])
    known = np.where(_missing(make, len(group)), MISSING, codes)
    if not np.any(known == 0):  # a ratio against a level that nobody has would be no consistent number
        known[np.argmax(known != MISSING)] = 0
    return Factor(name, levels, known, section)


def _score(make: np.random.Generator, factors: list[Factor]) -> Score:
    """A score of the factors with two levels; where an item is missing, one of three customs is followed."""
    items = [one for one in factors if len(one.levels) == 2]
    codes = np.array([one.codes for one in items])
    points, gaps = (codes == 1).sum(axis=0), (codes == MISSING).sum(axis=0)
    at_least = int(make.integers(2, len(items) + 1))
    high = (points >= at_least).astype(int)
    custom = int(make.integers(3))
    if custom == 0:  # known only where every item is
        high = np.where(gaps > 0, MISSING, high)
    elif custom == 1:  # known where the missing items cannot change it
        high = np.where((high == 0) & (points + gaps >= at_least), MISSING, high)
    factor = Factor("risk_score", ("Low", "High"), high, "Liver metastases")  # else: missing counts as absent
    return Score(factor, tuple(one.name for one in items), at_least)


def _normal(
    make: np.random.Generator,
    group: np.ndarray,
    name: str,
    unit: str,
    whole: bool,
    mean: float,
    deviation: float,
    section: str,
) -> Quantity:
    shift = make.normal(0, 0.2) * deviation
    values = np.round(make.normal(mean + shift * group, deviation * np.where(group == 1, 1.15, 1.0)), 1)
    return Quantity(name, unit, np.where(_missing(make, len(group)), np.nan, values), whole, section)


def _skewed(
    make: np.random.Generator,
    group: np.ndarray,
    name: str,
    unit: str,
    whole: bool,
    centre: float,
    spread: float,
    section: str,
) -> Quantity:
    raw = np.exp(make.normal(centre + make.normal(0, 0.15) * group, spread))
    values = np.maximum(np.round(raw), 1.0) if whole else np.round(raw, 1)
    return Quantity(name, unit, np.where(_missing(make, len(group)), np.nan, values), whole, section)


def _twice(make: np.random.Generator, n: int, name: str) -> tuple[Factor, Factor]:
    """A finding read before and after treatment; a few readings are missing, not always of the same patients."""
    before = (make.random(n) < make.uniform(0.25, 0.7)).astype(int)
    gone = make.random(n) < make.uniform(0.02, 0.3)
    new = make.random(n) < make.uniform(0.0, 0.1)
    after = np.where(before == 1, np.where(gone, 0, 1), np.where(new, 1, 0))
    if make.random() < 0.4:
        before = np.where(make.random(n) < 0.05, MISSING, before)
        after = np.where(make.random(n) < 0.1, MISSING, after)
    section = "Liver metastases"
    return Factor(name, ("No", "Yes"), before, section), Factor(name, ("No", "Yes"), after, section)


def _measured_twice(
    make: np.random.Generator, n: int, name: str, unit: str, whole: bool, centre: float, spread: float
) -> tuple[Quantity, Quantity]:
    before = np.exp(make.normal(centre, spread, n))
    after = before * np.exp(make.normal(-make.uniform(0, 0.4), 0.4, n))
    rounded = [np.maximum(np.round(one), 1.0) if whole else np.round(one, 1) for one in (before, after)]
    section = "Liver metastases"
    return Quantity(name, unit, rounded[0], whole, section), Quantity(name, unit, rounded[1], whole, section)


def _risk(make: np.random.Generator, group: np.ndarray, factors: list, quantities: list) -> np.ndarray:
    risk = make.normal(0, 0.4) * group
    for one in factors:
        effects = np.append(make.normal(0, 0.35, len(one.levels)), 0.0)
        risk = risk + effects[one.codes]
    for one in quantities:
        known = np.where(np.isnan(one.values), np.nanmean(one.values), one.values)
        risk = risk + make.normal(0, 0.2) * (known - known.mean()) / known.std()
    return risk - risk.mean()


def _times(
    make: np.random.Generator, endpoint: str, group: np.ndarray, risk: np.ndarray, months: float
) -> Times:
    """Weibull times in tenths of a month; one group may be followed for less long, and its hazard may change."""
    n = len(group)
    shape = np.where(group == 1, make.uniform(0.8, 1.4), make.uniform(0.8, 1.4))
    event_at = months / np.log(2) * (make.exponential(1.0, n) * np.exp(-risk)) ** (1 / shape)
    follow = make.uniform(12, 120, n) * np.where(group == 1, make.uniform(0.5, 1.0), 1.0)
    time = np.maximum(np.round(np.minimum(event_at, follow), 1), 0.1)
    return Times(endpoint, time, (event_at <= follow).astype(int))
