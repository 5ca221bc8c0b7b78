"""Tests for tables of counts: Pearson's chi-square, Fisher's exact test, and the trend of a proportion."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.exact_tables import IntArray, exact_p, exact_p_two_by_two
from crlm.statistics.results import TestResult, chi_square_p

_SMALL_EXPECTED = 5.0
_TOLERATED_SMALL = 0.2


def chi_square(table: ArrayLike, *, correction: bool = False) -> TestResult:
    """Pearson's chi-square test of independence: sum of (observed - expected)^2 / expected.

    `table`: shape (levels, groups), whole counts of patients with a known value. Empty rows and columns take no
    part and `notes` says so. `correction`: Yates' continuity correction, for 2 x 2 tables only. A note warns when
    more than 20 % of the expected counts are below 5 (Cochran 1954). Fewer than two rows or columns left: `p`
    is `None` with a reason. Raises `ValueError` for anything but whole counts. Checked against: R `chisq.test`.
    """
    counts, notes = _occupied(table)
    n = int(counts.sum())
    reason = _no_comparison(counts)
    if reason:
        return TestResult("chi-square", None, None, None, n, reason, notes)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    distance = np.abs(counts - expected)
    if correction and counts.shape == (2, 2):
        distance -= np.minimum(0.5, distance.min())
        notes += ("with Yates' continuity correction",)
    elif correction:
        notes += ("no continuity correction: it exists for 2 x 2 tables only",)
    small = int((expected < _SMALL_EXPECTED).sum())
    if small > _TOLERATED_SMALL * expected.size:
        notes += (f"expected count below 5 in {small} of {expected.size} cells",)
    statistic = float((distance**2 / expected).sum())
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return TestResult("chi-square", statistic, df, chi_square_p(statistic, df), n, None, notes)


def fisher(table: ArrayLike) -> TestResult:
    """Fisher's exact test, two-sided: the probability, given the margins, of all tables no likelier than this one.

    `table`: as for `chi_square`. Larger tables than 2 x 2 are summed over exactly as well, not simulated; when
    that would take too long, `p` is `None` with a reason. There is no statistic. Sources: Fisher 1935;
    Freeman & Halton 1951. Checked against: R `fisher.test`; enumeration in exact fractions.
    """
    counts, notes = _occupied(table)
    n = int(counts.sum())
    reason = _no_comparison(counts)
    if reason:
        return TestResult("fisher", None, None, None, n, reason, notes)
    p = exact_p_two_by_two(counts) if counts.shape == (2, 2) else exact_p(counts)
    if p is None:
        size = f"{counts.shape[0]} x {counts.shape[1]} table of {n} patients"
        reason = f"a {size} has too many alternatives to sum over exactly; the chi-square test is made for it"
    return TestResult("fisher", None, None, p, n, reason, notes)


def cochran_armitage(table: ArrayLike, *, scores: Sequence[float] | None = None) -> TestResult:
    """Test whether a proportion rises or falls over ordered groups: one degree of freedom, whatever their number.

    `table`: shape (2, groups), whole counts of patients with and without, the groups in their order. `scores`: one
    number per group, by default 0, 1, 2, ...; only their spacing matters. With n_j patients of score s_j in a group,
    x_j of them with, p of all N: chi-square = (sum of s_j (x_j - n_j p))^2 / (p (1 - p) sum of n_j (s_j - mean)^2),
    the mean over all patients. Empty groups take no part and `notes` says so. Fewer than two groups or two scores,
    or all patients alike: `p` is `None` with a reason. Raises `ValueError` for anything but whole counts.

    Sources: Cochran 1954; Armitage 1955. Checked against: R `prop.trend.test`.
    """
    values = np.asarray(table, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != 2:
        raise ValueError(f"table has shape {values.shape}; it has two rows and a column for each group")
    s = np.arange(values.shape[1], dtype=np.float64) if scores is None else np.asarray(scores, np.float64)
    if s.shape != values.shape[1:] or not np.all(np.isfinite(s)):
        raise ValueError(f"scores were {scores!r}; each of the {values.shape[1]} groups has one number")
    counts, notes = _occupied(values)
    n = int(counts.sum())
    s = s[values.any(axis=0)]
    reason = _no_comparison(counts)
    if reason is None and np.ptp(s) == 0.0:
        reason = "all groups have the same score"
    if reason:
        return TestResult("cochran-armitage", None, None, None, n, reason, notes)
    sizes, of_first = counts.sum(axis=0), counts[0]
    p = float(of_first.sum() / n)
    centred = s - float(sizes @ s) / n
    statistic = float(centred @ of_first) ** 2 / (p * (1.0 - p) * float(sizes @ centred**2))
    return TestResult("cochran-armitage", statistic, 1, chi_square_p(statistic, 1), n, None, notes)


def _occupied(table: ArrayLike) -> tuple[IntArray, tuple[str, ...]]:
    values = np.asarray(table, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"table has {values.ndim} dimensions; it has rows (levels) and columns (groups)")
    if not np.all(np.isfinite(values)) or np.any(values < 0) or np.any(values != np.floor(values)):
        raise ValueError("table must hold counts: whole numbers of 0 or more")
    rows, columns = values.any(axis=1), values.any(axis=0)
    notes = []
    for name, empty in (("row", int((~rows).sum())), ("column", int((~columns).sum()))):
        if empty:
            notes.append(f"{empty} empty {name}{'s' if empty > 1 else ''} left out of the test")
    return values[np.ix_(rows, columns)].astype(np.int64), tuple(notes)


def _no_comparison(counts: IntArray) -> str | None:
    if not counts.size:
        return "there are no counts"
    if counts.shape[1] < 2:
        return "only one group has patients; a comparison needs two"
    if counts.shape[0] < 2:
        return "all patients have the same value"
    return None
