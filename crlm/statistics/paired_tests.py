"""Tests for pairs: the same patients before and after, two readings of one scan, matched patients."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.results import TestResult, chi_square_p, normal_p, t_p
from crlm.statistics.times import FloatArray

# R's wilcox.test is exact below this number of pairs, when none are equal and no two differences are.
_EXACT_BELOW = 50
# The distribution of the signed ranks is summed over up to this many pairs; the work grows with their cube.
_SUMMED_UP_TO = 500


def paired_t(first: ArrayLike, second: ArrayLike) -> TestResult:
    """Compare the means of pairs: t = mean difference (first - second) / its standard error, n - 1 df, two-sided.

    `first`, `second`: shape (n,), known values, in the order of the pairs. Fewer than two pairs, or differences that
    do not vary: `p` is `None` with a reason. Raises `ValueError` for NaN or unequal lengths. Checked against: R
    `t.test(paired = TRUE)`.
    """
    differences, noise = _differences(first, second)
    n = len(differences)
    if n < 2:
        reason = "too few pairs to estimate a variance" if n else "there are no pairs"
        return TestResult("t-paired", None, None, None, n, reason)
    error = float(differences.std(ddof=1) / np.sqrt(n))
    if error <= noise:
        return TestResult("t-paired", None, None, None, n, "the differences do not vary")
    statistic = float(differences.mean() / error)
    return TestResult("t-paired", statistic, float(n - 1), t_p(statistic, float(n - 1)), n)


def wilcoxon_signed_rank(
    first: ArrayLike, second: ArrayLike, *, convention: Literal["r", "spss", "exact"] = "r"
) -> TestResult:
    """Compare pairs by the ranks of their absolute differences, two-sided.

    `first`, `second`: as for `paired_t`. Equal pairs take no part, and `notes` says how many; differences that are
    equal but for rounding share their mean rank. `n` counts all pairs; the statistic V is the sum of the ranks of
    positive differences (first > second).

    `convention`: "r" is R's wilcox.test: the exact distribution below 50 pairs, when none are equal and no two
    differences tied, otherwise a normal approximation corrected for ties and for continuity. "spss" is the normal
    approximation corrected for ties only. "exact" sums over all signs of the differences that are left, ties and all,
    for up to 500 pairs. `notes` says which. No pairs that differ: `p` is `None` with a reason. Sources: Wilcoxon
    1945; Pratt & Gibbons 1981. Checked against: R `wilcox.test`, R exactRankTests, all signs listed.
    """
    if convention not in ("r", "spss", "exact"):
        raise ValueError(f'convention was {convention!r}; it is "r", "spss" or "exact"')
    differences, noise = _differences(first, second)
    n = len(differences)
    kept = differences[np.abs(differences) > noise]
    equal = n - len(kept)
    left_out = (f"{equal} equal pair{'s' if equal > 1 else ''} left out of the test",) if equal else ()

    def undefined(reason: str) -> TestResult:
        return TestResult("wilcoxon-signed-rank", None, None, None, n, reason, left_out)

    if not len(kept):
        return undefined("no pair differs" if n else "there are no pairs")
    ranks, ties = _ranks(np.abs(kept), noise)
    v, m = float(ranks[kept > 0].sum()), len(kept)
    tied = bool(np.any(ties > 1))
    if convention == "exact" and m > _SUMMED_UP_TO:
        return undefined(f"{m} pairs are too many to sum over exactly; the approximations are made for them")
    if convention == "exact" or (convention == "r" and not (tied or equal) and n < _EXACT_BELOW):
        notes = (*left_out, "exact distribution")
        return TestResult("wilcoxon-signed-rank", v, None, _exact_p(ranks, v), n, None, notes)
    distance = abs(v - m * (m + 1) / 4)
    corrected = ["ties"] if tied else []
    if convention == "r":
        distance = abs(distance - 0.5) if distance else 0.0
        corrected.append("continuity")
    variance = m * (m + 1) * (2 * m + 1) / 24 - float((ties**3 - ties).sum()) / 48
    note = "normal approximation" + (f" corrected for {' and '.join(corrected)}" if corrected else "")
    p = normal_p(float(distance / np.sqrt(variance)))
    return TestResult("wilcoxon-signed-rank", v, None, p, n, None, (*left_out, note))


def mcnemar(
    table: ArrayLike, *, method: Literal["exact", "asymptotic"] = "exact", correction: bool = False
) -> TestResult:
    """Compare two yes/no readings of the same patients: do they change as often one way as the other?

    `table`: shape (2, 2), whole counts of patients, rows by the first reading, columns by the second. Only the pairs
    that differ count, b one way and c the other. "exact": b of b + c against the binomial distribution with 1/2,
    two-sided, without a statistic. "asymptotic": (b - c)^2 / (b + c), or (|b - c| - 1)^2 / (b + c) with Edwards'
    `correction`, on one df. No pair that differs: `p` is `None` with a reason. Raises `ValueError` for anything but
    whole counts. Sources: McNemar 1947; Edwards 1948. Checked against: R `mcnemar.test` and `binom.test`.
    """
    from scipy import special

    if method not in ("exact", "asymptotic"):
        raise ValueError(f'method was {method!r}; it is "exact" or "asymptotic"')
    if method == "exact" and correction:
        raise ValueError("the exact test has no continuity correction")
    counts = np.asarray(table, dtype=np.float64)
    if counts.shape != (2, 2):
        raise ValueError(f"table has shape {counts.shape}; it has two rows and two columns")
    if not np.all(np.isfinite(counts)) or np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("table must hold counts: whole numbers of 0 or more")
    n, b, c = int(counts.sum()), float(counts[0, 1]), float(counts[1, 0])
    name = f"mcnemar-{method}"
    if b + c == 0:
        return TestResult(name, None, None, None, n, "no pair differs" if n else "there are no pairs")
    notes: tuple[str, ...] = (f"{int(b + c)} of {n} pairs differ",)
    if method == "exact":
        p = 1.0 if b == c else min(2.0 * float(special.bdtr(min(b, c), int(b + c), 0.5)), 1.0)
        return TestResult(name, None, None, p, n, None, notes)
    distance = abs(b - c)
    if correction:
        distance = max(distance - 1.0, 0.0)
        notes += ("with Edwards' continuity correction",)
    statistic = distance**2 / (b + c)
    return TestResult(name, statistic, 1, chi_square_p(statistic, 1), n, None, notes)


def _differences(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, float]:
    """First less second, and how large a difference may be and yet be nothing but the rounding of the values."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    for sample in (a, b):
        if sample.ndim != 1 or not np.all(np.isfinite(sample)):
            raise ValueError("a sample must be one column of finite numbers; leave out what is missing")
    if len(a) != len(b):
        raise ValueError(f"first has {len(a)} values and second {len(b)}; a pair has one of each")
    largest = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    return a - b, float(4.0 * np.finfo(np.float64).eps * largest)


def _ranks(sizes: FloatArray, noise: float) -> tuple[FloatArray, FloatArray]:
    """Ranks from 1, sizes equal but for noise sharing their mean rank; and how many share each."""
    distinct, place = np.unique(sizes, return_inverse=True)
    place = np.cumsum(np.diff(distinct, prepend=-np.inf) > noise)[place] - 1
    ties = np.bincount(place).astype(np.float64)
    mean_rank = np.cumsum(ties) - (ties - 1) / 2
    return mean_rank[place], ties


def _exact_p(ranks: FloatArray, v: float) -> float:
    """Both tails of the sum of the ranks with a plus, when every sign is as likely as its opposite."""
    doubled = np.rint(2.0 * ranks).astype(np.int64)  # mean ranks are whole or half numbers
    chance = np.zeros(int(doubled.sum()) + 1)
    chance[0] = 1.0
    for rank in doubled:
        with_plus = np.zeros_like(chance)
        with_plus[rank:] = chance[: len(chance) - rank]
        chance = (chance + with_plus) / 2.0
    at = int(np.rint(2.0 * v))
    return min(2.0 * float(min(chance[: at + 1].sum(), chance[at:].sum())), 1.0)
