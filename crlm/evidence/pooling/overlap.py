"""Whether two studies may hold the same patients: one registry or hospital, by whatever name, in years that meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from crlm.evidence.description import CohortSource
from crlm.evidence.pooling.estimate import Estimate
from crlm.evidence.pooling.places import plain, says_where, shared_name


@dataclass(frozen=True)
class Overlap:
    """Two estimates that may count the same patients, and why; `named`: both name the same registry or hospital."""

    first: str
    second: str
    sentence: str
    named: bool = True


@dataclass(frozen=True)
class Shared:
    """What two sources have in common, in words; `named`: the very name, rather than one that may be it."""

    words: str
    named: bool


def overlaps(estimates: Sequence[Estimate]) -> tuple[Overlap, ...]:
    """Every pair that may hold the same patients; what is not known (dates, spelling) is not taken for a difference."""
    found = []
    for one, other in combinations(estimates, 2):
        if one.id == other.id:
            sentence = f"{one.label} is there twice, and its effects rest on the same patients"
            found.append(Overlap(one.id, other.id, sentence))
            continue
        pairs = (shared_patients(a, b) for a in one.cohorts for b in other.cohorts)
        shared = min((pair for pair in pairs if pair), key=lambda pair: not pair.named, default=None)
        if shared:
            sentence = f"{one.label} and {other.label} may hold the same patients: {shared.words}"
            found.append(Overlap(one.id, other.id, sentence, shared.named))
    return tuple(found)


def shared_patients(one: CohortSource, other: CohortSource) -> Shared | None:
    """Why two sources may share patients; None when no name of the one may be one of the other, or years differ."""
    if not _meet(one, other):
        return None
    years = f"{_years(one)} and {_years(other)}"
    names = [(mine, its) for mine in (*one.centres, one.source) for its in (*other.centres, other.source)]
    for mine, its in names:
        if plain(mine) == plain(its):
            return Shared(f"both are from {mine}, {years}", True)
    for source in (one, other):
        if not says_where((*source.centres, source.source)):
            return Shared(f'"{source.source}" does not say where its patients come from, {years}', False)
    for mine, its in names:
        why = shared_name(mine, its)
        if why is not None:
            return Shared(f'"{mine}" and "{its}" may be one place ({why}), {years}', False)
    return None


def _meet(one: CohortSource, other: CohortSource) -> bool:
    def before(first: str | None, second: str | None) -> bool:
        """Whether the first surely ended before the second began; partial dates are compared as far as both go."""
        if first is None or second is None:
            return False
        known = min(len(first), len(second))
        return first[:known] < second[:known]

    return not (before(one.end, other.start) or before(other.end, one.start))


def _years(source: CohortSource) -> str:
    known = [one[:4] for one in (source.start, source.end) if one]
    return " to ".join(known) if known else "years not said"
