"""Whether the survival that is quoted of a series can hold together.

A median later than a time means that at least half were alive then, one earlier that at most half were; survival does
not rise; survival free of disease is not above survival. Of the same series, arm and context at one place.

Silent: rounding to the last digit. Not run: medians that are not numbers.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.statements import (
    MONTHS,
    endpoint_of,
    months_of,
    named,
    quoted,
    series_of,
    value_of,
)
from crlm.evidence.audit.finding import Check, CheckResult, Finding, NotRun
from crlm.evidence.audit.printed import Printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedStatement

ID = "quoted-survival"
FREE = ("DFS", "PFS", "RFS")


def quoted_survival(paper: Paper) -> CheckResult:
    """Every pair of statements of one series that bound each other."""
    tested = 0
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    groups: dict[tuple[str, ...], list[tuple[PublishedStatement, Printed]]] = {}
    for row in paper.numbers.statements:
        value = value_of(row)
        if endpoint_of(row) is None:
            continue
        if value is None:
            not_run += (
                [NotRun(row.row_id, "not a number")] if row.value is None and row.range_low is None else []
            )
            continue
        groups.setdefault((*series_of(row), row.context, row.arm), []).append((row, value))
    for members in groups.values():
        for one, other in permutations(members, 2):
            verdict = _bound(one, other)
            tested += verdict is not None
            if verdict:
                findings.append(_finding(one[0], other[0], verdict))
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


Stated = tuple["PublishedStatement", Printed]


def _bound(one: Stated, other: Stated) -> str | None:
    """What is wrong with the pair in words; "" when it holds, None when neither bounds the other."""
    (first, value), (second, share) = one, other
    time = months_of(second)
    if second.unit != "%" or time is None:
        return None
    if first.unit in MONTHS and months_of(first) is None and endpoint_of(first) == endpoint_of(second):
        return _median(value, MONTHS[first.unit], share, time, first.unit)
    start = months_of(first)
    if first.unit != "%" or start is None:
        return None
    if endpoint_of(first) == endpoint_of(second) and start < time:
        low = share.low
        rises = value.high is not None and low is not None and low > value.high
        return (
            f"{value.text}% at {start:g} months, {share.text}% at {time:g}: survival cannot rise"
            if rises
            else ""
        )
    if endpoint_of(first) in FREE and endpoint_of(second) == "OS" and start == time:
        above = value.low is not None and share.high is not None and value.low > share.high
        return (
            f"{endpoint_of(first)} {value.text}% is above OS {share.text}% at {time:g} months"
            if above
            else ""
        )
    return None


def _median(median: Printed, months: float, share: Printed, time: float, unit: str) -> str:
    low = None if median.low is None else float(median.low) * months
    high = None if median.high is None else float(median.high) * months
    if low is not None and low > time and share.high is not None and share.high < 50:
        return (
            f"a median of {median.text} {unit}: at least 50% live at {time:g} months; printed {share.text}%"
        )
    if high is not None and high < time and share.low is not None and share.low > 50:
        return f"a median of {median.text} {unit}: at most 50% live at {time:g} months; printed {share.text}%"
    return ""


def _finding(one: PublishedStatement, other: PublishedStatement, words: str) -> Finding:
    return Finding(
        check=ID,
        severity="impossible",
        title=_title(one, other),
        printed=(quoted(one), quoted(other)),
        arithmetic=words,
    )


def _title(one: PublishedStatement, other: PublishedStatement) -> str:
    second = f"{other.outcome} {other.timepoint}".strip()
    return f"{named(one)}, {one.arm}: {one.outcome} and {second} cannot both hold"


CHECK = Check(
    ID,
    "Survival quoted of series",
    "Medians against survival at a time, survival at one time against another, disease-free against overall survival. "
    "Silent within rounding.",
    quoted_survival,
)
