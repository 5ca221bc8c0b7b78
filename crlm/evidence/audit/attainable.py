"""The p values that printed numbers allow: of a table of counts, of two means, of paired proportions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from math import inf, sqrt

Counts = tuple[tuple[int, ...], ...]
Interval = tuple[float, float]

CHI_SQUARE, YATES = "Pearson's chi-square", "chi-square with Yates' correction"
FISHER, LIKELIHOOD_RATIO = "Fisher's exact test", "the likelihood-ratio test"
CONTINGENCY = (CHI_SQUARE, YATES, FISHER, LIKELIHOOD_RATIO)
MOST_ALTERNATIVES = 1e8
"""Fisher's exact test of a table with more alternatives takes seconds: too long for each of many tables."""
MOST_OF_FOUR = 1e6
"""The same for a 2 x 2 table, whose alternatives are gone through one by one."""
EXACT, ASYMPTOTIC, EDWARDS = "exact McNemar", "asymptotic McNemar", "McNemar with continuity correction"
POOLED, WELCH = "Student's t test", "Welch's t test"


@lru_cache(maxsize=4096)
def chi_square_p_value(counts: Counts, *, correction: bool = False) -> float | None:
    """Pearson's chi-square over levels by groups; None when there is nothing to compare."""
    from crlm.statistics.contingency import chi_square

    return chi_square(counts, correction=correction).p


@lru_cache(maxsize=1024)
def fisher_p_value(counts: Counts) -> float | None:
    """Fisher's exact test; None when there is nothing to compare or too much to sum over."""
    from crlm.statistics.contingency import fisher

    most = MOST_OF_FOUR if len(counts) == len(counts[0]) == 2 else MOST_ALTERNATIVES
    return None if alternatives(counts) > most else fisher(counts).p


def alternatives(counts: Counts) -> float:
    """About how many tables have the margins of this one, at most: what Fisher's exact test sums over.

    For each column but the largest, in how many ways it can be dealt to the levels.
    """
    levels = [sum(one) for one in counts if sum(one)]
    columns = sorted(sum(one) for one in zip(*counts, strict=True))
    if len(levels) > len(columns):
        levels, columns = columns, sorted(levels)
    ways = 1.0
    for column in columns[:-1]:
        for free in range(1, len(levels)):
            ways *= (column + free) / free
    return ways


@lru_cache(maxsize=1024)
def likelihood_ratio_p_value(counts: Counts) -> float | None:
    """The likelihood-ratio (G) test of independence; None when there is nothing to compare."""
    from math import log

    from crlm.statistics.results import chi_square_p

    rows = [one for one in counts if sum(one)]
    columns = [column for column in zip(*rows, strict=True) if sum(column)]
    if len(rows) < 2 or len(columns) < 2:
        return None
    sizes, levels = [sum(one) for one in columns], [sum(one) for one in zip(*columns, strict=True)]
    n = sum(sizes)
    statistic = sum(
        2 * cell * log(cell * n / (size * level))
        for column, size in zip(columns, sizes, strict=True)
        for cell, level in zip(column, levels, strict=True)
        if cell
    )
    return chi_square_p(statistic, (len(sizes) - 1) * (len(levels) - 1))


def contingency(counts: Counts, names: Iterable[str] = CONTINGENCY) -> Iterator[tuple[str, float]]:
    """The tests of these names of a table of counts with their p, as far as there is one; Yates' for 2 x 2 only."""
    if any(n < 0 for level in counts for n in level):
        return
    two_by_two = len([one for one in counts if sum(one)]) == len(counts[0]) == 2
    for name in names:
        if name == CHI_SQUARE:
            p = chi_square_p_value(counts)
        elif name == YATES:
            p = chi_square_p_value(counts, correction=True) if two_by_two else None
        elif name == FISHER:
            p = fisher_p_value(counts)
        else:
            p = likelihood_ratio_p_value(counts)
        if p is not None:
            yield name, p


def t_test_range(
    means: tuple[Interval, Interval], sds: tuple[Interval, Interval], sizes: tuple[int, int], *, pooled: bool
) -> Interval:
    """The p values of a t test whose means and standard deviations lie in these intervals.

    |t| is largest for the means farthest apart and the smallest standard deviations, and smallest the other way round.
    Welch's degrees of freedom lie between the smaller n - 1 and n1 + n2 - 2: those ends are taken, which can only widen
    the range.
    """
    from crlm.statistics.results import t_p

    n1, n2 = sizes
    apart = means[0][0] - means[1][1], means[0][1] - means[1][0]
    nearest = 0.0 if apart[0] <= 0 <= apart[1] else min(abs(apart[0]), abs(apart[1]))
    farthest = max(abs(apart[0]), abs(apart[1]))
    errors = [_error(max(sds[0][at], 0.0), max(sds[1][at], 0.0), n1, n2, pooled=pooled) for at in (0, 1)]
    largest = inf if errors[0] == 0 else farthest / errors[0]
    smallest = inf if errors[1] == 0 else nearest / errors[1]
    fewest, most = (n1 + n2 - 2 if pooled else min(n1, n2) - 1), n1 + n2 - 2
    low = 0.0 if largest == inf else t_p(largest, most)
    return low, (0.0 if smallest == inf else t_p(smallest, fewest))


def _error(sd1: float, sd2: float, n1: int, n2: int, *, pooled: bool) -> float:
    if not pooled:
        return sqrt(sd1**2 / n1 + sd2**2 / n2)
    variance = ((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2)
    return sqrt(variance * (1 / n1 + 1 / n2))


def discordant(first: int, second: int, n: int) -> Iterator[tuple[int, int]]:
    """The pairs (b, c) that n people allow, `first` yes before and `second` after: b from yes to no, c from no to yes.

    b - c is fixed; who stayed the same is not printed, so c can be anything from its least to its most.
    """
    difference = first - second
    for c in range(max(0, -difference), min(second, n - first) + 1):
        yield c + difference, c


@lru_cache(maxsize=256)
def mcnemar_attainable(first: int, second: int, n: int) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """The p values that McNemar's tests can have for these margins, version by version, the fewest changes first."""
    import numpy as np
    from scipy import special

    # as crlm.statistics.paired_tests.mcnemar, for thousands of tables at once
    pairs = np.array([*discordant(first, second, n)], dtype=np.float64).reshape(-1, 2)
    fewer, changed = pairs.min(axis=1), pairs.sum(axis=1)
    apart = np.abs(pairs[:, 0] - pairs[:, 1])
    some = np.maximum(changed, 1.0)
    found = {
        EXACT: np.where(apart == 0, 1.0, np.minimum(2.0 * special.bdtr(fewer, some.astype(int), 0.5), 1.0)),
        ASYMPTOTIC: special.chdtrc(1, apart**2 / some),
        EDWARDS: special.chdtrc(1, np.maximum(apart - 1.0, 0.0) ** 2 / some),
    }
    return tuple((name, tuple(values.tolist())) for name, values in found.items())


def combinations_of(choices: tuple[tuple[int, ...], ...], most: int) -> Iterator[tuple[int, ...]] | None:
    """Every way to choose one count for each cell, None when there are more than `most`."""
    ways = 1
    for one in choices:
        ways *= len(one)
        if ways > most:
            return None
    return product(*choices)
