"""What every test of the log-rank family counts: in each group, events observed and events expected.

At each time with an event, of d events among n at risk a group with n_g at risk is expected to have d n_g / n. The
score of a group is the sum over event times (and strata) of w (d_g - d n_g / n), with a weight w that depends on the
time but not on the group. The scores have the hypergeometric covariance

    w^2 d (n - d) / (n - 1) [n_g / n (g = h) - n_g n_h / n^2]        exact for ties.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crlm.statistics.distinct_times import Rows, distinct_times
from crlm.statistics.group_labels import Positions
from crlm.statistics.times import BoolArray, FloatArray

# The weights of the event times of one stratum, from the numbers at risk and the events there.
Weight = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class GroupScores:
    """Counts and scores of k groups; shapes (k,) but for the covariance of the scores, (k, k).

    `observed` and `expected` are not weighted, `score` and `covariance` are. `weighed`: the group was at risk together
    with another (in its stratum) at an event of some weight. `met`: the same whatever the weight.
    """

    observed: FloatArray
    expected: FloatArray
    score: FloatArray
    covariance: FloatArray
    weighed: BoolArray
    met: BoolArray


def group_scores(
    times: FloatArray,
    events: BoolArray,
    position: Positions,
    k: int,
    *,
    stratum: Positions | None = None,
    weight: Weight | None = None,
) -> GroupScores:
    """Add up the scores over event times and strata; times that differ by noise are tied over all strata.

    `weight` None: every event counts the same.
    """
    _, row = distinct_times(times)
    if stratum is None:
        return _within(row, events, position, k, weight)
    parts = []
    for s in range(int(stratum.max(initial=-1)) + 1):
        inside = stratum == s
        _, rows = np.unique(row[inside], return_inverse=True)
        parts.append(_within(rows, events[inside], position[inside], k, weight))
    if not parts:
        return _within(row, events, position, k, weight)
    return GroupScores(
        observed=np.sum([part.observed for part in parts], axis=0),
        expected=np.sum([part.expected for part in parts], axis=0),
        score=np.sum([part.score for part in parts], axis=0),
        covariance=np.sum([part.covariance for part in parts], axis=0),
        weighed=np.any([part.weighed for part in parts], axis=0),
        met=np.any([part.met for part in parts], axis=0),
    )


def _within(row: Rows, events: BoolArray, position: Positions, k: int, weight: Weight | None) -> GroupScores:
    """The scores of one stratum, from a table of times by groups by outcomes."""
    rows = int(row.max(initial=-1)) + 1
    cell = row * k
    cell += position
    cell *= 2
    cell += events
    table = np.bincount(cell, minlength=rows * k * 2).reshape(rows, k, 2)
    at_risk = np.cumsum(table.sum(axis=2)[::-1], axis=0)[::-1]
    failing = table[:, :, 1]
    with_event = failing.any(axis=1)
    failing, at_risk = failing[with_event], at_risk[with_event]

    d, n = failing.sum(axis=1).astype(np.float64), at_risk.sum(axis=1).astype(np.float64)
    share = at_risk / n[:, None]
    w = np.ones(len(n)) if weight is None else weight(n, d)
    spread = w**2 * d * (n - d) / np.maximum(n - 1.0, 1.0)  # of one patient at risk (n = 1), n - d is 0
    together = (share > 0.0) & (share < 1.0)
    observed, expected = failing.sum(axis=0).astype(np.float64), d @ share
    return GroupScores(
        observed=observed,
        expected=expected,
        score=observed - expected if weight is None else w @ (failing - d[:, None] * share),
        covariance=np.diag(spread @ share) - (share * spread[:, None]).T @ share,
        weighed=together[w != 0.0].any(axis=0),
        met=together.any(axis=0),
    )
