"""The log-rank test: do the survival curves of k groups differ?"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.group_labels import Labels, positions
from crlm.statistics.group_scores import GroupScores, Weight, group_scores
from crlm.statistics.results import TestResult, chi_square_p
from crlm.statistics.times import validate_survival

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
    group: Labels,
    *,
    levels: Sequence[Hashable] | None = None,
    strata: Labels | None = None,
) -> LogRank:
    """Compare the survival of k groups over all follow-up, every event with the same weight.

    `time`, `event`: shape (n,), see `times.validate_survival`; noise in tied times is removed over all groups
    together. `group`: n labels. `levels`: all labels in the order wanted; by default those that occur, in
    order of appearance. `strata`: n labels; patients are compared with those of their own stratum only, and observed
    and expected events are added over the strata.

    A group without patients, or none of whose patients is at risk at any event, says nothing and is left out of the
    test (a note names it), and so is a group that is always alone in its strata. Fewer than two groups left, no
    event, or no event that could have happened in more than one group: `p` is `None` with a reason.

    Chi-square = (O - E)' V^-1 (O - E) on (groups - 1) df, V the hypergeometric covariance, exact for ties.
    Sources: Mantel 1966; Peto & Peto 1972. Checked against: R survival `survdiff`.
    """
    return compare(time, event, group, method="log-rank", levels=levels, strata=strata)


def compare(
    time: ArrayLike,
    event: ArrayLike,
    group: Labels,
    *,
    method: str,
    levels: Sequence[Hashable] | None,
    strata: Labels | None,
    weight: Weight | None = None,
) -> LogRank:
    """The log-rank test with any weights; the arguments are those of `log_rank`, `method` is the test's id."""
    counted, scores, notes = count(time, event, group, levels=levels, strata=strata, weight=weight)
    return LogRank(_test(method, counted, scores, notes), counted)


def count(
    time: ArrayLike,
    event: ArrayLike,
    group: Labels,
    *,
    levels: Sequence[Hashable] | None,
    strata: Labels | None,
    weight: Weight | None = None,
) -> tuple[tuple[GroupEvents, ...], GroupScores, tuple[str, ...]]:
    """Per group its counts; all scores; and what a result must say of groups left out and of strata."""
    times, events = validate_survival(time, event)
    labels, position = positions(group, len(times), levels)
    stratum = None
    notes: tuple[str, ...] = ()
    if strata is not None:
        names, stratum = positions(strata, len(times), None, "strata")
        notes = (f"compared within {len(names)} strat{'um' if len(names) == 1 else 'a'}",)
    scores = group_scores(times, events, position, len(labels), stratum=stratum, weight=weight)
    sizes = np.bincount(position, minlength=len(labels))
    rows = zip(labels, sizes, scores.observed, scores.expected, strict=True)
    counted = tuple(GroupEvents(label, int(n), int(o), float(e)) for label, n, o, e in rows)
    return counted, scores, _left_out(counted, scores, stratified=strata is not None) + notes


def why_not(groups: Sequence[GroupEvents], scores: GroupScores) -> str | None:
    """Why no test is possible at all, as far as the counts tell."""
    if sum(group.n for group in groups) == 0:
        return "there are no patients"
    if sum(group.n > 0 for group in groups) < 2:
        return "all patients are in one group; a comparison needs two"
    if not scores.observed.any():
        return "nobody had the event"
    if not scores.met.any():
        return "at every event only one group was still at risk"
    if not scores.weighed.any():
        return "the events that could tell the groups apart have no weight"
    return None


def _test(
    method: str, groups: tuple[GroupEvents, ...], scores: GroupScores, notes: tuple[str, ...]
) -> TestResult:
    n = sum(group.n for group in groups)

    def undefined(reason: str) -> TestResult:
        return TestResult(method, None, None, None, n, reason, notes)

    reason = why_not(groups, scores)
    if reason is not None:
        return undefined(reason)
    # One group's score follows from the others', so the first is left out.
    kept = np.flatnonzero(scores.weighed)[1:]
    matrix, score = scores.covariance[np.ix_(kept, kept)], scores.score[kept]
    scale = np.sqrt(np.diag(matrix))
    if not scores.covariance.any():
        return undefined("at the events that could tell the groups apart, everybody at risk had the event")
    if not np.all(scale > 0.0) or np.linalg.cond(matrix / np.outer(scale, scale)) > 1.0 / _SINGULAR:
        return undefined("the strata do not connect the groups: some are never at risk together")
    statistic = max(float(score @ np.linalg.solve(matrix, score)), 0.0)
    df = len(kept)
    return TestResult(method, statistic, df, chi_square_p(statistic, df), n, None, notes)


def _left_out(groups: tuple[GroupEvents, ...], scores: GroupScores, *, stratified: bool) -> tuple[str, ...]:
    notes = []
    first_event = "the first event of its stratum" if stratified else "the first event"
    for group, weighed, met in zip(groups, scores.weighed, scores.met, strict=True):
        if group.n == 0:
            notes.append(f"{group.group}: no patients, left out of the test")
        elif group.expected == 0.0:
            notes.append(
                f"{group.group}: follow-up of all patients ends before {first_event}, left out of the test"
            )
        elif not met and scores.met.any():
            notes.append(f"{group.group}: alone in its strata at every event, left out of the test")
        elif not weighed and scores.weighed.any():
            notes.append(f"{group.group}: at risk only at events without weight, left out of the test")
    return tuple(notes)
