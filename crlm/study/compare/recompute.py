"""What the printed numbers of a paper determine among themselves, computed again by the statistics of the reports.

Counts determine percentages, sums, and the p of tests of groups; means with standard deviations the p of a t test; a
ratio with its interval the p of its Wald test. Printed p values are computed by the audit of papers, which knows what
rounding allows: where the input is rounded the result is a range, and the printed p agrees when it can be one of it.
Where counts of events are known behind an odds ratio, the ratio, its interval and its p are computed from them by the
logistic regression of the reports (Woolf's interval).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from crlm.evidence import PublishedCount, paper
from crlm.study.compare.determined_ratios import odds_ratios, wald_tests
from crlm.study.compare.determined_tests import group_tests
from crlm.study.compare.doubts import doubts_of
from crlm.study.compare.printed import printed, rounded
from crlm.study.compare.printed_once import printed_once
from crlm.study.compare.recomputation import Recomputation, in_place

EXACT = ("non_missing", "group_total", "printed")
"""How a denominator is known when the percentage follows from printed counts."""
CHECKS = {
    "percentage": ("percent-of-count",),
    "sum": ("count-of-total",),
    "test": ("group-tests", "paired-tests"),
    "wald": ("p-against-interval", "interval-symmetry"),
}
"""The checks of the audit whose explanations are those of a number that does not agree."""


def recomputations(study: str) -> tuple[Recomputation, ...]:
    """Everything that the printed numbers of a study's paper determine, in the order of its tables.

    A number that the paper prints twice is computed once. A KeyError for a study without published numbers.
    """
    about, published = paper(study), printed_once(study)
    words = about.words
    found = (
        *_percentages(published.counts, words),
        *_sums(published.counts, words),
        *group_tests(about, published.tests),
        *odds_ratios(published.two_by_two, words),
        *wald_tests(published.effects, words),
    )
    return tuple(one if one.agrees else replace(one, explanations=_explained(study, one)) for one in found)


def _explained(study: str, one: Recomputation) -> tuple[str, ...]:
    """What the audit's own checks of this kind say would make the number agree."""
    checks = CHECKS.get(one.kind, ())
    doubts = (doubt for doubt in doubts_of(study).get(one.rows[0], ()) if doubt.check in checks)
    return tuple(dict.fromkeys(sentence for doubt in doubts for sentence in doubt.explanations))


def _percentages(counts: Iterable[PublishedCount], words: Mapping[str, str]) -> Iterator[Recomputation]:
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
            in_place(row, words),
            f"{row.n} of {row.denominator}",
            row.percent_as_printed,
            rounded(found, shown.decimals),
            shown.agrees(found),
        )


def _sums(counts: Iterable[PublishedCount], words: Mapping[str, str]) -> Iterator[Recomputation]:
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
            in_place(whole, words),
            " + ".join(str(row.n) for row in parts),
            whole.n_printed,
            str(total),
            total == whole.n,
        )
