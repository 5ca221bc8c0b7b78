"""Does a hazard ratio point the same way as the survival of its groups, and is its p near that of the log-rank test?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.p_against_interval import p_text, p_words
from crlm.evidence.audit.checks.survival_curves import Point, points
from crlm.evidence.audit.effect_sizes import group_variables
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, Quoted
from crlm.evidence.audit.printed import Printed, printed
from crlm.evidence.audit.ratio import Ratio, p_of, possible, quoted, ratios, z_of, z_range

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSurvival

ID = "group-order"
APART = 0.25
"""Log-rank and Wald z of one comparison differ by less than this share, or by less than LEAST."""
LEAST = 0.4


def group_order(paper: Paper) -> CheckResult:
    """Every univariable hazard ratio of two groups with survival, or a log-rank p, of both."""
    curves = points(paper)
    findings: list[Finding] = []
    tested = 0
    seen: set[tuple[str, ...]] = set()
    for one in ratios(paper.numbers.effects):
        row = one.row
        if row.measure != "HR" or row.model != "univariable" or not one.has_interval or row.subgroup_variable:
            continue
        groups = _group(paper, row.term, row.level), _group(paper, row.term, row.reference)
        key = (row.endpoint, row.term, row.level, row.est_printed, row.ci_printed)
        if None in groups or groups[0] == groups[1] or key in seen:
            continue
        seen.add(key)
        first, second = (str(group) for group in groups)
        pairs = [
            (point, other)
            for (endpoint, _, group), members in curves.items()
            if endpoint == row.endpoint and group == first
            for point in members
            for (other_endpoint, _, other_group), others in curves.items()
            if other_endpoint == row.endpoint and other_group == second
            for other in others
            if _same(point, other)
        ]
        tested += bool(pairs)
        findings += _against_curves(one, pairs)
        for line in paper.numbers.survival:
            compared = {part.strip() for part in line.group.split(" vs ")}
            if (
                line.statistic == "logrank_p"
                and line.endpoint == row.endpoint
                and compared == {first, second}
            ):
                tested += 1
                findings += _against_log_rank(one, line)
    return CheckResult(ID, tested, tuple(findings))


def _group(paper: Paper, term: str, level: str) -> str | None:
    """The word of the survival table for a level of the comparison."""
    variables = group_variables(paper, term)
    for one in paper.groups:
        if one.variable in variables and level.casefold() in (
            one.level.casefold(),
            one.id.casefold(),
            one.label.casefold(),
        ):
            return one.id
    return None


def _same(one: Point, other: Point) -> bool:
    mine, its = one.row, other.row
    same = mine.statistic == its.statistic and mine.time_months == its.time_months
    return same and mine.locator == its.locator and mine.population == its.population


def _against_curves(ratio: Ratio, pairs: list[tuple[Point, Point]]) -> list[Finding]:
    """A ratio that excludes 1 while every printed point says the opposite."""
    (_, low, high) = ratio.logs
    sign = 1 if low[0] > 0 else -1 if high[1] < 0 else 0
    if not sign or not pairs or not all(sign * _direction(*pair) > 0 for pair in pairs):
        return []
    texts = "; ".join(f"{one.words}: {one.value.text} against {other.value.text}" for one, other in pairs)
    better = ratio.row.reference if sign > 0 else ratio.row.level
    return [
        Finding(
            ID,
            "contradiction",
            f"The hazard ratio of {ratio.row.endpoint} favours {better}, survival the other group",
            (quoted(ratio.row), *(point.quoted for pair in pairs for point in pair)),
            f"HR {ratio.row.est_printed} ({ratio.row.ci_printed}) excludes 1; {texts}",
            (
                Explanation(
                    "swapped-labels",
                    f"Read as {ratio.row.reference} against {ratio.row.level}, or with the groups' survival exchanged, "
                    "both point the same way.",
                ),
            ),
        )
    ]


def _direction(one: Point, other: Point) -> int:
    """1 when the first group survives longer beyond rounding, -1 when the second does, 0 when neither is sure."""
    mine, its = one.value.bounds(), other.value.bounds()
    return 1 if mine[0] > its[1] else -1 if its[0] > mine[1] else 0


def _against_log_rank(ratio: Ratio, line: PublishedSurvival) -> list[Finding]:
    p = printed(line.p_printed)
    regions = possible(*ratio.logs)
    if p is None or not regions:
        return []
    wald, log_rank = z_range(regions), z_of(*_bounds(p))
    gap = max(wald[0] - log_rank[1], log_rank[0] - wald[1])
    if gap < max(APART * max(min(wald[1], log_rank[1]), 1e-9), LEAST):
        return []
    return [
        Finding(
            ID,
            "doubtful",
            f"The log-rank p {p.text} is far from the Wald p of the univariable hazard ratio",
            (
                quoted(ratio.row),
                Quoted(line.row_id, line.locator, f"log-rank p of {line.endpoint}", line.p_printed),
            ),
            f"Wald p from HR {ratio.row.est_printed} ({ratio.row.ci_printed}): {p_words(*p_of(wald))}; log-rank p "
            f"{p_text(float(p.value))}: of one comparison the two differ little",
        )
    ]


def _bounds(p: Printed) -> tuple[float, float]:
    return p.bounds(0.0, 1.0)


CHECK = Check(
    ID,
    "Hazard ratios against survival",
    "A univariable hazard ratio whose interval excludes 1 and the medians and survival of its groups point the "
    "same way; the log-rank p of the same groups is near the Wald p. Named only when every printed point says the "
    "opposite, or when the two p values differ by more than a quarter of z. Curves may cross, so a ratio whose "
    "interval holds 1 is not judged.",
    group_order,
)
