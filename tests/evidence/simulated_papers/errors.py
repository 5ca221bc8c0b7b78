"""One error of each kind, planted in a paper that was consistent: the sort of slip that proofs and copies show.

Each function spoils the tables it is given (a copy) and returns the ids of the rows it touched, or None when the paper
offers no place for it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np

from tests.evidence.simulated_papers.effects import TREATMENT
from tests.evidence.simulated_papers.errors_in_the_text import (
    called_multivariable,
    misprinted_any,
    misprinted_flow,
    misprinted_quotation,
    other_in_the_abstract,
    other_in_the_text,
)
from tests.evidence.simulated_papers.rows import Tables
from tests.evidence.simulated_papers.slips import (
    Planted,
    any_of,
    cells,
    exchange,
    missing_of,
    new_digit,
    ratios,
)


def misprinted_count(tables: Tables, make: np.random.Generator) -> Planted:
    """One digit of a count in a table of characteristics; its percentage stays."""
    row = any_of(make, [one for one in cells(tables) if one["percent_as_printed"]])
    return new_digit(make, row, ("n_printed", "n", "as_printed")) if row else None


def misprinted_percentage(tables: Tables, make: np.random.Generator) -> Planted:
    """One digit of a percentage; its count stays."""
    row = any_of(make, [one for one in cells(tables) if one["percent_as_printed"]])
    return new_digit(make, row, ("percent_as_printed", "pct", "as_printed")) if row else None


def truncated_percentage(tables: Tables, make: np.random.Generator) -> Planted:
    """A percentage that is cut off where it should be rounded up."""
    rows = []
    for one in cells(tables):
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
    for one in cells(tables):
        missing = missing_of(tables, one)
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
        for first in cells(tables)
        for second in cells(tables)
        if first["row_id"] < second["row_id"]
        and first["variable"] == second["variable"]
        and first["group"] == second["group"]
        and first["group"] != "all"
        and abs(int(first["n"]) - int(second["n"])) > 1
        and first["variable"] != TREATMENT
        and first["locator"] == "Table 1"
    ]
    return exchange(
        make, pairs, ("as_printed", "n_printed", "percent_as_printed", "n", "pct", "n_best", "pct_best")
    )


def exchanged_groups(tables: Tables, make: np.random.Generator) -> Planted:
    """The cells of two groups exchanged in one row."""
    pairs = [
        (first, second)
        for first in cells(tables)
        for second in cells(tables)
        if first["row_id"] < second["row_id"]
        and first["variable"] == second["variable"]
        and first["level"] == second["level"]
        and "all" not in (first["group"], second["group"])
        and abs(int(first["n"]) - int(second["n"])) > 1
        and first["locator"] == "Table 1"
    ]
    return exchange(
        make, pairs, ("as_printed", "n_printed", "percent_as_printed", "n", "pct", "n_best", "pct_best")
    )


def misprinted_missing(tables: Tables, make: np.random.Generator) -> Planted:
    """One digit of a number of missing values."""
    rows = [one for one in tables.rows["counts"] if one["is_missing_row"] == "1" and int(one["n"]) > 3]
    row = any_of(make, rows)
    return new_digit(make, row, ("n_printed", "n", "as_printed")) if row else None


def misprinted_mean(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of a group's mean or median."""
    row = any_of(make, [one for one in tables.rows["summaries"] if one["group"] != "all" and one["centre"]])
    if row is None:
        return None
    old = row["centre"]
    touched = new_digit(make, row, ("centre",))
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
    return exchange(make, pairs, ("p_printed", "p_op", "p"))


