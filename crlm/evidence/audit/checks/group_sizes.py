"""Whether the sizes of groups, and of the events in them, add up to the whole.

Groups of one variable exclude each other and make up the group that the paper's description names (`of`); so do the
events of an endpoint in them. A part may not exceed its whole. Silent: sizes that are not printed; groups that are only
some of their whole (fewer than it) when a group of the variable has no printed size. Not run: no two sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted

if TYPE_CHECKING:
    from crlm.evidence import Paper
    from crlm.evidence.description import Events

ID = "group-sizes"


def group_sizes(paper: Paper) -> CheckResult:
    """Each set of groups against its whole, each group's events against the group, and events of groups added up."""
    ran, not_run, findings = _sets(paper)
    tested, more = _events(paper)
    return CheckResult(ID, ran + tested, (*findings, *more), tuple(not_run))


def _sets(paper: Paper) -> tuple[int, list[NotRun], list[Finding]]:
    tested = 0
    not_run: list[NotRun] = []
    findings: list[Finding] = []
    sets: dict[tuple[str, str, str], list[tuple[str, int | None, str]]] = {}
    for one in paper.groups:
        if one.of and one.of != one.id:
            sets.setdefault((one.of, one.variable, one.unit), []).append((one.id, one.n, one.place))
    for (whole, variable, unit), members in sets.items():
        total = next(
            (one for one in paper.groups if one.id == whole and one.unit == unit and one.n is not None), None
        )
        sizes = [n for _, n, _ in members if n is not None]
        if total is None or total.n is None or not sizes:
            not_run.append(NotRun(f"groups of {variable} in {whole}", "their sizes are not printed"))
            continue
        tested += 1
        added = sum(sizes)
        complete = len(members) > 1 and len(sizes) == len(members)
        if added <= total.n and not (complete and added != total.n):
            continue
        quoted = [
            Quoted(f"group:{name}", place, f"size of {name}", str(n))
            for name, n, place in members
            if n is not None
        ]
        quoted.append(Quoted(f"group:{whole}", total.place, f"size of {whole}", str(total.n)))
        findings.append(
            Finding(
                check=ID,
                severity="contradiction",
                title=f"The groups of {variable} do not add up to {whole}",
                printed=tuple(quoted),
                arithmetic=f"{' + '.join(str(n) for n in sizes)} = {added}, but {whole} has {total.n}",
                explanations=_slips([(name, n) for name, n, _ in members if n is not None], whole, total.n),
                affects=(f"every percentage of {whole} and of these groups",),
            )
        )
    return tested, not_run, findings


def _slips(parts: list[tuple[str, int]], whole: str, total: int) -> tuple[Explanation, ...]:
    """Sizes one slip away that make the sum right."""
    added = sum(n for _, n in parts)
    wanted = [(name, n, n + total - added) for name, n in parts] + [(whole, total, added)]
    found = []
    for name, now, then in wanted:
        slip, longer = is_slip(str(now), str(then)) if then >= 0 else (False, False)
        if slip:
            kind = "lost-sign-or-digit" if longer else "misprint"
            found.append(Explanation(kind, f"{then} instead of {now} ({name}) fits."))  # type: ignore[arg-type]
    return tuple(found)


def _events(paper: Paper) -> tuple[int, list[Finding]]:
    tested = 0
    findings: list[Finding] = []
    for one in paper.events:
        quoted = Quoted(
            _row_id(one),
            one.place,
            f"{one.endpoint} events in {one.group}",
            str(one.n),
        )
        if one.of is not None:
            tested += 1
        if one.of is not None and one.n > one.of:
            findings.append(
                Finding(
                    check=ID,
                    severity="impossible",
                    title=f"More events of {one.endpoint} than {one.group} has",
                    printed=(quoted,),
                    arithmetic=f"{one.n} events of {one.of}",
                )
            )
        parts = [
            each
            for each in paper.events
            if (each.endpoint, each.population, each.unit) == (one.endpoint, one.population, one.unit)
            and _is_part(paper, each.group, one.group, one.unit)
        ]
        whole_set = {
            g.id for g in paper.groups if g.of == one.group and g.unit == one.unit and g.id != one.group
        }
        if len(parts) < 2 or {each.group for each in parts} != whole_set:
            continue
        tested += 1
        added = sum(each.n for each in parts)
        if added != one.n:
            findings.append(
                Finding(
                    check=ID,
                    severity="contradiction",
                    title=f"The events of {one.endpoint} in the groups do not add up to {one.group}",
                    printed=(
                        quoted,
                        *(
                            Quoted(
                                _row_id(each),
                                each.place,
                                f"{each.endpoint} events in {each.group}",
                                str(each.n),
                            )
                            for each in parts
                        ),
                    ),
                    arithmetic=f"{' + '.join(str(each.n) for each in parts)} = {added}, printed {one.n}",
                    explanations=_slips([(each.group, each.n) for each in parts], one.group, one.n),
                )
            )
    return tested, findings


def _row_id(one: Events) -> str:
    return f"events:{one.endpoint}" + ("" if one.group == "all" else f":{one.group}")


def _is_part(paper: Paper, group: str, whole: str, unit: str) -> bool:
    return any(
        one.id == group and one.of == whole and one.id != whole and one.unit == unit for one in paper.groups
    )


CHECK = Check(
    ID,
    "Sizes of groups",
    "The groups that exclude each other must make up their whole, and so must their events. Silent where a size is not "
    "printed.",
    group_sizes,
)
