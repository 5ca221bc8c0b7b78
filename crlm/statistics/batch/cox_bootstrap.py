"""Bootstrap of Cox's model: the coefficients of many resamples, and what backward elimination selects in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.batch.engine import Engine, choose_engine, spread, thread_count
from crlm.statistics.batch.ordering import order_by_event
from crlm.statistics.batch.resampling import Counts, drawn_rows, replicate_counts, validate_counts
from crlm.statistics.cox.fit import cox
from crlm.statistics.cox.model import CoxData, CoxFit, Ties
from crlm.statistics.cox.validation import validate_data, validate_names
from crlm.statistics.results import TestResult
from crlm.statistics.selection import backward_elimination
from crlm.statistics.times import BoolArray, FloatArray

# The squared length of the last Newton step in standard errors; its square is the error that remains.
COEFFICIENTS, DECISIONS = 1e-12, 1e-15


@dataclass(frozen=True, eq=False)
class CoxBootstrap:
    """Coefficients of each resample; a coefficient without a finite estimate is masked, never a number.

    coefficients: (R, p) masked array. reasons: for each replicate in which any is masked, per column why (None where
    it is not). by_reference: replicates that the compiled kernel left to the numpy reference. engine: what did the
    others. seed: None when the caller gave the counts.
    """

    names: tuple[str, ...]
    coefficients: np.ma.MaskedArray[Any, Any]
    reasons: Mapping[int, tuple[str | None, ...]]
    by_reference: tuple[int, ...]
    engine: Engine
    seed: int | None

    @property
    def n_estimated(self) -> tuple[int, ...]:
        """Per column, the replicates in which it has an estimate."""
        return tuple(int(one) for one in np.ma.count(self.coefficients, axis=0))


@dataclass(frozen=True, eq=False)
class EliminationBootstrap:
    """What backward elimination keeps in each resample.

    selected: (R, p). coefficients: (R, p) of the final model of each resample, masked where a column is not in it.
    apart: for each replicate in which the rule could not decide on some column, those columns and why; they are not
    selected. The other fields are those of `CoxBootstrap`.
    """

    names: tuple[str, ...]
    selected: BoolArray
    coefficients: np.ma.MaskedArray[Any, Any]
    apart: Mapping[int, Mapping[str, str]]
    by_reference: tuple[int, ...]
    engine: Engine
    seed: int | None

    @property
    def n_selected(self) -> tuple[int, ...]:
        """Per column, the replicates in which it is kept."""
        return tuple(int(one) for one in self.selected.sum(axis=0))


def bootstrap_cox(
    time: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    names: Sequence[str],
    *,
    replicates: int = 1000,
    seed: int | None = None,
    counts: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ties: Ties = "efron",
    engine: Engine | None = None,
    threads: int | None = None,
) -> CoxBootstrap:
    """Refit Cox's model to resamples of the patients, drawn with replacement.

    time, event, X, names: as for `cox`. Either seed, from which `replicate_counts` draws, or counts: (R, n),
    how often each patient is in each resample. A patient drawn twice is two tied patients, as when rows are
    repeated. strata, weights: as for `cox`, each patient keeping its own; the numpy reference then does the work,
    many times slower, and `engine` says so. Each replicate in which a coefficient has no finite estimate is listed
    with its reasons, and no replicate is dropped. Raises `ValueError` for input of the wrong shape or content.

    Checked against: `cox` on the repeated rows of every replicate (tests/statistics/test_batch.py).
    """
    data, columns, drawn = _prepare(time, event, X, names, replicates, seed, counts, ties, strata, weights)
    chosen, workers = _engine_for(data, engine), thread_count(threads)
    size, p = len(drawn), len(columns)
    values, undecided = np.zeros((size, p)), np.ones(size, dtype=np.int64)
    if chosen == "numba" and p and data.event.any():
        from crlm.statistics.batch.cox_kernel import bootstrap

        arrays = _sorted(data, drawn, columns, ties)

        def part(begin: int, end: int) -> None:
            bootstrap(
                *arrays.with_counts(begin, end),
                ties == "efron",
                COEFFICIENTS,
                undecided[begin:end],
                values[begin:end],
            )

        spread(part, size, workers, least=8)
    left = np.flatnonzero(undecided)
    missing = np.zeros((size, p), dtype=bool)
    reasons: dict[int, tuple[str | None, ...]] = {}
    for r in left.tolist():
        fit = _refit(data, drawn[r], columns, ties)
        for j, one in enumerate(fit.coefficients):
            missing[r, j] = one.value is None
            values[r, j] = 0.0 if one.value is None else one.value
        if missing[r].any():
            reasons[r] = tuple(one.reason for one in fit.coefficients)
    return CoxBootstrap(
        names=columns,
        coefficients=np.ma.MaskedArray(values, missing),
        reasons=reasons,
        by_reference=tuple(left.tolist()) if chosen == "numba" else (),
        engine=chosen,
        seed=seed,
    )


def bootstrap_backward_elimination(
    time: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    names: Sequence[str],
    *,
    threshold: float,
    inclusive: bool = False,
    always: Sequence[str] = (),
    replicates: int = 200,
    seed: int | None = None,
    counts: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ties: Ties = "efron",
    engine: Engine | None = None,
    threads: int | None = None,
) -> EliminationBootstrap:
    """Repeat backward elimination by Wald tests in resamples of the patients.

    threshold, inclusive, always: as for `selection.backward_elimination`, with one column per candidate (factors of
    several columns are not supported here). The other arguments are those of `bootstrap_cox`.

    Checked against: `selection.backward_elimination` with `cox` on the repeated rows of every replicate.
    """
    if not 0.0 <= threshold <= 1.0:
        raise ValueError(f"threshold was {threshold!r}; a p-value lies between 0 and 1, for example 0.10")
    data, columns, drawn = _prepare(time, event, X, names, replicates, seed, counts, ties, strata, weights)
    if unknown := [name for name in always if name not in columns]:
        raise ValueError(f"always names {unknown}, which are not among the names {list(columns)}")
    chosen, workers = _engine_for(data, engine), thread_count(threads)
    size, p = len(drawn), len(columns)
    values, undecided = np.zeros((size, p)), np.ones(size, dtype=np.int64)
    selected = np.zeros((size, p), dtype=np.int64)
    if chosen == "numba" and p and data.event.any():
        from crlm.statistics.batch.cox_elimination_kernel import bootstrap_elimination

        arrays = _sorted(data, drawn, columns, ties)
        forced = np.array([name in always for name in columns], dtype=np.int64)

        def part(begin: int, end: int) -> None:
            bootstrap_elimination(
                *arrays.with_counts(begin, end),
                ties == "efron",
                DECISIONS,
                threshold,
                inclusive,
                forced,
                undecided[begin:end],
                selected[begin:end],
                values[begin:end],
            )

        spread(part, size, workers, least=4)
    left = np.flatnonzero(undecided)
    apart: dict[int, Mapping[str, str]] = {}
    missing = selected == 0
    for r in left.tolist():
        models = _Models(data, drawn[r], columns, ties)
        found = backward_elimination(models.tests, columns, threshold, inclusive=inclusive, always=always)
        if found.apart:
            apart[r] = found.apart
        for name, value in models.coefficients(found.chosen).items():
            j = columns.index(name)
            selected[r, j], missing[r, j] = 1, value is None
            values[r, j] = 0.0 if value is None else value
    return EliminationBootstrap(
        names=columns,
        selected=selected == 1,
        coefficients=np.ma.MaskedArray(values, missing),
        apart=apart,
        by_reference=tuple(left.tolist()) if chosen == "numba" else (),
        engine=chosen,
        seed=seed,
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Sorted:
    X: FloatArray
    died: FloatArray
    rows: NDArray[np.int64]
    counts: Counts
    starts: NDArray[np.int64]
    death_ends: NDArray[np.int64]
    start: FloatArray
    variance: FloatArray

    def with_counts(
        self, begin: int, end: int
    ) -> tuple[
        FloatArray,
        FloatArray,
        NDArray[np.int64],
        Counts,
        NDArray[np.int64],
        NDArray[np.int64],
        FloatArray,
        FloatArray,
    ]:
        return (
            self.X,
            self.died,
            self.rows,
            self.counts[begin:end],
            self.starts,
            self.death_ends,
            self.start,
            self.variance,
        )


class _Models:
    """The models of one resample by their columns, each fitted by the numpy reference."""

    def __init__(self, data: CoxData, counts: Counts, names: tuple[str, ...], ties: Ties) -> None:
        self._fit: Callable[[tuple[str, ...]], CoxFit] = lambda chosen: _refit(
            data, counts, names, ties, chosen
        )

    def tests(self, chosen: tuple[str, ...]) -> Mapping[str, TestResult]:
        return dict(zip(chosen, self._fit(chosen).wald_tests, strict=True))

    def coefficients(self, chosen: tuple[str, ...]) -> Mapping[str, float | None]:
        if not chosen:
            return {}
        return {name: one.value for name, one in zip(chosen, self._fit(chosen).coefficients, strict=True)}


def _prepare(
    time: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    names: Sequence[str],
    replicates: int,
    seed: int | None,
    counts: ArrayLike | None,
    ties: Ties,
    strata: ArrayLike | None,
    weights: ArrayLike | None,
) -> tuple[CoxData, tuple[str, ...], Counts]:
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties was {ties!r}; it is 'efron' or 'breslow'")
    data = validate_data(
        time, event, X, strata=strata, weights=weights, entry=None, offset=None, patient=None
    )
    columns, _ = validate_names(names, None, data.X.shape[1])
    if (seed is None) == (counts is None):
        raise ValueError("give either seed or counts, not both and not neither")
    if counts is not None:
        return data, columns, validate_counts(counts, len(data.time))
    return data, columns, replicate_counts(len(data.time), replicates, int(seed or 0))


def _engine_for(data: CoxData, wanted: Engine | None) -> Engine:
    if data.stratum is None and data.weights is None:
        return choose_engine(wanted)
    if wanted == "numba":
        raise ValueError("engine was 'numba', which has no strata and no weights; use 'numpy' or None")
    return choose_engine("numpy")


def _sorted(data: CoxData, counts: Counts, names: tuple[str, ...], ties: Ties) -> _Sorted:
    """The data in the order of the kernels; they start from the estimates of all patients, where these exist."""
    from crlm.statistics.batch.cox_kernel import bootstrap

    order = order_by_event(data.time, data.event)
    centred = data.X - data.X.mean(axis=0)
    p, n = len(names), len(data.time)
    found = _Sorted(
        X=np.ascontiguousarray(centred[order.rows].T),
        died=data.event[order.rows].astype(np.float64),
        rows=order.rows,
        counts=np.ones((1, n), dtype=np.int32),
        starts=order.starts,
        death_ends=order.death_ends,
        start=np.zeros(p),
        variance=np.asarray((centred**2).mean(axis=0)),
    )
    undecided, start = np.ones(1, dtype=np.int64), np.zeros((1, p))
    bootstrap(*found.with_counts(0, 1), ties == "efron", COEFFICIENTS, undecided, start)
    return replace(found, counts=counts, start=np.zeros(p) if undecided[0] else start[0])


def _refit(
    data: CoxData, counts: Counts, names: tuple[str, ...], ties: Ties, chosen: tuple[str, ...] | None = None
) -> CoxFit:
    rows = drawn_rows(counts)
    wanted = names if chosen is None else chosen
    columns = [names.index(name) for name in wanted]
    return cox(
        data.time[rows],
        data.event[rows],
        data.X[rows][:, columns],
        wanted,
        ties=ties,
        strata=None if data.stratum is None else data.stratum[rows],
        weights=None if data.weights is None else data.weights[rows],
    )
