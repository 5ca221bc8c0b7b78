"""How the parts of a protocol are called in English: tests, summaries, rules, levels; shared by both descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crlm.dictionary.expressions import in_words, parse
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import in_sentence, listed, number, with_unit
from crlm.study.protocol.model import Candidate, Endpoint, Keep, Model, PairedRow, Protocol

TESTS = {
    "t": "Student's t test (equal variances)",
    "welch": "Welch's t test (unequal variances)",
    "anova": "one-way analysis of variance",
    "mann-whitney": "the Mann-Whitney U test (exact when both groups have fewer than 50 values and none are tied, "
    "otherwise a normal approximation corrected for ties and continuity)",
    "kruskal-wallis": "the Kruskal-Wallis test corrected for ties",
    "fisher": "Fisher's exact test",
    "chi-square": "Pearson's chi-square test without continuity correction",
}
SUMMARIES = {
    "mean_sd": "mean (standard deviation)",
    "median_iqr": "median (interquartile range)",
    "median_range": "median (range)",
    "count": "number (percentage)",
}
QUARTILES = {
    "r7": "linear interpolation (R's type 7)",
    "spss": "weighted average (SPSS's default, R's type 6)",
}
SCALES = {"log-log": "the log(-log) scale", "log": "the log scale", "plain": "the scale of survival itself"}
TIES = {"efron": "Efron's approximation", "breslow": "Breslow's approximation"}
TIME_SCALES = {
    "km": "Kaplan-Meier transformed time",
    "rank": "the rank of time",
    "identity": "untransformed time",
}
RATIOS = {"hazard": "hazard ratio", "fine-gray": "subdistribution hazard ratio", "odds": "odds ratio"}
P_VALUES = {"wald": "Wald", "likelihood-ratio": "likelihood-ratio"}

PAIRED_TESTS = {
    "wilcoxon": "the Wilcoxon signed-rank test (exact with fewer than 50 pairs, none equal and no differences tied, "
    "otherwise a normal approximation corrected for ties and continuity)",
    "mcnemar": "McNemar's test",
}
FOLLOW_UP = {
    "reverse-kaplan-meier": "the median of the reverse Kaplan-Meier curve",
    "survivors": "the median (interquartile range) of the times of those who were censored",
}

Variables = Mapping[str, Variable]


def summary(name: str, many: str) -> str:
    """A summary with what a percentage is of."""
    return f"number (percentage of {many} with a known value)" if name == "count" else SUMMARIES[name]


def label_of(name: str, variables: Variables) -> str:
    """A variable's label inside a sentence."""
    return in_sentence(variables[name].label)


def labels_of(names: Iterable[str], variables: Variables) -> str:
    """Several variables' labels in a row."""
    return listed([label_of(name, variables) for name in names])


def levels_of(variable: Variable, names: Sequence[str], last: str = "or") -> str:
    """Levels in the words of tables, in quotation marks."""
    return listed([f"“{variable.level(name).words}”" for name in names], last)


def group_reference(variable: Variable, declared: str | None) -> str:
    """The level that the groups of a comparison are compared with."""
    return declared or variable.reference_level or variable.level_names[0]


def times(values: Sequence[float], unit: str | None) -> str:
    """Times in a row with their unit: "12, 36 and 60 months"."""
    return f"{listed([number(one) for one in values[:-1]] + [with_unit(values[-1], unit, several=len(values) > 1)])}"


def percent(level: float) -> str:
    """A confidence level: "95 %"."""
    return f"{level * 100:g} %"


def event_of(endpoint: Endpoint, variables: Variables) -> str:
    """The event by the first sentence of its definition, by the dates that it has, or by the levels of the status."""
    if endpoint.definition:
        return in_sentence(endpoint.definition.strip().partition(". ")[0].rstrip("."))
    if endpoint.dates:
        return f"the one of {listed_or([label_of(name, variables) for name in endpoint.dates.event])}"
    status = variables[endpoint.status]
    return f"{label_of(endpoint.status, variables)} {levels_of(status, endpoint.event)}"


def per_unit(candidate: Candidate, variables: Variables) -> str:
    """A number with the step of its hazard ratio: age at operation per 10 years."""
    variable = variables[candidate.variable]
    step = with_unit(candidate.per or 1.0, variable.unit)
    return f"{in_sentence(variable.label)} per {step if variable.unit else f'{step} units'}"


def entering_rule(model: Model, keep: Keep, variables: Variables, *, past: bool) -> str:
    """Which candidates enter the multivariable model, as a clause."""
    enter = "entered" if past else "enter"
    if keep.all:
        return f"all candidates {enter} the multivariable model"
    if keep.variables:
        chosen = [
            one.variable for one in model.candidates if one.variable in {*keep.variables, *model.forced}
        ]
        verb = "had" if past else "has"
        return f"the multivariable model {verb} the covariates {labels_of(chosen, variables)}, as declared beforehand"
    limit = "below" if keep.strictly_below else "of at most"
    p = f"{P_VALUES[model.p]} p {limit} {number(keep.univariable_p or 0)}"
    rule = f"candidates with a univariable {p} {enter} the multivariable model"
    if model.forced:
        rule += f", and {labels_of(model.forced, variables)} {enter if past or len(model.forced) > 1 else 'enters'}"
        rule += " whatever the p"
    return rule


