"""Does a ratio lie in its interval, and half-way between the limits on the logarithmic scale?"""

from __future__ import annotations

from math import ceil, exp, floor, sqrt
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.behind_counts import Counts
from crlm.evidence.audit.checks.usual_rows import Odd, held_to_their_table
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding
from crlm.evidence.audit.ratio import Ratio, cells, changed, fits, quoted, ratios
from crlm.evidence.audit.ratio_repairs import repairs

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "interval-symmetry"
STEP = 0.001
"""The last decimal of the coefficients that programs print."""


def interval_symmetry(paper: Paper) -> CheckResult:
    """Every ratio with two limits, table by table."""
    rows = [one for one in ratios(paper.numbers.effects) if one.has_interval]
    outside = [one for one in rows if _outside(one)]
    held = held_to_their_table(
        (one for one in rows if one not in outside), lambda one: fits(one, with_p=False), _otherwise
    )
    counts = Counts(paper) if outside or held.odd else None
    findings = [_outside_finding(same, counts) for same in cells(outside)]
    findings += [_finding(one, counts) for one in held.odd]
    return CheckResult(ID, len(outside) + held.tested, tuple(findings), held.not_run)


def _outside(ratio: Ratio) -> bool:
    """Whether the estimate is not between its limits, whatever the rounding: no method gives such an interval."""
    estimate, low, high = ratio.logs
    return estimate[1] < low[0] or estimate[0] > high[1]


def _outside_finding(same: tuple[Ratio, ...], counts: Counts | None) -> Finding:
    ratio = same[0]
    assert ratio.estimate is not None and ratio.low is not None and ratio.high is not None
    below = ratio.logs[0][1] < ratio.logs[1][0]
    limit = f"below the lower limit {ratio.low.text}" if below else f"above the upper limit {ratio.high.text}"
    return Finding(
        ID,
        "impossible",
        f"The estimate {ratio.estimate.text} lies outside its interval",
        tuple(quoted(one.row) for one in same),
        f"{ratio.estimate.text} is {limit}, however they are rounded; an interval contains its estimate, however it "
        "was made",
        _repairs(ratio, counts),
    )


def _otherwise(odd: int, rows: int) -> str:
    return (
        f"{odd} of its {rows} intervals are not symmetrical on the logarithmic scale: they are not Wald intervals "
        "(profile likelihood or bootstrap), and symmetry says nothing about them"
    )


def _finding(odd: Odd, counts: Counts | None) -> Finding:
    ratio = odd.same[0]
    assert ratio.estimate is not None and ratio.low is not None and ratio.high is not None
    estimate, low, high = (float(one.value) for one in (ratio.estimate, ratio.low, ratio.high))
    (least_low, most_low), (least_high, most_high) = ratio.logs[1:]
    least, most = exp((least_low + least_high) / 2), exp((most_low + most_high) / 2)
    explanations = list(_repairs(ratio, counts))
    cut = any(one.kind == "truncation" for one in explanations)
    early = _rounded_first(ratio)
    if early:
        explanations.append(
            Explanation(
                "truncation",
                "A coefficient rounded to three decimals before it was turned into a ratio moves it by this much.",
            )
        )
    if odd.few:
        explanations.append(
            Explanation(
                "other-test",
                "Possible only with an interval by profile likelihood or bootstrap, which need not be symmetrical; too "
                "few other rows of the table show how its intervals were made.",
            )
        )
    decimals = max(ratio.estimate.decimals, 2) + 1
    middle = sqrt(low * high) if low > 0 else 0.0
    return Finding(
        ID,
        "doubtful" if cut or early or odd.few else "impossible",
        f"The estimate {ratio.estimate.text} does not lie in the middle of its interval",
        tuple(quoted(one.row) for one in odd.same),
        f"square root of {low:g} x {high:g} = {middle:.{decimals}f}, with rounding {least:.{decimals}f} to "
        f"{most:.{decimals}f}; printed {estimate:g} (Wald intervals are symmetrical on the logarithmic scale, as "
        f"{odd.agreeing} of {odd.rows} in this table are)",
        tuple(explanations),
    )


def _repairs(ratio: Ratio, counts: Counts | None) -> tuple[Explanation, ...]:
    """What could be wrong; with a p, only what then also agrees with the p, unless nothing does."""
    allowed = (lambda _: True) if counts is None else counts.allow
    with_p = repairs(ratio, allowed)
    if with_p or ratio.p is None:
        return with_p
    return repairs(changed(ratio, "p", None), allowed)


def _rounded_first(ratio: Ratio) -> bool:
    """Whether the estimate is that of the middle of the interval with its logarithm rounded to three decimals."""
    estimate, low, high = ratio.logs
    least, most = ((low[end] + high[end]) / 2 / STEP - (0.5, -0.5)[end] for end in (0, 1))
    return any(
        estimate[0] <= coefficient * STEP <= estimate[1]
        for coefficient in range(ceil(least), floor(most) + 1)
    )


CHECK = Check(
    ID,
    "Estimate against its interval",
    "The interval of a hazard or odds ratio is symmetrical on the logarithmic scale: the estimate is the square root "
    "of lower times upper limit. All three are rounded; a row is named only when no true numbers print like it. "
    "An estimate outside its interval is impossible. One off the middle is so where at least five rows of the table "
    "show that its intervals are of this kind; doubtful where fewer do, or digits were cut off or a coefficient "
    "rounded first. Of the middle it is silent for tables whose intervals are mostly asymmetrical: they were made in "
    "another way.",
    interval_symmetry,
)
