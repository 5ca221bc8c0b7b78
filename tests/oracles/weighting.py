"""Weighting as a whole procedure, slow and obvious, and its variance by leaning on one patient at a time."""

from collections.abc import Callable, Sequence
from math import exp

import numpy as np


def scores(X: Sequence[Sequence[float]], treated: Sequence[int], case: Sequence[float]) -> list[float]:
    """Propensity scores by plain Newton steps; patient i counts case[i] times."""
    design = np.array([[1.0, *row] for row in X])
    theta = np.zeros(design.shape[1])
    for _ in range(12):
        score = np.zeros(len(theta))
        information = np.zeros((len(theta), len(theta)))
        for row, t, c in zip(design, treated, case, strict=True):
            p = 1 / (1 + exp(-row @ theta))
            score += c * (t - p) * row
            information += c * p * (1 - p) * np.outer(row, row)
        theta = theta + np.linalg.solve(information, score)
    return [1 / (1 + exp(-row @ theta)) for row in design]


def weight(estimand: str, t: int, e: float) -> float:
    """The weight of one patient."""
    treated, untreated = {"ATE": (1 / e, 1 / (1 - e)), "ATT": (1, e / (1 - e)), "overlap": (1 - e, e)}[
        estimand
    ]
    return treated if t else untreated


def weights(
    estimand: str,
    X: Sequence[Sequence[float]],
    treated: Sequence[int],
    case: Sequence[float],
    *,
    stabilised: bool = False,
    normalised: bool = False,
) -> list[float]:
    """The weight of each patient, times its case weight."""
    found = scores(X, treated, case)
    w = [weight(estimand, t, e) for t, e in zip(treated, found, strict=True)]
    share = sum(c for c, t in zip(case, treated, strict=True) if t) / sum(case)
    if stabilised:
        of_treated, of_others = (share, 1 - share) if estimand == "ATE" else (1, (1 - share) / share)
        w = [one * (of_treated if t else of_others) for one, t in zip(w, treated, strict=True)]
    if normalised:
        for group in (0, 1):
            inside = [i for i, t in enumerate(treated) if t == group]
            factor = sum(case[i] for i in inside) / sum(case[i] * w[i] for i in inside)
            for i in inside:
                w[i] *= factor
    return [one * c for one, c in zip(w, case, strict=True)]


def weighted_means(y: Sequence[float], treated: Sequence[int], w: Sequence[float]) -> tuple[float, float]:
    """Of the treated and of the others."""
    means = []
    for group in (1, 0):
        total = sum(one for one, t in zip(w, treated, strict=True) if t == group)
        means.append(sum(v * one for v, one, t in zip(y, w, treated, strict=True) if t == group) / total)
    return means[0], means[1]


def breslow(time: Sequence[float], event: Sequence[int], x: Sequence[int], w: Sequence[float]) -> float:
    """The weighted log hazard ratio of one covariate, by plain Newton steps."""
    beta = 0.0
    for _ in range(12):
        score = information = 0.0
        for i in range(len(time)):
            if event[i]:
                risk = [j for j in range(len(time)) if time[j] >= time[i]]
                share = [w[j] * exp(beta * x[j]) for j in risk]
                mean = sum(s * x[j] for s, j in zip(share, risk, strict=True)) / sum(share)
                square = sum(s * x[j] ** 2 for s, j in zip(share, risk, strict=True)) / sum(share)
                score += w[i] * (x[i] - mean)
                information += w[i] * (square - mean**2)
        beta += score / information
    return beta


def jackknife_variance(procedure: Callable[[list[float]], float], n: int, step: float = 1e-3) -> float:
    """Sum over patients of the squared derivative of the whole procedure to the patient's case weight."""
    total = 0.0
    for i in range(n):

        def at(change: float, i: int = i) -> float:
            return procedure([1.0 + change * (j == i) for j in range(n)])

        narrow = (at(step) - at(-step)) / (2 * step)
        wide = (at(2 * step) - at(-2 * step)) / (4 * step)
        total += ((4 * narrow - wide) / 3) ** 2
    return total
