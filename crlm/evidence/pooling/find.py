"""Estimates from the library: by clinical question, by term and endpoint, or row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crlm.evidence.asked import Side, sides_of
from crlm.evidence.numbers import PublishedEffect
from crlm.evidence.paper import Paper
from crlm.evidence.pooling.estimate import Estimate, LeftOut, estimate_of_row, inverted, rescaled

PREFERRED = (
    "multivariable_final",
    "multivariable",
    "univariable",
    "multivariable_subgroup",
    "subgroup_univariable",
)
"""Of several models of one effect the first of these is taken."""


@dataclass(frozen=True)
class Found:
    """Estimates, and what was left out with its reason."""

    estimates: tuple[Estimate, ...]
    left_out: tuple[LeftOut, ...] = ()


def by_question(
    papers: Iterable[Paper], comparison: str, endpoint: str | None = None, population: str | None = None
) -> Found:
    """One estimate for each of a paper's questions with this comparison: the first of its rows that gives one.

    A question names its rows, the adjusted first, and which level a ratio below 1 favours: a row printed the other way
    round is inverted. Rows whose levels are neither are left out.
    """
    estimates: list[Estimate] = []
    left_out: list[LeftOut] = []
    for paper in papers:
        for question in paper.questions:
            if question.comparison != comparison or (endpoint is not None and question.endpoint != endpoint):
                continue
            if population is not None and question.population != population:
                continue
            for row_id in question.effects:
                one = estimate_of_row(paper, _effect(paper, row_id), comparison=comparison)
                if isinstance(one, Estimate):
                    row = _effect(paper, row_id)
                    one = _directed(one, row, sides_of(paper, question))
                if isinstance(one, LeftOut):
                    left_out.append(one)
                    continue
                note = [f"{one.label}: {question.note.rstrip('.')}"] if question.note else []
                if not question.treatment:
                    note.append(
                        f"{one.label}: which side is the treatment is not said; taken as printed, "
                        f'"{row.level}" against "{row.reference}"'
                    )
                estimates.append(
                    replace(one, population=question.population, cautions=(*one.cautions, *note))
                )
                break
    return Found(tuple(estimates), tuple(left_out))


def by_term(
    papers: Iterable[Paper],
    term: str,
    endpoint: str,
    *,
    level: str | None = None,
    reference: str | None = None,
    model: str | None = None,
    per: str | None = None,
    population: str | None = None,
) -> Found:
    """One estimate of a term for each paper.

    level, reference: of a factor; a row with the two exchanged is inverted. per: the amount of a number ("per 10 mm");
    a row per another amount of the same quantity is rescaled, by default to the amount of the first. model: which
    column of the table, by default the most adjusted one. A paper where several rows fit is left out; they are named.
    """
    estimates: list[Estimate] = []
    left_out: list[LeftOut] = []
    for paper in papers:
        rows = [
            row
            for row in paper.numbers.effects
            if row.term == term
            and row.endpoint == endpoint
            and row.est is not None
            and (model is None or row.model == model)
            and (population is None or row.population == population)
            and (population is not None or not row.subgroup_level)
            and _fits(row, level, reference)
        ]
        if model is None and rows:
            best = min(rows, key=lambda row: _rank(row.model)).model
            rows = [row for row in rows if row.model == best]
        if not rows:
            continue
        one = _only(paper, rows)
        if isinstance(one, Estimate) and level is not None and rows[0].level != level:
            one = inverted(one, f'printed as "{rows[0].level}" against "{rows[0].reference}"')
            one = replace(one, reference=rows[0].level)
        if isinstance(one, Estimate) and one.unit:
            per = one.unit if per is None else per
            one = rescaled(one, per)
        if isinstance(one, LeftOut):
            left_out.append(one)
        else:
            estimates.append(one)
    return Found(tuple(estimates), tuple(left_out))


def by_rows(papers: Sequence[Paper], rows: Iterable[tuple[str, str]]) -> Found:
    """Estimates of named rows, each (paper id, row id), in the direction that is printed; KeyError for others."""
    known = {paper.id: paper for paper in papers}
    found = [estimate_of_row(known[paper], _effect(known[paper], row)) for paper, row in rows]
    return Found(
        tuple(one for one in found if isinstance(one, Estimate)),
        tuple(one for one in found if isinstance(one, LeftOut)),
    )


def _effect(paper: Paper, row_id: str) -> PublishedEffect:
    row = paper.row(row_id)
    if not isinstance(row, PublishedEffect):
        raise KeyError(row_id)
    return row


def _directed(one: Estimate, row: PublishedEffect, sides: tuple[Side, Side] | None) -> Estimate | LeftOut:
    if sides is None:
        return one
    treatment, control = (side.level for side in sides)
    if (row.level, row.reference) == (treatment, control):
        return one
    if (row.level, row.reference) == (control, treatment):
        return replace(
            inverted(one, f'printed as "{row.level}" against "{row.reference}"'), reference=control
        )
    reason = f'{row.row_id}: "{row.level}" against "{row.reference}" is not "{treatment}" against "{control}"'
    return LeftOut(one.id, one.label, reason)


def _fits(row: PublishedEffect, level: str | None, reference: str | None) -> bool:
    if level is None:
        return reference is None or row.reference == reference
    printed = row.level == level and reference in (None, row.reference)
    return printed or (row.reference == level and reference in (None, row.level))


def _rank(model: str) -> int:
    return PREFERRED.index(model) if model in PREFERRED else len(PREFERRED)


def _only(paper: Paper, rows: Sequence[PublishedEffect]) -> Estimate | LeftOut:
    if len(rows) == 1:
        return estimate_of_row(paper, rows[0])
    names = "; ".join(
        f'{row.row_id} "{row.level}" against "{row.reference}", {row.population}' for row in rows[:4]
    )
    more = f" and {len(rows) - 4} more" if len(rows) > 4 else ""
    one = estimate_of_row(paper, rows[0])
    return LeftOut(paper.id, one.label, f"several rows fit: {names}{more}; name the level, or the rows")
