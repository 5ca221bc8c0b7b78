"""The effect of the exposure: crude, in the multivariable model, and corrected for its confounders."""

from __future__ import annotations

from collections.abc import Mapping

from crlm.dictionary.wording import in_sentence, listed
from crlm.study import results as document
from crlm.study.analysis.covariates import Covariate
from crlm.study.analysis.models.fitted import Fitted
from crlm.study.analysis.models.rows import per_in_words
from crlm.study.analysis.models.selecting import Confounding
from crlm.study.protocol.model import Model
from crlm.study.results import Role


def exposure_result(
    model: Model,
    candidates: Mapping[str, Covariate],
    crude: Fitted,
    full: Fitted | None,
    found: Confounding | None,
) -> document.Exposure | None:
    """Every model's effect of the exposure; None when the model has no exposure."""
    if model.exposure is None:
        return None
    one = candidates[model.exposure]
    fits: list[tuple[Role, Fitted | None]] = [("crude", crude), ("full", full)]
    if found is not None:
        fits += [("adjusted", found.adjusted), ("final", found.final)]
    rule = model.keep.confounder if model.keep is not None else None
    return document.Exposure(
        variable=model.exposure,
        label=one.variable.label,
        models=tuple(_effects(role, fitted, one) for role, fitted in fits if fitted is not None),
        rule=document.ConfounderRule(**rule.model_dump()) if rule is not None else None,
        change=found.change if found is not None else None,
        confounders=found.confounders if found is not None else None,
        sentence=_sentence(model, candidates, found) if found is not None else None,
    )


def _effects(role: Role, fitted: Fitted, one: Covariate) -> document.ExposureModel:
    words = {level.name: level.words for level in one.variable.levels}
    reference = next((name for name in words if name not in one.levels), None)
    rows: list[tuple[str | None, str]] = [(None, per_in_words(one))]
    if one.levels and reference is not None:
        rows = [(name, f"{words[name]} against {in_sentence(words[reference])}") for name in one.levels]
    return document.ExposureModel(
        role=role,
        adjusted_for=tuple(
            other.variable.name for other in fitted.covariates if other.variable.name != one.variable.name
        ),
        n=fitted.n,
        events=fitted.events,
        effects=tuple(
            document.ExposureEffect(level=level, label=label, effect=fitted.effect(one, level))
            for level, label in rows
        ),
    )


def _sentence(model: Model, candidates: Mapping[str, Covariate], found: Confounding) -> str:
    """What the rule decided, in words."""
    rule = model.keep.confounder if model.keep is not None else None
    assert rule is not None
    if found.adjusted is None:
        return (
            f"No covariate of the multivariable model has a p of at most {rule.p:g}, so there is no potential "
            "confounder: the corrected effect is the crude one."
        )
    potential = [one.variable for one in found.adjusted.covariates if one.variable.name != model.exposure]
    named = listed([in_sentence(one.label) for one in potential])
    change = found.change.value
    if change is None:
        return (
            f"Potential confounders: {named}. Whether they change the effect cannot be told "
            f"({found.change.reason}): the corrected effect is the crude one."
        )
    limit = f"{100 * rule.change_in_estimate:g} %"
    changed = f"Adjustment for {named} changes the {rule.scale} by {100 * change:.1f} %"
    if found.confounders:
        return f"{changed}, more than {limit}: the corrected effect is adjusted for them."
    return f"{changed}, not more than {limit}: the corrected effect is the crude one."
