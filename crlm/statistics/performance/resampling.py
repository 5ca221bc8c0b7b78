"""The bootstrap of patients: the same numbers for a seed whatever the number of workers, and no silent failures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import FloatArray

IntArray = NDArray[np.intp]
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class FailedReplicate:
    """A bootstrap replicate (from 0) that gave no value, and why."""

    replicate: int
    reason: str


def draw_rows(n: int, generator: np.random.Generator, patient: IntArray | None = None) -> IntArray:
    """Rows of a bootstrap sample. patient: (n,) codes from 0; all rows of a drawn patient come along together."""
    if patient is None:
        return generator.integers(0, n, size=n)
    order = np.argsort(patient, kind="stable")
    ends = np.cumsum(np.bincount(patient))
    begins = np.append(0, ends[:-1])
    drawn = generator.integers(0, len(ends), size=len(ends))
    return np.concatenate([order[begins[one] : ends[one]] for one in drawn.tolist()])


def run_replicates(
    task: Callable[[np.random.SeedSequence], _Result], replicates: int, seed: int, workers: int = 1
) -> list[_Result]:
    """One result per replicate, in their order; each replicate has its own stream of random numbers.

    workers > 1 runs them in processes: `task` and what it holds must then be importable (no lambdas).
    """
    if replicates < 0 or workers < 1:
        raise ValueError("replicates must be 0 or more and workers 1 or more")
    streams = np.random.SeedSequence(seed).spawn(replicates)
    if workers == 1 or replicates < 2:
        return _run(task, streams)
    from concurrent.futures import ProcessPoolExecutor

    size = -(-replicates // workers)
    chunks = [streams[start : start + size] for start in range(0, replicates, size)]
    with ProcessPoolExecutor(max_workers=workers) as pool:
        return [one for chunk in pool.map(partial(_run, task), chunks) for one in chunk]


def bootstrap_intervals(
    statistic: Callable[[IntArray], Sequence[float]],
    n: int,
    *,
    replicates: int,
    seed: int | None,
    level: float = 0.95,
) -> tuple[tuple[Estimate, ...], tuple[FailedReplicate, ...]]:
    """Percentile intervals of statistics of a sample: one estimate per number, and the replicates that failed.

    statistic: takes the rows of a sample (values from 0 to n - 1) and returns its numbers; a `ValueError` or
    `ArithmeticError` from it is a failed replicate with its message, on all rows it is the caller's. The interval
    runs between the quantiles (1 - level) / 2 and (1 + level) / 2 (linear interpolation) of the replicates that
    succeeded; with fewer than two there is none. replicates = 0 asks for none. Reference: Efron & Tibshirani 1993.
    """
    interval_multiplier(level)
    values = [float(one) for one in statistic(np.arange(n))]
    if not replicates:
        return tuple(
            _without(value, level, "no interval: no bootstrap was asked for") for value in values
        ), ()
    if seed is None:
        raise ValueError("a bootstrap needs a seed, so that its numbers can be had again")
    outcomes = run_replicates(partial(_statistic_of, statistic, n), replicates, seed)
    failed = tuple(FailedReplicate(i, one) for i, one in enumerate(outcomes) if isinstance(one, str))
    drawn = np.array([one for one in outcomes if not isinstance(one, str)])
    if len(drawn) < 2:
        reason = f"no interval: {len(failed)} of {replicates} bootstrap replicates failed"
        return tuple(_without(value, level, reason) for value in values), failed
    return tuple(
        percentile_estimate(value, column, level) for value, column in zip(values, drawn.T, strict=True)
    ), failed


def percentile_estimate(value: float, drawn: FloatArray, level: float) -> Estimate:
    """A value with the percentile interval and the standard deviation of its bootstrap replicates."""
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(drawn, [tail, 1.0 - tail]).tolist()
    return Estimate(value, lower, upper, level, float(np.std(drawn, ddof=1)))


def _run(
    task: Callable[[np.random.SeedSequence], _Result], streams: list[np.random.SeedSequence]
) -> list[_Result]:
    return [task(stream) for stream in streams]


def _statistic_of(
    statistic: Callable[[IntArray], Sequence[float]], n: int, stream: np.random.SeedSequence
) -> list[float] | str:
    try:
        values = [float(one) for one in statistic(draw_rows(n, np.random.default_rng(stream)))]
    except (ValueError, ArithmeticError) as error:
        return str(error)
    return values if np.all(np.isfinite(values)) else "the statistic is not a finite number"


def _without(value: float, level: float, reason: str) -> Estimate:
    return Estimate(value, None, None, level, None, reason)
