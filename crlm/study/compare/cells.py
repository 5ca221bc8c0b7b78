"""What a published row says, number by number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from crlm.evidence import (
    PublishedCount,
    PublishedEffect,
    PublishedFlow,
    PublishedRow,
    PublishedSummary,
    PublishedSurvival,
    PublishedTest,
)
from crlm.study.compare.printed import Printed, printed

NUMBER = re.compile(r"\d+(?:\.\d+)?")
SUMMARIES = {"range": ("minimum", "maximum"), "mean_sd": ("mean", "sd")}
RATIOS = ("estimate", "lower", "upper")
"""Quantities of a model that are compared as logarithms."""


@dataclass(frozen=True)
class Quantity:
    """One number of a row: its name (n, percent, median, estimate, p ...), and how it is printed."""

    name: str
    printed: Printed


def quantities(row: PublishedRow) -> tuple[Quantity, ...]:
    """The numbers of a row in reading order; none where the paper prints a mark or a word instead."""
    if isinstance(row, PublishedCount):
        return _some({"n": row.n_printed, "percent": row.percent_as_printed})
    if isinstance(row, PublishedSummary):
        return _summary(row)
    if isinstance(row, PublishedTest):
        return _some({"p": row.p_printed}, row.p_op)
    if isinstance(row, PublishedEffect):
        return _effect(row)
    if isinstance(row, PublishedSurvival):
        return _survival(row)
    if isinstance(row, PublishedFlow):
        return _some({"n": row.n_printed, "percent": row.pct_printed})
    raise TypeError(f"no numbers are known of {type(row).__name__}")


def _some(texts: Mapping[str, str], p_sign: str = "=") -> tuple[Quantity, ...]:
    found = (
        (name, printed(text, p_sign or "=") if name == "p" else printed(text))
        for name, text in texts.items()
        if text
    )
    return tuple(Quantity(name, number) for name, number in found if number is not None)


def _summary(row: PublishedSummary) -> tuple[Quantity, ...]:
    texts = NUMBER.findall(row.as_printed)
    names = SUMMARIES.get(row.statistic, ("median", "q1", "q3", "minimum", "maximum"))
    return _some(dict(zip(names, texts, strict=False)))


def _effect(row: PublishedEffect) -> tuple[Quantity, ...]:
    low, high = ([*NUMBER.findall(row.ci_printed), "", ""])[:2]
    n = "" if row.n is None else str(row.n)
    texts = {"estimate": row.est_printed, "lower": low, "upper": high, "p": row.p_printed, "n": n}
    return _some(texts, row.p_op)


def _survival(row: PublishedSurvival) -> tuple[Quantity, ...]:
    if row.statistic == "logrank_p":
        return _some({"p": row.p_printed}, "<" if row.p_printed.startswith("<") else "=")
    low, high = ("" if one is None else f"{one:g}" for one in (row.ci_low, row.ci_high))
    names = {"IQR": ("q1", "q3"), "range": ("minimum", "maximum")}.get(row.interval_kind, RATIOS[1:])
    name = "percent" if row.statistic == "survival_rate" else "value"
    return _some({name: row.value_printed, names[0]: low, names[1]: high})
