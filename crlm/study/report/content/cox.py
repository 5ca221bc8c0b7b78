"""The regression models: univariable and multivariable side by side, their notes, and the trail of selection."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.study.report import numbers
from crlm.study.report.content.numbering import Footnotes, Numbering, lower_first, sentence_case
from crlm.study.report.figures.forest import ForestRow, forest_figure, pages_of
from crlm.study.report.tree import Block, Cell, Column, Figure, HeaderCell, Row, Section, Table, cell
from crlm.study.results import Effect, Fit, ModelResult, Results, Term, TermLevel, Test

FEW_EVENTS_PER_PARAMETER = 10


def section(results: Results, numbering: Numbering, banner: str | None) -> Section | None:
    """Every model in a section of its own."""
    if not results.models:
        return None
    return numbering.section(
        "models", "Regression models", [_model(one, results, numbering, banner) for one in results.models]
    )


def _model(model: ModelResult, results: Results, numbering: Numbering, banner: str | None) -> Section:
    level = numbers.level_words(results.study.level)
    blocks: list[Block] = [table(model, level, numbering), *_figures(model, level, numbering, banner)]
    if model.selection:
        blocks.append(selection_table(model, numbering))
    return Section(f"model-{model.id}", "", model.title, tuple(blocks))


def term_words(term: Term) -> str:
    """A covariate as a row's first cell: a number with its unit, or with what the hazard ratio is per."""
    if len(term.levels) != 1 or term.levels[0].level is not None:
        return term.label
    if term.per is None or term.per == 1:
        return f"{term.label}, {term.unit}" if term.unit else term.label
    return f"{term.label}, per {numbers.number(term.per)} {term.unit or 'units'}"


def table(model: ModelResult, level: str, numbering: Numbering) -> Table:
    """The Cox table; without a multivariable model its columns are left out and a note says why."""
    notes = Footnotes()
    both = model.multivariable is not None
    notes.note(
        "HR: hazard ratio, of a number per one unit unless stated; CI: confidence interval; "
        f"ties: {model.ties.capitalize()}'s method."
    )
    if any(len(term.levels) > 2 for term in model.terms):
        notes.note(
            "p on the line of a variable: overall test of all its levels; on that of a level: against the reference."
        )
    for text, attention in _fit_notes(model):
        notes.note(text, "attention" if attention else "normal")
    body = [row for term in model.terms for row in _rows(term, notes, both=both)]
    ratio = f"HR ({level} CI)"
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
        id=f"table-{model.id}",
        number=numbering.table(),
        caption=f"{model.title}: Cox models",
        columns=tuple(columns),
        header=(tuple(first), tuple(second)),
        body=tuple(body),
        footnotes=notes.all(),
    )


def _rows(term: Term, notes: Footnotes, *, both: bool) -> Iterator[Row]:
    marks = [notes.mark(text) for text in term.notes]
    if len(term.levels) == 1:
        level = term.levels[0]
        effects = _effects(level, term.univariable, term.multivariable, notes, both=both)
        yield Row((cell(term_words(term), *marks), *_counts(level), *effects), "variable")
    else:
        factor = len(term.levels) > 2
        overall = [
            cell(""),
            _p(term.univariable, notes) if factor else cell(""),
            *(
                [cell(""), _p(term.multivariable, notes) if factor and term.multivariable else cell("")]
                if both
                else []
            ),
        ]
        yield Row((cell(term.label, *marks), cell(""), cell(""), *overall), "variable")
        for level in term.levels:
            alone, adjusted = (None, None) if factor else (term.univariable, term.multivariable)
            effects = _effects(level, alone, adjusted, notes, both=both)
            if level.reference and both and not term.entered:
                effects[2:] = [cell(numbers.NONE), cell(numbers.NONE)]
            yield Row((cell(level.label), *_counts(level), *effects), "level", 1)
    if term.missing:
        empty = [cell("") for _ in range(5 if both else 3)]
        yield Row((cell("Missing"), cell(numbers.count(term.missing)), *empty), "missing", 1)


def _counts(level: TermLevel) -> tuple[Cell, Cell]:
    return cell(numbers.count(level.n)), cell(numbers.count(level.events))


def _effects(
    level: TermLevel, alone: Test | None, adjusted: Test | None, notes: Footnotes, *, both: bool
) -> list[Cell]:
    """The cells of the effects; a covariate with one coefficient prints the p of its own test, others the level's."""
    cells = _effect(level, level.univariable, alone, notes)
    if both:
        cells += _effect(level, level.multivariable, adjusted, notes)
    return cells


def _effect(level: TermLevel, effect: Effect | None, overall: Test | None, notes: Footnotes) -> list[Cell]:
    if level.reference:
        return [cell("1 (reference)"), cell("")]
    if effect is None:
        return [cell(numbers.NONE), cell(numbers.NONE)]
    ratio = effect.hazard_ratio
    return [cell(numbers.ratio_interval(ratio), notes.mark(ratio.reason)), _p(overall or effect.p, notes)]


def _p(test: Test, notes: Footnotes) -> Cell:
    if test.p is None:
        return cell(numbers.NONE, notes.mark(test.reason))
    return cell(numbers.p_value(test.p), *(notes.mark(one) for one in test.notes))


def _fit_notes(model: ModelResult) -> Iterator[tuple[str, bool]]:
    """The sentences about the multivariable model, each with whether a reader must not miss it."""
    fit = model.multivariable
    if fit is None:
        yield model.multivariable_reason or "There is no multivariable model.", False
        yield from ((text, True) for text in model.notes)
        return
    patients = f"Multivariable model: {numbers.count(fit.n)} patients, {numbers.count(fit.events)} events"
    if fit.dropped_missing:
        patients += f"; {numbers.count(fit.dropped_missing)} left out because a covariate is missing"
    yield f"{patients}. {sentence_case(model.rule)}", False
    yield _whole_tests(fit), False
    yield from ((text, True) for text in model.notes)
    yield _proportional_hazards(model.terms, fit), False


