"""The tables of ratios: univariable and multivariable models under a stated rule, and subgroups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crlm.statistics import cox as cox_models
from crlm.statistics import logistic as logistic_models
from crlm.statistics.results import Estimate
from tests.evidence.simulated_papers.patients import MISSING, Cohort, Factor, Quantity
from tests.evidence.simulated_papers.printing import Style
from tests.evidence.simulated_papers.rows import Tables

TREATMENT = "treatment_group"


@dataclass(frozen=True)
class Outcome:
    """What is modelled: times with events, or yes and no."""

    endpoint: str
    time: np.ndarray | None
    event: np.ndarray

    @property
    def measure(self) -> str:
        return "OR" if self.time is None else "HR"


@dataclass(frozen=True)
class Rule:
    """How variables came into the multivariable model."""

    p: float
    inclusive: bool
    method: str
    keep_p: float | None

    def admits(self, p: float) -> bool:
        return p <= self.p if self.inclusive else p < self.p


@dataclass(frozen=True)
class Fitted:
    """A model: a ratio and a p per column, a p per variable."""

    ratios: dict[tuple[str, int], Estimate]
    p: dict[tuple[str, int], float | None]
    overall: dict[str, float | None]


def drawn_rule(make: np.random.Generator) -> Rule:
    """A rule as papers state them."""
    if make.random() < 0.7:
        return Rule(float(make.choice([0.05, 0.1, 0.2])), bool(make.random() < 0.5), "enter", None)
    return Rule(0.2, False, "backward", float(make.choice([0.05, 0.1])))


def effect_table(
    tables: Tables, cohort: Cohort, style: Style, outcome: Outcome, place: str, rule: Rule
) -> dict[str, Fitted]:
    """One table of an endpoint: every variable alone, then those that the rule lets in together."""
    treatment = Factor(TREATMENT, cohort.groups, cohort.group, "")
    variables: tuple[Factor | Quantity, ...] = (treatment, *cohort.factors, *cohort.quantities)
    alone = {}
    for one in variables:
        fitted = _fit(outcome, (one,), style)
        if fitted is not None:
            alone[one.name] = fitted
    candidates = [
        one
        for one in variables
        if one.name == TREATMENT
        or (one.name in alone and _admitting_p(alone[one.name], one, style, rule) is not None)
    ]
    candidates = [one for one in candidates if one.name in alone]
    together = _selected(outcome, candidates, style, rule)
    for one in variables:
        if one.name not in alone:
            continue
        _variable_rows(tables, style, outcome, place, one, "univariable", alone[one.name])
        if together is not None and one.name in together.overall:
            _variable_rows(tables, style, outcome, place, one, "multivariable", together)
    found = {"univariable": alone[TREATMENT]} if TREATMENT in alone else {}
    if together is not None and TREATMENT in together.overall:
        found["multivariable"] = together
    return found


def _admitting_p(fitted: Fitted, one: Factor | Quantity, style: Style, rule: Rule) -> float | None:
    """The p by which a variable enters: the overall one where the paper prints it, else its smallest."""
    several = isinstance(one, Factor) and len(one.levels) > 2
    if several and style.overall_p:
        p = fitted.overall[one.name]
        return p if p is not None and rule.admits(p) else None
    known = [p for (name, _), p in fitted.p.items() if name == one.name and p is not None]
    return min(known) if known and rule.admits(min(known)) else None


def _selected(
    outcome: Outcome, candidates: list[Factor | Quantity], style: Style, rule: Rule
) -> Fitted | None:
    """The multivariable model; backward elimination never drops the treatment."""
    while len(candidates) > 1:
        fitted = _fit(outcome, tuple(candidates), style)
        if fitted is None or rule.method == "enter":
            return fitted
        ps = {name: p for name, p in fitted.overall.items() if name != TREATMENT and p is not None}
        worst = max(ps, key=lambda name: ps[name], default=None)
        if worst is None or rule.keep_p is None or ps[worst] < rule.keep_p:
            return fitted
        candidates = [one for one in candidates if one.name != worst]
    return None


def _fit(outcome: Outcome, variables: Sequence[Factor | Quantity], style: Style) -> Fitted | None:
    """A model of complete cases; None when it has too few events, or an estimate that runs away."""
    known = np.ones(len(outcome.event), bool)
    for one in variables:
        known &= one.codes != MISSING if isinstance(one, Factor) else ~np.isnan(one.values)
    columns, keys, terms = [], [], []
    for one in variables:
        own = []
        if isinstance(one, Factor):
            for code in range(1, len(one.levels)):
                columns.append((one.codes[known] == code).astype(float))
                own.append((one.name, code))
        else:
            columns.append(one.values[known])
            own.append((one.name, 0))
        keys += own
        terms.append(cox_models.Term(one.name, tuple(f"{name}:{code}" for name, code in own)))
    event = outcome.event[known]
    if min(event.sum(), len(event) - event.sum() if outcome.time is None else event.sum()) < 8:
        return None
    names = [f"{name}:{code}" for name, code in keys]
    matrix = np.column_stack(columns)
    if outcome.time is None:
        fit = logistic_models.logistic(event, matrix, names, terms=terms)
        ratios, module = fit.odds_ratios, logistic_models
    else:
        fit = cox_models.cox(outcome.time[known], event, matrix, names, ties=style.ties, terms=terms)
        ratios, module = fit.hazard_ratios, cox_models
    if fit.reason is not None:
        return None
    if len(variables) > 1 and not all(fit.estimable):
        return None
    test = (
        module.term_wald_test if style.overall_test == "wald" else module.term_likelihood_ratio_test
    )  # what a program prints for a factor with several levels
    overall = {}
    for one, term in zip(variables, terms, strict=True):
        several = isinstance(one, Factor) and len(one.levels) > 2
        overall[one.name] = (test if several else module.term_wald_test)(fit, term.name).p
    return Fitted(
        dict(zip(keys, ratios, strict=True)),
        {key: one.p for key, one in zip(keys, fit.wald_tests, strict=True)},
        overall,
    )


def _variable_rows(
    tables: Tables,
    style: Style,
    outcome: Outcome,
    place: str,
    one: Factor | Quantity,
    model: str,
    fitted: Fitted,
) -> None:
    sized = style.sizes_in_effects
    common = {
        "locator": place,
        "population": "all",
        "endpoint": outcome.endpoint,
        "unit_of_analysis": "patient",
        "model": model,
        "term": one.name,
        "measure": outcome.measure,
    }
    if isinstance(one, Quantity):
        n = int((~np.isnan(one.values)).sum()) if sized else None
        _ratio_row(
            tables,
            style,
            {**common, "term_type": "continuous", "level": f"per {one.unit}", "n": n},
            fitted,
            (one.name, 0),
        )
        return
    several = len(one.levels) > 2
    common |= {"term_type": "categorical" if several else "binary", "reference": one.levels[0]}
    sizes = [int((one.codes == code).sum()) if sized else None for code in range(len(one.levels))]
    if sized and (one.codes == MISSING).any() and model == "univariable":
        tables.add(
            "effects", **{**common, "model": "(missing)"}, level="NA", n=int((one.codes == MISSING).sum())
        )
    tables.add("effects", **common, level=one.levels[0], est_printed="Reference", n=sizes[0])
    for code in range(1, len(one.levels)):
        row = {**common, "level": one.levels[code], "n": sizes[code]}
        _ratio_row(tables, style, row, fitted, (one.name, code), with_p=not several or style.p_of_levels)
    p = fitted.overall[one.name]
    if several and style.overall_p and p is not None:
        text, operator, parsed = style.p(p)
        tables.add(
            "effects",
            **common,
            level="(overall)",
            p_printed=text,
            p_op=operator,
            p=parsed,
            p_kind="overall_factor",
        )


def _ratio_row(
    tables: Tables,
    style: Style,
    row: dict,
    fitted: Fitted,
    key: tuple[str, int],
    *,
    with_p: bool = True,
) -> None:
    ratio, p = fitted.ratios[key], fitted.p[key]
    if ratio.value is None or ratio.lower is None or ratio.upper is None or ratio.upper > 1_000:
        tables.add("effects", **row, est_printed="*")
        return
    decimals = style.ratio_decimals
    row |= {
        "est_printed": style.number(ratio.value, decimals),
        "ci_printed": style.interval(ratio.lower, ratio.upper, decimals),
        "est": style.parsed(ratio.value, decimals),
        "ci_low": style.parsed(ratio.lower, decimals),
        "ci_high": style.parsed(ratio.upper, decimals),
    }
    if with_p and p is not None:
        text, operator, parsed = style.p(p)
        row |= {"p_printed": text, "p_op": operator, "p": parsed, "p_kind": "wald"}
    tables.add("effects", **row)


def subgroups(tables: Tables, cohort: Cohort, style: Style, outcome: Outcome, place: str) -> None:
    """The treatment's ratio within the levels of each factor, with the size of each subgroup."""
    for factor in cohort.factors:
        for code, level in enumerate(factor.levels):
            inside = factor.codes == code
            part = Outcome(
                outcome.endpoint,
                None if outcome.time is None else outcome.time[inside],
                outcome.event[inside],
            )
            treatment = Factor(TREATMENT, cohort.groups, cohort.group[inside], "")
            both = len(set(treatment.codes)) == 2
            fitted = _fit(part, (treatment,), style) if both else None
            row = {
                "locator": place,
                "population": f"{factor.name}={level}",
                "endpoint": outcome.endpoint,
                "unit_of_analysis": "patient",
                "model": "subgroup_univariable",
                "subgroup_variable": factor.name,
                "subgroup_level": level,
                "term": TREATMENT,
                "term_type": "binary",
                "level": cohort.groups[1],
                "reference": cohort.groups[0],
                "measure": outcome.measure,
                "n": int(inside.sum()),
            }
            if fitted is None:
                tables.add("effects", **row, est_printed="NA")
            else:
                _ratio_row(tables, style, row, fitted, (TREATMENT, 1))
