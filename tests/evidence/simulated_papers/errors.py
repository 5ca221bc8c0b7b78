"""One error of each kind, planted in a paper that was consistent: the sort of slip that proofs and copies show.

Each function spoils the tables it is given (a copy) and returns the ids of the rows it touched, or None when the paper
offers no place for it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from tests.evidence.simulated_papers.effects import TREATMENT
from tests.evidence.simulated_papers.rows import Row, Tables

Planted = tuple[str, ...] | None


def misprinted_count(tables: Tables, make: np.random.Generator) -> Planted:
    """One digit of a count in a table of characteristics; its percentage stays."""
    row = _one(make, [one for one in _cells(tables) if one["percent_as_printed"]])
    return _new_digit(make, row, ("n_printed", "n", "as_printed")) if row else None


def misprinted_percentage(tables: Tables, make: np.random.Generator) -> Planted:
    """One digit of a percentage; its count stays."""
    row = _one(make, [one for one in _cells(tables) if one["percent_as_printed"]])
    return _new_digit(make, row, ("percent_as_printed", "pct", "as_printed")) if row else None


def truncated_percentage(tables: Tables, make: np.random.Generator) -> Planted:
    """A percentage that is cut off where it should be rounded up."""
    rows = []
    for one in _cells(tables):
        text = one["percent_as_printed"]
        if not text or not int(one["denominator"]):
            continue
        decimals = len(text.replace("\u00b7", ".").partition(".")[2])
        exact = 100 * int(one["n"]) / int(one["denominator"])
        if float(one["pct"]) > exact + 1e-9:
            rows.append((one, f"{float(one['pct']) - 10**-decimals:.{decimals}f}"))
    if not rows:
        return None
    row, cut = rows[int(make.integers(len(rows)))]
    mark = "\u00b7" if "\u00b7" in row["percent_as_printed"] else "."
    row["as_printed"] = row["as_printed"].replace(row["percent_as_printed"], cut.replace(".", mark))
    row["percent_as_printed"], row["pct"] = cut.replace(".", mark), cut
    return (row["row_id"],)


def wrong_denominator(tables: Tables, make: np.random.Generator) -> Planted:
    """A percentage of everybody where the others are of those known (or the other way round)."""
    rows = []
    for one in _cells(tables):
        missing = _missing(tables, one)
        if missing and one["percent_as_printed"]:
            known = one["denominator_basis"] == "non_missing"
            other = int(one["denominator"]) + (missing if known else -missing)
            decimals = len(one["pct"].partition(".")[2])
            new = f"{100 * int(one['n']) / other:.{decimals}f}" if other else one["pct"]
            if new != one["pct"]:
                rows.append((one, new))
    if not rows:
        return None
    row, new = rows[int(make.integers(len(rows)))]
    mark = "\u00b7" if "\u00b7" in row["percent_as_printed"] else "."
    row["as_printed"] = row["as_printed"].replace(row["percent_as_printed"], new.replace(".", mark))
    row["percent_as_printed"], row["pct"] = new.replace(".", mark), new
    return (row["row_id"],)


def swapped_levels(tables: Tables, make: np.random.Generator) -> Planted:
    """The cells of two levels exchanged within one column."""
    pairs = [
        (first, second)
        for first in _cells(tables)
        for second in _cells(tables)
        if first["row_id"] < second["row_id"]
        and first["variable"] == second["variable"]
        and first["group"] == second["group"]
        and first["group"] != "all"
        and abs(int(first["n"]) - int(second["n"])) > 1
        and first["variable"] != TREATMENT
        and first["locator"] == "Table 1"
    ]
    return _exchange(
        make, pairs, ("as_printed", "n_printed", "percent_as_printed", "n", "pct", "n_best", "pct_best")
    )


def exchanged_groups(tables: Tables, make: np.random.Generator) -> Planted:
    """The cells of two groups exchanged in one row."""
    pairs = [
        (first, second)
        for first in _cells(tables)
        for second in _cells(tables)
        if first["row_id"] < second["row_id"]
        and first["variable"] == second["variable"]
        and first["level"] == second["level"]
        and "all" not in (first["group"], second["group"])
        and abs(int(first["n"]) - int(second["n"])) > 1
        and first["locator"] == "Table 1"
    ]
    return _exchange(
        make, pairs, ("as_printed", "n_printed", "percent_as_printed", "n", "pct", "n_best", "pct_best")
    )


def misprinted_missing(tables: Tables, make: np.random.Generator) -> Planted:
    """One digit of a number of missing values."""
    rows = [one for one in tables.rows["counts"] if one["is_missing_row"] == "1" and int(one["n"]) > 3]
    row = _one(make, rows)
    return _new_digit(make, row, ("n_printed", "n", "as_printed")) if row else None


def misprinted_mean(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of a group's mean or median."""
    row = _one(make, [one for one in tables.rows["summaries"] if one["group"] != "all" and one["centre"]])
    if row is None:
        return None
    old = row["centre"]
    touched = _new_digit(make, row, ("centre",))
    row["as_printed"] = row["as_printed"].replace("\u00b7", ".").replace(old, row["centre"], 1)
    return touched


