"""The exact partial likelihood of Cox's model by listing all subsets of each risk set."""

from collections.abc import Sequence
from itertools import combinations
from math import exp, log

import numpy as np

from tests.oracles.partial_likelihood import Rows, at_risk


def log_likelihood(
    beta: Sequence[float],
    time: Sequence[float],
    event: Sequence[int],
    X: Rows,
    *,
    stratum: Sequence[int] | None = None,
    entry: Sequence[float] | None = None,
) -> float:
    """Of all subsets as large as the set of those with the event, how probable was this one."""
    n = len(time)
    stratum = [0] * n if stratum is None else list(stratum)
    entry = [-1.0] * n if entry is None else list(entry)
    eta = [float(np.dot(row, beta)) for row in X]
    total = 0.0
    for t, group in sorted({(time[i], stratum[i]) for i in range(n) if event[i]}):
        present = at_risk(time, stratum, entry, t, group)
        dying = [i for i in present if event[i] and time[i] == t]
        total += sum(eta[i] for i in dying)
        total -= log(sum(exp(sum(eta[i] for i in some)) for some in combinations(present, len(dying))))
    return total
