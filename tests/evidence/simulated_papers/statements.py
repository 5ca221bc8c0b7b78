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
        survival.append(_survival(tables, common, style, make, sum(sizes)))
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


def _survival(tables: Tables, common: dict, style: Style, make: np.random.Generator, n: int) -> float:
    """Survival at 1, 3 and 5 years and its median, with and without disease; returns that at 5 years as printed."""
    scale, shape = float(make.uniform(40, 140)), float(make.uniform(0.8, 1.4))
    of = {"context": "resection", "arm": "resection", "n_printed": n, "n": n, "value_op": "="}
    last = 0.0
    for outcome, months in (("DFS", scale * make.uniform(0.2, 0.6)), ("OS", scale)):
        for years in (1, 3, 5):
            share = 100 * float(np.exp(-((12 * years / months) ** shape)))
            text = style.number(share, style.survival_decimals)
            last = float(text.replace(style.decimal_mark, "."))
            shown = {"value_printed": text, "value": last, "unit": "%", "timepoint": f"{years}y"}
            _add(tables, common, **of, outcome=outcome, **shown)
        text = style.number(months * float(np.log(2)) ** (1 / shape), style.survival_decimals)
        value = text.replace(style.decimal_mark, ".")
        _add(
            tables, common, **of, outcome=f"{outcome} median", value_printed=text, value=value, unit="months"
        )
    return last


def _add(tables: Tables, common: dict, **cells: object) -> Row:
    return tables.add("statements", **{**common, **cells})


def _p(events: list[int], sizes: list[int], style: Style) -> float | None:
    table = [[n, size - n] for n, size in zip(events, sizes, strict=True)]
    if style.two_by_two_test == "fisher_exact":
        return fisher(table).p
    return chi_square(table, correction=style.two_by_two_test == "chi2_yates").p
