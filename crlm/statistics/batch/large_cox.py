"""One Cox model of a table of millions of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.batch.engine import Engine, choose_engine, spread, thread_count
from crlm.statistics.batch.tables import time_keys
from crlm.statistics.cox.estimability import dependence
from crlm.statistics.cox.fit import cox
from crlm.statistics.cox.model import CoxFit, Ties
from crlm.statistics.cox.validation import validate_names
from crlm.statistics.regression import wald_estimate
from crlm.statistics.results import Estimate, TestResult, chi_square_p, interval_multiplier
from crlm.statistics.times import FloatArray

CONVERGED = 1e-18  # the squared length of the last Newton step in standard errors
MAX_ITERATIONS = 25
MAX_HALVINGS = 20
# Parts of the table with sums of their own, added in this order: the same whatever the number of threads.
PARTS = 8
# Above this many rows the start is the estimate from every 16th row, near the maximum of all.
SAMPLED, EVERY = 200_000, 16
# Above this many event times rows are sorted first, so that each part needs only its own stretch of the sums.
SCATTERED = 8192
UNDECIDED = (
    "no maximum was reached: covariates determine or separate each other or the events; `cox` says which, "
    "given time and memory"
)


@dataclass(frozen=True, eq=False)
class LargeCoxFit:
    """A Cox model without its data. coefficients: log hazard ratios per column, or None and the reason.

    covariance: (p, p), empty when there is no model. reason: why there is none.
    """

    names: tuple[str, ...]
    ties: Ties
    n: int
    n_events: int
    coefficients: tuple[Estimate, ...]
    covariance: FloatArray
    log_likelihood: float | None
    log_likelihood_null: float | None
    likelihood_ratio_test: TestResult
    iterations: int
    engine: Engine
    reason: str | None = None


def large_cox(
    time: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    names: Sequence[str],
    *,
    ties: Ties = "efron",
    level: float = 0.95,
    engine: Engine | None = None,
    threads: int | None = None,
) -> LargeCoxFit:
    """Fit Cox's model to a long table; the same estimates as `cox`, in less time and memory.

    time, event, X, names, ties, level: as for `cox`. Rows are read in the order they come in, by parts, and X is
    not copied when it is a C-ordered array of float64. The answer does not depend on the number of threads, to
    the last bit. Where columns are determined by others or separate the events there is no model but a reason;
    `cox` gives the estimates that exist. Raises `ValueError` for missing values or wrong shapes.

    Checked against: `cox` (tests/statistics/test_batch_large.py), R `coxph.fit` (docs/benchmarks/statistics.md).
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties was {ties!r}; it is 'efron' or 'breslow'")
    interval_multiplier(level)
    chosen, workers = choose_engine(engine), thread_count(threads)
    covariates = np.ascontiguousarray(X, dtype=np.float64)
    if covariates.ndim != 2:
        raise ValueError(f"X has shape {covariates.shape}; X is one row per patient")
    columns, _ = validate_names(names, None, covariates.shape[1])
    if chosen == "numpy" or not covariates.size:
        return _without_data(cox(time, event, covariates, columns, ties=ties, level=level), ties, "numpy")
    table = _Table(time, event, covariates, ties == "efron", workers)
    n, n_events = len(table.event), int(table.d.sum())
    if not n_events:
        return _refused(columns, ties, level, n, 0, "no events", 0)
    found = _maximise(table, _start(time, event, table))
    if isinstance(found, int):
        return _refused(columns, ties, level, n, n_events, UNDECIDED, found)
    beta, covariance, log_likelihood, null, iterations = found
    errors = np.sqrt(np.diagonal(covariance))
    rise, df = max(2.0 * (log_likelihood - null), 0.0), len(beta)
    return LargeCoxFit(
        names=columns,
        ties=ties,
        n=n,
        n_events=n_events,
        coefficients=tuple(
            wald_estimate(float(b), float(error), level) for b, error in zip(beta, errors, strict=True)
        ),
        covariance=covariance,
        log_likelihood=log_likelihood,
        log_likelihood_null=null,
        likelihood_ratio_test=TestResult("likelihood-ratio", rise, df, chi_square_p(rise, df), n),
        iterations=iterations,
        engine=chosen,
    )


