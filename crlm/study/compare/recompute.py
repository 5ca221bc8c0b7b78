"""What the printed numbers of a paper determine among themselves, computed again by the statistics of the reports.

Counts determine percentages, sums, and the p of chi-square and Fisher tests; means with standard deviations the p of a
t test; a ratio with its interval the p of its Wald test. Printed numbers are rounded: where the input is, the result is
a range, and the printed p agrees when it can be one of it. Where counts of events are known behind an odds ratio, the
ratio, its interval and its p are computed from them by the logistic regression of the reports (Woolf's interval).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import log

import numpy as np

from crlm.evidence import (
    Published,
    PublishedCount,
    PublishedEffect,
    PublishedSummary,
    PublishedTest,
    TwoByTwo,
)
from crlm.statistics.contingency import chi_square, fisher
from crlm.statistics.group_tests import t_test
from crlm.statistics.logistic.fit import logistic
from crlm.statistics.results import interval_multiplier, normal_p
from crlm.study.compare.cells import quantities
from crlm.study.compare.printed import Printed, printed, rounded

EXACT = ("non_missing", "group_total", "printed")
"""How a denominator is known when the percentage follows from printed counts."""
LEVEL = 0.95
P_DECIMALS = 4


@dataclass(frozen=True)
class Recomputation:
    """A printed number beside what other printed numbers make of it.

    `rows` are the published rows that it is about; `recomputed` is in the decimals of the printed number, or a range of
    what rounding allows; `agrees` whether the printed number can be it.
    """

    rows: tuple[str, ...]
    kind: str
    what: str
    method: str
    printed: str
    recomputed: str
    agrees: bool
    note: str | None = None


def recomputations(published: Published) -> tuple[Recomputation, ...]:
    """Everything that a paper's printed numbers determine, in the order of its tables."""
    return (
        *_percentages(published.counts),
        *_sums(published.counts),
        *_tests(published),
        *_odds_ratios(published.two_by_two),
        *_wald(published.effects),
    )


def _percentages(counts: Iterable[PublishedCount]) -> Iterator[Recomputation]:
    for row in counts:
        shown = printed(row.percent_as_printed) if not row.percent_as_printed.startswith("<") else None
        if shown is None or row.n is None or not row.denominator or row.denominator_basis not in EXACT:
            continue
        if not row.n_printed:
            continue
        found = 100 * row.n / row.denominator
        yield Recomputation(
            (row.row_id,),
            "percentage",
            _of_count(row),
            f"{row.n} of {row.denominator}",
            row.percent_as_printed,
            rounded(found, shown.decimals),
            shown.agrees(found),
        )


def _of_count(row: PublishedCount) -> str:
    return f"{row.locator}: {row.variable}, {row.level}, {row.group}"


def _sums(counts: Iterable[PublishedCount]) -> Iterator[Recomputation]:
    """The column of everyone is the sum of the groups."""
    found: dict[tuple[str, str, str], dict[str, PublishedCount]] = defaultdict(dict)
    for row in counts:
        if row.n_printed and row.n is not None:
            found[row.locator, row.variable, row.level][row.group] = row
    for groups in found.values():
        whole = groups.get("all")
        parts = [row for group, row in groups.items() if group != "all"]
        if whole is None or len(parts) < 2:
            continue
        total = sum(row.n or 0 for row in parts)
        yield Recomputation(
            (whole.row_id, *(row.row_id for row in parts)),
            "sum",
            _of_count(whole),
            " + ".join(str(row.n) for row in parts),
            whole.n_printed,
            str(total),
            total == whole.n,
        )


def _tests(published: Published) -> Iterator[Recomputation]:
    for row in published.tests:
        shown = printed(row.p_printed, row.p_op)
        if shown is None:
            continue
        if row.test == "t_test_independent":
            yield from _t(row, shown, published.summaries)
        else:
            yield from _contingency(row, shown, published.counts)


