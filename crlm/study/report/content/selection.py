"""The exposure's effect from model to model, and the trail of decisions that led to each."""

from __future__ import annotations

from crlm.rendering import numbers
from crlm.rendering.numbering import Footnotes, Numbering, listed, lower_first
from crlm.rendering.tree import Column, HeaderCell, Row, Table, cell
from crlm.study.report.content.model_words import ABBREVIATIONS
from crlm.study.results import Exposure, ExposureModel, ModelResult, Role

_ROLES: dict[Role, str] = {
    "crude": "Crude",
    "full": "Multivariable model",
    "adjusted": "Adjusted for the potential confounders",
    "final": "Corrected",
}
_STAGES = {
    "univariable": "Entering",
    "elimination": "Elimination",
    "multivariable": "Potential confounders",
    "change-in-estimate": "Change of the effect",
}


def exposure_table(model: ModelResult, exposure: Exposure, level: str, numbering: Numbering) -> Table:
    """The effect in question, a line for each model, the corrected one last."""
    labels = {term.variable: term.label for term in model.terms}
    notes = Footnotes()
    notes.note(f"{ABBREVIATIONS[model.ratio]}: {model.ratio}; CI: confidence interval.")
    if exposure.sentence:
        notes.note(exposure.sentence)
    crude, adjusted = (_of(exposure, role) for role in ("crude", "adjusted"))
    if crude is not None and adjusted is not None and crude.n != adjusted.n:
        notes.note(
            f"The crude effect is of {numbers.count(crude.n)} {model.unit}s and the adjusted one of "
            f"{numbers.count(adjusted.n)}, for want of known values: part of the change may come from that."
        )
    body = []
    for one in exposure.models:
        names = [lower_first(labels.get(name, name)) for name in one.adjusted_for]
        of = "nothing" if not names else listed(names)
        for k, effect in enumerate(one.effects):
            ratio, p = effect.effect.ratio, effect.effect.p
            first = [cell(_ROLES[one.role]), cell(of)] if k == 0 else [cell(""), cell("")]
            told = [cell(effect.label)] if len(one.effects) > 1 else []
            body.append(
                Row(
                    (
                        *first,
                        *told,
                        cell(numbers.count(one.n) if k == 0 else ""),
                        cell(numbers.count(one.events) if k == 0 else ""),
                        cell(numbers.ratio_interval(ratio), notes.mark(ratio.reason)),
                        cell(numbers.p_value(p.p) if p.p is not None else numbers.NONE, notes.mark(p.reason)),
                    )
                )
            )
    several = any(len(one.effects) > 1 for one in exposure.models)
    contrast = "" if several else f" ({exposure.models[0].effects[0].label})"
    heads = ["Effect", "Adjusted for", *(["Contrast"] if several else []), "n", "Events"]
    return Table(
        id=f"exposure-{model.id}",
        number=numbering.table(),
        caption=f"{model.title}: effect of {lower_first(exposure.label)}{contrast}",
        columns=(
            Column("effect"),
            Column("adjusted-for"),
            *([Column("contrast")] if several else []),
            *(Column(name, "right") for name in ("n", "events", "ratio", "p")),
        ),
        header=(
            tuple(HeaderCell(text) for text in (*heads, f"{ABBREVIATIONS[model.ratio]} ({level} CI)", "p")),
        ),
        body=tuple(body),
        footnotes=notes.all(),
    )


def _of(exposure: Exposure, role: Role) -> ExposureModel | None:
    return next((one for one in exposure.models if one.role == role), None)


def selection_table(model: ModelResult, numbering: Numbering) -> Table:
    """Every decision on the way to the multivariable model, and from there to the confounders, in order."""
    labels = {term.variable: term.label for term in model.terms}
    hazards = {term.variable: term.univariable_proportional_hazards for term in model.terms}
    tested = any(test is not None for test in hazards.values())
    stages = len({step.stage for step in model.selection}) > 1
    notes = Footnotes()
    notes.note(model.rule)
    if tested:
        notes.note("PH: test of proportional hazards of the covariate alone.")
    body = []
    for k, step in enumerate(model.selection, start=1):
        p = numbers.p_value(step.p) if step.p is not None else numbers.NONE
        test = hazards.get(step.variable) if step.stage == "univariable" else None
        ph = cell(numbers.NONE)
        if test is not None:
            shown = numbers.p_value(test.p) if test.p is not None else numbers.NONE
            ph = cell(shown, notes.mark(test.reason), *(notes.mark(one) for one in test.notes))
        words = [cell(labels.get(step.variable, step.variable)), cell(p)]
        stage = [cell(_STAGES[step.stage])] if stages else []
        body.append(
            Row((cell(str(k)), *stage, *words, *([ph] if tested else []), cell(step.action), cell(step.why)))
        )
    heads = ["Step", *(["Stage"] if stages else []), "Candidate", "p", *(["PH p"] if tested else [])]
    return Table(
        id=f"selection-{model.id}",
        number=numbering.table(),
        caption=f"{model.title}: how the multivariable model was chosen",
        columns=(
            Column("step", "right"),
            *([Column("stage")] if stages else []),
            Column("variable"),
            Column("p", "right"),
            *([Column("ph", "right")] if tested else []),
            Column("decision"),
            Column("why"),
        ),
        header=(tuple(HeaderCell(text) for text in (*heads, "Decision", "Why")),),
        body=tuple(body),
        footnotes=notes.all(),
    )
