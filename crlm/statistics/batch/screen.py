"""Many covariates, each alone in a Cox model, for one or more endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.batch.engine import Engine, choose_engine, spread, thread_count
from crlm.statistics.batch.ordering import order_by_event
from crlm.statistics.cox.fit import cox
from crlm.statistics.cox.model import CoxData, Ties
from crlm.statistics.cox.validation import validate_data, validate_names
from crlm.statistics.regression import wald_estimate
from crlm.statistics.results import Estimate, TestResult, chi_square_p


@dataclass(frozen=True, eq=False)
class CoxScreen:
    """Univariable Cox models of p covariates for E endpoints.

    coefficients, standard_errors, likelihood_ratios: (E, p) masked arrays, masked where there is no finite estimate;
    reasons: why, by (endpoint, covariate). by_reference: the models that the compiled kernel left to the numpy
    reference.
    """

    names: tuple[str, ...]
    coefficients: np.ma.MaskedArray[Any, Any]
    standard_errors: np.ma.MaskedArray[Any, Any]
    likelihood_ratios: np.ma.MaskedArray[Any, Any]
    reasons: Mapping[tuple[int, int], str]
    by_reference: tuple[tuple[int, int], ...]
    engine: Engine
    level: float
    n: int

    def coefficient(self, endpoint: int, covariate: int) -> Estimate:
        """One log hazard ratio with its Wald interval, or None and the reason."""
        reason = self.reasons.get((endpoint, covariate))
        if reason is not None:
            return Estimate(None, None, None, self.level, reason=reason)
        value = float(self.coefficients[endpoint, covariate])
        return wald_estimate(value, float(self.standard_errors[endpoint, covariate]), self.level)

    def likelihood_ratio_test(self, endpoint: int, covariate: int) -> TestResult:
        """Of one covariate, on 1 df; it may exist where the estimate does not."""
        if np.ma.getmaskarray(self.likelihood_ratios)[endpoint, covariate]:
            reason = self.reasons[endpoint, covariate]
            return TestResult("likelihood-ratio", None, None, None, self.n, reason)
        statistic = float(self.likelihood_ratios[endpoint, covariate])
        return TestResult("likelihood-ratio", statistic, 1, chi_square_p(statistic, 1), self.n)


def screen_cox(
    endpoints: Sequence[tuple[ArrayLike, ArrayLike]],
    X: ArrayLike,
    names: Sequence[str],
    *,
    ties: Ties = "efron",
    level: float = 0.95,
    engine: Engine | None = None,
    threads: int | None = None,
) -> CoxScreen:
    """Fit Cox's model to each column of X alone, for each endpoint.

    endpoints: pairs of time (n,) and event (n,). X, names, ties, level: as for `cox`; patients with missing
    values must be chosen out before, per covariate. Patients are sorted once per endpoint. Raises `ValueError`
    for input of the wrong shape or content. Checked against: `cox` of every column (tests/statistics/test_batch.py).
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties was {ties!r}; it is 'efron' or 'breslow'")
    chosen, workers = choose_engine(engine), thread_count(threads)
    covariates = np.asarray(X, dtype=np.float64)
    datasets = [
        # The covariates are the same for all endpoints and looked at once.
        validate_data(
            time,
            event,
            covariates if e == 0 or covariates.ndim != 2 else covariates[:, :0],
            strata=None,
            weights=None,
            entry=None,
            offset=None,
            patient=None,
        )
        for e, (time, event) in enumerate(endpoints)
    ]
    columns, _ = validate_names(names, None, covariates.shape[1] if covariates.ndim == 2 else 0)
    E, p = len(datasets), len(columns)
    values, undecided = np.zeros((E, p, 5)), np.ones((E, p), dtype=np.int64)
    if chosen == "numba":
        _compiled(datasets, covariates, ties, workers, undecided, values)
    coefficients, errors = values[:, :, 0].copy(), values[:, :, 1].copy()
    ratios = np.maximum(2.0 * (values[:, :, 3] - values[:, :, 2]), 0.0)
    missing, no_ratio = np.zeros((E, p), dtype=bool), np.zeros((E, p), dtype=bool)
    reasons: dict[tuple[int, int], str] = {}
    left = [(int(e), int(j)) for e, j in np.argwhere(undecided)]
    for e, j in left:
        data = datasets[e]
        fit = cox(data.time, data.event, covariates[:, [j]], columns[j : j + 1], ties=ties, level=level)
        one, ratio = fit.coefficients[0], fit.likelihood_ratio_test.statistic
        missing[e, j], no_ratio[e, j] = one.value is None, ratio is None
        coefficients[e, j], errors[e, j] = one.value or 0.0, one.standard_error or 0.0
        ratios[e, j] = ratio or 0.0
        if one.value is None:
            reasons[e, j] = one.reason or "no estimate"
    return CoxScreen(
        names=columns,
        coefficients=np.ma.MaskedArray(coefficients, missing),
        standard_errors=np.ma.MaskedArray(errors, missing),
        likelihood_ratios=np.ma.MaskedArray(ratios, no_ratio),
        reasons=reasons,
        by_reference=tuple(left) if chosen == "numba" else (),
        engine=chosen,
        level=level,
        n=len(covariates),
    )


def _compiled(
    datasets: Sequence[CoxData],
    covariates: np.ndarray[Any, np.dtype[np.float64]],
    ties: Ties,
    workers: int,
    undecided: np.ndarray[Any, np.dtype[np.int64]],
    values: np.ndarray[Any, np.dtype[np.float64]],
) -> None:
    from crlm.statistics.batch.univariable_kernel import screen

    by_column = np.ascontiguousarray(covariates.T)
    p = len(by_column)
    orders = [order_by_event(one.time, one.event) for one in datasets]

    def part(begin: int, end: int) -> None:
        for e, order in enumerate(orders):
            first, last = max(begin - e * p, 0), min(end - e * p, p)
            if first < last and len(order.death_ends):
                screen(
                    by_column[first:last],
                    order.rows,
                    order.starts,
                    order.death_ends,
                    ties == "efron",
                    undecided[e, first:last],
                    values[e, first:last],
                )

    models = len(datasets) * p
    # Little work is not cut into more parts than there are threads.
    small = by_column.size * len(datasets) < 1_000_000
    spread(part, models, workers, least=max(16, models // workers if small else 0))
