"""Multiple imputation straight from its definitions: plain loops, exact fractions, slow and obvious."""

import math
from collections.abc import Sequence
from fractions import Fraction


def rubin(
    estimates: Sequence[Fraction], variances: Sequence[Fraction], complete_df: Fraction
) -> dict[str, Fraction]:
    """Rubin 1987, ch. 3, and Barnard & Rubin 1999, in fractions; the estimates must differ."""
    m = len(estimates)
    mean = sum(estimates, Fraction(0)) / m
    within = sum(variances, Fraction(0)) / m
    between = sum(((one - mean) ** 2 for one in estimates), Fraction(0)) / (m - 1)
    total = within + between + between / m
    share = (between + between / m) / total
    old = (m - 1) / share**2
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return {
        "value": mean,
        "within": within,
        "between": between,
        "total": total,
        "share": share,
        "old": old,
        "df": old * observed / (old + observed),
    }


def donor_chances(fitted: Sequence[float], wanted: float, k: int) -> list[float]:
    """Each donor's chance of being taken from the k nearest, with those at the k-th distance drawn by lot."""
    distances = [abs(one - wanted) for one in fitted]
    k = min(k, len(fitted))
    furthest = sorted(distances)[k - 1]
    surely = [one < furthest for one in distances]
    tied = [one == furthest for one in distances]
    places = k - sum(surely)
    return [
        1 / k if sure else places / sum(tied) / k if tie else 0.0
        for sure, tie in zip(surely, tied, strict=True)
    ]


def cumulative_hazard(time: Sequence[float], event: Sequence[int]) -> list[Fraction]:
    """Nelson-Aalen at each patient's own time."""
    result = []
    for own in time:
        total = Fraction(0)
        for t in sorted(set(time)):
            if t <= own:
                deaths = sum(e for x, e in zip(time, event, strict=True) if x == t)
                total += Fraction(deaths, sum(x >= t for x in time))
        result.append(total)
    return result


def multinomial_log_likelihood(
    rows: Sequence[Sequence[float]],
    level: Sequence[int],
    weight: Sequence[float],
    b: Sequence[Sequence[float]],
) -> float:
    """rows with their intercept; b: coefficients of level 1, 2, ... against level 0."""
    total = 0.0
    for x, y, w in zip(rows, level, weight, strict=True):
        eta = [0.0] + [sum(c * v for c, v in zip(one, x, strict=True)) for one in b]
        total += w * (eta[y] - math.log(sum(math.exp(e) for e in eta)))
    return total


def proportional_odds_log_likelihood(
    rows: Sequence[Sequence[float]],
    level: Sequence[int],
    weight: Sequence[float],
    cuts: Sequence[float],
    b: Sequence[float],
) -> float:
    """rows without intercept; log odds of level <= j is cuts[j] - x'b."""
    total = 0.0
    for x, y, w in zip(rows, level, weight, strict=True):
        eta = sum(c * v for c, v in zip(b, x, strict=True))
        up_to = [0.0, *(1 / (1 + math.exp(eta - cut)) for cut in cuts), 1.0]
        total += w * math.log(up_to[y + 1] - up_to[y])
    return total