def _contingency(
    row: PublishedTest, shown: Printed, counts: Sequence[PublishedCount]
) -> Iterator[Recomputation]:
    """Chi-square and Fisher; a test that the paper does not name is tried as chi-square."""
    if row.test not in ("pearson_chi2", "fisher_exact", "not_stated"):
        return
    table = _table(row, counts)
    if table is None:
        return
    cells, rows, inferred = table
    result = fisher(cells) if row.test == "fisher_exact" else chi_square(cells)
    if result.p is None:
        return
    notes = ["the paper does not name the test"] if row.test == "not_stated" else []
    if not shown.agrees(result.p) and (corrected := _table(row, counts, corrected=True)) is not None:
        again = fisher(corrected[0]) if row.test == "fisher_exact" else chi_square(corrected[0])
        if again.p is not None and again.p != result.p:
            notes.append(f"with the misprinted counts corrected it is {_p_shown(again.p, shown)}")
    if inferred:
        notes.append("counts inferred from percentages")
    yield Recomputation(
        (row.row_id, *rows),
        "test",
        f"{row.locator}: {row.variable}, {row.groups_compared}",
        "Fisher's exact test" if row.test == "fisher_exact" else "Pearson's chi-square, uncorrected",
        f"{'<' if shown.sign == '<' else ''}{row.p_printed.lstrip('<')}",
        _p_shown(result.p, shown),
        shown.agrees(result.p),
        "; ".join(notes) or None,
    )


def _p_shown(p: float, shown: Printed) -> str:
    if p < 0.5 * 10.0**-P_DECIMALS:
        return f"{p:.1e}"
    return rounded(p, max(shown.decimals, P_DECIMALS))


def _table(
    row: PublishedTest, counts: Sequence[PublishedCount], *, corrected: bool = False
) -> tuple[np.ndarray, tuple[str, ...], bool] | None:
    """Levels by groups from the printed counts; a single level with its denominators makes a table of two."""
    variable, _, only = row.variable.partition("[")
    only = only.rstrip("]")
    groups = [one.strip() for one in row.groups_compared.split(" vs ")]
    cells: dict[str, dict[str, PublishedCount]] = defaultdict(dict)
    for one in counts:
        wanted = one.locator == row.locator and one.variable == variable and one.group in groups
        if wanted and not one.is_missing_row and (not only or one.level == only):
            cells[one.level][one.group] = one
    complete = {level: one for level, one in cells.items() if set(one) == set(groups)}
    if not complete:
        return None
    used = [one for level in complete.values() for one in level.values()]
    ids = tuple(one.row_id for one in used)
    inferred = any(one.status.startswith("inferred") for one in used)
    table = [[_count(complete[level][group], corrected=corrected) for group in groups] for level in complete]
    if len(complete) == 1:
        (level,) = complete.values()
        whole = [level[group].denominator for group in groups]
        if any(one is None for one in whole):
            return None
        table.append([(one or 0) - known for one, known in zip(whole, table[0], strict=True)])
    return np.array(table), ids, inferred


def _count(row: PublishedCount, *, corrected: bool) -> int:
    """The printed count, or the corrected one; where only a percentage is printed, the count inferred from it."""
    both = (row.n_best, row.n) if corrected else (row.n, row.n_best)
    return next((one for one in both if one is not None), 0)


def _t(row: PublishedTest, shown: Printed, summaries: Sequence[PublishedSummary]) -> Iterator[Recomputation]:
    groups = [one.strip() for one in row.groups_compared.split(" vs ")]
    found = {
        one.group: one
        for one in summaries
        if one.locator == row.locator and one.variable == row.variable and one.group in groups
    }
    if set(found) != set(groups) or any(one.n_available is None for one in found.values()):
        return
    corners = []
    for group in groups:
        numbers = {one.name: one.printed.range for one in quantities(found[group])}
        corners.append(list(product(numbers["mean"], numbers["sd"])))
    sizes = [found[group].n_available or 0 for group in groups]
    ps = [
        t_test(_sample(sizes[0], *first), _sample(sizes[1], *second), variances="pooled").p
        for first, second in product(*corners)
    ]
    known = [p for p in ps if p is not None]
    low, high = min(known), max(known)
    yield Recomputation(
        (row.row_id, *(found[group].row_id for group in groups)),
        "test",
        f"{row.locator}: {row.variable}, {row.groups_compared}",
        "Student's t test from means, SDs and n",
        row.p_printed,
        f"{rounded(low, shown.decimals)} to {rounded(high, shown.decimals)}",
        _within(shown, low, high),
        "the range that rounding of the means and SDs allows",
    )


