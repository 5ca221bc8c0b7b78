"""The fragility of a 2 x 2 table: how few patients with another outcome would change what a test says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np

from crlm.statistics.exact_tables import exact_p_two_by_two

MOST_PATIENTS = 100_000
"""Larger tables are refused: the search tries every number of patients one by one."""
_TOO_CLOSE = 1e-9
"""A p this near alpha, as a fraction of it, is decided in whole numbers: p of a small table can be alpha itself."""
_EQUALLY_LIKELY = Fraction(10_000_001, 10_000_000)
MOST_CHANGES = 100
"""So far the tables with changes in both groups are tried, some ten thousand of them."""


@dataclass(frozen=True, slots=True)
class Fragility:
    """How many patients' outcomes decide on which side of `alpha` the p value of a table falls.

    `significant`: whether the table as given is. `index`: patients of one group, the one with fewer events, who would
    need another outcome (Walsh's index; of a table that is not significant, the reverse index). `fewest`: the smallest
    number over both groups and both directions together, never more than `index`. `quotient`: index / all patients.
    `p`, `p_after`: Fisher's exact p before, and after the index. `index` is None with a `reason` where no number of
    patients is enough, `fewest` where it is more than `MOST_CHANGES`.
    """

    significant: bool
    p: float
    alpha: float
    n: int
    index: int | None
    quotient: float | None
    p_after: float | None
    changed_group: int | None
    """0 for the first group, 1 for the second."""
    fewest: int | None
    fewest_changes: tuple[int, int] | None
    """By how much the events of the first and of the second group change in a way that needs the fewest."""
    reason: str | None = None


def fragility(events: tuple[int, int], sizes: tuple[int, int], *, alpha: float = 0.05) -> Fragility:
    """The fragility index of a comparison of two groups by Fisher's exact test, and the reverse index.

    `events`, `sizes`: of the first and the second group. A significant table (p < alpha): patients without the event of
    the group with fewer events get it, one by one, until p >= alpha. One that is not: patients of that group with
    the event lose it, until p < alpha. At equal numbers of events the group with the smaller proportion is changed, and
    at equal proportions either would do: the better of the two counts. Walsh's index changes one group in one
    direction; `fewest` is the exact minimum over all tables with the same sizes.

    An index says how few outcomes separate the table from the other side of a threshold. It is mostly a function of p
    and the sample size, is not an effect size, and says nothing of bias. Of a hazard ratio there is none: outcomes
    have times. A p that equals alpha is not below it, and so near to alpha whole numbers decide, not the last digit of
    a quotient. Raises `ValueError` for what is no table. Sources: Walsh M, et al. J Clin Epidemiol 2014;67:622-628;
    Khan MS, et al. JAMA Netw Open 2020;3:e2012469 (reverse); Ahmed W, et al. Anesth Analg 2016;123:1565 (quotient).
    Checked against: enumeration of every table (tests/statistics).
    """
    _refuse(events, sizes, alpha)
    p = _p(events, sizes)
    significant = _below(alpha, p, events, sizes)
    n = sum(sizes)
    found = _walk(events, sizes, alpha, significant=significant)
    if found is None:
        index, changed, after = None, None, None
    else:
        index, changed, after = found
    fewest = _fewest(events, sizes, alpha, significant=significant, most=index)
    reason = None
    if index is None:
        reason = (
            "taking events from the group with fewer of them never makes the table significant"
            if not significant
            else "adding events to the group with fewer of them never makes the table not significant"
        )
    return Fragility(
        significant=significant,
        p=p,
        alpha=alpha,
        n=n,
        index=index,
        quotient=None if index is None else index / n,
        p_after=after,
        changed_group=changed,
        fewest=None if fewest is None else sum(map(abs, fewest)),
        fewest_changes=fewest,
        reason=reason,
    )


def _walk(
    events: tuple[int, int], sizes: tuple[int, int], alpha: float, *, significant: bool
) -> tuple[int, int, float] | None:
    """The index, the group that is changed, and p afterwards; None when the group runs out of patients."""
    best: tuple[int, int, float] | None = None
    for group in _groups(events, sizes):
        changed = list(events)
        step = 1 if significant else -1
        for count in range(1, sizes[group] + 1):
            changed[group] += step
            if not 0 <= changed[group] <= sizes[group]:
                break
            if best is not None and count >= best[0]:
                break
            p = _p((changed[0], changed[1]), sizes)
            if _below(alpha, p, (changed[0], changed[1]), sizes) != significant:
                best = (count, group, p)
                break
    return best


def _groups(events: tuple[int, int], sizes: tuple[int, int]) -> tuple[int, ...]:
    if events[0] != events[1]:
        return (int(events[1] < events[0]),)
    first, second = events[0] * sizes[1], events[1] * sizes[0]
    return (0, 1) if first == second else (int(second < first),)


def _fewest(
    events: tuple[int, int], sizes: tuple[int, int], alpha: float, *, significant: bool, most: int | None
) -> tuple[int, int] | None:
    """The changes that need the fewest patients; the index, which is one way, bounds the search when there is one."""
    for count in range(1, min(sum(sizes), MOST_CHANGES, sum(sizes) if most is None else most) + 1):
        for changes in _ways(count):
            after = (events[0] + changes[0], events[1] + changes[1])
            if not all(0 <= one <= size for one, size in zip(after, sizes, strict=True)):
                continue
            if _below(alpha, _p(after, sizes), after, sizes) != significant:
                return changes
    return None


def _ways(count: int) -> Iterator[tuple[int, int]]:
    """All pairs of changes with so many patients in all."""
    for first in range(-count, count + 1):
        rest = count - abs(first)
        yield first, rest
        if rest:
            yield first, -rest


def _p(events: tuple[int, int], sizes: tuple[int, int]) -> float:
    """Fisher's exact p; 1 when a margin is empty, because then the margins allow one table only."""
    if sum(events) in (0, sum(sizes)):
        return 1.0
    table = np.array([[events[0], events[1]], [sizes[0] - events[0], sizes[1] - events[1]]], dtype=np.int64)
    return exact_p_two_by_two(table)


def _below(alpha: float, p: float, events: tuple[int, int], sizes: tuple[int, int]) -> bool:
    """Whether p < alpha, alpha read as the decimal that was written: a rounding error must not decide."""
    if abs(p - alpha) > _TOO_CLOSE * alpha:
        return p < alpha
    return _exact(events, sizes) < Fraction(repr(float(alpha)))


def _exact(events: tuple[int, int], sizes: tuple[int, int]) -> Fraction:
    """Fisher's p as a fraction: tables are counted, with the same rule of what counts as equally likely."""
    total, (first, second) = sum(events), sizes
    low = max(0, total - second)
    weight = comb(first, low) * comb(second, total - low)
    weights = []
    for cell in range(low, min(first, total) + 1):
        weights.append(weight)
        weight = weight * (first - cell) * (total - cell) // ((cell + 1) * (second - total + cell + 1))
    most = weights[events[0] - low] * _EQUALLY_LIKELY
    return Fraction(sum(one for one in weights if one <= most), sum(weights))


def _refuse(events: tuple[int, int], sizes: tuple[int, int], alpha: float) -> None:
    for one, size in zip(events, sizes, strict=True):
        if one != int(one) or size != int(size) or not 0 <= one <= size or size < 1:
            raise ValueError(
                f"{one} events among {size} patients; events are whole numbers from 0 to the patients"
            )
    if sum(sizes) > MOST_PATIENTS:
        raise ValueError(f"{sum(sizes)} patients; the search is made for up to {MOST_PATIENTS}")
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha was {alpha!r}; a threshold lies between 0 and 1, for example 0.05")
