"""Whether a range that the text quotes is that of the table it sums up.

A statement with two ends and no value, of no series with a size or a year of its own, is held against the single
values of the same outcome, unit and time, of at least three series at the same place or the next: the outcome's words
must be among theirs, and its arm or context too. The lowest and highest value of the table must print as the ends.

Silent: fewer than three values. Doubtful: the text's range lies inside the table's, as when only the usual is meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.statements import months_of, quoted, value_of, words_of
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedStatement

ID = "quoted-ranges"
FEWEST = 3


def quoted_ranges(paper: Paper) -> CheckResult:
    """Every range without a value."""
    places = list(dict.fromkeys(one.locator for one in paper.numbers.statements))
    tested = 0
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    for row in paper.numbers.statements:
        if row.range_low is None or row.range_high is None or row.value is not None or row.n or row.year:
            continue
        values = _table(row, paper, places)
        if len({one.series for one, _ in values}) < FEWEST:
            not_run.append(
                NotRun(row.row_id, "no table of at least three series of this outcome stands beside it")
            )
            continue
        tested += 1
        finding = _compare(row, values)
        findings += [finding] if finding else []
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _table(
    row: PublishedStatement, paper: Paper, places: list[str]
) -> list[tuple[PublishedStatement, Printed]]:
    """The single values that the range may sum up."""
    at = places.index(row.locator)
    near = {places[one] for one in (at - 1, at, at + 1) if 0 <= one < len(places)}
    near = {row.locator} if _values(row, paper, {row.locator}) else near
    return _values(row, paper, near)


def _values(
    row: PublishedStatement, paper: Paper, near: set[str]
) -> list[tuple[PublishedStatement, Printed]]:
    wanted, about = words_of(row.outcome), words_of(row.arm) | words_of(row.context)
    found = []
    for one in paper.numbers.statements:
        value = value_of(one)
        same = one.unit == row.unit and months_of(one) == months_of(row) and one.locator in near
        if value is None or not same or one.row_id == row.row_id or one.series == row.series:
            continue
        of = words_of(f"{one.arm} {one.context}")
        if wanted and wanted <= words_of(one.outcome) and (of & about or not about):
            found.append((one, value))
    exact = [each for each in found if words_of(each[0].outcome) == wanted]
    return exact if len({one.series for one, _ in exact}) >= FEWEST else found


def _compare(row: PublishedStatement, values: list[tuple[PublishedStatement, Printed]]) -> Finding | None:
    ends = _ends(row)
    if ends is None:
        return None
    low, high = ends
    least = min(values, key=lambda one: one[1].value)
    most = max(values, key=lambda one: one[1].value)
    wrong_low, wrong_high = not _same(low, least[1]), not _same(high, most[1])
    if not wrong_low and not wrong_high:
        return None
    inside = low.value >= least[1].value and high.value <= most[1].value
    quotes = [row, *([least[0]] if wrong_low else []), *([most[0]] if wrong_high else [])]
    lines = []
    if wrong_low:
        lines.append(f"lowest printed {low.text}, in the table {least[1].text} ({least[0].series})")
    if wrong_high:
        lines.append(f"highest printed {high.text}, in the table {most[1].text} ({most[0].series})")
    inner = sum(1 for _, value in values if low.value <= value.value <= high.value)
    words = f"{inner} of the {len(values)} values lie in the range: the usual may be meant."
    said = (Explanation("other-population", words),) if inside else ()
    return Finding(
        check=ID,
        severity="doubtful" if inside else "contradiction",
        title=f"{row.outcome}: the range in the text, {low.text} to {high.text} {row.unit}, is not that of the table",
        printed=tuple(quoted(one) for one in quotes),
        arithmetic="; ".join(lines),
        explanations=said,
        suspects=(row.row_id,),
    )


def _same(one: Printed, other: Printed) -> bool:
    """The same number, of which one may be printed with fewer digits."""
    if one.decimals == other.decimals and one.operator == other.operator:
        return one.value == other.value
    return one.overlaps(other.low, other.high)


def _ends(row: PublishedStatement) -> tuple[Printed, Printed] | None:
    texts = re.findall(r"\d+(?:[.·]\d+)?", row.value_printed)
    if len(texts) != 2:
        texts = [f"{row.range_low:g}", f"{row.range_high:g}"]
    low, high = printed(texts[0]), printed(texts[1])
    return (low, high) if low is not None and high is not None else None


CHECK = Check(
    ID,
    "Ranges in the text",
    "A range quoted in the text is held against the lowest and highest value of the table it sums up. Silent where no "
    "table of three or more series of that outcome stands beside it.",
    quoted_ranges,
)
