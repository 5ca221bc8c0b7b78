"""Is an effect that stands in several places the same everywhere?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding
from crlm.evidence.audit.printed import Printed, printed, shown
from crlm.evidence.audit.ratio import limits, place_of, quoted

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedEffect

ID = "repeated-effects"
Numbers = dict[str, Printed]
Pair = tuple["PublishedEffect", "PublishedEffect"]


def repeated_effects(paper: Paper) -> CheckResult:
    """Every effect (endpoint, model, term, level, reference, population, subgroup) that is printed twice or more."""
    places: dict[tuple[str, ...], list[PublishedEffect]] = defaultdict(list)
    for row in paper.numbers.effects:
        if _numbers(row):
            places[_identity(row)].append(row)
    findings = []
    tested = 0
    for rows in places.values():
        pairs = [pair for pair in combinations(rows, 2) if set(_numbers(pair[0])) & set(_numbers(pair[1]))]
        tested += len(pairs)
        apart = [(pair, names) for pair in pairs if (names := _apart(*pair))]
        if apart:
            findings.append(_finding(apart))
    return CheckResult(ID, tested, tuple(findings))


def _identity(row: PublishedEffect) -> tuple[str, ...]:
    names = "population endpoint unit_of_analysis model subgroup_variable subgroup_level term level reference measure"
    return tuple(str(getattr(row, name)) for name in names.split())


def _numbers(row: PublishedEffect) -> Numbers:
    low, high = limits(row.ci_printed)
    sign = row.p_op if row.p_op in ("<", ">") and row.p_printed[:1] not in "<>" else ""
    found = {
        "estimate": printed(row.est_printed),
        "lower limit": low,
        "upper limit": high,
        "p": printed(f"{sign}{row.p_printed}"),
    }
    return {name: number for name, number in found.items() if number is not None}


def _apart(one: PublishedEffect, other: PublishedEffect) -> tuple[str, ...]:
    """The numbers of which no true value prints as both, or only one on the very edge of both."""
    first, second = _numbers(one), _numbers(other)
    return tuple(name for name in first if name in second and not _agree(first[name], second[name]))


def _agree(one: Printed, other: Printed) -> bool:
    if not one.overlaps(other.low, other.high):
        return False
    touching = one.low == other.high or one.high == other.low
    return not (touching and one.operator == other.operator == "=")


def _finding(apart: list[tuple[Pair, tuple[str, ...]]]) -> Finding:
    rows = list({row.row_id: row for pair, _ in apart for row in pair}.values())
    names = list(dict.fromkeys(name for _, found in apart for name in found))
    parts = []
    for name in names:
        texts = [f"{_numbers(row)[name].text} ({row.locator})" for row in rows if name in _numbers(row)]
        parts.append(f"{name}: {', '.join(dict.fromkeys(texts))}")
    edge = all(_on_the_edge(pair, found) for pair, found in apart)
    return Finding(
        ID,
        "doubtful" if edge else "contradiction",
        f"{place_of(rows[0])}: printed differently in {len(rows)} places",
        tuple(quoted(row) for row in rows),
        "; ".join(parts),
        tuple(dict.fromkeys(each for pair, found in apart for each in _explanations(pair, found))),
    )


def _on_the_edge(pair: Pair, names: tuple[str, ...]) -> bool:
    first, second = (_numbers(row) for row in pair)
    return all(first[name].overlaps(second[name].low, second[name].high) for name in names)


def _explanations(pair: Pair, names: tuple[str, ...]) -> Iterator[Explanation]:
    first, second = (_numbers(row) for row in pair)
    for name in names:
        one, other = first[name], second[name]
        finer, coarser = (one, other) if one.decimals > other.decimals else (other, one)
        low, high = coarser.truncated()
        if finer.decimals > coarser.decimals and low <= finer.value < high:
            yield Explanation("truncation", f"{coarser.text} is {finer.text} cut off, not rounded.")
            continue
        slip, longer = is_slip(one.text, other.text)
        if slip:
            yield Explanation(
                "lost-sign-or-digit" if longer else "misprint",
                f"{one.text} and {other.text} ({name}) differ by one digit.",
            )
    if "estimate" in names and {"lower limit", "upper limit"} <= set(first) & set(second):
        inverse = _inverse(first)
        if all(inverse[name].overlaps(second[name].low, second[name].high) for name in inverse):
            yield Explanation("swapped-labels", "One is the inverse of the other: the groups are exchanged.")


def _inverse(numbers: Numbers) -> Numbers:
    """The ratio read the other way round, at the same decimals and with a step to spare."""
    turned = {"estimate": "estimate", "lower limit": "upper limit", "upper limit": "lower limit"}
    found = {}
    for name, to in turned.items():
        number = numbers[name]
        if number.value > 0 and (again := printed(shown(1 / number.value, number.decimals))) is not None:
            found[to] = again
    return found


CHECK = Check(
    ID,
    "The same effect in several places",
    "Ratio, limits and p of an effect that stands in a table, its caption, the text or the abstract are compared as "
    "the intervals that they may stand for. Named when no true value, or only one on the very edge of both, "
    "prints as both. Effects of differently named models are different effects.",
    repeated_effects,
)
