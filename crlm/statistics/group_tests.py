"""Do groups differ? Tests for samples of numbers here; those for tables of counts come from `contingency`."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.contingency import chi_square, fisher
from crlm.statistics.results import TestResult, chi_square_p, f_p, normal_p, t_p
from crlm.statistics.times import FloatArray

__all__ = ["anova", "chi_square", "fisher", "kruskal_wallis", "mann_whitney", "t_test"]

# R's wilcox.test is exact for samples smaller than this, when no two values are equal.
_EXACT_BELOW = 50


def t_test(first: ArrayLike, second: ArrayLike, *, variances: Literal["pooled", "welch"]) -> TestResult:
    """Compare two means: t = (mean of the first - mean of the second) / standard error, two-sided.

    `first`, `second`: known values, any lengths. `variances`: "pooled" assumes equal variances (Student; n - 2
    df), "welch" does not (Satterthwaite's df). Too few values, or none that vary: `p` is `None` with a reason.
    Raises `ValueError` for NaN. Checked against: R `t.test`.
    """
    if variances not in ("pooled", "welch"):
        raise ValueError(f'variances was {variances!r}; it is "pooled" or "welch"')
    a, b = _sample(first), _sample(second)
    method, n = f"t-{variances}", len(a) + len(b)

    def undefined(reason: str) -> TestResult:
        return TestResult(method, None, None, None, n, reason)

    fewest = min(len(a), len(b))
    if fewest == 0:
        return undefined("a group has no values")
    if n < 3 or (variances == "welch" and fewest < 2):
        return undefined("too few values to estimate a variance")
    values = np.concatenate((a, b))
    a, b = a - values.mean(), b - values.mean()  # keeps the digits of large numbers that differ little
    spread_a, spread_b = _squares(a), _squares(b)
    if variances == "pooled":
        df = float(n - 2)
        error = np.sqrt((spread_a + spread_b) / df * (1.0 / len(a) + 1.0 / len(b)))
    else:
        part_a, part_b = spread_a / (len(a) - 1) / len(a), spread_b / (len(b) - 1) / len(b)
        error = np.sqrt(part_a + part_b)
        df = (part_a + part_b) ** 2 / (part_a**2 / (len(a) - 1) + part_b**2 / (len(b) - 1)) if error else 0.0
    if _only_noise(error, values):
        return undefined("the values do not vary within the groups")
    statistic = float((a.mean() - b.mean()) / error)
    return TestResult(method, statistic, float(df), t_p(statistic, float(df)), n)


def anova(samples: Sequence[ArrayLike]) -> TestResult:
    """Compare k means by one-way analysis of variance: F = mean square between / mean square within.

    `samples`: one array of known values per group; empty groups take no part and `notes` says so. `df` is of the
    numerator; both are in `notes`. Undefined: `p` is `None` with a reason. Checked against: R `aov`.
    """
    groups, notes = _occupied(samples)
    values = np.concatenate(groups) if groups else np.empty(0)
    n, k = len(values), len(groups)
    reason = _no_comparison(groups)
    if reason is None and n == k:
        reason = "too few values to estimate a variance"
    if reason is not None:
        return TestResult("anova", None, None, None, n, reason, notes)
    groups = [group - values.mean() for group in groups]  # keeps the digits of large numbers
    within = sum(_squares(group) for group in groups) / (n - k)
    if _only_noise(np.sqrt(within), values):
        reason = "the values do not vary within the groups"
        return TestResult("anova", None, None, None, n, reason, notes)
    grand_mean = np.concatenate(groups).mean()
    between = sum(len(group) * (group.mean() - grand_mean) ** 2 for group in groups) / (k - 1)
    statistic = float(between / within)
    notes += (f"F on {k - 1} and {n - k} degrees of freedom",)
    return TestResult("anova", statistic, k - 1, f_p(statistic, k - 1, n - k), n, None, notes)


def mann_whitney(
    first: ArrayLike, second: ArrayLike, *, convention: Literal["r", "spss"] = "r"
) -> TestResult:
    """Compare two samples by ranks (Wilcoxon's rank sum test), two-sided.

    `convention`: "r" is R's wilcox.test: the exact distribution when no values are equal and both samples are
    smaller than 50, otherwise a normal approximation corrected for ties and for continuity; the statistic is U
    of the first sample. "spss" is SPSS's asymptotic p: corrected for ties, not for continuity; the statistic is
    the smaller U. `notes` says which. An empty sample, or all values equal: `p` is `None` with a reason.
    Sources: Mann & Whitney 1947; Lehmann 1975. Checked against: R `wilcox.test`, with and without `correct`.
    """
    if convention not in ("r", "spss"):
        raise ValueError(f'convention was {convention!r}; it is "r" or "spss"')
    a, b = _sample(first), _sample(second)
    n_a, n_b = len(a), len(b)
    n = n_a + n_b
    if min(n_a, n_b) == 0:
        return TestResult("mann-whitney", None, None, None, n, "a group has no values")
    ranks, ties = _ranks(np.concatenate((a, b)))
    u = float(ranks[:n_a].sum()) - n_a * (n_a + 1) / 2
    tied = bool(np.any(ties > 1))
    if convention == "r" and not tied and max(n_a, n_b) < _EXACT_BELOW:
        p = _exact_rank_p(int(u), n_a, n_b)
        return TestResult("mann-whitney", u, None, p, n, None, ("exact distribution",))
    variance = n_a * n_b / 12 * (n + 1 - float((ties**3 - ties).sum()) / (n * (n - 1)))
    if len(ties) == 1:
        return TestResult("mann-whitney", None, None, None, n, "all values are equal")
    distance = abs(u - n_a * n_b / 2)
    corrected = "ties" if tied else ""
    if convention == "r":
        distance = abs(distance - 0.5) if distance else 0.0
        corrected = "ties and continuity" if tied else "continuity"
    note = "normal approximation" + (f" corrected for {corrected}" if corrected else "")
    statistic = u if convention == "r" else min(u, n_a * n_b - u)
    p = normal_p(float(distance / np.sqrt(variance)))
    return TestResult("mann-whitney", statistic, None, p, n, None, (note,))


def kruskal_wallis(samples: Sequence[ArrayLike]) -> TestResult:
    """Compare k samples by ranks: H, corrected for ties, referred to chi-square on k - 1 df.

    `samples`: one array of known values per group; empty groups take no part and `notes` says so. Undefined:
    `p` is `None` with a reason. Source: Kruskal & Wallis 1952. Checked against: R `kruskal.test`.
    """
    groups, notes = _occupied(samples)
    n = sum(len(group) for group in groups)
    reason = _no_comparison(groups)
    if reason is not None:
        return TestResult("kruskal-wallis", None, None, None, n, reason, notes)
    ranks, ties = _ranks(np.concatenate(groups))
    if len(ties) == 1:
        return TestResult("kruskal-wallis", None, None, None, n, "all values are equal", notes)
    centred = ranks - (n + 1) / 2
    parts = np.split(centred, np.cumsum([len(group) for group in groups])[:-1])
    between = sum(part.sum() ** 2 / len(part) for part in parts)
    statistic = float((n - 1) * between / (centred**2).sum())
    df = len(groups) - 1
    return TestResult("kruskal-wallis", statistic, df, chi_square_p(statistic, df), n, None, notes)


def _sample(values: ArrayLike) -> FloatArray:
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or not np.all(np.isfinite(sample)):
        raise ValueError("a sample must be one column of finite numbers; leave out what is missing")
    return sample


def _occupied(samples: Sequence[ArrayLike]) -> tuple[list[FloatArray], tuple[str, ...]]:
    everything = [_sample(values) for values in samples]
    groups = [group for group in everything if len(group)]
    empty = len(everything) - len(groups)
    notes = (f"{empty} group{'s' if empty > 1 else ''} without values left out of the test",) if empty else ()
    return groups, notes


def _no_comparison(groups: list[FloatArray]) -> str | None:
    if not groups:
        return "there are no values"
    return "only one group has values; a comparison needs two" if len(groups) < 2 else None


def _squares(sample: FloatArray) -> float:
    return float(((sample - sample.mean()) ** 2).sum())


def _only_noise(spread: float, values: FloatArray) -> bool:
    """Whether a spread is nothing but the rounding of the values themselves."""
    return bool(spread <= 10.0 * np.finfo(np.float64).eps * np.abs(values).max())


def _ranks(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ranks from 1, equal values sharing their mean rank; and how often each distinct value occurs."""
    _, place, ties = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(ties) - (ties - 1) / 2
    return mean_rank[place], ties.astype(np.float64)


def _exact_rank_p(u: int, n_a: int, n_b: int) -> float:
    ways = _rank_arrangements(n_a, n_b)
    tail = sum(ways[: min(u, n_a * n_b - u) + 1])
    return min(2 * tail / sum(ways), 1.0)


@lru_cache(maxsize=256)
def _rank_arrangements(n_a: int, n_b: int) -> tuple[int, ...]:
    """In how many orders of two samples U is 0, 1, ..., n_a n_b: whole numbers, so exact.

    The generating function is the product over i <= n_a of (1 - q^(n_b + i)) / (1 - q^i).
    """
    size = n_a * n_b + 1
    ways = [1] + [0] * (size - 1)
    for i in range(1, n_a + 1):
        for u in range(size - 1, n_b + i - 1, -1):
            ways[u] -= ways[u - n_b - i]
        for u in range(i, size):
            ways[u] += ways[u - i]
    return tuple(ways)
