"""Gray's test: does the cumulative incidence of one cause differ between k groups?

In group i let n_i be at risk, S_i the Kaplan-Meier curve of any cause and F_i the incidence of the cause. The test
is a log-rank test for the subdistribution: a group's patients count with

    R_i(t) = n_i(t) (1 - F_i(t-)) / S_i(t-)

which keeps those with another cause in the risk set and undoes the censoring. With d_1i events of the cause in
group i and d_1 in all, the score of a group is the sum over times of

    (1 - F(t-))^rho [ d_1i(t) - d_1(t) R_i(t) / sum_j R_j(t) ]

with F the incidence common to all groups under the hypothesis, dF = d_1 / sum_j (n_j / S_j). The covariance of the
scores is a sum over times, groups and the two kinds of event (the cause, any other) of products of the
coefficients with which each event moves the scores. Source: Gray 1988, Ann Stat 16:1141.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.comparison import GroupEvents
from crlm.statistics.competing_risks.causes import validate_cause, validate_competing
from crlm.statistics.group_labels import Labels, positions
from crlm.statistics.results import TestResult, chi_square_p
from crlm.statistics.times import FloatArray, tie_times

# A covariance matrix whose reciprocal condition number is below this carries no chi-square statistic.
_SINGULAR = 1e-12
# Closer to 1 than this an incidence is 1: nothing can be divided by what is left.
_AT_ONE = 1e-12


@dataclass(frozen=True, slots=True)
class Gray:
    """Gray's test and, in the order of the levels, the events of the cause in each group.

    `expected` are the events the group would have had, given its subdistribution risk sets, if the incidence
    of the cause were the same in all groups; whatever rho, they are not weighted.
    """

    test: TestResult
    groups: tuple[GroupEvents, ...]


@dataclass(frozen=True, eq=False)
class _Table:
    """Counts per distinct time with any event and group: shapes (times, groups)."""

    at_risk: FloatArray
    of_cause: FloatArray
    of_others: FloatArray


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    of: int,
    group: Labels,
    *,
    levels: Sequence[Hashable] | None = None,
    strata: Labels | None = None,
    rho: float = 0.0,
) -> Gray:
    """Compare the cumulative incidence of one cause between k groups.

    `time`, `cause`: shape (n,), see `validate_competing`; `of`: the code of the cause. `group`: n labels; `levels`:
    all labels in the order wanted, by default those that occur. `strata`: n labels; groups are compared within
    strata only and the scores added. `rho`: 0 gives every event the same weight, above 0 early events more.

    A group without patients, or at risk at no event of the cause, is left out and a note names it. No answer,
    with a reason: fewer than two groups left, no event of the cause, scores without variance, or (with rho
    other than 0) a common incidence that reaches 1 before the last event. `ValueError` for what is not
    competing-risks data.

    Checked against: R cmprsk `cuminc`; plain Python from the formulas; docs/validation/competing-risks.md.
    """
    times, codes = validate_competing(time, cause)
    wanted = validate_cause(of)
    if not np.isfinite(rho):
        raise ValueError(f"rho was {rho!r}; it is a finite number, for example 0")
    n = len(times)
    labels, position = positions(group, n, levels)
    stratum = np.zeros(n, dtype=np.int64) if strata is None else positions(strata, n, None, "strata")[1]
    tied = tie_times(times)
    k = len(labels)
    score, expected, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    refused, highest = False, 0.0
    for s in range(int(stratum.max(initial=-1)) + 1):
        rows = stratum == s
        table = _tabulate(tied[rows], codes[rows], wanted, position[rows], k)
        parts = _scores(table, rho)
        if parts is None:
            refused = True
        else:
            score, expected, covariance = score + parts[0], expected + parts[1], covariance + parts[2]
            highest = max(highest, parts[3])
    of_group = np.bincount(position, codes == wanted, minlength=k)
    sizes = np.bincount(position, minlength=k)
    groups = tuple(
        GroupEvents(label, int(size), int(observed), float(e))
        for label, size, observed, e in zip(labels, sizes, of_group, expected, strict=True)
    )
    notes = [_left_out(one) for one in groups if one.expected == 0.0]
    if highest > 1.0 + _AT_ONE:
        notes.append(f"the estimate of the common incidence rises to {highest:.3g}; the variance is unsure")
    return Gray(_test(groups, score, covariance, tuple(notes), refused=refused), groups)


def _tabulate(
    times: FloatArray, cause: NDArray[np.int64], of: int, position: NDArray[np.int64], k: int
) -> _Table:
    distinct, row = np.unique(times, return_inverse=True)
    shape = (len(distinct), k)
    cell = row * k + position

    def count(rows: NDArray[np.bool_] | slice) -> FloatArray:
        table = np.bincount(cell[rows], minlength=shape[0] * k).reshape(shape)
        return table.astype(np.float64)

    at_risk = np.cumsum(count(slice(None))[::-1], axis=0)[::-1]
    of_cause, of_others = count(cause == of), count((cause != of) & (cause != 0))
    some = (of_cause + of_others).any(axis=1)
    return _Table(at_risk[some], of_cause[some], of_others[some])


def _scores(table: _Table, rho: float) -> tuple[FloatArray, FloatArray, FloatArray, float] | None:
    """Scores (k,), expected events (k,), covariance of the scores (k, k) and the last F of one stratum.

    None where 1 - F(t-), which is divided by and raised to a power, leaves no number.
    """
    n, d1, d2 = table.at_risk, table.of_cause, table.of_others
    events, k = d1.sum(axis=1), n.shape[1]
    if not events.any():
        return np.zeros(k), np.zeros(k), np.zeros((k, k)), 0.0
    present = n > 0
    per_n = np.divide(1.0, n, out=np.zeros_like(n), where=present)
    S = np.cumprod(1.0 - (d1 + d2) * per_n, axis=0)
    S[np.cumsum((n == d1 + d2) & present, axis=0) > 0] = 0.0
    S_before = np.vstack((np.ones(k), S[:-1]))
    F_group = np.cumsum(np.where(present, S_before * d1 * per_n, 0.0), axis=0)
    F_group_before = np.vstack((np.zeros(k), F_group[:-1]))

    weight = np.divide(n, S_before, out=np.zeros_like(n), where=present)
    total = weight.sum(axis=1)
    F = np.cumsum(events / total)
    free_before = 1.0 - np.concatenate(([0.0], F[:-1]))
    used = events > 0
    if np.any(np.abs(free_before[used]) < _AT_ONE) or (rho != 0.0 and np.any(free_before[used] < 0.0)):
        return None
    free_before[~used] = 1.0
    early = free_before**rho

    risk = weight * (1.0 - F_group_before)
    share = risk / risk.sum(axis=1)[:, None]
    expected = events @ share
    score = early @ (d1 - events[:, None] * share)

    # How one event in group g at t moves the score of group i: at once, and through all that comes later.
    at_once = -weight[:, :, None] * (weight / total[:, None])[:, None, :]
    at_once[:, range(k), range(k)] += weight
    at_once *= early[:, None, None]
    running = np.cumsum(at_once * (events / (total * free_before))[:, None, None], axis=0)
    later = running[-1] - running
    alive = S > 0.0
    kept = np.where(alive, (1.0 - F)[:, None] / np.where(alive, S, 1.0), 0.0)

    d = events[:, None]
    common = np.where(present & used[:, None], S_before * d * per_n / total[:, None], 0.0)
    by_cause = at_once + (1.0 - kept)[:, None, :] * later
    by_others = kept[:, None, :] * later
    v1 = common * _without_replacement(d, total[:, None] * S_before)
    v2 = (S_before * per_n) ** 2 * d2 * _without_replacement(d2, n)
    covariance = np.einsum("tig,tjg,tg->ij", by_cause, by_cause, v1, optimize=True)
    covariance += np.einsum("tig,tjg,tg->ij", by_others, by_others, v2, optimize=True)
    return score, expected, covariance, float(F[-1])


def _without_replacement(d: FloatArray, n: FloatArray) -> FloatArray:
    """The factor (n - d) / (n - 1) of the variance of d tied events among n at risk; 1 for one event."""
    several = (d > 1.0) & (n > 1.0)
    return np.asarray(np.where(several, 1.0 - (d - 1.0) / np.where(several, n - 1.0, 1.0), 1.0))


def _test(
    groups: tuple[GroupEvents, ...],
    score: FloatArray,
    covariance: FloatArray,
    notes: tuple[str, ...],
    *,
    refused: bool,
) -> TestResult:
    n = sum(group.n for group in groups)
    used = [i for i, group in enumerate(groups) if group.expected > 0.0]

    def undefined(reason: str) -> TestResult:
        return TestResult("gray", None, None, None, n, reason, notes)

    if n == 0:
        return undefined("there are no patients")
    if sum(group.n > 0 for group in groups) < 2:
        return undefined("all patients are in one group; a comparison needs two")
    if sum(group.observed for group in groups) == 0:
        return undefined("nobody had an event of this cause")
    if refused:
        return undefined("the estimate of the common incidence reaches 1 before the last event")
    if len(used) < 2:
        return undefined("at every event of this cause only one group was still at risk")
    # The scores add up to 0, so the first is left out.
    kept = np.array(used[1:])
    matrix = covariance[np.ix_(kept, kept)]
    scale = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    if not np.all(scale > 0.0) or np.linalg.cond(matrix / np.outer(scale, scale)) > 1.0 / _SINGULAR:
        return undefined("the differences between the groups have no variance")
    statistic = max(float(score[kept] @ np.linalg.solve(matrix, score[kept])), 0.0)
    df = len(used) - 1
    return TestResult("gray", statistic, df, chi_square_p(statistic, df), n, None, notes)


def _left_out(group: GroupEvents) -> str:
    if group.n == 0:
        return f"{group.group}: no patients, left out of the test"
    return f"{group.group}: nobody at risk at any event of this cause, left out of the test"
