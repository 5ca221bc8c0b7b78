"""Are the numbers of one row those of another, where everything says that they should differ?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from statistics import median
from typing import TYPE_CHECKING

from crlm.evidence.audit.effect_sizes import behind
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding
from crlm.evidence.audit.ratio import Interval, Ratio, p_of, place_of, possible, quoted, ratios, z_range

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "copied-rows"
ENOUGH = 5
"""Other terms that say how the precision of two endpoints compares."""
MARGIN = 1.1
RARE = 0.005
"""How many such coincidences a table may be expected to have by chance, at most, before one is named."""
ALIKE = 10
"""How much likelier the same numbers are for one term at two endpoints, which share many of their events."""

Term = tuple[str, str]
"""Variable and level."""


def copied_rows(paper: Paper) -> CheckResult:
    """Every pair of rows of one table: the same term at two endpoints, two terms or subgroups at one endpoint."""
    columns: dict[tuple[str, str], dict[str, list[Ratio]]] = defaultdict(lambda: defaultdict(list))
    for one in ratios(paper.numbers.effects):
        if one.has_interval and one.p is not None:
            columns[one.row.locator, one.row.model][one.row.endpoint].append(one)
    findings: list[Finding] = []
    tested = 0
    for endpoints in columns.values():
        for members in endpoints.values():
            tested += len(members)
            findings += _within(paper, members)
        terms = {name: _terms(members) for name, members in endpoints.items()}
        for first, second in combinations(terms, 2):
            common = [key for key in terms[first] if key in terms[second]]
            pairs = [(terms[first][key], terms[second][key]) for key in common]
            tested += len(pairs)
            findings += _between(pairs)
    return CheckResult(ID, tested, tuple(findings))


def _terms(members: Sequence[Ratio]) -> dict[Term, Ratio]:
    return {(one.row.term, one.row.level): one for one in members if not one.row.subgroup_variable}


def _within(paper: Paper, members: Sequence[Ratio]) -> Iterator[Finding]:
    """Two rows of one endpoint that print the same numbers, more of them than chance makes alike."""
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, one in enumerate(members):
        alike[_numbers(one)].append(at)
    for places in alike.values():
        for before, after in pairwise(places):
            one, other = members[before], members[after]
            neighbours = after == before + 1
            pairs = len(members) - 1 if neighbours else len(members) * (len(members) - 1) // 2
            ways = _ways(one)
            if pairs > RARE * ways or _same_effect(one, other) or _same_people(paper, one, other):
                continue
            yield _finding_within(one, other, pairs, ways, neighbours=neighbours)


def _numbers(one: Ratio) -> tuple[str, ...]:
    row = one.row
    return row.est_printed, row.ci_printed, row.p_op, row.p_printed


def _same_effect(one: Ratio, other: Ratio) -> bool:
    """Whether two rows repeat one effect."""
    return place_of(one.row) == place_of(other.row)


def _same_people(paper: Paper, one: Ratio, other: Ratio) -> bool:
    """Whether both compare equally many with equally many, which makes equal numbers likely."""
    first, second = behind(paper, one.row), behind(paper, other.row)
    if first is not None and second is not None:
        return {first.n_level, first.n_reference} == {second.n_level, second.n_reference}
    return one.row.n is not None and one.row.n == other.row.n


def _ways(one: Ratio) -> float:
    """How many rows, at least, could have been printed in the place of this one.

    Half the interval's width in printed steps for where the estimate lies, as many for how wide the interval is, and
    every p that prints differently under the same printed estimate and interval.
    """
    assert one.low is not None and one.high is not None and one.p is not None
    steps = max(float((one.high.value - one.low.value) / max(one.low.unit, one.high.unit)) / 2, 1.0)
    regions = possible(*one.logs)
    if not regions or one.p.operator != "=":
        return steps**2
    low, high = p_of(z_range(regions))
    return steps**2 * max((high - low) / float(one.p.unit), 1.0)


def _finding_within(one: Ratio, other: Ratio, pairs: int, ways: float, *, neighbours: bool) -> Finding:
    kind = "pairs of neighbours" if neighbours else "pairs of rows"
    return Finding(
        ID,
        "doubtful",
        f"{place_of(one.row)} and {place_of(other.row)} have the same numbers",
        (quoted(one.row), quoted(other.row)),
        f"the same estimate, interval and p: their digits tell about {_rounded(ways)} rows apart, and the table has "
        f"{pairs} {kind}, so that of {_rounded(ways / pairs)} such tables about one has a pair alike by chance. "
        "Possible otherwise only if both rows are of the same people under two names",
        (Explanation("misprint", "One of the two rows was filled with the numbers of the other."),),
    )


def _rounded(number: float) -> str:
    digits = max(len(str(int(number))) - 1, 0)
    return f"{int(number) // 10**digits * 10**digits:,}"


def _between(pairs: Sequence[tuple[Ratio, Ratio]]) -> Iterator[Finding]:
    """The same term at two endpoints, where standard errors differ in the other terms, or chance would hardly do it."""
    widths = [_widths(*pair) for pair in pairs]
    same = [_numbers(one) == _numbers(other) for one, other in pairs]
    for at, (one, other) in enumerate(pairs):
        if not same[at]:
            continue
        usual = [each for place, each in enumerate(widths) if place != at and each is not None]
        beside = [pairs[place] for place in (at - 1, at + 1) if 0 <= place < len(pairs) and same[place]]
        if len(usual) >= ENOUGH and _differs(usual, widths[at]):
            yield _finding_between(one, other, _by_width(one, other, usual), beside)
        elif ALIKE * len(pairs) <= RARE * _ways(one):
            line = (
                f"the same estimate, interval and p: their digits tell about {_rounded(_ways(one))} rows apart, and "
                f"the table has {len(pairs)} terms at both endpoints"
            )
            yield _finding_between(one, other, line, beside)


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


def _by_width(one: Ratio, other: Ratio, usual: list[Interval]) -> str:
    middle = median((low + high) / 2 for low, high in usual)
    low, high = min(each[0] for each in usual), max(each[1] for each in usual)
    return (
        f"standard errors of {other.row.endpoint} are {low:.2f} to {high:.2f} times those of {one.row.endpoint} in "
        f"the {len(usual)} other rows (middle {middle:.2f}); here they are equal, with the same estimate and p"
    )


def _finding_between(
    one: Ratio, other: Ratio, arithmetic: str, beside: Sequence[tuple[Ratio, Ratio]]
) -> Finding:
    endpoints = f"{one.row.endpoint} and {other.row.endpoint}"
    too = f"; {beside[0][0].row.term}, the row beside it, is the same for both as well" if beside else ""
    return Finding(
        ID,
        "doubtful",
        f"{one.row.term} has the same numbers for {endpoints}",
        (quoted(one.row), quoted(other.row), *(quoted(each.row) for pair in beside for each in pair)),
        arithmetic + too,
        (Explanation("misprint", "One of the two columns was filled with the numbers of the other."),),
        suspects=(one.row.row_id, other.row.row_id),
    )


CHECK = Check(
    ID,
    "Copied rows",
    "Two endpoints of one table have different numbers of events, and so different standard errors: a term whose "
    "numbers are identical for both is doubtful when no other term comes near equal standard errors. Two rows of one "
    "table with the same estimate, interval and p are doubtful when their digits tell so many rows apart that chance "
    "would hardly make any two alike. Silent where intervals are printed too coarsely to tell, and where both rows "
    "compare equally many people.",
    copied_rows,
)
