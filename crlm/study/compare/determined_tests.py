"""Tests of groups that printed counts, or means and standard deviations, determine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from crlm.evidence import Published, PublishedCount, PublishedSummary, PublishedTest
from crlm.statistics.contingency import chi_square, fisher
from crlm.statistics.group_tests import t_test
from crlm.study.compare.cells import quantities
from crlm.study.compare.printed import Printed, printed, rounded
from crlm.study.compare.recomputation import Recomputation, is_within, p_shown


def group_tests(published: Published) -> Iterator[Recomputation]:
    """Chi-square, Fisher and t tests, in the order of the paper."""
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
            notes.append(f"with the misprinted counts corrected it is {p_shown(again.p, shown)}")
    if inferred:
        notes.append("counts inferred from percentages")
    yield Recomputation(
        (row.row_id, *rows),
        "test",
        f"{row.locator}: {row.variable}, {row.groups_compared}",
        "Fisher's exact test" if row.test == "fisher_exact" else "Pearson's chi-square, uncorrected",
        f"{'<' if shown.sign == '<' else ''}{row.p_printed.lstrip('<')}",
        p_shown(result.p, shown),
        shown.agrees(result.p),
        "; ".join(notes) or None,
    )


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
    if not complete or 1 < len(complete) < len(cells):
        return None  # a level of which a group is not printed: the table is not known
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
        is_within(shown, low, high),
        "the range that rounding of the means and SDs allows",
    )


def _sample(n: int, mean: float, sd: float) -> np.ndarray:
    """Values with exactly this mean and standard deviation: a t test asks for nothing else."""
    values = np.arange(n, dtype=float)
    return np.asarray(mean + sd * (values - values.mean()) / values.std(ddof=1))
