"""The tables of a pooling: their columns and cells."""

from __future__ import annotations

from collections.abc import Sequence

from crlm.evidence.pooling.document import ratio
from crlm.evidence.pooling.pooling import Pooling
from crlm.rendering import numbers
from crlm.rendering.tree import Column, Footnote, HeaderCell, Row, Table, cell
from crlm.statistics.meta_analysis import Pooled
from crlm.statistics.results import TestResult


def head(answer: Pooling) -> str:
    """The head of a column of ratios."""
    return f"{answer.measure} ({numbers.level_words(answer.level)} CI)"


def method_row(name: str, one: Pooled) -> tuple[str, ...]:
    """A pooled effect as a row: ratio, p, tau2 and I2."""
    tau2, i2 = one.heterogeneity.tau2.value, one.heterogeneity.i2.value
    return (
        name,
        numbers.ratio_interval(ratio(one.estimate)) if one.k > 1 else f"not pooled: {one.estimate.reason}",
        p_cell(one.test),
        numbers.NONE if tau2 is None else numbers.rounded(tau2, 3),
        numbers.NONE if i2 is None else f"{numbers.rounded(i2, 0)}%",
    )


def p_cell(test: TestResult) -> str:
    """A p value, or a dash."""
    return numbers.NONE if test.p is None else numbers.p_value(test.p)


def plain_table(
    identifier: str,
    number: int,
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str] = (),
    right: Sequence[int] = (2, 3, 4),
) -> Table:
    """A table of plain cells; `right` are the columns of numbers."""
    columns = tuple(Column(f"c{j}", "right" if j in right else "left") for j in range(len(heads)))
    return Table(
        id=identifier,
        number=number,
        caption=caption,
        columns=columns,
        header=(tuple(HeaderCell(one) for one in heads),),
        body=tuple(Row(tuple(cell(one) for one in row)) for row in rows),
        footnotes=tuple(Footnote(one) for one in notes),
    )
