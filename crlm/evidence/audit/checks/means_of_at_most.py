"""The t test of two means whose numbers of known values are not printed: how small its p can be.

Fewer known values make the standard error larger and the p larger. With everybody of both groups known it is smallest.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import groups_of, size_of
from crlm.evidence.audit.checks.p_against_interval import p_text
from crlm.evidence.audit.checks.recomputed_tests import MEANS, mean_sd, p_as_printed
from crlm.evidence.audit.finding import Finding, Quoted
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSummary, PublishedTest


def too_small(check: str, paper: Paper, row: PublishedTest) -> tuple[bool, Finding | None]:
    """Whether that could be tested, and a finding when the p is smaller than any number of known values gives."""
    p = printed(p_as_printed(row))
    summaries = _summaries(paper, row) if row.test in MEANS else ()
    sizes = [size_of(paper, one.group, row.unit) for one in summaries]
    known = [mean_sd(one) for one in summaries]
    if p is None or p.operator == ">" or p.high is None or len(summaries) != 2:
        return False, None
    first, second = known
    n1, n2 = sizes
    if first is None or second is None or n1 is None or n2 is None or min(n1, n2) < 2:
        return False, None
    least, error = _least((first, second), (n1, n2))
    if least <= float(p.high):
        return True, None
    texts = " and ".join(f"{one.as_printed} of at most {n}" for one, n in zip(summaries, sizes, strict=True))
    return True, Finding(
        check,
        "contradiction",
        f"p {p_as_printed(row)} of {row.variable} is smaller than its means allow",
        (
            Quoted(
                row.row_id,
                row.locator,
                f"p of {row.variable}, {row.groups_compared} ({row.test})",
                p_as_printed(row),
            ),
            *(
                Quoted(one.row_id, one.locator, f"{one.variable}, {one.group}", one.as_printed)
                for one in summaries
            ),
        ),
        f"{texts}: the standard error of their difference is at least {error:.3g}, so that the p of a t test is at "
        f"least {p_text(least)}; printed {p_as_printed(row)}",
        suspects=(row.row_id,),
    )


def _summaries(paper: Paper, row: PublishedTest) -> tuple[PublishedSummary, ...]:
    """The summaries of the two groups beside the test, in the order of its groups."""
    groups = groups_of(row)
    found = {
        one.group: one
        for one in paper.numbers.summaries
        if (one.variable, one.locator) == (row.variable, row.locator) and one.group in groups
    }
    return tuple(found[group] for group in groups) if len(groups) == 2 and set(found) == set(groups) else ()


def _least(
    known: tuple[tuple[Printed, Printed], tuple[Printed, Printed]], sizes: tuple[int, int]
) -> tuple[float, float]:
    """The smallest p of Student's and Welch's test with at most so many values, and the smallest standard error.

    Student's pooled SD is at least the smaller of the two SDs.
    """
    from crlm.statistics.results import t_p

    (mean1, sd1), (mean2, sd2) = ((one[0].bounds(), one[1].bounds(0.0)[0]) for one in known)
    n1, n2 = sizes
    apart = max(abs(mean1[0] - mean2[1]), abs(mean1[1] - mean2[0]))
    error = min(sqrt(sd1**2 / n1 + sd2**2 / n2), min(sd1, sd2) * sqrt(1 / n1 + 1 / n2))
    t = inf if error == 0 else apart / error
    return (0.0 if t == inf else t_p(t, n1 + n2 - 2)), error
