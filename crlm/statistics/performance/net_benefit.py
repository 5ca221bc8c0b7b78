"""Net benefit and decision curves: true positives less false positives, weighed by the threshold of treatment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.performance.binary_calibration import validate_outcome
from crlm.statistics.performance.product_limit import (
    FollowUp,
    survival_limit,
    validate_follow_up,
    validate_horizon,
    validate_risk,
)
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import BoolArray, FloatArray, tie_tolerance

# The risk of those chosen, its derivative by each patient's weight (n,), or why it is unknown.
_Share = Callable[[BoolArray], tuple[float | None, FloatArray, str | None]]

NOBODY = "no interval: nobody's risk reaches the threshold, so that nobody is treated"
FLAT = "no interval: all patients contribute the same"


@dataclass(frozen=True, slots=True)
class NetBenefit:
    """Net benefit per patient at one threshold, of treating by the prediction (risk >= threshold), and of treating all.

    Treating nobody has net benefit 0, so that an interval above 0 beats it; versus_all: by the prediction less
    treating all.
    """

    threshold: float
    by_prediction: Estimate
    treat_all: Estimate
    versus_all: Estimate
    n_treated: int
    n: int


def net_benefit(
    event: ArrayLike, risk: ArrayLike, thresholds: Sequence[float], *, level: float = 0.95
) -> tuple[NetBenefit, ...]:
    """The decision curve of a binary outcome: one `NetBenefit` per threshold.

    event: (n,) 1 or 0. risk: (n,) between 0 and 1. NB(p) = TP / n - FP / n * p / (1 - p); treated is who has a risk
    of at least p. The standard error is that of a mean over patients (divided by n, not n - 1); interval NB +/- z SE.
    Without patients there is no value. Raises `ValueError` for a threshold that is not between 0 and 1. Sources:
    Vickers & Elkin 2006 (Med Decis Making 26:565); Sande et al. 2020 (Stat Med 39:2980), variance. Checked against: the
    definition and its derivatives in plain Python; by hand (docs/validation/performance.md).
    """
    outcome = validate_outcome(event)
    risks = validate_risk(risk, len(outcome))
    each = outcome.astype(np.float64)

    def share(chosen: BoolArray) -> tuple[float | None, FloatArray, str | None]:
        known = float(each[chosen].mean())
        return known, np.where(chosen, each - known, 0.0) / float(chosen.sum()), None

    return tuple(_at(risks, one, share, level) for one in _valid(thresholds))


def survival_net_benefit(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: float,
    thresholds: Sequence[float],
    *,
    level: float = 0.95,
) -> tuple[NetBenefit, ...]:
    """The decision curve of the event by a horizon with censored follow-up: one `NetBenefit` per threshold.

    time, event: (n,). risk: (n,) predicted probability of the event by the horizon. With q the share of patients with
    risk >= p and F their risk by Kaplan and Meier, NB(p) = q [F - (1 - F) p / (1 - p)]. The standard error is the
    infinitesimal jackknife's (q and F estimated together); interval NB +/- z SE. When the treated are not followed
    to the horizon, their F and the net benefit are unknown, and the reason says so; nobody treated is exactly 0.

    Censoring is taken as independent of the event among the treated. Source: Vickers 2008 (BMC Med Inform Decis Mak
    8:53). Checked against: its definition and its derivatives in plain Python (tests/oracles/performance.py).
    """
    data = validate_follow_up(time, event)
    horizon = validate_horizon(horizon)
    risks = validate_risk(risk, len(data.time))

    def share(chosen: BoolArray) -> tuple[float | None, FloatArray, str | None]:
        return _incidence(data, chosen, horizon)

    return tuple(_at(risks, one, share, level) for one in _valid(thresholds))


def _incidence(
    data: FollowUp, chosen: BoolArray, horizon: float
) -> tuple[float | None, FloatArray, str | None]:
    """The risk by the horizon of those chosen, its derivative by each patient's weight (n,), or a reason."""
    part = validate_follow_up(data.time[chosen], data.event[chosen])
    until = part.rows_until(horizon)
    curve = survival_limit(part)
    height = float(curve.up_to(until))
    influence = np.zeros(len(data.time))
    if height > 0.0 and part.distinct[-1] < horizon - tie_tolerance(part.distinct):
        whose = "" if chosen.all() else " of the treated"
        return None, influence, f"the follow-up{whose} ends at {part.distinct[-1]:g}"
    influence[chosen] = -height * curve.influence(np.ones(1), np.array([until], dtype=np.intp))
    return 1.0 - height, influence, None


def _at(risks: FloatArray, threshold: float, share: _Share, level: float) -> NetBenefit:
    n = len(risks)
    multiplier = interval_multiplier(level)
    treated = risks >= threshold
    if not n:
        none = Estimate(None, None, None, level, None, "there are no patients")
        return NetBenefit(threshold, none, none, none, 0, 0)
    value, influence, reason = _benefit(treated, threshold, share)
    value_all, influence_all, reason_all = _benefit(np.ones(n, dtype=bool), threshold, share)
    no_interval = FLAT if treated.any() else NOBODY
    by_prediction = _estimate(value, influence, reason, no_interval, multiplier, level)
    treat_all = _estimate(value_all, influence_all, reason_all, FLAT, multiplier, level)
    if value is None or value_all is None:
        versus_all = Estimate(None, None, None, level, None, reason or reason_all)
    else:
        same = "no interval: everybody is treated" if treated.all() else FLAT
        versus_all = _estimate(value - value_all, influence - influence_all, None, same, multiplier, level)
    return NetBenefit(threshold, by_prediction, treat_all, versus_all, int(treated.sum()), n)


def _benefit(
    chosen: BoolArray, threshold: float, share: _Share
) -> tuple[float | None, FloatArray, str | None]:
    """Net benefit of treating those chosen, its derivative by each patient's weight (n,), or a reason."""
    n, odds = len(chosen), threshold / (1.0 - threshold)
    if not chosen.any():
        return 0.0, np.zeros(n), None
    known, influence, reason = share(chosen)
    if known is None:
        return None, influence, reason
    of_each = known - (1.0 - known) * odds
    part = float(chosen.mean())
    value = part * of_each
    return value, (chosen * of_each - value) / n + part * (1.0 + odds) * influence, None


def _estimate(
    value: float | None,
    influence: FloatArray,
    reason: str | None,
    no_interval: str,
    multiplier: float,
    level: float,
) -> Estimate:
    if value is None:
        return Estimate(None, None, None, level, None, reason)
    error = float(np.sqrt(np.sum(influence**2)))
    if error <= 1e-14:
        return Estimate(value, None, None, level, None, no_interval)
    return Estimate(value, value - multiplier * error, value + multiplier * error, level, error)


def _valid(thresholds: Sequence[float]) -> list[float]:
    wanted = np.asarray(thresholds, dtype=np.float64)
    if wanted.ndim != 1 or not np.all((wanted > 0.0) & (wanted < 1.0)):
        raise ValueError(f"thresholds were {thresholds!r}; each lies between 0 and 1")
    return list(wanted.tolist())
