"""How easily an effect would go away: E-values, what a known confounder could do, fragility; one frozen result."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from crlm.evidence.robustness.effect import Confounder, Effect, KnownEffect
from crlm.statistics.fragility import Fragility, fragility
from crlm.statistics.unmeasured_confounding import (
    EValue,
    Needed,
    confounding_ratio,
    e_value,
    needed_effect,
    needed_prevalence,
)

ARRAY_EFFECTS = (1.2, 1.5, 2.0, 3.0, 5.0)
ARRAY_PREVALENCES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
EXTREME = "no table of counts belongs to it: outcomes of a survival analysis have times, and changing one changes both"


@dataclass(frozen=True)
class TippingPoint:
    """What would explain the estimate, or its limit, away at one effect of the confounder.

    `exposed`: how common it would have to be among the exposed, while it is as common as assumed among the others.
    `most`: the effect that is left when it is as unequal as it can be (nobody, or everybody, of the exposed has it).
    """

    known: KnownEffect
    estimate: Needed
    limit: Needed | None
    most: float
    most_exposed: float


@dataclass(frozen=True)
class ArrayCell:
    """The effect that is left after a confounder with this effect and prevalence: estimate and nearer limit."""

    confounder_effect: float
    exposed: float
    estimate: float
    limit: float | None
    estimate_gone: bool
    limit_gone: bool


@dataclass(frozen=True)
class Robustness:
    """Everything about one effect; parts that do not apply are None or empty, and the reason stands beside them."""

    effect: Effect
    e_values: tuple[tuple[str, EValue], ...]
    """With a common outcome, with a rare one, or both when it is not known which it is."""
    confounder: Confounder | None
    confounder_reason: str | None
    tipping: tuple[TippingPoint, ...]
    array: tuple[ArrayCell, ...]
    fragility: Fragility | None
    fragility_reason: str | None


def assess(effect: Effect, confounder: Confounder | None) -> Robustness:
    """Assess one effect; without a confounder only what needs none.

    The confounder's effect is taken as the same in both groups (Lin 1998), and hazard ratios as if events were few: for
    common outcomes that is an approximation (`confounding_ratio` says how good). An estimate of exactly 1 leaves
    nothing to explain. Raises `ValueError` for an effect that is no ratio, as the statistics do.
    """
    ways = {"common": True, "rare": False}
    if effect.measure == "RR":
        ways = {"any": False}
    elif effect.outcome_common is not None:
        ways = {name: common for name, common in ways.items() if common == effect.outcome_common}
    e_values = tuple(
        (
            name,
            e_value(
                effect.estimate, effect.lower, effect.upper, measure=effect.measure, outcome_common=common
            ),
        )
        for name, common in ways.items()
    )
    tipping: tuple[TippingPoint, ...] = ()
    array: tuple[ArrayCell, ...] = ()
    reason = None
    if confounder is None:
        reason = "no paper of the library prints its effect together with how common it is"
    elif effect.source and effect.source in {one.source for one in confounder.effects}:
        reason = f"the effect is that of {confounder.name} itself"
        confounder = None
    else:
        tipping = tuple(_tipping(effect, confounder, one) for one in confounder.effects)
        array = tuple(
            _cell(effect, confounder, strength, exposed)
            for strength in ARRAY_EFFECTS
            for exposed in ARRAY_PREVALENCES
        )
    events = effect.table
    found = None if events is None else fragility((events[0][0], events[1][0]), (events[0][1], events[1][1]))
    return Robustness(
        effect=effect,
        e_values=e_values,
        confounder=confounder,
        confounder_reason=reason,
        tipping=tipping,
        array=array,
        fragility=found,
        fragility_reason=None if found is not None else _why_no_fragility(effect),
    )


def nearer_limit(effect: Effect) -> float | None:
    """The limit of the interval on the side of 1; None when the interval includes 1 or is not printed."""
    bound = effect.lower if effect.estimate >= 1.0 else effect.upper
    if bound is None or (bound <= 1.0) == (effect.estimate >= 1.0) or bound == 1.0:
        return None
    return bound


def tipping_effect(effect: Effect, exposed: float, unexposed: float, *, limit: bool = False) -> Needed:
    """The effect of a confounder with these prevalences that moves the estimate (or the nearer limit) to 1."""
    observed = nearer_limit(effect) if limit else effect.estimate
    if observed is None:
        return Needed(None, "the interval includes 1 already")
    return needed_effect(observed, exposed, unexposed)


def as_json(found: Robustness) -> dict[str, object]:
    """The assessment as JSON."""
    document = asdict(found)
    document["e_values"] = [{"outcome": name, **asdict(one)} for name, one in found.e_values]
    return document


def _tipping(effect: Effect, confounder: Confounder, known: KnownEffect) -> TippingPoint:
    limit = nearer_limit(effect)
    # Whichever extreme moves the effect towards 1: the confounder is what makes the observed effect too far from it.
    extremes = {
        one: effect.estimate / confounding_ratio(known.value, one, confounder.prevalence)
        for one in (0.0, 1.0)
    }
    toward = (
        min(extremes, key=extremes.__getitem__)
        if effect.estimate >= 1.0
        else max(extremes, key=extremes.__getitem__)
    )
    return TippingPoint(
        known=known,
        estimate=needed_prevalence(effect.estimate, known.value, confounder.prevalence),
        limit=None if limit is None else needed_prevalence(limit, known.value, confounder.prevalence),
        most=extremes[toward],
        most_exposed=toward,
    )


def _cell(effect: Effect, confounder: Confounder, strength: float, exposed: float) -> ArrayCell:
    ratio = confounding_ratio(strength, exposed, confounder.prevalence)
    limit = nearer_limit(effect)
    left = effect.estimate / ratio
    bound = None if limit is None else limit / ratio
    return ArrayCell(
        confounder_effect=strength,
        exposed=exposed,
        estimate=left,
        limit=bound,
        estimate_gone=(left <= 1.0) if effect.estimate >= 1.0 else (left >= 1.0),
        limit_gone=bound is None or ((bound <= 1.0) if effect.estimate >= 1.0 else (bound >= 1.0)),
    )


def _why_no_fragility(effect: Effect) -> str:
    if effect.measure == "HR":
        return EXTREME
    return "no table of counts is known for it: give the counts with --table"