def dropping_rule(model: Model, keep: Keep, variables: Variables, *, past: bool) -> str | None:
    """How covariates leave the multivariable model again, as a clause; None when none does."""
    if keep.backward_p is None:
        return None
    verb = "was" if past else "is"
    spared = f" (never {labels_of(model.forced, variables)})" if model.forced else ""
    return (
        f"the covariate with the largest {P_VALUES[model.p]} p above {number(keep.backward_p)} {verb} then removed, "
        f"one at a time{spared}"
    )


def confounder_rule(model: Model, variables: Variables, *, past: bool) -> str | None:
    """Which covariates are confounders of the exposure, as a clause; None without such a rule."""
    rule = model.keep.confounder if model.keep is not None else None
    if rule is None or model.exposure is None:
        return None
    were, was, did = ("were", "was", "changed") if past else ("are", "is", "changes")
    exposure = label_of(model.exposure, variables)
    scale = "coefficient" if rule.scale == "coefficient" else RATIOS[ratio_of(model)]
    return (
        f"covariates with a {P_VALUES[model.p]} p of at most {number(rule.p)} in the multivariable model {were} "
        f"potential confounders of {exposure}; its effect {was} corrected for them when adjustment for them together "
        f"{did} the crude {scale} of {exposure} by more than {number(100 * rule.change_in_estimate)} %, and "
        f"otherwise the crude effect {was} kept"
    )


def ratio_of(model: Model) -> str:
    """The kind of ratio that a model has, as a key of RATIOS."""
    if model.type == "logistic":
        return "odds"
    return "fine-gray" if model.competing == "fine-gray" else "hazard"


def outcome_of(model: Model, protocol: Protocol) -> str:
    """The label of what a model is about."""
    if model.endpoint is None:
        return protocol.variables()[model.outcome or ""].label
    return protocol.endpoint_named(model.endpoint).label


def regression_of(model: Model, label: str) -> str:
    """The kind of a model with its outcome: "Cox regression of overall survival, Efron's approximation ..."."""
    if model.type == "logistic":
        return f"logistic regression of {label}"
    if model.competing == "fine-gray":
        return f"Fine-Gray regression of {label}, competing events staying at risk"
    return f"Cox regression of {label}, {TIES[model.ties]} for tied times"


def listed_or(labels: Sequence[str]) -> str:
    """Labels as alternatives."""
    return listed(list(labels), "or")


def paired_test(row: PairedRow, variables: Variables) -> str | None:
    """How the pairs of a row are compared: as declared, or as its values allow; None when they are not."""
    if row.before is None or row.after is None or row.test == "none":
        return None
    variable = variables[row.before]
    if row.test is not None:
        return row.test
    if variable.is_numeric:
        return "wilcoxon"
    return "mcnemar" if len(variable.levels) == 2 else None


def intervals(model: Model) -> str | None:
    """How intervals of the ratios are made, as a clause; None for what goes without saying."""
    if model.interval == "profile":
        return f"intervals of {RATIOS[ratio_of(model)]}s are those of the profile likelihood"
    return None


def clustered(model: Model, variables: Variables, *, past: bool) -> str | None:
    """How dependent records are treated, as a clause; None where the model names none."""
    if model.cluster is None:
        return None
    are = "were also computed" if past else "are also computed"
    return (
        f"because records with the same {label_of(model.cluster, variables)} are not independent, intervals and p "
        f"{are} with a robust (sandwich) variance over clusters"
    )


def restriction(where: str | None, many: str, variables: Variables) -> str | None:
    """Whom an analysis is restricted to, as a clause; None for everybody."""
    if where is None:
        return None
    return f"only {many} of whom this is known to hold: {in_sentence(in_words(parse(where), variables))}"


def first_of_patient(name: str, variables: Variables) -> str:
    """Which of several records of a patient stays."""
    return f"of several records of a patient the one with the smallest {label_of(name, variables)}"


def complete_cases(model: Model, many: str, *, past: bool) -> str:
    """On whom models are fitted, as a sentence; elimination keeps the patients of its first model to the end."""
    verb = "was" if past else "is"
    if model.keep is not None and model.keep.backward_p is not None:
        return (
            f"Each univariable model {verb} fitted to the {many} with a known value of its covariate, the "
            "multivariable model to those with known values of all covariates that entered (complete cases)"
        )
    return f"Each model {verb} fitted to the {many} with known values of all its covariates (complete cases)"
