"""The log-rank test and Cox's model in many simulated trials of two arms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from crlm.statistics.batch.engine import Engine, choose_engine, spread, thread_count
from crlm.statistics.batch.ordering import TIE_TOLERANCE
from crlm.statistics.comparison import log_rank
from crlm.statistics.cox.fit import cox
from crlm.statistics.cox.model import Ties
from crlm.statistics.times import FloatArray


@dataclass(frozen=True, eq=False)
class TrialResults:
    """Per trial the log-rank chi-square and its p, the log hazard ratio of arm 1 and its standard error.

    All are masked arrays (R,), masked where not defined; reasons: for such trials, why.
    n_events: (R,). by_reference: trials whose models the compiled kernel left to the numpy reference.
    """

    chi_square: np.ma.MaskedArray[Any, Any]
    p: np.ma.MaskedArray[Any, Any]
    coefficient: np.ma.MaskedArray[Any, Any]
    standard_error: np.ma.MaskedArray[Any, Any]
    n_events: NDArray[np.int64]
    reasons: Mapping[int, str]
    by_reference: tuple[int, ...]
    engine: Engine


def analyse_trials(
    time: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    *,
    ties: Ties = "efron",
    engine: Engine | None = None,
    threads: int | None = None,
) -> TrialResults:
    """Analyse R trials of n patients each by the log-rank test and by Cox's model of the arm.

    time, event: (R, n), >= 0 and 1 or 0. arm: (n,) or (R, n), 0 or 1. Times that differ by floating-point noise are
    tied within each trial. Raises `ValueError` for missing values or wrong shapes. Checked against: `log_rank`
    and `cox` of every trial (tests/statistics/test_batch.py).
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties was {ties!r}; it is 'efron' or 'breslow'")
    times, events, arms = _validated(time, event, arm)
    chosen, workers = choose_engine(engine), thread_count(threads)
    R, n = times.shape
    undecided = np.ones(R, dtype=np.int64)
    found, counted = np.zeros((R, 3)), np.zeros((R, 4))
    # The lowest bits of a time make room for event and arm: noise far below what ties times.
    if chosen == "numba" and n and float(times.max(initial=0.0)) < 1e6:
        from crlm.statistics.batch.trials_kernel import trials

        def part(begin: int, end: int) -> None:
            bits = (times[begin:end] + 0.0).view(np.int64)
            keys = (bits & ~np.int64(3)) | (events[begin:end] << 1) | arms[begin:end]
            keys.sort(axis=1)
            trials(
                keys,
                TIE_TOLERANCE,
                ties == "efron",
                undecided[begin:end],
                found[begin:end],
                counted[begin:end],
            )

        spread(part, R, workers, least=8)
    chi_square = np.zeros(R)
    defined = (undecided == 0) & (counted[:, 1] > 1e-12 * np.maximum(counted[:, 3], 1.0))
    chi_square[defined] = counted[defined, 0] ** 2 / counted[defined, 1]
    no_test, no_fit = np.zeros(R, dtype=bool), np.zeros(R, dtype=bool)
    reasons: dict[int, str] = {}
    left = np.flatnonzero(~defined)
    for r in left.tolist():
        test = log_rank(times[r], events[r], arms[r].tolist(), levels=(0, 1)).test
        one = cox(times[r], events[r], arms[r][:, None].astype(np.float64), ["arm"], ties=ties).coefficients[
            0
        ]
        no_test[r], no_fit[r] = test.statistic is None, one.value is None
        chi_square[r] = test.statistic or 0.0
        found[r, 0], found[r, 1] = one.value or 0.0, one.standard_error or 0.0
        if why := test.reason or one.reason:
            reasons[r] = why
    return TrialResults(
        chi_square=np.ma.MaskedArray(chi_square, no_test),
        p=np.ma.MaskedArray(special.gammaincc(0.5, chi_square / 2.0), no_test),
        coefficient=np.ma.MaskedArray(found[:, 0].copy(), no_fit),
        standard_error=np.ma.MaskedArray(found[:, 1].copy(), no_fit),
        n_events=events.sum(axis=1),
        reasons=reasons,
        by_reference=tuple(left.tolist()) if chosen == "numba" else (),
        engine=chosen,
    )


def _validated(
    time: ArrayLike, event: ArrayLike, arm: ArrayLike
) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    times = np.ascontiguousarray(time, dtype=np.float64)
    codes, groups = np.asarray(event), np.asarray(arm)
    if times.ndim != 2 or codes.shape != times.shape:
        raise ValueError(f"time has shape {times.shape} and event {codes.shape}; both have one row per trial")
    if groups.shape not in (times.shape, times.shape[1:]):
        raise ValueError(f"arm has shape {groups.shape}; it is {times.shape} or {times.shape[1:]}")
    if not np.all(np.isfinite(times) & (times >= 0.0)):
        raise ValueError("time holds a value that is missing, infinite or below 0")
    for name, one in (("event", codes), ("arm", groups)):
        if not np.all((one == 0) | (one == 1)):
            raise ValueError(f"{name} holds something other than 0 and 1")
    return times, codes.astype(np.int64), np.broadcast_to(groups.astype(np.int64), times.shape)
