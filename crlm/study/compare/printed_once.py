"""The numbers of a paper without those that it prints again: a run is held against each number once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TypeVar

from crlm.evidence import Published, PublishedRow, published_numbers

RESTATED = "restated"
"""The status of a number that stands elsewhere in the paper too, in a table or nearer to its result."""

Row = TypeVar("Row", bound=PublishedRow)


@cache
def printed_once(study: str) -> Published:
    """A study's published numbers without restated ones; a KeyError when there are none."""
    published = published_numbers(study)
    return replace(
        published,
        counts=_once(published.counts),
        summaries=_once(published.summaries),
        tests=_once(published.tests),
        effects=_once(published.effects),
        survival=_once(published.survival),
        flow=_once(published.flow),
    )


def _once(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.status != RESTATED)
