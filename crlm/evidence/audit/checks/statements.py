"""Statements about series: which of them are of the same patients, what they are about, and when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import Quoted
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import PublishedStatement

MONTHS = {"days": 12 / 365.25, "weeks": 12 * 7 / 365.25, "months": 1.0, "years": 12.0}
SURVIVAL = frozenset({"os", "dfs", "pfs", "rfs", "efs", "css", "survival", "free"})
"""Words of probabilities over time: their percentages are not those of a count."""
FILLER = frozenset(
    {"rate", "range", "median", "mean", "of", "the", "both", "stages", "patients", "with", "all"}
)
"""Words of an outcome that do not say which it is."""


def value_of(row: PublishedStatement) -> Printed | None:
    """The printed value as an interval; None for words, ranges and what was not reported."""
    return printed(row.value_printed)


def quoted(row: PublishedStatement) -> Quoted:
    """The statement as a finding quotes it."""
    when = f" at {row.timepoint}" if row.timepoint else ""
    whom = ", ".join(one for one in (named(row), row.arm) if one)
    unit = {"%": "%", "n": "", "n/N": ""}.get(row.unit, f" {row.unit}")
    return Quoted(
        row.row_id,
        row.locator,
        f"{whom}: {row.outcome}{when}" if whom else f"{row.outcome}{when}",
        row.value_printed + unit,
    )


def named(row: PublishedStatement) -> str:
    """The series and its year."""
    return f"{row.series} {row.year}".strip()


def series_of(row: PublishedStatement) -> tuple[str, str, str]:
    """The series, its year and its place: what stands together about the same patients."""
    return row.series, row.year, row.locator


def words_of(outcome: str) -> frozenset[str]:
    """The words of an outcome that say which it is, in small letters."""
    return frozenset(re.findall(r"[a-z0-9+]+", outcome.lower())) - FILLER


def is_survival(row: PublishedStatement) -> bool:
    """Whether the statement is of a survival probability or time."""
    return bool(words_of(row.outcome) & SURVIVAL) or bool(row.timepoint)


def endpoint_of(row: PublishedStatement) -> str | None:
    """OS, DFS, PFS, RFS as the outcome names it, "OS" for "survival"; None for anything else."""
    words = words_of(row.outcome)
    found = [one for one in ("os", "dfs", "pfs", "rfs") if one in words]
    return found[0].upper() if len(found) == 1 else "OS" if not found and words == {"survival"} else None


def months_of(row: PublishedStatement) -> float | None:
    """The time of a probability in months: "5y", "36 months", also at the end of the outcome ("OS 5y")."""
    for text in (row.timepoint, row.outcome):
        match = re.search(r"(\d+(?:\.\d+)?)\s*-?\s*(y|yr|years?|m|mo|months?)\b", text)
        if match:
            return float(match[1]) * (12 if match[2].startswith("y") else 1)
    return None
