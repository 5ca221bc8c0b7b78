"""A printed row in words: what it is about, and what the paper prints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

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

TABLE_OF: dict[type, str] = {
    PublishedCount: "counts",
    PublishedSummary: "summaries",
    PublishedTest: "tests",
    PublishedEffect: "effects",
    PublishedSurvival: "survival",
    PublishedFlow: "flow",
    PublishedStatement: "statements",
}
EVERYBODY = ("", "all", "overall")
NO_WORDS: Mapping[str, str] = {}
_NAME = r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+"

_ONE_LEVEL = re.compile(r"(?<=[\w)])\[([^\]]+)\]")
"""One level of a variable, as tables of tests name it: lrt_type[Lung surgery]."""


def in_words(text: str, words: Mapping[str, str] = NO_WORDS) -> str:
    """Text with the names of the tables in the paper's words ([words] of paper.toml), others without underscores."""
    named = _names(tuple(words)).sub(
        lambda one: words.get(one.group()) or one.group().replace("_", " "), text
    )
    return _ONE_LEVEL.sub(r" (\1)", named)


@lru_cache(maxsize=64)
def _names(known: tuple[str, ...]) -> re.Pattern[str]:
    """What stands for a name of the tables: those that are known, and words joined by underscores."""
    listed = "".join(f"{re.escape(one)}|" for one in sorted(known, key=len, reverse=True))
    return re.compile(rf"(?<![\w/.])(?:{listed}{_NAME})(?![\w/]|\.\w)")


def table_of(row: PublishedRow) -> str:
    """The table that a row stands in."""
    return TABLE_OF[type(row)]


def what(row: PublishedRow, words: Mapping[str, str] = NO_WORDS) -> str:
    """What a row is about, in the paper's words where it has them."""
    return ", ".join(in_words(part, words).replace("_", " ") for part in _parts(row) if part)


def variable_of(row: PublishedRow) -> str:
    """The variable, endpoint or outcome that a row is of."""
    if isinstance(row, (PublishedCount, PublishedSummary, PublishedTest)):
        return row.variable
    if isinstance(row, PublishedEffect):
        return row.term
    if isinstance(row, PublishedSurvival):
        return row.endpoint
    if isinstance(row, PublishedFlow):
        return row.node
    return row.outcome if isinstance(row, PublishedStatement) else ""


def _parts(row: PublishedRow) -> tuple[str, ...]:
    if isinstance(row, PublishedCount):
        return (row.variable, row.level, row.group, "" if row.unit in ("", "patient") else f"per {row.unit}")
    if isinstance(row, PublishedSummary):
        return (row.variable, row.statistic, row.group)
    if isinstance(row, PublishedTest):
        return (row.variable, row.groups_compared)
    if isinstance(row, PublishedEffect):
        against = f"{row.level} vs {row.reference}" if row.reference not in ("", row.level) else row.level
        inside = f"in {row.subgroup_variable} {row.subgroup_level}" if row.subgroup_variable else ""
        where = row.population if row.population not in EVERYBODY and not inside else ""
        return (row.endpoint, row.term, against, row.model, inside, where)
    if isinstance(row, PublishedSurvival):
        at = "" if row.time_months is None else f"at {row.time_months:g} months"
        return (
            row.endpoint,
            row.statistic,
            at,
            row.group,
            "" if row.population in EVERYBODY else row.population,
        )
    if isinstance(row, PublishedFlow):
        return (row.description or row.node,)
    if isinstance(row, PublishedStatement):
        series = f"{row.series} {row.year}".strip()
        return (series, row.context, row.arm, row.outcome, row.timepoint)
    return (row.row_id,)


def printed(row: PublishedRow) -> str:
    """What the paper prints, put together as a reader would quote it."""
    if isinstance(row, (PublishedCount, PublishedSummary)):
        return row.as_printed
    if isinstance(row, PublishedTest):
        return _p(row.p_printed)
    if isinstance(row, PublishedEffect):
        interval = f" ({row.ci_printed})" if row.ci_printed else ""
        ratio = (
            f"{row.measure} {row.est_printed}{interval}" if row.est_printed[:1].isdigit() else row.est_printed
        )
        size = f"n {row.n}" if row.n is not None and not ratio and not row.p_printed else ""
        return ", ".join(part for part in (ratio, _p(row.p_printed), size) if part)
    if isinstance(row, PublishedSurvival):
        if row.statistic == "logrank_p":
            return _p(row.p_printed)
        limits = "" if row.ci_low is None else f" ({row.interval_kind} {row.ci_low:g} to {row.ci_high:g})"
        return f"{row.value_printed}{'%' if row.unit == '%' else f' {row.unit}'}{limits}"
    if isinstance(row, PublishedFlow):
        return f"{row.n_printed} ({row.pct_printed})" if row.pct_printed else row.n_printed
    if isinstance(row, PublishedStatement):
        return _statement(row)
    return ""


def _statement(row: PublishedStatement) -> str:
    value = row.value_printed
    if row.unit == "%":
        value = f"{value}%" if value else ""
    elif row.unit not in ("", "n", "n/N", "qualitative", "rank"):
        value = f"{value} {row.unit}".strip() if not row.unit.isupper() else f"{row.unit} {value}"
    parts = [value]
    if row.numerator is not None and row.unit != "n/N":
        parts.append(
            f"{row.numerator}/{row.denominator}" if row.denominator is not None else f"n {row.numerator}"
        )
    if row.range_low is not None and row.range_high is not None and row.value is not None:
        parts.append(f"{row.range_low:g} to {row.range_high:g}")
    return ", ".join(part for part in (*parts, _p(row.p_printed)) if part)


def _p(text: str) -> str:
    if not text:
        return ""
    return f"p {text}" if text[0] in "<>.0123456789" else text
