"""Whether the percentages that are quoted of series are those of counts of their patients.

With a count beside it, a percentage must be that count's in the printed denominator, the size of the series, or another
count of the same arm ("repeat hepatectomy for recurrence" is of the recurrences). Without, some whole number must give
it: of the series' size, of a count printed of the series, or of a denominator printed in its arm. Series of one place
are named together, each with the largest denominator that would give what its size does not.

Silent: probabilities over time (survival), groups large enough for every percentage. Not run: a series without a size.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.statements import is_survival, named, quoted, series_of, value_of
from crlm.evidence.audit.explain import of_percentage
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Severity
from crlm.evidence.audit.printed import Printed, counts_for, denominators_for, percentage, shown

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedStatement

ID = "quoted-percentages"
MOST_PEOPLE = 100_000
"""Of more people not every denominator is tried."""
SMALLEST = 5
"""The smallest denominator that is offered as an explanation."""

Stated = tuple["PublishedStatement", Printed]
Statements = tuple["PublishedStatement", ...]


def quoted_percentages(paper: Paper) -> CheckResult:
    """Every percentage of a statement that is a share of patients (or tumours)."""
    tested = 0
    not_run: list[NotRun] = []
    counted: dict[tuple[str, ...], list[Stated]] = {}
    alone: dict[str, dict[tuple[str, ...], list[Stated]]] = {}
    rows = paper.numbers.statements
    for row in rows:
        percent = value_of(row)
        if row.unit != "%" or percent is None or is_survival(row):
            continue
        of = [n for n in (_sizes(row, rows) if row.numerator is None else _denominators(row, rows)) if n > 0]
        if (not row.n and not row.denominator) or not of:
            not_run.append(NotRun(row.row_id, "the size of the series is not printed"))
            continue
        tested += 1
        if row.numerator is not None:
            if not any(percent.contains(percentage(row.numerator, n)) for n in of):
                counted.setdefault((*series_of(row), row.arm), []).append((row, percent))
        elif percent.operator == "=" and not any(counts_for(percent, n) for n in of):
            alone.setdefault(row.locator, {}).setdefault((*series_of(row), row.arm), []).append(
                (row, percent)
            )
    findings = [_counted(members, rows) for members in counted.values()]
    findings += [_alone(list(series.values()), rows) for series in alone.values()]
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _denominators(row: PublishedStatement, rows: Statements) -> list[int]:
    """The printed denominator alone; else the size of the series and the counts of other outcomes in its arm."""
    if row.denominator:
        return [row.denominator]
    found = [row.n] if row.n else []
    for other in rows:
        same = series_of(other) == series_of(row) and (other.arm, other.context) == (row.arm, row.context)
        if (
            same
            and row.n
            and other.row_id != row.row_id
            and (other.numerator or 0) >= max(row.numerator or 0, 1)
        ):
            found.append(other.numerator or 0)
    return found


def _sizes(row: PublishedStatement, rows: Statements) -> list[int]:
    """The size of the series, counts of its patients, and denominators printed in its arm."""
    found = [row.n] if row.n else []
    for other in rows:
        if series_of(other) != series_of(row):
            continue
        value = value_of(other)
        whole = other.unit == "n" and value is not None and value.value.denominator == 1 and value.value > 0
        if (
            whole
            and value is not None
            and other.outcome != "number at risk"
            and _same_arm(other.arm, row.arm)
        ):
            found.append(int(value.value))
        if other.denominator and other.arm == row.arm:
            found.append(other.denominator)
    return found


def _same_arm(one: str, other: str) -> bool:
    """Whether one arm's word is the other's, or its plural: "dropout" and "dropouts"."""
    return bool(one) and bool(other) and (one.startswith(other) or other.startswith(one))


def _counted(members: list[Stated], rows: Statements) -> Finding:
    """The percentages of one arm that are not those of their counts: of those known, perhaps, when one fits."""
    lines: list[str] = []
    explanations: list[Explanation] = []
    severity: Severity = "doubtful"
    for row, percent in members:
        assert row.numerator is not None
        n = _denominators(row, rows)[0]
        true = shown(percentage(row.numerator, n), percent.decimals + 1)
        lines.append(f"{row.outcome}: {row.numerator}/{n} = {true}%, printed {percent.text}%")
        fewer = [] if row.denominator else list(denominators_for(row.numerator, percent, n))
        slip = of_percentage(percent, row.numerator, n)
        if fewer:
            of = f"{fewer[0]} to {fewer[-1]}" if len(fewer) > 1 else f"{fewer[0]}"
            sentence = (
                f"{row.outcome}: {row.numerator} are {percent.text}% of {of}, if the others are not known."
            )
            explanations.append(Explanation("other-denominator", sentence))
        elif slip is not None:
            explanations.append(slip)
        if not fewer and (slip is None or slip.kind != "truncation"):
            severity = "contradiction"
    first = members[0][0]
    return Finding(
        check=ID,
        severity=severity,
        title=f"{named(first)}, {first.arm}: percentages that are not those of their counts",
        printed=tuple(quoted(row) for row, _ in members),
        arithmetic="; ".join(lines),
        explanations=tuple(explanations),
    )


def _alone(series: list[list[Stated]], rows: Statements) -> Finding:
    """The percentages at one place that no count of their series gives."""
    lines: list[str] = []
    explanations: list[Explanation] = []
    for members in series:
        for row, percent in members:
            n = row.n or row.denominator
            assert n is not None
            below = int(percent.value * n / 100)
            low, high = (shown(percentage(count, n), percent.decimals + 1) for count in (below, below + 1))
            what = f"{named(row)}, {row.outcome} {percent.text}%"
            lines.append(f"{what}: {below}/{n} = {low}%, {below + 1}/{n} = {high}%")
        explanations += _explained(members, rows)
    names = list(dict.fromkeys(named(members[0][0]) for members in series))
    return Finding(
        check=ID,
        severity="doubtful",
        title=f"Percentages that no count of the stated size gives: {', '.join(names)}",
        printed=tuple(quoted(row) for members in series for row, _ in members),
        arithmetic="; ".join(lines),
        explanations=tuple(explanations),
    )


def _explained(members: list[Stated], rows: Statements) -> list[Explanation]:
    """Two counts of the series together; else digits cut off, and the largest denominator that gives all of them."""
    first, n = members[0][0], members[0][0].n
    if not n or n > MOST_PEOPLE:
        return []
    pairs = _pairs(members, rows)
    if pairs:
        return pairs
    found: list[Explanation] = []
    cut = [(percent, _cut_from(percent, n)) for _, percent in members]
    if all(count is not None for _, count in cut):
        ways = ", ".join(
            f"{count}/{n} = {shown(percentage(count, n), percent.decimals + 2)}%"
            for percent, count in cut
            if count is not None
        )
        found.append(Explanation("truncation", f"{named(first)}: {ways}, digits cut off instead of rounded."))
    together = [
        other for other in range(SMALLEST, n) if all(counts_for(percent, other) for _, percent in members)
    ]
    if not together:
        return found
    most = together[-1]
    ways = ", ".join(f"{counts_for(percent, most)[0]}/{most} = {percent.text}%" for _, percent in members)
    sentence = f"{named(first)}: {ways}; the largest denominator below {n} that fits."
    return [*found, Explanation("other-denominator", sentence)]


def _cut_from(percent: Printed, n: int) -> int | None:
    """The count of n whose percentage begins with the printed digits; None when there is none."""
    low, high = percent.truncated()
    count = ceil(low * n / 100)
    return count if low <= percentage(count, n) < high else None


def _pairs(members: list[Stated], rows: Statements) -> list[Explanation]:
    """One count printed of the series, in the sum of two such counts."""
    counts: dict[int, str] = {}
    for row in rows:
        value = value_of(row)
        start = row.outcome != "number at risk" or row.timepoint in ("0y", "0")
        if series_of(row) == series_of(members[0][0]) and row.unit == "n" and start and value is not None:
            words = " ".join(one for one in (row.outcome, row.timepoint, row.arm) if one)
            counts.setdefault(int(value.value), words)
    found = []
    for one, other in combinations(counts, 2):
        for count in (one, other):
            share = Fraction(100 * count, max(one + other, 1))
            if all(percent.contains(share) for _, percent in members):
                words = f"{one} ({counts[one]}) + {other} ({counts[other]})"
                sentence = f"{count}/{one + other} = {shown(share, 1)}%, of {words}."
                found.append(Explanation("other-denominator", sentence))
    return found


CHECK = Check(
    ID,
    "Percentages quoted of series",
    "A percentage quoted of a series must be that of its count, or of some whole number of its patients. Silent for "
    "survival, and where the series is large enough for every percentage.",
    quoted_percentages,
)
