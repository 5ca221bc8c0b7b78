"""Do the sizes printed beside ratios add up, and are they the same wherever the level stands?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import size_of
from crlm.evidence.audit.effect_sizes import WHOLE
from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, Quoted

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedEffect

ID = "level-sizes"
MISSING = "(missing)"
Levels = dict[str, "PublishedEffect"]


def level_sizes(paper: Paper) -> CheckResult:
    """Every factor of everybody whose levels have a printed size, and every level with a size in two places."""
    tables: dict[tuple[str, str, str, str], dict[str, Levels]] = {}
    for row in paper.numbers.effects:
        sized = row.model in ("univariable", MISSING) and row.n is not None and not row.subgroup_variable
        if sized and row.population in WHOLE:
            key = (row.term, row.reference, row.unit_of_analysis, row.population)
            tables.setdefault(key, {}).setdefault(row.locator, {}).setdefault(row.level, row)
    findings: list[Finding] = []
    tested = 0
    for (term, reference, unit, _), places in tables.items():
        whole = size_of(paper, "all", unit)
        wrong = []
        for levels in places.values():
            complete = len(levels) > 1 and (not reference or reference in levels)
            if whole is None or not complete:
                continue
            tested += 1
            total = sum(one.n or 0 for one in levels.values())
            missing = any(one.model == MISSING for one in levels.values())
            if total > whole or (missing and total != whole):
                wrong.append(levels)
        differing = _differing(list(places.values()))
        tested += sum(len(set(one)) for one in places.values()) if len(places) > 1 else 0
        if wrong or differing:
            findings.append(_finding(term, wrong, differing, whole))
    return CheckResult(ID, tested, tuple(findings))


def _differing(places: list[Levels]) -> list[PublishedEffect]:
    """The rows of levels whose size is not the same everywhere."""
    names = dict.fromkeys(name for levels in places for name in levels)
    rows = {name: [levels[name] for levels in places if name in levels] for name in names}
    return [row for same in rows.values() if len({row.n for row in same}) > 1 for row in same]


def _finding(term: str, wrong: list[Levels], differing: list[PublishedEffect], whole: int | None) -> Finding:
    rows = {row.row_id: row for levels in wrong for row in levels.values()}
    rows |= {row.row_id: row for row in differing}
    parts = []
    for levels in wrong:
        sizes = [one.n or 0 for one in levels.values()]
        place = next(iter(levels.values())).locator
        parts.append(f"{place}: {' + '.join(map(str, sizes))} = {sum(sizes)}, not {whole}")
    if differing:
        texts = [f"{row.n} ({row.locator})" for row in differing]
        parts.append(f"{differing[0].level}: {' is not '.join(texts)}")
    what = [*(["do not add up"] if wrong else []), *(["differ between tables"] if differing else [])]
    return Finding(
        ID,
        "contradiction",
        f"The sizes of the levels of {term} {' and '.join(what)}",
        tuple(
            Quoted(row.row_id, row.locator, f"size of {row.term} {row.level}", str(row.n))
            for row in rows.values()
        ),
        "; ".join(parts),
        tuple(dict.fromkeys(each for levels in wrong for each in _explanations(levels, whole or 0))),
    )


def _explanations(levels: Levels, whole: int) -> list[Explanation]:
    """The size that would make the sum right, where it is one slip away."""
    total = sum(one.n or 0 for one in levels.values())
    found = []
    for name, row in levels.items():
        wanted = (row.n or 0) - (total - whole)
        slip, longer = is_slip(str(row.n), str(wanted))
        if wanted > 0 and slip:
            found.append(
                Explanation(
                    "lost-sign-or-digit" if longer else "misprint",
                    f"{wanted} instead of {row.n} for {name} in {row.locator} makes {whole}.",
                )
            )
    return found


CHECK = Check(
    ID,
    "Sizes beside ratios",
    "Tables of effects print how many are in each level. The levels with those of unknown level make up everybody, and "
    "a level has the same size in every table. Named when the sum is too large, or a "
    "row of missing values is printed and the sum is still not everybody's. Silent where fewer have a known value and "
    "no missing are printed.",
    level_sizes,
)
