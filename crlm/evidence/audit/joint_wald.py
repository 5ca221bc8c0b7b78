"""The joint Wald chi-square of two levels against one reference, when their covariance is not known."""

from __future__ import annotations

from itertools import product
from math import inf, isclose

Interval = tuple[float, float]
Box = tuple[Interval, Interval]
"""What an estimate and its standard error can be."""

_SINGULAR = 1e-12


def joint(first: tuple[float, float], second: tuple[float, float], covariance: float) -> float:
    """The chi-square of two estimates (each with its standard error) with this covariance.

    Perfectly correlated estimates are one estimate when they are equally many standard errors from 0, and cannot be
    both (infinite) otherwise.
    """
    (b1, s1), (b2, s2) = first, second
    determinant = s1**2 * s2**2 - covariance**2
    if determinant <= _SINGULAR * s1**2 * s2**2:
        return (b1 / s1) ** 2 if isclose(b1 / s1, b2 / s2, rel_tol=1e-9, abs_tol=1e-12) else inf
    return (b1**2 * s2**2 + b2**2 * s1**2 - 2 * covariance * b1 * b2) / determinant


def least_joint(first: Box, second: Box) -> float:
    """The smallest chi-square over the boxes and over covariances between 0 and the smaller variance.

    Larger standard errors only make it smaller. For fixed estimates it is convex in the covariance; its minimum, the
    larger of the two single chi-squares, lies where the covariance is the ratio of the nearer to the farther estimate
    (in standard errors) times the farther one's variance, or else at the nearer end. The least over a box of estimates
    is then at one of its corners, or at zero where the box holds it.
    """
    return min(_least(one, other) for one, other in product(_corners(first), _corners(second)))


def most_joint(first: Box, second: Box) -> float:
    """The largest chi-square over the boxes and those covariances.

    Convex in the estimates, in the covariance and in the variances: largest at corners; infinite where the two standard
    errors can be equal and the estimates not, because the two may then be perfectly correlated.
    """
    equal = first[1][0] <= second[1][1] and second[1][0] <= first[1][1]
    if equal and (first[0][0] != second[0][1] or second[0][0] != first[0][1]):
        return inf
    return max(
        joint(one, other, covariance)
        for one, other in product(_corners(first), _corners(second))
        for covariance in (0.0, min(one[1], other[1]) ** 2)
    )


def _least(first: tuple[float, float], second: tuple[float, float]) -> float:
    (b1, s1), (b2, s2) = first, second
    top = min(s1, s2) ** 2
    best = [0.0, top]
    if b1:
        best.append(s1**2 * b2 / b1)
    if b2:
        best.append(s2**2 * b1 / b2)
    return min(joint(first, second, one) for one in best if 0.0 <= one <= top)


def _corners(box: Box) -> list[tuple[float, float]]:
    """The ends of the box, and zero where the estimate may be zero."""
    (low, high), errors = box
    estimates = {low, high} | ({0.0} if low <= 0 <= high else set())
    return [(estimate, error) for estimate in sorted(estimates) for error in errors]
