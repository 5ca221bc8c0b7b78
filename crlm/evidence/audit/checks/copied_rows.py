"""Are the numbers of one endpoint those of another, where everything else says that they should differ?"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding
from crlm.evidence.audit.ratio import Interval, Ratio, quoted, ratios

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "copied-rows"
ENOUGH = 5
"""Other terms that say how the precision of two endpoints compares."""
MARGIN = 1.1


def copied_rows(paper: Paper) -> CheckResult:
    """Every term whose ratios for two endpoints of one table are printed with an interval and a p."""
    tables: dict[tuple[str, str], dict[str, dict[tuple[str, str], Ratio]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for one in ratios(paper.numbers.effects):
        row = one.row
        if one.has_interval and one.p is not None and not row.subgroup_variable:
            tables[row.locator, row.model][row.endpoint][row.term, row.level] = one
    findings: list[Finding] = []
    tested = 0
    for endpoints in tables.values():
        for first, second in combinations(endpoints, 2):
            common = [key for key in endpoints[first] if key in endpoints[second]]
            pairs = {key: (endpoints[first][key], endpoints[second][key]) for key in common}
            for key, (one, other) in pairs.items():
                others = [_widths(*pair) for name, pair in pairs.items() if name != key]
                usual = [each for each in others if each is not None]
                if len(usual) < ENOUGH:
                    continue
                tested += 1
                if _printed_alike(one, other) and _differs(usual, _widths(one, other)):
                    findings.append(_finding(one, other, usual))
    return CheckResult(ID, tested, tuple(findings))


def _printed_alike(one: Ratio, other: Ratio) -> bool:
    mine, its = one.row, other.row
    return (mine.est_printed, mine.ci_printed, mine.p_printed) == (
        its.est_printed,
        its.ci_printed,
        its.p_printed,
    )


def _widths(one: Ratio, other: Ratio) -> Interval | None:
    """How many times as large the second standard error can be as the first; None when rounding hides it."""
    first, second = one.standard_error, other.standard_error
    if first is None or second is None or min(first[0], second[0]) <= 0:
        return None
    low, high = second[0] / first[1], second[1] / first[0]
    return (low, high) if high / low < MARGIN else None


def _differs(usual: list[Interval], here: Interval | None) -> bool:
    """Whether no other term has so equal standard errors as these."""
    if here is None:
        return False
    middle = median((low + high) / 2 for low, high in usual)
    if 1 / MARGIN < middle < MARGIN:
        return False
    return all((low > here[1]) if middle > 1 else (high < here[0]) for low, high in usual)


def _finding(one: Ratio, other: Ratio, usual: list[Interval]) -> Finding:
    middle = median((low + high) / 2 for low, high in usual)
    low, high = min(each[0] for each in usual), max(each[1] for each in usual)
    return Finding(
        ID,
        "doubtful",
        f"{one.row.term} has the same numbers for {one.row.endpoint} and {other.row.endpoint}",
        (quoted(one.row), quoted(other.row)),
        f"standard errors of {other.row.endpoint} are {low:.2f} to {high:.2f} times those of {one.row.endpoint} in "
        f"the {len(usual)} other rows (middle {middle:.2f}); here they are equal, with the same estimate and p",
        (Explanation("misprint", "One of the two columns was filled with the numbers of the other."),),
    )


CHECK = Check(
    ID,
    "Rows copied between endpoints",
    "Two endpoints of one table have different numbers of events, and so different standard errors. A term whose "
    "numbers are identical for both is doubtful when no other term comes near equal standard errors. Silent where "
    "the endpoints have about as many events, and where intervals are printed too coarsely to tell.",
    copied_rows,
)
