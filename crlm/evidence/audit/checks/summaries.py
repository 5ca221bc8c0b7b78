"""Whether a summary of numbers is possible, and whether that of everybody fits those of the groups.

Alone: lower quartile <= median <= upper quartile within the range; mean within the range; SD no larger than the mean
and the range allow (the Bhatia-Davis bound) and no smaller than the range demands; a mean, a median and an SD of whole
numbers that some whole numbers have (see granularity). Together: the mean of everybody is the weighted mean of the
groups that make them up, its SD is what theirs add up to, and its median lies between theirs.

Sources: Bhatia and Davis, Am Math Mon 2000;107:353 (largest SD); von Szokefalvi Nagy 1918 (smallest SD of a range).

Every printed number is an interval. Silent: quartiles of everybody against those of groups (programs define quartiles
differently). Doubtful: a quartile that is the median to its last digit while the other quartile is far from it. Where
the numbers of values of the groups are unknown, the mean is held only between the smallest and the largest.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import parts_of, size_of
from crlm.evidence.audit.checks.granularity import WHOLE_UNITS, mean_possible, sd_possible
from crlm.evidence.audit.checks.summaries_together import together
from crlm.evidence.audit.checks.summary_rows import ID, Numbers, finding, numbers
from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun
from crlm.evidence.audit.printed import Printed, shown

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSummary

ORDER = ("lowest", "lower quartile", "centre", "upper quartile", "highest")
FAR, NEAR_GROUP = 5, 40
"""How many units of the last digit the other quartile must be away, in how large a group, for "doubtful"."""


def summaries(paper: Paper) -> CheckResult:
    """Every summary alone, with the range printed elsewhere, and with those of its groups."""
    tested = 0
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    for row in paper.numbers.summaries:
        parts = numbers(row)
        if not parts:
            not_run.append(NotRun(row.row_id, "its numbers could not be read from the printed text"))
            continue
        tested += 1
        findings += [*_order(paper, row, parts), *_spread(paper, row, parts), *_whole(paper, row, parts)]
        findings += _flat(paper, row, parts)
    for whole in paper.numbers.summaries:
        for parts_ids in parts_of(paper, whole.group, "patient"):
            ran, found = together(paper, whole, parts_ids)
            tested += ran
            findings += found
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _order(paper: Paper, row: PublishedSummary, parts: Numbers) -> list[Finding]:
    """Range, quartiles and median (or mean within the range) in ascending order."""
    is_mean = row.statistic.startswith("mean")
    present = [
        (name, parts[name]) for name in ORDER if name in parts and not (is_mean and "quartile" in name)
    ]
    for (low_name, low), (high_name, high) in pairwise(present):
        if low.low is not None and high.high is not None and low.low > high.high:
            explanation = _order_slip(low, high)
            centre = "mean" if is_mean else "median"
            names = [name if name != "centre" else centre for name in (low_name, high_name)]
            title = f"{row.variable} in {row.group}: the {names[0]} is above the {names[1]}"
            return [finding(paper, [row], "impossible", title, f"{low.text} > {high.text}", explanation)]
    return []


def _order_slip(low: Printed, high: Printed) -> tuple[Explanation, ...]:
    """A lost sign of the lower number, when that mends the order."""
    if low.value > 0 and -low.value <= high.value:
        return (Explanation("lost-sign-or-digit", f"-{low.text} instead of {low.text} would be in order."),)
    return ()


def _spread(paper: Paper, row: PublishedSummary, parts: Numbers) -> list[Finding]:
    """The SD against the range, printed in the same row or in another row of the same variable and group."""
    sd, mean = parts.get("SD"), parts.get("centre")
    if (
        sd is None
        or mean is None
        or sd.low is None
        or sd.high is None
        or mean.low is None
        or mean.high is None
    ):
        return []
    for other in paper.numbers.summaries:
        if (other.variable, other.group, other.unit) != (row.variable, row.group, row.unit):
            continue
        ends = numbers(other)
        low, high = ends.get("lowest"), ends.get("highest")
        if low is None or high is None or low.low is None or high.high is None:
            continue
        rows = [row] if other.row_id == row.row_id else [row, other]
        words = f"mean {mean.text}, SD {sd.text}, range {low.text} to {high.text}"
        title = f"{row.variable} in {row.group}: "
        if mean.high < low.low or mean.low > high.high:
            return [finding(paper, rows, "impossible", f"{title}the mean is outside the range", words)]
        n = row.n_available or size_of(paper, row.group, "patient")
        factor = Fraction(n, n - 1) if n and n > 1 else Fraction(2)
        centre = min(max(mean.value, low.low), high.high)
        candidates = [
            one for one in (mean.low, mean.high, (low.low + high.high) / 2, centre) if mean.contains(one)
        ]
        most: Fraction = max((high.high - one) * (one - low.low) for one in candidates) * factor
        if sd.low > 0 and sd.low**2 > most:
            line = (
                f"{words}: the largest SD possible is {shown(sqrt(max(0.0, float(most))), sd.decimals + 1)}"
            )
            return [
                finding(paper, rows, "impossible", f"{title}the SD is larger than the range allows", line)
            ]
        if n and n > 1 and low.high is not None and high.low is not None and high.low > low.high:
            least = (high.low - low.high) ** 2 / (2 * (n - 1))
            if sd.high**2 < least:
                bound = shown(sqrt(least), sd.decimals + 1)
                line = f"{words}: in {n}, the smallest SD possible is {bound}"
                return [
                    finding(
                        paper, rows, "impossible", f"{title}the SD is smaller than the range demands", line
                    )
                ]
    return []


def _whole(paper: Paper, row: PublishedSummary, parts: Numbers) -> list[Finding]:
    """Means, medians and SDs of whole numbers that no whole numbers have."""
    if row.unit not in WHOLE_UNITS or "centre" not in parts:
        return []
    centre, n = parts["centre"], row.n_available or size_of(paper, row.group, "patient")
    title = f"{row.variable} in {row.group}: "
    if row.statistic.startswith("median"):
        halves = [Fraction(round(2 * float(centre.value)) + step, 2) for step in (-1, 0, 1)]
        if any(centre.contains(one) for one in halves):
            return []
        line = f"a median of whole numbers is a whole or a half; printed {centre.text}"
        unit = (Explanation("unit", "It may be a mean, or a number per something."),)
        return [finding(paper, [row], "doubtful", f"{title}no median of whole numbers", line, unit)]
    if row.n_available is None or n is None:
        return []
    if not mean_possible(centre, n):
        total = centre.value * n
        below, above = int(total), int(total) + 1
        decimals = centre.decimals + 1
        line = (
            f"{below}/{n} = {shown(Fraction(below, n), decimals)}, "
            f"{above}/{n} = {shown(Fraction(above, n), decimals)}; printed {centre.text}"
        )
        fitting = [other for other in range(n - 1, max(n - 6, 0), -1) if mean_possible(centre, other)]
        words = f"A mean of {fitting[0]} values may be {centre.text}." if fitting else ""
        other = (Explanation("other-denominator", words),) if words else ()
        return [finding(paper, [row], "impossible", f"{title}no mean of {n} whole numbers", line, other)]
    sd = parts.get("SD")
    if sd is not None and not sd_possible(centre, sd, n):
        line = f"mean {centre.text}, SD {sd.text}, n = {n}: no whole numbers have both"
        return [
            finding(paper, [row], "impossible", f"{title}no SD of {n} whole numbers with this mean", line)
        ]
    return []


def _flat(paper: Paper, row: PublishedSummary, parts: Numbers) -> list[Finding]:
    """One quartile is the median to the last digit and the other is far: on a fine scale hardly possible."""
    if not row.statistic.startswith("median") or row.unit in WHOLE_UNITS:
        return []
    median, low, high = (parts.get(name) for name in ("centre", "lower quartile", "upper quartile"))
    size = row.n_available or size_of(paper, row.group, "patient") or 0
    if (
        median is None
        or low is None
        or high is None
        or size < NEAR_GROUP
        or median.value % Fraction(1, 2) == 0
    ):
        return []
    for name, near, far in (("upper", high, low), ("lower", low, high)):
        if near.value != median.value or abs(far.value - median.value) < FAR * median.unit:
            continue
        said = tuple(
            Explanation("misprint", f"{other.text}, as in {row_of.group}, instead of {near.text} fits.")
            for row_of in paper.numbers.summaries
            if (row_of.variable, row_of.locator) == (row.variable, row.locator)
            and (other := numbers(row_of).get(f"{name} quartile")) is not None
            and (other.value > median.value) == (name == "upper")
            and is_slip(near.text, other.text)[0]
        )
        line = (
            f"median and {name} quartile are both {median.text}, the other quartile is {far.text}: "
            f"a quarter of the patients would have {median.text}"
        )
        title = f"{row.variable} in {row.group}: the {name} quartile repeats the median"
        return [finding(paper, [row], "doubtful", title, line, said)]
    return []


CHECK = Check(
    ID,
    "Means, medians and their spread",
    "Quartiles in order, means and medians within the range, SDs that the range and whole numbers allow, and the "
    "summary of everybody against those of its groups. Silent where a rounding explains it; quartiles of everybody are "
    "not held against those of groups, which programs define differently.",
    summaries,
)
