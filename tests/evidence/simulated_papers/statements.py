"""What the paper quotes of other series: shares of patients in one or two arms, survival, ranges over all series."""

from __future__ import annotations

import numpy as np

from crlm.statistics.contingency import chi_square, fisher
from tests.evidence.simulated_papers.printing import Style
from tests.evidence.simulated_papers.rows import Row, Tables

PLACE = "Table 6"


def statements(tables: Tables, style: Style, make: np.random.Generator) -> None:
    """A table of other series, and the sentence that sums it up."""
    survival: list[float] = []
    for number in range(int(make.integers(3, 8))):
        common = {
            "locator": PLACE,
            "series": f"Series {number + 1}",
            "year": 2008 + number,
            "design": "series",
        }
        sizes = [int(one) for one in make.integers(18, 220, 2)]
        events = [int(make.binomial(size, make.uniform(0.1, 0.9))) for size in sizes]
        p = _p(events, sizes, style)
        for arm, size, n in zip(("one stage", "two stages"), sizes, events, strict=True):
            text, operator, parsed = style.p(p) if p is not None else ("", "", "")
            percent = style.number(100 * n / size, style.percent_decimals)
            _add(
                tables, common, context="major resection", arm=arm, outcome="resection rate", n_printed=size, n=size,
                value_printed=percent, value=percent.replace(style.decimal_mark, "."), value_op="=", unit="%",
                numerator=n, denominator=size, p_printed=text, p_op=operator, p=parsed,
            )  # fmt: skip
        found, left = int(make.integers(1, 40)), int(make.integers(40, 90))
        _add(
            tables, common, context="vanished metastases", arm="all", outcome="complete response / resected",
            value_printed=f"{found}/{left}", numerator=found, denominator=left, unit="n/N",
        )  # fmt: skip
        at_five = float(make.uniform(20, 70))
        text = style.number(at_five, style.survival_decimals)
        survival.append(float(text.replace(style.decimal_mark, ".")))
        _add(
            tables, common, context="resection", arm="resection", outcome="OS", timepoint="5y", n_printed=sum(sizes),
            n=sum(sizes), value_printed=text, value=survival[-1], value_op="=", unit="%",
        )  # fmt: skip
        months = sorted(make.uniform(3, 60, 3))
        shown = [style.number(one, 1, mark=False) for one in months]
        _add(
            tables, common, context="resection", arm="resection", outcome="interval to recurrence",
            value_printed=shown[1], value=shown[1], value_op="=", range_low=shown[0], range_high=shown[2],
            unit="months",
        )  # fmt: skip
    low, high = (style.number(one, style.survival_decimals) for one in (min(survival), max(survival)))
    _add(
        tables, {"locator": "text Discussion", "series": f"{PLACE} summary text", "design": "summary"},
        context="resection", arm="resection", outcome="OS", timepoint="5y", value_printed=f"{low}\u2013{high}",
        range_low=min(survival), range_high=max(survival), unit="%",
    )  # fmt: skip


def _add(tables: Tables, common: dict, **cells: object) -> Row:
    return tables.add("statements", **{**common, **cells})


def _p(events: list[int], sizes: list[int], style: Style) -> float | None:
    table = [[n, size - n] for n, size in zip(events, sizes, strict=True)]
    if style.two_by_two_test == "fisher_exact":
        return fisher(table).p
    return chi_square(table, correction=style.two_by_two_test == "chi2_yates").p
