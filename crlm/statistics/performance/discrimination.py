"""Uno's C and the area under the time-dependent ROC curve: order of the predictions, weighted for censoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.concordance import NO_PAIRS, prefix_counts
from crlm.statistics.performance.product_limit import (
    FollowUp,
    censoring_limit,
    validate_follow_up,
    validate_horizon,
    validate_numbers,
)
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import FloatArray

NO_ERROR = "no interval: every comparable pair says the same, so that no error can be estimated from them"


@dataclass(frozen=True, slots=True)
class TimeDependentAuc:
    """The area with its interval; cases had the event by the horizon, controls are followed beyond it.

    undecided: patients censored at or before the horizon; they count through the weights of the cases.
    """

    estimate: Estimate
    horizon: float
    n: int
    n_cases: int
    n_controls: int
    n_undecided: int


def uno_concordance(
    time: ArrayLike, event: ArrayLike, risk: ArrayLike, *, tau: float | None = None, level: float = 0.95
) -> Estimate:
    """Uno's C: the share of pairs in which the higher risk has the event first, corrected for censoring.

    time, event: (n,) as for every estimator. risk: (n,) finite, higher = sooner. A pair whose first event is
    at T_i weighs 1 / G(T_i-)^2, with G the Kaplan-Meier curve of staying uncensored just before T_i; ties in
    risk count one half; a patient censored at T_i outlives it. tau: only events up to and including tau count;
    without it all do, and late events with few patients left can weigh heavily. The standard error is the
    infinitesimal jackknife's with the weights estimated too (R takes them as known). Interval C +/- z SE, cut
    at 0 and 1. Without comparable pairs the value is None. Raises `ValueError`. Time grows as n log n.

    Checked against: R survival 3.5 `concordance(timewt = "n/G2", ymax = tau)`, values
    (tests/golden/performance.json); every pair in plain Python, its derivatives (tests/oracles/performance.py).
    Sources: Uno 2011 (Stat Med 30:1105), where events at tau itself do not count.
    """
    multiplier = interval_multiplier(level)
    data = validate_follow_up(time, event)
    n = len(data.time)
    risks = validate_numbers(risk, n, "risk")
    until = len(data.distinct) if tau is None else data.rows_until(validate_horizon(tau))
    case = data.event & (data.row < until)
    censoring = censoring_limit(data)
    inverse = np.zeros(n)
    inverse[case] = censoring.up_to(data.row[case]) ** -2.0
    # A censored patient outlives the events of the own time, one with the event does not.
    place = 2 * data.row + ~data.event
    found = _weighted_share(place, risks, inverse)
    if found is None:
        return Estimate(None, None, None, level, reason=NO_PAIRS)
    c, influence, as_case = found
    influence += censoring.influence(-2.0 * as_case[case], data.row[case])
    return share_estimate(c, influence, multiplier, level)


def time_dependent_auc(
    time: ArrayLike, event: ArrayLike, risk: ArrayLike, horizon: float, *, level: float = 0.95
) -> TimeDependentAuc:
    """The cumulative/dynamic AUC: how often a patient with the event by the horizon has the higher risk.

    time, event, risk: as for `uno_concordance`. Cases (event at or before the horizon) weigh 1 / G(T-);
    controls (followed beyond the horizon) weigh the same, and those censored by then weigh 0. Ties in risk count
    one half. The standard error is the infinitesimal jackknife's with the weights estimated too; interval
    AUC +/- z SE, cut at 0 and 1. Without cases or controls the value is None and `reason` says why.

    Checked against: R riskRegression 2022.11 `Score(metrics = "auc")`, values; every pair in plain Python and
    its derivatives. Sources: Uno 2007 (JASA 102:527); Blanche 2013 (Stat Med 32:5381).
    """
    multiplier = interval_multiplier(level)
    data = validate_follow_up(time, event)
    horizon = validate_horizon(horizon)
    n = len(data.time)
    risks = validate_numbers(risk, n, "risk")
    until = data.rows_until(horizon)
    case = data.event & (data.row < until)
    control = data.row >= until
    counts = int(case.sum()), int(control.sum())
    undecided = n - sum(counts)
    refusal = refusal_at(data, horizon, until)
    if refusal is None and not case.any():
        refusal = f"no event up to {horizon:g}, so that there are no cases"
    if refusal is None and not control.any():
        refusal = f"everybody had the event by {horizon:g}, so that there are no controls"
    if refusal is not None:
        nothing = Estimate(None, None, None, level, reason=refusal)
        return TimeDependentAuc(nothing, horizon, n, *counts, undecided)
    censoring = censoring_limit(data)
    inverse = np.zeros(n)
    inverse[case] = 1.0 / censoring.up_to(data.row[case])
    found = _weighted_share(np.where(control, 1, 0), risks, inverse)
    assert found is not None  # there is a case and a control
    auc, influence, as_case = found
    influence += censoring.influence(-as_case[case], data.row[case])
    estimate = share_estimate(auc, influence, multiplier, level)
    return TimeDependentAuc(estimate, horizon, n, *counts, undecided)


def refusal_at(data: FollowUp, horizon: float, until: int) -> str | None:
    """Why nothing is known at this horizon, or None. until: distinct times at or before the horizon."""
    if not len(data.time):
        return "there are no patients"
    if until == len(data.distinct) and not np.all(data.event[data.row == len(data.distinct) - 1]):
        last = data.distinct[-1]
        if not data.event.any():
            return f"everybody is censored by {horizon:g}: follow-up ends at {last:g}"
        return f"nobody is followed beyond {horizon:g}: follow-up ends at {last:g}"
    return None


def share_estimate(value: float, influence: FloatArray, multiplier: float, level: float) -> Estimate:
    """A share with its interval from the derivatives by the patients' weights, cut at 0 and 1."""
    error = float(np.sqrt(np.sum(influence**2)))
    if error <= 1e-14:  # rounding of an error of 0
        return Estimate(value, None, None, level, None, NO_ERROR)
    reach = multiplier * error
    return Estimate(value, max(value - reach, 0.0), min(value + reach, 1.0), level, error)


