"""Tables of what was measured twice."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.rendering import numbers
from crlm.rendering.numbering import Footnotes, Numbering
from crlm.rendering.tree import Cell, Column, HeaderCell, Row, Table, cell
from crlm.study.report.content.baseline import (
    SUMMARY_NOTES,
    SUMMARY_WORDS,
    count_words,
    p_cell,
    summary_words,
)
from crlm.study.report.content.units import counted
from crlm.study.results import PairedRow, PairedTable, PairedValues


def table(paired: PairedTable, numbering: Numbering) -> Table:
    """Both values side by side, how many have both, and the p of their comparison."""
    notes = Footnotes()
    notes.note(f"{counted(paired.n, paired.unit)}. Pairs: those with both values.")
    for text in paired.notes:
        notes.note(text)
    if any(row.summary == "count" for row in paired.rows):
        notes.note("Values are n (%) unless stated otherwise; of yes/no characteristics, those with yes.")
    for summary, words in SUMMARY_NOTES.items():
        if any(row.summary == summary for row in paired.rows):
            notes.note(words.format(quartiles=paired.quartiles.rstrip(".")))
    if paired.excluded:
        listed = "; ".join(f"{one.label}: {numbers.count(one.n)}" for one in paired.excluded)
        notes.note(f"Left out: {listed}.")
    heads = ("Characteristic", paired.before, paired.after, "Pairs", "p")
    return Table(
        id=f"table-{paired.id}",
        number=numbering.table(),
        caption=paired.title,
        columns=(
            Column("characteristic"),
            *(Column(name, "right") for name in ("before", "after", "pairs", "p")),
        ),
        header=(tuple(HeaderCell(text) for text in heads),),
        body=tuple(line for row in paired.rows for line in _lines(row, notes)),
        footnotes=notes.all(),
    )


def _lines(row: PairedRow, notes: Footnotes) -> Iterator[Row]:
    pairs = cell(numbers.count(row.pairs) if row.pairs is not None else numbers.NONE)
    behind = (pairs, p_cell(row.test, notes))
    sides = (row.before, row.after)
    names = {one.level for one in row.levels}
    if row.summary != "count":
        label = f"{row.label}; {SUMMARY_WORDS[row.summary]}"
        yield Row((cell(label), *_number_cells(row, notes), *behind), "variable")
    elif names == {"yes", "no"}:
        yes = next(k for k, one in enumerate(row.levels) if one.level == "yes")
        yield Row((cell(row.label), *(_count(one, yes) for one in sides), *behind), "variable")
    else:
        yield Row((cell(row.label), cell(""), cell(""), *behind), "variable")
        for k, level in enumerate(row.levels):
            yield Row((cell(level.label), *(_count(one, k) for one in sides), cell(""), cell("")), "level", 1)
    if any(one is not None and one.missing for one in sides):
        missing = [cell(numbers.count(one.missing) if one is not None else numbers.NONE) for one in sides]
        yield Row((cell("Missing"), *missing, cell(""), cell("")), "missing", 1)


def _count(values: PairedValues | None, level: int) -> Cell:
    return cell(numbers.NONE if values is None else count_words(values.levels[level]))


def _number_cells(row: PairedRow, notes: Footnotes) -> list[Cell]:
    known = [None if one is None else one.number for one in (row.before, row.after)]
    texts = summary_words([one for one in known if one is not None], row.summary)
    cells = []
    for one in known:
        if one is None:
            cells.append(cell(numbers.NONE))
            continue
        text, complete = texts.pop(0)
        cells.append(cell(text, "" if complete else notes.mark(one.reason)))
    return cells
