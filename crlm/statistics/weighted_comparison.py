"""Log-rank tests that weigh early or late events more, and the test for a trend over ordered groups."""

from collections.abc import Hashable, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.comparison import LogRank, compare, count, why_not
from crlm.statistics.group_labels import Labels
from crlm.statistics.group_scores import Weight
from crlm.statistics.results import TestResult, chi_square_p
from crlm.statistics.times import FloatArray

EventWeight = Literal["fleming-harrington", "gehan", "tarone-ware", "peto", "modified-peto"]

# A variance smaller than this share of the events' own is rounding.
_NO_SPREAD = 1e-12


def weighted_log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: Labels,
    *,
    weight: EventWeight,
    rho: float = 0.0,
    gamma: float = 0.0,
    levels: Sequence[Hashable] | None = None,
    strata: Labels | None = None,
) -> LogRank:
    """Compare the survival of k groups, events weighted by when they happen. Choose the weight before looking.

    With n at risk and d events at t, over all groups (of the stratum), the weight of the events at t is

    - "fleming-harrington": S(t-)^rho (1 - S(t-))^gamma, S the Kaplan-Meier curve just before t. `rho` > 0 favours early
      events, `gamma` > 0 late ones (gamma >= 0); rho = gamma = 0 is the log-rank test, rho = 1 R's Peto-Peto test;
    - "gehan": n (Gehan, Breslow, Wilcoxon); "tarone-ware": the square root of n;
    - "peto": Peto and Peto's curve at t, the product of 1 - d / (n + 1); "modified-peto" (Andersen): that curve times
      n / (n + 1).

    The other arguments, the groups left out and the reasons for having no answer: as for `log_rank`, and all weights
    0. The observed and expected events of the groups are not weighted. `ValueError` for rho or gamma with a weight
    that has none. Sources: Fleming & Harrington 1981; Gehan 1965; Breslow 1970; Tarone & Ware 1977; Peto & Peto 1972;
    Andersen et al. 1982. Checked against: R survival `survdiff(rho)` with strata, R survMisc `comp`, exact fractions.
    """
    if weight not in get_args(EventWeight):
        raise ValueError(f"weight was {weight!r}; it is one of {', '.join(get_args(EventWeight))}")
    if weight != "fleming-harrington" and (rho, gamma) != (0.0, 0.0):
        raise ValueError(f'rho and gamma belong to the weight "fleming-harrington", not to {weight!r}')
    if not (np.isfinite(rho) and np.isfinite(gamma) and gamma >= 0.0):
        raise ValueError(f"rho was {rho!r} and gamma {gamma!r}; both are finite and gamma is 0 or more")
    of_times = _harrington(rho, gamma) if weight == "fleming-harrington" else _WEIGHTS[weight]
    return compare(time, event, group, method=weight, levels=levels, strata=strata, weight=of_times)


def log_rank_trend(
    time: ArrayLike,
    event: ArrayLike,
    group: Labels,
    *,
    levels: Sequence[Hashable],
    scores: Sequence[float] | None = None,
    strata: Labels | None = None,
) -> TestResult:
    """Test whether the hazard rises or falls over ordered groups: one degree of freedom, whatever their number.

    With the score s_g of group g, chi-square = (sum of s (O - E))^2 / s' V s. `levels`: all groups in their order.
    `scores`: one number per level, by default 0, 1, 2, ...; only their spacing matters. `time`, `event`, `group`,
    `strata`: as for `log_rank`. Scores that do not differ between the groups at risk: `p` is `None` with a reason.
    `ValueError` for scores that are not one finite number per level. Source: Tarone 1975. Checked against: R
    survival `survdiff` (O, E and V).
    """
    s = np.arange(len(levels), dtype=np.float64) if scores is None else np.asarray(scores, dtype=np.float64)
    if s.shape != (len(levels),) or not np.all(np.isfinite(s)):
        raise ValueError(f"scores were {scores!r}; each of the {len(levels)} levels has one finite number")
    groups, counted, notes = count(time, event, group, levels=levels, strata=strata)
    n = sum(one.n for one in groups)
    reason = why_not(groups, counted)
    s = s - s[counted.weighed].mean() if counted.weighed.any() else s
    variance = float(s @ counted.covariance @ s)
    if reason is None and np.ptp(s[counted.weighed]) == 0.0:
        reason = "all groups at risk have the same score"
    elif reason is None and variance <= _NO_SPREAD * float(s**2 @ np.diag(counted.covariance)):
        reason = "at the events that could show a trend, everybody at risk had the event"
    if reason is not None:
        return TestResult("log-rank-trend", None, None, None, n, reason, notes)
    statistic = float(s @ counted.score) ** 2 / variance
    return TestResult("log-rank-trend", statistic, 1, chi_square_p(statistic, 1), n, None, notes)


def _harrington(rho: float, gamma: float) -> Weight:
    def weight(n: FloatArray, d: FloatArray) -> FloatArray:
        before = np.concatenate(([1.0], np.cumprod(1.0 - d / n)[:-1]))[: len(n)]
        found: FloatArray = before**rho * (1.0 - before) ** gamma
        return found

    return weight


def _peto(n: FloatArray, d: FloatArray) -> FloatArray:
    return np.asarray(np.cumprod(1.0 - d / (n + 1.0)), dtype=np.float64)


def _modified_peto(n: FloatArray, d: FloatArray) -> FloatArray:
    return _peto(n, d) * n / (n + 1.0)


def _gehan(n: FloatArray, d: FloatArray) -> FloatArray:
    return n


def _tarone_ware(n: FloatArray, d: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(n), dtype=np.float64)


_WEIGHTS: dict[str, Weight] = {
    "gehan": _gehan,
    "tarone-ware": _tarone_ware,
    "peto": _peto,
    "modified-peto": _modified_peto,
}
