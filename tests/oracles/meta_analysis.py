"""Meta-analysis, slowly: the restricted likelihood and Q written out, searched on grids with plain numbers."""

import math
from collections.abc import Callable, Sequence


def pooled(y: Sequence[float], v: Sequence[float], tau2: float) -> tuple[float, float, float]:
    """Mean, sum of weights and weighted sum of squares at a tau2."""
    w = [1.0 / (one + tau2) for one in v]
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    return mean, sum(w), sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))


def restricted_log_likelihood(y: Sequence[float], v: Sequence[float], tau2: float) -> float:
    """Without its constant terms."""
    _, total, q = pooled(y, v, tau2)
    return -0.5 * (sum(math.log(one + tau2) for one in v) + math.log(total) + q)


def log_likelihood(y: Sequence[float], v: Sequence[float], tau2: float) -> float:
    """Without its constant terms."""
    return -0.5 * (sum(math.log(one + tau2) for one in v) + pooled(y, v, tau2)[2])


def highest(f: Callable[[float], float], top: float, points: int = 2000, rounds: int = 12) -> float:
    """Where a function on 0 .. top is highest: a grid, finer and finer about the best of all its points."""
    low, high = 0.0, top
    best = 0.0
    for _ in range(rounds):
        grid = [low + (high - low) * i / points for i in range(points + 1)]
        best = max(grid, key=f)
        step = (high - low) / points
        low, high = max(0.0, best - 2 * step), best + 2 * step
        points = 40
    return best


def where_q_is(y: Sequence[float], v: Sequence[float], wanted: float, top: float) -> float:
    """The tau2 whose generalised Q is `wanted`, by bisection; 0 where Q is below it from the start."""
    if pooled(y, v, 0.0)[2] <= wanted:
        return 0.0
    low, high = 0.0, top
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if pooled(y, v, middle)[2] > wanted else (low, middle)
    return (low + high) / 2
