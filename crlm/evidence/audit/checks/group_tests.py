"""Does the printed p of a comparison of groups follow from the printed counts, or means and standard deviations?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crlm.evidence.audit.attainable import CHI_SQUARE, FISHER, YATES, Counts, contingency
from crlm.evidence.audit.checks.blocks import Cell, blocks, size_of
from crlm.evidence.audit.checks.group_tables import MOST_PEOPLE, GroupTable
from crlm.evidence.audit.checks.means_of_at_most import too_small
from crlm.evidence.audit.checks.p_against_interval import p_words
from crlm.evidence.audit.checks.recomputed_tests import (
    NAMED,
    OfCounts,
    OfMeans,
    agrees,
    is_of_pairs,
    p_as_printed,
    recomputed,
)
from crlm.evidence.audit.explain import whole_slips
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSummary, PublishedTest

ID = "group-tests"
_FEW = 2
"""More slips than these that fit say nothing about which it was."""


def group_tests(paper: Paper) -> CheckResult:
    """Every printed p of a comparison of groups."""
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    failing: list[OfCounts] = []
    tested = 0
    counts = blocks(paper)
    for row in paper.numbers.tests:
        if is_of_pairs(row):
            continue
        found = recomputed(paper, counts, row)
        if isinstance(found, str):
            bounded, finding = too_small(ID, paper, row)
            if bounded:
                tested += 1
                findings += [finding] if finding is not None else []
                continue
            subject = f"{row.row_id}, {row.locator}: {row.variable}, {row.groups_compared}"
            not_run.append(NotRun(subject, found))
            continue
        tested += 1
        if agrees(found):
            continue
        if isinstance(found, OfMeans):
            findings.append(_finding_of_means(found))
        elif isinstance(found, OfCounts):
            failing.append(found)
    findings += [_finding(paper, one, failing) for one in failing]
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _finding(paper: Paper, one: OfCounts, failing: Sequence[OfCounts]) -> Finding:
    ps = one.ranges
    named = NAMED.get(one.row.test, ())
    tests = {name: ps[name] for name in (*named, *ps) if name in ps}
    others = tuple(name for name in one.agreeing if name not in named)
    shown = ", ".join(f"{name} {p_words(*p)}" for name, p in tests.items())
    explanations = (
        *_explanations(one, failing, others),
        *(() if others else _of_everybody(paper, one, failing)),
    )
    return Finding(
        ID,
        "doubtful" if others else "contradiction",
        f"p {p_as_printed(one.row)} of {one.row.variable} does not follow from its counts"
        + ("" if not others else f" by the test that is named, but by {others[0]}"),
        (_quoted(one.row), *one.table.quoted),
        f"{_counts(one.table)}: {shown}; printed {p_as_printed(one.row)}",
        explanations,
        suspects=(one.row.row_id, *_misprinted(one)),
    )


def _quoted(row: PublishedTest) -> Quoted:
    return Quoted(
        row.row_id, row.locator, f"p of {row.variable}, {row.groups_compared} ({row.test})", p_as_printed(row)
    )


def _counts(table: GroupTable) -> str:
    """The table in one line: its groups side by side, level by level."""
    text = _side_by_side(next(iter(table.tables() or ())))
    return text if table.exact else f"counts from the percentages, for example {text}"


def _side_by_side(counts: Counts) -> str:
    return ", ".join(" and ".join(str(one) for one in level) for level in counts)


def _by_percentages(one: OfCounts) -> OfCounts | None:
    """The case with its counts taken from the percentages, when that changes a count and gives the printed p."""
    table = one.table.from_percentages()
    if table is None or table.choices == one.table.choices or table.tables() is None:
        return None
    corrected = replace(one, table=table)
    return corrected if corrected.agreeing else None


def _misprinted(one: OfCounts) -> tuple[str, ...]:
    """The rows whose count is not the one of their percentage, or of the total, when those give the printed p."""
    corrected = _by_percentages(one)
    if corrected is None:
        return tuple(cell.row.row_id for cell, _, by_total in _slips(one) if by_total)
    return tuple(
        cell.row.row_id
        for level, choices in zip(one.table.cells, corrected.table.choices, strict=True)
        for cell, choice in zip(level, choices, strict=True)
        if cell.n not in choice
    )


def _explanations(one: OfCounts, failing: Sequence[OfCounts], others: Sequence[str]) -> Iterator[Explanation]:
    for name in others:
        yield Explanation("other-test", f"{name} on these counts gives the printed p.")
    if others:
        return
    corrected = _by_percentages(one)
    if corrected is not None:
        table = _side_by_side(next(iter(corrected.table.tables() or ())))
        yield Explanation(
            "misprint",
            f"With the counts that the percentages stand for ({table}) {corrected.agreeing[0]} gives the printed p.",
        )
        return
    for at, level in enumerate(one.table.cells if len(one.table.cells) > 2 else ()):
        left = replace(one, table=one.table.without(at))
        tests = tuple(name for name in left.agreeing if name in NAMED.get(one.row.test, left.agreeing))
        if tests:
            name = level[0].row.level
            yield Explanation(
                "other-population", f"Without the level {name}, {tests[0]} gives the printed p."
            )
    for other in failing:
        if other.row.row_id == one.row.row_id or other.row.locator != one.row.locator:
            continue
        names = replace(one, p=other.p).agreeing
        if names:
            back = replace(other, p=one.p).agreeing
            yield Explanation(
                "swapped-labels",
                f"The p printed for {other.row.variable} ({p_as_printed(other.row)}) is the one of these counts "
                f"({names[0]})" + (", and this p is the other's: they are exchanged." if back else "."),
            )
    yield from _slipped(one)


def _of_everybody(paper: Paper, one: OfCounts, failing: Sequence[OfCounts]) -> Iterator[Explanation]:
    """The counts of one level in the whole groups, where the percentages are of a part of each."""
    cells = one.table.cells[0]
    sizes = [size_of(paper, each.row.group, each.row.unit) for each in cells]
    used = one.table.sizes
    if used is None or any(n is None or n in choices for n, choices in zip(sizes, used, strict=True)):
        return
    counts = next(iter(one.table.tables() or ()))[0]
    whole = tuple(n or 0 for n in sizes)
    if any(n < count for n, count in zip(whole, counts, strict=True)) or sum(whole) > MOST_PEOPLE:
        return
    rest = tuple(n - count for n, count in zip(whole, counts, strict=True))
    tests = dict(contingency((counts, rest)))
    of = " and ".join(
        f"{count} of the {n} in {each.row.group}" for count, n, each in zip(counts, whole, cells, strict=True)
    )
    for other in (
        one,
        *(each for each in failing if each is not one and each.row.locator == one.row.locator),
    ):
        found = [(name, p) for name, p in tests.items() if other.p.overlaps(p, p)]
        if found:
            name, p = found[0]
            printed = "the printed p" if other is one else f"the p printed for {other.row.variable}"
            sentence = f"{of} give {p_words(p, p)} by {name}, {printed} ({p_as_printed(other.row)})."
            yield Explanation("other-denominator", sentence)


def _slipped(one: OfCounts) -> Iterator[Explanation]:
    """One count one digit away with which the named test gives the printed p: the one of the total, or the only few."""
    found = _slips(one)
    confirmed = [each for each in found if each[2]]
    if not confirmed and len(found) > _FEW:
        return
    for cell, n, by_total in confirmed or found:
        because = f" ({n} is also what the column of everybody leaves)" if by_total else ""
        yield Explanation(
            "misprint",
            f"{n} instead of {cell.n} for {cell.row.level} in {cell.row.group} gives the printed p{because}.",
        )


def _slips(one: OfCounts) -> list[tuple[Cell, int, bool]]:
    """Cells with a count one digit away that gives the printed p, and whether the total says the same."""
    if not one.table.exact or one.p.operator != "=":
        return []
    counts = next(iter(one.table.tables() or ()))
    if sum(map(sum, counts)) > MOST_PEOPLE:
        return []
    tests = NAMED.get(one.row.test, (CHI_SQUARE, YATES, FISHER))
    found: list[tuple[Cell, int, bool]] = []
    for at, level in enumerate(one.table.cells):
        whole = one.table.whole[at]
        for group, cell in enumerate(level):
            fits = partial(_gives_p, one, counts, (at, group), tests)
            rest = sum(counts[at]) - counts[at][group]
            found += [(cell, n, n + rest == whole) for n, _ in whole_slips(counts[at][group], fits)]
    return found


def _gives_p(one: OfCounts, counts: Counts, where: tuple[int, int], tests: Sequence[str], n: int) -> bool:
    """Whether the table with this count at [level, group] gives the printed p by one of the tests."""
    at, group = where
    rows = [list(row) for row in counts]
    total = sum(row[group] for row in rows)
    if n > total:
        return False
    if one.table.sizes is not None:
        rows[1][group] = total - n
    rows[at][group] = n
    changed = tuple(tuple(row) for row in rows)
    return any(one.p.overlaps(p, p) for _, p in contingency(changed, tests))


def _finding_of_means(one: OfMeans) -> Finding:
    texts = " and ".join(f"{summary.as_printed} of {summary.n_available}" for summary in one.summaries)
    return Finding(
        ID,
        "doubtful" if one.agreeing else "contradiction",
        f"p {p_as_printed(one.row)} of {one.row.variable} does not follow from its means",
        (_quoted(one.row), *(_quoted_summary(summary) for summary in one.summaries)),
        f"{texts}: " + ", ".join(f"{name} {p_words(*values)}" for name, values in one.ranges.items()),
        tuple(Explanation("other-test", f"{name} gives the printed p.") for name in one.agreeing[:1]),
        suspects=(one.row.row_id,),
    )


def _quoted_summary(row: PublishedSummary) -> Quoted:
    return Quoted(row.row_id, row.locator, f"{row.variable}, {row.group}", row.as_printed)


CHECK = Check(
    ID,
    "Tests of groups computed again",
    "Chi-square (with and without Yates' correction), Fisher's exact test and the likelihood-ratio test from the "
    "counts, t tests (pooled and Welch) from means, standard deviations and numbers (where it is not printed how many "
    "are known, the p is at least that of everybody). A count that is printed as a percentage stands for every count "
    "that prints so; a mean or standard deviation for every value that rounds to it. Silent when the named test, or "
    "any test where none is named, can give the printed p. Rank tests need the values of every person and are not "
    "computed again.",
    group_tests,
)
