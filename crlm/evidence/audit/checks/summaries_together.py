"""The summary of everybody against those of the groups that make them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.pooled_summaries import pooled_mean, pooled_sd
from crlm.evidence.audit.checks.summary_rows import finding, numbers
from crlm.evidence.audit.finding import Finding
from crlm.evidence.audit.printed import Printed, shown

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSummary


def together(paper: Paper, whole: PublishedSummary, ids: tuple[str, ...]) -> tuple[int, list[Finding]]:
    """The summary of everybody against those of the groups that make them up."""
    members = [
        one
        for one in paper.numbers.summaries
        if one.group in ids
        and (one.variable, one.unit, one.statistic, one.locator)
        == (whole.variable, whole.unit, whole.statistic, whole.locator)
    ]
    total, parts = numbers(whole).get("centre"), [numbers(one).get("centre") for one in members]
    if len(members) != len(ids) or total is None or any(one is None for one in parts):
        return 0, []
    centres = [one for one in parts if one is not None]
    lows, highs = (
        [one.low for one in centres if one.low is not None],
        [one.high for one in centres if one.high is not None],
    )
    if len(lows) != len(centres) or len(highs) != len(centres):
        return 0, []
    words = "mean" if whole.statistic.startswith("mean") else "median"
    title = f"{whole.variable} in {whole.group}: the {words} "
    texts = ", ".join(f"{one.text} ({row.group})" for one, row in zip(centres, members, strict=True))
    if not total.overlaps(min(lows), max(highs)):
        line = f"{texts}; printed {total.text} in {whole.group}"
        return 1, [
            finding(
                paper, [whole, *members], "impossible", f"{title}is not between those of its groups", line
            )
        ]
    ns = [one.n_available for one in members]
    if (
        words == "median"
        or any(n is None for n in ns)
        or whole.n_available != sum(n for n in ns if n is not None)
    ):
        return 1, []
    sizes = [n for n in ns if n is not None]
    low, high = pooled_mean(centres, sizes)
    if not total.overlaps(low, high):
        sums = " + ".join(f"{n} x {one.text}" for n, one in zip(sizes, centres, strict=True))
        line = f"({sums})/{sum(sizes)} = {shown((low + high) / 2, total.decimals + 1)}, printed {total.text}"
        return 1, [
            finding(
                paper, [whole, *members], "contradiction", f"{title}is not that of its groups together", line
            )
        ]
    return 1, _pooled_spread(paper, whole, members, centres, sizes)


def _pooled_spread(
    paper: Paper,
    whole: PublishedSummary,
    members: list[PublishedSummary],
    centres: list[Printed],
    sizes: list[int],
) -> list[Finding]:
    """The SD of everybody from the groups' sizes, means and SDs."""
    total = numbers(whole).get("SD")
    sds = [one for one in (numbers(row).get("SD") for row in members) if one is not None]
    if total is None or len(sds) != len(members):
        return []
    low, high = pooled_sd(centres, sds, sizes)
    if total.overlaps(low, high):
        return []
    title = f"{whole.variable} in {whole.group}: the SD is not that of its groups together"
    line = (
        f"groups of {', '.join(map(str, sizes))} with SD {', '.join(one.text for one in sds)} and means "
        f"{', '.join(one.text for one in centres)} have together an SD of {low:.3g} to {high:.3g}, printed {total.text}"
    )
    return [finding(paper, [whole, *members], "contradiction", title, line)]
