"""Table 1: characteristics per column, with what each p value is and what each percentage is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crlm.rendering import numbers
from crlm.rendering.numbering import Footnotes, Numbering, lower_first
from crlm.rendering.tree import Align, Cell, Column, HeaderCell, Row, Table, cell
from crlm.study.results import BaselineRow, BaselineTable, Comparison, Count, NumberSummary, Test

LONGEST_HEAD = 48
"""Characters: longer words over the columns of the groups stand under the table instead."""
SUMMARY_WORDS = {"mean_sd": "mean (SD)", "median_iqr": "median (IQR)", "median_range": "median (range)"}
SUMMARY_NOTES = {
    "mean_sd": "SD: standard deviation.",
    "median_iqr": "IQR: interquartile range, first to third quartile; {quartiles}.",
    "median_range": "Range: smallest to largest value.",
}


def table(baseline: BaselineTable, comparison: Comparison | None, numbering: Numbering) -> Table:
    """A table of characteristics: variables with a known denominator, tests named by letter."""
    rows = [row for block in baseline.blocks for row in block.rows]
    ids = [column.id for column in baseline.columns]
    tested = any(row.test is not None for row in rows)
    smd = any(row.smd is not None for row in rows)
    notes = Footnotes()
    if any(row.summary == "count" for row in rows):
        notes.note("Values are n (%) unless stated otherwise; of yes/no characteristics, those with yes.")
    for text in baseline.notes:
        notes.note(text)
    if comparison is not None and len(comparison.label) > LONGEST_HEAD and _grouped(baseline, comparison):
        notes.note(f"Groups: {lower_first(comparison.label)}.")
    for summary, words in SUMMARY_NOTES.items():
        if any(row.summary == summary for row in rows):
            notes.note(words.format(quartiles=baseline.quartiles.rstrip(".")))
    body: list[Row] = []
    width = 1 + len(ids) + tested + smd
    for block in baseline.blocks:
        if block.title:
            body.append(Row((cell(block.title, columns=width),), "group"))
        for row in block.rows:
            body.extend(_rows(row, ids, notes, tested=tested, smd=smd))
    right: Align = "right"
    return Table(
        id=f"table-{baseline.id}",
        number=numbering.table(),
        caption=baseline.title,
        columns=(
            Column("characteristic"),
            *(Column(one, right) for one in ids),
            *([Column("p", right)] if tested else []),
            *([Column("smd", right)] if smd else []),
        ),
        header=_header(baseline, comparison, tested=tested, smd=smd),
        body=tuple(body),
        footnotes=notes.all(),
    )


def _grouped(baseline: BaselineTable, comparison: Comparison) -> bool:
    """Whether columns of the table are groups of the comparison."""
    groups = {group.level for group in comparison.groups}
    return sum(column.id in groups for column in baseline.columns) > 1


def _header(
    baseline: BaselineTable, comparison: Comparison | None, *, tested: bool, smd: bool
) -> tuple[tuple[HeaderCell, ...], ...]:
    labels = {column.id: f"{column.label}\nn = {numbers.count(column.n)}" for column in baseline.columns}
    groups = {group.level for group in comparison.groups} if comparison else set()
    last = [*(["p"] if tested else []), *(["SMD"] if smd else [])]
    within = [labels[one] for one in labels if one in groups]
    if comparison is None or len(within) < 2:
        return (tuple(HeaderCell(text) for text in ("Characteristic", *labels.values(), *last)),)
    outside = [labels[one] for one in labels if one not in groups]
    spanning = comparison.label if len(comparison.label) <= LONGEST_HEAD else "Groups"
    first = (
        *(HeaderCell(text, rows=2) for text in ("Characteristic", *outside)),
        HeaderCell(spanning, columns=len(within)),
        *(HeaderCell(text, rows=2) for text in last),
    )
    return first, tuple(HeaderCell(text) for text in within)


def _rows(row: BaselineRow, ids: list[str], notes: Footnotes, *, tested: bool, smd: bool) -> Iterator[Row]:
    def behind() -> list[Cell]:
        return [*([p_cell(row.test, notes)] if tested else []), *([_smd(row, notes)] if smd else [])]

    empty = [cell("") for _ in (*(["p"] if tested else []), *(["smd"] if smd else []))]
    if row.summary == "count":
        by_level = {level.level: level for level in row.levels}
        if set(by_level) == {"yes", "no"}:
            counts = by_level["yes"].cells
            yield Row(
                (cell(row.label), *(cell(count_words(counts[one])) for one in ids), *behind()), "variable"
            )
        else:
            yield Row((cell(row.label), *(cell("") for _ in ids), *behind()), "variable")
            for level in row.levels:
                yield Row(
                    (cell(level.label), *(cell(count_words(level.cells[one])) for one in ids), *empty),
                    "level",
                    1,
                )
    else:
        yield Row(
            (
                cell(f"{row.label}; {SUMMARY_WORDS[row.summary]}"),
                *_number_cells(row, ids, notes),
                *behind(),
            ),
            "variable",
        )
    if any(row.missing.get(one, 0) for one in ids):
        reasons = "; ".join(f"{reason}, {numbers.count(n)}" for reason, n in row.missing_reasons.items())
        mark = notes.mark(f"Missing: {reasons}") if reasons else ""
        yield Row(
            (cell("Missing", mark), *(cell(numbers.count(row.missing[one])) for one in ids), *empty),
            "missing",
            1,
        )


def count_words(one: Count) -> str:
    """A count with its percentage."""
    return f"{numbers.count(one.n)} ({numbers.percent(one.percent)})"


def _number_cells(row: BaselineRow, ids: list[str], notes: Footnotes) -> list[Cell]:
    known = [row.numbers[one] for one in ids]
    return [
        cell(text, "" if complete else notes.mark(one.reason))
        for one, (text, complete) in zip(known, summary_words(known, row.summary), strict=True)
    ]


def summary_words(known: Sequence[NumberSummary], summary: str) -> list[tuple[str, bool]]:
    """Summaries in words with the same number of decimals, and whether all of each exists."""
    values = {
        "mean_sd": [value for one in known for value in (one.mean, one.sd)],
        "median_iqr": [value for one in known for value in (one.median, one.q1, one.q3)],
        "median_range": [value for one in known for value in (one.median, one.minimum, one.maximum)],
    }[summary]
    decimals = numbers.decimals_for(values, whole=summary != "mean_sd")
    return [_summary(one, summary, decimals) for one in known]


def _summary(one: NumberSummary, summary: str, decimals: int) -> tuple[str, bool]:
    """A summary in words, and whether all of it exists."""

    def shown(value: float | None) -> str:
        return numbers.NONE if value is None else numbers.rounded(value, decimals)

    if one.n == 0:
        return numbers.NONE, False
    if summary == "mean_sd":
        return f"{shown(one.mean)} ({shown(one.sd)})", None not in (one.mean, one.sd)
    low, high = (one.q1, one.q3) if summary == "median_iqr" else (one.minimum, one.maximum)
    return f"{shown(one.median)} ({shown(low)} to {shown(high)})", None not in (one.median, low, high)


def p_cell(test: Test | None, notes: Footnotes) -> Cell:
    """A p value with the test behind it as a note, or the reason why there is none."""
    if test is None:
        return cell(numbers.NONE)
    if test.p is None:
        return cell(numbers.NONE, notes.mark(f"No p value ({test.words}): {test.reason}"))
    return cell(numbers.p_value(test.p), notes.mark(test.words), *(notes.mark(one) for one in test.notes))


def _smd(row: BaselineRow, notes: Footnotes) -> Cell:
    if row.smd is None:
        return cell(numbers.NONE)
    if row.smd.value is None:
        return cell(numbers.NONE, notes.mark(f"No standardised mean difference: {row.smd.reason}"))
    return cell(numbers.rounded(row.smd.value, 2))
