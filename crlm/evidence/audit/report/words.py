"""Rows and places of a paper in words: what a reader is shown instead of ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crlm.evidence.wording import NO_WORDS, in_words, printed, what

if TYPE_CHECKING:
    from crlm.evidence.paper import Paper

_IN_ALL = re.compile(r"(?<!events) in all(?=$|[:;,.])")
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


def readable(text: str, words: Mapping[str, str] = NO_WORDS) -> str:
    """Names of variables and groups in the paper's words, and no blank before a comma."""
    return _IN_ALL.sub(" overall", in_words(text, words)).replace(" (all)", "").replace(" ,", ",")


def place_order(locator: str) -> tuple[int, float, str]:
    """Where in a paper a place stands: abstract, methods, tables, text, figures, discussion, supplement."""
    first = main_place(locator).lower()
    part = next((rank for pattern, rank in _PARTS if re.match(pattern, first)), 10)
    number = re.search(r"\d+(?:\.\d+)?", first)
    return part, float(number.group()) if number else 0.0, first


def main_place(locator: str) -> str:
    """The first of the places that a locator names; of a slide its number."""
    first = re.split(r"\s+/\s+|;\s+", locator.strip(), maxsplit=1)[0]
    return first.split(",", maxsplit=1)[0] if first.lower().startswith("slide") else first


def with_place(paper: Paper, row_id: str) -> str:
    """A row in words behind its place; the text itself when it is no row's id but a sentence."""
    try:
        row = paper.row(row_id)
    except KeyError:
        return readable(row_id, paper.words)
    return f"{main_place(row.locator)}: {what(row, paper.words)}: {printed(row) or 'no number printed'}"
