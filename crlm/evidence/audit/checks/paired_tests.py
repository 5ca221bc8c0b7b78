"""Can McNemar's test of two printed proportions of the same people have the printed p?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from crlm.evidence.audit.attainable import mcnemar_attainable
from crlm.evidence.audit.checks.blocks import blocks, size_of
from crlm.evidence.audit.checks.group_tables import Blocks, GroupTable, group_table, is_paired
from crlm.evidence.audit.checks.p_against_interval import p_text
from crlm.evidence.audit.explain import whole_slips
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedTest

ID = "paired-tests"
_FEW = 2


def paired_tests(paper: Paper) -> CheckResult:
    """Every printed p of McNemar's test, and of a paired comparison of proportions whose test is not named."""
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    tested = 0
    counts = blocks(paper)
    for row in paper.numbers.tests:
        if row.test != "mcnemar" and not (row.test in ("not_stated", "") and is_paired(row)):
            continue
        result = _of_row(paper, counts, row)
        if isinstance(result, str):
            not_run.append(NotRun(f"{row.row_id}, {row.locator}: {row.variable}", result))
        else:
            tested += 1
            findings += result
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _of_row(paper: Paper, counts: Blocks, row: PublishedTest) -> list[Finding] | str:
    p = printed(row.p_printed if row.p_printed[:1] in "<>" else f"{row.p_op or '='}{row.p_printed}")
    if p is None:
        return "no p is printed as a number"
    table = group_table(counts, row)
    if isinstance(table, str):
        return table
    if not table.exact or len(table.cells[0]) != 2:
        return "the two counts are not printed"
    (first, second), n = (one.n or 0 for one in table.cells[0]), _people(paper, table)
    if n is None:
        return "not everybody is known both before and after: how many pairs there are is not printed"
    if _attained(p, first, second, n):
        return []
    return [_finding(row, p, table, (first, second, n))]


def _people(paper: Paper, table: GroupTable) -> int | None:
    """How many were seen twice: everybody, when both columns have everybody; None when somebody is missing in one."""
    first, second = (one.row for one in table.cells[0])
    everybody = size_of(paper, first.group, first.unit)
    if everybody is None or everybody != size_of(paper, second.group, second.unit):
        return None
    if table.sizes is not None:
        known = {one for each in table.sizes for one in each}
    elif len(table.cells) == 2:
        known = {sum(level[at].n or 0 for level in table.cells) for at in (0, 1)}
    else:
        return None
    return everybody if known == {everybody} else None


def _attained(p: Printed, first: int, second: int, n: int) -> bool:
    return any(
        p.overlaps(value, value) for _, values in mcnemar_attainable(first, second, n) for value in values
    )


def _with_before(p: Printed, second: int, n: int, first: int) -> bool:
    return first <= n and _attained(p, first, second, n)


def _with_after(p: Printed, first: int, n: int, second: int) -> bool:
    return second <= n and _attained(p, first, second, n)


def _finding(row: PublishedTest, p: Printed, table: GroupTable, margins: tuple[int, int, int]) -> Finding:
    first, second, n = margins
    ranges = ", ".join(
        f"{name} {p_text(min(values))} to {p_text(max(values))}"
        for name, values in mcnemar_attainable(first, second, n)
        if values
    )
    before, after = partial(_with_before, p, second, n), partial(_with_after, p, first, n)
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
            *table.quoted,
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
