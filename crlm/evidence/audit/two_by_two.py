"""All 2 x 2 tables of given group sizes, and which of them print as a given odds ratio, interval and p."""

from __future__ import annotations

from functools import lru_cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from crlm.evidence.audit.printed import Printed
from crlm.evidence.audit.ratio import MULTIPLIER, Ratio

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_TOLERANCE = 1e-9
FARTHEST = 100.0
"""Tables farther from what is printed than this many steps of its last digit are not looked at."""
MOST_CELLS = 1_000_000
"""Larger tables of tables (groups of 1000 by 1000, three of 100) are not searched."""


@lru_cache(maxsize=64)
def log_odds_ratios(n_level: int, n_reference: int) -> tuple[FloatArray, FloatArray]:
    """Log odds ratio and its standard error of every table, shape (n_level + 1, n_reference + 1), by events.

    Woolf: the variance is the sum of the reciprocals of the four cells, which is also what logistic regression on one
    binary covariate gives. Tables with an empty cell have neither: NaN, which fits no printed number.
    """
    a = np.arange(n_level + 1, dtype=np.float64)
    c = np.arange(n_reference + 1, dtype=np.float64)
    with np.errstate(divide="ignore"):
        odds_level, odds_reference = np.log(a) - np.log(n_level - a), np.log(c) - np.log(n_reference - c)
        variance_level, variance_reference = 1 / a + 1 / (n_level - a), 1 / c + 1 / (n_reference - c)
        variance = variance_level[:, None] + variance_reference[None, :]
    odds_level[[0, -1]] = np.nan
    odds_reference[[0, -1]] = np.nan
    return odds_level[:, None] - odds_reference[None, :], np.sqrt(variance)


def distances(ratio: Ratio, n_level: int, n_reference: int) -> FloatArray:
    """How far each table is from what is printed, in steps of the last printed digit, the farthest number counting.

    At [events in the level, events in the reference]. Up to half a step prints as given; up to one step is what cutting
    digits off instead of rounding them, or rounding twice, can do. Infinite for tables with an empty cell. Numbers that
    are not printed (None) do not count.
    """
    log_ratio, error = log_odds_ratios(n_level, n_reference)
    half = MULTIPLIER * error
    worst = np.where(np.isfinite(log_ratio), 0.0, np.inf)
    with np.errstate(invalid="ignore", over="ignore"):
        for number, values in (
            (ratio.estimate, log_ratio),
            (ratio.low, log_ratio - half),
            (ratio.high, log_ratio + half),
        ):
            if number is not None:
                worst = np.fmax(worst, _steps(np.exp(values), number))
        if ratio.p is not None:
            worst = np.fmax(worst, _steps(_wald_p(log_ratio / error), ratio.p))
    return worst


def printed_like(
    n_level: int, n_reference: int, events: tuple[int, int]
) -> tuple[float, float, float, float]:
    """Odds ratio, lower limit, upper limit and Wald p of one table."""
    log_ratio, error = log_odds_ratios(n_level, n_reference)
    value, half = float(log_ratio[events]), MULTIPLIER * float(error[events])
    p = float(_wald_p(np.array(value * MULTIPLIER / half)))
    return exp(value), exp(value - half), exp(value + half), p


def _steps(values: FloatArray, number: Printed) -> FloatArray:
    away = values - float(number.value)
    if number.operator == "<":
        away = np.maximum(away, 0.0)
    elif number.operator == ">":
        away = np.minimum(away, 0.0)
    return np.asarray(np.maximum(np.abs(away) / float(number.unit) - _TOLERANCE, 0.0))


def _wald_p(z: FloatArray) -> FloatArray:
    from scipy import special

    return np.asarray(special.erfc(np.abs(z) / np.sqrt(2.0)))


def totals(distance: FloatArray, most: float) -> BoolArray:
    """Which totals of events occur among the tables at most this far from what is printed: True at [total]."""
    found = np.zeros(sum(distance.shape) - 1, dtype=bool)
    level, reference = np.nonzero(distance <= most)
    found[level + reference] = True
    return found


def totals_of_factor(levels: tuple[FloatArray, ...], most: float) -> BoolArray:
    """The same over several levels with one reference, whose events are the same in all their tables."""
    if len(levels) == 1:
        return totals(levels[0], most)
    found = np.zeros(sum(one.shape[0] - 1 for one in levels) + levels[0].shape[1], dtype=bool)
    for reference in range(levels[0].shape[1]):
        sums = np.zeros(1, dtype=np.int64)
        for one in levels:
            events = np.flatnonzero(one[:, reference] <= most)
            sums = np.unique(sums[:, None] + events[None, :]) if len(events) else sums[:0]
        found[sums + reference] = True
    return found


def nearest(levels: tuple[FloatArray, ...], allowed: range) -> tuple[float, tuple[int, ...], int] | None:
    """The events (of each level, of the reference) nearest to what is printed whose total is allowed, with how near.

    None where no table is within FARTHEST steps.
    """
    if len(levels) == 1:
        return _nearest_of_one(levels[0], allowed)
    best: tuple[float, tuple[int, ...], int] | None = None
    for reference in range(levels[0].shape[1]):
        states: dict[int, tuple[float, tuple[int, ...]]] = {reference: (0.0, ())}
        for one in levels:
            events = np.flatnonzero(one[:, reference] <= FARTHEST)
            following: dict[int, tuple[float, tuple[int, ...]]] = {}
            for total, (worst, chosen) in states.items():
                for event in events.tolist():
                    far = max(worst, float(one[event, reference]))
                    known = following.get(total + event)
                    if known is None or far < known[0]:
                        following[total + event] = far, (*chosen, event)
            states = following
        for total, (worst, chosen) in states.items():
            if total in allowed and (best is None or worst < best[0]):
                best = worst, chosen, reference
    return best


def _nearest_of_one(distance: FloatArray, allowed: range) -> tuple[float, tuple[int, ...], int] | None:
    """The same for one level."""
    events, reference = np.indices(distance.shape)
    total = events + reference
    inside = (total >= allowed.start) & (total < allowed.stop) & (distance <= FARTHEST)
    if not inside.any():
        return None
    # by reference first, as the tables are gone through where there are several levels
    at = np.argmin(np.where(inside, distance, np.inf).T)
    first, second = divmod(int(at), distance.shape[0])
    return float(distance[second, first]), (second,), first


def p_values(table: tuple[int, int, int, int]) -> dict[str, float]:
    """The p of the usual tests of one table (events and others of the level, events and others of the reference)."""
    from crlm.statistics.contingency import chi_square, fisher

    a, b, c, d = table
    counts = [[a, b], [c, d]]
    tests = {
        "Pearson's chi-square": chi_square(counts),
        "chi-square with Yates' correction": chi_square(counts, correction=True),
        "Fisher's exact test": fisher(counts),
    }
    found = {name: test.p for name, test in tests.items() if test.p is not None}
    found["the likelihood-ratio test"] = _likelihood_ratio(a, b, c, d)
    return found


def _likelihood_ratio(a: int, b: int, c: int, d: int) -> float:
    from crlm.statistics.results import chi_square_p

    observed = np.array([[a, b], [c, d]], dtype=np.float64)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    positive = observed > 0
    return chi_square_p(
        float(2 * np.sum(observed[positive] * np.log(observed[positive] / expected[positive]))), 1
    )
