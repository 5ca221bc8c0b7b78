"""Checks of the models: what they are about, their covariates, their rules, and the subgroups."""

from __future__ import annotations

from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import with_article
from crlm.problems import did_you_mean
from crlm.study.protocol.check_outcomes import (
    check_scope,
    check_where,
    compared_variable,
    of_base_unit,
    warn_of_outcome,
)
from crlm.study.protocol.checking import Checking
from crlm.study.protocol.model import Model, Subgroups

Key = tuple[str | int, ...]


def check_models(checking: Checking) -> None:
    """Endpoints and candidates exist, candidates can be covariates, and the rule speaks of candidates."""
    for index, model in enumerate(checking.protocol.model):
        key = ("model", index)
        lesions = _check_outcome(checking, key, model)
        check_where(checking, key, model.where, lesions=lesions)
        candidates = [one.variable for one in model.candidates]
        places = [((*key, "candidates", place), name) for place, name in enumerate(candidates)]
        checking.repeated(places, "candidate")
        for place, name in places:
            _check_candidate(checking, place, model, name)
            if not lesions:
                of_base_unit(checking, place, name)
        if model.cluster is not None and checking.variable((*key, "cluster"), model.cluster) and not lesions:
            of_base_unit(checking, (*key, "cluster"), model.cluster)
        _check_named(checking, key, model, candidates)
        _check_exposure(checking, key, model)
        _check_rule(checking, key, model)


def _check_outcome(checking: Checking, key: Key, model: Model) -> bool:
    """An error when there is no such endpoint or outcome; returns whether the model is of lesions."""
    if model.endpoint is not None:
        if not checking.endpoint((*key, "endpoint"), model.endpoint):
            return False
        endpoint = checking.protocol.endpoint_named(model.endpoint)
        if model.competing == "fine-gray" and not endpoint.competing:
            given = f'the endpoint "{endpoint.id}" has no competing events, which a Fine-Gray model is about'
            fix = "add competing to the endpoint, or remove the key."
            checking.error((*key, "competing"), "protocol-model-competing", given, None, fix)
        return endpoint.unit == "lesion"
    check_scope(checking, key, model.unit, None, None)
    lesions = model.unit == "lesion"
    outcome = checking.variable((*key, "outcome"), model.outcome or "")
    if outcome is not None and outcome.type != "yes_no":
        given = (
            f'"{outcome.name}" is {with_article(outcome.type)}, and a logistic model is of what is yes or no'
        )
        fix = f'derive it: type = "yes_no", with an expression such as {outcome.name} > 0.'
        if outcome.is_categorical:
            fix = f"derive it: type = \"yes_no\", with the expression {outcome.name} == '{outcome.level_names[-1]}'."
        checking.error((*key, "outcome"), "protocol-model-yes-no", given, "a yes_no.", fix)
    elif outcome is not None and not lesions:
        of_base_unit(checking, (*key, "outcome"), outcome.name)
    return lesions


def _check_named(checking: Checking, key: Key, model: Model, candidates: list[str]) -> None:
    """What the rules speak of are candidates."""
    given: list[tuple[Key, str]] = [
        ((*key, "always", place), name) for place, name in enumerate(model.always)
    ]
    if model.exposure is not None:
        given.append(((*key, "exposure"), model.exposure))
    if model.keep is not None:
        given += [
            ((*key, "keep", "variables", place), name) for place, name in enumerate(model.keep.variables)
        ]
    for place, name in given:
        if name not in candidates:
            fix = did_you_mean(name, candidates)
            problem = f'"{name}" is not a candidate of the model'
            checking.error(place, "protocol-model-not-candidate", problem, "one of its candidates.", fix)


def _check_exposure(checking: Checking, key: Key, model: Model) -> None:
    """A change of an effect can be judged when the effect is one number."""
    variable = checking.variables.get(model.exposure or "")
    if variable is None or model.keep is None or model.keep.confounder is None:
        return
    if variable.is_categorical and len(variable.levels) != 2:
        given = f'the exposure "{variable.name}" has {len(variable.levels)} levels, so no single effect that changes'
        fix = "derive a yes_no or a category with two levels, and make that the exposure."
        allowed = "a number, or two levels."
        checking.error((*key, "exposure"), "protocol-model-exposure", given, allowed, fix)


