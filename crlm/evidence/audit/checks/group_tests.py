"""Does the printed p of a comparison of groups follow from the printed counts, or means and standard deviations?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from crlm.evidence.audit.attainable import (
    CHI_SQUARE,
    FISHER,
    LIKELIHOOD_RATIO,
    POOLED,
    WELCH,
    YATES,
    Counts,
    contingency,
    t_test_range,
)
from crlm.evidence.audit.checks.blocks import Cell, blocks
from crlm.evidence.audit.checks.group_tables import Blocks, GroupTable, group_table, groups_of, is_paired
from crlm.evidence.audit.checks.p_against_interval import p_words
from crlm.evidence.audit.explain import whole_slips
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSummary, PublishedTest

ID = "group-tests"
NAMED = {
    "pearson_chi2": (CHI_SQUARE, YATES),
    "chi2": (CHI_SQUARE, YATES),
    "yates_chi2": (YATES,),
    "fisher_exact": (FISHER,),
    "likelihood_ratio": (LIKELIHOOD_RATIO,),
    "t_test_independent": (POOLED, WELCH),
    "t_test_welch": (WELCH,),
}
COUNTS = ("pearson_chi2", "chi2", "yates_chi2", "fisher_exact", "likelihood_ratio", "not_stated", "")
MEANS = ("t_test_independent", "t_test_welch")
RANKS = ("mann_whitney_u", "wilcoxon_paired", "kruskal_wallis", "wilcoxon")
PAIRED = ("mcnemar",)
UNNAMED = ("not_stated", "")
_FEW = 2
"""More slips than these that fit say nothing about which it was."""


@dataclass(frozen=True)
class _Case:
    """A printed p with the table behind it."""

    row: PublishedTest
    p: Printed
    table: GroupTable

    def ps(self) -> dict[str, tuple[float, float]]:
        """The range of p of each test over the tables that the cells may stand for."""
        found: dict[str, tuple[float, float]] = {}
        for counts in self.table.tables() or ():
            for name, p in contingency(counts):
                low, high = found.get(name, (p, p))
                found[name] = min(low, p), max(high, p)
        return found

    def agreeing(self) -> tuple[str, ...]:
        """The tests that can give the printed p."""
        return tuple(name for name, (low, high) in self.ps().items() if self.p.overlaps(low, high))


def group_tests(paper: Paper) -> CheckResult:
    """Every printed p of a comparison of groups."""
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    failing: list[_Case] = []
    tested = 0
    counts = blocks(paper)
    for row in paper.numbers.tests:
        subject = f"{row.row_id}, {row.locator}: {row.variable}, {row.groups_compared}"
        p = printed(_p(row))
        if row.test in PAIRED or (row.test in UNNAMED and is_paired(row)):
            continue
        reason, case = _case(counts, row, p)
        if row.test in MEANS and p is not None:
            result = _means(paper, row, p)
            if isinstance(result, str):
                not_run.append(NotRun(subject, result))
            else:
                tested += 1
                findings += result
        elif case is None:
            not_run.append(NotRun(subject, reason))
        else:
            tested += 1
            if not set(case.agreeing()) & set(
                NAMED.get(row.test, (CHI_SQUARE, YATES, FISHER, LIKELIHOOD_RATIO))
            ):
                failing.append(case)
    findings += [_finding(one, failing) for one in failing]
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _case(counts: Blocks, row: PublishedTest, p: Printed | None) -> tuple[str, _Case | None]:
    if p is None:
        return "no p is printed as a number", None
    if row.test in RANKS:
        return "a rank test needs the values of every person: no summary determines its p", None
    if row.test not in COUNTS:
        return f"the test {row.test} is not computed again", None
    table = group_table(counts, row)
    if isinstance(table, str):
        return table, None
    if table.tables() is None:
        return "its percentages stand for too many tables of counts", None
    return "", _Case(row, p, table)


def _p(row: PublishedTest) -> str:
    signed = row.p_op in ("<", ">") and row.p_printed[:1] not in "<>≤≥"
    return f"{row.p_op}{row.p_printed}" if signed else row.p_printed


def _finding(one: _Case, failing: Sequence[_Case]) -> Finding:
    ps = one.ps()
    named = NAMED.get(one.row.test, ())
    tests = {name: ps[name] for name in (*named, *ps) if name in ps}
    others = tuple(name for name in one.agreeing() if name not in named)
    shown = ", ".join(f"{name} {p_words(*p)}" for name, p in tests.items())
    explanations = tuple(_explanations(one, failing, others))
    return Finding(
        ID,
        "doubtful" if others else "contradiction",
        f"p {_p(one.row)} of {one.row.variable} does not follow from its counts"
        + ("" if not others else f" by the test that is named, but by {others[0]}"),
        (_quoted(one.row), *one.table.quoted),
        f"{_counts(one.table)}: {shown}; printed {_p(one.row)}",
        explanations,
        suspects=(one.row.row_id, *_misprinted(one)),
    )


def _quoted(row: PublishedTest) -> Quoted:
    return Quoted(
        row.row_id, row.locator, f"p of {row.variable}, {row.groups_compared} ({row.test})", _p(row)
    )


def _counts(table: GroupTable) -> str:
    """The table in one line: its groups side by side, level by level."""
    text = _side_by_side(next(iter(table.tables() or ())))
    return text if table.exact else f"counts from the percentages, for example {text}"


def _side_by_side(counts: Counts) -> str:
    return ", ".join(" and ".join(str(one) for one in level) for level in counts)


def _by_percentages(one: _Case) -> _Case | None:
    """The case with its counts taken from the percentages, when that changes a count and gives the printed p."""
    table = one.table.from_percentages()
    if table is None or table.choices == one.table.choices or table.tables() is None:
        return None
    corrected = replace(one, table=table)
    return corrected if corrected.agreeing() else None


def _misprinted(one: _Case) -> tuple[str, ...]:
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


def _explanations(one: _Case, failing: Sequence[_Case], others: Sequence[str]) -> Iterator[Explanation]:
    for name in others:
        yield Explanation("other-test", f"{name} on these counts gives the printed p.")
    if others:
        return
    corrected = _by_percentages(one)
    if corrected is not None:
        table = _side_by_side(next(iter(corrected.table.tables() or ())))
        yield Explanation(
            "misprint",
            f"With the counts that the percentages stand for ({table}) {corrected.agreeing()[0]} gives the printed p.",
        )
        return
    for at, level in enumerate(one.table.cells if len(one.table.cells) > 2 else ()):
        left = replace(one, table=one.table.without(at))
        tests = tuple(name for name in left.agreeing() if name in NAMED.get(one.row.test, left.agreeing()))
        if tests:
            name = level[0].row.level
            yield Explanation(
                "other-population", f"Without the level {name}, {tests[0]} gives the printed p."
            )
    for other in failing:
        if other.row.row_id == one.row.row_id or other.row.locator != one.row.locator:
            continue
        names = replace(one, p=other.p).agreeing()
        if names:
            back = replace(other, p=one.p).agreeing()
            yield Explanation(
                "swapped-labels",
                f"The p printed for {other.row.variable} ({_p(other.row)}) is the one of these counts ({names[0]})"
                + (", and this p is the other's: they are exchanged." if back else "."),
            )
    yield from _slipped(one)


def _slipped(one: _Case) -> Iterator[Explanation]:
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


def _slips(one: _Case) -> list[tuple[Cell, int, bool]]:
    """Cells with a count one digit away that gives the printed p, and whether the total says the same."""
    if not one.table.exact or one.p.operator != "=":
        return []
    counts = next(iter(one.table.tables() or ()))
    tests = NAMED.get(one.row.test, (CHI_SQUARE, YATES, FISHER))
    found: list[tuple[Cell, int, bool]] = []
    for at, level in enumerate(one.table.cells):
        whole = one.table.whole[at]
        for group, cell in enumerate(level):
            fits = partial(_gives_p, one, counts, (at, group), tests)
            rest = sum(counts[at]) - counts[at][group]
            found += [(cell, n, n + rest == whole) for n, _ in whole_slips(counts[at][group], fits)]
    return found


def _gives_p(one: _Case, counts: Counts, where: tuple[int, int], tests: Sequence[str], n: int) -> bool:
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
    return any(name in tests and one.p.overlaps(p, p) for name, p in contingency(changed))


def _means(paper: Paper, row: PublishedTest, p: Printed) -> list[Finding] | str:
    groups = groups_of(row)
    found = {
        one.group: one
        for one in paper.numbers.summaries
        if one.variable == row.variable and one.group in groups and one.locator == row.locator
    }
    if len(groups) != 2 or set(found) != set(groups):
        return "the means and standard deviations of its two groups are not printed"
    pair = tuple(found[group] for group in groups)
    numbers = [_mean_sd(one) for one in pair]
    sizes = tuple(one.n_available for one in pair)
    if any(one is None for one in numbers) or any(one is None or one < 2 for one in sizes):
        return "a mean, a standard deviation or the number of known values is not printed"
    (mean1, sd1), (mean2, sd2) = ((m.bounds(), s.bounds(0.0)) for m, s in numbers if m and s)  # type: ignore[misc]
    n1, n2 = (one or 0 for one in sizes)
    ranges = {
        name: t_test_range((mean1, mean2), (sd1, sd2), (n1, n2), pooled=name == POOLED)
        for name in (POOLED, WELCH)
    }
    if any(p.overlaps(*ranges[name]) for name in NAMED[row.test]):
        return []
    other = next((name for name, values in ranges.items() if p.overlaps(*values)), None)
    texts = " and ".join(f"{one.as_printed} of {one.n_available}" for one in pair)
    return [
        Finding(
            ID,
            "doubtful" if other else "contradiction",
            f"p {_p(row)} of {row.variable} does not follow from its means",
            (_quoted(row), *(_quoted_summary(one) for one in pair)),
            f"{texts}: " + ", ".join(f"{name} {p_words(*values)}" for name, values in ranges.items()),
            (Explanation("other-test", f"{other} gives the printed p."),) if other else (),
            suspects=(row.row_id,),
        )
    ]


def _mean_sd(row: PublishedSummary) -> tuple[Printed, Printed] | None:
    import re

    texts = re.findall(r"\d+(?:[.,·]\d+)?", row.as_printed)
    if not row.statistic.startswith("mean") or len(texts) < 2:
        return None
    mean, sd = printed(texts[0]), printed(texts[1])
    return (mean, sd) if mean is not None and sd is not None else None


def _quoted_summary(row: PublishedSummary) -> Quoted:
    return Quoted(row.row_id, row.locator, f"{row.variable}, {row.group}", row.as_printed)


CHECK = Check(
    ID,
    "Tests of groups computed again",
    "Chi-square (with and without Yates' correction), Fisher's exact test and the likelihood-ratio test from the "
    "counts, t tests (pooled and Welch) from means, standard deviations and numbers. A count that is printed as a "
    "percentage stands for every count that prints so; a mean or standard deviation for every value that rounds to "
    "it. Silent when the named test, or any test where none is named, can give the printed p. Rank tests need the "
    "values of every person and are not computed again.",
    group_tests,
)
