"""Do medians, survival at fixed times and the groups of one curve fit together?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from crlm.evidence.audit.effect_sizes import WHOLE
from crlm.evidence.audit.explain import slips
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, Quoted
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSurvival

ID = "survival-curves"
RATE, MEDIAN = "survival_rate", "median"
HALF = 50


@dataclass(frozen=True)
class Point:
    """A printed point of a survival curve: survival in per cent at a time, or the time at which it is 50 per cent."""

    row: PublishedSurvival
    value: Printed

    @property
    def quoted(self) -> Quoted:
        """The point as a finding quotes it."""
        return Quoted(self.row.row_id, self.row.locator, self.words, self.row.value_printed)

    @property
    def words(self) -> str:
        """What it is."""
        row = self.row
        when = f" at {row.time_months:g} months" if row.time_months is not None else ""
        return f"{row.statistic.replace('_', ' ')} of {row.endpoint}{when} in {row.group} ({row.population})"


Curve = tuple[str, str, str]
"""Endpoint, population and group."""


def points(paper: Paper) -> dict[Curve, list[Point]]:
    """The printed points of every curve: survival at a time, and medians."""
    found: dict[Curve, list[Point]] = defaultdict(list)
    for row in paper.numbers.survival:
        number = printed(row.value_printed)
        known = row.statistic == MEDIAN or (row.statistic == RATE and row.time_months is not None)
        if known and number is not None:
            found[row.endpoint, row.population, row.group].append(Point(row, number))
    return found


def survival_curves(paper: Paper) -> CheckResult:
    """Every pair of points of one curve, and every curve of everybody beside those of its groups."""
    curves = points(paper)
    tested = 0
    findings: list[Finding] = []
    for members in curves.values():
        for one, other in combinations(members, 2):
            why = _conflict(one, other)
            if why is None:
                continue
            tested += 1
            if why:
                findings.append(_impossible(one, other, why))
    for (endpoint, population, group), members in curves.items():
        if group in WHOLE:
            parts = _parts(paper, endpoint, population, curves)
            for point in members:
                same = [each for part in parts for each in part if _same_kind(point, each)]
                if len(parts) > 1 and len({each.row.group for each in same}) == len(parts):
                    tested += 1
                    findings += _outside(point, same)
    return CheckResult(ID, tested, tuple(findings))


def _conflict(one: Point, other: Point) -> str | None:
    """Why two points cannot be of one falling curve; empty when they can, None when nothing can be said."""
    if one.row.statistic == other.row.statistic == RATE:
        first, later = sorted((one, other), key=lambda point: point.row.time_months or 0.0)
        if first.row.time_months == later.row.time_months:
            return None
        rises = (
            first.value.high is not None
            and later.value.low is not None
            and later.value.low > first.value.high
        )
        times = f"{first.row.time_months:g} to {later.row.time_months:g} months"
        return (
            f"survival would rise from {first.value.text}% to {later.value.text}% from {times}"
            if rises
            else ""
        )
    if one.row.statistic == other.row.statistic:
        return None
    rate, median = (one, other) if one.row.statistic == RATE else (other, one)
    time = rate.row.time_months or 0.0
    low, high = median.value.bounds(0.0)
    if time < low and rate.value.high is not None and rate.value.high < HALF:
        return f"{rate.value.text}% are left at {time:g} months, yet half at {median.value.text}"
    if time > high and rate.value.low is not None and rate.value.low > HALF:
        return f"{rate.value.text}% are left at {time:g} months, yet only half at {median.value.text}"
    return ""


def _impossible(one: Point, other: Point, why: str) -> Finding:
    found = []
    for point, beside in ((one, other), (other, one)):
        for text, longer in slips(point.value.text):
            number = printed(text)
            if number is not None and not longer and _conflict(Point(point.row, number), beside) == "":
                found.append(f"{text} instead of {point.value.text} ({point.words})")
                break
    return Finding(
        ID,
        "impossible",
        f"{one.row.endpoint} in {one.row.group}: two points are not of one curve",
        (one.quoted, other.quoted),
        f"{why}; a survival curve never rises",
        tuple(Explanation("misprint", f"{each} would be possible.") for each in found),
    )


def _parts(
    paper: Paper, endpoint: str, population: str, curves: dict[Curve, list[Point]]
) -> list[list[Point]]:
    """The curves of the groups that make up everybody: of the first variable whose groups all have one."""
    variables: dict[str, list[str]] = defaultdict(list)
    for one in paper.groups:
        if one.variable and one.of in WHOLE:
            variables[one.variable].append(one.id)
    for ids in variables.values():
        found = [curves[endpoint, population, each] for each in ids if (endpoint, population, each) in curves]
        if len(ids) > 1 and len(found) == len(ids):
            return found
    return []


def _same_kind(one: Point, other: Point) -> bool:
    same = one.row.statistic == other.row.statistic and one.row.time_months == other.row.time_months
    return same and one.row.locator == other.row.locator


def _outside(point: Point, parts: list[Point]) -> list[Finding]:
    low = min(one.value.bounds(0.0)[0] for one in parts)
    high = max(one.value.bounds(0.0)[1] for one in parts)
    if point.value.overlaps(low, high):
        return []
    texts = " and ".join(f"{one.value.text} ({one.row.group})" for one in parts)
    return [
        Finding(
            ID,
            "doubtful",
            f"{point.words} lies outside its groups",
            (point.quoted, *(one.quoted for one in parts)),
            f"{point.value.text} is not between {texts}; the curve of everybody averages the hazards of its groups and "
            "leaves their range only when the curves cross and the numbers at risk change greatly",
            suspects=(point.row.row_id,),
        )
    ]


CHECK = Check(
    ID,
    "Points of survival curves",
    "Survival never rises; before the median at least half are left and after it at most half; the curve of everybody "
    "lies between those of its groups. Every number is an interval of what rounds to it. Silent where the points fit.",
    survival_curves,
)
