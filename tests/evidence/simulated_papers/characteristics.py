"""Tables of counts and summaries: characteristics by group, before and after treatment, and the flow of patients."""

from __future__ import annotations

import numpy as np

from crlm.statistics.contingency import chi_square, fisher
from crlm.statistics.group_tests import mann_whitney, t_test
from crlm.statistics.paired_tests import mcnemar, wilcoxon_signed_rank
from crlm.statistics.summaries import quantiles
from tests.evidence.simulated_papers.patients import MISSING, Cohort, Factor, Quantity
from tests.evidence.simulated_papers.printing import Style
from tests.evidence.simulated_papers.rows import Tables

BEFORE, AFTER = "baseline", "pre_surgery"
PLACE_OF_TUMOURS = "Table 5"


def characteristics(tables: Tables, cohort: Cohort, style: Style) -> None:
    """Table 1: who was treated, by group and in total."""
    for code, name in enumerate(cohort.groups):
        _cell(tables, style, "Table 1", "header", "treatment_group", name, "all", cohort.group == code, None)
    columns = columns_of(cohort.group, cohort.groups, style)
    for factor in cohort.factors:
        factor_rows(tables, style, factor, columns)
        factor_test(tables, style, factor, cohort.group, cohort.groups)
    factor_rows(tables, style, cohort.score.factor, columns)
    factor_test(tables, style, cohort.score.factor, cohort.group, cohort.groups)
    for one in cohort.quantities:
        for name, inside in columns.items():
            _summary(tables, style, "Table 1", one, name, one.values[inside])
        _quantity_test(tables, style, one, cohort)


def columns_of(group: np.ndarray, names: tuple[str, str], style: Style) -> dict[str, np.ndarray]:
    """The columns of a table by group: who is in them."""
    columns = {name: group == code for code, name in enumerate(names)}
    return {"all": np.ones(len(group), bool), **columns} if style.total_column else columns


def factor_rows(
    tables: Tables,
    style: Style,
    factor: Factor,
    columns: dict[str, np.ndarray],
    place: str = "Table 1",
    unit: str = "patient",
) -> None:
    """A count with its percentage for each level and column, and what is missing."""
    for code, level in enumerate(factor.levels):
        for name, inside in columns.items():
            _cell(
                tables,
                style,
                place,
                factor.section,
                factor.name,
                level,
                name,
                factor.codes[inside] == code,
                factor.codes[inside] == MISSING,
                unit,
            )
    if any((factor.codes[inside] == MISSING).any() for inside in columns.values()):
        for name, inside in columns.items():
            missing = int((factor.codes[inside] == MISSING).sum())
            tables.add(
                "counts",
                locator=place,
                section=factor.section,
                variable=factor.name,
                level="Missing",
                group=name,
                unit=unit,
                as_printed=style.count(missing),
                n_printed=style.count(missing),
                n=missing,
                is_missing_row=1,
                n_best=missing,
            )


def _cell(
    tables: Tables,
    style: Style,
    place: str,
    section: str,
    variable: str,
    level: str,
    group: str,
    inside: np.ndarray,
    missing: np.ndarray | None,
    unit: str = "patient",
) -> None:
    """One "n (%)"; `missing` None is a count of everybody."""
    n, total = int(inside.sum()), len(inside)
    known = total if missing is None else total - int(missing.sum())
    basis = "group_total" if missing is None else style.percent_basis
    denominator = known if basis == "non_missing" else total
    bare = missing is None and not style.headings_with_percent
    percent = "" if bare or not denominator else style.number(100 * n / denominator, style.percent_decimals)
    sign = "%" if style.percent_sign else ""
    tables.add(
        "counts",
        locator=place,
        section=section,
        variable=variable,
        level=level,
        group=group,
        unit=unit,
        as_printed=f"{style.count(n)} ({percent}{sign})" if percent else style.count(n),
        n_printed=style.count(n),
        percent_as_printed=percent,
        n=n,
        pct=percent.replace(style.decimal_mark, "."),
        denominator=denominator,
        denominator_basis=basis,
        is_missing_row=0,
        n_best=n,
        pct_best=percent.replace(style.decimal_mark, "."),
    )


def factor_test(
    tables: Tables,
    style: Style,
    factor: Factor,
    group: np.ndarray,
    names: tuple[str, str],
    place: str = "Table 1",
    unit: str = "patient",
) -> None:
    """The p of a comparison of two groups."""
    known = factor.codes != MISSING
    table = np.array(
        [
            [int(((group == code) & (factor.codes == level) & known).sum()) for code in (0, 1)]
            for level in range(len(factor.levels))
        ]
    )
    if (table.sum(axis=1) == 0).any() or (table.sum(axis=0) == 0).any():
        return
    small = len(factor.levels) == 2
    if small and style.two_by_two_test == "fisher_exact":
        name, found = "fisher_exact", fisher(table)
    elif small and style.two_by_two_test == "chi2_yates":
        name, found = "pearson_chi2", chi_square(table, correction=True)
    else:
        name, found = "pearson_chi2", chi_square(table)
    assert found.p is not None
    _test_row(tables, style, place, factor.section, factor.name, names, name, found.p, unit=unit)


