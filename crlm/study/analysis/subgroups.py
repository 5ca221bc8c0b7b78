"""Subgroups: the comparison's hazard ratio within each level of another variable, with a test of interaction."""

from __future__ import annotations

import numpy as np

from crlm.cohort.groups import Groups
from crlm.statistics.cox import CoxFit, cox
from crlm.statistics.results import TestResult, chi_square_p
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.covariates import Covariate, covariate
from crlm.study.analysis.endpoints import AnalysedEndpoint
from crlm.study.protocol.model import Subgroups


def subgroup_result(
    analysed: AnalysedEndpoint, groups: Groups, declared: Subgroups, *, level: float
) -> document.SubgroupResult:
    """A declared subgroup analysis of a comparison of two groups."""
    records, rows = analysed.records, analysed.data.rows
    frame = records.frame[rows]
    group = covariate(frame, groups.variable, reference=groups.reference)
    words = {one.level: one.label for one in groups.levels}
    other = group.levels[0]
    everyone = np.ones(rows.size, dtype=bool)
    return document.SubgroupResult(
        id=declared.id,
        endpoint=declared.endpoint,
        title=declared.title or f"{analysed.protocol.label} in subgroups",
        contrast=f"{groups.label}: {words[other]} against {words[groups.reference]}",
        favours=(f"Favours {words[other]}", f"Favours {words[groups.reference]}"),
        overall=_level(analysed, group, everyone, "all", f"All {analysed.words.many}", declared, level),
        variables=tuple(
            _variable(analysed, group, covariate(frame, records.variables[name]), declared, level)
            for name in declared.variables
        ),
        notes=(
            f"A subgroup with fewer than {declared.minimum_events} events has no estimate. Interaction: "
            "likelihood-ratio test between the models with and without the product terms. "
            "No correction for the number of subgroups.",
            *(f"Left out, {label}: {n} {analysed.words.many}." for label, n in analysed.left_out),
        ),
    )


def _variable(
    analysed: AnalysedEndpoint, group: Covariate, by: Covariate, declared: Subgroups, level: float
) -> document.SubgroupVariable:
    return document.SubgroupVariable(
        variable=by.variable.name,
        label=by.variable.label,
        missing=int((~by.known).sum()),
        levels=tuple(
            _level(analysed, group, by.index == position, one.name, one.words, declared, level)
            for position, one in enumerate(by.variable.levels)
        ),
        interaction=_interaction(analysed, group, by, declared),
    )


def _level(
    analysed: AnalysedEndpoint,
    group: Covariate,
    mask: np.ndarray,
    name: str,
    label: str,
    declared: Subgroups,
    level: float,
) -> document.SubgroupLevel:
    data = analysed.data
    n, events = int(mask.sum()), int(data.event[mask].sum())
    if events < declared.minimum_events:
        reason = f"{events} events, fewer than {declared.minimum_events}"
        hazard_ratio, p = wording.no_interval(reason, level), wording.no_test("wald", n, reason)
    else:
        fit = cox(
            data.time[mask],
            data.event[mask],
            group.matrix[mask],
            group.column_names,
            ties=declared.ties,
            level=level,
        )
        hazard_ratio, p = wording.interval(fit.hazard_ratios[0]), wording.test(fit.wald_tests[0])
    return document.SubgroupLevel(
        level=name,
        label=label,
        n=n,
        events=events,
        groups=tuple(
            document.SubgroupGroup(
                group=one.name,
                n=int((mask & (group.index == position)).sum()),
                events=int(data.event[mask & (group.index == position)].sum()),
            )
            for position, one in enumerate(group.variable.levels)
        ),
        hazard_ratio=hazard_ratio,
        p=p,
    )


def _interaction(
    analysed: AnalysedEndpoint, group: Covariate, by: Covariate, declared: Subgroups
) -> document.Test:
    """Likelihood-ratio test of group x subgroup where the subgroup is known; df are the products that add something."""
    data, known = analysed.data, by.known
    main = np.hstack([group.matrix[known], by.matrix[known]])
    products = group.matrix[known] * by.matrix[known]
    names = [*group.column_names, *by.column_names]
    product_names = [f"{group.column_names[0]} x {name}" for name in by.column_names]
    time, event = data.time[known], data.event[known]
    smaller = cox(time, event, main, names, ties=declared.ties)
    larger = cox(time, event, np.hstack([main, products]), [*names, *product_names], ties=declared.ties)
    return wording.test(
        _likelihood_ratio(smaller, larger, int(known.sum())), "likelihood-ratio test of interaction"
    )


def _likelihood_ratio(smaller: CoxFit, larger: CoxFit, n: int) -> TestResult:
    reason = smaller.reason or larger.reason
    if smaller.log_likelihood is None or larger.log_likelihood is None:
        return TestResult("likelihood-ratio", None, None, None, n, reason or "a model could not be fitted")
    lost = [why for why in larger.reasons[len(smaller.names) :] if why is not None]
    if lost:
        return TestResult(
            "likelihood-ratio", None, None, None, n, f"an interaction is not estimable: {lost[0]}"
        )
    df = sum(larger.estimable) - sum(smaller.estimable)
    statistic = 2 * (larger.log_likelihood - smaller.log_likelihood)
    return TestResult("likelihood-ratio", statistic, df, chi_square_p(statistic, df), n)