def misprinted_test_p(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of the p value of a comparison of groups."""
    row = any_of(make, [one for one in tables.rows["tests"] if one["p_op"] == "=" and one["p"]])
    return new_digit(make, row, ("p_printed", "p")) if row else None


def misprinted_estimate(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of a ratio."""
    row = any_of(make, ratios(tables))
    return new_digit(make, row, ("est_printed", "est")) if row else None


def misprinted_limit(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of an end of an interval."""
    row = any_of(make, ratios(tables))
    if row is None:
        return None
    end = ("ci_low", "ci_high")[int(make.integers(2))]
    old = row[end]
    touched = new_digit(make, row, (end,))
    parts = row["ci_printed"].replace("\u00b7", ".")
    row["ci_printed"] = (
        parts.replace(old, row[end], 1) if end == "ci_low" else row[end].join(parts.rsplit(old, 1))
    )
    return touched


def misprinted_effect_p(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of the p value of a ratio."""
    rows = [one for one in ratios(tables) if one["p_op"] == "=" and one["p_kind"] == "wald"]
    row = any_of(make, rows)
    return new_digit(make, row, ("p_printed", "p")) if row else None


def inverted_ratio(tables: Tables, make: np.random.Generator) -> Planted:
    """A ratio turned upside down, its interval not."""
    rows = [one for one in ratios(tables) if abs(np.log(max(float(one["est"]), 0.01))) > 0.1]
    row = any_of(make, rows)
    if row is None:
        return None
    decimals = len(row["est"].partition(".")[2])
    row["est"] = row["est_printed"] = f"{1 / float(row['est']):.{decimals}f}"
    return (row["row_id"],)


def lost_decimal_point(tables: Tables, make: np.random.Generator) -> Planted:
    """A ratio whose decimal point moved by one digit."""
    row = any_of(make, [one for one in ratios(tables) if float(one["est"]) >= 0.1])
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
    return exchange(make, pairs, ("p_printed", "p_op", "p"))


def copied_row(tables: Tables, make: np.random.Generator) -> Planted:
    """A ratio with interval and p that is that of the row above."""
    rows = ratios(tables)
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


def copied_from_the_other_endpoint(tables: Tables, make: np.random.Generator) -> Planted:
    """A ratio with interval and p that is that of the same term for the other endpoint beside it."""
    rows = ratios(tables)
    keys = ("locator", "model", "term", "level")
    pairs = [
        (first, second)
        for first, second in combinations(rows, 2)
        if all(first[key] == second[key] for key in keys)
        and first["endpoint"] != second["endpoint"]
        and first["ci_printed"] != second["ci_printed"]
        and first["p_printed"]
    ]
    if not pairs:
        return None
    first, second = pairs[int(make.integers(len(pairs)))]
    for name in ("est_printed", "ci_printed", "p_printed", "est", "ci_low", "ci_high", "p_op", "p", "p_kind"):
        second[name] = first[name]
    return first["row_id"], second["row_id"]


def reversed_item(tables: Tables, make: np.random.Generator) -> Planted:
    """The labels of the two rows of an item of the score exchanged: its percentages, totals and test still agree."""
    items = tomllib.loads(tables.about)["score"][0]["items"]
    levels = {one["variable"]: one["level"] for one in items}
    name = list(levels)[int(make.integers(len(levels)))]
    rows = [
        one
        for one in tables.rows["counts"]
        if one["variable"] == name and one["locator"] == "Table 1" and not int(one["is_missing_row"])
    ]
    labels = sorted({one["level"] for one in rows})
    for one in rows:
        one["level"] = labels[1 - labels.index(one["level"])]
    return tuple(one["row_id"] for one in rows)


def subgroup_size(tables: Tables, make: np.random.Generator) -> Planted:
    """A digit of the size of a subgroup."""
    rows = [one for one in tables.rows["effects"] if one["subgroup_level"] and one["n"]]
    row = any_of(make, rows)
    return new_digit(make, row, ("n",)) if row else None


def broken_rule(tables: Tables, make: np.random.Generator) -> Planted:
    """A variable whose univariable p is far from the rule, in the multivariable model nevertheless."""
    inside = {
        (one["endpoint"], one["term"]) for one in tables.rows["effects"] if one["model"] == "multivariable"
    }
    rows = [
        one
        for one in ratios(tables)
        if one["model"] == "univariable"
        and one["term_type"] != "categorical"
        and (one["endpoint"], one["term"]) not in inside
        and any(endpoint == one["endpoint"] for endpoint, _ in inside)
        and one["locator"].startswith("Table")
        and one["p"]
        and float(one["p"]) > 0.3
    ]
    row = any_of(make, rows)
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
    row = any_of(make, multivariable)
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
    row = any_of(make, [one for one in tables.rows["survival"] if one["statistic"] == "median"])
    return new_digit(make, row, ("value_printed", "value")) if row else None


def misprinted_survival(tables: Tables, make: np.random.Generator) -> Planted:
    """A survival percentage with another digit."""
    row = any_of(make, [one for one in tables.rows["survival"] if one["statistic"] == "survival_rate"])
    return new_digit(make, row, ("value_printed", "value")) if row else None


def exchanged_medians(tables: Tables, make: np.random.Generator) -> Planted:
    """The median survival times of two groups exchanged, their intervals too."""
    rows = [one for one in tables.rows["survival"] if one["statistic"] == "median" and one["group"] != "all"]
    pairs = [
        (first, second)
        for first, second in combinations(rows, 2)
        if first["endpoint"] == second["endpoint"]
        and first["locator"] == second["locator"]
        and first["value_printed"] != second["value_printed"]
    ]
    return exchange(make, pairs, ("value_printed", "value", "ci_low", "ci_high"))


def log_rank_of_another_endpoint(tables: Tables, make: np.random.Generator) -> Planted:
    """The p values of the log-rank tests of two endpoints exchanged."""
    rows = [one for one in tables.rows["survival"] if one["statistic"] == "logrank_p"]
    pairs = [
        (first, second)
        for first, second in combinations(rows, 2)
        if first["endpoint"] != second["endpoint"] and first["p_printed"] != second["p_printed"]
    ]
    return exchange(make, pairs, ("p_printed", "p", "value_printed", "value"))


def p_of_another_pair(tables: Tables, make: np.random.Generator) -> Planted:
    """The p value of a before-and-after comparison that is that of another table's row."""
    rows = [one for one in tables.rows["tests"] if one["groups_compared"].endswith("(paired)")]
    others = [one for one in tables.rows["tests"] if one["locator"] == "Table 1"]
    pairs = [
        (first, second) for first in rows for second in others if first["p_printed"] != second["p_printed"]
    ]
    if not pairs:
        return None
    first, second = pairs[int(make.integers(len(pairs)))]
    for name in ("p_printed", "p_op", "p"):
        first[name] = second[name]
    return (first["row_id"],)


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
    copied_from_the_other_endpoint,
    reversed_item,
    subgroup_size,
    broken_rule,
    forgotten_variable,
    moved_median,
    misprinted_survival,
    exchanged_medians,
    log_rank_of_another_endpoint,
    p_of_another_pair,
    misprinted_quotation,
    other_in_the_abstract,
    other_in_the_text,
    misprinted_flow,
    misprinted_any,
    called_multivariable,
)
