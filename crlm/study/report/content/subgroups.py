"""The subgroup analyses: a forest plot and its table, with the test of interaction of each variable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crlm.rendering import numbers
from crlm.rendering.figures.forest import ForestRow, forest_figure, pages_of
from crlm.rendering.numbering import Footnotes, Numbering, lower_first
from crlm.rendering.tree import (
    Block,
    Cell,
    Column,
    Figure,
    HeaderCell,
    Paragraph,
    Role,
    Row,
    Section,
    Table,
    cell,
    inline,
)
from crlm.study.report.content.units import many
from crlm.study.results import EndpointResult, Results, SubgroupLevel, SubgroupResult, Test


def section(results: Results, numbering: Numbering, banner: str | None) -> Section | None:
    """Every subgroup analysis: what is compared, the figure, the table."""
    if not results.subgroups:
        return None
    endpoints = {one.id: one for one in results.endpoints}
    groups = {group.level: group.label for group in results.comparison.groups} if results.comparison else {}
    level = numbers.level_words(results.study.level)
    blocks: list[Block] = []
    for one in results.subgroups:
        endpoint = endpoints[one.endpoint]
        blocks.append(
            Paragraph(
                inline(
                    f"{one.title}: hazard ratios for {lower_first(endpoint.label)}, {lower_first(one.contrast)}."
                )
            )
        )
        blocks.extend(_figures(one, endpoint, level, numbering, banner))
        blocks.append(table(one, endpoint, groups, level, numbering))
    return numbering.section("subgroups", "Subgroups", blocks)


def _figures(
    one: SubgroupResult, endpoint: EndpointResult, level: str, numbering: Numbering, banner: str | None
) -> Iterator[Figure]:
    rows = list(_forest_rows(one))
    pages = pages_of(rows)
    for k, page in enumerate(pages):
        identifier = f"subgroup-forest{k + 1 if k else ''}-{one.id}"
        alt = (
            f"Forest plot of {lower_first(endpoint.label)} in subgroups, {lower_first(one.contrast)}. "
            + " ".join(f"{row.label}: {row.ratio}." for row in page if row.ratio)
        )
        caption = (
            f"{one.title}{' (continued)' if k else ''}: hazard ratios with {level} confidence intervals, "
            f"{lower_first(one.contrast)}. p on the line of a variable is that of the test of interaction. "
            "The scale is logarithmic; an arrow marks an interval that goes on beyond it."
        )
        drawing = forest_figure(
            page,
            everything=rows,
            identifier=identifier,
            title=one.title,
            alt=alt,
            heads=("Subgroup", "n", "Events", f"HR ({level} CI)", "p, interaction"),
            favours=one.favours,
            banner=banner,
        )
        yield Figure(identifier, numbering.figure(), caption, alt, drawing.svg, drawing.width, drawing.height)


def _forest_rows(one: SubgroupResult) -> Iterator[ForestRow]:
    def row(level: SubgroupLevel, indent: int) -> ForestRow:
        return ForestRow(
            label=level.label,
            indent=indent,
            columns=(numbers.count(level.n), numbers.count(level.events)),
            ratio=numbers.ratio_interval(level.hazard_ratio),
            interval=level.hazard_ratio,
            p="",
        )

    yield replace(row(one.overall, 0), whole=True)
    for variable in one.variables:
        p = numbers.p_value(variable.interaction.p) if variable.interaction.p is not None else numbers.NONE
        yield ForestRow(label=variable.label, p=p)
        for level in variable.levels:
            yield row(level, 1)


def table(
    one: SubgroupResult, endpoint: EndpointResult, groups: dict[str, str], level: str, numbering: Numbering
) -> Table:
    """Events and records per group, hazard ratio and its p per subgroup, p of interaction per variable."""
    shown = [group.group for group in one.overall.groups]
    notes = Footnotes()
    notes.note(f"Groups: events / {many(endpoint.unit)}. HR: hazard ratio; CI: confidence interval.")
    for text in one.notes:
        notes.note(text)
    body = [_row(one.overall, notes, "variable", 0)]
    for variable in one.variables:
        empty = [cell("") for _ in range(len(shown) + 2)]
        body.append(Row((cell(variable.label), *empty, _p(variable.interaction, notes)), "variable"))
        body.extend(_row(each, notes, "level", 1) for each in variable.levels)
        if variable.missing:
            body.append(Row((cell("Missing"), cell(numbers.count(variable.missing)), *empty), "missing", 1))
    return Table(
        id=f"table-{one.id}",
        number=numbering.table(),
        caption=one.title,
        columns=(
            Column("subgroup"),
            *(Column(group, "right") for group in shown),
            Column("hr", "right"),
            Column("p", "right"),
            Column("p-interaction", "right"),
        ),
        header=(
            (
                HeaderCell("Subgroup"),
                *(HeaderCell(groups.get(group, group)) for group in shown),
                HeaderCell(f"HR ({level} CI)"),
                HeaderCell("p"),
                HeaderCell("p, interaction"),
            ),
        ),
        body=tuple(body),
        footnotes=notes.all(),
    )


def _row(level: SubgroupLevel, notes: Footnotes, role: Role, indent: int) -> Row:
    groups = [cell(f"{numbers.count(group.events)} / {numbers.count(group.n)}") for group in level.groups]
    ratio = cell(numbers.ratio_interval(level.hazard_ratio), notes.mark(level.hazard_ratio.reason))
    cells = (cell(level.label), *groups, ratio, _p(level.p, notes), cell(""))
    return Row(cells, role, indent)


def _p(test: Test, notes: Footnotes) -> Cell:
    return (
        cell(numbers.p_value(test.p)) if test.p is not None else cell(numbers.NONE, notes.mark(test.reason))
    )
