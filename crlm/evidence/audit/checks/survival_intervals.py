"""Does a survival percentage or a median lie in its own interval, and where such intervals have it?

The interval of a Kaplan-Meier estimate is symmetrical on the scale on which it was made: plain, logarithm, log-log,
logit or arcsine of the square root, as programs offer. Which it was, the rows together show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import asin, exp, log, pi, sin, sqrt
from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, Quoted
from crlm.evidence.audit.printed import Printed, printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedSurvival

ID = "survival-intervals"
ENOUGH, MOSTLY = 5, 0.8
"""Percentages with an interval, and the share of them, that show on which scale intervals were made."""
TOLERANCE = 1e-9
Interval = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """A scale of survival between 0 and 1, rising with it, and back; `words` is how the middle is found by hand."""

    name: str
    of: Callable[[float], float]
    back: Callable[[float], float]
    words: str


SCALES = (
    Scale("plain", lambda s: s, lambda y: y, "({low} + {high}) / 2"),
    Scale("logarithmic", log, exp, "square root of {low} x {high}"),
    Scale(
        "log-log",
        lambda s: -log(-log(s)),
        lambda y: exp(-exp(-y)),
        "exp(-sqrt(ln {low} x ln {high})), the limits as fractions,",
    ),
    Scale(
        "logit",
        lambda s: log(s / (1 - s)),
        lambda y: 1 / (1 + exp(-y)),
        "the odds sqrt(odds of {low} x odds of {high})",
    ),
    Scale(
        "arcsine",
        lambda s: asin(sqrt(s)),
        lambda y: sin(min(max(y, 0.0), pi / 2)) ** 2,
        "the square of sin((arcsin sqrt {low} + arcsin sqrt {high}) / 2)",
    ),
)


@dataclass(frozen=True)
class Estimate:
    """A survival percentage or time with its limits, each as the interval of what it may stand for."""

    row: PublishedSurvival
    value: Printed
    low: Printed
    high: Printed

    @property
    def quoted(self) -> Quoted:
        """The row as a finding quotes it."""
        row = self.row
        when = f" at {row.time_months:g} months" if row.time_months is not None else ""
        what = f"{row.statistic.replace('_', ' ')} of {row.endpoint}{when} in {row.group}"
        text = f"{row.value_printed} ({self.low.text} to {self.high.text}, {row.interval_kind})"
        return Quoted(row.row_id, row.locator, what, text)


def survival_intervals(paper: Paper) -> CheckResult:
    """Every survival percentage, and every time, with an interval."""
    estimates = [one for row in paper.numbers.survival if (one := _estimate(row)) is not None]
    findings = [_outside(one) for one in estimates if _is_outside(one)]
    rates = [one for one in estimates if _is_rate(one) and not _is_outside(one)]
    scale = _scale(rates)
    if scale is not None:
        agreeing = sum(_in_the_middle(one, scale) for one in rates)
        findings += [
            _not_in_the_middle(one, scale, agreeing, len(rates))
            for one in rates
            if not any(_in_the_middle(one, each) for each in SCALES)
        ]
    return CheckResult(ID, len(estimates) + (len(rates) if scale is not None else 0), tuple(findings))


def _estimate(row: PublishedSurvival) -> Estimate | None:
    value = printed(row.value_printed)
    if value is None or row.ci_low is None or row.ci_high is None or value.operator != "=":
        return None
    # the limits are kept as numbers, which lose zeros at their end: the longer of the two says how they were rounded
    decimals = max(len(f"{one:.10g}".partition(".")[2]) for one in (row.ci_low, row.ci_high))
    low, high = (printed(f"{one:.{decimals}f}") for one in (row.ci_low, row.ci_high))
    return Estimate(row, value, low, high) if low is not None and high is not None else None


def _bounds(number: Printed) -> Interval:
    return number.bounds()


def _is_outside(one: Estimate) -> bool:
    value, low, high = _bounds(one.value), _bounds(one.low), _bounds(one.high)
    return value[1] < low[0] or value[0] > high[1]


def _is_rate(one: Estimate) -> bool:
    """A percentage between 0 and 100 whose limits were not cut at either; a confidence interval, no other range."""
    inside = all(each[0] > 0 and each[1] < 100 for each in map(_bounds, (one.value, one.low, one.high)))
    return inside and one.row.unit == "%" and "ci" in one.row.interval_kind.lower()


def _scale(rates: Sequence[Estimate]) -> Scale | None:
    """The scale on which most intervals are symmetrical; None where too few are, on any."""
    if len(rates) < ENOUGH:
        return None
    best = max(SCALES, key=lambda scale: sum(_in_the_middle(one, scale) for one in rates))
    agreeing = sum(_in_the_middle(one, best) for one in rates)
    return best if agreeing >= max(MOSTLY * len(rates), ENOUGH - 1) else None


def _middle(one: Estimate, scale: Scale) -> Interval:
    """What the survival (per cent) in the middle of its limits can be."""
    low, high = _bounds(one.low), _bounds(one.high)
    ends = [(scale.of(low[end] / 100) + scale.of(high[end] / 100)) / 2 for end in (0, 1)]
    return 100 * scale.back(ends[0]), 100 * scale.back(ends[1])


def _in_the_middle(one: Estimate, scale: Scale) -> bool:
    least, most = _middle(one, scale)
    value = _bounds(one.value)
    return value[0] <= most + TOLERANCE and value[1] >= least - TOLERANCE


def _outside(one: Estimate) -> Finding:
    return Finding(
        ID,
        "impossible",
        f"The {one.row.statistic.replace('_', ' ')} {one.value.text} lies outside its interval",
        (one.quoted,),
        f"{one.value.text} is not between {one.low.text} and {one.high.text}",
    )


def _not_in_the_middle(one: Estimate, scale: Scale, agreeing: int, rows: int) -> Finding:
    least, most = _middle(one, scale)
    decimals = one.value.decimals
    printed_range = f"{least:.{decimals}f} to {most:.{decimals}f}%"
    words = scale.words.format(low=one.low.text, high=one.high.text)
    return Finding(
        ID,
        "impossible",
        f"The survival {one.value.text} does not lie in the middle of its interval",
        (one.quoted,),
        f"{words} gives {least:.{decimals + 1}f} to {most:.{decimals + 1}f}% with rounding, printed "
        f"{one.value.text}% (on this {scale.name} scale the intervals of {agreeing} of {rows} percentages are "
        "symmetrical; this one is on no other)",
        (Explanation("misprint", f"If only the survival is wrong, it is {printed_range}."),),
    )


CHECK = Check(
    ID,
    "Survival and its interval",
    "A survival percentage or a median lies in its own interval. The interval of a Kaplan-Meier percentage is "
    "symmetrical on the scale on which a program made it (plain, logarithm, log-log, logit or arcsine); where four in "
    "five of the paper's percentages, and at least four, are so on one of them, one that is so on none is named. "
    "Silent for medians beyond that, for limits cut at 0 or 100, and where no scale fits most.",
    survival_intervals,
)