def _whole_tests(fit: Fit) -> str:
    parts = []
    if fit.events_per_parameter.value is not None:
        few = " (fewer than 10)" if fit.events_per_parameter.value < FEW_EVENTS_PER_PARAMETER else ""
        parts.append(f"Events per coefficient: {numbers.rounded(fit.events_per_parameter.value, 1)}{few}")
    test = fit.likelihood_ratio
    if test.p is not None and test.statistic is not None and test.df is not None:
        statistic = f"chi-square {numbers.rounded(test.statistic, 1)} on {numbers.number(test.df)} df"
        parts.append(f"likelihood-ratio test: {statistic}, {numbers.p_words(test.p)}")
    concordance = numbers.statistic_interval(fit.concordance)
    parts.append(f"concordance: {concordance}")
    return sentence_case("; ".join(parts))


def _proportional_hazards(terms: tuple[Term, ...], fit: Fit) -> str:
    def said(test: Test) -> str:
        return numbers.p_words(test.p) if test.p is not None else f"not tested ({test.reason})"

    each = [
        f"{lower_first(term.label)}, {said(term.proportional_hazards)}"
        for term in terms
        if term.proportional_hazards is not None
    ]
    text = f"Proportional hazards ({fit.proportional_hazards.words}): whole model, {said(fit.proportional_hazards)}"
    return f"{text}; {'; '.join(each)}." if each else f"{text}."


def _figures(model: ModelResult, level: str, numbering: Numbering, banner: str | None) -> Iterator[Figure]:
    adjusted = model.multivariable is not None
    terms = [term for term in model.terms if term.entered] if adjusted else list(model.terms)
    rows = [row for term in terms for row in _forest_rows(term, adjusted=adjusted)]
    kind = "multivariable" if adjusted else "univariable"
    pages = pages_of(rows)
    for k, page in enumerate(pages):
        identifier = f"forest{k + 1 if k else ''}-{model.id}"
        alt = f"Forest plot of the {kind} hazard ratios for {lower_first(model.title)}. " + " ".join(
            f"{row.label}: {row.ratio}." for row in page if row.ratio
        )
        caption = (
            f"{model.title}: {kind} hazard ratios with {level} confidence intervals{' (continued)' if k else ''}. "
            "n and events are those of the row in the univariable analysis. The scale is logarithmic; an arrow marks "
            "an interval that goes on beyond it."
        )
        drawing = forest_figure(
            page,
            everything=rows,
            identifier=identifier,
            title=model.title,
            alt=alt,
            heads=("Characteristic", "n", "Events", f"HR ({level} CI)", "p"),
            favours=("Lower hazard", "Higher hazard"),
            banner=banner,
        )
        yield Figure(identifier, numbering.figure(), caption, alt, drawing.svg, drawing.width, drawing.height)


def _forest_rows(term: Term, *, adjusted: bool) -> Iterator[ForestRow]:
    def row(label: str, level: TermLevel, overall: Test | None, indent: int) -> ForestRow:
        effect = level.multivariable if adjusted else level.univariable
        test = overall if overall is not None else effect.p if effect is not None else None
        return ForestRow(
            label=label,
            indent=indent,
            columns=(numbers.count(level.n), numbers.count(level.events)),
            ratio=numbers.ratio_interval(effect.hazard_ratio) if effect is not None else "",
            interval=effect.hazard_ratio if effect is not None else None,
            p=numbers.p_value(test.p) if test is not None and test.p is not None else numbers.NONE,
        )

    overall = term.multivariable if adjusted else term.univariable
    if len(term.levels) == 1:
        yield row(term_words(term), term.levels[0], overall, 0)
        return
    reference = next((level.label for level in term.levels if level.reference), "")
    others = [level for level in term.levels if not level.reference]
    if len(others) == 1:
        yield row(
            f"{term.label}: {lower_first(others[0].label)}\u00a0v\u00a0{lower_first(reference)}",
            others[0],
            overall,
            0,
        )
        return
    p = numbers.p_value(overall.p) if overall is not None and overall.p is not None else numbers.NONE
    yield ForestRow(label=term.label, remark=f"reference: {lower_first(reference)}", p=p)
    for level in others:
        yield row(level.label, level, None, 1)


def selection_table(model: ModelResult, numbering: Numbering) -> Table:
    """Every decision on the way to the multivariable model, in order."""
    labels = {term.variable: term.label for term in model.terms}
    hazards = {term.variable: term.univariable_proportional_hazards for term in model.terms}
    notes = Footnotes()
    notes.note(model.rule)
    notes.note("PH: test of proportional hazards of the covariate alone.")
    body = []
    for k, step in enumerate(model.selection, start=1):
        p = numbers.p_value(step.p) if step.p is not None else numbers.NONE
        test = hazards.get(step.variable)
        ph = cell(numbers.NONE) if test is None else _p(test, notes)
        label = labels.get(step.variable, step.variable)
        body.append(Row((cell(str(k)), cell(label), cell(p), ph, cell(step.action), cell(step.why))))
    return Table(
        id=f"selection-{model.id}",
        number=numbering.table(),
        caption=f"{model.title}: how the multivariable model was chosen",
        columns=(
            Column("step", "right"),
            Column("variable"),
            Column("p", "right"),
            Column("ph", "right"),
            Column("decision"),
            Column("why"),
        ),
        header=(tuple(HeaderCell(text) for text in ("Step", "Candidate", "p", "PH p", "Decision", "Why")),),
        body=tuple(body),
        footnotes=notes.all(),
    )
