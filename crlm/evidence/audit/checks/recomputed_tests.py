"""A printed test of groups computed again from the counts, or the means, that are printed behind it.

Every test that the paper does not exclude is computed, over everything that rounding of the printed numbers allows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from crlm.evidence.audit.attainable import (
    ASYMPTOTIC,
    CHI_SQUARE,
    CONTINGENCY,
    EDWARDS,
    EXACT,
    FISHER,
    LIKELIHOOD_RATIO,
    MOST_ALTERNATIVES,
    POOLED,
    WELCH,
    YATES,
    alternatives,
    contingency,
    mcnemar_attainable,
    t_test_range,
)
from crlm.evidence.audit.checks.blocks import groups_of, size_of
from crlm.evidence.audit.checks.group_tables import Blocks, GroupTable, group_table, is_paired
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSummary, PublishedTest

Interval = tuple[float, float]

NAMED = {
    "pearson_chi2": (CHI_SQUARE, YATES),
    "chi2": (CHI_SQUARE, YATES),
    "yates_chi2": (YATES,),
    "fisher_exact": (FISHER,),
    "likelihood_ratio": (LIKELIHOOD_RATIO,),
    "t_test_independent": (POOLED, WELCH),
    "t_test_welch": (WELCH,),
}
"""The tests that a paper's word for its test leaves open."""
UNNAMED = ("not_stated", "")
COUNTS = ("pearson_chi2", "chi2", "yates_chi2", "fisher_exact", "likelihood_ratio", *UNNAMED)
MEANS = ("t_test_independent", "t_test_welch")
RANKS = ("mann_whitney_u", "wilcoxon_paired", "kruskal_wallis", "wilcoxon")
PAIRED = ("mcnemar",)
MOST_PAIRS = 10_000
EDGE = 1e-12
"""What binary floats may add to a p on the edge of what rounds to the printed one."""
SIGNS = ("<", ">", "≤", "≥")
_NUMBER = re.compile(r"\d+(?:[.,·]\d+)?")


@dataclass(frozen=True)
class OfCounts:
    """A printed p with the table of counts behind it; `ranges` are what each test can give over its tables."""

    row: PublishedTest
    p: Printed
    table: GroupTable

    @cached_property
    def ranges(self) -> dict[str, Interval]:
        """The least and the greatest p of each test over the tables that the cells may stand for."""
        return {name: found for name in CONTINGENCY if (found := self.range_of(name)) is not None}

    def range_of(self, name: str) -> Interval | None:
        """The least and greatest p of one test over these tables; None where there is none, or it takes too long."""
        tables = tuple(self.table.tables() or ())
        if name == FISHER and sum(map(alternatives, tables)) > MOST_ALTERNATIVES:
            return None
        ps = [p for counts in tables for _, p in contingency(counts, (name,))]
        return (min(ps), max(ps)) if ps else None

    @property
    def allowed(self) -> tuple[str, ...]:
        """The tests that the paper does not exclude, as far as they can be computed."""
        return tuple(name for name in self._not_excluded if name in self.ranges)

    @property
    def _not_excluded(self) -> tuple[str, ...]:
        return NAMED.get(self.row.test, CONTINGENCY)

    def agrees(self) -> bool | None:
        """Whether a test that is not excluded can give the printed p, Fisher's last; None when that is not known."""
        computed = False
        for name in sorted(self._not_excluded, key=(FISHER,).count):
            found = self.range_of(name)
            if found is not None and self.p.overlaps(*found):
                return True
            computed = found is not None or (computed and name != FISHER)
        return False if computed else None

    @property
    def agreeing(self) -> tuple[str, ...]:
        """The tests, allowed or not, that can give the printed p."""
        return tuple(name for name, (low, high) in self.ranges.items() if self.p.overlaps(low, high))

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the counts."""
        return tuple(one.row_id for one in self.table.quoted)


@dataclass(frozen=True)
class OfMeans:
    """A printed p with the means and standard deviations of its two groups, and how many each are of."""

    row: PublishedTest
    p: Printed
    summaries: tuple[PublishedSummary, PublishedSummary]
    ranges: dict[str, Interval]

    @property
    def allowed(self) -> tuple[str, ...]:
        """The tests that the paper does not exclude."""
        return NAMED[self.row.test]

    @property
    def agreeing(self) -> tuple[str, ...]:
        """The tests, allowed or not, that can give the printed p."""
        return tuple(name for name, (low, high) in self.ranges.items() if self.p.overlaps(low, high))

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the means."""
        return tuple(one.row_id for one in self.summaries)


