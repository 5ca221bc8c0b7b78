"""The log-rank test: do the survival curves of k groups differ?"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.results import TestResult, chi_square_p
from crlm.statistics.times import BoolArray, FloatArray, tie_times, validate_survival

# A covariance matrix whose reciprocal condition number is below this carries no chi-square statistic.
_SINGULAR = 1e-12


@dataclass(frozen=True, slots=True)
class GroupEvents:
    """One group in a log-rank test: its patients, its events, and those expected if all groups were alike."""

    group: Hashable
    n: int
    observed: int
    expected: float


@dataclass(frozen=True, slots=True)
class LogRank:
    """A log-rank test and, in the order of the levels, what it counted in each group."""

    test: TestResult
    groups: tuple[GroupEvents, ...]


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: Sequence[Hashable],
    *,
    levels: Sequence[Hashable] | None = None,
) -> LogRank:
    """Compare the survival of k groups over all follow-up, every event with the same weight.

    `time`, `event`: shape (n,), see `times.validate_survival`; noise in tied times is removed over all groups
    together. `group`: n labels. `levels`: all labels in the order wanted; by default those that occur, in
    order of appearance. A group without patients, or none of whose patients is at risk at any event, says
    nothing and is left out of the test (a note names it). Fewer than two groups left, no event, or no event
    that could have happened in more than one group: `p` is `None` with a reason.

    Chi-square = (O - E)' V^-1 (O - E) on (groups - 1) df, V the hypergeometric covariance, exact for ties.
    Sources: Mantel 1966; Peto & Peto 1972. Checked against: R survival `survdiff`.
    """
    times, events = validate_survival(time, event)
    labels, position = _positions(group, len(times), levels)
    return log_rank_of_counts(labels, *_counts(tie_times(times), events, position, len(labels)))


def log_rank_of_counts(
    labels: Sequence[Hashable], leaving: NDArray[np.int64], failing: NDArray[np.int64]
) -> LogRank:
    """The log-rank test of counted patients, as `log_rank` gives it.

    leaving: shape (times, groups), in ascending order of time, those whose follow-up ends then; failing: those of them
    with the event.
    """
    observed, expected, covariance = _observed_and_expected(leaving, failing)
    rows = zip(labels, leaving.sum(axis=0), observed, expected, strict=True)
    counted = tuple(GroupEvents(label, int(n), int(o), float(e)) for label, n, o, e in rows)
    return LogRank(_test(counted, observed - expected, covariance), counted)


def _positions(
    group: Sequence[Hashable], n: int, levels: Sequence[Hashable] | None
) -> tuple[tuple[Hashable, ...], NDArray[np.int64]]:
    if len(group) != n:
        raise ValueError(
            f"group has {len(group)} labels and time has {n} values; each patient needs one of each"
        )
    labels = tuple(dict.fromkeys(group)) if levels is None else tuple(levels)
    place = {label: i for i, label in enumerate(labels)}
    if len(place) != len(labels):
        raise ValueError(f"levels were {labels!r}; each level is named once")
    unknown = next((label for label in group if label not in place), None)
    if unknown is not None:
        raise ValueError(f"group has {unknown!r}, which is not one of the levels {labels!r}")
    return labels, np.array([place[label] for label in group], dtype=np.int64)


def _counts(
    times: FloatArray, events: BoolArray, position: NDArray[np.int64], k: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Who leaves, and who of them with the event, in a table of distinct times by groups."""
    distinct, row = np.unique(times, return_inverse=True)
    shape = (len(distinct), k)
    cell = row * k + position
    leaving = np.bincount(cell, minlength=shape[0] * k).reshape(shape)
    failing = np.bincount(cell[events], minlength=shape[0] * k).reshape(shape)
    return leaving, failing


def _observed_and_expected(
    leaving: NDArray[np.int64], failing: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Observed and expected events, shape (k,), and their covariance, from a table of times by groups."""
    at_risk = np.cumsum(leaving[::-1], axis=0)[::-1]

    with_event = failing.any(axis=1)
    d, n = failing[with_event].sum(axis=1), at_risk[with_event].sum(axis=1)
    share = at_risk[with_event] / n[:, None]
    spread = d * (n - d) / np.maximum(n - 1, 1)  # of one patient at risk (n = 1), n - d is 0
    covariance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return failing.sum(axis=0).astype(np.float64), d @ share, covariance


def _test(groups: tuple[GroupEvents, ...], excess: FloatArray, covariance: FloatArray) -> TestResult:
    n = sum(group.n for group in groups)
    notes = tuple(_left_out(group) for group in groups if group.expected == 0.0)
    used = [i for i, group in enumerate(groups) if group.expected > 0.0]

    def undefined(reason: str) -> TestResult:
        return TestResult("log-rank", None, None, None, n, reason, notes)

    if n == 0:
        return undefined("there are no patients")
    if sum(group.n > 0 for group in groups) < 2:
        return undefined("all patients are in one group; a comparison needs two")
    if sum(group.observed for group in groups) == 0:
        return undefined("nobody had the event")
    if len(used) < 2:
        return undefined("at every event only one group was still at risk")
    # One group's excess follows from the others', so the first is left out.
    kept = np.array(used[1:])
    matrix = covariance[np.ix_(kept, kept)]
    scale = np.sqrt(np.diag(matrix))
    if not np.all(scale > 0.0) or np.linalg.cond(matrix / np.outer(scale, scale)) > 1.0 / _SINGULAR:
        return undefined("at the events that could tell the groups apart, everybody at risk had the event")
    statistic = max(float(excess[kept] @ np.linalg.solve(matrix, excess[kept])), 0.0)
    df = len(used) - 1
    return TestResult("log-rank", statistic, df, chi_square_p(statistic, df), n, None, notes)


def _left_out(group: GroupEvents) -> str:
    if group.n == 0:
        return f"{group.group}: no patients, left out of the test"
    return f"{group.group}: follow-up of all patients ends before the first event, left out of the test"
