"""How an invented paper prints its numbers: decimals, rounding, p values, intervals, denominators, tests."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Style:
    """One journal, one statistics program, one author: drawn once for a paper."""

    rounding: Literal["half up", "half even", "binary"]
    percent_decimals: int
    percent_basis: Literal["non_missing", "group_total"]
    percent_sign: bool
    thousands: bool
    ratio_decimals: int
    value_decimals: int
    p_style: Literal["three", "two", "two or three", "spss"]
    p_floor: str
    dash: str
    decimal_mark: str
    summary: Literal["mean_sd", "median_iqr"]
    quartiles: Literal["r7", "spss"]
    two_by_two_test: Literal["pearson_chi2", "fisher_exact", "chi2_yates"]
    variances: Literal["pooled", "welch"]
    ranks: Literal["r", "spss"]
    test_basis: Literal["printed", "methods", "not_stated"]
    total_column: bool
    sizes_in_effects: bool
    p_of_levels: bool
    overall_p: bool
    overall_test: Literal["wald", "likelihood-ratio"]
    ties: Literal["efron", "breslow"]
    logistic: bool
    survival_decimals: int
    survival_intervals: bool
    headings_with_percent: bool
    side_by_side: bool

    def number(self, value: float, decimals: int, *, mark: bool = True) -> str:
        """A number with so many decimals."""
        exact = Decimal(float(value)) if self.rounding == "binary" else Decimal(repr(float(value)))
        if self.rounding == "half up":
            exact = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        else:
            exact = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
        text = f"{exact:,f}" if self.thousands else f"{exact:f}"
        return text.replace(".", self.decimal_mark) if mark else text.replace(",", "")

    def count(self, n: int) -> str:
        """A number of patients."""
        return f"{n:,}" if self.thousands else str(n)

    def p(self, value: float) -> tuple[str, str, str]:
        """A p value: as printed, its operator, the number that was parsed from it."""
        decimals = {"three": 3, "two": 2, "spss": 3}.get(self.p_style) or (3 if value < 0.1 else 2)
        if self.p_style == "spss":
            text = self.number(value, 3)
            return text, "=", text.replace(self.decimal_mark, ".")
        floor = float(self.p_floor)
        if value < floor:
            return f"<{self.p_floor.replace('.', self.decimal_mark)}", "<", self.p_floor
        if self.p_style == "two" and value < 0.01:
            decimals = 3
        text = self.number(value, decimals)
        parsed = text.replace(self.decimal_mark, ".")
        if float(parsed) < floor:  # a floor of 0.0001 and fewer decimals: one more is printed
            text = self.number(value, 4)
            parsed = text.replace(self.decimal_mark, ".")
        if value > 0.99 and self.p_style == "two or three":
            return f">0{self.decimal_mark}99", ">", "0.99"
        return text, "=", parsed

    def interval(self, low: float, high: float, decimals: int) -> str:
        """An interval."""
        return f"{self.number(low, decimals)}{self.dash}{self.number(high, decimals)}"

    def parsed(self, value: float, decimals: int) -> str:
        """What a reader types for a printed number."""
        return self.number(value, decimals, mark=False)


def drawn_style(make: np.random.Generator) -> Style:
    """A style at random."""

    def one(*choices):
        return choices[int(make.integers(len(choices)))]

    thousands = bool(make.random() < 0.3)
    overall = bool(make.random() < 0.6)
    return Style(
        rounding=one("half up", "half even", "binary"),
        percent_decimals=one(0, 1, 1, 2),
        percent_basis=one("non_missing", "non_missing", "group_total"),
        percent_sign=one(True, False),
        thousands=thousands,
        ratio_decimals=one(2, 2, 3),
        value_decimals=one(0, 1, 1, 2),
        p_style=one("three", "two", "two or three", "spss"),
        p_floor=one("0.001", "0.001", "0.0001", "0.01"),
        dash=one("-", "\u2013", " to ", " - "),
        decimal_mark="." if thousands else one(".", ".", ".", "\u00b7"),
        summary=one("mean_sd", "median_iqr"),
        quartiles=one("r7", "spss"),
        two_by_two_test=one("pearson_chi2", "pearson_chi2", "fisher_exact", "chi2_yates"),
        variances=one("pooled", "welch"),
        ranks=one("r", "spss"),
        test_basis=one("printed", "methods", "not_stated"),
        total_column=bool(make.random() < 0.7),
        sizes_in_effects=bool(make.random() < 0.5),
        p_of_levels=not overall or bool(make.random() < 0.3),
        overall_p=overall,
        overall_test=one("wald", "wald", "likelihood-ratio"),
        ties=one("efron", "breslow"),
        logistic=bool(make.random() < 0.4),
        survival_decimals=one(0, 1, 1),
        survival_intervals=bool(make.random() < 0.5),
        headings_with_percent=bool(make.random() < 0.5),
        side_by_side=bool(make.random() < 0.7),
    )
