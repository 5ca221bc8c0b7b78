"""Martingale and score residuals of Cox's model by the sums that define them."""

from collections.abc import Sequence
from math import exp

import numpy as np

from tests.oracles.partial_likelihood import Rows, at_risk


def residuals(
    beta: Sequence[float],
    time: Sequence[float],
    event: Sequence[int],
    X: Rows,
    *,
    ties: str,
    stratum: Sequence[int] | None,
    weights: Sequence[float] | None,
    entry: Sequence[float] | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Not weighted: shape (n,) and (n, p). The dying have the share 1 - j/d of their hazard in Efron's j-th part."""
    n, p = len(time), len(beta)
    stratum = [0] * n if stratum is None else list(stratum)
    weights = [1.0] * n if weights is None else list(weights)
    entry = [-1.0] * n if entry is None else list(entry)
    rows = [np.array(row, dtype=float) for row in X]
    martingale, scores = np.array(event, dtype=float), np.zeros((n, p))
    for t, group in sorted({(time[i], stratum[i]) for i in range(n) if event[i]}):
        present = at_risk(time, stratum, entry, t, group)
        dying = [i for i in present if event[i] and time[i] == t]
        mean_weight = sum(weights[i] for i in dying) / len(dying)
        for j in range(len(dying)):
            left = {i: (1 - j / len(dying) if ties == "efron" and i in dying else 1.0) for i in present}
            risk = {i: exp(float(rows[i] @ beta)) for i in present}
            denominator = sum(weights[i] * left[i] * risk[i] for i in present)
            mean = sum(weights[i] * left[i] * risk[i] * rows[i] for i in present) / denominator
            for i in present:
                expected = mean_weight * left[i] * risk[i] / denominator
                martingale[i] -= expected
                scores[i] -= expected * (rows[i] - mean)
            for i in dying:
                scores[i] += (rows[i] - mean) / len(dying)
    return martingale, scores
