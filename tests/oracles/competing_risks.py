"""Competing risks straight from their definitions: plain loops and exact fractions, slow and obvious."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise


def incidence(
    time: Sequence[int], cause: Sequence[int], of: int, weights: Sequence[int] | None = None
) -> list[tuple[int, int, int, Fraction, Fraction, Fraction]]:
    """Per distinct time: time, at risk, events of the cause, F, and the delta and Aalen's variance of F."""
    patients = list(zip(time, cause, weights or [1] * len(time), strict=True))
    times = sorted(set(time))
    counts = [
        (
            sum(w for x, _, w in patients if x >= t),
            sum(w for x, c, w in patients if x == t and c == of),
            sum(w for x, c, w in patients if x == t and c not in (0, of)),
        )
        for t in times
    ]
    before, after, F = [], [], []
    S, total = Fraction(1), Fraction(0)
    for n, own, other in counts:
        before.append(S)
        total += S * Fraction(own, n)
        S *= 1 - Fraction(own + other, n)
        after.append(S)
        F.append(total)
    rows = []
    for last in range(len(times)):
        delta = aalen = Fraction(0)
        for i in range(last + 1):
            n, own, other = counts[i]
            # What one more event of the cause, and of another, at this time changes in F at the last one.
            gone = (F[last] - F[i]) / after[i] if after[i] else Fraction(0)
            by_own, by_other = before[i] * (1 - gone), -before[i] * gone
            p, q = Fraction(own, n), Fraction(other, n)
            delta += (by_own**2 * p + by_other**2 * q - (by_own * p + by_other * q) ** 2) / n
            for change, d in ((by_own, own), (by_other, other)):
                correction = Fraction(n - d, n - 1) if d > 1 else 1
                aalen += change**2 * correction * Fraction(d, n**2)
        rows.append((times[last], counts[last][0], counts[last][1], F[last], delta, aalen))
    return rows


def incidence_at(
    rows: Sequence[tuple[float, float, int]], of: int, at: float, weights: Sequence[float]
) -> float:
    """F(at) from rows of entry, time and cause, in floating point."""
    S, F = 1.0, 0.0
    for t in sorted({x for _, x, c in rows if c and x <= at}):
        n = sum(w for w, (e, x, _) in zip(weights, rows, strict=True) if e < t <= x)
        d = sum(w for w, (_, x, c) in zip(weights, rows, strict=True) if x == t and c)
        own = sum(w for w, (_, x, c) in zip(weights, rows, strict=True) if x == t and c == of)
        F += S * own / n
        S *= 1 - d / n
    return F


def jackknife_variance(function, weights: Sequence[float], step: float = 1e-5) -> float:
    """Sum of squared weight times derivative by the weight, the derivative from finite differences."""
    total = 0.0
    for i, w in enumerate(weights):
        up = [v + step * (j == i) for j, v in enumerate(weights)]
        down = [v - step * (j == i) for j, v in enumerate(weights)]
        total += (w * (function(up) - function(down)) / (2 * step)) ** 2
    return total


def area(times: Sequence[float], heights: Sequence[float], first: float, tau: float) -> float:
    """The area from 0 to tau under steps that start at `first` and take each height at each time."""
    edges = [0.0, *[min(t, tau) for t in times], tau]
    return sum((b - a) * h for (a, b), h in zip(pairwise(edges), [first, *heights], strict=True))


def gray(
    time: Sequence[int],
    cause: Sequence[int],
    of: int,
    group: Sequence[str],
    groups: Sequence[str],
    rho: int = 0,
) -> tuple[dict[str, Fraction], dict[tuple[str, str], Fraction]]:
    """Scores of the groups and their covariance (Gray 1988), each event's effect on the scores spelt out."""
    patients = list(zip(time, cause, group, strict=True))
    times = sorted({x for x, c, _ in patients if c})
    S = {(g, -1): Fraction(1) for g in groups}
    F = {(g, -1): Fraction(0) for g in groups}
    common = {-1: Fraction(0)}
    n, d1, d2, total = {}, {}, {}, {}
    for i, t in enumerate(times):
        for g in groups:
            n[g, i] = sum(1 for x, _, h in patients if x >= t and h == g)
            d1[g, i] = sum(1 for x, c, h in patients if x == t and h == g and c == of)
            d2[g, i] = sum(1 for x, c, h in patients if x == t and h == g and c not in (0, of))
        total[i] = sum((n[g, i] / S[g, i - 1] for g in groups if n[g, i]), Fraction(0))
        for g in groups:
            S[g, i], F[g, i] = S[g, i - 1], F[g, i - 1]
            if n[g, i]:
                F[g, i] += S[g, i - 1] * Fraction(d1[g, i], n[g, i])
                S[g, i] *= 1 - Fraction(d1[g, i] + d2[g, i], n[g, i])
        common[i] = common[i - 1] + sum(d1[g, i] for g in groups) / total[i]

    score = dict.fromkeys(groups, Fraction(0))
    for i in range(len(times)):
        events = sum(d1[g, i] for g in groups)
        risk = {g: n[g, i] * (1 - F[g, i - 1]) / S[g, i - 1] if n[g, i] else Fraction(0) for g in groups}
        for g in groups:
            if events:
                score[g] += (1 - common[i - 1]) ** rho * (d1[g, i] - events * risk[g] / sum(risk.values()))

    def at_once(g: str, h: str, i: int) -> Fraction:
        """How an event of the cause in h at time i moves the score of g there."""
        if not n[g, i] or not n[h, i]:
            return Fraction(0)
        w = {k: n[k, i] / S[k, i - 1] for k in (g, h)}
        return (1 - common[i - 1]) ** rho * w[g] * ((g == h) - w[h] / total[i])

    def later(g: str, h: str, i: int) -> Fraction:
        """How losing one in h after time i moves the score of g at the events to come."""
        return sum(
            (
                at_once(g, h, j) * sum(d1[k, j] for k in groups) / (total[j] * (1 - common[j - 1]))
                for j in range(i + 1, len(times))
                if any(d1[k, j] for k in groups)
            ),
            Fraction(0),
        )

    covariance = {(a, b): Fraction(0) for a in groups for b in groups}
    for i in range(len(times)):
        events = sum(d1[g, i] for g in groups)
        for h in groups:
            if not n[h, i]:
                continue
            kept = (1 - common[i]) / S[h, i] if S[h, i] else Fraction(0)
            to_come = {g: later(g, h, i) for g in groups}
            if events:
                base = total[i] * S[h, i - 1]
                variance = S[h, i - 1] * events / (total[i] * n[h, i])
                variance *= 1 - (events - 1) / (base - 1) if events > 1 else 1
                moved = {g: at_once(g, h, i) + (1 - kept) * to_come[g] for g in groups}
                for a, b in covariance:
                    covariance[a, b] += moved[a] * moved[b] * variance
            if d2[h, i] and S[h, i]:
                variance = S[h, i - 1] ** 2 * Fraction(d2[h, i], n[h, i] ** 2)
                variance *= 1 - Fraction(d2[h, i] - 1, n[h, i] - 1) if d2[h, i] > 1 else 1
                for a, b in covariance:
                    covariance[a, b] += kept**2 * to_come[a] * to_come[b] * variance
    return score, covariance
