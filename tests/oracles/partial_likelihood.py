"""Cox's partial likelihood straight from its definition: plain loops over events and patients."""

from collections.abc import Sequence
from math import exp, log

import numpy as np
from scipy.optimize import linprog

Rows = Sequence[Sequence[float]]


def at_risk(
    time: Sequence[float], stratum: Sequence[int], entry: Sequence[float], at: float, group: int
) -> list[int]:
    """Who is at risk at a time: entered before it, not gone before it, in the same stratum."""
    return [j for j in range(len(time)) if stratum[j] == group and entry[j] < at <= time[j]]


def derivatives(
    beta: Sequence[float],
    time: Sequence[float],
    event: Sequence[int],
    X: Rows,
    *,
    ties: str,
    stratum: Sequence[int] | None = None,
    weights: Sequence[float] | None = None,
    entry: Sequence[float] | None = None,
) -> tuple[float, np.ndarray, np.ndarray]:
    """Breslow's or Efron's log partial likelihood at beta, its gradient, and minus its second derivative."""
    n, p = len(time), len(beta)
    stratum = [0] * n if stratum is None else list(stratum)
    weights = [1.0] * n if weights is None else list(weights)
    entry = [-1.0] * n if entry is None else list(entry)
    rows = [np.array(row, dtype=float) for row in X]
    total, score, information = 0.0, np.zeros(p), np.zeros((p, p))
    for t, group in sorted({(time[i], stratum[i]) for i in range(n) if event[i]}):
        present = at_risk(time, stratum, entry, t, group)
        dying = [i for i in present if event[i] and time[i] == t]
        mean_weight = sum(weights[i] for i in dying) / len(dying)
        for i in dying:
            total += weights[i] * float(rows[i] @ beta)
            score += weights[i] * rows[i]
        for j in range(len(dying)):
            # The j-th denominator: each of the dying counts for what is left of them, everybody else in full.
            left = 1 - j / len(dying) if ties == "efron" else 1.0
            share = {
                i: weights[i] * exp(float(rows[i] @ beta)) * (left if i in dying else 1.0) for i in present
            }
            denominator = sum(share.values())
            mean = sum(share[i] * rows[i] for i in present) / denominator
            spread = sum(share[i] * np.outer(rows[i] - mean, rows[i] - mean) for i in present) / denominator
            total -= mean_weight * log(denominator)
            score -= mean_weight * mean
            information += mean_weight * spread
    return total, score, information


def separates(
    time: Sequence[float],
    event: Sequence[int],
    X: Rows,
    stratum: Sequence[int] | None = None,
    entry: Sequence[float] | None = None,
) -> bool:
    """Whether the likelihood rises for ever: a linear programme over all directions.

    Is there a direction d with d'(x_i - x_j) >= 0 for every event i and everybody j at risk at it, and > 0 once?
    """
    n = len(time)
    stratum = [0] * n if stratum is None else list(stratum)
    entry = [-1.0] * n if entry is None else list(entry)
    ahead = np.array(
        [
            np.subtract(X[i], X[j])
            for i in range(n)
            if event[i]
            for j in at_risk(time, stratum, entry, time[i], stratum[i])
        ],
        dtype=float,
    )
    found = linprog(-ahead.sum(axis=0), A_ub=-ahead, b_ub=np.zeros(len(ahead)), bounds=(-1, 1))
    return bool(-found.fun > 1e-6)
