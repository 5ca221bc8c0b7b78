"""The comparison as a page: the same semantic tree that reports are made of, so it looks and reads like one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from crlm.rendering.html import render_html
from crlm.rendering.tree import (
    Cell,
    Column,
    Document,
    Footnote,
    HeaderCell,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
    cell,
    inline,
)
from crlm.study.compare.comparison import ComparedRow, Comparison, counts
from crlm.study.compare.doubts import short
from crlm.study.compare.printed import rounded
from crlm.study.compare.recomputation import Recomputation

DASH = "\u2013"
KINDS = {
    "percentage": "Percentages",
    "sum": "Sums of the groups",
    "test": "Tests of the groups",
    "odds ratio": "Odds ratios from the counts behind them",
    "wald": "Wald tests from ratios and their intervals",
}


NOTES = (
    Footnote("In brackets: what whoever entered the number noted."),
    Footnote(
        "A line under a number names the checks of the audit whose findings hang on it, and how grave they are: there "
        "the paper may be what is wrong, not the run."
    ),
)


def document(comparison: Comparison, created: str) -> Document:
    """The page of a comparison; `created` is the moment that it carries, ISO 8601 in UTC."""
    banner = "SYNTHETIC DATA: no patient is in these numbers" if comparison.synthetic else None
    sections = (
        Section("summary", "1", "Summary", tuple(_summary(comparison))),
        Section("rows", "2", "Printed and found, row by row", tuple(_tables(comparison))),
        Section("recomputed", "3", "What the printed numbers determine", tuple(_recomputed(comparison))),
    )
    return Document(
        id=f"compare-{comparison.study}",
        title=f"{comparison.title}: beside the paper",
        subtitle=comparison.source or "",
        authors=(),
        banner=banner,
        data=f"Run on {comparison.data}" if comparison.data else "No run",
        created=created,
        sections=sections,
    )


def page(comparison: Comparison, created: str) -> str:
    """The page as one HTML file."""
    return render_html(document(comparison, created))


def _summary(comparison: Comparison) -> Iterator[Paragraph]:
    found = counts(comparison)
    if comparison.synthetic:
        yield Paragraph(
            inline(
                "The run is of a synthetic registry. It follows the paper's margins and effects by construction and "
                "is no reproduction of the paper's patients: agreement here says that the software measures what was "
                "put in, not that the paper is right."
            ),
            "attention",
        )
    yield Paragraph(
        inline(
            f"The paper printed {found['rows']} rows of numbers that are known here; {found['with_place']} have a "
            f"place in the protocol's results, the others a reason why not. The run has a number for "
            f"{found['in_run']}."
        )
    )
    if comparison.simulated_registries:
        yield Paragraph(
            inline(
                f"Distances are those of the printed number from its mean over {comparison.simulated_registries} "
                f"synthetic registries of {comparison.simulated_patients} patients, in Monte-Carlo standard errors "
                "(the standard deviation of the number over these registries); ratios as logarithms. A paper is one "
                "sample: about one number in twenty lies further than 2 from the mean by chance alone."
            )
        )
    else:
        yield Paragraph(inline("No simulation of this study is stored: distances are not known."), "muted")
    yield Paragraph(
        inline(
            f"Printed numbers determine {found['recomputed']} others; {found['agree']} agree with what is printed. "
            "Those that do not are misprints or contradictions of the paper, or were damaged in the copy that was "
            "read; a line under a number says what would explain it."
        )
    )
    if found["doubted"]:
        yield Paragraph(
            inline(
                f"The audit of the paper doubts {found['doubted']} of the printed rows; its checks are named under "
                "the number. ",
                Run(f"crlm evidence audit {comparison.study}", code=True),
                " has the arithmetic.",
            )
        )


def _tables(comparison: Comparison) -> Iterator[Table]:
    columns = (Column("row"), Column("what"), Column("paper"), Column("run"), Column("distance", "right"))
    heads = ("Row", "What", "Paper", "Run", "Distance")
    places = groupby(comparison.rows, key=lambda row: row.locator)
    for number, (locator, rows) in enumerate(places, start=1):
        yield Table(
            id=f"rows-{number}",
            number=number,
            caption=f"The paper's {locator}",
            columns=columns,
            header=(tuple(HeaderCell(one) for one in heads),),
            body=tuple(line for row in rows for line in _lines(row)),
            footnotes=NOTES,
        )


def _lines(row: ComparedRow) -> tuple[Row, ...]:
    return (_row(row), _doubt(row)) if row.doubts else (_row(row),)


def _row(row: ComparedRow) -> Row:
    noted = row.status != "ok" and not row.doubts
    note = f" [{row.status.replace('_', ' ')}]" if noted else ""
    run = row.run or ""
    if row.reason:
        run = f"{run}; {row.reason}" if run else row.reason
    distance = DASH if row.distance is None else rounded(row.distance, 1).replace("-", "\u2212")
    far = row.distance is not None and abs(row.distance) > 3
    return Row(
        (
            cell(row.row_id, tone="muted"),
            cell(row.what),
            cell(f"{row.printed or DASH}{note}"),
            cell(run or DASH, tone="muted" if row.run is None else "normal"),
            cell(distance, tone="attention" if far else "normal"),
        )
    )


def _doubt(row: ComparedRow) -> Row:
    """The line under a printed number that says which checks of the audit doubt it."""
    return Row((cell(""), cell(f"The audit doubts the paper here: {short(row.doubts)}", columns=4)), "note")


def _recomputed(comparison: Comparison) -> Iterator[Table]:
    start = sum(1 for _ in groupby(comparison.rows, key=lambda row: row.locator))
    columns = (
        Column("row"),
        Column("what"),
        Column("from"),
        Column("paper"),
        Column("again"),
        Column("agrees"),
    )
    heads = ("Row", "What", "From", "Paper", "Computed again", "Agrees")
    for place, (kind, title) in enumerate(KINDS.items(), start=1):
        rows = [one for one in comparison.recomputed if one.kind == kind]
        if not rows:
            continue
        agree = sum(one.agrees for one in rows)
        yield Table(
            id=f"recomputed-{kind.replace(' ', '-')}",
            number=start + place,
            caption=f"{title}: {agree} of {len(rows)} agree",
            columns=columns,
            header=(tuple(HeaderCell(one) for one in heads),),
            body=tuple(line for one in _disagreeing_first(rows) for line in _again(one)),
        )


def _disagreeing_first(rows: Iterable[Recomputation]) -> list[Recomputation]:
    return sorted(rows, key=lambda one: one.agrees)


def _again(one: Recomputation) -> Iterator[Row]:
    note = f" ({one.note})" if one.note else ""
    cells: tuple[Cell, ...] = (
        cell(one.rows[0], tone="muted"),
        cell(one.what),
        cell(f"{one.method}{note}"),
        cell(one.printed),
        cell(one.recomputed),
        cell("yes" if one.agrees else "no", tone="normal" if one.agrees else "attention"),
    )
    yield Row(cells)
    if one.explanations:
        yield Row((cell(""), cell(" ".join(one.explanations), columns=5)), "note")
