"""Whether the numbers that are quoted of a series fit each other.

"X per Y" is X divided by Y where both are printed; the denominator of "A / B" is a part of what B names, so not more;
"any X" and "no X" make the whole arm; numbers at risk do not rise, begin with the arm's patients, and begin in all arms
together with the series.

Silent: what is printed only once. Not run: ratios that are not numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.statements import named, quoted, series_of, value_of
from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, Severity
from crlm.evidence.audit.printed import Printed, shown

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedStatement

ID = "quoted-parts"
RISK = "number at risk"


def quoted_parts(paper: Paper) -> CheckResult:
    """Every pair of numbers of one series that bound each other."""
    groups: dict[tuple[str, ...], list[PublishedStatement]] = {}
    for row in paper.numbers.statements:
        groups.setdefault((*series_of(row), row.context), []).append(row)
    found = [
        each
        for members in groups.values()
        for test in (_ratios, _parts, _complements, _at_risk)
        for each in test(members)
    ]
    return CheckResult(ID, len(found), tuple(one for one in found if one is not None))


def _whole(row: PublishedStatement) -> int | None:
    value = value_of(row)
    exact = row.unit == "n" and value is not None and value.operator == "=" and value.value.denominator == 1
    return int(value.value) if exact and value is not None else None


def _finding(
    severity: Severity,
    title: str,
    rows: list[PublishedStatement],
    arithmetic: str,
    explanations: tuple[Explanation, ...] = (),
) -> Finding:
    first = rows[0]
    return Finding(
        check=ID,
        severity=severity,
        title=f"{named(first)}: {title}",
        printed=tuple(quoted(one) for one in rows),
        arithmetic=arithmetic,
        explanations=explanations,
    )


def _ratios(members: list[PublishedStatement]) -> Iterator[Finding | None]:
    """The outcome "DLM per patient": the outcome DLM divided by the one that begins with patients, in the same arm."""
    for row in members:
        value = value_of(row)
        match = re.fullmatch(r"(.+) per (\w+)", row.outcome)
        if match is None or value is None or row.unit == "%":
            continue
        same = [one for one in members if one.arm == row.arm and _whole(one) is not None]
        tops = [one for one in same if one.outcome == match[1]]
        bottoms = [one for one in same if re.match(rf"{re.escape(match[2])}s?\b", one.outcome)]
        if len(tops) != 1 or len(bottoms) != 1 or not _whole(bottoms[0]):
            continue
        top, bottom = _whole(tops[0]), _whole(bottoms[0])
        assert top is not None and bottom is not None
        yield (
            None
            if value.contains(Fraction(top, bottom))
            else _ratio(row, value, tops[0], bottoms[0], top, bottom)
        )


def _ratio(
    row: PublishedStatement,
    value: Printed,
    top_row: PublishedStatement,
    bottom_row: PublishedStatement,
    top: int,
    bottom: int,
) -> Finding:
    low, high = value.truncated()
    true = Fraction(top, bottom)
    cut = low <= true < high
    said = []
    if cut:
        said.append(
            Explanation("truncation", f"{top}/{bottom} = {shown(true, value.decimals + 2)}, cut off.")
        )
    if value.low and value.high and value.low > 0:
        least, most = -(-top // value.high), top // value.low
        if least <= most and not cut:
            words = f"{least}" if least == most else f"{least} to {most}"
            said.append(
                Explanation("other-denominator", f"{value.text} would be {top} in {words}, not in {bottom}.")
            )
    line = f"{top}/{bottom} = {shown(true, value.decimals + 1)}, printed {value.text}"
    severity: Severity = "doubtful" if cut else "contradiction"
    return _finding(
        severity, f"{row.outcome} is not its quotient", [row, top_row, bottom_row], line, tuple(said)
    )


def _parts(members: list[PublishedStatement]) -> Iterator[Finding | None]:
    """The N of "A / B" against the count of what B's words contain, in the same arm."""
    for row in members:
        named = row.outcome.partition(" / ")[2]
        if row.unit != "n/N" or not named or row.denominator is None:
            continue
        if row.numerator is not None:
            more = row.numerator > row.denominator
            line = f"{row.numerator} of {row.denominator}"
            yield _finding("impossible", f"{row.outcome}: more than all", [row], line) if more else None
        for whole in members:
            count = _whole(whole)
            if count is None or whole.arm != row.arm or whole.outcome not in named or whole.outcome == named:
                continue
            line = f"{row.denominator} {named}, but {count} {whole.outcome} in all"
            more = row.denominator > count
            yield (
                _finding("impossible", f"more {named} than {whole.outcome}", [row, whole], line)
                if more
                else None
            )


def _complements(members: list[PublishedStatement]) -> Iterator[Finding | None]:
    """The outcomes "any recurrence" and "no recurrence" with their counts make up the arm."""
    for one in members:
        if not one.outcome.startswith("any ") or one.numerator is None or not one.n:
            continue
        for other in members:
            opposite = other.outcome == f"no {one.outcome.removeprefix('any ')}" and other.arm == one.arm
            if not opposite or other.numerator is None or other.n != one.n:
                continue
            total = one.numerator + other.numerator
            line = f"{one.numerator} + {other.numerator} = {total}, but the arm has {one.n}"
            title = f"{one.outcome} and {other.outcome} do not make up the arm"
            yield None if total == one.n else _finding("contradiction", title, [one, other], line)


def _at_risk(members: list[PublishedStatement]) -> Iterator[Finding | None]:
    """Numbers at risk in the order of printing."""
    arms: dict[str, list[PublishedStatement]] = {}
    for row in members:
        if row.outcome == RISK and _whole(row) is not None:
            arms.setdefault(row.arm, []).append(row)
    for arm, rows in arms.items():
        for before, after in pairwise(rows):
            line = f"{_whole(before)} at {before.timepoint}, {_whole(after)} at {after.timepoint}"
            rises = (_whole(after) or 0) > (_whole(before) or 0)
            yield (
                _finding("impossible", f"the number at risk rises in {arm}", [before, after], line)
                if rises
                else None
            )
        for patients in members:
            if patients.arm != arm or _whole(patients) is None or not patients.outcome.startswith("patients"):
                continue
            line = f"{_whole(patients)} {patients.outcome}, {_whole(rows[0])} at risk at the start"
            slip, _ = is_slip(str(_whole(patients)), str(_whole(rows[0])))
            words = f"{_whole(patients)} and {_whole(rows[0])} differ by one digit."
            said = (Explanation("misprint", words),) if slip else ()
            title = f"the number at risk does not begin with the patients of {arm}"
            apart = _whole(patients) != _whole(rows[0])
            yield _finding("contradiction", title, [patients, rows[0]], line, said) if apart else None
    starts = [rows[0] for rows in arms.values()]
    if len(starts) < 2 or not starts[0].n:
        return
    total = sum(_whole(one) or 0 for one in starts)
    line = f"{' + '.join(str(_whole(one)) for one in starts)} = {total}, but the series has {starts[0].n}"
    title = "the numbers at risk at the start do not make up the series"
    yield None if total == starts[0].n else _finding("contradiction", title, starts, line)


CHECK = Check(
    ID,
    "Numbers quoted of one series",
    "Quotients, parts and wholes, complements and numbers at risk of a series against each other. Silent where a "
    "number stands alone.",
    quoted_parts,
)
