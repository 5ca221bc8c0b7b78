"""The cases that explanations are tried on, and single values out of regions of values."""

import random
import re
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

from crlm.pathway.case import changed, read_case
from crlm.pathway.conditions.values import OneOf, Span
from crlm.pathway.evaluate import result_of
from crlm.pathway.facts import CaseFacts
from crlm.pathway.load import SHIPPED, shipped_rules
from tests.pathway.random_cases import changed_case, random_case

RULES = shipped_rules()
FOLDER = Path(__file__).parents[1] / "vignettes"
BASELINE = tomllib.loads((FOLDER / "baseline.toml").read_text(encoding="utf-8"))
VIGNETTES = [
    tomllib.loads(path.read_text(encoding="utf-8"))["inputs"] for path in sorted(FOLDER.glob("C*.toml"))
]
WRITTEN = " ".join(path.read_text(encoding="utf-8") for path in sorted((SHIPPED / "rules").glob("*.toml")))


def case_of(given):
    return read_case(given, RULES.inputs)


def full(number):
    """A vignette with everything else as in the baseline."""
    return case_of({**BASELINE, **VIGNETTES[number]})


def sparse(number):
    """A vignette with only what it says itself."""
    return case_of(VIGNETTES[number])


def drawn(seed):
    """A random case: plausible, or with values drawn one by one, some of them known in part."""
    rng = random.Random(seed)
    given = changed_case(rng, RULES.inputs, BASELINE) if seed % 2 else random_case(rng, RULES.inputs)
    for name in sorted(given):
        one = RULES.inputs[name]
        if rng.random() < 0.15 and one.type in ("number", "integer"):
            given[name] = rng.choice(({"at_least": given[name]}, {"at_most": given[name]}))
        elif rng.random() < 0.15 and one.levels and not one.per_lesion:
            given[name] = {"one_of": sorted({given[name], rng.choice(one.levels)})}
    return case_of(given)


@cache
def numbers_written(name):
    """The numbers that stand beside an input in the rule files: found in the text, without parsing conditions."""
    beside = re.findall(rf"\b{name} ?(?:<=|>=|<|>|==|!=) ?(\d+(?:\.\d+)?)", WRITTEN)
    before = re.findall(rf"(\d+(?:\.\d+)?) ?(?:<=|>=|<|>) ?{name}\b", WRITTEN)
    listed = re.findall(rf"\b{name} (?:not )?in \[([\d., ]+)\]", WRITTEN)
    return sorted({Decimal(one) for one in [*beside, *before, *", ".join(listed).split(", ")] if one})


@cache
def representatives(name):
    """Every level; numbers on every threshold, just beside it, and far from all."""
    one = RULES.inputs[name]
    if one.per_lesion or one.type == "date":
        return []
    if one.levels:
        return list(one.levels)
    step = Decimal(1) if one.type == "integer" else Decimal("0.1")
    points = numbers_written(name)
    around = {p + d for p in points for d in (-step, 0, step)} | {Decimal(1), Decimal(50)}
    return [
        value
        for value in sorted(around)
        if _possible(one, value) and (one.type != "integer" or value % 1 == 0)
    ]


def _possible(one, value):
    limits = one.range
    low = limits.at_least if limits.at_least is not None else limits.more_than
    above = value > Decimal(str(low)) or (limits.at_least is not None and value == Decimal(str(low)))
    return above and (limits.at_most is None or value <= Decimal(str(limits.at_most)))


def examples(name, region):
    """Values out of a region: its limits, or just inside them, and one between."""
    if isinstance(region, OneOf):
        return sorted(region.levels)
    if not isinstance(region, Span):
        return [region]
    one = RULES.inputs[name]
    step = Decimal(1) if one.type == "integer" else Decimal("0.01")
    low = region.low if region.low is not None else Decimal(0)
    high = region.high if region.high is not None else low + 500
    inside = [low if not region.low_open else low + step, high if not region.high_open else high - step]
    inside.append(((low + high) / 2).to_integral_value() if one.type == "integer" else (low + high) / 2)
    return [value for value in dict.fromkeys(inside) if contains(region, value)]


def contains(region, value):
    if isinstance(region, OneOf):
        return value in region.levels
    if not isinstance(region, Span):
        return region == value
    above = region.low is None or value > region.low or (value == region.low and not region.low_open)
    return above and (
        region.high is None or value < region.high or (value == region.high and not region.high_open)
    )


def results_with(case, values, rules):
    """The results of some rules for a case with some values changed, by the plain evaluator."""
    facts = CaseFacts(RULES, changed(case, values).values)
    return {rule: result_of(facts, rule) for rule in rules}
