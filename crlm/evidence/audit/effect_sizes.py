"""How many stand behind a ratio: the sizes of the level and of its reference, and their events, as far as printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import Quoted
from crlm.evidence.audit.printed import printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedCount, PublishedEffect

TREATMENT = "treatment_group"
WHOLE = (
    "",
    "all",
    "overall",
    "baseline",
    "all patients",
    "randomised",
    "all randomised",
    "intention-to-treat",
)
"""Words for everybody in the tables of counts and of effects."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The people of a level and of its reference; events where they are printed; `rows` are where this stands."""

    n_level: int
    n_reference: int
    events_level: int | None
    events_reference: int | None
    rows: tuple[Quoted, ...]

    @property
    def n(self) -> int:
        """Both together."""
        return self.n_level + self.n_reference


def behind(paper: Paper, row: PublishedEffect) -> Behind | None:
    """The sizes behind a contrast of two levels, None when they are not printed.

    Sizes are upper bounds: of a multivariable model fewer may have been complete. A subgroup has sizes of its own,
    which tables seldom print by level: None.
    """
    if not row.reference or row.reference == row.level or row.subgroup_variable:
        return None
    of_groups = _groups(paper, row)
    if of_groups is not None:
        return of_groups
    reference = _reference_row(paper, row)
    if row.n is not None and reference is not None and reference.n is not None:
        quoted = (_size(row), _size(reference))
        return Behind(row.n, reference.n, None, None, quoted)
    return _counts(paper, row)


def total_events(paper: Paper, row: PublishedEffect) -> tuple[int, str] | None:
    """Printed events of the row's endpoint in everybody, and where; None when counted otherwise or not printed."""
    for one in paper.events:
        same = one.endpoint == row.endpoint and one.unit == row.unit_of_analysis and not one.note
        if same and one.group in WHOLE and (one.population == row.population or one.population in WHOLE):
            return one.n, one.place
    return None


def group_variables(paper: Paper, term: str) -> tuple[str, ...]:
    """The variables of groups that a term stands for: its own, and the treatment when a question compares it."""
    compared = {row_id for one in paper.questions for row_id in one.effects}
    asked = any(one.term == term for one in paper.numbers.effects if one.row_id in compared)
    return (term, TREATMENT) if asked else (term,)


def _groups(paper: Paper, row: PublishedEffect) -> Behind | None:
    """The groups that paper.toml names as the levels of this term.

    In a part of the patients ("resected") the groups are those of a variable of their own ("arm_resected").
    """
    found = {}
    variables = group_variables(paper, row.term)
    if row.population.casefold() not in WHOLE:
        variables = tuple(f"{one}_{row.population}" for one in variables)
    for group in paper.groups:
        sized = group.variable in variables and group.unit == row.unit_of_analysis and group.n is not None
        names = {one.casefold() for one in (group.level, group.id, group.label) if one}
        for level in (row.level, row.reference):
            if sized and level.casefold() in names:
                found[level] = group
    if set(found) != {row.level, row.reference}:
        return None
    events, quoted = {}, []
    for level, group in found.items():
        quoted.append(
            Quoted(f"group:{group.id}", group.place, f"size of {group.label or group.id}", str(group.n))
        )
        for one in paper.events:
            same = one.endpoint == row.endpoint and one.unit == row.unit_of_analysis and not one.note
            if same and one.group == group.id:
                events[level] = one.n
                what = f"events of {row.endpoint} in {group.label or group.id}"
                quoted.append(Quoted(f"events:{group.id}", one.place, what, str(one.n)))
    return Behind(
        found[row.level].n or 0,
        found[row.reference].n or 0,
        events.get(row.level),
        events.get(row.reference),
        tuple(quoted),
    )


def _reference_row(paper: Paper, row: PublishedEffect) -> PublishedEffect | None:
    return next(
        (
            one
            for one in paper.numbers.effects
            if one.term == row.term
            and one.level == row.reference == one.reference
            and one.locator == row.locator
            and one.endpoint == row.endpoint
            and not one.subgroup_variable
        ),
        None,
    )


def _counts(paper: Paper, row: PublishedEffect) -> Behind | None:
    """The levels in a table of counts of everybody."""
    found: dict[str, tuple[int, PublishedCount]] = {}
    for one in paper.numbers.counts:
        whole = one.group in WHOLE and one.unit == row.unit_of_analysis and one.variable == row.term
        n = printed(one.n_printed)
        if whole and one.level in (row.level, row.reference) and n is not None and not one.is_missing_row:
            found.setdefault(one.level, (int(n.value), one))
    if set(found) != {row.level, row.reference}:
        return None
    quoted = tuple(
        Quoted(one.row_id, one.locator, f"{one.variable}, {one.level}", one.as_printed)
        for _, one in found.values()
    )
    return Behind(found[row.level][0], found[row.reference][0], None, None, quoted)


def _size(row: PublishedEffect) -> Quoted:
    return Quoted(row.row_id, row.locator, f"size of {row.term} {row.level}", str(row.n))
