"""What the printed numbers of a paper determine among themselves, computed again by the statistics of the reports.

Counts determine percentages, sums, and the p of chi-square and Fisher tests; means with standard deviations the p of a
t test; a ratio with its interval the p of its Wald test. Printed numbers are rounded: where the input is, the result is
a range, and the printed p agrees when it can be one of it. Where counts of events are known behind an odds ratio, the
ratio, its interval and its p are computed from them by the logistic regression of the reports (Woolf's interval).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from crlm.evidence import Published, PublishedCount
from crlm.study.compare.determined_ratios import odds_ratios, wald_tests
from crlm.study.compare.determined_tests import group_tests
from crlm.study.compare.printed import printed, rounded
from crlm.study.compare.recomputation import Recomputation

EXACT = ("non_missing", "group_total", "printed")
"""How a denominator is known when the percentage follows from printed counts."""


def recomputations(published: Published) -> tuple[Recomputation, ...]:
    """Everything that a paper's printed numbers determine, in the order of its tables."""
    return (
        *_percentages(published.counts),
        *_sums(published.counts),
        *group_tests(published),
        *odds_ratios(published.two_by_two),
        *wald_tests(published.effects),
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
