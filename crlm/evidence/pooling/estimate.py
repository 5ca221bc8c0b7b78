"""One study's effect, ready to be pooled: a logarithm with its standard error, and everything that was done to it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from crlm.evidence.description import CohortSource
from crlm.evidence.numbers import PublishedEffect
from crlm.evidence.paper import Paper
from crlm.statistics.meta_analysis import effect_from_interval, effect_from_p

ADJUSTED = ("multivariable_final", "multivariable", "multivariable_subgroup")
_PER = re.compile(r"^per\s+(?P<amount>\d+(?:\.\d+)?)?\s*(?P<unit>\S.*)$", re.IGNORECASE)
_UNITS = {  # how many of the first unit of its family a unit is
    "mm": ("length", 1.0),
    "cm": ("length", 10.0),
    "month": ("time", 1.0),
    "months": ("time", 1.0),
    "year": ("time", 12.0),
    "years": ("time", 12.0),
    "ng/ml": ("mass concentration", 1.0),
    "ug/l": ("mass concentration", 1.0),
    "µg/l": ("mass concentration", 1.0),
}


@dataclass(frozen=True)
class Source:
    """Where a number stands: paper, row and place of the library; or a file and its row."""

    paper: str
    row: str
    place: str


@dataclass(frozen=True)
class Estimate:
    """An effect of one study.

    value: natural logarithm of the ratio; standard_error: of it. obtained: "interval", "p" or "counts". printed: the
    words of the source. done: what was changed (inverted, rescaled), in sentences. cautions: what to know. counts:
    events and patients of the group, then of the reference, where the effect comes from them. more: what else a table
    says of the study, by column, as written.
    """

    id: str
    label: str
    measure: str
    value: float
    standard_error: float
    obtained: str
    printed: str
    sources: tuple[Source, ...]
    endpoint: str = ""
    comparison: str = ""
    reference: str = ""
    population: str = ""
    unit: str = ""
    adjusted: bool | None = None
    year: int | None = None
    group: str = ""
    done: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    cohorts: tuple[CohortSource, ...] = ()
    counts: tuple[int, int, int, int] | None = None
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """What could not be made an estimate, and why."""

    id: str
    label: str
    reason: str


def estimate_of_row(paper: Paper, row: PublishedEffect, *, comparison: str = "") -> Estimate | LeftOut:
    """The effect of a printed row, in the direction that is printed.

    The logarithm is that of the printed ratio, its standard error that of the printed 95 % interval. Without an
    interval the p gives it, when it is printed as a number: a note says that a rounded p makes a rough standard error.
    The digitiser's judgement of a row (`status`, `*_best`) is not read.
    """
    label = _label(paper)
    who = f"{row.row_id} ({row.locator})"

    def no(reason: str) -> LeftOut:
        return LeftOut(paper.id, label, f"{who}: {reason}")

    if row.est is None or row.est <= 0.0:
        return no(f'no ratio is printed ("{row.est_printed}")' if row.est_printed else "no ratio is printed")
    cautions: list[str] = []
    if row.ci_low is not None and row.ci_high is not None:
        found, obtained = effect_from_interval(row.ci_low, row.ci_high), "interval"
        if not row.ci_low <= row.est <= row.ci_high:
            return no(f"the ratio {row.est_printed} lies outside its interval {row.ci_printed}")
        printed = f"{row.est_printed} ({row.ci_printed})"
    elif row.p is not None and row.p_op == "=" and row.p_kind != "overall_factor":
        found, obtained = effect_from_p(row.est, row.p), "p"
        cautions.append(
            f"{label}: the standard error comes from a p printed as {row.p_printed}, and is rough"
        )
        printed = f"{row.est_printed}, p {row.p_printed}"
    else:
        return no(f'neither an interval nor a p that is a number is printed ("{row.p_printed}")')
    if found.standard_error is None:
        return no(found.reason or "no standard error")
    return Estimate(
        id=paper.id,
        label=label,
        measure=row.measure,
        value=math.log(row.est),
        standard_error=found.standard_error,
        obtained=obtained,
        printed=printed,
        sources=(Source(paper.id, row.row_id, row.locator),),
        endpoint=row.endpoint,
        comparison=comparison or row.term,
        reference=row.reference,
        population=row.population,
        unit=row.level if row.term_type == "continuous" else "",
        adjusted=row.model in ADJUSTED,
        year=paper.about.year,
        cautions=tuple(cautions),
        cohorts=paper.cohorts,
    )


def inverted(one: Estimate, why: str) -> Estimate:
    """The effect the other way round: 1 / ratio, the standard error as it was."""
    counts = None if one.counts is None else (*one.counts[2:], *one.counts[:2])
    return replace(one, value=-one.value, done=(*one.done, f"{one.label}: inverted, {why}"), counts=counts)


def rescaled(one: Estimate, unit: str) -> Estimate | LeftOut:
    """The effect per another amount: of "per cm", "per 10 mm" is the same, and "per mm" a tenth of the logarithm."""
    own, wanted = amount_of(one.unit), amount_of(unit)
    if own is None or wanted is None or own[0] != wanted[0]:
        printed = f'"{one.unit}"' if one.unit else "no unit"
        return LeftOut(one.id, one.label, f'{printed} cannot be turned into "{unit}"')
    factor = wanted[1] / own[1]
    if factor == 1.0:
        words = () if one.unit.casefold() == unit.casefold() else (f'{one.label}: "{one.unit}" is "{unit}"',)
    else:
        words = (
            f'{one.label}: from "{one.unit}" to "{unit}": logarithm and standard error times {factor:g}',
        )
    return replace(
        one,
        value=one.value * factor,
        standard_error=one.standard_error * factor,
        unit=unit,
        done=(*one.done, *words),
    )


def amount_of(words: str) -> tuple[str, float] | None:
    """What "per 10 mm" is: its family and how many of the family's first unit; None for what is no such phrase."""
    match = _PER.match(words.strip())
    if match is None:
        return None
    amount = float(match["amount"] or 1.0)
    unit = match["unit"].strip().casefold()
    family, size = _UNITS.get(unit, (unit, 1.0))
    return family, amount * size


def _label(paper: Paper) -> str:
    first = paper.about.authors[0].split(",")[0] if paper.about.authors else paper.id
    return f"{first} {paper.about.year}" if paper.about.year else first