@dataclass(frozen=True)
class OfPairs:
    """A printed p of McNemar's test with its margins: `first` of `n` yes before, `second` after.

    Who changed is not printed, so that each test has the p values of every number of changes.
    """

    row: PublishedTest
    p: Printed
    table: GroupTable
    first: int
    second: int
    n: int

    @property
    def ranges(self) -> dict[str, Interval]:
        """The least and the greatest p of each version of the test over the changes that the margins allow."""
        return {
            name: (min(values), max(values))
            for name, values in mcnemar_attainable(self.first, self.second, self.n)
            if values
        }

    @property
    def allowed(self) -> tuple[str, ...]:
        """The versions of the test: no paper says which."""
        return EXACT, ASYMPTOTIC, EDWARDS

    @property
    def agreeing(self) -> tuple[str, ...]:
        """The versions that attain the printed p for some number of changes."""
        low, high = self.p.bounds(0.0, 1.0)
        return tuple(
            name
            for name, values in mcnemar_attainable(self.first, self.second, self.n)
            if any(low - EDGE <= value <= high + EDGE for value in values)
        )

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the counts."""
        return tuple(one.row_id for one in self.table.quoted)


Recomputed = OfCounts | OfMeans | OfPairs


def agrees(one: Recomputed) -> bool:
    """Whether a test that the paper does not exclude can give the printed p."""
    if isinstance(one, OfCounts):
        return bool(one.agrees())
    return bool(set(one.allowed) & set(one.agreeing))


def is_of_pairs(row: PublishedTest) -> bool:
    """Whether a test is McNemar's, or a paired comparison of proportions whose test is not named."""
    return row.test in PAIRED or (row.test in UNNAMED and is_paired(row))


def p_as_printed(row: PublishedTest) -> str:
    """The p with its sign: "<0.001", "0.04"."""
    unsigned = row.p_op in ("", "=") or row.p_printed[:1] in SIGNS
    return row.p_printed if unsigned else f"{row.p_op}{row.p_printed}"


def recomputed(paper: Paper, counts: Blocks, row: PublishedTest) -> Recomputed | str:
    """A printed test computed again, or why that is not possible; `counts` are the paper's blocks of counts."""
    p = printed(p_as_printed(row))
    if p is None:
        return "no p is printed as a number"
    if is_of_pairs(row):
        return _of_pairs(paper, counts, row, p)
    if row.test in MEANS:
        return _of_means(paper, row, p)
    if row.test in RANKS:
        return "a rank test needs the values of every person: no summary determines its p"
    if row.test not in COUNTS:
        return f"the test {row.test} is not computed again"
    return _of_counts(counts, row, p)


def _of_counts(counts: Blocks, row: PublishedTest, p: Printed) -> OfCounts | str:
    table = group_table(counts, row)
    if isinstance(table, str):
        return table
    if table.tables() is None:
        return "its percentages stand for too many tables of counts"
    found = OfCounts(row, p, table)
    if found.agrees() is None:
        return "a test that is not excluded cannot be computed from its counts, or would take too long"
    return found


def _of_means(paper: Paper, row: PublishedTest, p: Printed) -> OfMeans | str:
    groups = groups_of(row)
    found = {
        one.group: one
        for one in paper.numbers.summaries
        if one.variable == row.variable and one.group in groups and one.locator == row.locator
    }
    if len(groups) != 2 or set(found) != set(groups):
        return "the means and standard deviations of its two groups are not printed"
    first, second = (found[group] for group in groups)
    known = mean_sd(first), mean_sd(second)
    n1, n2 = first.n_available, second.n_available
    if known[0] is None or known[1] is None or n1 is None or n2 is None or min(n1, n2) < 2:
        return "a mean, a standard deviation or the number of known values is not printed"
    means = known[0][0].bounds(), known[1][0].bounds()
    sds = known[0][1].bounds(0.0), known[1][1].bounds(0.0)
    ranges = {name: t_test_range(means, sds, (n1, n2), pooled=name == POOLED) for name in (POOLED, WELCH)}
    return OfMeans(row, p, (first, second), ranges)


def mean_sd(row: PublishedSummary) -> tuple[Printed, Printed] | None:
    """A printed mean with its standard deviation; None where the row is no such summary."""
    texts = _NUMBER.findall(row.as_printed)
    if not row.statistic.startswith("mean") or len(texts) < 2:
        return None
    mean, sd = printed(texts[0]), printed(texts[1])
    return (mean, sd) if mean is not None and sd is not None else None


def _of_pairs(paper: Paper, counts: Blocks, row: PublishedTest, p: Printed) -> OfPairs | str:
    table = group_table(counts, row)
    if isinstance(table, str):
        return table
    if not table.exact or len(table.cells[0]) != 2:
        return "the two counts are not printed"
    first, second = (one.n or 0 for one in table.cells[0])
    n = _people(paper, table)
    if n is not None and n > MOST_PAIRS:
        return "of so many people not every joint table is gone through"
    if n is None:
        return "not everybody is known both before and after: how many pairs there are is not printed"
    return OfPairs(row, p, table, first, second, n)


def _people(paper: Paper, table: GroupTable) -> int | None:
    """How many were seen twice: everybody, when both columns have everybody; None when somebody is missing in one."""
    first, second = (one.row for one in table.cells[0])
    everybody = size_of(paper, first.group, first.unit)
    if everybody is None or everybody != size_of(paper, second.group, second.unit):
        return None
    if table.sizes is not None:
        known = {one for each in table.sizes for one in each}
    elif len(table.cells) == 2:
        known = {sum(level[at].n or 0 for level in table.cells) for at in (0, 1)}
    else:
        return None
    return everybody if known == {everybody} else None