def _sample(n: int, mean: float, sd: float) -> np.ndarray:
    """Values with exactly this mean and standard deviation: a t test asks for nothing else."""
    values = np.arange(n, dtype=float)
    return np.asarray(mean + sd * (values - values.mean()) / values.std(ddof=1))


def _within(shown: Printed, low: float, high: float) -> bool:
    least, most = shown.range
    return low <= most and high >= least


def _odds_ratios(tables: Iterable[TwoByTwo]) -> Iterator[Recomputation]:
    for one in tables:
        swapped = one.orientation == "group_sizes_swapped"
        event, exposed, weights = [], [], []
        for level, n, events in ((1, one.n_level, one.events_level), (0, one.n_ref, one.events_ref)):
            for happened, many in ((1, events), (0, n - events)):
                if many:
                    event.append(happened)
                    exposed.append([level])
                    weights.append(float(many))
        fit = logistic(event, exposed, [one.term], weights=weights, level=LEVEL)
        ratio, p = fit.odds_ratios[0], fit.wald_tests[0].p
        if ratio.value is None or ratio.lower is None or ratio.upper is None or p is None:
            continue
        counts = f"{one.events_level} of {one.n_level} against {one.events_ref} of {one.n_ref}"
        what = f"{one.locator}: {one.endpoint}, {one.term}, {one.level} against {one.reference}"
        note = "the sizes of the two levels are exchanged in the table" if swapped else None
        texts = (one.or_printed, *one.ci_printed.split("-"))
        shown = [number for text in texts if (number := printed(text)) is not None]
        values = (ratio.value, ratio.lower, ratio.upper)
        found = [rounded(value, number.decimals) for number, value in zip(shown, values, strict=True)]
        yield Recomputation(
            (one.row_id,),
            "odds ratio",
            what,
            f"logistic regression of {counts}",
            f"{one.or_printed} ({one.ci_printed})",
            f"{found[0]} ({found[1]}-{found[2]})",
            all(number.agrees(value) for number, value in zip(shown, values, strict=True)),
            note,
        )
        limit = printed(one.p_printed, "<" if one.p_printed.startswith("<") else "=")
        if limit is not None:
            yield Recomputation(
                (one.row_id,),
                "wald",
                what,
                f"Wald test in the logistic regression of {counts}",
                one.p_printed,
                _p_shown(p, limit),
                limit.agrees(p),
                note,
            )


def _wald(effects: Iterable[PublishedEffect]) -> Iterator[Recomputation]:
    """The p that an estimate and its interval imply, over everything that rounding of the three allows."""
    multiplier = interval_multiplier(LEVEL)
    for row in effects:
        numbers = {one.name: one.printed for one in quantities(row)}
        if not {"estimate", "lower", "upper", "p"} <= set(numbers) or row.p_kind != "wald":
            continue
        estimates, lows, highs = (numbers[name].range for name in ("estimate", "lower", "upper"))
        ps = [
            normal_p(log(estimate) * 2 * multiplier / (log(high) - log(low)))
            for estimate, low, high in product(estimates, lows, highs)
            if 0 < low < high and estimate > 0
        ]
        if not ps:
            continue
        least, most = min(ps), max(ps)
        if estimates[0] <= 1 <= estimates[1]:
            most = 1.0
        yield Recomputation(
            (row.row_id,),
            "wald",
            f"{row.locator}: {row.endpoint}, {row.term}, {row.level}, {row.model}",
            f"Wald test from {row.est_printed} ({row.ci_printed})",
            f"{'<' if row.p_op == '<' else ''}{row.p_printed.lstrip('<')}",
            f"{rounded(least, numbers['p'].decimals)} to {rounded(most, numbers['p'].decimals)}",
            _within(numbers["p"], least, most),
            "the range that rounding of the ratio and its interval allows",
        )
