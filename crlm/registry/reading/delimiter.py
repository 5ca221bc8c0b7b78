"""Which character separates the cells of a text file, when the protocol does not say."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice
from typing import Literal

from crlm.registry.reading.table import refuse

Delimiter = Literal[",", ";", "\t", "|"]
DELIMITERS: dict[Delimiter, str] = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
SAMPLE_RECORDS = 200
SAMPLE_CHARACTERS = 1_000_000


def find_delimiter(text: str, header_row: int, name: str) -> Delimiter:
    """The one delimiter that cuts the first records, header included, into the same number of cells.

    Where none does so throughout, the one that does so for most records is returned, else the one that cuts
    the header most: the rows that differ are then refused by number. Two that fit, or none, are a DataError
    that asks for `[data] delimiter`.
    """
    counted = {delimiter: _cells_per_record(text, delimiter, header_row) for delimiter in DELIMITERS}
    consistent = [one for one, cells in counted.items() if cells and cells[0] > 1 and len(set(cells)) == 1]
    if len(consistent) == 1:
        return consistent[0]
    if consistent:
        words = " and ".join(DELIMITERS[one] for one in consistent)
        raise refuse(
            "delimiter-ambiguous",
            f"{words} would both cut every row into the same number of cells.",
            file=name,
            allowed="a delimiter that the protocol declares.",
            fix=f'set [data] delimiter = "{_escaped(consistent[-1])}" or the other one.',
        )
    usual = {one: Counter(cells).most_common(1)[0] for one, cells in counted.items() if cells}
    likely = [one for one, (width, times) in usual.items() if width > 1 and 2 * times > len(counted[one])]
    if likely:
        return max(likely, key=lambda one: (usual[one][1] / len(counted[one]), usual[one][0]))
    in_header = max(counted, key=lambda one: counted[one][0] if counted[one] else 0)
    if not counted[in_header] or counted[in_header][0] == 1:
        raise refuse(
            "delimiter-not-found",
            "no comma, semicolon, tab or vertical bar separates the cells of its rows.",
            file=name,
            row=header_row,
            allowed="cells separated by one of these, the same number in every row.",
            fix="export the table as CSV, or set [data] delimiter and header_row.",
        )
    return in_header


def _cells_per_record(text: str, delimiter: Delimiter, header_row: int) -> list[int]:
    """How many cells each record at the beginning has, from the header row on, blank ones left out."""
    sample = text[:SAMPLE_CHARACTERS]
    if delimiter not in sample:  # no record has more than one cell, which says nothing
        return []
    records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    counts: list[int] = []
    try:
        for record in islice(records, header_row - 1, header_row - 1 + SAMPLE_RECORDS):
            if any(cell.strip() for cell in record):
                counts.append(len(record))
    except csv.Error:  # reported with its line by the reading proper
        return counts
    cut_short = len(text) > len(sample) and len(counts) < SAMPLE_RECORDS
    return counts[:-1] if cut_short else counts


def _escaped(delimiter: str) -> str:
    return "\\t" if delimiter == "\t" else delimiter
