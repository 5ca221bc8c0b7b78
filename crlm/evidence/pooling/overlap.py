"""Whether two studies may hold the same patients: the same registry or hospital, in years that meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from crlm.evidence.description import CohortSource
from crlm.evidence.pooling.estimate import Estimate


@dataclass(frozen=True)
class Overlap:
    """Two estimates that may count the same patients, and why."""

    first: str
    second: str
    sentence: str


def overlaps(estimates: Sequence[Estimate]) -> tuple[Overlap, ...]:
    """Every pair that may hold the same patients; what is not known (dates, centres) is not taken for a difference."""
    found = []
    for one, other in combinations(estimates, 2):
        if one.id == other.id:
            sentence = f"{one.label} is there twice, and its effects rest on the same patients"
            found.append(Overlap(one.id, other.id, sentence))
            continue
        shared = next(
            (words for a in one.cohorts for b in other.cohorts if (words := shared_patients(a, b))), None
        )
        if shared:
            found.append(
                Overlap(
                    one.id, other.id, f"{one.label} and {other.label} may hold the same patients: {shared}"
                )
            )
    return tuple(found)


def shared_patients(one: CohortSource, other: CohortSource) -> str | None:
    """Why two sources may share patients, in words; None when registry and hospitals differ, or the years do."""
    mine, theirs = ({_plain(word) for word in (source.source, *source.centres)} for source in (one, other))
    common = mine & theirs
    if not common or not _meet(one, other):
        return None
    name = next(word for word in (*one.centres, one.source) if _plain(word) in common)
    return f"both are from {name}, {_years(one)} and {_years(other)}"


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


def _plain(words: str) -> str:
    return " ".join(words.casefold().replace(".", "").split())
