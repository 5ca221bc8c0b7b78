"""Can McNemar's test of two printed proportions of the same people have the printed p?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import blocks
from crlm.evidence.audit.checks.p_against_interval import p_text
from crlm.evidence.audit.checks.recomputed_tests import OfPairs, agrees, is_of_pairs, recomputed
from crlm.evidence.audit.explain import whole_slips
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "paired-tests"
_FEW = 2


def paired_tests(paper: Paper) -> CheckResult:
    """Every printed p of McNemar's test, and of a paired comparison of proportions whose test is not named."""
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    tested = 0
    counts = blocks(paper)
    for row in paper.numbers.tests:
        if not is_of_pairs(row):
            continue
        found = recomputed(paper, counts, row)
        if isinstance(found, str):
            not_run.append(NotRun(f"{row.row_id}, {row.locator}: {row.variable}", found))
        elif isinstance(found, OfPairs):
            tested += 1
            findings += [] if agrees(found) else [_finding(found)]
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _with_before(one: OfPairs, first: int) -> bool:
    return first <= one.n and agrees(replace(one, first=first))


def _with_after(one: OfPairs, second: int) -> bool:
    return second <= one.n and agrees(replace(one, second=second))


def _finding(one: OfPairs) -> Finding:
    row, first, second, n = one.row, one.first, one.second, one.n
    ranges = ", ".join(f"{name} {p_text(low)} to {p_text(high)}" for name, (low, high) in one.ranges.items())
    before, after = partial(_with_before, one), partial(_with_after, one)
    slips = [
        (was, now) for was, fits in ((first, before), (second, after)) for now, _ in whole_slips(was, fits)
    ]
    explanations = tuple(
        Explanation("misprint", f"With {now} instead of {was} the printed p can be attained.")
        for was, now in slips
    )
    named = row.test == "mcnemar" and row.test_basis != "not_stated"
    other = Explanation(
        "other-test", "Possible only with a test that is not McNemar's; the paper names none."
    )
    return Finding(
        ID,
        "impossible" if named else "doubtful",
        f"McNemar's test of {row.variable} cannot have p {row.p_printed}",
        (
            Quoted(row.row_id, row.locator, f"p of {row.variable}, {row.groups_compared}", row.p_printed),
            *one.table.quoted,
        ),
        f"{first} and {second} of {n}: {abs(first - second)} more changed one way than the other; over every number of "
        f"changes that the counts allow, p {ranges}",
        (*(explanations if len(explanations) <= _FEW else ()), *(() if named else (other,))),
        suspects=(row.row_id,),
    )


CHECK = Check(
    ID,
    "McNemar's test from its margins",
    "How many were positive before and after fixes how many more changed one way than the other, not how many. "
    "Over every number of changes that the counts allow, the p of the exact, the asymptotic and the corrected test is "
    "computed; a printed p that none of them attains is impossible where the paper "
    "names the test, doubtful where it names none. Silent where some table of changes gives it; not "
    "run where somebody is unknown at one of the readings.",
    paired_tests,
)
