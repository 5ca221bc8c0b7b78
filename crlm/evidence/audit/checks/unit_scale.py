"""Is a ratio per unit printed on another scale in the multivariable column than in the univariable one?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding
from crlm.evidence.audit.ratio import MULTIPLIER, Interval, Ratio, possible, quoted, ratios

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "unit-scale"
SCALES = {
    10.0: "10 units (cm for mm, decades for years)",
    12.0: "12 units (years for months)",
    100.0: "100 units",
    1000.0: "1000 units",
    365.25: "365 units (years for days)",
    30.4: "30 units (months for days)",
}
TOO_WIDE = 4.0
"""Adjusting multiplies a standard error by the root of the variance inflation factor: 4 is a factor of 16."""
COLLINEAR = 2.0


def unit_scale(paper: Paper) -> CheckResult:
    """Every numeric term with a univariable and a multivariable ratio of the same endpoint in one table."""
    found: dict[tuple[str, ...], dict[str, Ratio]] = {}
    for one in ratios(paper.numbers.effects):
        row = one.row
        if row.term_type == "continuous" and one.has_interval and not row.subgroup_variable:
            key = (row.locator, row.endpoint, row.population, row.term)
            found.setdefault(key, {}).setdefault(row.model, one)
    findings: list[Finding] = []
    tested = 0
    for models in found.values():
        if "univariable" in models and "multivariable" in models:
            tested += 1
            findings += _of_pair(models["univariable"], models["multivariable"])
    return CheckResult(ID, tested, tuple(findings))


def _error(one: Ratio) -> Interval | None:
    points = [point for region in possible(*one.logs) for point in region]
    if not points:
        return one.standard_error
    errors = [(y - x) / (2 * MULTIPLIER) for x, y in points]
    return min(errors), max(errors)


def _of_pair(crude: Ratio, adjusted: Ratio) -> list[Finding]:
    first, second = _error(crude), _error(adjusted)
    if first is None or second is None or first[1] <= 0 or second[0] <= 0:
        return []
    wider = second[0] / first[1]
    narrower = first[0] / second[1]
    if max(wider, narrower) < TOO_WIDE:
        return []
    wide = wider > 1
    fitting = [
        (scale, words)
        for scale, words in SCALES.items()
        if _same_scale(first, _rescaled(second, scale, wide=wide))
    ]
    if not fitting:
        return []
    apart = "wider" if wide else "narrower"
    scale, words = fitting[0]
    low, high = _rescaled(second, scale, wide=wide)
    shared = 100 * (1 - 1 / max(wider, narrower) ** 2)
    return [
        Finding(
            ID,
            "doubtful",
            f"The multivariable interval of {adjusted.row.term} is {max(wider, narrower):.0f} times {apart} than the "
            "univariable one, or more",
            (quoted(crude.row), quoted(adjusted.row)),
            f"standard error of the logarithm: univariable at most {first[1]:.4f}, multivariable at least "
            f"{second[0]:.4f}; adjusting would have to explain {shared:.0f}% of the variable's variance",
            (
                Explanation(
                    "unit",
                    f"Per {words} in one of the two columns: per the same unit the standard errors are "
                    f"{first[0]:.4f} to {first[1]:.4f} and {low:.4f} to {high:.4f}.",
                ),
            ),
            suspects=(adjusted.row.row_id,),
        )
    ]


def _rescaled(error: Interval, scale: float, *, wide: bool) -> Interval:
    """A standard error per another number of units."""
    factor = 1 / scale if wide else scale
    return error[0] * factor, error[1] * factor


def _same_scale(first: Interval, second: Interval) -> bool:
    """Whether the adjusted standard error can be the crude one, or up to twice it."""
    return second[1] >= first[0] and second[0] <= COLLINEAR * first[1]


CHECK = Check(
    ID,
    "Units of univariable and multivariable ratios",
    "A ratio per unit keeps its unit from the univariable to the multivariable column, so that its standard error "
    "grows by adjustment only. Four times or more, and of the right size per 10, 12, 100 or 1000 units, is doubtful: "
    "the columns may use different units. Silent where no such scale brings the two together.",
    unit_scale,
)
