"""Cumulative incidence predicted by a Fine-Gray model for given covariates, with intervals."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.competing_risks.fine_gray_model import FineGrayFit
from crlm.statistics.competing_risks.fine_gray_solve import Solution
from crlm.statistics.competing_risks.fine_gray_variance import (
    baseline_influence,
    score_influence,
)
from crlm.statistics.competing_risks.subdistribution import IntArray
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import FloatArray, tie_tolerance

# A combination of columns that was constant in the data may differ by this share of its size in a new row.
_SAME = 1e-8


def predicted_incidence_curves(
    fit: FineGrayFit, X: ArrayLike, *, stratum: Hashable = None
) -> tuple[FloatArray, FloatArray]:
    """The event times of the cause (K,) and the incidence just after them for each row of X: shape (rows, K).

    F(t | x) = 1 - exp(-exp(x'beta) Lambda(t)), Lambda(t) the sum of d / S0 over event times up to t. X: (rows, p), the
    columns in the order of `fit.names`. stratum: the label of the one whose baseline is meant, in a stratified model.
    Raises `ValueError` when there is no model, or a row cannot be predicted; `predicted_incidence` gives the reasons
    row by row. Checked against: R cmprsk `predict.crr`.
    """
    rows = _validated_rows(fit, X)
    refusals = [one for one in _refusals(fit, rows) if one is not None]
    if refusals or fit.solution is None:
        raise ValueError(f"no prediction: {refusals[0] if refusals else fit.reason}")
    at = fit.solution.moments
    blocks = _blocks(fit, fit.solution, stratum)
    events = blocks[at.sets.d[blocks] > 0.0]
    relative = np.exp(_linear(fit, fit.solution, rows))
    cumulative = relative[:, None] * np.cumsum(at.hazard[events] * math.exp(-at.shift))
    return fit.data.distinct[at.sets.position[events]], -np.expm1(-cumulative)


def predicted_incidence(
    fit: FineGrayFit, X: ArrayLike, times: Sequence[float], *, stratum: Hashable = None
) -> tuple[tuple[Estimate, ...], ...]:
    """The cumulative incidence of the cause at each time for each row of X: one tuple of estimates per row.

    X: (rows, p), the columns in the order of `fit.names`; times: finite, >= 0. stratum: the label of the one
    whose baseline is meant, in a stratified model. The interval is made on the scale
    log(-log(1 - F)), with the robust variance that includes the estimation of the coefficients, of the baseline
    and of the censoring weights. No estimate, with a reason: without a model, when a coefficient has no finite
    estimate, when a row contradicts what was constant in the data (a column, or a combination of aliased
    columns), after the end of follow-up. `ValueError` for input of the wrong shape or content.

    Checked against: R cmprsk `predict.crr` for the value; for the variance the jackknife (tests/oracles/fine_gray.py).
    Source: Fine & Gray 1999, J Am Stat Assoc 94:496, section 5.
    """
    rows = _validated_rows(fit, X)
    wanted = np.asarray(times, dtype=np.float64)
    if wanted.ndim != 1 or not np.all(np.isfinite(wanted)) or np.any(wanted < 0.0):
        raise ValueError(f"times were {times!r}; they are finite numbers of 0 or more")
    refusals = _refusals(fit, rows)
    if fit.solution is None:
        return tuple(tuple(_none(fit, one or "no model") for _ in wanted) for one in refusals)

    solution, at = fit.solution, fit.solution.moments
    blocks = _blocks(fit, solution, stratum)
    score = score_influence(fit.data, at)
    linear = _linear(fit, solution, rows)
    columns = [_at_time(fit, solution, blocks, time, score, rows, linear) for time in wanted.tolist()]
    return tuple(
        tuple(column[i] if refusal is None else _none(fit, refusal) for column in columns)
        for i, refusal in enumerate(refusals)
    )


def _at_time(
    fit: FineGrayFit,
    solution: Solution,
    blocks: IntArray,
    time: float,
    score: FloatArray,
    rows: FloatArray,
    linear: FloatArray,
) -> list[Estimate]:
    """The incidence of each row at one time."""
    at, distinct = solution.moments, fit.data.distinct
    noise = tie_tolerance(distinct)
    end = distinct[_last_position(fit, solution, blocks)]
    if time > end + noise:
        return [_none(fit, f"follow-up ends at {end:g}") for _ in rows]
    until = np.zeros(len(at.hazard))
    until[blocks] = distinct[at.sets.position[blocks]] <= time + noise
    shifted = float(until @ at.hazard)
    if shifted == 0.0:
        reason = f"no interval: no event of this cause up to {time:g}"
        return [Estimate(0.0, None, None, fit.level, None, reason) for _ in rows]
    # log(-log(1 - F)) = x'beta + log Lambda(t): its influence, patient by patient, is linear in x - mean(t).
    mean = at.means @ (until * at.hazard) / shifted
    baseline = baseline_influence(fit.data, at, until)[0] / shifted
    own = float(baseline @ baseline)
    with_score, squared = score @ baseline, score @ score.T
    estimates = []
    for x, eta in zip(rows[:, solution.kept] - fit.centre[solution.kept], linear, strict=True):
        moved = solution.inverse @ (x - mean)
        variance = float(moved @ squared @ moved + 2.0 * moved @ with_score + own)
        log_hazard = eta + math.log(shifted) - at.shift
        estimates.append(_estimate(fit, log_hazard, math.sqrt(max(variance, 0.0))))
    return estimates


def _estimate(fit: FineGrayFit, log_hazard: float, error: float) -> Estimate:
    """The incidence from the logarithm of its cumulative subdistribution hazard and the error of that."""
    reach = interval_multiplier(fit.level) * error
    value, lower, upper = (-math.expm1(-math.exp(min(log_hazard + k * reach, 700.0))) for k in (0, -1, 1))
    # dF = (1 - F) Lambda dlog(Lambda)
    slope = math.exp(min(log_hazard, 700.0) - math.exp(min(log_hazard, 700.0)))
    if not error > 0.0:
        return Estimate(value, None, None, fit.level, None, "no interval: the robust variance is 0")
    return Estimate(value, lower, upper, fit.level, slope * error)


def _blocks(fit: FineGrayFit, solution: Solution, stratum: Hashable) -> IntArray:
    """The event blocks of a stratum, in order of time."""
    if stratum not in fit.strata:
        raise ValueError(
            f"stratum was {stratum!r}; this model has {', '.join(repr(one) for one in fit.strata)}"
            if fit.strata != (None,)
            else f"stratum was {stratum!r}; this model is not stratified"
        )
    begin, end = solution.moments.sets.strata[fit.strata.index(stratum)]
    return np.arange(begin, end)


def _last_position(fit: FineGrayFit, solution: Solution, blocks: IntArray) -> int:
    """Where the follow-up of a stratum ends, among the distinct times."""
    data = fit.data
    if data.stratum is None:
        return len(data.distinct) - 1
    ranges = solution.moments.sets.strata
    code = next(s for s, (begin, _) in enumerate(ranges) if begin == blocks[0])
    return int(data.position[data.stratum == code].max())


def _linear(fit: FineGrayFit, solution: Solution, rows: FloatArray) -> FloatArray:
    return np.asarray((rows[:, solution.kept] - fit.centre[solution.kept]) @ solution.beta)


def _validated_rows(fit: FineGrayFit, X: ArrayLike) -> FloatArray:
    rows = np.asarray(X, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(fit.names):
        raise ValueError(f"X has shape {rows.shape}; it has one row per patient and {len(fit.names)} columns")
    wrong = np.argwhere(~np.isfinite(rows))
    if len(wrong):
        row, column = wrong[0].tolist()
        raise ValueError(f"X[{row}, {column}] is {rows[row, column]}; every value must be a finite number")
    return rows


def _refusals(fit: FineGrayFit, rows: FloatArray) -> list[str | None]:
    """Per row, why nothing can be predicted for it, or None."""
    if fit.solution is None:
        reason = fit.reason or next((one for one in fit.reasons if one is not None), "no model")
        return [reason] * len(rows)
    if np.any(fit.solution.lost):
        name = fit.names[int(np.flatnonzero(fit.solution.lost)[0])]
        return [f"{name} has no finite estimate"] * len(rows)
    found: list[str | None] = [None] * len(rows)
    for combination in fit.aliased:
        involved = np.flatnonzero(combination)
        off = (rows - fit.centre) @ combination
        size = np.abs(combination) @ (np.abs(rows) + np.abs(fit.centre)).T
        for i in np.flatnonzero(np.abs(off) > _SAME * np.maximum(size, 1e-300)).tolist():
            names = ", ".join(fit.names[j] for j in involved.tolist())
            found[i] = f"{names}: no patient in the data is like this row, nothing is known of the difference"
    return found


def _none(fit: FineGrayFit, reason: str) -> Estimate:
    return Estimate(None, None, None, fit.level, None, reason)
