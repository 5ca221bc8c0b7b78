"""Why a coefficient has no estimate, in words a reader of the table understands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crlm.statistics.cox.estimability import Dependence
from crlm.statistics.times import BoolArray, FloatArray


def reasons_for_dropped(
    found: Dependence, X: FloatArray, names: Sequence[str], *, stratified: bool
) -> dict[int, str]:
    """Per dropped column: constant, aliased with earlier ones, or without variation where it counts."""
    reasons = {}
    for j, null in zip(found.dropped.tolist(), found.null, strict=True):
        others = [names[k] for k in np.flatnonzero(null).tolist() if k != j]
        column = X[:, j]
        if np.ptp(column) <= 1e-12 * np.abs(column).max():
            reasons[j] = f"constant: {names[j]} is {column[0]:g} in every row"
        elif others:
            reasons[j] = f"aliased with {_listed(others)}: it says nothing that they do not"
        else:
            among = "of the same stratum " if stratified else ""
            reasons[j] = f"{names[j]} does not vary among the patients {among}at risk at any event"
    return reasons


def reason_for_separation(
    direction: FloatArray, j: int, X: FloatArray, event: BoolArray, names: Sequence[str]
) -> str:
    """Why column j, which takes part in the separating `direction` (p,), has no finite estimate.

    X: shape (n, p), as given. A pattern without events is named where there is one: that is the usual
    cause, and what a reader can act on (merge the level, or report counts).
    """
    columns = np.flatnonzero(direction).tolist()
    tends = "infinity" if direction[j] > 0 else "0"
    end = f"(the hazard ratio tends to {tends})"
    if len(columns) == 1:
        values = np.unique(X[:, j])
        with_events = np.unique(X[event, j])
        if values.size == 2 and with_events.size == 1:
            empty = values[values != with_events[0]][0]
            return f"no finite estimate: no events when {names[j]} = {empty:g} {end}"
        extreme = "highest" if direction[j] > 0 else "lowest"
        return (
            f"no finite estimate: {names[j]} separates; at every event the patient with the event has the "
            f"{extreme} value of those at risk {end}"
        )
    involved = X[:, columns]
    indicators = np.all((involved == 0) | (involved == 1))
    if indicators and np.ptp(direction[columns]) == 0 and not np.any(event & np.all(involved == 0, axis=1)):
        pattern = " and ".join(f"{names[k]} = 0" for k in columns)
        return f"no finite estimate: no events when {pattern} {end}"
    return f"no finite estimate: {_listed([names[k] for k in columns])} together separate the events {end}"


def reason_left_without(names: Sequence[str]) -> str:
    """Why a column has no estimate in the limit although it takes no part in the separation itself."""
    verb = "separates" if len(names) == 1 else "separate"
    return (
        f"no finite estimate: nothing is left to estimate it from, because {_listed(names)} {verb} the events"
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
