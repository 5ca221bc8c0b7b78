"""The forest plots of a model."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.rendering import numbers
from crlm.rendering.figures.forest import ForestRow, forest_figure, pages_of
from crlm.rendering.numbering import Numbering, lower_first, sentence_case
from crlm.rendering.tree import Figure
from crlm.study.report.content.model_words import ABBREVIATIONS, FAVOURS, term_words
from crlm.study.results import ModelResult, Term, TermLevel, Test


def figures(model: ModelResult, level: str, numbering: Numbering, banner: str | None) -> Iterator[Figure]:
    """The forest plot of a model, in as many parts as it needs."""
    adjusted = model.multivariable is not None
    terms = [term for term in model.terms if term.entered] if adjusted else list(model.terms)
    rows = [row for term in terms for row in _forest_rows(term, adjusted=adjusted)]
    kind = "multivariable" if adjusted else "univariable"
    pages = pages_of(rows)
    for k, page in enumerate(pages):
        identifier = f"forest{k + 1 if k else ''}-{model.id}"
        alt = f"Forest plot of the {kind} {model.ratio}s for {lower_first(model.title)}. " + " ".join(
            f"{row.label}: {row.ratio}." for row in page if row.ratio
        )
        caption = (
            f"{model.title}: {kind} {model.ratio}s with {level} confidence intervals{' (continued)' if k else ''}. "
            "n and events are those of the row in the univariable analysis. The scale is logarithmic; an arrow marks "
            "an interval that goes on beyond it."
        )
        drawing = forest_figure(
            page,
            everything=rows,
            identifier=identifier,
            title=model.title,
            alt=alt,
            heads=("Characteristic", "n", "Events", f"{ABBREVIATIONS[model.ratio]} ({level} CI)", "p"),
            favours=FAVOURS[model.ratio],
            axis=sentence_case(model.ratio).rstrip("."),
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
            ratio=numbers.ratio_interval(effect.ratio) if effect is not None else "",
            interval=effect.ratio if effect is not None else None,
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
