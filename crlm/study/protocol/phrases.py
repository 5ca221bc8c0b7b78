"""How the parts of a protocol are called in English: tests, summaries, rules, levels; shared by both descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import in_sentence, listed, number, with_unit
from crlm.study.protocol.model import Candidate, Endpoint, Keep, Model

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
    "count": "number (percentage of patients with a known value)",
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
P_VALUES = {"wald": "Wald", "likelihood-ratio": "likelihood-ratio"}

Variables = Mapping[str, Variable]


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
    """The event by its definition, or by the levels of the status."""
    if endpoint.definition:
        return in_sentence(endpoint.definition.strip().rstrip("."))
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
            one.variable for one in model.candidates if one.variable in {*keep.variables, *model.always}
        ]
        verb = "had" if past else "has"
        return f"the multivariable model {verb} the covariates {labels_of(chosen, variables)}, as declared beforehand"
    limit = "below" if keep.strictly_below else "of at most"
    p = f"{P_VALUES[model.p]} p {limit} {number(keep.univariable_p or 0)}"
    rule = f"candidates with a univariable {p} {enter} the multivariable model"
    if model.always:
        rule += f", and {labels_of(model.always, variables)} {enter if past or len(model.always) > 1 else 'enters'}"
        rule += " whatever the p"
    return rule


def dropping_rule(model: Model, keep: Keep, variables: Variables, *, past: bool) -> str | None:
    """How covariates leave the multivariable model again, as a clause; None when none does."""
    if keep.backward_p is None:
        return None
    verb = "was" if past else "is"
    spared = f" (never {labels_of(model.always, variables)})" if model.always else ""
    return (
        f"the covariate with the largest {P_VALUES[model.p]} p above {number(keep.backward_p)} {verb} then removed, "
        f"one at a time{spared}"
    )


def first_of_patient(name: str, variables: Variables) -> str:
    """Which of several records of a patient stays."""
    return f"of several records of a patient the one with the smallest {label_of(name, variables)}"


def complete_cases(model: Model, *, past: bool) -> str:
    """On whom models are fitted, as a sentence; elimination keeps the patients of its first model to the end."""
    verb = "was" if past else "is"
    if model.keep is not None and model.keep.backward_p is not None:
        return (
            f"Each univariable model {verb} fitted to the patients with a known value of its covariate, the "
            "multivariable model to those with known values of all covariates that entered (complete cases)"
        )
    return (
        f"Each model {verb} fitted to the patients with known values of all its covariates (complete cases)"
    )
