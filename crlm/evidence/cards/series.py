"""Series that a deck or a paper quotes: their numbers gathered from statements, one card a series."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crlm.evidence.cards.model import SeriesCard, SeriesNumber
from crlm.evidence.numbers import PublishedStatement
from crlm.evidence.paper import Paper

_YEAR = re.compile(r"(?:19|20)\d\d")


def series_cards(paper: Paper, statements: Iterable[str], year: int) -> tuple[SeriesCard, ...]:
    """The named statements of a paper, by series in the order of the source; `year` is the one ages are counted to.

    Raises KeyError for an id that is no statement of the paper. A series is what the source calls it: two spellings of
    one series stay two.
    """
    known = {one.row_id: one for one in paper.numbers.statements}
    found: dict[tuple[str, str, str], list[PublishedStatement]] = {}
    for one in sorted({*statements}, key=lambda id_: _place_of(known, id_)):
        row = known[one]
        found.setdefault((row.series, row.year, row.design), []).append(row)
    return tuple(_card(paper.id, rows, year) for rows in found.values())


def _place_of(known: dict[str, PublishedStatement], row_id: str) -> int:
    if row_id not in known:
        raise KeyError(row_id)
    return list(known).index(row_id)


def _card(paper: str, rows: list[PublishedStatement], year: int) -> SeriesCard:
    first = rows[0]
    years = [int(one) for one in _YEAR.findall(first.year)]
    return SeriesCard(
        quoted_by=paper,
        series=first.series,
        year=first.year,
        design=first.design,
        n=tuple(dict.fromkeys(one.n_printed for one in rows if one.n_printed)),
        age_years=year - max(years) if years else None,
        numbers=tuple(
            SeriesNumber(
                row=one.row_id,
                context=one.context,
                arm=one.arm,
                outcome=one.outcome,
                timepoint=one.timepoint,
                printed=printed(one),
                p=one.p_printed,
                place=one.locator,
                note=one.note,
            )
            for one in rows
        ),
    )


def printed(row: PublishedStatement) -> str:
    """A quoted value as it stands, with its range and unit: "35.2 %", "14.5 (4 to 39) n"."""
    limits = ""
    if row.range_low is not None and row.range_high is not None:
        limits = f"{row.range_low:g} to {row.range_high:g}"
    value = row.value_printed
    if value and limits and limits not in value.replace("–", " to "):
        value = f"{value} ({limits})"
    unit = "" if row.unit in ("n", "n/N", "qualitative", "rank") else row.unit
    return " ".join(one for one in (value or limits, unit) if one)
