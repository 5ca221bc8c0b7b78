"""Whether a series is quoted alike wherever it is quoted, and no two series are quoted alike by mistake.

The same series (name, and year and size where both are printed) and arm with the same outcome in two places must agree.
Two series at one place that print the same value with the same range, twice or more, repeat each other.

Silent: outcomes that differ by a word that changes the meaning; single equal values. Not run: nothing.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.statements import months_of, named, quoted, value_of, words_of
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedStatement

ID = "quoted-twice"
UNNAMED = "(none named)"
COPIED = Explanation("misprint", "One row was copied into the other, or both are of one series.")


def quoted_twice(paper: Paper) -> CheckResult:
    """Every statement against those of the same series elsewhere; every pair of series at one place."""
    tested, findings = _same_series(paper)
    ran, more = _other_series(paper)
    return CheckResult(ID, tested + ran, (*findings, *more))


def _same_series(paper: Paper) -> tuple[int, list[Finding]]:
    series: dict[str, list[PublishedStatement]] = {}
    for row in paper.numbers.statements:
        if row.series and row.series != UNNAMED:
            series.setdefault(row.series, []).append(row)
    tested, findings = 0, []
    for members in series.values():
        for one, other in combinations(members, 2):
            if one.locator == other.locator or not _same(one, other):
                continue
            first, second = value_of(one), value_of(other)
            if first is None or second is None:
                continue
            tested += 1
            touch = (
                first.decimals == second.decimals and first.value != second.value and first.operator == "="
            )
            if first.overlaps(second.low, second.high) and not touch:
                continue
            findings.append(
                Finding(
                    check=ID,
                    severity="doubtful" if first.overlaps(second.low, second.high) else "contradiction",
                    title=f"{named(one if one.year else other)}: {one.outcome} is quoted differently in two places",
                    printed=(quoted(one), quoted(other)),
                    arithmetic=f"{first.text} is not {second.text} {one.unit}",
                )
            )
    return tested, findings


def _same(one: PublishedStatement, other: PublishedStatement) -> bool:
    """The same arm, unit, time and outcome (the arm's own words apart), and nothing that says another series."""
    years = {one.year, other.year} - {""}
    sizes = {one.n, other.n} - {None}
    arm = words_of(one.arm)
    alike = one.arm == other.arm and one.unit == other.unit and months_of(one) == months_of(other)
    return (
        alike
        and len(years) < 2
        and len(sizes) == 1
        and words_of(one.outcome) - arm == words_of(other.outcome) - arm
    )


def _other_series(paper: Paper) -> tuple[int, list[Finding]]:
    places: dict[tuple[str, str], list[PublishedStatement]] = {}
    for row in paper.numbers.statements:
        if row.value is not None and row.range_low is not None and row.range_high is not None:
            places.setdefault((row.locator, f"{row.series} {row.year}"), []).append(row)
    tested, findings = 0, []
    for (place, name), rows in places.items():
        for (other_place, other_name), others in places.items():
            if place != other_place or name >= other_name:
                continue
            tested += 1
            pairs = [(one, each) for one in rows for each in others if _numbers(one) == _numbers(each)]
            if len(pairs) < 2:
                continue
            findings.append(
                Finding(
                    check=ID,
                    severity="doubtful",
                    title=f"{name} and {other_name} print the same numbers",
                    printed=tuple(quoted(one) for pair in pairs for one in pair),
                    arithmetic="; ".join(f"{_words(one)} in both" for one, _ in pairs),
                    explanations=(COPIED,),
                )
            )
    return tested, findings


def _numbers(row: PublishedStatement) -> tuple[object, ...]:
    return row.arm, row.unit, row.value, row.range_low, row.range_high


def _words(row: PublishedStatement) -> str:
    return f"{row.arm} {row.value:g} ({row.range_low:g} to {row.range_high:g})"


CHECK = Check(
    ID,
    "Series quoted twice",
    "The same series, arm and outcome in two places must agree; two series that print the same values and ranges are "
    "named. Silent where the wording of the outcome differs.",
    quoted_twice,
)