def _check_rule(checking: Checking, key: Key, model: Model) -> None:
    if model.keep is None:
        if model.always:
            given = "`always` has no effect: without `keep` there is no multivariable model"
            checking.warning(
                (*key, "always"), "protocol-model-rule", given, "add `keep`, or remove `always`."
            )
    elif model.keep.strictly_below and model.keep.univariable_p is None:
        given = "`strictly_below` has no effect without `univariable_p`"
        checking.warning((*key, "keep"), "protocol-model-rule", given, "remove it.")


def _check_candidate(checking: Checking, key: Key, model: Model, name: str) -> None:
    variable = checking.variable(key, name)
    if variable is None:
        return
    per = next(one.per for one in model.candidates if one.variable == name)
    if not (variable.is_numeric or variable.is_categorical):
        given = f'"{name}" is {with_article(variable.type)}, which a model cannot use'
        checking.error(
            key, "protocol-model-type", given, "a number, an integer, a category or a yes_no.", "remove it."
        )
    elif per is not None and not variable.is_numeric:
        given = f'"{name}" is {with_article(variable.type)}, and `per` is for numbers'
        checking.error(
            (*key, "per"), "protocol-model-per", given, "`per` with a number or an integer.", "remove `per`."
        )
    own = next((one for one in checking.protocol.endpoint if one.id == model.endpoint), None)
    if name == model.outcome or (own is not None and name in (own.time, own.status)):
        given = f'"{name}" is the outcome of the model itself'
        checking.error(
            key, "protocol-model-outcome", given, "what is known at time zero.", "remove it from candidates."
        )
    else:
        warn_of_outcome(checking, key, name, "the model uses")


def check_subgroups(checking: Checking) -> None:
    """Subgroups are levels of categorical variables, and within them two groups are compared."""
    for index, declared in enumerate(checking.protocol.subgroups):
        key = ("subgroups", index)
        known = checking.endpoint((*key, "endpoint"), declared.endpoint)
        lesions = known and checking.protocol.endpoint_named(declared.endpoint).unit == "lesion"
        check_where(checking, key, declared.where, lesions=lesions)
        compared = compared_variable(checking)
        if checking.protocol.comparison is None:
            given = "subgroups show a comparison's effect, and the protocol has no [comparison]"
            checking.error(
                key, "protocol-subgroups-comparison", given, None, "add a [comparison], or remove the table."
            )
        elif compared is not None and len(compared.levels) != 2:
            given = f'the comparison "{compared.name}" has {len(compared.levels)} groups'
            fix = "derive a yes_no or a category with two levels, and compare that."
            checking.error(
                key, "protocol-subgroups-groups", given, "two groups, which have one hazard ratio.", fix
            )
        _check_subgroup_variables(checking, key, declared, compared)


def _check_subgroup_variables(
    checking: Checking, key: Key, declared: Subgroups, compared: Variable | None
) -> None:
    places = [((*key, "variables", place), name) for place, name in enumerate(declared.variables)]
    checking.repeated(places, "subgroup variable")
    for place, name in places:
        variable = checking.variable(place, name)
        if variable is None:
            continue
        if not variable.is_categorical:
            given = f'"{name}" is {with_article(variable.type)} and has no levels'
            fix = f"derive a category first: cut({name}, [...], ['low', 'high'], side='right')."
            allowed = "a category or a yes_no."
            checking.error(
                place, "protocol-subgroups-type", given, allowed, fix if variable.is_numeric else "remove it."
            )
        elif compared is not None and name == compared.name:
            given = f'"{name}" makes the groups that are compared, so it cannot make subgroups as well'
            checking.error(place, "protocol-subgroups-type", given, "another variable.", "remove it.")
        else:
            warn_of_outcome(checking, place, name, "the subgroups are made by")
