"""The sentences under the table of a model."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.rendering import numbers
from crlm.rendering.numbering import lower_first, sentence_case
from crlm.study.report.content.model_words import ABBREVIATIONS
from crlm.study.report.content.units import counted, many
from crlm.study.results import Fit, ModelResult, Term, Test

FEW_EVENTS_PER_PARAMETER = 10


def ratio_note(model: ModelResult) -> str:
    """What the abbreviations mean, and how intervals and ties were made."""
    words = [
        f"{ABBREVIATIONS[model.ratio]}: {model.ratio}, of a number per one unit unless stated",
        "CI: confidence interval" + (" of the profile likelihood" if model.interval == "profile" else ""),
    ]
    if model.ties is not None:
        words.append(f"ties: {model.ties.capitalize()}'s method")
    return f"{'; '.join(words)}."


def restriction_notes(model: ModelResult) -> Iterator[str]:
    """Whom the model is about, where that is not everybody."""
    if model.where is not None:
        yield f"Only {many(model.unit)} of whom this is known to hold: {model.where}."
    if model.excluded:
        listed = "; ".join(f"{one.label}: {numbers.count(one.n)}" for one in model.excluded)
        yield f"{counted(model.n, model.unit)} with a known outcome. Left out: {listed}."


def fit_notes(model: ModelResult) -> Iterator[tuple[str, bool]]:
    """The sentences about the multivariable model, each with whether a reader must not miss it."""
    fit = model.multivariable
    if fit is None:
        yield model.multivariable_reason or "There is no multivariable model.", False
        yield from ((text, True) for text in model.notes)
        return
    told = f"Multivariable model: {counted(fit.n, model.unit)}, {numbers.count(fit.events)} events"
    if fit.dropped_missing:
        told += f"; {numbers.count(fit.dropped_missing)} left out because a covariate is missing"
    yield f"{told}. {sentence_case(model.rule)}", False
    yield _whole_tests(fit, model), False
    yield from ((text, True) for text in model.notes)
    if fit.proportional_hazards is not None:
        yield _proportional_hazards(model.terms, fit.proportional_hazards), False


def _whole_tests(fit: Fit, model: ModelResult) -> str:
    parts = []
    if fit.events_per_parameter.value is not None:
        few = " (fewer than 10)" if fit.events_per_parameter.value < FEW_EVENTS_PER_PARAMETER else ""
        what = "Rarer outcome" if model.type == "logistic" else "Events"
        parts.append(f"{what} per coefficient: {numbers.rounded(fit.events_per_parameter.value, 1)}{few}")
    test = fit.likelihood_ratio
    if test.p is not None and test.statistic is not None and test.df is not None:
        statistic = f"chi-square {numbers.rounded(test.statistic, 1)} on {numbers.number(test.df)} df"
        parts.append(f"likelihood-ratio test: {statistic}, {numbers.p_words(test.p)}")
    if model.ratio != "subdistribution hazard ratio":
        name = "area under the ROC curve" if model.type == "logistic" else "concordance"
        parts.append(f"{name}: {numbers.statistic_interval(fit.concordance)}")
    return sentence_case("; ".join(parts))


def _proportional_hazards(terms: tuple[Term, ...], overall: Test) -> str:
    def said(test: Test) -> str:
        return numbers.p_words(test.p) if test.p is not None else f"not tested ({test.reason})"

    each = [
        f"{lower_first(term.label)}, {said(term.proportional_hazards)}"
        for term in terms
        if term.proportional_hazards is not None
    ]
    text = f"Proportional hazards ({overall.words}): whole model, {said(overall)}"
    return f"{text}; {'; '.join(each)}." if each else f"{text}."
