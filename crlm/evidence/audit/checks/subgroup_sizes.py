"""Are subgroups smaller than their levels in some places only, and do they add up to the same people?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import parts_of
from crlm.evidence.audit.effect_sizes import WHOLE
from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted
from crlm.evidence.audit.printed import printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedCount, PublishedEffect

ID = "subgroup-sizes"
ENOUGH, MOSTLY = 4, 0.8
"""Subgroups, and the share of them, that have to be the counted ones before the others are held to it."""


@dataclass(frozen=True)
class _Counted:
    """How many have a level: as counted among everybody, or in the groups that make up everybody."""

    rows: tuple[PublishedCount, ...]
    n: int

    @property
    def quoted(self) -> tuple[Quoted, ...]:
        return tuple(
            Quoted(row.row_id, row.locator, f"{row.variable}, {row.level}, {row.group}", row.as_printed)
            for row in self.rows
        )

    @property
    def words(self) -> str:
        parts = " + ".join(row.n_printed for row in self.rows)
        return f"{self.n} ({self.rows[0].locator})" if len(self.rows) == 1 else f"{parts} = {self.n}"


LevelCounts = dict[tuple[str, str], _Counted]
"""Counts in everybody by variable and level."""


@dataclass(frozen=True)
class _Subgroup:
    row: PublishedEffect
    n: int
    counted: _Counted | None

    @property
    def quoted(self) -> Quoted:
        row = self.row
        return Quoted(
            row.row_id, row.locator, f"size of {row.subgroup_variable} {row.subgroup_level}", str(self.n)
        )


def subgroup_sizes(paper: Paper) -> CheckResult:
    """Every figure or table of subgroups that prints their sizes."""
    tables: dict[tuple[str, str, str], dict[str, _Subgroup]] = {}
    unsized: dict[tuple[str, str, str], set[str]] = {}
    units: dict[str, LevelCounts] = {}
    for row in paper.numbers.effects:
        if not row.subgroup_variable:
            continue
        key = (row.locator, row.endpoint, row.unit_of_analysis)
        if row.n is None:
            unsized.setdefault(key, set()).add(row.subgroup_variable)
            continue
        if row.unit_of_analysis not in units:
            units[row.unit_of_analysis] = level_counts(paper, row.unit_of_analysis)
        counted = units[row.unit_of_analysis].get((row.subgroup_variable, row.subgroup_level))
        one = _Subgroup(row, row.n, counted)
        tables.setdefault(key, {}).setdefault(f"{row.subgroup_variable}={row.subgroup_level}", one)
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    tested = 0
    for key, members in tables.items():
        known = [one for one in members.values() if one.counted is not None]
        if not known:
            not_run.append(
                NotRun(f"{key[0]}, {key[1]}", "the sizes of its subgroups stand in no table of counts")
            )
            continue
        tested += len(known)
        equal = [one for one in known if one.counted is not None and one.n == one.counted.n]
        usual = len(known) >= ENOUGH and len(equal) >= MOSTLY * len(known)
        summed = [one for one in known if one.counted is not None and len(one.counted.rows) > 1]
        findings += [_larger(one) for one in summed if one.counted is not None and one.n > one.counted.n]
        odd = [one for one in known if usual and one.counted is not None and one.n < one.counted.n]
        findings += [_smaller(one) for one in odd]
        if not usual:
            findings += _totals(paper, key, members, units[key[2]], unsized.get(key, set()))
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def level_counts(paper: Paper, unit: str) -> LevelCounts:
    """The counts of everybody in this unit, the first place of each; else of the groups that make up everybody."""
    found: LevelCounts = {}
    by_group: dict[tuple[str, str], dict[str, tuple[PublishedCount, int]]] = {}
    for row in paper.numbers.counts:
        n = printed(row.n_printed)
        if row.unit != unit or row.is_missing_row or n is None or n.operator != "=":
            continue
        if row.group in WHOLE:
            found.setdefault((row.variable, row.level), _Counted((row,), int(n.value)))
        by_group.setdefault((row.variable, row.level), {}).setdefault(row.group, (row, int(n.value)))
    for level, cells in by_group.items():
        for parts in parts_of(paper, "all", unit):
            if level not in found and all(one in cells for one in parts):
                rows = tuple(cells[one][0] for one in parts)
                found[level] = _Counted(rows, sum(cells[one][1] for one in parts))
    return found


def _larger(one: _Subgroup) -> Finding:
    """A subgroup that exceeds its level in the groups together; that it exceeds one printed cell is another check."""
    return _against(one, "larger", f"{one.n} ({one.row.locator}) is more than")


def _smaller(one: _Subgroup) -> Finding:
    return _against(
        one, "smaller", f"{one.n} ({one.row.locator}), though most subgroups are equal to their level, is not"
    )


def _against(one: _Subgroup, than: str, words: str) -> Finding:
    assert one.counted is not None
    slip, longer = is_slip(str(one.n), str(one.counted.n))
    row = one.row
    return Finding(
        ID,
        "contradiction",
        f"The subgroup {row.subgroup_variable} {row.subgroup_level} is {than} than its level",
        (one.quoted, *one.counted.quoted),
        f"{words} {one.counted.words}",
        (
            Explanation(
                "lost-sign-or-digit" if longer else "misprint",
                f"{one.n} and {one.counted.n} differ by one digit.",
            ),
        )
        if slip
        else (),
        suspects=(row.row_id, *(each.row_id for each in one.counted.rows)),
    )


def _totals(
    paper: Paper,
    key: tuple[str, str, str],
    members: dict[str, _Subgroup],
    counts: LevelCounts,
    unsized: set[str],
) -> list[Finding]:
    """Variables known in everybody whose subgroups are of different totals."""
    variables: dict[str, list[_Subgroup]] = {}
    for one in members.values():
        variables.setdefault(one.row.subgroup_variable, []).append(one)
    totals: dict[str, int] = {}
    everybody = paper.about.n if paper.about.unit == key[2] else None
    for variable, parts in variables.items():
        levels = {level for name, level in counts if name == variable}
        complete = sum(counts[variable, level].n for level in levels) == everybody
        whole = complete and levels == {one.row.subgroup_level for one in parts} and variable not in unsized
        if whole:
            totals[variable] = sum(one.n for one in parts)
    if len(totals) < 2 or len(set(totals.values())) == 1:
        return []
    variables_of = ", ".join(f"{total} by {variable}" for variable, total in totals.items())
    sums = "; ".join(
        f"{variable}: {' + '.join(str(one.n) for one in variables[variable])} = {total}"
        for variable, total in totals.items()
    )
    return [
        Finding(
            ID,
            "doubtful",
            f"By the size of its subgroups {key[0]} has different numbers of people: {variables_of}",
            tuple(one.quoted for variable in totals for one in variables[variable]),
            f"{sums}; every one of these variables is known in all {everybody}. Possible only if people were left out "
            "subgroup by subgroup, as some programs leave out those censored before the first event",
        )
    ]


CHECK = Check(
    ID,
    "Subgroups of the same people",
    "Where most subgroups have the size of their level in the table of counts (of everybody, or of the groups "
    "together), a smaller one is named, and one that is larger than its level in the groups together. Where they are "
    "smaller throughout, variables that are known in everybody have to add up to the same total; if not, it is "
    "doubtful. Silent where the sizes or the counts are not printed; that a subgroup is larger than its level is "
    "another check.",
    subgroup_sizes,
)
