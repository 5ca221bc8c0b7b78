"""Intervals between dates of an episode, in months of 30.4375 days and years of twelve of them."""

from __future__ import annotations

import polars as pl

from crlm.cohort.endpoints import DAYS_PER_MONTH
from crlm.cohort.views.episodes import EpisodeView

DAYS_PER_YEAR = 12 * DAYS_PER_MONTH


def days_between(view: EpisodeView, start: str, end: str) -> pl.Series:
    """Days from one date to another (Float64); negative when the second came first, unknown without both."""
    return view.compute((pl.col(end) - pl.col(start)).dt.total_days().cast(pl.Float64), start, end)


def months_between(view: EpisodeView, start: str, end: str) -> pl.Series:
    """Months from one date to another."""
    return days_between(view, start, end) / DAYS_PER_MONTH


def years_between(view: EpisodeView, start: str, end: str) -> pl.Series:
    """Years from one date to another."""
    return days_between(view, start, end) / DAYS_PER_YEAR
