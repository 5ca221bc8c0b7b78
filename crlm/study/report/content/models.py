"""The regression models: univariable and multivariable side by side, the exposure, and the trail of selection."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from crlm.rendering import numbers
from crlm.rendering.numbering import Footnotes, Numbering
from crlm.rendering.tree import Block, Cell, Column, HeaderCell, Row, Section, Table, cell
from crlm.study.report.content.model_figures import figures
from crlm.study.report.content.model_notes import fit_notes, ratio_note, restriction_notes
from crlm.study.report.content.model_words import ABBREVIATIONS, KINDS, term_words
from crlm.study.report.content.selection import exposure_table, selection_table
from crlm.study.results import Effect, Exposure, Interval, ModelResult, Results, Term, TermLevel, Test

Read = Callable[[Effect, Test | None], tuple[Interval, Test]]
"""The ratio and the p that a table shows of an effect, given the overall test of its covariate if it stands there."""


def section(results: Results, numbering: Numbering, banner: str | None) -> Section | None:
    """Every model in a section of its own."""
    if not results.models:
        return None
    return numbering.section(
        "models", "Regression models", [_model(one, results, numbering, banner) for one in results.models]
    )


def _model(model: ModelResult, results: Results, numbering: Numbering, banner: str | None) -> Section:
    level = numbers.level_words(results.study.level)
    blocks: list[Block] = [table(model, level, numbering)]
    if model.exposure is not None:
        blocks.append(exposure_table(model, model.exposure, level, numbering))
    if model.clusters is not None:
        blocks.append(table(model, level, numbering, robust=True))
    blocks += figures(model, level, numbering, banner)
    if model.selection:
        blocks.append(selection_table(model, numbering))
    return Section(f"model-{model.id}", "", model.title, tuple(blocks))


def table(model: ModelResult, level: str, numbering: Numbering, *, robust: bool = False) -> Table:
    """The table of a model; without a multivariable model its columns are left out and a note says why.

    `robust`: the same effects with intervals and p that allow for clusters.
    """
    notes = Footnotes()
    both = model.multivariable is not None
    notes.note(ratio_note(model))
    if robust and model.clusters is not None:
        notes.note(
            f"Intervals and p from a robust variance over {numbers.count(model.clusters.n)} clusters "
            f"({model.clusters.label}); estimates are those of the model itself."
        )
    elif any(len(term.levels) > 2 for term in model.terms):
        notes.note(
            "p on the line of a variable: overall test of all its levels; on that of a level: against the reference."
        )
    if not robust:
        for text in restriction_notes(model):
            notes.note(text)
        for text, attention in fit_notes(model):
            notes.note(text, "attention" if attention else "normal")
    read = _robust if robust else _usual
    body = [row for term in model.terms for row in _rows(term, notes, read, both=both, robust=robust)]
    if both and not robust and model.exposure is not None:
        body += _corrected(model.exposure, notes)
    ratio = f"{ABBREVIATIONS[model.ratio]} ({level} CI)"
    first = [HeaderCell(text, rows=2) for text in ("Characteristic", "n", "Events")]
    first.append(HeaderCell("Univariable", columns=2))
    second = [HeaderCell(ratio), HeaderCell("p")]
    columns = [Column("characteristic"), Column("n", "right"), Column("events", "right")]
    columns += [Column("univariable-hr", "right"), Column("univariable-p", "right")]
    if both:
        first.append(HeaderCell("Multivariable", columns=2))
        second += [HeaderCell(ratio), HeaderCell("p")]
        columns += [Column("multivariable-hr", "right"), Column("multivariable-p", "right")]
    return Table(
        id=f"robust-{model.id}" if robust else f"table-{model.id}",
        number=numbering.table(),
        caption=_caption(model, robust=robust),
        columns=tuple(columns),
        header=(tuple(first), tuple(second)),
        body=tuple(body),
        footnotes=notes.all(),
    )


def _caption(model: ModelResult, *, robust: bool) -> str:
    """The title, with the kind of the models unless it says so itself."""
    said = any(word in model.title.casefold() for word in ("regression", "model"))
    kind = "" if said else f": {KINDS[model.ratio]}"
    return f"{model.title}{kind}{', robust standard errors' if robust else ''}"


def _corrected(exposure: Exposure, notes: Footnotes) -> Iterator[Row]:
    """The line of the corrected effect, when a rule for confounders made one."""
    for one in exposure.models:
        if one.role != "final":
            continue
        for effect in one.effects:
            ratio, p = effect.effect.ratio, effect.effect.p
            words = "adjusted for its confounders" if one.adjusted_for else "crude: no confounder"
            label = cell(f"{exposure.label}, corrected effect", notes.mark(f"{effect.label}; {words}"))
            counts = (cell(numbers.count(one.n)), cell(numbers.count(one.events)))
            shown = (cell(numbers.ratio_interval(ratio), notes.mark(ratio.reason)), _p(p, notes))
            yield Row((label, *counts, cell(""), cell(""), *shown), "variable")


def _usual(effect: Effect, overall: Test | None) -> tuple[Interval, Test]:
    return effect.ratio, overall or effect.p


def _robust(effect: Effect, overall: Test | None) -> tuple[Interval, Test]:
    return (effect.ratio, effect.p) if effect.robust is None else (effect.robust.ratio, effect.robust.p)


def _rows(term: Term, notes: Footnotes, read: Read, *, both: bool, robust: bool) -> Iterator[Row]:
    marks = [notes.mark(text) for text in term.notes]
    if len(term.levels) == 1:
        level = term.levels[0]
        effects = _effects(level, term.univariable, term.multivariable, notes, read, both=both)
        yield Row((cell(term_words(term), *marks), *_counts(level), *effects), "variable")
    else:
        factor = len(term.levels) > 2
        shown = factor and not robust
        overall = [
            cell(""),
            _p(term.univariable, notes) if shown else cell(""),
            *(
                [cell(""), _p(term.multivariable, notes) if shown and term.multivariable else cell("")]
                if both
                else []
            ),
        ]
        yield Row((cell(term.label, *marks), cell(""), cell(""), *overall), "variable")
        for level in term.levels:
            alone, adjusted = (None, None) if factor else (term.univariable, term.multivariable)
            effects = _effects(level, alone, adjusted, notes, read, both=both)
            if level.reference and both and not term.entered:
                effects[2:] = [cell(numbers.NONE), cell(numbers.NONE)]
            yield Row((cell(level.label), *_counts(level), *effects), "level", 1)
    if term.missing and not robust:
        empty = [cell("") for _ in range(5 if both else 3)]
        yield Row((cell("Missing"), cell(numbers.count(term.missing)), *empty), "missing", 1)


def _counts(level: TermLevel) -> tuple[Cell, Cell]:
    return cell(numbers.count(level.n)), cell(numbers.count(level.events))


def _effects(
    level: TermLevel, alone: Test | None, adjusted: Test | None, notes: Footnotes, read: Read, *, both: bool
) -> list[Cell]:
    """The cells of the effects; a covariate with one coefficient prints the p of its own test, others the level's."""
    cells = _effect(level, level.univariable, alone, notes, read)
    if both:
        cells += _effect(level, level.multivariable, adjusted, notes, read)
    return cells


def _effect(
    level: TermLevel, effect: Effect | None, overall: Test | None, notes: Footnotes, read: Read
) -> list[Cell]:
    if level.reference:
        return [cell("1 (reference)"), cell("")]
    if effect is None:
        return [cell(numbers.NONE), cell(numbers.NONE)]
    ratio, p = read(effect, overall)
    return [cell(numbers.ratio_interval(ratio), notes.mark(ratio.reason)), _p(p, notes)]


def _p(test: Test, notes: Footnotes) -> Cell:
    if test.p is None:
        return cell(numbers.NONE, notes.mark(test.reason))
    return cell(numbers.p_value(test.p), *(notes.mark(one) for one in test.notes))
