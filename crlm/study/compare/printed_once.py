"""The numbers of a paper without those that it prints again: a run is held against each number once."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

from crlm.evidence import Published, published_numbers

RESTATED = "restated"
"""The status of a number that stands elsewhere in the paper too, in a table or nearer to its result."""


@cache
def printed_once(study: str) -> Published:
    """A study's published numbers without restated ones; a KeyError when there are none."""
    published = published_numbers(study)
    tables = [one.name for one in fields(published) if one.name != "study"]
    return replace(
        published,
        **{
            name: tuple(row for row in getattr(published, name) if row.status != RESTATED)
            for name in tables
            if name != "two_by_two"
        },
    )
