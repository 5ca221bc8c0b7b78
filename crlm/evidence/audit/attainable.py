"""The p values that printed numbers allow: of a table of counts, of two means, of paired proportions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from math import inf, sqrt

Counts = tuple[tuple[int, ...], ...]
Interval = tuple[float, float]

CHI_SQUARE, YATES = "Pearson's chi-square", "chi-square with Yates' correction"
FISHER, LIKELIHOOD_RATIO = "Fisher's exact test", "the likelihood-ratio test"
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

    return fisher(counts).p


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


def contingency(counts: Counts) -> Iterator[tuple[str, float]]:
    """The tests of a table of counts with their p: chi-square, with Yates' correction (2 x 2), Fisher, G."""
    if any(n < 0 for level in counts for n in level):
        return iter(())
    occupied = [one for one in counts if sum(one)]
    tests = [
        (CHI_SQUARE, chi_square_p_value(counts)),
        (
            YATES,
            chi_square_p_value(counts, correction=True) if len(occupied) == len(counts[0]) == 2 else None,
        ),
        (FISHER, fisher_p_value(counts)),
        (LIKELIHOOD_RATIO, likelihood_ratio_p_value(counts)),
    ]
    return ((name, p) for name, p in tests if p is not None)


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
    from crlm.statistics.paired_tests import mcnemar

    found: dict[str, list[float]] = {EXACT: [], ASYMPTOTIC: [], EDWARDS: []}
    for b, c in discordant(first, second, n):
        table = [[0, b], [c, 0]]
        for name, p in (
            (EXACT, mcnemar(table).p),
            (ASYMPTOTIC, mcnemar(table, method="asymptotic").p),
            (EDWARDS, mcnemar(table, method="asymptotic", correction=True).p),
        ):
            found[name].append(1.0 if p is None else p)
    return tuple((name, tuple(values)) for name, values in found.items())


def combinations_of(choices: tuple[tuple[int, ...], ...], most: int) -> Iterator[tuple[int, ...]] | None:
    """Every way to choose one count for each cell, None when there are more than `most`."""
    ways = 1
    for one in choices:
        ways *= len(one)
        if ways > most:
            return None
    return product(*choices)
