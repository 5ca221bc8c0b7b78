"""Survival methods straight from their definitions: plain loops and exact fractions, slow and obvious."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise


def kaplan_meier(
    time: Sequence[int], event: Sequence[int], weights: Sequence[int] | None = None
) -> list[tuple[int, int, int, int, Fraction, Fraction]]:
    """Per distinct whole-number time: time, at risk, events, censored, S, Greenwood's variance of S."""
    patients = list(zip(time, event, weights or [1] * len(time), strict=True))
    rows = []
    survival, total = Fraction(1), Fraction(0)
    for t in sorted(set(time)):
        at_risk = sum(w for x, _, w in patients if x >= t)
        events = sum(w for x, e, w in patients if x == t and e)
        censored = sum(w for x, e, w in patients if x == t and not e)
        survival *= 1 - Fraction(events, at_risk)
        if at_risk > events:
            total += Fraction(events, at_risk * (at_risk - events))
        rows.append((t, at_risk, events, censored, survival, survival**2 * total))
    return rows


def quantile(time: Sequence[int], event: Sequence[int], probability: Fraction) -> Fraction | None:
    """First time with S <= 1 - probability; the midpoint to the next drop where S is exactly there."""
    rows = kaplan_meier(time, event)
    height = 1 - probability
    for i, (t, _, _, _, survival, _) in enumerate(rows):
        if survival < height:
            return Fraction(t)
        if survival == height:
            drops = [later for later, _, _, _, lower, _ in rows[i:] if lower < height]
            return Fraction(t + drops[0], 2) if drops else Fraction(t)
    return None


def log_rank(
    time: Sequence[int], event: Sequence[int], group: Sequence[str]
) -> tuple[dict[str, int], dict[str, Fraction], dict[tuple[str, str], Fraction]]:
    """Observed and expected events per group, and the covariances of their differences."""
    groups = sorted(set(group))
    patients = list(zip(time, event, group, strict=True))
    observed = {g: sum(1 for _, e, h in patients if e and h == g) for g in groups}
    expected = {g: Fraction(0) for g in groups}
    covariance = {(g, h): Fraction(0) for g in groups for h in groups}
    for t in sorted({x for x, e, _ in patients if e}):
        at_risk = {g: sum(1 for x, _, h in patients if x >= t and h == g) for g in groups}
        n = sum(at_risk.values())
        d = sum(1 for x, e, _ in patients if x == t and e)
        for g in groups:
            expected[g] += Fraction(d * at_risk[g], n)
            for h in groups:
                if n > 1:
                    share = Fraction(at_risk[g], n)
                    spread = (share if g == h else 0) - share * Fraction(at_risk[h], n)
                    covariance[g, h] += d * Fraction(n - d, n - 1) * spread
    return observed, expected, covariance


def solve(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction] | None:
    """Solve a linear system by elimination in exact fractions; None when it is singular."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for column in range(size):
        pivot = next((r for r in range(column, size) if rows[r][column] != 0), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for r in range(size):
            if r != column:
                rows[r] = [a - rows[r][column] * b for a, b in zip(rows[r], rows[column], strict=True)]
    return [row[-1] for row in rows]


def influence_variance(
    time: Sequence[float], event: Sequence[int], weights: Sequence[float], at: float, step: float = 1e-6
) -> float:
    """The infinitesimal jackknife variance of S(at), with the derivatives taken by finite differences."""

    def survival(w: Sequence[float]) -> float:
        s = 1.0
        for t in sorted({x for x, e in zip(time, event, strict=True) if e and x <= at}):
            n = sum(v for v, x in zip(w, time, strict=True) if x >= t)
            d = sum(v for v, x, e in zip(w, time, event, strict=True) if x == t and e)
            s *= 1 - d / n
        return s

    total = 0.0
    for i, w in enumerate(weights):
        up = [v + step * (j == i) for j, v in enumerate(weights)]
        down = [v - step * (j == i) for j, v in enumerate(weights)]
        total += (w * (survival(up) - survival(down)) / (2 * step)) ** 2
    return total


def tied(times: Sequence[float], tolerance: float) -> list[float]:
    """Each time replaced by the first of the chain of neighbours it belongs to."""
    distinct = sorted(set(times))
    first = {distinct[0]: distinct[0]}
    for before, after in pairwise(distinct):
        first[after] = first[before] if after - before <= tolerance else after
    return [first[t] for t in times]


def weighted_log_rank(
    time: Sequence[int],
    event: Sequence[int],
    group: Sequence[str],
    strata: Sequence[int],
    weight: str,
    rho: int = 0,
    gamma: int = 0,
) -> tuple[dict[str, Fraction], dict[tuple[str, str], Fraction]]:
    """The groups' weighted sums of observed less expected events over strata and times, and their covariances."""
    groups = sorted(set(group))
    score = {g: Fraction(0) for g in groups}
    covariance = {(g, h): Fraction(0) for g in groups for h in groups}
    for stratum in set(strata):
        patients = [(x, e, g) for x, e, g, s in zip(time, event, group, strata, strict=True) if s == stratum]
        kaplan_meier_before, peto = Fraction(1), Fraction(1)
        for t in sorted({x for x, e, _ in patients if e}):
            n = sum(1 for x, _, _ in patients if x >= t)
            d = sum(1 for x, e, _ in patients if x == t and e)
            peto *= 1 - Fraction(d, n + 1)
            w = {
                "fleming-harrington": kaplan_meier_before**rho * (1 - kaplan_meier_before) ** gamma,
                "gehan": Fraction(n),
                "peto": peto,
                "modified-peto": peto * Fraction(n, n + 1),
            }[weight]
            kaplan_meier_before *= 1 - Fraction(d, n)
            at_risk = {g: sum(1 for x, _, h in patients if x >= t and h == g) for g in groups}
            for g in groups:
                died = sum(1 for x, e, h in patients if x == t and e and h == g)
                score[g] += w * (died - Fraction(d * at_risk[g], n))
                for h in groups:
                    if n > 1:
                        spread = Fraction(at_risk[g] * ((g == h) * n - at_risk[h]), n * n)
                        covariance[g, h] += w * w * d * Fraction(n - d, n - 1) * spread
    return score, covariance
