"""The mean and the SD of groups put together, as intervals from rounded means and SDs."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

from crlm.evidence.audit.printed import Printed

STEPS = 200


def pooled_mean(means: list[Printed], sizes: list[int]) -> tuple[Fraction, Fraction]:
    """The least and the greatest weighted mean that the printed means allow, exact."""
    total = sum(sizes)
    low = sum((n * one.low for n, one in zip(sizes, means, strict=True) if one.low is not None), Fraction(0))
    high = sum(
        (n * one.high for n, one in zip(sizes, means, strict=True) if one.high is not None), Fraction(0)
    )
    return low / total, high / total


def pooled_sd(means: list[Printed], sds: list[Printed], sizes: list[int]) -> tuple[float, float]:
    """The least and the greatest SD (n - 1) of all values together.

    (N - 1) SD^2 = sum (n_i - 1) s_i^2 + sum n_i (m_i - M)^2 is convex in the means: the greatest is at a corner of the
    intervals, the least where sum n_i (m_i - c)^2 is least for some c, found by halving.
    """
    ends = [(float(one.low or 0), float(one.high or 0)) for one in means]
    within = [
        [(n - 1) * max(float(bound or 0), 0) ** 2 for n, bound in zip(sizes, bounds, strict=True)]
        for bounds in ([one.low for one in sds], [one.high for one in sds])
    ]
    total = sum(sizes)
    least = sum(within[0]) + _least_between(ends, sizes)
    most = sum(within[1]) + _most_between(ends, sizes)
    margin = 1e-9
    return sqrt(least / (total - 1)) * (1 - margin), sqrt(most / (total - 1)) * (1 + margin)


def _least_between(ends: list[tuple[float, float]], sizes: list[int]) -> float:
    def off(c: float) -> float:
        return sum(n * max(low - c, c - high, 0.0) ** 2 for n, (low, high) in zip(sizes, ends, strict=True))

    left, right = min(low for low, _ in ends), max(high for _, high in ends)
    for _ in range(STEPS):
        third = (right - left) / 3
        if off(left + third) <= off(right - third):
            right -= third
        else:
            left += third
    return off((left + right) / 2)


def _most_between(ends: list[tuple[float, float]], sizes: list[int]) -> float:
    corners: list[tuple[float, ...]] = [()]
    for end in ends:
        corners = [(*one, each) for one in corners for each in end]
    total = sum(sizes)
    greatest = 0.0
    for corner in corners:
        mean = sum(n * m for n, m in zip(sizes, corner, strict=True)) / total
        greatest = max(greatest, sum(n * (m - mean) ** 2 for n, m in zip(sizes, corner, strict=True)))
    return greatest
