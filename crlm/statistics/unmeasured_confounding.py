"""How strong a confounder that nobody measured would have to be to explain an effect away.

Two views of one question. The E-value asks for the weakest confounder of any kind that could do it, without assuming
how common it is; the formula for a binary confounder (RAS mutated or not) needs its prevalence in both groups and its
effect, and answers in those terms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal, get_args

Measure = Literal["RR", "OR", "HR"]

RARE = 0.15
"""An outcome is rare when fewer than this fraction have it by the end of follow-up (VanderWeele & Ding 2017)."""


@dataclass(frozen=True, slots=True)
class EValue:
    """E-values of an estimate and of the limit of its interval that is nearer to the target; each at least 1.

    `risk_ratio`: the estimate on the scale that the E-value has, after the conversion named in `conversion`.
    `limit` is None without an interval, and 1 with a `reason` when the interval holds the target.
    """

    estimate: float
    limit: float | None
    risk_ratio: float
    conversion: str
    reason: str | None = None


def e_value(
    estimate: float,
    lower: float | None = None,
    upper: float | None = None,
    *,
    measure: Measure,
    outcome_common: bool,
    target: float = 1.0,
) -> EValue:
    """The least strength of association, as a risk ratio, that explains an effect away.

    A confounder explains the estimate away only if its risk ratio with the outcome, or with the exposure, is at least
    this large (both, when they are equal), beyond what the study adjusted for. `estimate`, `lower`, `upper`: ratios
    above 0. `measure`: "RR", "OR" or "HR"; with a common outcome (more than 15 % by the end of follow-up) an odds ratio
    is converted by its square root and a hazard ratio by `risk_ratio_of`. `target`: the true effect in question, by
    default none.

    E = R + sqrt(R (R - 1)) with R = estimate / target, or its reciprocal when below 1. Raises `ValueError` for ratios
    that are not above 0 and an estimate outside its interval. Source: VanderWeele TJ, Ding P. Ann Intern Med
    2017;167:268-274; Ding P, VanderWeele TJ. Epidemiology 2016;27:368-377. Checked against: the published examples, and
    a search over all confounders (tests/statistics).
    """
    _refuse(estimate, lower, upper)
    convert, words = risk_ratio_of(measure, outcome_common=outcome_common)
    aim = convert(_ratio("target", target))
    point = convert(estimate) / aim
    reason = None
    limit = None
    bounds = [None if one is None else convert(one) / aim for one in (lower, upper)]
    nearer = bounds[0] if point >= 1.0 else bounds[1]
    if nearer is None:
        reason = "no interval is printed"
    elif (nearer <= 1.0) == (point >= 1.0) or nearer == 1.0:
        limit = 1.0
        what = "1" if target == 1.0 else f"{target:g}"
        reason = f"the interval includes {what}: no confounding is needed to move its limit there"
    else:
        limit = _strength(nearer)
    return EValue(_strength(point), limit, point * aim, words, reason)


def risk_ratio_of(measure: Measure, *, outcome_common: bool) -> tuple[Callable[[float], float], str]:
    """How a ratio becomes an (approximate) risk ratio, and in words.

    Of a rare outcome odds and hazard ratios stand for risk ratios. Of a common one: square root of the odds ratio;
    (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR)). Source: VanderWeele TJ. Biometrics 2020;76:746-752.
    """
    if measure not in get_args(Measure):
        raise ValueError(f"measure was {measure!r}; it is one of {', '.join(get_args(Measure))}")
    if measure == "RR":
        return float, "a risk ratio, as it is"
    if not outcome_common:
        name = "odds" if measure == "OR" else "hazard"
        return float, f"the outcome is rare: the {name} ratio stands for the risk ratio"
    if measure == "OR":
        return sqrt, "the outcome is common: square root of the odds ratio"
    return (
        lambda ratio: float((1.0 - 0.5 ** sqrt(ratio)) / (1.0 - 0.5 ** sqrt(1.0 / ratio))),
        "the outcome is common: (1 - 0.5^\u221aHR) / (1 - 0.5^\u221a(1/HR))",
    )


def bounding_factor(exposure_ratio: float, outcome_ratio: float) -> float:
    """The most by which a confounder can move a risk ratio, from its two risk ratios, both at least 1.

    `exposure_ratio`: how much more common it is among the exposed; `outcome_ratio`: by how much it raises the risk.
    Their product divided by their sum less 1. Raises `ValueError` below 1. Source: Ding & VanderWeele 2016.
    """
    for name, value in (("exposure_ratio", exposure_ratio), ("outcome_ratio", outcome_ratio)):
        if not value >= 1.0:
            raise ValueError(
                f"{name} was {value!r}; it is 1 or more (of a protective factor take the reciprocal)"
            )
    return exposure_ratio * outcome_ratio / (exposure_ratio + outcome_ratio - 1.0)


def confounding_ratio(effect: float, exposed: float, unexposed: float) -> float:
    """By which factor a binary confounder multiplies the effect of an exposure.

    `effect`: the confounder's own ratio with the outcome, the same in both groups; `exposed`, `unexposed`: the
    fraction of each group that has it. (1 + exposed (effect - 1)) / (1 + unexposed (effect - 1)): exact for risk
    ratios. For hazard ratios it holds while events are few; when nearly all have the event and nobody is censored,
    Cox's ratio is off by at most 6 % for an effect of 1.53, 17 % for 2 and 45 % for 3, in either direction
    (tests/statistics). Raises `ValueError` for an effect not above 0 or fractions outside 0 to 1. Sources:
    Schlesselman JJ. Am J Epidemiol 1978;108:3-8; Lin DY, Psaty BM, Kronmal RA. Biometrics 1998;54:948-963.
    """
    excess = _ratio("effect", effect) - 1.0
    _fraction("exposed", exposed)
    _fraction("unexposed", unexposed)
    return (1.0 + exposed * excess) / (1.0 + unexposed * excess)


@dataclass(frozen=True, slots=True)
class Needed:
    """What a confounder would need to have; `value` is None with a `reason` when nothing is enough."""

    value: float | None
    reason: str | None = None


def needed_effect(ratio: float, exposed: float, unexposed: float) -> Needed:
    """The confounder's effect that makes up a confounding ratio, at given prevalences: the tipping point.

    `ratio`: observed effect / target. Solves `confounding_ratio` for the effect: 1 + (ratio - 1) / (exposed -
    ratio unexposed). The answer may be below 1 (a confounder that protects). None when no effect however strong is
    enough: a ratio above 1 stays below exposed / unexposed. Raises `ValueError` as `confounding_ratio` does.
    """
    _ratio("ratio", ratio)
    _fraction("exposed", exposed)
    _fraction("unexposed", unexposed)
    if ratio == 1.0:
        return Needed(1.0)
    if exposed == unexposed:
        return Needed(None, "equally common in both groups, it confounds nothing")
    room = exposed - ratio * unexposed
    value = 1.0 + (ratio - 1.0) / room if room else inf
    if value <= 0.0 or value == inf:
        return Needed(None, "at these prevalences no effect, however strong, is enough")
    return Needed(value)


def needed_prevalence(ratio: float, effect: float, unexposed: float) -> Needed:
    """How common the confounder would have to be among the exposed, at a given effect and prevalence of the others.

    `ratio`: observed effect / target. (ratio (1 + unexposed (effect - 1)) - 1) / (effect - 1). None when that is
    below 0 or above 1: no imbalance is enough. Raises `ValueError` as `confounding_ratio` does.
    """
    _ratio("ratio", ratio)
    excess = _ratio("effect", effect) - 1.0
    _fraction("unexposed", unexposed)
    if excess == 0.0:
        if ratio == 1.0:
            return Needed(unexposed)
        return Needed(None, "without an effect on the outcome it confounds nothing")
    value = (ratio * (1.0 + unexposed * excess) - 1.0) / excess
    # Not beyond everybody or nobody, but for the rounding of the arithmetic itself.
    if -1e-12 <= value <= 1.0 + 1e-12:
        return Needed(min(max(value, 0.0), 1.0))
    end = "everybody" if value > 1.0 else "nobody"
    return Needed(None, f"even with {end} of the exposed having it, the effect would not be explained away")


def _strength(ratio: float) -> float:
    above = max(ratio, 1.0 / ratio)
    return above + sqrt(above * (above - 1.0))


def _refuse(estimate: float, lower: float | None, upper: float | None) -> None:
    _ratio("estimate", estimate)
    if lower is not None:
        _ratio("lower", lower)
    if upper is not None:
        _ratio("upper", upper)
    if (lower is not None and lower > estimate) or (upper is not None and upper < estimate):
        raise ValueError(f"the estimate {estimate:g} lies outside its interval {lower} to {upper}")


def _ratio(name: str, value: float) -> float:
    if not 0.0 < value < inf:
        raise ValueError(f"{name} was {value!r}; a ratio is above 0")
    return value


def _fraction(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} was {value!r}; a fraction lies between 0 and 1")
