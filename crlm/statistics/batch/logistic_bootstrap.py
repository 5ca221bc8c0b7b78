"""Bootstrap of logistic regression: the coefficients of many resamples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.batch.engine import Engine, choose_engine, spread, thread_count
from crlm.statistics.batch.resampling import drawn_rows, replicate_counts, validate_counts
from crlm.statistics.logistic.fit import logistic
from crlm.statistics.logistic.validation import validate_covariates, validate_event, validate_names
from crlm.statistics.times import BoolArray, FloatArray

COEFFICIENTS = 1e-12  # the squared length of the last Newton step in standard errors
NO_OUTCOME = "the resample holds only one of the two outcomes"


@dataclass(frozen=True, eq=False)
class LogisticBootstrap:
    """Log odds ratios of each resample; one without a finite estimate is masked, never a number.

    intercepts: (R,), coefficients: (R, p) masked arrays. reasons: for each replicate in which any coefficient is
    masked, per column why (None where it is not). by_reference: replicates that the compiled kernel left to the
    numpy reference.
    """

    names: tuple[str, ...]
    intercepts: np.ma.MaskedArray[Any, Any]
    coefficients: np.ma.MaskedArray[Any, Any]
    reasons: Mapping[int, tuple[str | None, ...]]
    by_reference: tuple[int, ...]
    engine: Engine
    seed: int | None

    @property
    def n_estimated(self) -> tuple[int, ...]:
        """Per column, the replicates in which it has an estimate."""
        return tuple(int(one) for one in np.ma.count(self.coefficients, axis=0))


def bootstrap_logistic(
    event: ArrayLike,
    X: ArrayLike,
    names: Sequence[str],
    *,
    replicates: int = 1000,
    seed: int | None = None,
    counts: ArrayLike | None = None,
    engine: Engine | None = None,
    threads: int | None = None,
) -> LogisticBootstrap:
    """Refit the logistic regression of a binary outcome to resamples of the patients, drawn with replacement.

    event, X, names: as for `logistic`, with at least one column. Either seed, from which `replicate_counts`
    draws, or counts: (R, n), how often each patient is in each resample. No replicate is dropped. Raises
    `ValueError` for input of the wrong shape or content. Checked against: `logistic` on the repeated rows of
    every replicate (tests/statistics/test_batch.py).
    """
    events = validate_event(event)
    n = len(events)
    covariates = validate_covariates(X, n)
    columns, _ = validate_names(names, None, covariates.shape[1])
    if not columns:
        raise ValueError("X has no columns; a bootstrap of an intercept alone needs no model")
    if (seed is None) == (counts is None):
        raise ValueError("give either seed or counts, not both and not neither")
    drawn = replicate_counts(n, replicates, int(seed or 0)) if counts is None else validate_counts(counts, n)
    chosen, workers = choose_engine(engine), thread_count(threads)
    size, p = len(drawn), len(columns)
    theta, undecided = np.zeros((size, 1 + p)), np.ones(size, dtype=np.int64)
    mean = covariates.mean(axis=0)
    if chosen == "numba":
        from crlm.statistics.batch.logistic_kernel import bootstrap

        centred = covariates - mean
        by_column = np.vstack((np.ones(n), centred.T))
        variance = np.concatenate(([1.0], (centred**2).mean(axis=0)))
        start = _start(events, covariates, columns, mean)
        outcome = events.astype(np.float64)

        def part(begin: int, end: int) -> None:
            bootstrap(
                by_column,
                outcome,
                drawn[begin:end],
                start,
                variance,
                COEFFICIENTS,
                undecided[begin:end],
                theta[begin:end],
            )

        spread(part, size, workers, least=8)
        theta[:, 0] -= theta[:, 1:] @ mean
    missing = np.zeros((size, 1 + p), dtype=bool)
    reasons: dict[int, tuple[str | None, ...]] = {}
    left = np.flatnonzero(undecided)
    for r in left.tolist():
        rows = drawn_rows(drawn[r])
        values, why = _refit(events[rows], covariates[rows], columns)
        missing[r] = [value is None for value in values]
        theta[r] = [0.0 if value is None else value for value in values]
        if missing[r, 1:].any():
            reasons[r] = why
    return LogisticBootstrap(
        names=columns,
        intercepts=np.ma.MaskedArray(theta[:, 0].copy(), missing[:, 0]),
        coefficients=np.ma.MaskedArray(theta[:, 1:].copy(), missing[:, 1:]),
        reasons=reasons,
        by_reference=tuple(left.tolist()) if chosen == "numba" else (),
        engine=chosen,
        seed=seed,
    )


def _start(event: BoolArray, X: FloatArray, names: tuple[str, ...], mean: FloatArray) -> FloatArray:
    """The estimates of all patients where these exist, for centred covariates; otherwise zeros."""
    values, _ = _refit(event, X, names)
    start = np.array([0.0 if value is None else value for value in values])
    if any(value is None for value in values):
        return np.zeros_like(start)
    start[0] += float(start[1:] @ mean)
    return start


def _refit(
    event: BoolArray, X: FloatArray, names: tuple[str, ...]
) -> tuple[tuple[float | None, ...], tuple[str | None, ...]]:
    """Intercept and coefficients by the numpy reference, and why a coefficient is missing."""
    if event.all() or not event.any():
        return (None,) * (1 + len(names)), (NO_OUTCOME,) * len(names)
    fit = logistic(event, X, names)
    estimates = (*fit.intercepts, *fit.coefficients)
    return tuple(one.value for one in estimates), tuple(one.reason for one in fit.coefficients)
