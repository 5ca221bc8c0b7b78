"""Can the overall p of a factor belong to the estimates of its levels?"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.p_against_interval import p_words
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted
from crlm.evidence.audit.joint_wald import least_joint, most_joint
from crlm.evidence.audit.printed import Printed, printed
from crlm.evidence.audit.ratio import MULTIPLIER, Interval, Ratio, place_of, possible, quoted, ratios

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedEffect

ID = "overall-factor"
OVERALL = "(overall)"
OTHER_TESTS = 4 / 3
"""A likelihood-ratio or score chi-square is taken to be no farther than this from the Wald chi-square."""


@dataclass(frozen=True)
class _Factor:
    row: PublishedEffect
    p: Printed
    levels: tuple[Ratio, ...]
    unknown: int
    """Levels of which no ratio is printed as a number."""

    @property
    def df(self) -> int:
        return len(self.levels) + self.unknown


def overall_factor(paper: Paper) -> CheckResult:
    """Every overall p of a factor whose levels have ratios with intervals."""
    numbers = {one.row.row_id: one for one in ratios(paper.numbers.effects)}
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    tested = 0
    for row in paper.numbers.effects:
        if row.p_kind != "overall_factor":
            continue
        p = printed(row.p_printed)
        members = [one for one in paper.numbers.effects if _is_level(one, row)]
        levels = tuple(numbers[one.row_id] for one in members if one.row_id in numbers)
        usable = tuple(one for one in levels if one.has_interval and possible(*one.logs))
        if not members:
            continue  # an overall p repeated in the text: its levels stand in the table
        if p is None or not usable:
            not_run.append(
                NotRun(place_of(row), "no level has an estimate with an interval that agrees with it")
            )
            continue
        tested += 1
        factor = _Factor(row, p, usable, len(members) - len(usable))
        if not p.overlaps(*attainable(factor, spare=OTHER_TESTS)):
            findings.append(_finding(factor, attainable(factor)))
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _is_level(one: PublishedEffect, overall: PublishedEffect) -> bool:
    same = all(
        getattr(one, name) == getattr(overall, name)
        for name in (
            "locator",
            "endpoint",
            "population",
            "model",
            "term",
            "subgroup_variable",
            "subgroup_level",
        )
    )
    return same and one.level not in (OVERALL, one.reference) and one.p_kind != "overall_factor"


def attainable(factor: _Factor, *, spare: float = 1.0) -> Interval:
    """The overall p values that the levels allow, when the chi-square may be this many times smaller or larger."""
    from crlm.statistics.results import chi_square_p

    least, most = statistics(factor)
    return (0.0 if most == inf else chi_square_p(most * spare, factor.df)), chi_square_p(
        least / spare, factor.df
    )


def statistics(factor: _Factor) -> Interval:
    """The Wald chi-squares that the levels allow: over rounding, and over what is not printed, their covariances.

    Univariable, two levels: both share the variance of the reference, so that their covariance is between 0 and the
    smaller variance. Otherwise only this holds: the joint statistic is at least that of any one level.
    """
    boxes = [_box(one) for one in factor.levels]
    if factor.row.model == "univariable" and len(boxes) == 2 and not factor.unknown:
        return least_joint(boxes[0], boxes[1]), most_joint(boxes[0], boxes[1])
    singles = [_least_square(box) for box in boxes]
    return max(singles), inf


Box = tuple[Interval, Interval]


def _box(one: Ratio) -> Box:
    """What the estimate and the standard error of a level can be (logarithms)."""
    points = [point for region in possible(*one.logs) for point in region]
    estimates = [(x + y) / 2 for x, y in points]
    errors = [max((y - x) / (2 * MULTIPLIER), 1e-9) for x, y in points]
    return (min(estimates), max(estimates)), (min(errors), max(errors))


def _least_square(box: Box) -> float:
    (low, high), (_, error) = box
    return 0.0 if low <= 0 <= high else float((min(abs(low), abs(high)) / error) ** 2)


def _finding(factor: _Factor, attained: Interval) -> Finding:
    low, high = attained
    least, most = statistics(factor)
    row = factor.row
    single = max(factor.levels, key=lambda one: _least_square(_box(one)))
    too_large = factor.p.low is not None and float(factor.p.low) > high
    df = f"{factor.df} degree{'s' if factor.df > 1 else ''} of freedom"
    if too_large:
        why = (
            f"the joint chi-square is at least {least:.2f} ({single.row.level} alone: "
            f"{_least_square(_box(single)):.2f} or more), so with {df} p is at most {p_words(high, high)}"
        )
    else:
        why = f"the joint chi-square is at most {most:.2f}, so with {df} p is at least {p_words(low, low)}"
    text = row.p_printed
    return Finding(
        ID,
        "contradiction",
        f"The overall p {text} of {row.term} cannot belong to its levels",
        (
            Quoted(row.row_id, row.locator, place_of(row), f"p={text}"),
            *(quoted(one.row) for one in factor.levels),
        ),
        f"{why}; printed {text}",
        tuple(_explanations(factor)),
        suspects=(row.row_id,),
    )


def _explanations(factor: _Factor) -> list[Explanation]:
    """Cut digits, and a p that counts other degrees of freedom."""
    from crlm.statistics.results import chi_square_p

    found = []
    low, high = attainable(factor)
    cut = factor.p.truncated()
    if factor.p.operator == "=" and float(cut[0]) <= high and float(cut[1]) >= low:
        found.append(Explanation("truncation", f"The p {factor.p.text} fits if its digits were cut off."))
    least, most = statistics(factor)
    for df in (factor.df - 1, factor.df + 1):
        if df >= 1 and factor.p.overlaps(
            0.0 if most == inf else chi_square_p(most, df), chi_square_p(least, df)
        ):
            found.append(
                Explanation(
                    "other-test", f"With {df} degree{'s' if df > 1 else ''} of freedom it is possible."
                )
            )
    return found


CHECK = Check(
    ID,
    "Overall p of a factor against its levels",
    "The joint Wald chi-square of a factor is at least that of any of its levels, and for two levels of a univariable "
    "model their common reference bounds it on both sides (their covariance lies between 0 and the smaller variance). "
    "Over rounding and every covariance that is possible, a printed overall p outside the range is named, "
    "unless a likelihood-ratio or score test (a chi-square up to a third away) would reach it. The covariances "
    "themselves are not printed, so much stays possible.",
    overall_factor,
)
