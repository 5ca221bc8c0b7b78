"""Kaplan-Meier curves and the log-rank test of millions of patients, from one table of times by groups."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.batch.engine import Engine, choose_engine, thread_count
from crlm.statistics.batch.tables import counts_by_time, time_keys
from crlm.statistics.comparison import GroupEvents, LogRank, log_rank
from crlm.statistics.results import TestResult, chi_square_p
from crlm.statistics.survival_curve import Interval, SurvivalCurve, kaplan_meier


@dataclass(frozen=True, slots=True, eq=False)
class GroupedCurves:
    """One curve per level, and the log-rank test between them."""

    levels: tuple[Hashable, ...]
    curves: tuple[SurvivalCurve, ...]
    log_rank: LogRank
    engine: Engine


def grouped_curves(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    levels: Sequence[Hashable],
    *,
    level: float = 0.95,
    interval: Interval = "log-log",
    engine: Engine | None = None,
    threads: int | None = None,
) -> GroupedCurves:
    """The same as `kaplan_meier` of each group and `log_rank` between them, for tables of any length.

    time, event: (n,) as for `kaplan_meier`. group: (n,) codes 0 ... k - 1 of the levels, whole numbers. Times on
    a grid (whole numbers, tenths, hundredths, thousandths) are counted without sorting. Noise in tied times is
    removed over all groups together. Raises `ValueError` for what is not survival data. Checked against:
    `kaplan_meier` and `log_rank`.
    """
    labels = tuple(levels)
    chosen, workers = choose_engine(engine), thread_count(threads)
    codes = _validated_codes(group, len(labels))
    if chosen == "numpy":
        times, events = np.asarray(time, dtype=np.float64), np.asarray(event)
        test = log_rank(times, events, [labels[code] for code in codes.tolist()], levels=labels)
        curves = tuple(
            kaplan_meier(times[codes == g], events[codes == g], level=level, interval=interval)
            for g in range(len(labels))
        )
        return GroupedCurves(labels, curves, test, chosen)
    table, events8 = time_keys(time, event, workers)
    if len(events8) != len(codes):
        raise ValueError(
            f"group has {len(codes)} codes and time {len(events8)} values; each patient needs one of each"
        )
    leaving, failing = counts_by_time(table, events8, codes, len(labels), workers)
    seen = np.flatnonzero(leaving.any(axis=1))
    distinct, leaving, failing = table.values[seen], leaving[seen], failing[seen]
    regular = _log_rank(labels, leaving, failing)
    test = regular or log_rank(time, event, [labels[code] for code in codes.tolist()], levels=labels)
    curves = tuple(
        _curve(distinct, leaving[:, g], failing[:, g], level, interval) for g in range(len(labels))
    )
    return GroupedCurves(labels, curves, test, chosen)


def _log_rank(
    labels: tuple[Hashable, ...], leaving: NDArray[np.int64], failing: NDArray[np.int64]
) -> LogRank | None:
    """The test where all groups are at risk and differ; None where `log_rank` has something to say about it."""
    at_risk = np.cumsum(leaving[::-1], axis=0)[::-1]
    with_event = failing.any(axis=1)
    d, n = failing[with_event].sum(axis=1), at_risk[with_event].sum(axis=1)
    share = at_risk[with_event] / n[:, None]
    observed, expected = failing.sum(axis=0), d @ share
    spread = d * ((n - d) / np.maximum(n - 1, 1))
    covariance = (np.diag(spread @ share) - (share * spread[:, None]).T @ share)[1:, 1:]
    root = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    if len(labels) < 2 or not expected.min(initial=np.inf) > 0.0 or not root.min(initial=np.inf) > 0.0:
        return None
    if np.linalg.cond(covariance / np.outer(root, root)) > 1e10:
        return None
    excess = (observed - expected)[1:]
    statistic = max(float(excess @ np.linalg.solve(covariance, excess)), 0.0)
    df, total = len(labels) - 1, int(leaving.sum())
    rows = zip(labels, leaving.sum(axis=0), observed, expected, strict=True)
    counted = tuple(GroupEvents(label, int(size), int(o), float(e)) for label, size, o, e in rows)
    return LogRank(TestResult("log-rank", statistic, df, chi_square_p(statistic, df), total), counted)


def _curve(
    distinct: NDArray[np.float64],
    leaving: NDArray[np.int64],
    failing: NDArray[np.int64],
    level: float,
    interval: Interval,
) -> SurvivalCurve:
    """The curve of counts: each distinct time stands in two rows, of events and of censorings, with a weight."""
    censored = leaving - failing
    with_event, without = np.flatnonzero(failing), np.flatnonzero(censored)
    curve = kaplan_meier(
        distinct[np.concatenate((with_event, without))],
        np.repeat([1, 0], [len(with_event), len(without)]),
        weights=np.concatenate((failing[with_event], censored[without])).astype(np.float64),
        level=level,
        interval=interval,
    )
    whole = {
        name: getattr(curve, name).astype(np.int64) for name in ("at_risk", "events", "censored", "entered")
    }
    for counts in whole.values():
        counts.setflags(write=False)
    return replace(curve, n=int(leaving.sum()), n_events=int(failing.sum()), **whole)


def _validated_codes(group: ArrayLike, k: int) -> NDArray[np.int32]:
    codes = np.asarray(group)
    if codes.ndim != 1 or codes.dtype.kind not in "biu":
        raise ValueError(
            f"group has shape {codes.shape} and type {codes.dtype}; it is one column of whole numbers"
        )
    if codes.size and (codes.min() < 0 or codes.max() >= k):
        raise ValueError(
            f"group holds codes {codes.min()} to {codes.max()}; the {k} levels have codes 0 to {k - 1}"
        )
    return codes.astype(np.int32, copy=False)
