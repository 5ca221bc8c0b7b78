"""Many covariates, each alone in a Cox model, for one or more endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.batch.engine import Engine, choose_engine, spread, thread_count
from crlm.statistics.batch.ordering import order_by_event_compiled
from crlm.statistics.cox.fit import cox
from crlm.statistics.cox.model import CoxData, Ties
from crlm.statistics.cox.validation import validate_data, validate_names
from crlm.statistics.regression import wald_estimate
from crlm.statistics.results import Estimate, TestResult, chi_square_p
from crlm.statistics.times import BoolArray, FloatArray, validate_survival

# Patients times models below which a second thread takes longer to start than it saves.
WORTH_A_THREAD = 100_000


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
    survival = [validate_survival(time, event) for time, event in endpoints]
    if (
        covariates.ndim != 2
        or any(len(time) != len(covariates) for time, _ in survival)
        or not np.isfinite(covariates).all()
    ):
        for time, event in survival:  # says what is wrong
            _model_data(time, event, covariates)
    columns, _ = validate_names(names, None, covariates.shape[1] if covariates.ndim == 2 else 0)
    E, p = len(survival), len(columns)
    values, undecided = np.zeros((E, p, 3)), np.ones((E, p), dtype=np.int64)
    if chosen == "numba":
        _compiled(survival, covariates, ties, workers, undecided, values)
    coefficients, errors = values[:, :, 0].copy(), values[:, :, 1].copy()
    ratios = np.maximum(2.0 * values[:, :, 2], 0.0)
    missing, no_ratio = np.zeros((E, p), dtype=bool), np.zeros((E, p), dtype=bool)
    reasons: dict[tuple[int, int], str] = {}
    left = [(int(e), int(j)) for e, j in np.argwhere(undecided)]
    for e, j in left:
        fit = cox(*survival[e], covariates[:, [j]], columns[j : j + 1], ties=ties, level=level)
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


def _model_data(time: FloatArray, event: BoolArray, X: FloatArray) -> CoxData:
    return validate_data(time, event, X, strata=None, weights=None, entry=None, offset=None, patient=None)


def _compiled(
    survival: Sequence[tuple[FloatArray, BoolArray]],
    covariates: FloatArray,
    ties: Ties,
    workers: int,
    undecided: NDArray[np.int64],
    values: FloatArray,
) -> None:
    from crlm.statistics.batch.univariable_kernel import MOST_VALUES, encode, screen

    by_column = np.ascontiguousarray(covariates.T)
    p, n = by_column.shape
    distinct, different = np.empty((p, MOST_VALUES)), np.empty(p, dtype=np.int64)
    codes = np.empty((p, n), dtype=np.int8)
    encode(by_column, distinct, codes, different)
    orders = [order_by_event_compiled(time, event) for time, event in survival]

    def part(begin: int, end: int) -> None:
        for e, order in enumerate(orders):
            first, last = max(begin - e * p, 0), min(end - e * p, p)
            if first < last and len(order.death_ends):
                screen(
                    by_column[first:last],
                    distinct[first:last],
                    codes[first:last],
                    different[first:last],
                    order.rows,
                    order.starts,
                    order.death_ends,
                    ties == "efron",
                    undecided[e, first:last],
                    values[e, first:last],
                )

    spread(part, len(survival) * p, workers, least=max(1, WORTH_A_THREAD // max(n, 1)))
