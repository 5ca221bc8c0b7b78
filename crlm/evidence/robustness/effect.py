"""What is asked about: an effect with its interval, and a confounder of which the literature prints something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crlm.evidence.numbers import PublishedEffect, TwoByTwo
from crlm.evidence.paper import Paper
from crlm.problems import ArgumentError, DataError, Place, Problem, did_you_mean
from crlm.statistics.unmeasured_confounding import RARE, Measure

MEASURES: dict[str, Measure] = {"RR": "RR", "OR": "OR", "HR": "HR"}
CRUDE = ("univariable", "subgroup_univariable")


@dataclass(frozen=True)
class Effect:
    """A ratio and its interval; `outcome_common` is None where it is not known, and `common_because` says why.

    `table`: events and sizes of the exposed and of the others, where they are known.
    """

    label: str
    measure: Measure
    estimate: float
    lower: float | None
    upper: float | None
    outcome_common: bool | None
    common_because: str
    crude: bool | None
    place: str
    table: tuple[tuple[int, int], tuple[int, int]] | None = None
    table_place: str = ""
    source: tuple[str, str] | None = None
    """Paper and row, where it comes from one."""


@dataclass(frozen=True)
class KnownEffect:
    """What a paper prints of the confounder's own effect on the outcome."""

    label: str
    value: float
    lower: float | None
    upper: float | None
    place: str
    source: tuple[str, str] | None = None


@dataclass(frozen=True)
class Confounder:
    """A binary confounder: what it does to the outcome, and how common it is where it was measured."""

    name: str
    effects: tuple[KnownEffect, ...]
    prevalence: float
    prevalence_place: str


def effect_of(paper: Paper, row_id: str) -> Effect:
    """The effect in a row of a paper. `ArgumentError` when there is no such row, `DataError` when it is no ratio."""
    rows = {one.row_id: one for one in paper.numbers.effects}
    row = rows.get(row_id)
    if row is None:
        raise ArgumentError(
            Problem(
                "robustness-row",
                f'"{paper.id}" has no row "{row_id}" among its effects.',
                "the id of a row of effects.csv with an estimate.",
                did_you_mean(row_id, list(rows)),
            )
        )
    if row.est is None or row.est <= 0.0 or row.measure not in MEASURES:
        raise DataError(
            Problem(
                "robustness-estimate",
                f'row "{row_id}" has {"no estimate" if row.est is None else f"the {row.measure} {row.est:g}"}.',
                "a risk, odds or hazard ratio above 0.",
                "choose the row of the level that is compared, not of the reference.",
                Place(file="effects.csv", key=row_id),
            )
        )
    common, because = _outcome(paper, row)
    tables = (one for one in paper.numbers.two_by_two if _same_contrast(one, row))
    table = next(tables, None)
    return Effect(
        label=_label(row),
        measure=MEASURES[row.measure],
        estimate=row.est,
        lower=row.ci_low,
        upper=row.ci_high,
        outcome_common=common,
        common_because=because,
        crude=row.model in CRUDE,
        place=f"{paper.id}, {row.locator}, {row.row_id}",
        table=None
        if table is None
        else ((table.events_level, table.n_level), (table.events_ref, table.n_ref)),
        table_place="" if table is None else f"derived from the printed odds ratio, {table.row_id}",
        source=(paper.id, row.row_id),
    )


def ras_mutation(papers: Iterable[Paper], endpoint: str, measure: Measure = "HR") -> Confounder | None:
    """RAS mutation as a confounder, from what the papers print of it; None when they print nothing of use.

    Its effects are the ratios (of this measure) of RAS-mutated against wild-type tumours on the endpoint, or the hazard
    ratios of death where none is printed for it; its prevalence is that of the first paper with numbers of patients.
    """
    rows = [(one, row) for one in papers for row in one.numbers.effects if _is_ras(row)]
    own = [(one, row) for one, row in rows if (row.endpoint, row.measure) == (endpoint, measure)]
    chosen = own or [(one, row) for one, row in rows if (row.endpoint, row.measure) == ("OS", "HR")]
    effects = tuple(
        KnownEffect(
            f"RAS mutated against wild-type, {row.endpoint.replace('_', ' ')}, {row.model}",
            row.est,
            row.ci_low,
            row.ci_high,
            f"{one.id}, {row.locator}, {row.row_id}",
            (one.id, row.row_id),
        )
        for one, row in chosen
        if row.est is not None and row.est > 0.0
    )
    for one, _ in chosen:
        counts = [
            row for row in one.numbers.counts if "ras" in row.variable.split("_") and not row.is_missing_row
        ]
        with_n = [row for row in counts if row.n is not None]
        mutated = next((row for row in with_n if row.level.casefold().startswith("ras mut")), None)
        known = sum(row.n or 0 for row in with_n)
        if effects and mutated is not None and mutated.n and known:
            words = (
                f"{mutated.n} of {known} with a known status; {one.id}, {mutated.locator}, {mutated.row_id}"
            )
            return Confounder("RAS mutation", effects, mutated.n / known, words)
    return None


def _is_ras(row: PublishedEffect) -> bool:
    mutated = row.level.casefold().startswith("ras mut")
    return "ras" in row.term.split("_") and mutated and row.measure in MEASURES and not row.subgroup_variable


def _same_contrast(table: TwoByTwo, row: PublishedEffect) -> bool:
    own = (table.locator, table.endpoint, table.term, table.level, table.reference)
    return (
        row.measure == "OR"
        and row.model in CRUDE
        and own
        == (
            row.locator,
            row.endpoint,
            row.term,
            row.level,
            row.reference,
        )
    )


def _label(row: PublishedEffect) -> str:
    level = f"{row.level} against {row.reference}" if row.reference else row.level
    term, endpoint, model = (one.replace("_", " ") for one in (row.term, row.endpoint, row.model))
    words = f"{term}: {level or 'per unit'}; {endpoint}, {model}"
    if row.subgroup_variable:
        words += f", in {row.subgroup_variable.replace('_', ' ')} {row.subgroup_level}"
    return words


def _outcome(paper: Paper, row: PublishedEffect) -> tuple[bool | None, str]:
    """Whether the outcome is common, from printed totals of it, not of something like it; None without any."""
    for one in paper.events:
        if one.endpoint == row.endpoint and one.group == "all" and one.of and not one.note:
            share = one.n / one.of
            return share > RARE, f"{one.n} of {one.of} had it ({share:.0%}; {one.place})"
    for two in paper.numbers.two_by_two:
        if two.endpoint == row.endpoint and paper.about.n:
            share = two.events_total / paper.about.n
            return share > RARE, f"{two.events_total} of {paper.about.n} had it ({share:.0%}; {two.locator})"
    return None, "how many had the outcome is not printed"
