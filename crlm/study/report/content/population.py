"""The study population: the flow chart, and the same numbers as a table."""

from __future__ import annotations

from crlm.rendering import numbers
from crlm.rendering.numbering import Footnotes, Numbering
from crlm.rendering.tree import Column, Figure, HeaderCell, Row, Section, Table, cell
from crlm.study.report.content.units import counted, many
from crlm.study.report.figures.flow_chart import flow_chart
from crlm.study.results import Flow, FlowStep, Results

POLICY = {"include": "kept", "exclude": "left out", None: numbers.NONE}


def section(results: Results, numbering: Numbering, banner: str | None) -> Section:
    """From rows read to those who are analysed."""
    flow = results.flow
    alt = (
        f"Flow chart. {numbers.count(flow.read)} rows read; {numbers.count(flow.first)} in the first box; "
        + " ".join(
            f"{step.label}: {numbers.count(step.removed)} left, {numbers.count(step.after)} remain."
            for step in flow.steps
        )
        + f" {counted(flow.final, flow.unit)} in the study."
    )
    drawing = flow_chart(flow, identifier="flow-chart", title="Flow chart", alt=alt, banner=banner)
    caption = (
        f"From rows read to {many(flow.unit)} in the study. Every criterion is shown, also when nobody left."
    )
    figure = Figure(
        "flow-chart", numbering.figure(), caption, alt, drawing.svg, drawing.width, drawing.height
    )
    blocks = (figure, table(flow, numbering)) if flow.steps else (figure,)
    return numbering.section("population", "Study population", list(blocks))


def table(flow: Flow, numbering: Numbering) -> Table:
    """Each criterion with those for whom it holds, does not hold and is unknown."""
    notes = Footnotes()
    notes.note(
        "Unknown: the criterion cannot be decided for lack of data; the protocol says whether such records are kept."
    )
    heads = ("Criterion", "Before", "Holds", "Does not hold", "Unknown", "The unknown are", "Left", "After")
    return Table(
        id="flow",
        number=numbering.table(),
        caption="The criteria in the order in which they were applied",
        columns=(
            Column("criterion"),
            *(
                Column(head.lower().replace(" ", "-"), "left" if head == "The unknown are" else "right")
                for head in heads[1:]
            ),
        ),
        header=(tuple(HeaderCell(head) for head in heads),),
        body=tuple(_row(step) for step in flow.steps),
        footnotes=notes.all(),
    )


def _row(step: FlowStep) -> Row:
    counts = [cell(numbers.count(n)) for n in (step.before, step.met, step.not_met, step.unknown)]
    words = {"include": "Included", "exclude": "Excluded", "first": "First of each patient"}[step.kind]
    policy = cell(POLICY[step.unknown_policy])
    return Row(
        (
            cell(f"{words}: {step.label}"),
            *counts,
            policy,
            cell(numbers.count(step.removed)),
            cell(numbers.count(step.after)),
        )
    )
