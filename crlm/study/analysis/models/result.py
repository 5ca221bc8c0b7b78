"""A declared model as the document holds it: every candidate alone, the multivariable model, the trail."""

from __future__ import annotations

from collections.abc import Mapping

from crlm.dictionary.expressions import in_words, parse
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import in_sentence
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.covariates import covariate
from crlm.study.analysis.models.exposure import exposure_result
from crlm.study.analysis.models.fitted import Analysis, Fitted
from crlm.study.analysis.models.kinds import regression_of
from crlm.study.analysis.models.outcome import Outcome, clusters
from crlm.study.analysis.models.rows import Alone, alone, term
from crlm.study.analysis.models.selecting import Chosen, Confounding, choose, confounding
from crlm.study.protocol.model import Comparison, Model
from crlm.study.protocol.phrases import confounder_rule, dropping_rule, entering_rule

FEW_EVENTS_PER_PARAMETER = 10


def model_result(
    outcome: Outcome, comparison: Comparison | None, model: Model, *, level: float
) -> document.ModelResult:
    """A declared model, its univariable analyses and its multivariable one side by side.

    The comparison's reference is that variable's reference here too, unless its column declares one of its own.
    """
    cluster = clusters(outcome, model)
    analysis = Analysis(outcome, regression_of(outcome, model, level), model, cluster)
    variables = outcome.variables.variables
    candidates = {
        one.variable: covariate(outcome.frame, variable, one.per, _group_reference(comparison, variable))
        for one in model.candidates
        for variable in (variables[one.variable],)
    }
    univariable: dict[str, Alone] = {}
    crude: Fitted | None = None
    for name, one in candidates.items():
        fitted_alone = analysis.fit([one])
        univariable[name] = alone(analysis, one, fitted_alone)
        if name == model.exposure:
            crude = fitted_alone
    chosen = choose(analysis, candidates, univariable)
    fitted = analysis.fit([candidates[name] for name in chosen.names], chosen.rows) if chosen.names else None
    rule = model.keep.confounder if model.keep is not None else None
    found: Confounding | None = None
    if rule is not None and fitted is not None and model.exposure is not None and crude is not None:
        found = confounding(analysis, rule, model.exposure, candidates, crude, fitted)
    steps = (*chosen.steps, *(found.steps if found else ()))
    return document.ModelResult(
        id=model.id,
        endpoint=model.endpoint,
        outcome=model.outcome,
        outcome_label=outcome.label,
        title=model.title or f"Factors associated with {in_sentence(outcome.label)}",
        type=model.type,
        ratio=analysis.regression.ratio,
        interval=model.interval,
        ties=model.ties if analysis.regression.ratio == "hazard ratio" else None,
        rule=rule_in_words(model, variables, outcome.words.many),
        unit=outcome.words.unit,
        where=in_sentence(in_words(parse(model.where), variables)) if model.where else None,
        n=outcome.n,
        events=int(outcome.event.sum()),
        excluded=tuple(document.Removed(label=label, n=n) for label, n in outcome.left_out),
        terms=tuple(
            term(analysis, one, univariable[name], fitted if name in chosen.names else None, steps)
            for name, one in candidates.items()
        ),
        multivariable=_whole_fit(analysis, fitted) if fitted else None,
        multivariable_reason=None if fitted else _why_none(model, chosen, outcome),
        selection=steps,
        exposure=None if crude is None else exposure_result(model, candidates, crude, fitted, found),
        clusters=None
        if cluster is None or model.cluster is None
        else document.Clusters(
            variable=model.cluster, label=variables[model.cluster].label, n=int(cluster.max(initial=0))
        ),
        notes=_notes(analysis, fitted),
    )


def _group_reference(comparison: Comparison | None, variable: Variable) -> str | None:
    if comparison is None or comparison.variable != variable.name or variable.reference is not None:
        return None
    return comparison.reference


def rule_in_words(model: Model, variables: Mapping[str, Variable], many: str = "patients") -> str:
    """The rule for the multivariable model as a sentence, in the words of the methods paragraph."""
    if model.keep is None:
        return "Univariable analyses only; no multivariable model was declared."
    rule = entering_rule(model, model.keep, variables, past=True)
    leaving = dropping_rule(model, model.keep, variables, past=True)
    if leaving:
        rule += f"; {leaving}, on the {many} of the first model"
    sentence = f"{rule[0].upper()}{rule[1:]}."
    correcting = confounder_rule(model, variables, past=True)
    return f"{sentence} {correcting[0].upper()}{correcting[1:]}." if correcting else sentence


def _whole_fit(analysis: Analysis, fitted: Fitted) -> document.Fit:
    fit = fitted.fit
    parameters = sum(fit.estimable)
    return document.Fit(
        n=fitted.n,
        events=fitted.events,
        dropped_missing=analysis.outcome.n - fitted.n,
        parameters=parameters,
        events_per_parameter=document.Number(
            value=analysis.regression.informative(fit) / parameters if parameters else None,
            reason=None if parameters else "no coefficient could be estimated",
        ),
        log_likelihood=wording.finite(fit.log_likelihood),
        log_likelihood_null=wording.finite(fit.log_likelihood_null),
        likelihood_ratio=wording.test(fit.likelihood_ratio_test),
        wald=wording.test(fit.wald_test),
        score=wording.test(analysis.regression.score(fit)),
        concordance=wording.interval(analysis.regression.concordance(fit)),
        proportional_hazards=None if fitted.hazards is None else wording.test(fitted.hazards.overall),
    )


def _why_none(model: Model, chosen: Chosen, outcome: Outcome) -> str:
    if model.keep is None:
        return "No multivariable model was declared."
    if chosen.rows is not None and not chosen.rows.size:
        return (
            f"No {outcome.words.one} has a known value of every covariate that entered, so there is no "
            "multivariable model."
        )
    if chosen.steps:
        return "No candidate met the rule, so there is no multivariable model."
    return "There was no candidate."


def _notes(analysis: Analysis, fitted: Fitted | None) -> tuple[str, ...]:
    """What belongs under a multivariable model whether or not anyone asks."""
    if fitted is None:
        return ()
    fit = fitted.fit
    notes = list(fit.notes)
    if fit.reason:
        notes.append(f"The multivariable model could not be fitted: {fit.reason}.")
        return tuple(notes)
    parameters, informative = sum(fit.estimable), analysis.regression.informative(fit)
    if parameters and informative / parameters < FEW_EVENTS_PER_PARAMETER:
        what = (
            "events" if fitted.events == informative else f"{analysis.outcome.words.many} without the event"
        )
        notes.append(
            f"{informative} {what} for {parameters} coefficients ({informative / parameters:.1f} per "
            f"coefficient, fewer than {FEW_EVENTS_PER_PARAMETER}): estimates may be too extreme, intervals too narrow."
        )
    doubtful = []
    for one in fitted.covariates if fitted.hazards is not None else ():
        test = fitted.hazards.terms[one.variable.name] if fitted.hazards else None
        if test is not None and test.p is not None and test.p < 0.05:
            doubtful.append(one.variable.label)
    if doubtful:
        notes.append(
            f"The hazards of {'; '.join(doubtful)} may not be proportional (p < 0.05): a single hazard ratio averages "
            "an effect that changes over time."
        )
    return tuple(notes)
