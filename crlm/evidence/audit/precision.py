"""The smallest standard error that so many people and events allow."""

from __future__ import annotations

from math import inf, sqrt


def least_error_of_hazard_ratio(
    n_level: int,
    n_reference: int,
    events: int | None = None,
    events_level: int | None = None,
    events_reference: int | None = None,
) -> tuple[float, int, int]:
    """The smallest standard error of a log hazard ratio of two levels, and the events per level that give it.

    In a Cox model the information on a 0/1 covariate is the sum over events of p (1 - p), p being its expected share
    among those at risk; at the estimate the p add up to the events of the level, d1, so by Cauchy-Schwarz the
    information is at most d1 d0 / (d1 + d0): SE^2 >= 1 / d1 + 1 / d0. Other covariates only take information away.
    Each level has at most as many events as people; `events` bounds their sum. Nobody dies: infinite.
    """
    most_level = n_level if events_level is None else events_level
    most_reference = n_reference if events_reference is None else events_reference
    if events is not None and most_level + most_reference > events:
        half = min(max(events - events // 2, events - most_reference), most_level)
        most_level, most_reference = half, min(most_reference, events - half)
    if most_level <= 0 or most_reference <= 0:
        return inf, most_level, most_reference
    return sqrt(1 / most_level + 1 / most_reference), most_level, most_reference


def least_error_of_odds_ratio(n_level: int, n_reference: int) -> float:
    """The smallest standard error of a log odds ratio: half of either level with the event, 4 / n1 + 4 / n0."""
    if n_level <= 0 or n_reference <= 0:
        return inf
    return sqrt(4 / n_level + 4 / n_reference)
