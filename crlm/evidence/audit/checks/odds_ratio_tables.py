"""Is there a 2 x 2 table of counts that gives an odds ratio, its interval and its p?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from crlm.evidence.audit.checks.odds_ratio_words import (
    joined_over_endpoints,
    own_finding,
    slight_finding,
    total_finding,
)
from crlm.evidence.audit.factors import Factor, Table, factors
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun
from crlm.evidence.audit.standard_errors import not_the_models_own
from crlm.evidence.audit.two_by_two import nearest, totals_of_factor

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "odds-ratio-tables"
ROUNDED, SLIGHT = 0.5, 1.0
ENOUGH = 3
"""Factors that have to agree on a total of events before the others are held to it."""

SHOWN = 5
"""Factors of a table that have to come from counts before one that does not is called impossible."""
UNSHOWN = Explanation(
    "other-test",
    "Possible only with a ratio or an interval that is not Woolf's; too few other rows of the table show how they were "
    "made.",
)


def odds_ratio_tables(paper: Paper) -> CheckResult:
    """Every univariable odds ratio of levels with printed sizes, table by table."""
    tables, left_out = factors(paper)
    findings: list[Finding] = []
    not_run = [
        NotRun(
            f"{locator}, {endpoint}: {many} odds ratios", "the sizes of the levels compared are not printed"
        )
        for (locator, endpoint, _), many in left_out.items()
    ]
    tested = 0
    for table, members in tables.items():
        reproduced = sum(any(totals_of_factor(one.distances, SLIGHT)) for one in members)
        if len(members) >= ENOUGH and 2 * reproduced < len(members):
            not_run.append(
                NotRun(
                    f"{table[0]}, {table[1]}",
                    f"counts reproduce only {reproduced} of its {len(members)} factors: the ratios or their intervals "
                    "were not made from 2 x 2 tables by Woolf's method",
                )
            )
            continue
        tested += sum(len(one.levels) for one in members)
        findings += _of_table(paper, table, members)
    return CheckResult(ID, tested, tuple(joined_over_endpoints(findings)), tuple(not_run))


def _of_table(paper: Paper, table: Table, members: Sequence[Factor]) -> list[Finding]:
    everybody = Counter(one.n for one in members).most_common(1)[0][0]
    events = common_total(members, everybody)
    slight: list[tuple[Factor, tuple[int, ...], int]] = []
    findings: list[Finding] = []
    shown = sum(any(totals_of_factor(one.distances, SLIGHT)) for one in members) >= SHOWN
    for one in members:
        allowed = _allowed(one, events, everybody)
        found = nearest(one.distances, allowed)
        if found is not None and found[0] <= ROUNDED:
            continue
        if found is not None and found[0] <= SLIGHT:
            slight.append((one, found[1], found[2]))
        else:
            other = not_the_models_own(paper, one.levels[0].row) or (None if shown else UNSHOWN)
            findings.append(own_finding(ID, one, events, everybody, allowed, found, other))
    if slight:
        findings.append(slight_finding(ID, table, slight, sum(len(one.levels) for one in members)))
    printed = next(
        (one for one in paper.events if one.endpoint == table[1] and one.population == table[2]), None
    )
    if events is not None and printed is not None and printed.n != events and printed.group in ("", "all"):
        findings.append(total_finding(ID, table, members, events, printed))
    return findings


def common_total(members: Sequence[Factor], everybody: int) -> int | None:
    """The total of events on which most factors known in everybody agree; None when too few do or totals tie."""
    votes = np.zeros(everybody + 1, dtype=np.int64)
    complete = [one for one in members if one.n == everybody]
    for one in complete:
        found = totals_of_factor(one.distances, ROUNDED)[: everybody + 1]
        votes[: len(found)] += found
    best = int(votes.max(initial=0))
    winners = np.flatnonzero(votes == best)
    if best < ENOUGH or 2 * best < len(complete) or len(winners) > 1:
        return None
    return int(winners[0])


def _allowed(one: Factor, events: int | None, everybody: int) -> range:
    """The totals of events that a factor may have: those of people with an unknown level are not in its tables."""
    if events is None:
        return range(one.n + 1)
    return range(max(events - max(everybody - one.n, 0), 0), events + 1)


CHECK = Check(
    ID,
    "Odds ratios from counts",
    "A univariable odds ratio of two levels, its interval (Woolf) and its Wald p come from four counts. Given the "
    "sizes of the levels all tables are searched; the total of events is the one on which most factors agree. A row is "
    "named when no table prints like it, as doubtful where fewer than five other factors come from counts. Missing "
    "values leave room for the events of the missing. Off by one in a last digit is doubtful, all such rows together. "
    "Silent for tables that counts mostly do not reproduce.",
    odds_ratio_tables,
)
