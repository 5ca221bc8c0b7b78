"""Is the printed p the one that the ratio and its interval imply?"""

from __future__ import annotations

from math import floor, inf, log10
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.behind_counts import Counts
from crlm.evidence.audit.checks.usual_rows import Odd, held_to_their_table
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding
from crlm.evidence.audit.ratio import (
    MULTIPLIER,
    Interval,
    Ratio,
    changed,
    fits,
    p_of,
    possible,
    quoted,
    ratios,
    z_range,
)
from crlm.evidence.audit.ratio_repairs import repairs

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "p-against-interval"
LEAST = 1e-7
"""A p that is smaller than this is written with a power of ten."""
NEAR = 0.1
"""A z this much larger or smaller, relatively, may be that of a likelihood-ratio, score or log-rank test."""


def p_against_interval(paper: Paper) -> CheckResult:
    """Every ratio with an interval and a p of its own, table by table."""
    rows = (
        one
        for one in ratios(paper.numbers.effects)
        if one.has_interval and one.p is not None and fits(one, with_p=False)
    )
    held = held_to_their_table(rows, fits, _otherwise)
    counts = Counts(paper) if held.odd else None
    return CheckResult(ID, held.tested, tuple(_finding(one, counts) for one in held.odd), held.not_run)


def _otherwise(odd: int, rows: int) -> str:
    return (
        f"in {odd} of its {rows} rows the p is not that of a Wald test: another test was used, and the intervals do "
        "not determine its p"
    )


def _finding(odd: Odd, counts: Counts | None) -> Finding:
    ratio = odd.same[0]
    assert (
        ratio.estimate is not None
        and ratio.low is not None
        and ratio.high is not None
        and ratio.p is not None
    )
    implied = z_range(possible(*ratio.logs))
    assert ratio.z is not None
    explanations = list(repairs(ratio) if counts is None else repairs(ratio, counts.allow))
    cut = any(one.kind == "truncation" for one in explanations)
    near = _gap(ratio.z, implied) < NEAR and (counts is None or counts.gives_p(ratio) is not False)
    if near and (counts is None or counts.allow(changed(ratio, "p", None))):
        explanations.append(
            Explanation(
                "other-test",
                "A likelihood-ratio, score or log-rank p can differ from the Wald p by this much "
                f"({odd.agreeing} of the {odd.rows} p values of this table are Wald's).",
            )
        )
    few = odd.few and not near
    if few:
        explanations.append(
            Explanation(
                "other-test",
                "Possible only with a p that is not of the Wald test; too few other rows of the table show how its p "
                "values were made.",
            )
        )
    low, high = p_of(implied)
    crosses = _contradicts_significance(ratio)
    return Finding(
        ID,
        "doubtful" if cut or near or few else "impossible",
        f"p {ratio.p.text if ratio.p.operator != '=' else '= ' + ratio.p.text} does not follow from the interval"
        + ("; one says significant at 0.05, the other not" if crosses else ""),
        tuple(quoted(one.row) for one in odd.same),
        f"z = {2 * MULTIPLIER:.2f} x ln({ratio.estimate.text}) / ln({ratio.high.text} / {ratio.low.text}): with "
        f"rounding {_shown(implied)}, p {p_words(low, high)}; printed p {ratio.p.text}",
        tuple(explanations),
    )


def p_words(low: float, high: float) -> str:
    """A range of p values, as many digits as tell its ends from each other and from 0."""
    first, last = p_text(low), p_text(high)
    return first if first == last else f"{first} to {last}"


def p_text(p: float) -> str:
    """A p with three decimals, or two digits when it is smaller."""
    if p >= 0.0995:
        return f"{p:.3f}"
    if p >= 0.001:
        return f"{p:.4f}"
    return f"{p:.{1 - floor(log10(p))}f}" if p >= LEAST else f"{p:.0e}" if p > 0 else "0"


def _shown(z: Interval) -> str:
    return f"{z[0]:.2f} to {z[1]:.2f}" if z[1] < inf else f"{z[0]:.2f} or more"


def _gap(printed: Interval, implied: Interval) -> float:
    """How far the two ranges of z lie apart, relative to the smaller of the two values that are nearest."""
    if printed[0] > implied[1]:
        near, far = implied[1], printed[0]
    else:
        near, far = printed[1], implied[0]
    return (far - near) / near if near > 0 else inf


def _contradicts_significance(ratio: Ratio) -> bool:
    assert ratio.low is not None and ratio.high is not None and ratio.p is not None
    low, high = ratio.low.bounds(0.0), ratio.high.bounds(0.0)
    p_low, p_high = ratio.p.bounds(0.0, 1.0)
    excludes = low[0] > 1 or high[1] < 1
    includes = low[1] < 1 < high[0]
    return (excludes and p_low > 0.05) or (includes and p_high < 0.05)


CHECK = Check(
    ID,
    "p against its interval",
    "A 95 % interval and its estimate determine the p of the Wald test. Over everything that rounding of estimate, "
    "limits and p allows, a row is named only when no true numbers print like it; when the p is near, as that of a "
    "likelihood-ratio or log-rank test would be (and the counts behind it allow, where they are known), or fewer than "
    "five rows of the table show that its p values are Wald's, it is doubtful only. Silent where estimate and interval "
    "themselves disagree (another check), and for tables whose p values are mostly not Wald's.",
    p_against_interval,
)
