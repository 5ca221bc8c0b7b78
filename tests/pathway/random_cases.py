"""Random cases: levels and numbers of every input, each threshold from both sides and exactly on it, and unknown."""

import random

ON_THRESHOLDS = {
    "age_years": (60, 65), "disease_free_interval_months": (12,), "cea_baseline_ng_ml": (30, 20),
    "n_crlm": (3, 4, 5), "n_crlm_baseline": (3,), "max_diameter_mm": (50, 20, 45), "min_diameter_mm_baseline": (20, 30),
    "segments_involved": (6,), "liver_involvement_pct": (70,), "flr_pct": (20, 30, 40), "n_extrahepatic_sites": (1,),
    "preop_chemo_months": (2, 3, 4), "postop_chemo_planned_months": (6, 2), "tsh_interstage_days": (7, 14, 28, 60, 124),
    "recurrence_interval_months": (4, 12), "recurrent_max_diameter_mm": (20,), "margin_mm": (1,),
    "planned_gross_margin_mm": (10,), "bevacizumab_interval_days": (42,), "bevacizumab_restart_days_postop": (42, 56),
    "n_lesions_for_ablation": (5,), "max_ablation_diameter_mm": (30,), "chemo_cycles": (6,),
    "primary_pt_stage": (1, 2, 4),
    "cea_current_ng_ml": (30,), "periop_chemo_total_months": (6,),
}  # fmt: skip
DATES = ("2026-01-01", "2026-02-12", "2026-03-01")


def values_of(one):
    """Representative values of an input: every level, and numbers around every threshold of the catalogue."""
    if one.type == "category":
        return [*one.levels]
    if one.type == "date":
        return [*DATES]
    steps = (-1, 0, 1) if one.type == "integer" else (-1, -0.1, 0, 0.1, 1)
    around = {round(point + step, 1) for point in ON_THRESHOLDS[one.name] for step in steps}
    low = one.range.at_least if one.range.at_least is not None else 0.1
    high = one.range.at_most if one.range.at_most is not None else 1000
    return sorted(value for value in around if low <= value <= high)


def changed_case(rng: random.Random, inputs, baseline):
    """A plausible case with a few inputs changed or made unknown: what purely random cases reach too seldom."""
    case = dict(baseline)
    for name in rng.sample(sorted(inputs), rng.choice((1, 3, 8, 20, 50))):
        case[name] = None if rng.random() < 0.25 else rng.choice(values_of(inputs[name]))
    return {name: value for name, value in case.items() if value is not None}


def random_case(rng: random.Random, inputs, unknown=None):
    """A case with a random share of its inputs known; the values are plain JSON."""
    share = rng.choice((0.0, 0.1, 0.3, 0.6)) if unknown is None else unknown
    return {name: rng.choice(values_of(one)) for name, one in inputs.items() if rng.random() >= share}
