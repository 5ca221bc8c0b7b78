"""What planting an error needs: cells and ratios to choose from, another digit, two cells exchanged."""

from __future__ import annotations

import numpy as np

from tests.evidence.simulated_papers.rows import Row, Tables

Planted = tuple[str, ...] | None
"""The ids of the rows that were touched; None when there was no place for the error."""


def cells(tables: Tables) -> list[Row]:
    return [
        one
        for one in tables.rows["counts"]
        if one["is_missing_row"] == "0" and one["locator"].startswith("Table")
    ]


def ratios(tables: Tables, *, everywhere: bool = False) -> list[Row]:
    return [
        one for one in tables.rows["effects"] if one["est"] and (everywhere or one["locator"] != "Abstract")
    ]


def missing_of(tables: Tables, row: Row) -> int:
    same = ("variable", "group", "locator")
    return sum(
        int(one["n"])
        for one in tables.rows["counts"]
        if one["is_missing_row"] == "1" and all(one[name] == row[name] for name in same)
    )


def any_of(make: np.random.Generator, rows: list[Row]) -> Row | None:
    return rows[int(make.integers(len(rows)))] if rows else None


def exchange(make: np.random.Generator, pairs: list[tuple[Row, Row]], names: tuple[str, ...]) -> Planted:
    if not pairs:
        return None
    first, second = pairs[int(make.integers(len(pairs)))]
    for name in names:
        first[name], second[name] = second[name], first[name]
    return first["row_id"], second["row_id"]


def new_digit(make: np.random.Generator, row: Row, names: tuple[str, ...]) -> tuple[str, ...]:
    """Another digit in place of one; the same one in every cell that holds the number."""
    text = row[names[0]]
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    place = places[int(make.integers(len(places)))]
    first = place == places[0] and len(places) > 1 and "." not in text[: place + 2]
    allowed = [one for one in "0123456789" if one != text[place] and not (first and one == "0")]
    new = text[:place] + allowed[int(make.integers(len(allowed)))] + text[place + 1 :]
    for name in names:
        cell = row[name]
        if name == names[0]:
            row[name] = new
        elif name == "as_printed":
            row[name] = (
                cell.replace(text, new, 1) if names[0] == "n_printed" else new.join(cell.rsplit(text, 1))
            )
        else:
            row[name] = new.replace(",", "").replace("\u00b7", ".")
    return (row["row_id"],)
