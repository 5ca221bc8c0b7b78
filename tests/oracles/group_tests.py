"""Exact tests by listing every possibility, in whole numbers and fractions: slow and obvious."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import factorial, prod


def tables(rows: Sequence[int], columns: Sequence[int]) -> Iterator[list[tuple[int, ...]]]:
    """Every table of whole numbers with these margins, column by column."""
    if not columns:
        if not any(rows):
            yield []
        return
    for column in divisions(columns[0], rows):
        left = [row - cell for row, cell in zip(rows, column, strict=True)]
        for rest in tables(left, columns[1:]):
            yield [column, *rest]


def divisions(total: int, rows: Sequence[int]) -> Iterator[tuple[int, ...]]:
    if not rows:
        if total == 0:
            yield ()
        return
    for first in range(min(total, rows[0]) + 1):
        for rest in divisions(total - first, rows[1:]):
            yield (first, *rest)


def fisher(table: Sequence[Sequence[int]]) -> Fraction:
    """Probability, given the margins, of all tables no likelier than this one."""
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]

    def weight(cells: Sequence[Sequence[int]]) -> Fraction:
        return Fraction(1, prod(factorial(cell) for line in cells for cell in line))

    observed = weight(table)
    weights = [weight(other) for other in tables(rows, columns)]
    return sum((w for w in weights if w <= observed), Fraction(0)) / sum(weights)


def rank_sum(first: Sequence[float], second: Sequence[float]) -> Fraction:
    """Exact two-sided p of the rank sum test without ties: all ways to pick the first sample's ranks."""
    together = sorted([*first, *second])
    ranks = sum(together.index(x) + 1 for x in first)
    sums = [sum(picked) for picked in combinations(range(1, len(together) + 1), len(first))]
    low = Fraction(sum(s <= ranks for s in sums), len(sums))
    high = Fraction(sum(s >= ranks for s in sums), len(sums))
    return min(2 * min(low, high), Fraction(1))


def signed_ranks(first: Sequence[int], second: Sequence[int]) -> Fraction:
    """Exact two-sided p of Wilcoxon's signed ranks: all signs of the differences not 0, mean ranks for ties."""
    differences = [a - b for a, b in zip(first, second, strict=True) if a != b]
    sizes = sorted(abs(d) for d in differences)
    places = {size: [i + 1 for i, other in enumerate(sizes) if other == size] for size in sizes}
    rank = {size: Fraction(sum(place), len(place)) for size, place in places.items()}
    observed = sum(rank[abs(d)] for d in differences if d > 0)
    ranks = [rank[abs(d)] for d in differences]
    sums = [
        sum(r for r, sign in zip(ranks, signs, strict=True) if sign)
        for signs in product((0, 1), repeat=len(ranks))
    ]
    low = Fraction(sum(s <= observed for s in sums), len(sums))
    high = Fraction(sum(s >= observed for s in sums), len(sums))
    return min(2 * min(low, high), Fraction(1))
