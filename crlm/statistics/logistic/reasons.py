"""Why a coefficient has no estimate, in words a reader of the table understands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crlm.statistics.logistic.design import Design
from crlm.statistics.logistic.model import LogisticData
from crlm.statistics.logistic.separation import null_space
from crlm.statistics.logistic.solve import Solution
from crlm.statistics.times import BoolArray

MOST_NAMES = 5
NOT_CONVERGED = "the iterations did not converge"


def coefficient_reasons(data: LogisticData, design: Design, solution: Solution) -> tuple[str | None, ...]:
    """Per coefficient, in the order of the names: None, or why it has no estimate."""
    dropped = _dropped_reasons(data, design)
    lost = _lost_reasons(data, design, solution)
    reasons: list[str | None] = []
    for row in design.place:
        for j, where in enumerate(row.tolist()):
            if where < 0:
                reasons.append(dropped[j])
            elif not solution.converged:
                reasons.append(NOT_CONVERGED)
            else:
                reasons.append(lost.get(where))
    return tuple(reasons)


def intercept_reasons(design: Design, solution: Solution) -> tuple[str | None, ...]:
    """Per intercept or cutpoint: None, or why it has no estimate."""
    if not solution.converged:
        return (NOT_CONVERGED,) * design.intercepts
    combinations = design.intercept_combinations()
    moved = np.abs(combinations @ solution.null.T)
    size = np.abs(combinations) @ np.abs(solution.null.T)
    lost = np.any(moved > 1e-9 * size, axis=1)
    return tuple(
        "no finite estimate: it moves with coefficients that have none" if one else None for one in lost
    )


def _dropped_reasons(data: LogisticData, design: Design) -> dict[int, str]:
    """Per column that was left out: constant, or aliased with earlier ones."""
    reasons = {}
    for j, null in zip(design.found.dropped.tolist(), design.found.null, strict=True):
        name, column = data.columns[j], data.X[:, j]
        others = [data.columns[k] for k in np.flatnonzero(null).tolist() if k != j]
        if np.ptp(column) <= 1e-12 * np.abs(column).max():
            reasons[j] = f"constant: {name} is {column[0]:g} in every row"
        elif others:
            reasons[j] = f"aliased with {_listed(others)}: it says nothing that they do not"
        else:
            reasons[j] = f"{name} varies too little to be told from a constant: choose a smaller unit"
    return reasons


def _lost_reasons(data: LogisticData, design: Design, solution: Solution) -> dict[int, str]:
    """Per lost parameter, by its place in theta, what separates."""
    lost = np.flatnonzero(solution.lost).tolist()
    if data.kind != "binary":
        return {where: _together(data, design, solution, where, "the outcomes") for where in lost}
    event = data.outcome == 1
    known: dict[int, str] = {}
    left = np.ones(len(event), dtype=bool)
    for j, where in enumerate(design.place[0].tolist()):
        if where < 0 or not solution.lost[where]:
            continue
        for words, rows in filter(None, (_alone(data, event, j), _reference_level(data, event, j))):
            known.setdefault(where, words)
            left &= rows
    if known:
        # What can no longer be told from the rows that are left by these columns is lost because of them.
        separating = [data.columns[j] for j, where in enumerate(design.place[0].tolist()) if where in known]
        basis = null_space(design.model.A[left])
        for where in np.flatnonzero(np.any(np.abs(basis) > 1e-7, axis=1)).tolist():
            known.setdefault(where, _nothing_left(separating))
    return {
        where: known.get(where) or _together(data, design, solution, where, "the events from the others")
        for where in lost
    }


def _together(data: LogisticData, design: Design, solution: Solution, where: int, what: str) -> str:
    along = solution.directions[solution.directions[:, where] != 0.0]
    involved = np.any((along if len(along) else solution.directions) != 0.0, axis=0)
    names = [
        name
        for column, name in enumerate(data.columns)
        if any(row[column] >= 0 and involved[row[column]] for row in design.place)
    ]
    if not len(along):
        return _nothing_left(names)
    together = f"{names[0]} separates" if len(names) == 1 else f"{_listed(names)} together separate"
    return f"no finite estimate: {together} {what}"


def _alone(data: LogisticData, event: BoolArray, j: int) -> tuple[str, BoolArray] | None:
    """What column j separates by itself, and the patients about whom this says nothing."""
    column, name = data.X[:, j], data.columns[j]
    with_event, without = column[event], column[~event]
    up, down = with_event.min() >= without.max(), with_event.max() <= without.min()
    if not (up or down):
        return None
    border = without.max() if up else with_event.max()
    start = with_event.min() if up else without.min()
    left = (column == border) & (column == start)
    end = f"(the odds ratio tends to {'infinity' if up else '0'})"
    low, high = column.min(), column.max()
    if np.all((column == low) | (column == high)):
        for value in (high, low):
            who = column == value
            if not event[who].any():
                return f"no finite estimate: no events when {name} = {value:g} {end}", left
            if event[who].all():
                return f"no finite estimate: only events when {name} = {value:g} {end}", left
    first, second = ("without", "with") if up else ("with", "without")
    words = (
        f"no finite estimate: {name} separates; it is at most {border:g} in all patients {first} the event and "
        f"at least {start:g} in all {second} it {end}"
    )
    return words, left


def _reference_level(data: LogisticData, event: BoolArray, j: int) -> tuple[str, BoolArray] | None:
    """Whether the patients with 0 in all columns of the factor have no events, or nothing else."""
    factor = next(term for term in data.terms if data.columns[j] in term.columns)
    columns = [data.columns.index(one) for one in factor.columns]
    coded = data.X[:, columns]
    if len(columns) < 2 or not np.all((coded == 0) | (coded == 1)):
        return None
    reference = np.all(coded == 0, axis=1)
    pattern = " and ".join(f"{one} = 0" for one in factor.columns)
    if reference.any() and not event[reference].any():
        return f"no finite estimate: no events when {pattern} (the odds ratio tends to infinity)", ~reference
    if reference.any() and event[reference].all():
        return f"no finite estimate: only events when {pattern} (the odds ratio tends to 0)", ~reference
    return None


def _nothing_left(names: Sequence[str]) -> str:
    verb = "separates" if len(names) == 1 else "separate"
    return (
        f"no finite estimate: nothing is left to estimate it from, because {_listed(names)} {verb} the events"
    )


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) > MOST_NAMES + 1:
        return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} others"
    return f"{', '.join(names[:-1])} and {names[-1]}"
