"""The regression models: kinds, candidates and rules, each said once with the models that it holds for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import as_sentence, listed, number, set_off
from crlm.study.protocol import phrases
from crlm.study.protocol.methods.sharing import gathered, labelled
from crlm.study.protocol.model import Candidate, Model, Protocol, Subgroups
from crlm.study.unit_words import words_of

KINDS = {"hazard": "Cox", "fine-gray": "Fine-Gray", "odds": "logistic"}

MOST_LABELS = 3
"""More endpoints or models than this are told as "each" and "the other", where that says the same."""
MOST_CANDIDATES = 10
"""Longer lists are those of a table or figure, unless all models share one."""

Named = Sequence[tuple[Model, str]]
"""Models with what each is called in this paragraph."""


def models(protocol: Protocol) -> list[str]:
    """All models together."""
    if not protocol.model:
        return []
    named = list(zip(protocol.model, _names(protocol), strict=True))
    return [
        *_kinds(named, protocol),
        *_candidates(named, protocol),
        *_coding(named, protocol),
        *_restricted(named, protocol),
        *_chosen(named, protocol),
        *_estimated(named, protocol),
    ]


def _names(protocol: Protocol) -> list[str]:
    """What each model is called: its outcome; with its kind, or by its title, where others have that outcome too."""
    outcomes = [phrases.outcome_of(one, protocol) for one in protocol.model]
    kinds = [
        f"{label} ({KINDS[phrases.ratio_of(one)]})"
        for one, label in zip(protocol.model, outcomes, strict=True)
    ]
    found = []
    for one, label, kind in zip(protocol.model, outcomes, kinds, strict=True):
        if outcomes.count(label) == 1:
            found.append(label)
        else:
            found.append(kind if kinds.count(kind) == 1 else f"“{one.title or one.id}”")
    return found


def _kinds(named: Named, protocol: Protocol) -> list[str]:
    said = [(_regression(one), phrases.outcome_of(one, protocol)) for one, _ in named]
    everything = {one.label for one in protocol.endpoint} if len(protocol.endpoint) > MOST_LABELS else set()
    return [
        f"Factors associated with {'each endpoint' if set(labels) == everything else labelled(labels)} were analysed "
        f"by {kind}"
        for kind, labels in gathered(said).items()
    ]


def _regression(model: Model) -> str:
    if model.type == "logistic":
        return "logistic regression"
    if model.competing == "fine-gray":
        return (
            "Fine and Gray's proportional hazards regression of the subdistribution, in which those with a competing "
            "event stay at risk, with robust standard errors"
        )
    return f"Cox proportional hazards regression with {phrases.TIES[model.ties]} for tied times"


def _candidates(named: Named, protocol: Protocol) -> list[str]:
    """Candidates of each model, those with the same candidates together."""
    variables = protocol.variables()
    sets: dict[tuple[str, ...], list[str]] = {}
    for one, name in named:
        chosen = tuple(candidate.variable for candidate in one.candidates)
        same = next((other for other in sets if set(other) == set(chosen)), chosen)
        sets.setdefault(same, []).append(name)
    found = []
    for k, (chosen, names) in enumerate(_widest_first(sets)):
        last = k == len(sets) - 1 and len(names) >= MOST_LABELS
        of = "" if len(sets) == 1 else " for the other models" if last else f" for {labelled(names)}"
        if len(chosen) == 1:
            found.append(f"The only candidate{of} was {phrases.label_of(chosen[0], variables)}")
            continue
        if of and len(chosen) > MOST_CANDIDATES:
            listing = f"the {len(chosen)} covariates of {'the table' if len(names) == 1 else 'the tables'}"
        else:
            listing = phrases.labels_of(chosen, variables)
        told = "; each candidate was analysed alone" if k == 0 else ""
        found.append(f"Candidates{of} were {listing}{told}")
    return found


def _widest_first(sets: dict[tuple[str, ...], list[str]]) -> list[tuple[tuple[str, ...], list[str]]]:
    """Lists of candidates, those of most models first and those of one candidate last."""
    return sorted(sets.items(), key=lambda item: (len(item[0]) == 1, -len(item[1])))


def _coding(named: Named, protocol: Protocol) -> list[str]:
    """Steps of the ratios of numbers."""
    variables = protocol.variables()
    numbers = [
        (candidate, one)
        for one, _ in named
        for candidate in one.candidates
        if variables[candidate.variable].is_numeric
    ]
    if not numbers:
        return []
    ratios = dict.fromkeys(phrases.RATIOS[phrases.ratio_of(one)] for _, one in numbers)
    ratio = next(iter(ratios)) if len(ratios) == 1 else "ratio"
    stepped = [candidate for candidate, _ in numbers if _has_step(candidate)]
    if not stepped:
        return [f"Continuous covariates were entered as continuous, with {ratio}s per unit"]
    steps = listed(list(dict.fromkeys(phrases.per_unit(one, variables) for one in stepped)))
    others = "; those of other continuous covariates are per unit" if len(stepped) < len(numbers) else ""
    return [f"Continuous covariates were entered as continuous; {ratio}s are given for {steps}{others}"]


def _has_step(candidate: Candidate) -> bool:
    return candidate.per not in (None, 1)


def _restricted(named: Named, protocol: Protocol) -> list[str]:
    said = []
    for one, name in named:
        many = words_of(protocol, protocol.unit_of(one)).many
        if clause := phrases.restriction(one.where, many, protocol.variables()):
            said.append((clause, name))
    return [
        f"{'These analyses' if len(names) == len(named) else f'The analyses of {labelled(names)}'} included {clause}"
        for clause, names in gathered(said).items()
    ]


def _told(named: Named, clause_of: Callable[[Model], str | None], everybody: int | None = None) -> list[str]:
    """A sentence for each clause; one that does not hold for all says for which models it does.

    `everybody`: how many models a clause may hold for, when that is not all that are named.
    """
    said = [(clause, name) for one, name in named if (clause := clause_of(one))]
    whole = len(said) if everybody is None else everybody
    return [
        as_sentence(clause)
        if len(names) == whole
        else f"{as_sentence(clause)} (in {'the model' if len(names) == 1 else 'models'} of {labelled(names)})"
        for clause, names in gathered(said).items()
    ]


def _chosen(named: Named, protocol: Protocol) -> list[str]:
    """How the multivariable models came about."""
    variables = protocol.variables()
    multivariable = [(one, name) for one, name in named if one.keep is not None]

    def entering(one: Model) -> str | None:
        if one.keep is None:
            return None
        rule = phrases.entering_rule(one, one.keep, variables, past=True)
        dropping = phrases.dropping_rule(one, one.keep, variables, past=True)
        return f"{rule}; {dropping}" if dropping else rule

    without = [name for one, name in named if one.keep is None and len(one.candidates) > 1]
    found = _told(multivariable, entering)
    found += _told(
        multivariable, lambda one: phrases.confounder_rule(one, variables, past=True), len(multivariable)
    )
    if without and multivariable:
        found.append(f"There was no multivariable model of {labelled(without)}")
    return found


def _estimated(named: Named, protocol: Protocol) -> list[str]:
    """Tests, intervals, who was in, and what was examined."""
    variables, n = protocol.variables(), len(named)
    factors = any(len(variables[c.variable].levels) > 2 for one, _ in named for c in one.candidates)
    overall = "; factors with more than two levels have one overall test" if factors else ""
    found = _told(
        named, lambda one: f"Covariates were tested with the {phrases.P_VALUES[one.p]} test{overall}"
    )
    found += _told(named, phrases.intervals, n)
    found += _told(named, lambda one: phrases.clustered(one, variables, past=True), n)
    many = listed(
        list(dict.fromkeys(words_of(protocol, protocol.unit_of(one)).many for one, _ in named)), "or"
    )
    found += _told(named, lambda one: phrases.complete_cases(one, many, past=True))
    hazards = [(one, name) for one, name in named if phrases.ratio_of(one) == "hazard"]
    of = "" if len(hazards) == n else " of Cox models"
    found += _told(
        hazards,
        lambda one: (
            f"Proportional hazards{of} were examined with the score test based on scaled Schoenfeld residuals, "
            f"against {phrases.TIME_SCALES[one.proportional_hazards]}"
        ),
    )
    return found + _discrimination(named)


def _discrimination(named: Named) -> list[str]:
    measures = {"hazard": "Harrell's concordance", "odds": "the area under the ROC curve"}
    kinds = Counter(phrases.ratio_of(one) for one, _ in named if one.keep is not None)
    given = [
        measure if len(kinds) == 1 else f"{measure} ({KINDS[kind]} models)"
        for kind, measure in measures.items()
        if kinds[kind]
    ]
    several = "models" if sum(kinds.values()) > 1 else "model"
    return [f"Discrimination of the multivariable {several} is given as {listed(given)}"] if given else []


# -- subgroups ---------------------------------------------------------------------------------------------------------


def subgroups(protocol: Protocol) -> list[str]:
    """The effect of the groups in subgroups; analyses that differ only in their endpoint are told together."""
    comparison, variables = protocol.comparison, protocol.variables()
    if comparison is None or not protocol.subgroups:
        return []
    compared: Variable = variables[comparison.variable]
    said = [
        (_within(one, protocol), protocol.endpoint_named(one.endpoint).label) for one in protocol.subgroups
    ]
    found = [
        f"The hazard ratio of {set_off(compared.label)} for {labelled(labels)} was estimated by {within}"
        for within, labels in gathered(said).items()
    ]
    return [
        *found,
        "Interactions were tested by likelihood-ratio tests between the models with and without the product terms",
    ]


def _within(declared: Subgroups, protocol: Protocol) -> str:
    variables = protocol.variables()
    events = "1 event" if declared.minimum_events == 1 else f"{number(declared.minimum_events)} events"
    many = words_of(protocol, protocol.endpoint_named(declared.endpoint).unit).many
    clause = phrases.restriction(declared.where, many, variables)
    levels = phrases.labels_of(declared.variables, variables)
    if len(declared.variables) > MOST_CANDIDATES:
        levels = f"the {len(declared.variables)} variables of the forest plot"
    return (
        f"Cox regression ({phrases.TIES[declared.ties]} for tied times) within the levels of "
        f"{levels}; no estimate is given for a subgroup with fewer "
        f"than {events}{f'; {clause}' if clause else ''}"
    )