def p_of_another_row(tables: Tables, make: np.random.Generator) -> Planted:
    """The p values of two variables of one table exchanged."""
    rows = tables.rows["tests"]
    pairs = [
        (first, second)
        for first in rows
        for second in rows
        if first["row_id"] < second["row_id"]
        and first["locator"] == second["locator"] == "Table 1"
        and first["p_printed"] != second["p_printed"]
    ]
    return _exchange(make, pairs, ("p_printed", "p_op", "p"))


def misprinted_test_p(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of the p value of a comparison of groups."""
    row = _one(make, [one for one in tables.rows["tests"] if one["p_op"] == "=" and one["p"]])
    return _new_digit(make, row, ("p_printed", "p")) if row else None


def misprinted_estimate(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of a ratio."""
    row = _one(make, _ratios(tables))
    return _new_digit(make, row, ("est_printed", "est")) if row else None


def misprinted_limit(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of an end of an interval."""
    row = _one(make, _ratios(tables))
    if row is None:
        return None
    end = ("ci_low", "ci_high")[int(make.integers(2))]
    old = row[end]
    touched = _new_digit(make, row, (end,))
    parts = row["ci_printed"].replace("\u00b7", ".")
    row["ci_printed"] = (
        parts.replace(old, row[end], 1) if end == "ci_low" else row[end].join(parts.rsplit(old, 1))
    )
    return touched


def misprinted_effect_p(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of the p value of a ratio."""
    rows = [one for one in _ratios(tables) if one["p_op"] == "=" and one["p_kind"] == "wald"]
    row = _one(make, rows)
    return _new_digit(make, row, ("p_printed", "p")) if row else None


def inverted_ratio(tables: Tables, make: np.random.Generator) -> Planted:
    """A ratio turned upside down, its interval not."""
    rows = [one for one in _ratios(tables) if abs(np.log(max(float(one["est"]), 0.01))) > 0.1]
    row = _one(make, rows)
    if row is None:
        return None
    decimals = len(row["est"].partition(".")[2])
    row["est"] = row["est_printed"] = f"{1 / float(row['est']):.{decimals}f}"
    return (row["row_id"],)


def lost_decimal_point(tables: Tables, make: np.random.Generator) -> Planted:
    """A ratio whose decimal point moved by one digit."""
    row = _one(make, [one for one in _ratios(tables) if float(one["est"]) >= 0.1])
    if row is None:
        return None
    decimals = len(row["est"].partition(".")[2])
    row["est"] = row["est_printed"] = f"{10 * float(row['est']):.{decimals}f}"
    return (row["row_id"],)


def misprinted_overall_p(tables: Tables, make: np.random.Generator) -> Planted:
    """The overall p of a factor replaced by that of another."""
    rows = [one for one in tables.rows["effects"] if one["level"] == "(overall)"]
    pairs = [
        (first, second)
        for first in rows
        for second in rows
        if first["row_id"] < second["row_id"] and first["p_printed"] != second["p_printed"]
    ]
    return _exchange(make, pairs, ("p_printed", "p_op", "p"))


def copied_row(tables: Tables, make: np.random.Generator) -> Planted:
    """A ratio with interval and p that is that of the row above."""
    rows = _ratios(tables)
    pairs = [
        (first, second)
        for first, second in pairwise(rows)
        if first["locator"] == second["locator"]
        and first["model"] == second["model"]
        and first["ci_printed"] != second["ci_printed"]
    ]
    if not pairs:
        return None
    first, second = pairs[int(make.integers(len(pairs)))]
    for name in ("est_printed", "ci_printed", "p_printed", "est", "ci_low", "ci_high", "p_op", "p", "p_kind"):
        second[name] = first[name]
    return first["row_id"], second["row_id"]


def subgroup_size(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of the size of a subgroup."""
    rows = [one for one in tables.rows["effects"] if one["subgroup_level"] and one["n"]]
    row = _one(make, rows)
    return _new_digit(make, row, ("n",)) if row else None


def broken_rule(tables: Tables, make: np.random.Generator) -> Planted:
    """A variable whose univariable p is far from the rule, in the multivariable model nevertheless."""
    inside = {
        (one["endpoint"], one["term"]) for one in tables.rows["effects"] if one["model"] == "multivariable"
    }
    rows = [
        one
        for one in _ratios(tables)
        if one["model"] == "univariable"
        and one["term_type"] != "categorical"
        and (one["endpoint"], one["term"]) not in inside
        and any(endpoint == one["endpoint"] for endpoint, _ in inside)
        and one["locator"].startswith("Table")
        and one["p"]
        and float(one["p"]) > 0.3
    ]
    row = _one(make, rows)
    if row is None:
        return None
    cells = {name: cell for name, cell in row.items() if name not in ("row_id", "status")}
    added = tables.add("effects", **(cells | {"model": "multivariable"}))
    return row["row_id"], added["row_id"]


def forgotten_variable(tables: Tables, make: np.random.Generator) -> Planted:
    """A variable that the rule lets in and that is left out of the multivariable model (rule "enter" only)."""
    if 'method = "backward"' in tables.about:
        return None
    multivariable = [
        one
        for one in tables.rows["effects"]
        if one["model"] == "multivariable" and one["term"] != TREATMENT and one["level"] != one["reference"]
    ]
    row = _one(make, multivariable)
    if row is None:
        return None
    gone = (row["endpoint"], row["term"])
    tables.rows["effects"] = [
        one
        for one in tables.rows["effects"]
        if not (one["model"] == "multivariable" and (one["endpoint"], one["term"]) == gone)
    ]
    return tuple(one["row_id"] for one in tables.rows["effects"] if (one["endpoint"], one["term"]) == gone)


def moved_median(tables: Tables, make: np.random.Generator) -> Planted:
    """A median survival with another digit."""
    row = _one(make, [one for one in tables.rows["survival"] if one["statistic"] == "median"])
    return _new_digit(make, row, ("value_printed", "value")) if row else None


def misprinted_survival(tables: Tables, make: np.random.Generator) -> Planted:
    """A survival percentage with another digit."""
    row = _one(make, [one for one in tables.rows["survival"] if one["statistic"] == "survival_rate"])
    return _new_digit(make, row, ("value_printed", "value")) if row else None


def other_in_the_abstract(tables: Tables, make: np.random.Generator) -> Planted:
    """A ratio in the abstract with another digit than in its table."""
    row = _one(make, [one for one in _ratios(tables, everywhere=True) if one["locator"] == "Abstract"])
    return _new_digit(make, row, ("est_printed", "est")) if row else None


def other_in_the_text(tables: Tables, make: np.random.Generator) -> Planted:
    """A count in the text with another digit than in its table, its percentage too."""
    rows = [
        one for one in tables.rows["counts"] if one["locator"] == "text Results" and one["percent_as_printed"]
    ]
    row = _one(make, rows)
    if row is None:
        return None
    touched = _new_digit(make, row, ("n_printed", "n", "as_printed"))
    if int(row["denominator"]) and int(row["n"]) <= int(row["denominator"]):
        decimals = len(row["pct"].partition(".")[2])
        row["pct"] = row["percent_as_printed"] = (
            f"{100 * int(row['n']) / int(row['denominator']):.{decimals}f}"
        )
    return touched


def misprinted_flow(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit in a box of the flow chart."""
    row = _one(make, tables.rows["flow"])
    return _new_digit(make, row, ("n_printed", "n")) if row else None


ERRORS: tuple[Callable[[Tables, np.random.Generator], Planted], ...] = (
    misprinted_count,
    misprinted_percentage,
    truncated_percentage,
    wrong_denominator,
    swapped_levels,
    exchanged_groups,
    misprinted_missing,
    misprinted_mean,
    p_of_another_row,
    misprinted_test_p,
    misprinted_estimate,
    misprinted_limit,
    misprinted_effect_p,
    inverted_ratio,
    lost_decimal_point,
    misprinted_overall_p,
    copied_row,
    subgroup_size,
    broken_rule,
    forgotten_variable,
    moved_median,
    misprinted_survival,
    other_in_the_abstract,
    other_in_the_text,
    misprinted_flow,
)


def _cells(tables: Tables) -> list[Row]:
    return [
        one
        for one in tables.rows["counts"]
        if one["is_missing_row"] == "0" and one["locator"].startswith("Table")
    ]


def _ratios(tables: Tables, *, everywhere: bool = False) -> list[Row]:
    return [
        one for one in tables.rows["effects"] if one["est"] and (everywhere or one["locator"] != "Abstract")
    ]


def _missing(tables: Tables, row: Row) -> int:
    same = ("variable", "group", "locator")
    return sum(
        int(one["n"])
        for one in tables.rows["counts"]
        if one["is_missing_row"] == "1" and all(one[name] == row[name] for name in same)
    )


def _one(make: np.random.Generator, rows: list[Row]) -> Row | None:
    return rows[int(make.integers(len(rows)))] if rows else None


def _exchange(make: np.random.Generator, pairs: list[tuple[Row, Row]], names: tuple[str, ...]) -> Planted:
    if not pairs:
        return None
    first, second = pairs[int(make.integers(len(pairs)))]
    for name in names:
        first[name], second[name] = second[name], first[name]
    return first["row_id"], second["row_id"]


def _new_digit(make: np.random.Generator, row: Row, names: tuple[str, ...]) -> tuple[str, ...]:
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
