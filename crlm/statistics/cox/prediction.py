"""The baseline hazard of a Cox model, and what it predicts for given covariates, with intervals.

    H(t | x) = exp(x'beta) sum over event blocks up to t, j of m / denominator_j        S = exp(-H)
    variance of H = exp(2 x'beta) [ sum of m / denominator_j^2  +  q' V q ]
    q = sum of (mean_j - x) m / denominator_j

The denominators are those of the likelihood: Breslow's estimate with his ties, Efron's with Efron's. With exact ties
they are Breslow's at the exact coefficients, as in R: an approximation, because those are log odds ratios of time in
steps, and the poorer the larger the share of those at risk who have the event at the same time. The first part of the
variance is that of the baseline, the second that of the coefficients. References: Breslow 1972 (J R Stat Soc
B 34:216); Tsiatis 1981 (Ann Stat 9:93); Therneau & Grambsch 2000, chapter 10.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cox.model import CoxFit
from crlm.statistics.cox.residuals import solution_moments
from crlm.statistics.cox.solve import Solution
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import FloatArray, tie_tolerance

Interval = Literal["log-log", "log", "plain"]
# A combination of columns that was constant in the data may differ by this share of its size in a new row.
_SAME = 1e-8


@dataclass(frozen=True, eq=False)
class BaselineHazard:
    """The cumulative hazard just after each event time (K,) of one stratum, for a patient with all covariates 0."""

    stratum: Hashable | None
    time: FloatArray
    cumulative: FloatArray


def baseline_hazards(fit: CoxFit) -> tuple[BaselineHazard, ...]:
    """The cumulative baseline hazard, one per stratum that has events, for covariates (and offset) that are all 0.

    `ValueError` when there is none: no model, a coefficient without a finite estimate. Where 0 is far from the data
    the numbers are extreme, and may be inf. Checked against: R `basehaz(centered = FALSE)`.
    """
    if (refusal := _no_baseline(fit)) is not None or fit.solution is None:
        raise ValueError(f"no baseline hazard: {refusal}")
    lines = _Baseline(fit, fit.solution)
    origin = np.zeros((1, len(fit.names)))
    with np.errstate(over="ignore"):
        factor = math.exp(min(float(lines.log_relative(origin, np.zeros(1))[0]), 709.0))
    return tuple(
        BaselineHazard(lines.label(code), lines.time[a:b], lines.hazard[a:b] * factor)
        for code, (a, b) in lines.ranges.items()
    )


def linear_predictors(
    fit: CoxFit, X: ArrayLike, *, relative_to: Literal["zero", "mean"] | ArrayLike = "zero"
) -> tuple[Estimate, ...]:
    """The log hazard ratio of each row of X against a reference: all covariates 0, the means, or a row (p,).

    X: (rows, p), columns in the order of `fit.names`. No estimate, with the reason, where there is no model or a
    coefficient has no finite estimate. Checked against: R `predict(type = "lp", se.fit = TRUE)`.
    """
    rows = _validated_rows(fit, X)
    solution, refusals = fit.solution, _refusals(fit, rows, None, baseline=False)
    centre = _reference(fit, relative_to)
    found = []
    for row, refusal in zip(rows, refusals, strict=True):
        if solution is None or refusal is not None:
            found.append(_none(fit, refusal or "no model"))
            continue
        away = (row - centre)[solution.kept]
        error = math.sqrt(max(float(away @ solution.covariance @ away), 0.0))
        reach = interval_multiplier(fit.level) * error
        value = float(away @ solution.beta)
        found.append(Estimate(value, value - reach, value + reach, fit.level, error))
    return tuple(found)


def predicted_survival(
    fit: CoxFit,
    X: ArrayLike,
    times: Sequence[float],
    *,
    strata: Sequence[Hashable] | None = None,
    offset: ArrayLike | None = None,
    interval: Interval = "log-log",
) -> tuple[tuple[Estimate, ...], ...]:
    """The probability of no event up to each time, for each row of X: one tuple of estimates per row.

    X: (rows, p), the columns in the order of `fit.names`; times: finite, >= 0. strata: the stratum of each row, when
    the model has strata; offset: (rows,), when it has an offset. interval: on the scale log(-log S), log S or S, cut
    at 0 and 1. The interval is for the probability of one patient with known covariates. With a robust variance its
    part from the coefficients is the robust one, that from the baseline remains the model's (as in R).

    No estimate, with a reason: without a model, when a coefficient has no finite estimate, when a row contradicts
    what was constant in the data, after the end of the (stratum's) follow-up; no interval before the first event.
    `ValueError` for input of the wrong shape or content, or an unknown stratum.

    Checked against: R `survfit(coxph, newdata)`, all three intervals (tests/golden/cox_more.json), and by hand.
    """
    if interval not in ("log-log", "log", "plain"):
        raise ValueError(f'interval was {interval!r}; it is "log-log", "log" or "plain"')
    rows = _validated_rows(fit, X)
    wanted = np.asarray(times, dtype=np.float64)
    if wanted.ndim != 1 or not np.all(np.isfinite(wanted)) or np.any(wanted < 0.0):
        raise ValueError(f"times were {times!r}; they are finite numbers of 0 or more")
    codes = _stratum_codes(fit, strata, len(rows))
    known = _validated_offset(fit, offset, len(rows))
    refusals = _refusals(fit, rows, codes, baseline=True)
    if fit.solution is None:
        return tuple(tuple(_none(fit, one or "no model") for _ in wanted) for one in refusals)
    lines = _Baseline(fit, fit.solution)
    log_relative = lines.log_relative(rows, known)
    return tuple(
        tuple(_none(fit, refusal) for _ in wanted)
        if refusal is not None
        else tuple(lines.survival(row, code, eta, time, interval) for time in wanted.tolist())
        for row, code, eta, refusal in zip(rows, codes, log_relative.tolist(), refusals, strict=True)
    )


def _reference(fit: CoxFit, relative_to: Literal["zero", "mean"] | ArrayLike) -> FloatArray:
    if isinstance(relative_to, str):
        if relative_to not in ("zero", "mean"):
            raise ValueError(f'relative_to was {relative_to!r}; it is "zero", "mean" or a row of covariates')
        centre: FloatArray = fit.data.X.mean(axis=0) if relative_to == "mean" else np.zeros(len(fit.names))
        return centre
    row: FloatArray = _validated_rows(fit, np.asarray(relative_to, dtype=np.float64)[None])[0]
    return row


class _Baseline:
    """Running sums over the event blocks of each stratum, on the scale of `Moments`."""

    def __init__(self, fit: CoxFit, solution: Solution) -> None:
        self.fit, self.solution = fit, solution
        sets, at = solution.sets, solution_moments(solution)
        self.shift = at.shift
        self.centre = fit.data.X.mean(axis=0)[solution.kept]
        self.time = fit.data.time[sets.rows[sets.deaths[sets.death_starts]]]
        self.ranges = {int(sets.block_stratum[a]): (a, b) for a, b in sets.strata}
        self.hazard, self.squares = at.inverse.copy(), at.root**2
        self.means = at.mean_hazard.copy()
        for a, b in sets.strata:
            for sums in (self.hazard, self.squares, self.means):
                np.cumsum(sums[..., a:b], axis=-1, out=sums[..., a:b])
        stratum = np.zeros(fit.n, dtype=np.intp) if fit.data.stratum is None else fit.data.stratum
        self.end = np.full(int(stratum.max()) + 1, -np.inf)
        np.maximum.at(self.end, stratum, fit.data.time)
        self.noise = tie_tolerance(np.unique(fit.data.time))

    def label(self, code: int) -> Hashable | None:
        return self.fit.data.stratum_labels[code] if self.fit.data.stratum is not None else None

    def log_relative(self, rows: FloatArray, offset: FloatArray) -> FloatArray:
        """The logarithm of what the running sums of hazards are multiplied by for each row."""
        away = rows[:, self.solution.kept] - self.centre
        return np.asarray(away @ self.solution.beta + offset - self.shift)

    def survival(self, row: FloatArray, code: int, eta: float, time: float, interval: Interval) -> Estimate:
        level = self.fit.level
        if time > self.end[code] + self.noise:
            of = "" if self.fit.data.stratum is None else f" in {self.label(code)}"
            return _none(self.fit, f"follow-up ends at {self.end[code]:g}{of}")
        a, b = self.ranges.get(code, (0, 0))
        k = a + int(np.searchsorted(self.time[a:b], time + self.noise, side="right")) - 1
        if k < a:
            return Estimate(1.0, None, None, level, None, f"no interval: no event up to {time:g}")
        away = row[self.solution.kept] - self.centre
        q = self.means[:, k] - away * self.hazard[k]
        # The error of H in units of H, so that neither overflows.
        relative_error = math.sqrt(self.squares[k] + q @ self.solution.covariance @ q) / self.hazard[k]
        log_hazard = eta + math.log(self.hazard[k])
        hazard = math.exp(min(log_hazard, 700.0))
        value, error = math.exp(-hazard), relative_error * hazard
        reach = interval_multiplier(level) * error
        if interval == "log-log":
            by = interval_multiplier(level) * relative_error
            lower, upper = (math.exp(-math.exp(min(log_hazard + side * by, 700.0))) for side in (1, -1))
        elif interval == "log":
            lower, upper = math.exp(-hazard - reach), math.exp(min(reach - hazard, 0.0))
        else:
            lower, upper = max(value - reach * value, 0.0), min(value + reach * value, 1.0)
        return Estimate(value, lower, upper, level, error * value)


def _no_baseline(fit: CoxFit) -> str | None:
    if fit.solution is None:
        return fit.reason or next((one for one in fit.reasons if one is not None), "no model")
    lost = np.flatnonzero(fit.solution.lost)
    return f"{fit.names[int(lost[0])]} has no finite estimate" if len(lost) else None


def _refusals(
    fit: CoxFit, rows: FloatArray, codes: Sequence[int] | None, *, baseline: bool
) -> list[str | None]:
    """Per row, why nothing can be predicted for it, or None."""
    solution = fit.solution
    if solution is None or baseline or np.any(solution.lost):
        refusal = _no_baseline(fit)
        if refusal is not None:
            return [refusal] * len(rows)
    found: list[str | None] = [None] * len(rows)
    if solution is None or codes is None:
        return found
    at_risk = solution.sets.rows
    stratum = np.zeros(fit.n, dtype=np.intp) if fit.data.stratum is None else fit.data.stratum
    for combination in fit.aliased:
        names = ", ".join(fit.names[j] for j in np.flatnonzero(combination).tolist())
        for i, (row, code) in enumerate(zip(rows, codes, strict=True)):
            alike = at_risk[stratum[at_risk] == code]
            like = fit.data.X[alike[0]] if len(alike) else row
            size = float(np.abs(combination) @ (np.abs(row) + np.abs(like)))
            if abs(float((row - like) @ combination)) > _SAME * size:
                found[i] = (
                    f"{names}: no patient in the data is like this row, nothing is known of the difference"
                )
    return found


def _validated_rows(fit: CoxFit, X: ArrayLike) -> FloatArray:
    rows = np.asarray(X, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(fit.names):
        raise ValueError(f"X has shape {rows.shape}; it has one row per patient and {len(fit.names)} columns")
    wrong = np.argwhere(~np.isfinite(rows))
    if len(wrong):
        row, column = wrong[0].tolist()
        raise ValueError(f"X[{row}, {column}] is {rows[row, column]}; every value must be a finite number")
    return rows


def _validated_offset(fit: CoxFit, offset: ArrayLike | None, n: int) -> FloatArray:
    if (offset is None) != (fit.data.offset is None):
        raise ValueError(
            "the model has an offset: give that of each row"
            if offset is None
            else "the model has no offset: leave it out"
        )
    values = np.zeros(n) if offset is None else np.asarray(offset, dtype=np.float64)
    if values.shape != (n,) or not np.all(np.isfinite(values)):
        raise ValueError(f"offset must be {n} finite numbers, one per row of X")
    return values


def _stratum_codes(fit: CoxFit, strata: Sequence[Hashable] | None, n: int) -> list[int]:
    labels = fit.data.stratum_labels
    if fit.data.stratum is None:
        if strata is not None and not labels:
            raise ValueError("the model has no strata: leave them out")
        return [0] * n
    if strata is None or len(strata) != n:
        raise ValueError(f"the model has strata: give that of each of the {n} rows of X")
    code = {label: i for i, label in enumerate(labels)}
    unknown = [one for one in strata if one not in code]
    if unknown:
        raise ValueError(f"stratum {unknown[0]!r} is not in the data; they are {list(labels)}")
    return [code[one] for one in strata]


def _none(fit: CoxFit, reason: str) -> Estimate:
    return Estimate(None, None, None, fit.level, None, reason)
