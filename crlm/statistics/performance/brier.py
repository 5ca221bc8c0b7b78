"""The Brier score with censoring weights, and its mean over time: squared distance of prediction and outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.performance.discrimination import refusal_at
from crlm.statistics.performance.product_limit import (
    FollowUp,
    ProductLimit,
    censoring_limit,
    survival_limit,
    validate_follow_up,
    validate_horizon,
    validate_risk,
)
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import FloatArray

Rule = Literal["step", "trapezoid"]


@dataclass(frozen=True, slots=True)
class BrierScore:
    """The score with its interval (0 is perfect); null is the score of giving everybody 1 - S(t) of these data.

    scaled: 1 - score / null (1 is perfect, 0 no better than the null; "index of prediction accuracy"); None
    when the null score is 0.
    """

    estimate: Estimate
    null: float | None
    scaled: Estimate
    n: int


def brier(
    time: ArrayLike, event: ArrayLike, risk: ArrayLike, horizon: float, *, level: float = 0.95
) -> BrierScore:
    """The Brier score at a horizon t with inverse probability of censoring weights.

    risk: (n,) predicted probability of the event at or before t. B = 1/n sum of (1 - risk)^2 / G(T-) over
    events at T <= t, and risk^2 / G(t) over those followed beyond t; who is censored at or before t weighs 0. G
    is the Kaplan-Meier curve of staying uncensored (events come before censorings at a tie), just before the own
    time for events and at t for the others. Standard errors: infinitesimal jackknife, with G estimated too;
    intervals +/- z SE, that of the score cut at 0. When the last to be followed is censored at or before t,
    there is no value. Raises `ValueError`.

    Checked against: R riskRegression 2022.11 `Score(metrics = "brier")` and pec `pec`, values; its definition in
    plain Python and its derivatives (tests/oracles/performance.py). Sources: Graf 1999 (Stat Med 18:2529);
    Gerds & Schumacher 2006 (Biom J 48:1029); Kattan & Gerds 2018 (scaled).
    """
    interval_multiplier(level)
    data = validate_follow_up(time, event)
    risks = validate_risk(risk, len(data.time))
    return _summary(data, risks[:, None], [validate_horizon(horizon)], np.ones(1), level)


def integrated_brier(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    times: Sequence[float],
    *,
    rule: Rule = "step",
    level: float = 0.95,
) -> BrierScore:
    """The mean Brier score from the first to the last of `times`.

    risk: (n, m) predicted probability of the event at or before each of the m >= 2 times, which rise and may
    begin at 0. rule: "step" holds each score until the next time (as pec's `crps`; exact when the times contain
    every follow-up time); "trapezoid" joins the scores by lines. Standard errors and the scaled score as for
    `brier`. Sources and checks: those of `brier`; R pec `crps`.
    """
    interval_multiplier(level)
    if rule not in ("step", "trapezoid"):
        raise ValueError(f'rule was {rule!r}; it is "step" or "trapezoid"')
    data = validate_follow_up(time, event)
    grid = np.asarray(times, dtype=np.float64)
    if grid.ndim != 1 or len(grid) < 2 or not np.all(np.isfinite(grid)):
        raise ValueError("times must be two or more finite numbers")
    if grid[0] < 0.0 or np.any(np.diff(grid) <= 0.0):
        raise ValueError("times must rise from 0 or later")
    risks = np.asarray(risk, dtype=np.float64)
    if risks.shape != (len(data.time), len(grid)):
        raise ValueError(
            f"risk has shape {risks.shape}; it has a row per patient and a column per time: "
            f"({len(data.time)}, {len(grid)})"
        )
    for column in risks.T:
        validate_risk(column, len(data.time))
    gaps = np.diff(grid) / (grid[-1] - grid[0])
    shares = np.append(gaps, 0.0)
    if rule == "trapezoid":
        shares = (np.append(gaps, 0.0) + np.append(0.0, gaps)) / 2.0
    return _summary(data, risks, grid.tolist(), shares, level)


def _summary(
    data: FollowUp, risks: FloatArray, times: list[float], shares: FloatArray, level: float
) -> BrierScore:
    n = len(data.time)
    used = [j for j in range(len(times)) if shares[j] > 0.0]
    for j in used:
        refusal = refusal_at(data, times[j], data.rows_until(times[j]))
        if refusal is not None:
            nothing = Estimate(None, None, None, level, reason=refusal)
            return BrierScore(nothing, None, nothing, n)
    survival, censoring = survival_limit(data), censoring_limit(data)
    score, null = 0.0, 0.0
    influence, null_influence = np.zeros(n), np.zeros(n)
    for j in used:
        until = data.rows_until(times[j])
        height = float(survival.up_to(until))
        at, of_each = _score(data, censoring, risks[:, j], until)
        score += float(shares[j]) * at
        influence += float(shares[j]) * of_each
        at, of_each = _score(data, censoring, np.full(n, 1.0 - height), until)
        # The null prediction is estimated from the same patients; its score is flat there, to first order.
        null += float(shares[j]) * at
        null_influence += float(shares[j]) * of_each
    multiplier = interval_multiplier(level)
    estimate = _estimate(score, influence, multiplier, level, lowest=0.0)
    if null <= 1e-14:
        reason = "the null score is 0: everybody has the same outcome"
        return BrierScore(estimate, null, Estimate(None, None, None, level, reason=reason), n)
    slope = -(influence - score / null * null_influence) / null
    return BrierScore(estimate, null, _estimate(1.0 - score / null, slope, multiplier, level), n)


def _estimate(
    value: float, influence: FloatArray, multiplier: float, level: float, lowest: float = -np.inf
) -> Estimate:
    error = float(np.sqrt(np.sum(influence**2)))
    if error <= 1e-14:
        reason = "no interval: the error of every prediction is the same"
        return Estimate(value, None, None, level, None, reason)
    reach = multiplier * error
    return Estimate(value, float(max(value - reach, lowest)), value + reach, level, error)


def _score(data: FollowUp, censoring: ProductLimit, risk: FloatArray, until: int) -> tuple[float, FloatArray]:
    """The score after the first `until` distinct times, and its derivative by the weight of each patient (n,)."""
    n = len(data.time)
    case, control = data.event & (data.row < until), data.row >= until
    known = case | control
    rows = np.where(case, data.row, until)[known]
    squares = np.zeros(n)
    squares[known] = (case - risk)[known] ** 2 / censoring.up_to(rows)
    score = float(squares.mean())
    return score, (squares - score) / n + censoring.influence(-squares[known] / n, rows)