def _weighted_share(
    place: np.ndarray, risk: FloatArray, inverse: FloatArray
) -> tuple[float, FloatArray, FloatArray] | None:
    """The weighted share of concordant pairs: a case i (inverse > 0) and everybody with a later place.

    Returns the share, its derivative by the weight of each patient with `inverse` held fixed (n,), and the part
    of each patient as a case (n,), which is the derivative by the logarithm of the patient's `inverse`.
    """
    n = len(risk)
    order = np.argsort(place, kind="stable")
    sorted_place = place[order]
    v = inverse[order]
    rank = np.unique(risk[order], return_inverse=True)[1]
    end = np.searchsorted(sorted_place, sorted_place, side="right")
    begin = np.searchsorted(sorted_place, sorted_place, side="left")
    everyone = np.ones(n)

    lower_until, equal_until = prefix_counts(rank, everyone, end)
    of_rank = np.bincount(rank)
    below = np.cumsum(of_rank) - of_rank
    concordant = (below[rank] - lower_until) + (of_rank[rank] - equal_until) / 2.0  # as a case
    comparable = (n - end).astype(np.float64)

    lower_before, equal_before = prefix_counts(rank, v, begin)
    cases_before = np.append(0.0, np.cumsum(v))[begin]
    beaten = cases_before - lower_before - equal_before / 2.0  # by cases of higher risk
    total = float(v @ comparable)
    if not total > 0.0:
        return None
    share = float(v @ concordant) / total
    as_case = np.empty(n)
    influence = np.empty(n)
    as_case[order] = v * (concordant - share * comparable) / total
    influence[order] = as_case[order] + (beaten - share * cases_before) / total
    return share, influence, as_case
