"""Whether the sizes printed in tables of effects and in subgroup plots are those of the table of characteristics.

A level has the size that the table of characteristics counts among everybody; a subgroup is no larger than that. Levels
are matched by the tables' own words: the variable (with the group before it, "baseline_cea_ge_10") and the level, or a
level that is the name of a yes/no variable ("Bilobar" of "bilobar").

Silent: subgroups smaller than the table says (a model leaves out what is not known). Not run: factors that no table
counts under the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import size_of
from crlm.evidence.audit.checks.quantities import plain
from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted
from crlm.evidence.audit.printed import printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedCount, PublishedEffect

ID = "sizes-of-table"
EVERYBODY = ("overall", "all", "all patients", "")
MISSING = "(missing)"
Sizes = dict[tuple[str, str, str], dict[str, list["PublishedEffect"]]]
"""Place, population and term, then level: the rows that print its size."""


def sizes_of_table(paper: Paper) -> CheckResult:
    """Every level with a printed size that the table of characteristics counts too."""
    tested = 0
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    for exact in (True, False):
        for (place, population, term), levels in _sizes(paper, subgroup=not exact).items():
            if population not in EVERYBODY:
                continue
            ran, found = _against_table(paper, term, levels, exact=exact)
            tested += ran
            findings += found
            if not ran:
                not_run.append(NotRun(f"{term} in {place}", "no table counts these levels among everybody"))
    return CheckResult(ID, tested, tuple(_once(findings)), tuple(not_run))


def _sizes(paper: Paper, *, subgroup: bool) -> Sizes:
    found: Sizes = {}
    for row in paper.numbers.effects:
        if row.n is None or bool(row.subgroup_variable) != subgroup or row.term_type == "continuous":
            continue
        term, level = (row.subgroup_variable, row.subgroup_level) if subgroup else (row.term, row.level)
        population = "" if subgroup else row.population
        name = MISSING if row.model == MISSING else level
        found.setdefault((row.locator, population, term), {}).setdefault(name, []).append(row)
    return found


def _quoted(row: PublishedEffect) -> Quoted:
    level = (
        f"{row.subgroup_variable}, {row.subgroup_level}"
        if row.subgroup_variable
        else f"{row.term}, {row.level}"
    )
    return Quoted(row.row_id, row.locator, f"n of {level}, {row.endpoint}", str(row.n))


def _against_table(
    paper: Paper, term: str, levels: dict[str, list[PublishedEffect]], *, exact: bool
) -> tuple[int, list[Finding]]:
    """The size of a level against its count among everybody in the table of characteristics."""
    tested, findings = 0, []
    for level, rows in levels.items():
        cell = _cell(paper, term, level)
        count = printed(cell.n_printed) if cell is not None else None
        n = rows[0].n
        if cell is None or count is None or n is None:
            continue
        tested += 1
        if n == count.value or (not exact and n < count.value):
            continue
        words = "is not" if exact else "is more than"
        exchanged = _of_other_level(paper, n, cell)
        findings.append(
            Finding(
                check=ID,
                severity="contradiction",
                title=f"{term} ({level}): {n} in {rows[0].locator} {words} {cell.n_printed} in {cell.locator}",
                printed=(
                    _quoted(rows[0]),
                    *(_quoted_cell(one) for one in (cell, exchanged) if one is not None),
                ),
                arithmetic=f"{n} {words} {cell.n_printed}",
                explanations=_explained(n, cell, exchanged),
                affects=tuple(one.row_id for one in rows if one.est_printed),
            )
        )
    return tested, findings


def _cell(paper: Paper, term: str, level: str) -> PublishedCount | None:
    """The count of a level among everybody: of the same variable, or of a yes/no variable that the level names."""
    for row in paper.numbers.counts:
        size = size_of(paper, row.group, row.unit)
        if row.is_missing_row or size != paper.about.n or row.unit != paper.about.unit or not row.n_printed:
            continue
        names = {row.variable, f"{row.group}_{row.variable}"}
        same = (
            term in names and plain(row.level) == plain(level) and bool(plain(level)) and row.level == level
        )
        of_group = row.group == "all" or term.startswith(f"{row.group}_")
        if same or (row.level == "Yes" and of_group and plain(row.variable) == plain(level) and level):
            return row
    return None


def _quoted_cell(row: PublishedCount) -> Quoted:
    return Quoted(row.row_id, row.locator, f"{row.variable}, {row.level}, {row.group}", row.as_printed)


def _of_other_level(paper: Paper, n: int, cell: PublishedCount) -> PublishedCount | None:
    """The cell of another level of the variable that prints this very number."""
    for row in paper.numbers.counts:
        same = (row.variable, row.group, row.locator) == (cell.variable, cell.group, cell.locator)
        if same and row.level != cell.level and row.n_printed == str(n):
            return row
    return None


def _explained(n: int, cell: PublishedCount, exchanged: PublishedCount | None) -> tuple[Explanation, ...]:
    """The other level's count, or one digit."""
    if exchanged is not None:
        where = f"{n} is printed as {exchanged.level} there"
        sentence = f"{where}: the labels of the two levels are exchanged in one place."
        return (Explanation("swapped-labels", sentence),)
    slip, longer = is_slip(cell.n_printed, str(n))
    kind = "lost-sign-or-digit" if longer else "misprint"
    said = Explanation(kind, f"{n} and {cell.n_printed} differ by one digit.")  # type: ignore[arg-type]
    return (said,) if slip else ()


def _once(findings: list[Finding]) -> list[Finding]:
    """The same sentence of several tables once, with the rows of all."""
    merged: dict[tuple[str, str], Finding] = {}
    for one in findings:
        key = (one.title.partition(" in ")[0], one.arithmetic)
        before = merged.get(key)
        quotes = one.printed if before is None else (*before.printed, *one.printed)
        merged[key] = Finding(
            check=one.check,
            severity=one.severity,
            title=one.title if before is None else before.title,
            printed=tuple(dict.fromkeys(quotes)),
            arithmetic=one.arithmetic,
            explanations=one.explanations,
            affects=tuple(dict.fromkeys((*(before.affects if before else ()), *one.affects))),
        )
    return list(merged.values())


CHECK = Check(
    ID,
    "Sizes in tables of effects and of characteristics",
    "The size of a level in a table of effects must be that in the table of characteristics, and a subgroup may not "
    "exceed it. Silent for smaller subgroups: models leave out what is not known.",
    sizes_of_table,
)