def _test_row(
    tables: Tables,
    style: Style,
    place: str,
    section: str,
    variable: str,
    groups: tuple[str, str],
    name: str,
    p: float,
    suffix: str = "",
    unit: str = "patient",
) -> None:
    text, operator, parsed = style.p(p)
    stated = style.test_basis != "not_stated"
    tables.add(
        "tests",
        locator=place,
        section=section,
        variable=variable,
        groups_compared=f"{groups[0]} vs {groups[1]}{suffix}",
        unit=unit,
        test=name if stated else "not_stated",
        test_basis=style.test_basis,
        p_printed=text,
        p_op=operator,
        p=parsed,
    )


def _summary(
    tables: Tables, style: Style, place: str, quantity: Quantity, group: str, values: np.ndarray
) -> None:
    known = values[~np.isnan(values)]
    if len(known) < 5:
        return
    decimals = style.value_decimals

    def shown(value: float) -> str:
        return style.number(value, decimals)

    def parsed(value: float) -> str:
        return style.parsed(value, decimals)

    common = {
        "locator": place,
        "section": quantity.section,
        "variable": quantity.name,
        "unit": quantity.unit,
        "group": group,
        "n_available": len(known) if style.sizes_in_effects else None,
    }
    if style.summary == "mean_sd":
        mean, deviation = float(known.mean()), float(known.std(ddof=1))
        tables.add(
            "summaries",
            **common,
            statistic="mean_sd",
            centre=parsed(mean),
            sd=parsed(deviation),
            as_printed=f"{shown(mean)} ({shown(deviation)})",
        )
        return
    first, middle, third = quantiles(known, (0.25, 0.5, 0.75), definition=style.quartiles)
    low, high = float(known.min()), float(known.max())
    with_range = style.survival_intervals
    assert first is not None and middle is not None and third is not None
    text = f"{shown(middle)} ({shown(first)}\u2013{shown(third)})"
    tables.add(
        "summaries",
        **common,
        statistic="median_iqr_range" if with_range else "median_iqr",
        centre=parsed(middle),
        q1=parsed(first),
        q3=parsed(third),
        range_low=parsed(low) if with_range else "",
        range_high=parsed(high) if with_range else "",
        as_printed=f"{text} ({shown(low)}\u2013{shown(high)})" if with_range else text,
    )


def _quantity_test(tables: Tables, style: Style, quantity: Quantity, cohort: Cohort) -> None:
    samples = [quantity.values[cohort.group == code] for code in (0, 1)]
    first, second = (one[~np.isnan(one)] for one in samples)
    if min(len(first), len(second)) < 5:
        return
    if style.summary == "mean_sd":
        name, found = "t_test_independent", t_test(first, second, variances=style.variances)
    else:
        name, found = "mann_whitney_u", mann_whitney(first, second, convention=style.ranks)
    if found.p is not None:
        _test_row(tables, style, "Table 1", quantity.section, quantity.name, cohort.groups, name, found.p)


def before_and_after(tables: Tables, cohort: Cohort, style: Style) -> None:
    """Table 2: what was found before and after treatment in the same patients."""
    for before, after in cohort.before_after:
        for name, one in ((BEFORE, before), (AFTER, after)):
            factor_rows(tables, style, one, {name: np.ones(cohort.n, bool)}, "Table 2")
        both = (before.codes != MISSING) & (after.codes != MISSING)
        paired = np.array(
            [[int(((before.codes == i) & (after.codes == j) & both).sum()) for j in (0, 1)] for i in (0, 1)]
        )
        exact = style.two_by_two_test == "fisher_exact"
        found = mcnemar(
            paired,
            method="exact" if exact else "asymptotic",
            correction=style.two_by_two_test == "chi2_yates",
        )
        if found.p is not None:
            _test_row(
                tables,
                style,
                "Table 2",
                before.section,
                before.name,
                (BEFORE, AFTER),
                "mcnemar",
                found.p,
                " (paired)",
            )
    for first, second in cohort.measured_twice:
        for name, one in ((BEFORE, first), (AFTER, second)):
            _summary(tables, style, "Table 2", one, name, one.values)
        signed = wilcoxon_signed_rank(first.values, second.values, convention=style.ranks)
        if signed.p is not None and style.summary == "median_iqr":
            _test_row(
                tables,
                style,
                "Table 2",
                first.section,
                first.name,
                (BEFORE, AFTER),
                "wilcoxon_paired",
                signed.p,
                " (paired)",
            )


def flow(tables: Tables, cohort: Cohort, style: Style, make: np.random.Generator) -> None:
    """The flow of patients: assessed, excluded with reasons, included, the groups."""
    reasons = [int(one) for one in make.integers(3, 400, int(make.integers(2, 5)))]
    assessed = cohort.n + sum(reasons)
    place = "Figure 1"

    def box(step: int, node: str, description: str, n: int, of: int | None) -> None:
        percent = "" if of is None else style.number(100 * n / of, style.percent_decimals)
        tables.add(
            "flow",
            locator=place,
            step=step,
            node=node,
            description=description,
            n_printed=style.count(n),
            n=n,
            pct_printed=percent,
            pct=percent.replace(style.decimal_mark, "."),
            denominator=of,
        )

    box(0, "assessed", "patients assessed", assessed, None)
    box(1, "excluded_total", "excluded", sum(reasons), None)
    for number, n in enumerate(reasons, start=1):
        box(2, f"excl_reason_{number}", f"excluded for reason {number}", n, assessed)
    box(3, "included", "included", cohort.n, None)
    for code, name in enumerate(cohort.groups):
        box(4, name, f"group {name}", int((cohort.group == code).sum()), cohort.n)
