"""One Fine-Gray model of a long table, or many of them one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.batch.engine import Engine, choose_engine
from crlm.statistics.batch.tables import time_keys
from crlm.statistics.competing_risks.causes import validate_cause, validate_competing
from crlm.statistics.competing_risks.fine_gray import PSEUDO, fine_gray
from crlm.statistics.competing_risks.fine_gray_model import FineGrayFit
from crlm.statistics.competing_risks.fine_gray_solve import LONGEST_STEP
from crlm.statistics.competing_risks.fine_gray_variance import sandwich
from crlm.statistics.cox.estimability import dependence
from crlm.statistics.cox.validation import validate_names
from crlm.statistics.newton import CONVERGED, inverse, newton_step, step_upwards
from crlm.statistics.regression import exponential, robust_error, wald_estimate, wald_statistic
from crlm.statistics.results import Estimate, TestResult, chi_square_p, interval_multiplier
from crlm.statistics.times import FloatArray

# A maximum is reached in fewer; a likelihood that rises for ever takes more than twice as many to look flat.
MANY_ITERATIONS = 12
# Towards a maximum the last step is far shorter than the one before; towards none it is about a third of it.
QUADRATIC = 0.05


@dataclass(frozen=True, eq=False)
class LargeFineGrayFit:
    """A Fine-Gray model without its data. coefficients: log subdistribution hazard ratios, or None and the reason.

    covariance: robust, of the coefficients that have an estimate, in the order of `names`. information: of the columns
    that stayed in the model; both are (0, 0) where there is none. reason: why there is none at all. iterations: Newton
    steps. engine: which one found the estimates; the reference is asked wherever something is unusual.
    """

    cause: int
    names: tuple[str, ...]
    n: int
    n_events: int
    n_competing: int
    n_censored: int
    coefficients: tuple[Estimate, ...]
    covariance: FloatArray
    information: FloatArray
    log_likelihood: float | None
    log_likelihood_null: float | None
    likelihood_ratio_test: TestResult
    wald_test: TestResult
    iterations: int
    engine: Engine
    reason: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def hazard_ratios(self) -> tuple[Estimate, ...]:
        """Subdistribution hazard ratio per column, `standard_error` being that of the coefficient."""
        return tuple(exponential(one) for one in self.coefficients)


def large_fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    of: int,
    X: ArrayLike,
    names: Sequence[str],
    *,
    level: float = 0.95,
    engine: Engine | None = None,
) -> LargeFineGrayFit:
    """Fit Fine-Gray's model of one cause; the numbers of `fine_gray`, in less time and memory.

    time, cause, of, X, names, level: as for `fine_gray`, whose conventions hold; strata, case weights, groups of
    censoring and terms of several columns it has alone. Columns that are constant or determined by others, that
    separate, or with which the iterations do not end at once are left to `fine_gray`, so that reasons and limits are
    its own (`engine` then says "numpy"). Raises `ValueError` for missing values or wrong shapes.

    Checked against: `fine_gray`, R cmprsk 2.2-11 `crr` (tests/statistics/test_batch_fine_gray.py).
    """
    interval_multiplier(level)
    wanted, chosen = validate_cause(of), choose_engine(engine)
    times, causes = validate_competing(time, cause)
    covariates = np.ascontiguousarray(X, dtype=np.float64)
    if chosen == "numba" and covariates.ndim == 2 and len(covariates) == len(times) and covariates.size:
        columns, _ = validate_names(names, None, covariates.shape[1])
        found = _compiled(times, causes, wanted, covariates, columns, level)
        if found is not None:
            return found
    return _without_data(fine_gray(times, causes, wanted, covariates, names, level=level))


def _compiled(
    times: FloatArray, causes: NDArray[Any], of: int, X: FloatArray, names: tuple[str, ...], level: float
) -> LargeFineGrayFit | None:
    """The fit; None where the reference must look at it."""
    n, p = X.shape
    rows = _Rows(times, causes, of, X)
    if not np.all(rows.varying):
        return None
    n_events, n_competing = rows.n_events, rows.n_competing
    if not n_events:
        return None
    null = rows.at(np.zeros(p))
    spread = np.einsum("ij,ij->i", rows.x, rows.x) / n
    if not np.isfinite(null.log_likelihood) or len(dependence(null.information, spread * n_events).kept) < p:
        return None
    best = _maximise(rows, null)
    if best is None:
        return None
    beta, at, iterations = best
    model_based = inverse(at.information)
    robust = sandwich(model_based, rows.squared_influence())
    quadratic = wald_statistic(robust, model_based, beta)
    if quadratic is None:
        return None
    rise = max(2.0 * (at.log_likelihood - null.log_likelihood), 0.0)
    errors = [robust_error(float(robust[j, j]), float(model_based[j, j])) for j in range(p)]
    return LargeFineGrayFit(
        cause=of,
        names=names,
        n=n,
        n_events=n_events,
        n_competing=n_competing,
        n_censored=n - n_events - n_competing,
        coefficients=tuple(
            wald_estimate(value, error, level) for value, error in zip(beta.tolist(), errors, strict=True)
        ),
        covariance=robust,
        information=at.information,
        log_likelihood=at.log_likelihood,
        log_likelihood_null=null.log_likelihood,
        likelihood_ratio_test=TestResult(
            "pseudo-likelihood-ratio", rise, p, chi_square_p(rise, p), n, notes=(PSEUDO,)
        ),
        wald_test=TestResult("wald", max(quadratic, 0.0), p, chi_square_p(max(quadratic, 0.0), p), n),
        iterations=iterations,
        engine="numba",
        notes=() if p < n_events else (f"{p} coefficients for {n_events} events: the model is overfitted",),
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Sums:
    log_likelihood: float
    score: FloatArray
    information: FloatArray


class _Rows:
    """The rows in order of time, and the passes over them; names are those of `fine_gray_kernel`."""

    def __init__(self, times: FloatArray, causes: NDArray[Any], of: int, X: FloatArray) -> None:
        from crlm.statistics.batch.fine_gray_kernel import event_times, sort_rows

        n, p = X.shape
        events = causes == of
        table, _ = time_keys(times, events, 1)
        self.n_events = int(np.count_nonzero(events))
        self.n_competing = int(np.count_nonzero(causes)) - self.n_events
        cells = len(table.values)
        self.x, self.state = np.empty((p, n)), np.empty(n, dtype=np.int8)
        first = np.empty(min(n, cells) + 1, dtype=np.int64)
        T = sort_rows(table.keys, cells, causes, of, X, self.x, self.state, first)
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is for the reference
            lowest, highest, mean = self.x.min(axis=1), self.x.max(axis=1), self.x.mean(axis=1)
            self.x -= mean[:, None]
            largest = np.maximum(np.abs(lowest), np.abs(highest))
            self.varying = (highest - lowest > 1e-12 * largest) & np.isfinite(mean)
            self.farthest = np.maximum(highest - mean, mean - lowest)
        self.first = first[: T + 1]
        self.censored, d, uncensored = np.empty(T), np.empty(T), np.empty(T)
        self.passed, self.events_x = np.empty(n, dtype=np.int32), np.empty(p)
        kept, share = np.empty(self.n_competing + 1, dtype=np.int32), np.empty(self.n_competing + 1)
        K, m = event_times(
            self.x, self.state, self.first, self.censored, d, uncensored, self.passed, kept, share,
            self.events_x,
        )  # fmt: skip
        self.d, self.uncensored, self.kept, self.share = d[:K], uncensored[:K], kept[:m], share[:m]
        self.risk, self.kept_risk = np.empty(n), np.empty(m)
        self.expected, self.expected_later = np.empty(n), np.empty(m)
        self.means, self.kept_sums, self.hazard = np.empty((p + 2, K)), np.empty((p + 2, K)), np.empty(K)

    def at(self, beta: FloatArray) -> _Sums:
        """The pseudo-likelihood at beta (p,)."""
        from crlm.statistics.batch.fine_gray_kernel import moments

        p = len(beta)
        score, information = np.empty(p), np.empty((p, p))
        log_likelihood = moments(
            self.x, beta, self.d, self.uncensored, self.passed, self.kept, self.share, self.events_x,
            self.risk, self.kept_risk, self.expected, self.expected_later,
            self.means, self.kept_sums, self.hazard, score, information,
        )  # fmt: skip
        return _Sums(log_likelihood, score, information)

    def squared_influence(self) -> FloatArray:
        """The summed squared influences on the score where `at` was called last: (p, p)."""
        from crlm.statistics.batch.fine_gray_kernel import squared_influence

        p = len(self.x)
        result = np.empty((p, p))
        squared_influence(
            self.x, self.state, self.first, self.censored, self.uncensored, self.passed, self.kept, self.risk,
            self.kept_risk, self.expected, self.expected_later, self.means, self.kept_sums, self.hazard, result,
        )  # fmt: skip
        return result


def _maximise(rows: _Rows, here: _Sums) -> tuple[FloatArray, _Sums, int] | None:
    """Newton's method from beta = 0, as in the reference; None where the way to the maximum is not plain."""
    beta, before = np.zeros(len(rows.x)), np.inf
    for iteration in range(MANY_ITERATIONS):
        step = newton_step(here.information, here.score)
        if step is None:
            return None
        length = float(here.score @ step)
        if abs(length) <= CONVERGED:
            return (beta + step, here, iteration) if abs(length) <= QUADRATIC * before else None
        before = length
        if np.abs(step) @ rows.farthest > LONGEST_STEP:
            change = float(np.abs(step @ rows.x).max())
            step = step * min(1.0, LONGEST_STEP / change)
        there = step_upwards(rows.at, beta, step, here)
        if there is None:
            return None
        beta, here = there
    return None


def _without_data(fit: FineGrayFit) -> LargeFineGrayFit:
    return LargeFineGrayFit(
        cause=fit.cause,
        names=fit.names,
        n=fit.n,
        n_events=fit.n_events,
        n_competing=fit.n_competing,
        n_censored=fit.n_censored,
        coefficients=fit.coefficients,
        covariance=fit.covariance,
        information=np.zeros((0, 0)) if fit.solution is None else fit.solution.moments.information,
        log_likelihood=fit.log_likelihood,
        log_likelihood_null=fit.log_likelihood_null,
        likelihood_ratio_test=fit.likelihood_ratio_test,
        wald_test=fit.wald_test,
        iterations=fit.iterations,
        engine="numpy",
        reason=fit.reason,
        notes=fit.notes,
    )
