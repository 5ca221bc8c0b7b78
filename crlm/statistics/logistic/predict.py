"""Probabilities that a fitted logistic model predicts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.logistic.model import LogisticFit
from crlm.statistics.logistic.separation import ROUNDING
from crlm.statistics.logistic.solve import Solution
from crlm.statistics.logistic.validation import same_length, validate_covariates, validate_offset
from crlm.statistics.regression import wald_estimate
from crlm.statistics.results import Estimate
from crlm.statistics.times import BoolArray, FloatArray


def predict(fit: LogisticFit, X: ArrayLike, *, offset: ArrayLike | None = None) -> tuple[Estimate, ...]:
    """Probability of the event for each row of covariates, from a binary model.

    X: (m, p) in the columns of the fit. offset: (m,), needed when the model was fitted with one. The interval
    is Wald's on the log odds, transformed; `standard_error` is that of the log odds. A row whose log odds rest
    on a coefficient without a finite estimate has a reason instead of a number. Raises `ValueError` for another
    kind of model or the wrong shape. Checked against: R `predict.glm`.
    """
    if fit.data.kind != "binary":
        raise ValueError(f"the model is {fit.data.kind}: use predict_categories")
    rows, shift = _inputs(fit, X, offset)
    if fit.solution is None:
        return tuple(_none(fit) for _ in rows)
    combinations = _combinations(fit, rows)[:, 0, :]
    known = _known(fit.solution, combinations)
    log_odds = combinations @ fit.solution.theta + shift
    errors = fit.solution.errors_of(combinations)
    return tuple(
        _probability(wald_estimate(eta, error, fit.level)) if sure else _none(fit)
        for eta, error, sure in zip(log_odds.tolist(), errors, known, strict=True)
    )


def predict_categories(fit: LogisticFit, X: ArrayLike) -> tuple[tuple[Estimate, ...], ...]:
    """Probability of each category for each row of covariates, from a multinomial or proportional-odds model.

    X: (m, p). Gives m rows of estimates in the order of `fit.data.levels`; the interval is Wald's on the log
    odds of the category (delta method), and `standard_error` is that of these log odds. What has no finite
    estimate is as in `predict`. Checked against: R `predict` of multinom and polr (probabilities), and the
    numerical derivative (intervals).
    """
    if fit.data.kind == "binary":
        raise ValueError("the model is binary: use predict")
    rows, _ = _inputs(fit, X, None)
    k = len(fit.data.levels)
    if fit.solution is None:
        return tuple(tuple(_none(fit) for _ in range(k)) for _ in rows)
    combinations = _combinations(fit, rows)
    m, equations, q = combinations.shape
    known = np.all(_known(fit.solution, combinations.reshape(-1, q)).reshape(m, equations), axis=1)
    probabilities, slopes = _categories(fit, combinations)
    return tuple(
        tuple(_category(fit, float(p), slope) for p, slope in zip(own, slope_of_own, strict=True))
        if sure
        else tuple(_none(fit) for _ in range(k))
        for own, slope_of_own, sure in zip(probabilities, slopes, known, strict=True)
    )


def fitted_probabilities(fit: LogisticFit) -> FloatArray:
    """The probability of the event of each patient analysed, by a binary model: shape (n,).

    Where the covariates separate, these are the limits: exactly 0 or 1 for the patients whose outcome became
    certain. `ValueError` when there is no model.
    """
    if fit.data.kind != "binary":
        raise ValueError(f"the model is {fit.data.kind}: use predict_categories")
    if fit.solution is None:
        raise ValueError(f"there is no model: {fit.reason or 'the iterations did not converge'}")
    moments = fit.solution.model.at(fit.solution.theta)
    event = fit.data.outcome == 1
    return np.where(event, moments.kept[:, 0], moments.lost[:, 0])


def _inputs(fit: LogisticFit, X: ArrayLike, offset: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    rows = validate_covariates(X, None)
    if rows.shape[1] != len(fit.data.columns):
        raise ValueError(f"X has {rows.shape[1]} columns; the model has {list(fit.data.columns)}")
    if (offset is None) != (fit.data.offset is None):
        raise ValueError("give an offset exactly when the model was fitted with one")
    shift = validate_offset(offset, len(rows))
    return rows, np.zeros(len(rows)) if shift is None else same_length(shift, "offset", len(rows))


def _combinations(fit: LogisticFit, rows: FloatArray) -> FloatArray:
    """The log odds of each equation or cutpoint as combinations of theta: (m, equations, q)."""
    design = fit.design
    assert design is not None
    kept = design.found.kept
    centred = rows[:, kept] - design.means
    combinations = np.zeros((len(rows), design.intercepts, len(design.start)))
    for row in range(design.intercepts):
        combinations[:, row, row] = 1.0
        if fit.data.kind == "proportional odds":
            combinations[:, row, design.place[0, kept]] = -centred
        else:
            combinations[:, row, design.place[row, kept]] = centred
    return combinations


def _known(solution: Solution, combinations: FloatArray) -> BoolArray:
    moved = np.abs(combinations @ solution.null.T)
    size = np.abs(combinations) @ np.abs(solution.null.T)
    return np.asarray(np.all(moved <= ROUNDING * size, axis=1))


def _probability(log_odds: Estimate) -> Estimate:
    from scipy import special

    value, lower, upper = (
        None if one is None else float(special.expit(one))
        for one in (log_odds.value, log_odds.lower, log_odds.upper)
    )
    return Estimate(value, lower, upper, log_odds.level, log_odds.standard_error, log_odds.reason)


def _categories(fit: LogisticFit, combinations: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Probabilities (m, k) and their derivatives to theta (m, k, q)."""
    from scipy import special

    assert fit.solution is not None
    eta = combinations @ fit.solution.theta
    m, _, q = combinations.shape
    if fit.data.kind == "proportional odds":
        below = special.expit(eta)
        density = below * special.expit(-eta)
        ends = np.zeros((m, 1))
        probabilities = np.diff(np.hstack((ends, below, ends + 1.0)), axis=1)
        none = np.zeros((m, 1, q))
        slopes = np.diff(np.concatenate((none, density[:, :, None] * combinations, none), axis=1), axis=1)
        return probabilities, slopes
    odds = np.hstack((np.zeros((m, 1)), eta))
    probabilities = special.softmax(odds, axis=1)
    each = np.concatenate((np.zeros((m, 1, q)), combinations), axis=1)
    mean = np.einsum("mk,mkq->mq", probabilities, each)
    return probabilities, probabilities[:, :, None] * (each - mean[:, None, :])


def _category(fit: LogisticFit, p: float, slope: FloatArray) -> Estimate:
    assert fit.solution is not None
    errors = fit.solution.errors_of(slope[None, :])
    error = None if errors[0] is None else errors[0] / (p * (1.0 - p))
    found = _probability(wald_estimate(math.log(p / (1.0 - p)), error, fit.level))
    return replace(found, value=p)


def _none(fit: LogisticFit) -> Estimate:
    reason = fit.reason or "no finite estimate: the row rests on coefficients that have none"
    return Estimate(None, None, None, fit.level, reason=reason)