class _Table:
    """The rows, each with the number of the last event time it is at risk at (-1: none), and the passes over them."""

    def __init__(self, time: ArrayLike, event: ArrayLike, X: FloatArray, efron: bool, threads: int) -> None:
        table, self.event = time_keys(time, event, threads)
        if len(self.event) != len(X):
            raise ValueError(
                f"X has shape {X.shape} and time has {len(self.event)} values; X is one row per patient"
            )
        self.given, self.X, self.efron, self.threads = X, X, efron, threads
        n, p = X.shape
        dying = np.bincount(table.keys[self.event == 1], minlength=len(table.values))
        self.d = dying[dying > 0]
        self.block = (np.cumsum(dying > 0, dtype=np.int32) - np.int32(1))[table.keys]
        K = len(self.d)
        self.at_risk = np.cumsum(np.bincount(self.block + 1, minlength=K + 1)[:0:-1])[::-1]
        self.edges = [n * part // PARTS for part in range(PARTS + 1)]
        self.low = [0] * PARTS
        self.length = [K] * PARTS
        if K > SCATTERED:
            order = np.argsort(self.block, kind="stable")
            self.X, self.block, self.event = X[order], self.block[order], self.event[order]
            for part, (begin, end) in enumerate(pairwise(self.edges)):
                self.low[part] = max(int(self.block[begin]), 0) if begin < n else 0
                last = int(self.block[end - 1]) if end > begin else -1
                self.length[part] = max(last + 1 - self.low[part], 0)
        self.risk = np.empty(n)
        self.mean, self.variance = self._moments(self.X[0].copy(), p)

    def _over_parts(self, work: object) -> None:
        def several(begin: int, end: int) -> None:
            for part in range(begin, end):
                work(part, slice(self.edges[part], self.edges[part + 1]))  # type: ignore[operator]

        spread(several, PARTS, self.threads)

    def _moments(self, around: FloatArray, p: int) -> tuple[FloatArray, FloatArray]:
        from crlm.statistics.batch.large_kernel import column_moments

        sums = np.zeros((PARTS, 2, p))
        self._over_parts(lambda part, rows: column_moments(self.X[rows], around, sums[part]))
        total = sums.sum(axis=0) / max(len(self.X), 1)
        if not np.all(np.isfinite(total)):
            row, column = np.argwhere(~np.isfinite(self.X))[0].tolist()
            raise ValueError(
                f"X[{row}, {column}] is {self.X[row, column]}; every value must be a finite number"
            )
        return around + total[0], np.maximum(total[1] - total[0] ** 2, 0.0)

    def null(self) -> float:
        """The log-likelihood at 0, which counts give."""
        first = np.cumsum(self.d) - self.d
        drawn = np.arange(int(self.d.sum())) - np.repeat(first, self.d) if self.efron else 0
        return -float(np.log(np.repeat(self.at_risk, self.d) - drawn).sum())

    def at(self, beta: FloatArray, shift: float) -> tuple[float, float, _Sums]:
        """Log-likelihood, largest x'beta, and what the derivatives need."""
        from crlm.statistics.batch.large_kernel import denominators, risk_sums

        K, p = len(self.d), self.X.shape[1]
        others = [np.zeros((length, p + 1)) for length in self.length]
        dying = [np.zeros((length, p + 1)) for length in self.length]
        gained = np.zeros((PARTS, 2))
        self._over_parts(
            lambda part, rows: risk_sums(
                self.X[rows],
                self.mean,
                self.block[rows],
                self.event[rows],
                beta,
                shift,
                self.low[part],
                self.risk[rows],
                others[part],
                dying[part],
                gained[part],
            )
        )
        at_risk, failing = np.zeros((K, p + 1)), np.zeros((K, p + 1))
        for low, length, one, other in zip(self.low, self.length, others, dying, strict=True):
            at_risk[low : low + length] += one + other
            failing[low : low + length] += other
        at_risk = np.ascontiguousarray(np.cumsum(at_risk[::-1], axis=0)[::-1])
        sums = _Sums(np.empty(K), np.empty(K), np.zeros((p, p)))
        log = denominators(at_risk, failing, self.d, self.efron, sums.hazard, sums.removed, sums.spread)
        total = float(gained[:, 0].sum()) + log - shift * float(self.d.sum())
        return total, float(gained[:, 1].max()), sums

    def derivatives(self, sums: _Sums) -> tuple[FloatArray, FloatArray]:
        """Score and information where `at` was called last."""
        from crlm.statistics.batch.large_kernel import weighted_products

        p = self.X.shape[1]
        products, score = np.zeros((PARTS, p, p)), np.zeros((PARTS, p))
        self._over_parts(
            lambda part, rows: weighted_products(
                self.X[rows],
                self.mean,
                self.block[rows],
                self.event[rows],
                self.risk[rows],
                sums.hazard,
                sums.removed,
                products[part],
                score[part],
            )
        )
        information = products.sum(axis=0) - sums.spread
        return score.sum(axis=0), (information + information.T) / 2.0


@dataclass(frozen=True, eq=False, repr=False)
class _Sums:
    hazard: FloatArray
    removed: FloatArray
    spread: FloatArray


def _start(time: ArrayLike, event: ArrayLike, table: _Table) -> FloatArray:
    """Where Newton's method begins: the estimate of a part of a long table if it has one, else 0."""
    if len(table.risk) > SAMPLED:
        chosen = slice(None, None, EVERY)
        rows = np.ascontiguousarray(table.given[chosen])
        part = _Table(np.asarray(time)[chosen], np.asarray(event)[chosen], rows, table.efron, table.threads)
        found = _maximise(part, np.zeros(rows.shape[1])) if len(part.d) else 0
        if not isinstance(found, int):
            return found[0]
    return np.zeros(table.X.shape[1])


def _maximise(table: _Table, start: FloatArray) -> tuple[FloatArray, FloatArray, float, float, int] | int:
    """Estimates, covariance, log-likelihoods there and at 0, iterations; only the last where there is no maximum."""
    p = table.X.shape[1]
    beta, shift = start, 0.0
    here, highest, sums = table.at(beta, shift)
    null = table.null()
    if not (abs(highest) < 200.0 and here >= null):
        beta = np.zeros(p)
        here, highest, sums = table.at(beta, shift)
    size = table.variance * float(table.d.sum())
    for iteration in range(MAX_ITERATIONS):
        score, information = table.derivatives(sums)
        if iteration == 0 and len(dependence(information, size).kept) < p:
            return iteration
        root = np.sqrt(np.maximum(np.diagonal(information), 0.0))
        if not root.min() > 0.0:
            return iteration
        scale = np.outer(root, root)
        try:
            covariance = np.linalg.inv(information / scale) / scale
        except np.linalg.LinAlgError:
            return iteration
        step = covariance @ score
        length = float(score @ step)
        if not 0.0 <= length < np.inf:
            return iteration
        if length <= CONVERGED:
            return beta + step, (covariance + covariance.T) / 2.0, here, null, iteration
        for _ in range(MAX_HALVINGS):
            there, highest, sums = table.at(beta + step, shift)
            # A risk that is not near 1 is computed again with the largest taken off first.
            if not abs(highest - shift) < 200.0 and np.isfinite(highest):
                shift = highest
                there, highest, sums = table.at(beta + step, shift)
            if there >= here - 1e-9 * abs(here):
                break
            step = step / 2.0
        else:
            return iteration
        beta, here = beta + step, there
    return MAX_ITERATIONS


def _refused(
    names: tuple[str, ...], ties: Ties, level: float, n: int, n_events: int, reason: str, iterations: int
) -> LargeCoxFit:
    return LargeCoxFit(
        names=names,
        ties=ties,
        n=n,
        n_events=n_events,
        coefficients=tuple(Estimate(None, None, None, level, reason=reason) for _ in names),
        covariance=np.zeros((0, 0)),
        log_likelihood=None,
        log_likelihood_null=None,
        likelihood_ratio_test=TestResult("likelihood-ratio", None, None, None, n, reason),
        iterations=iterations,
        engine="numba",
        reason=reason,
    )


def _without_data(fit: CoxFit, ties: Ties, engine: Engine) -> LargeCoxFit:
    covariance: NDArray[np.float64] = fit.covariance
    return LargeCoxFit(
        names=fit.names,
        ties=ties,
        n=fit.n,
        n_events=fit.n_events,
        coefficients=fit.coefficients,
        covariance=covariance,
        log_likelihood=fit.log_likelihood,
        log_likelihood_null=fit.log_likelihood_null,
        likelihood_ratio_test=fit.likelihood_ratio_test,
        iterations=fit.iterations,
        engine=engine,
        reason=fit.reason,
    )
