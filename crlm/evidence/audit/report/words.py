"""Rows and places of a paper in words: what a reader is shown instead of ids."""

from __future__ import annotations

import re
from functools import singledispatch
from typing import TYPE_CHECKING

from crlm.evidence.numbers import (
    PublishedCount,
    PublishedEffect,
    PublishedFlow,
    PublishedRow,
    PublishedStatement,
    PublishedSummary,
    PublishedSurvival,
    PublishedTest,
)

if TYPE_CHECKING:
    from crlm.evidence.paper import Paper

_NAME = re.compile(r"(?<![\w/.])[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?![\w/.])")
_PARTS = (
    (r"^title", 0),
    (r"^abstract", 1),
    (r"^(introduction|background)", 2),
    (r"^(methods?|statistical|patients and methods|materials)", 3),
    (r"^table", 4),
    (r"^(text|results?|section)", 5),
    (r"^fig", 6),
    (r"^discussion", 7),
    (r"^conclusion", 8),
    (r"^suppl", 9),
)


def readable(text: str) -> str:
    """Names of variables and groups without their underscores."""
    return _NAME.sub(lambda found: found.group().replace("_", " "), text)


def place_order(locator: str) -> tuple[int, float, str]:
    """Where in a paper a place stands: abstract, methods, tables, text, figures, discussion, supplement."""
    first = locator.split("/", maxsplit=1)[0].strip().lower()
    part = next((rank for pattern, rank in _PARTS if re.match(pattern, first)), 10)
    number = re.search(r"\d+(?:\.\d+)?", first)
    return part, float(number.group()) if number else 0.0, first


def main_place(locator: str) -> str:
    """The first of the places that a locator names."""
    return locator.split("/", maxsplit=1)[0].strip()


@singledispatch
def row_words(row: PublishedRow) -> str:
    """A printed number in words: what it is, and as it is printed."""
    return row.row_id


@row_words.register
def _(row: PublishedCount) -> str:
    return readable(f"{row.variable} {row.level}, {row.group}: {row.as_printed}")


@row_words.register
def _(row: PublishedSummary) -> str:
    return readable(f"{row.variable}, {row.group}: {row.as_printed}")


@row_words.register
def _(row: PublishedTest) -> str:
    return readable(f"{row.variable}, {row.groups_compared}: {_p(row.p_printed)}")


@row_words.register
def _(row: PublishedEffect) -> str:
    within = (
        f" in {row.subgroup_variable} {row.subgroup_level}"
        if row.subgroup_variable
        else ""
        if row.population in ("", "all", "overall")
        else f" in {row.population}"
    )
    level = "" if row.level == "(overall)" else f" {row.level}"
    numbers = ratio_words(row)
    model = row.model.removeprefix("subgroup_").replace("_", " ").strip("()")
    return readable(f"{row.endpoint}, {row.term}{level}{within}, {model}{f': {numbers}' if numbers else ''}")


@row_words.register
def _(row: PublishedSurvival) -> str:
    at = f" at {row.time_months:g} months" if row.time_months is not None else ""
    number = _p(row.p_printed) if row.statistic == "logrank_p" else f"{row.value_printed} {row.unit}".strip()
    limits = (
        f" ({row.ci_low:g} to {row.ci_high:g})" if row.ci_low is not None and row.ci_high is not None else ""
    )
    return readable(f"{row.endpoint}, {row.statistic}{at}, {row.group}: {number}{limits}")


@row_words.register
def _(row: PublishedFlow) -> str:
    percent = f" ({row.pct_printed})" if row.pct_printed else ""
    return readable(f"{row.description}: {row.n_printed}{percent}")


@row_words.register
def _(row: PublishedStatement) -> str:
    return readable(f"{row.series} {row.outcome}, {row.arm}: {row.value_printed} {row.unit}".strip())


def ratio_words(row: PublishedEffect) -> str:
    """A ratio as one phrase: "HR 0.59 (0.38 to 0.92), p = 0.02"; empty when the row has no numbers."""
    if not row.est_printed or row.est is None:
        return _p(row.p_printed) if row.p_printed else ""
    limits = f" ({row.ci_printed})" if row.ci_printed else ""
    return f"{row.measure} {row.est_printed}{limits}" + (f", {_p(row.p_printed)}" if row.p_printed else "")


def with_place(paper: Paper, row_id: str) -> str:
    """A row in words behind its place; the text itself when it is no row's id but a sentence."""
    try:
        row = paper.row(row_id)
    except KeyError:
        return readable(row_id)
    return f"{main_place(row.locator)}: {row_words(row)}"


def _p(text: str) -> str:
    if not text:
        return "no p"
    return f"p {text}" if text[0] in "<>≤≥p" else f"p = {text}"
