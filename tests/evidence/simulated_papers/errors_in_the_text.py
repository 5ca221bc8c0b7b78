"""Errors in what the text, the abstract and the flow chart say."""

from __future__ import annotations

import numpy as np

from tests.evidence.simulated_papers.rows import Row, Tables
from tests.evidence.simulated_papers.slips import Planted, any_of, new_digit, ratios


def other_in_the_abstract(tables: Tables, make: np.random.Generator) -> Planted:
    """A ratio in the abstract with another digit than in its table."""
    row = any_of(make, [one for one in ratios(tables, everywhere=True) if one["locator"] == "Abstract"])
    return new_digit(make, row, ("est_printed", "est")) if row else None


def other_in_the_text(tables: Tables, make: np.random.Generator) -> Planted:
    """A count in the text with another digit than in its table, its percentage too."""
    rows = [
        one
        for one in tables.rows["counts"]
        if one["locator"] == "text Results" and one["percent_as_printed"] and one["n_printed"]
    ]
    row = any_of(make, rows)
    if row is None:
        return None
    touched = new_digit(make, row, ("n_printed", "n", "as_printed"))
    _percentage_again(row)
    return touched


def misprinted_quotation(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of a percentage that is quoted of another series with its numerator and denominator."""
    rows = [one for one in tables.rows["statements"] if one["unit"] == "%" and one["numerator"]]
    row = any_of(make, rows)
    return new_digit(make, row, ("value_printed", "value")) if row else None


def misprinted_flow(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit in a box of the flow chart."""
    row = any_of(make, tables.rows["flow"])
    return new_digit(make, row, ("n_printed", "n")) if row else None


def misprinted_any(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of how many had any complication, its percentage too."""
    rows = [
        one
        for one in tables.rows["counts"]
        if one["variable"] == "periprocedural_any" and one["n"] not in ("", "0")
    ]
    row = any_of(make, rows)
    if row is None:
        return None
    touched = new_digit(make, row, ("n_printed", "n", "as_printed"))
    _percentage_again(row)
    return touched


def called_multivariable(tables: Tables, make: np.random.Generator) -> Planted:
    """A univariable effect of a variable that is in no multivariable model, quoted as multivariable."""
    inside = [(one["endpoint"], one["term"]) for one in ratios(tables) if one["model"] == "multivariable"]
    rows = [
        one
        for one in ratios(tables)
        if one["model"] == "univariable"
        and one["locator"].startswith("Table")
        and one["p_printed"]
        and (one["endpoint"], one["term"]) not in inside
        and len({term for endpoint, term in inside if endpoint == one["endpoint"]}) > 2
    ]
    row = any_of(make, rows)
    if row is None:
        return None
    cells = {name: cell for name, cell in row.items() if name not in ("row_id", "status")}
    added = tables.add("effects", **(cells | {"model": "multivariable", "locator": "Discussion"}))
    return (added["row_id"],)


def _percentage_again(row: Row) -> None:
    """The percentage of the new count in its denominator."""
    if int(row["denominator"]) and int(row["n"]) <= int(row["denominator"]):
        decimals = len(row["pct"].partition(".")[2])
        row["pct"] = row["percent_as_printed"] = (
            f"{100 * int(row['n']) / int(row['denominator']):.{decimals}f}"
        )
